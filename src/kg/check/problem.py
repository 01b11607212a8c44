"""A problem: where it is, its code, and what it says in English and French."""

from dataclasses import dataclass

from kg.source.excerpt import Span

MESSAGES: dict[str, tuple[str, str]] = {
    "syntax": ("{0}", "{0}"),
    "undeclared-prefix": ("{0}", "{0}"),
    "relative-iri": ("{0}", "IRI relatif dans un fichier sans @base"),
    "unused-prefix": ('the prefix "{0}" is declared and not used', "le préfixe « {0} » est déclaré et ne sert pas"),
    "other-prefix": (
        'the prefix "{0}" is <{1}> in the settings',
        "le préfixe « {0} » est <{1}> dans les réglages",
    ),
    "unknown-term": ("unknown term {0}.{1}", "terme inconnu : {0}.{1}"),
    "deprecated-term": ("{0} is deprecated.{1}", "{0} est déconseillé.{1}"),
    "unknown-scheme": ("unknown scheme {0}: in {1}.{2}", "schéma inconnu {0}: dans {1}.{2}"),
    "name-in-brackets": (
        "{0} is a prefixed name between angle brackets",
        "{0} est un nom préfixé entre chevrons",
    ),
    "iri-policy": ("{0} is not an IRI that the settings allow", "{0} n'est pas un IRI que les réglages admettent"),
    "no-label": ("{0} has no label in {1}", "{0} n'a pas de nom en {1}"),
    "several-labels": ("{0} has more than one label in {1}", "{0} a plus d'un nom en {1}"),
    "no-definition": ("{0} has no definition in {1}", "{0} n'a pas de définition en {1}"),
    "several-definitions": ("{0} has more than one definition in {1}", "{0} a plus d'une définition en {1}"),
    "shape-without-target": (
        "the shape {0} has no target and no other shape names it",
        "la forme {0} n'a pas de cible et aucune autre forme ne la nomme",
    ),
    "shape-without-message": ("the shape {0} has no message in {1}", "la forme {0} n'a pas de message en {1}"),
    "shape-without-test": (
        "no example of tests/shapes expects a finding of the shape {0}",
        "aucun exemple de tests/shapes n'attend de constat de la forme {0}",
    ),
    "default-graph": ("a fact in the default graph: {0}", "un fait dans le graphe par défaut : {0}"),
    "not-a-passage": ("not a passage of a document: {0}", "n'est pas un passage d'un document : {0}"),
    "blank-nodes": (
        "{0} blank nodes: give what they stand for an IRI",
        "{0} nœuds anonymes : donner un IRI à ce qu'ils désignent",
    ),
    "no-reasoning": ("the deduction {0} has no {1} in {2}", "la déduction {0} n'a pas de {1} en {2}"),
    "no-premise": ("the deduction {0} names no passage by {1}", "la déduction {0} ne nomme aucun passage par {1}"),
    "query": ("{0}", "{0}"),
    "check": ("{0}", "{0}"),
}
"""The messages of each code, in English and French; docs/check.md explains each."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a file: its code, the values of its message, and its place where that is known."""

    file: str
    code: str
    values: tuple[str, ...]
    span: Span | None = None

    @property
    def line(self) -> int | None:
        """The line, from 1, or None where it is not known."""
        return self.span.line if self.span else None

    @property
    def message(self) -> str:
        """The message in English."""
        return self.text("en")

    def text(self, language: str) -> str:
        """Return the message in French, or in English for any other language."""
        return MESSAGES[self.code][language == "fr"].format(*self.values)

    def place(self) -> str:
        """Return file, line and column as compilers write them."""
        return f"{self.file}:{self.span.line}:{self.span.column}" if self.span else self.file

    def __str__(self) -> str:
        return f"{self.place()}: {self.message}"
