"""Ask a finished build, through its Oxigraph store."""

from collections.abc import Mapping

from kg.errors import QueryError
from kg.graph.build import Build
from kg.query.answer import Answer
from kg.query.catalogue import Catalogue, Query


def ask(query: str, *, build: Build, prefixes: Mapping[str, str] | None = None) -> Answer:
    """Return the answer of a query; ``prefixes`` are there for it without being declared.

    Raises QueryError, with the parser's position, when it does not parse.
    """
    return Answer.of(build.store.query(query, prefixes=prefixes))


def answer(query: Query, *, catalogue: Catalogue, build: Build, values: Mapping[str, str] | None = None) -> Answer:
    """Return the answer of a saved query and of the queries that say why.

    ``values`` has the tokens of its parameters by name; the reasons get those of the same name. Raises QueryError,
    with the file, when a query fails.
    """
    values = values or {}
    reasons = catalogue.reasons(query)
    found = _run(query, catalogue, build, values)
    return found.explained((reason, _run(reason, catalogue, build, values)) for reason in reasons)


def _run(query: Query, catalogue: Catalogue, build: Build, values: Mapping[str, str]) -> Answer:
    try:
        return ask(query.bound(values), build=build)
    except QueryError as error:
        raise QueryError(error.message, file=catalogue.project.relative(query.path), line=error.line) from error
