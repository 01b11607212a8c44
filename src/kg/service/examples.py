"""Examples of how terms are used: a little of what a passage says, as Turtle."""

import io
from dataclasses import dataclass

from kg.service.documents import Documents
from kg.service.names import Names, Shown
from kg.service.vocabulary import Vocabulary
from kg.source.turtle import write_turtle

LINES = 12
"""How many triples an example has."""


@dataclass(frozen=True, slots=True)
class Example:
    """Some of what the graph says of a thing, as Turtle, and the passage or graph that says it; None if inferred."""

    subject: Shown
    text: str
    source: Shown | None


def example(term: str, vocabulary: Vocabulary, documents: Documents, names: Names) -> Example | None:
    """Return an example of a term: of a class what is said of a thing, of a property its values; None without use."""
    found = vocabulary.usage.examples.get(term)
    if found is None:
        return None
    predicate = None if term in vocabulary.usage.classes else term
    triples = documents.within(found.subject, predicate=predicate, graph=found.graph)[:LINES]
    out = io.StringIO()
    write_turtle(out, triples, prefixes=names.project.prefixes)
    source = None if found.graph is None else names.shown(found.graph)
    return Example(names.shown(found.subject), out.getvalue().strip(), source)
