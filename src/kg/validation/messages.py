"""What is right, in French and in English: what a result says when its shape has no message."""

from kg.graph.terms import parse
from kg.validation.shapes import SH, Constraint

# {} are the parameters, {n} the one that is a number, {s} the ending of a noun that it counts.
_TEXTS = {
    "Class": ("La valeur est de la classe {}.", "The value is of the class {}."),
    "Datatype": ("La valeur est un littéral bien formé du type {}.", "The value is a well-formed literal of {}."),
    "NodeKind": ("La valeur est de la sorte {}.", "The value is of the kind {}."),
    "MinCount": ("Au moins {n} valeur{s}.", "At least {n} value{s}."),
    "MaxCount": ("Au plus {n} valeur{s}.", "At most {n} value{s}."),
    "MinExclusive": ("La valeur est supérieure à {}.", "The value is more than {}."),
    "MinInclusive": ("La valeur est d'au moins {}.", "The value is at least {}."),
    "MaxExclusive": ("La valeur est inférieure à {}.", "The value is less than {}."),
    "MaxInclusive": ("La valeur est d'au plus {}.", "The value is at most {}."),
    "MinLength": ("La valeur a au moins {n} caractère{s}.", "The value has at least {n} character{s}."),
    "MaxLength": ("La valeur a au plus {n} caractère{s}.", "The value has at most {n} character{s}."),
    "Pattern": ("La valeur correspond à {}.", "The value matches {}."),
    "LanguageIn": ("Langue de la valeur : {}.", "Language of the value: {}."),
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
    "QualifiedMinCount": ("Au moins {n} valeur{s} de cette forme : {}.", "At least {n} value{s} of this shape: {}."),
    "QualifiedMaxCount": ("Au plus {n} valeur{s} de cette forme : {}.", "At most {n} value{s} of this shape: {}."),
    "Closed": ("Seules ces propriétés sont permises : {}.", "Only these properties are allowed: {}."),
    "HasValue": ("{} est parmi les valeurs.", "{} is among the values."),
    "In": ("La valeur est une de {}.", "The value is one of {}."),
    "SPARQL": ("La requête de la forme ne trouve rien.", "The query of the shape finds nothing."),
}
_QUALIFIED = "qualifiedValueShape"
_COUNTS = ("minCount", "maxCount", "minLength", "maxLength", "count")


def wording(constraint: Constraint) -> dict[str, str]:
    """Return what is right for a constraint, by language; ``{}`` stands for what ``listed`` gives, if for anything."""
    name = constraint.component.removeprefix(f"<{SH}").removesuffix("ConstraintComponent>")
    texts = _TEXTS.get(name, ("La valeur satisfait {}.", "The value satisfies {}."))
    n = next((constraint.number(key) for key in _COUNTS if key in constraint.parameters), 0)
    singular = {"fr": (0, 1), "en": (1,)}
    return {
        language: text.replace("{n}", str(n)).replace("{s}", "" if n in singular[language] else "s")
        for language, text in zip(("fr", "en"), texts, strict=True)
    }


def listed(constraint: Constraint) -> list[str]:
    """Return the parameters of a constraint that its wording lists, as tokens; of qualified shapes the first."""
    chosen = {name: values for name, values in constraint.parameters.items() if name not in _COUNTS}
    return [t for name, values in chosen.items() for t in (values[:1] if name == _QUALIFIED else values)]


def default(constraint: Constraint) -> dict[str, str]:
    """Return what is right, by language, for a Core or SPARQL constraint; for a declared one, its parameters."""
    shown = [parse(token).value for token in listed(constraint)]
    parameters = ", ".join(shown[:5]) + (", …" if len(shown) > 5 else "")
    return {language: text.replace("{}", parameters) for language, text in wording(constraint).items()}
