"""Pieces beside what is there: put into graphs of their own, and read back."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from kg.errors import EndpointError
from kg.publication.pushing.kept import compare
from kg.publication.pushing.pieces import LINES, Contents, Piece
from kg.publication.pushing.record import Record
from kg.publication.pushing.store import RemoteStore
from kg.source.reader import Triple

_TOGETHER = 50  # pieces that are noted in one request
_SHOWN = 5


@dataclass
class Staged:
    """The pieces that wait: by graph of the build, their tokens; by piece, how many triples the store holds of it.

    ``sent`` counts the lines sent now, ``otherwise`` those that have another form there, ``changed`` those that have
    another value, or none; ``examples`` are some of these, and of what is there instead.
    """

    pieces: dict[str, list[str]] = field(default_factory=dict)
    holds: dict[str, int] = field(default_factory=dict)
    sent: int = 0
    otherwise: int = 0
    changed: int = 0
    examples: list[str] = field(default_factory=list)


def stage(
    store: RemoteStore,
    *,
    record: Record,
    contents: Contents,
    graphs: Collection[str],
    waiting: Mapping[str, int | None],
    progress: Callable[[str], None],
) -> Staged:
    """Send the pieces of graphs of the build, but for those that wait already, and compare what comes back.

    ``waiting`` are the pieces that the record has, with the triples that they hold if they were compared. Raises
    EndpointError when the store fails.
    """
    staged = Staged()
    whole = {piece for piece, size in store.sizes(waiting).items() if size and size == waiting[piece]}
    total = sum(contents.lines[graph] for graph in graphs)
    passed = 0
    for some in _grouped(contents.pieces(graphs)):
        for piece in some:
            for graph in piece.graphs:
                staged.pieces.setdefault(graph, []).append(record.piece(piece.name))
            passed += len(piece.lines) * len(piece.graphs)
        fresh = {record.piece(piece.name): piece for piece in some}
        staged.holds |= {token: waiting[token] or 0 for token in fresh if token in whole}
        fresh = {token: piece for token, piece in fresh.items() if token not in staged.holds}
        if fresh:
            store.update([record.awaited(fresh)])
            found = {token: _sent(store, token, piece, staged) for token, piece in fresh.items()}
            staged.holds |= found
            if not staged.changed:  # what is changed is sent again, and told again
                store.update([record.compared(found)])
        progress(f"{passed:,} of {total:,} triples sent")
    return staged


def _grouped(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Yield pieces together, as many as one of the full size is long."""
    held: list[Piece] = []
    for piece in pieces:
        if held and (len(held) == _TOGETHER or sum(len(one.lines) for one in (*held, piece)) > LINES):
            yield held
            held = []
        held.append(piece)
    if held:
        yield held


def _sent(store: RemoteStore, token: str, piece: Piece, staged: Staged) -> int:
    """Send a piece, count what the store makes of it in ``staged``, and return how many triples it holds."""
    store.put(token, piece.lines)
    sent = [_triple(line) for line in piece.lines]
    kept = compare(sent, store.get(token))
    if kept.held < len(sent) and (size := store.size(token)) > kept.held:
        raise EndpointError(
            f"{store.place.graphs.url} answers {kept.held:,} triples of a graph that holds {size:,}: "
            f"let it answer {LINES:,} at least"
        )
    staged.sent += len(sent)
    staged.otherwise += kept.otherwise
    staged.changed += max(len(kept.lost), len(kept.strange))
    room = max(_SHOWN - len(staged.examples), 0)
    where = " and ".join(graph or "the default graph" for graph in piece.graphs)
    pairs = [*map("sent:  {}".format, kept.lost[:room]), *map("there: {}".format, kept.strange[:room])]
    staged.examples += [f"{text[:300]}  ({where})" for text in pairs]
    return kept.held


def _triple(line: bytes) -> Triple:
    s, p, o = line.decode()[:-3].split(" ", 2)
    return s, p, o
