"""The words of the description of the service (OpenAPI), in the languages of pages."""

from collections.abc import Mapping

FRENCH: Mapping[str, str] = {
    "api_400": "La requête ou un paramètre n'est pas bien formé",
    "api_403": "Les mises à jour et les appels à d'autres services sont refusés",
    "api_404": "Rien n'est à cette adresse",
    "api_406": "Aucun des formats demandés n'existe",
    "api_413": "La requête est trop longue",
    "api_415": "Le corps a un type de contenu inconnu",
    "api_429": "Trop de requêtes du même client sont en cours",
    "api_503": "La réponse dépasse une limite, ou trop de requêtes attendent",
    "api_504": "La requête a pris trop de temps",
    "api_class": "Une classe, par son nom avec préfixe ou son IRI",
    "api_default_graph": "Un graphe à prendre comme graphe par défaut",
    "api_filters": "D'autres paramètres disent les valeurs que des propriétés doivent avoir : le nom avec préfixe "
    "d'une propriété, et un IRI, une année ou un booléen.",
    "api_format": "La forme de la réponse, plutôt que celle de l'en-tête Accept",
    "api_lang": "La langue, plutôt que celle de l'en-tête Accept-Language",
    "api_list": "Les questions enregistrées",
    "api_live": "Le service est en marche",
    "api_named_graph": "Un graphe nommé de la requête",
    "api_not_ready": "Aucun processus ne peut répondre pour l'instant",
    "api_page": "La page de la liste, la première sans elle",
    "api_ready": "Le service peut répondre aux requêtes",
    "api_search": "Les choses qui ont un nom, une classe et des valeurs",
    "api_words": "Des mots d'un nom, ou un code",
}
ENGLISH: Mapping[str, str] = {
    "api_400": "The query or a parameter is not well-formed",
    "api_403": "Updates and calls to other services are refused",
    "api_404": "Nothing is at this address",
    "api_406": "None of the formats asked for exists",
    "api_413": "The query is too long",
    "api_415": "The body has an unknown content type",
    "api_429": "Too many queries of the same client are under way",
    "api_503": "The answer is past a limit, or too many queries are waiting",
    "api_504": "The query took too long",
    "api_class": "A class, by its prefixed name or its IRI",
    "api_default_graph": "A graph to take as the default graph",
    "api_filters": "Other parameters say the values that properties must have: the prefixed name of a property, and an "
    "IRI, a year or a boolean.",
    "api_format": "The form of the answer, rather than that of the header Accept",
    "api_lang": "The language, rather than that of the header Accept-Language",
    "api_list": "The saved questions",
    "api_live": "The service runs",
    "api_named_graph": "A named graph of the query",
    "api_not_ready": "No process can answer at the moment",
    "api_page": "The page of the list, the first one without it",
    "api_ready": "The service can answer queries",
    "api_search": "The things that have a name, a class and values",
    "api_words": "Words of a name, or a code",
}
