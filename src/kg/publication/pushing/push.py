"""Put a build into a triple store: piece by piece beside what is there, compared, then in place.

Each request may be sent again with the same result, and what was done is seen in the store (``record``): who was
interrupted begins again, and does what is left.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from kg.errors import EndpointError, UsageError
from kg.graph.build import Build
from kg.graph.store import Dataset
from kg.project import Project
from kg.publication.pushing.pieces import Contents, grouped
from kg.publication.pushing.record import Known, Record
from kg.publication.pushing.staging import Staged, stage
from kg.publication.pushing.store import Place, RemoteStore
from kg.publication.pushing.turn import Turn
from kg.query.exchange import Endpoint

_PIECES = 200  # of one request: a graph of more is put in place in several
_SHOWN = 5


@dataclass(frozen=True)
class Pushed:
    """What was done: the graphs and triples of the build, the triples sent now, the graphs that were removed.

    Of those sent the store writes ``otherwise`` many in another form of the same value, and has ``changed`` many to
    other values.
    """

    graphs: int
    triples: int
    sent: int
    removed: int
    otherwise: int
    changed: int


def push(
    build: Build,
    *,
    project: Project,
    place: Place,
    default_graph: str | None = None,
    replace: bool = False,
    accept_changes: bool = False,
    progress: Callable[[str], None],
) -> Pushed:
    """Make a store hold the graphs of a build, and no other that was pushed for the same base.

    The default graph goes to the graph that ``default_graph`` names, an IRI, else to that of the store. Raises
    UsageError when there are graphs of these names that were not pushed, unless told to ``replace`` them, or when the
    default graph of the store is not one of its own; EndpointError when the store fails, keeps other values, unless
    told to ``accept_changes``, or holds something else at the end, and when another push of the same base has begun.
    """
    store = RemoteStore(place)
    record = Record(project.base, f"<{default_graph}>" if default_graph else "")
    progress("reading the build")
    contents = Contents.of(build.dump)
    targets = _targets(contents, record)
    _refuse_foreign(store, record, record.read(store), targets, replace=replace)
    turn = Turn.take(store, record)
    known = record.read(store)
    there = _there(store, known, contents, targets)
    wanted = contents.together(graph for target, graph in targets.items() if target not in there)
    staged = stage(
        store, record=record, turn=turn, contents=contents, graphs=wanted, waiting=known.pieces, progress=progress
    )
    if staged.changed and not accept_changes:
        raise EndpointError(
            f"{place.graphs.url} would change the values of {staged.changed:,} triples. Nothing was put in place; "
            "--accept-changes does it nevertheless\n" + "\n".join(staged.examples)
        )
    progress("putting the graphs in place")
    for request in _placing(record, contents, staged, targets):
        turn.keep()
        store.update(request)
    progress("removing what is no more")
    gone = {graph: found[0] if found else 0 for graph, found in known.graphs.items() if graph not in targets}
    removed = {piece: size or 0 for piece, size in known.pieces.items()} | staged.holds | gone
    for some in grouped(removed, removed.__getitem__):
        turn.keep()
        # Some stores drop what was created only, or keep what is empty; together, both take Virtuoso ten times as long.
        for request in (_cleared(some), [f"DROP SILENT {_named(graph)}" for graph in some], [record.forgotten(some)]):
            store.update(request)
    progress("counting")
    sizes = {target: there[target] for target, graph in targets.items() if graph not in wanted}
    sizes |= {target: _size(staged, graph) for target, graph in targets.items() if graph in wanted}
    turn.keep()
    _recount(store, record, {t: (size, contents.digests[targets[t]]) for t, size in sizes.items()})
    turn.end()
    triples = sum(contents.lines.values())
    return Pushed(len(targets), triples, staged.sent, len(gone), staged.otherwise, staged.changed)


def pushed_dataset(endpoint: Endpoint, *, base: str, default_graph: str) -> Dataset:
    """Return the dataset that was pushed to an endpoint, whose default graph is in the graph of this IRI.

    Raises EndpointError when it fails, or nothing was pushed there.
    """
    store = RemoteStore(Place(endpoint, endpoint, endpoint))
    named = Record(base, f"<{default_graph}>").named(store)
    if not named:
        raise EndpointError(f"{endpoint.url} holds no graph that kg push put there for {base}")
    return Dataset((default_graph,), named)


def _targets(contents: Contents, record: Record) -> dict[str, str]:
    """Return the graphs of the store, by the graphs of the build that they are for."""
    for graph in (record.default, record.graph):
        if graph and graph in contents.lines:
            raise UsageError(f"{graph} is a graph of the build: another must stand for the default graph")
    return {graph or record.default: graph for graph in contents.lines}


def _refuse_foreign(
    store: RemoteStore, record: Record, known: Known, targets: Mapping[str, str], *, replace: bool
) -> None:
    """Raise UsageError for graphs that were not pushed, and for a default graph that shows the named ones too."""
    if not record.default and "" not in known.graphs and record.shows_everywhere(store):
        raise UsageError(
            f"the default graph of {store.place.queries.url} is made of its named graphs: what two of them state would "
            "count twice. Say with --default-graph IRI which graph is to hold the merged one"
        )
    foreign = {graph for graph, size in store.sizes(set(targets) - set(known.graphs)).items() if size}
    if foreign and not replace:
        foreign -= record.read(store).graphs.keys()  # another push may have put them there since
    if foreign and not replace:
        named = ", ".join(graph or "the default graph" for graph in sorted(foreign)[:_SHOWN])
        raise UsageError(
            f"{store.place.queries.url} holds {len(foreign):,} graphs of the same names that kg push did not put "
            f"there: {named}; --replace replaces them"
        )


def _there(store: RemoteStore, known: Known, contents: Contents, targets: Mapping[str, str]) -> dict[str, int]:
    """Return the graphs that are as they should be, with the triples that they hold."""
    done = {graph: found for graph, found in known.graphs.items() if found and graph in targets}
    sizes = store.sizes(done)
    return {
        graph: size
        for graph, (size, digest) in done.items()
        if sizes[graph] == size and digest == contents.digests[targets[graph]]
    }


def _placing(record: Record, contents: Contents, staged: Staged, targets: Mapping[str, str]) -> Iterator[list[str]]:
    """Yield requests of the statements that put the pieces in place, graph after graph."""
    sizes = {target: _size(staged, graph) for target, graph in targets.items() if graph in staged.pieces}
    for some in grouped(sizes, sizes.__getitem__):
        statements = record.begun(some)
        for target in some:
            statements += _cleared([target])
            pieces = staged.pieces[targets[target]]
            for start in range(0, len(pieces), _PIECES):
                if start:
                    yield statements
                    statements = []
                statements += [f"ADD GRAPH {piece} TO {_named(target)}" for piece in pieces[start : start + _PIECES]]
        yield [*statements, record.done({t: (sizes[t], contents.digests[targets[t]]) for t in some})]


def _size(staged: Staged, graph: str) -> int:
    return sum(staged.holds[piece] for piece in staged.pieces[graph])


def _cleared(graphs: Iterable[str]) -> list[str]:
    return [f"CLEAR SILENT {_named(graph)}" for graph in graphs]


def _named(graph: str) -> str:
    return f"GRAPH {graph}" if graph else "DEFAULT"


def _recount(store: RemoteStore, record: Record, wanted: Mapping[str, tuple[int, str]]) -> None:
    """Raise EndpointError when graphs do not hold so many triples, or are recorded as something else."""
    found, recorded = store.sizes(wanted), record.read(store).graphs
    wrong = [graph for graph, is_so in wanted.items() if found[graph] != is_so[0] or recorded.get(graph) != is_so]
    if wrong:
        told = "; ".join(f"{g or 'the default graph'}: {found[g]:,} for {wanted[g][0]:,}" for g in wrong[:_SHOWN])
        raise EndpointError(
            f"{store.place.queries.url} holds other triples than it should in {len(wrong):,} graphs: {told}. Push again"
        )
