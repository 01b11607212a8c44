"""Pieces beside what is there: put into graphs of their own, and read back."""

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from kg.errors import EndpointError
from kg.publication.pushing.kept import Kept, compare
from kg.publication.pushing.pieces import LINES, Contents, Piece, grouped
from kg.publication.pushing.record import Record
from kg.publication.pushing.store import RemoteStore
from kg.publication.pushing.turn import Turn
from kg.source.reader import Triple

_SHOWN = 5
_LONG = 500_000  # bytes: literals from here on cost some stores much time, or are too long for them
_Compared = tuple[str, Piece, Kept]


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
    turn: Turn,
    contents: Contents,
    graphs: Collection[str],
    waiting: Mapping[str, int | None],
    progress: Callable[[str], None],
) -> Staged:
    """Send the pieces of graphs of the build, but for those that wait already, and compare what comes back.

    ``waiting`` are the pieces that the record has, with the triples that they hold if they were compared. What was sent
    is read while the next is sent. Raises EndpointError when the store fails, or when it is the turn of another push.
    """
    whole = {piece: size for piece, size in store.sizes(waiting).items() if size and size == waiting[piece]}
    staged = Staged(holds=dict(whole))
    total = sum(contents.lines[graph] for graph in graphs)
    passed = 0
    there = set(whole)
    reading = RemoteStore(store.place)
    read_before: Future[list[_Compared]] | None = None
    with ThreadPoolExecutor(1) as reader:
        for some in grouped(contents.pieces(graphs), lambda piece: len(piece.lines)):
            for piece in some:
                for graph in piece.graphs:
                    staged.pieces.setdefault(graph, []).append(record.piece(piece.name))
                passed += len(piece.lines) * len(piece.graphs)
            fresh = {token: piece for piece in some if (token := record.piece(piece.name)) not in there}
            if fresh:
                there |= fresh.keys()
                turn.keep()
                store.update([record.awaited(fresh)])
                for token, piece in fresh.items():
                    _put(store, token, piece)
                _note(read_before, staged, store=store, record=record, turn=turn)
                read_before = reader.submit(_read_back, reading, fresh)
            progress(f"{passed:,} of {total:,} triples sent")
        _note(read_before, staged, store=store, record=record, turn=turn)
    return staged


def _put(store: RemoteStore, token: str, piece: Piece) -> None:
    """Send a piece; when that fails, say which literal may be too long for the store."""
    try:
        store.put(token, piece.lines)
    except EndpointError as error:
        longest = max(piece.lines, key=len)
        if len(longest) < _LONG:
            raise
        subject, predicate, literal = _triple(longest)
        size = len(literal.encode())
        raise EndpointError(f"{error}\nit was sent a literal of {size:,} bytes: {subject} {predicate}") from error


def _read_back(store: RemoteStore, pieces: Mapping[str, Piece]) -> list[_Compared]:
    """Read pieces and compare them with what was sent."""
    found = []
    for token, piece in pieces.items():
        sent = [_triple(line) for line in piece.lines]
        found.append((token, piece, compare(sent, store.get(token))))
    return found


def _note(
    read: "Future[list[_Compared]] | None", staged: Staged, *, store: RemoteStore, record: Record, turn: Turn
) -> None:
    """Count what the store has made of pieces in ``staged``, and note in the record those that are right."""
    compared = read.result() if read else []
    if not all(kept.faithful for _, _, kept in compared):
        turn.keep()  # another push may have removed them
    for token, piece, kept in compared:
        if kept.held < len(piece.lines) and (size := store.size(token)) > kept.held:
            raise EndpointError(
                f"{store.place.graphs.url} answers {kept.held:,} triples of a graph that holds {size:,}: "
                f"let it answer {LINES:,} at least"
            )
        staged.holds[token] = kept.held
        staged.sent += len(piece.lines)
        staged.otherwise += kept.otherwise
        staged.changed += max(len(kept.lost), len(kept.strange))
        room = max(_SHOWN - len(staged.examples), 0)
        where = " and ".join(graph or "the default graph" for graph in piece.graphs)
        pairs = [*map("sent:  {}".format, kept.lost[:room]), *map("there: {}".format, kept.strange[:room])]
        staged.examples += [f"{text[:300]}  ({where})" for text in pairs]
    if compared and not staged.changed:  # what is changed is sent again, and told again
        store.update([record.compared({token: kept.held for token, _, kept in compared})])


def _triple(line: bytes) -> Triple:
    s, p, o = line.decode()[:-3].split(" ", 2)
    return s, p, o
