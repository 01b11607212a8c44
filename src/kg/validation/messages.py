"""What a result says, in French and in English, when its shape has no message."""

from kg.graph.terms import parse
from kg.validation.shapes import SH, Constraint

_TEXTS = {
    "Class": ("La valeur est de la classe {}.", "The value is of the class {}."),
    "Datatype": ("La valeur est un littéral bien formé du type {}.", "The value is a well-formed literal of {}."),
    "NodeKind": ("La valeur est de la sorte {}.", "The value is of the kind {}."),
    "MinCount": ("Il y a au moins {} valeur(s).", "There are at least {} value(s)."),
    "MaxCount": ("Il y a au plus {} valeur(s).", "There are at most {} value(s)."),
    "MinExclusive": ("La valeur est supérieure à {}.", "The value is more than {}."),
    "MinInclusive": ("La valeur est d'au moins {}.", "The value is at least {}."),
    "MaxExclusive": ("La valeur est inférieure à {}.", "The value is less than {}."),
    "MaxInclusive": ("La valeur est d'au plus {}.", "The value is at most {}."),
    "MinLength": ("La valeur a au moins {} caractère(s).", "The value has at least {} character(s)."),
    "MaxLength": ("La valeur a au plus {} caractère(s).", "The value has at most {} character(s)."),
    "Pattern": ("La valeur correspond à {}.", "The value matches {}."),
    "LanguageIn": ("La langue de la valeur est parmi {}.", "The language of the value is one of {}."),
    "UniqueLang": ("Il y a une valeur au plus par langue.", "There is at most one value per language."),
    "Equals": ("Les valeurs sont celles de {}.", "The values are those of {}."),
    "Disjoint": ("Aucune valeur n'est aussi celle de {}.", "No value is also one of {}."),
    "LessThan": ("La valeur est inférieure à chacune de {}.", "The value is less than each of {}."),
    "LessThanOrEquals": ("La valeur est d'au plus chacune de {}.", "The value is at most each of {}."),
    "Not": ("La valeur n'est pas conforme à {}.", "The value does not conform to {}."),
    "And": ("La valeur est conforme à chacune de {}.", "The value conforms to each of {}."),
    "Or": ("La valeur est conforme à une de {}.", "The value conforms to one of {}."),
    "Xone": ("La valeur est conforme à une seule de {}.", "The value conforms to exactly one of {}."),
    "Node": ("La valeur est conforme à {}.", "The value conforms to {}."),
    "QualifiedMinCount": ("Trop peu de valeurs sont conformes à {}.", "Too few values conform to {}."),
    "QualifiedMaxCount": ("Trop de valeurs sont conformes à {}.", "Too many values conform to {}."),
    "Closed": ("Seules ces propriétés sont permises : {}.", "Only these properties are allowed: {}."),
    "HasValue": ("{} est parmi les valeurs.", "{} is among the values."),
    "In": ("La valeur est une de {}.", "The value is one of {}."),
    "SPARQL": ("La requête de la forme ne trouve rien.", "The query of the shape finds nothing."),
}


def default(constraint: Constraint) -> dict[str, str]:
    """Return what is right, by language, for a Core or SPARQL constraint; for a declared one, its parameters."""
    name = constraint.component.removeprefix(f"<{SH}").removesuffix("ConstraintComponent>")
    french, english = _TEXTS.get(name, ("La valeur satisfait {}.", "The value satisfies {}."))
    shown = [parse(token).value for values in constraint.parameters.values() for token in values]
    parameters = ", ".join(shown[:5]) + (", …" if len(shown) > 5 else "")
    return {"fr": french.format(parameters), "en": english.format(parameters)}
