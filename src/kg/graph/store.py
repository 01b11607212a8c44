"""SPARQL over a graph, by Oxigraph. The default graph is the merged union, materialised."""

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

import pyoxigraph as ox

from kg.errors import QueryError, UsageError
from kg.graph.dump import Difference
from kg.graph.results import Found
from kg.graph.terms import parse
from kg.source.reader import FORMATS, Quad, Triple

ResultsFormat = Literal["json", "xml", "tsv"]
_RESULTS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "tsv": ox.QueryResultsFormat.TSV,
}


@dataclass(frozen=True)
class Solutions:
    """The solutions of a SELECT: names of its columns, and rows of tokens, None where a variable is unbound."""

    variables: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]


@dataclass(frozen=True)
class Dataset:
    """The dataset of a query, by the IRIs of its graphs: those merged as its default graph, and the named ones."""

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


Parsed = ox.Quad
"""A triple as the engine has it."""

Result = Solutions | tuple[Triple, ...] | bool


_DEFAULT = ox.DefaultGraph()


class Store:
    """A SPARQL 1.1 store."""

    def __init__(self, store: ox.Store) -> None:
        self._store = store

    @classmethod
    def memory(cls) -> Self:
        """Return an empty store in memory."""
        return cls(ox.Store())

    @classmethod
    def create(cls, folder: Path, nquads: Path) -> Self:
        """Return a new store in ``folder``, loaded from an N-Quads file."""
        return cls._filled(ox.Store(str(folder)), nquads)

    @classmethod
    def loaded(cls, nquads: Path) -> Self:
        """Return a store in memory, loaded from an N-Quads file."""
        return cls._filled(ox.Store(), nquads)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Return the finished store in ``folder``, to read. Raises UsageError when it cannot be."""
        try:
            return cls(ox.Store.read_only(str(folder)))
        except OSError as error:
            raise UsageError(f"cannot read the store of the build: {error}") from error

    @classmethod
    def correct(cls, folder: Path, difference: Difference) -> None:
        """Take out of the store in ``folder`` the quads that are gone, and put in those that are fresh.

        None of them may have a blank node, which the store calls otherwise, and none that is gone a literal that is the
        same to it as another that is still there.
        """
        store = ox.Store(str(folder))
        for quad in _quads(difference.gone.values()):
            store.remove(quad)
        store.extend(_quads(difference.fresh.values()))
        cls(store).close()

    @classmethod
    def _filled(cls, store: ox.Store, nquads: Path) -> Self:
        # The dump is our own, and its terms are checked: the parser need not do it again.
        store.bulk_load(path=str(nquads), format=ox.RdfFormat.N_QUADS, lenient=True)
        return cls(store)

    def add(self, quads: Iterable[Quad]) -> None:
        """Add quads of tokens; the empty graph token is the default graph. Blank nodes keep their labels."""
        lines = "".join(f"{s} {p} {o} {g} .\n" for g, s, p, o in quads)
        self._store.bulk_extend(ox.parse(lines.encode(), format=ox.RdfFormat.N_QUADS))

    def add_lines(self, nquads: str) -> None:
        """Add the quads of a text of N-Quads, whose terms are known to be right. Blank nodes keep their labels."""
        self._store.bulk_extend(ox.parse(nquads.encode(), format=ox.RdfFormat.N_QUADS, lenient=True))

    def close(self) -> None:
        """Give up the store; one on disk is then whole and may be opened again."""
        self._store.flush()
        del self._store

    def quads(
        self,
        *,
        subject: str | None = None,
        predicate: str | None = None,
        object: str | None = None,
        graph: str | None = None,
    ) -> Iterator[Quad]:
        """Yield the quads with these tokens of terms, in no order; the default graph's token is empty.

        An IRI that RDF does not have is in no quad.
        """
        try:
            name = None if predicate is None else ox.NamedNode(predicate[1:-1])
            place = _DEFAULT if graph == "" else _node(graph)
            found = self._store.quads_for_pattern(_node(subject), name, _term(object), place)
        except ValueError:
            return
        for s, p, o, g in found:  # what is given need not be written again
            yield (
                ("" if type(g) is ox.DefaultGraph else str(g)) if graph is None else graph,
                subject or str(s),
                predicate or str(p),
                object or _token(o),
            )

    def graphs(self) -> Iterator[str]:
        """Yield the tokens of the named graphs."""
        for name in self._store.named_graphs():
            yield str(name)

    def query(self, text: str, *, prefixes: Mapping[str, str] | None = None) -> Result:
        """Return the answer of a query: Solutions, triples in the order of the engine, or a boolean.

        Raises QueryError with the parser's own position for a malformed query.
        """
        with _told(text):
            return _result(self._store.query(text, prefixes=dict(prefixes or {})))

    def has_graph(self, iri: str) -> bool:
        """Tell whether a named graph of the store has this IRI."""
        try:
            return self._store.contains_named_graph(ox.NamedNode(iri))
        except ValueError:  # not an IRI
            return False

    @contextmanager
    def find(
        self, text: str, *, prefixes: Mapping[str, str], base: str, dataset: Dataset | None = None
    ) -> Iterator[Found]:
        """Yield what a query finds, still to be written: a lazy answer fails while it is read.

        ``dataset`` stands for what the query itself says after FROM. Raises QueryError as ``query`` does.
        """
        with _told(text):
            yield Found.of(
                self._store.query(
                    text,
                    base_iri=base,
                    prefixes=dict(prefixes),
                    default_graph=None if dataset is None else [ox.NamedNode(iri) for iri in dataset.default],
                    named_graphs=None if dataset is None else [ox.NamedNode(iri) for iri in dataset.named],
                )
            )


@contextmanager
def _told(text: str) -> Iterator[None]:
    """Tell the errors of the engine as ours."""
    try:
        yield
    except SyntaxError as error:
        raise _unparsed(error, text) from error
    except (RuntimeError, OSError, ValueError) as error:
        raise QueryError(f"the query failed: {error}") from error


def _quads(parts: Iterable[Iterable[bytes]]) -> Iterator[ox.Quad]:
    yield from ox.parse(
        b"\n".join(line for lines in parts for line in lines), format=ox.RdfFormat.N_QUADS, lenient=True
    )


def as_stored(literals: Sequence[str]) -> dict[str, str]:
    """Return of literals, by their tokens, those that a store writes otherwise: numbers, times, names of languages."""
    store = Store.memory()
    store.add_lines("".join(f"<urn:n:{n}> <urn:p> {token} .\n" for n, token in enumerate(literals)))
    stored = ((literals[int(s.rpartition(":")[2][:-1])], o) for _, s, _, o in store.quads())
    return {token: o for token, o in stored if token != o}


def read_results(data: bytes, *, format: ResultsFormat = "json") -> Solutions | bool:
    """Return the solutions or the boolean in a SPARQL results document. Raises ValueError when it is malformed."""
    try:
        found = _result(ox.parse_query_results(data, format=_RESULTS[format]))
    except (SyntaxError, OSError) as error:
        raise ValueError(str(error)) from error
    assert not isinstance(found, tuple)
    return found


def write_results(document: bytes, *, format: ResultsFormat) -> bytes:
    """Return a SPARQL JSON results document in another of the SPARQL 1.1 results formats."""
    found = ox.parse_query_results(document, format=ox.QueryResultsFormat.JSON)
    return found.serialize(format=_RESULTS[format]) or b""


def read_triples(data: bytes) -> tuple[Triple, ...]:
    """Return the triples of a Turtle document. Raises ValueError when it is malformed."""
    try:
        return tuple(_triple(quad.triple) for quad in ox.parse(io.BytesIO(data), format=ox.RdfFormat.TURTLE))
    except SyntaxError as error:
        raise ValueError(str(error)) from error


def read_quads(data: bytes, *, suffix: str) -> Iterator[Quad]:
    """Yield the quads of a document in the format of a suffix such as ``.trig``. Raises ValueError when malformed."""
    try:
        yield from map(_quad, ox.parse(data, format=FORMATS[suffix]))
    except SyntaxError as error:
        raise ValueError(str(error)) from error


def write_triples(triples: Iterable[Triple], *, suffix: str, prefixes: Mapping[str, str]) -> bytes:
    """Return triples, in their order, in the format of a suffix such as ``.rdf``. Blank nodes keep their labels."""
    parsed = parsed_lines("".join(f"{s} {p} {o} .\n" for s, p, o in triples))
    return write_parsed(parsed, suffix=suffix, prefixes=prefixes)


def parsed_lines(ntriples: str) -> list[Parsed]:
    """Return the triples of N-Triples whose terms are known to be right, in their order, for ``write_parsed``."""
    return [*ox.parse(ntriples.encode(), format=ox.RdfFormat.N_TRIPLES, lenient=True)]


def write_parsed(triples: Iterable[Parsed], *, suffix: str, prefixes: Mapping[str, str]) -> bytes:
    """Return triples, in their order, in the format of a suffix, as ``write_triples`` does."""
    return ox.serialize(triples, format=FORMATS[suffix], prefixes=dict(prefixes)) or b""


def canonical(triples: Iterable[Triple]) -> tuple[Triple, ...]:
    """Return triples with the labels of RDFC-1.0 for their blank nodes: the same graph has the same ones."""
    return tuple((s, p, o) for _, s, p, o in canonical_quads(("", *triple) for triple in triples))


def canonical_quads(quads: Iterable[Quad]) -> tuple[Quad, ...]:
    """Return quads with the labels of RDFC-1.0 for their blank nodes: the same dataset has the same ones."""
    lines = "".join(f"{s} {p} {o} {g} .\n" for g, s, p, o in quads)
    dataset = ox.Dataset(ox.parse(lines.encode(), format=ox.RdfFormat.N_QUADS))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return tuple(_quad(quad) for quad in dataset)


def read_term(text: str, *, prefixes: Mapping[str, str]) -> str:
    """Return the token of a term written as in Turtle, with these prefixes. Raises ValueError when it is not one."""
    head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in prefixes.items())
    triples = read_triples(f"{head}<urn:s> <urn:p> {text} .".encode())
    if len(triples) != 1:
        raise ValueError(f"not one term: {text}")
    return triples[0][2]


def _result(found: ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean) -> Result:
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    if isinstance(found, ox.QueryTriples):
        return tuple(_triple(triple) for triple in found)
    names = tuple(variable.value for variable in found.variables)
    rows = tuple(tuple(None if (term := row[i]) is None else _token(term) for i in range(len(names))) for row in found)
    return Solutions(names, rows)


def _quad(quad: ox.Quad) -> Quad:
    graph = "" if isinstance(quad.graph_name, ox.DefaultGraph) else str(quad.graph_name)
    return graph, str(quad.subject), str(quad.predicate), _token(quad.object)


def _node(token: str | None) -> ox.NamedNode | ox.BlankNode | None:
    """Return the term of a token of an IRI or blank node. Raises ValueError for an IRI that RDF does not have."""
    if token is None:
        return None
    return ox.BlankNode(token[2:]) if token.startswith("_:") else ox.NamedNode(token[1:-1])


def _term(token: str | None) -> ox.NamedNode | ox.BlankNode | ox.Literal | None:
    """Return the term of a token. Raises ValueError for an IRI that RDF does not have."""
    if token is None or not token.startswith('"'):
        return _node(token)
    term = parse(token)
    datatype = ox.NamedNode(term.datatype) if term.datatype and term.language is None else None
    return ox.Literal(term.value, language=term.language, datatype=datatype)


def _triple(triple: ox.Triple) -> Triple:
    return str(triple.subject), str(triple.predicate), _token(triple.object)


def _token(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    """Return the token of a term. Raises ValueError for what RDF 1.1 does not have, and tokens cannot say."""
    if isinstance(term, ox.Triple) or (isinstance(term, ox.Literal) and term.direction):
        raise ValueError(f"not a term of RDF 1.1: {term}")
    return str(term)


def _unparsed(error: SyntaxError, text: str) -> QueryError:
    """Return the error of a query that does not parse: what is wrong, and its line with a mark under the place."""
    match = re.match(r"error at (\d+):(\d+): (?:expected )?(?:one of )?(.*)", str(error), re.DOTALL)
    if not match:
        return QueryError(f"the query does not parse: {error}", line=error.lineno)
    # The parser also lists the characters that a name may have.
    wanted = [item for item in re.split(r", (?![^\[]*\])", match[3]) if not item.startswith("[")]
    before = "".join(text.splitlines(keepends=True)[: int(match[1]) - 1])
    before = text[: len(before) + int(match[2]) - 1]
    if wanted and all(re.fullmatch("[A-Z_]+", item) for item in wanted):
        # Where it wants a keyword it has already passed over as many bytes.
        before = before.encode()[: -len(wanted[0])].decode(errors="ignore")
    number, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    line = [*text.split("\n"), ""][number - 1]
    name = re.search(r"([\w.-]*):[\w.-]*$", line[: column - 1])
    if "Prefix not found" in match[3] and name:
        why = f'the prefix "{name[1]}" is not known'
    elif re.match(r"(?i)(insert|delete|load|clear|create|drop|copy|move|add|with)\b", text.strip()):
        why = "an update is not a query"
    else:
        why = f"expected {' or '.join(wanted[:6])}" if wanted else "not expected here"
    shown = f"    {line}\n    {' ' * (column - 1)}^"
    return QueryError(f"the query does not parse: {why}\n{shown}", line=number, column=column)
