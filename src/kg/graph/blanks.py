"""Name the blank nodes of one set of quads as those of another, where the same is said of them.

Labels say little: a file that gains a blank node numbers all that follow anew. Nodes are told apart by what is said
of them and what names them, step by step along the blank nodes around (colour refinement), and paired where these
agree; then by what is said of them alone; then by their label. Any pairing is right, as the others get labels of
their own; a better one leaves a smaller difference.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from itertools import count

from kg.source.reader import Quad

_ROUNDS = 64
"""How many steps along blank nodes tell them apart."""

_Node = tuple[bool, str]  # whether a blank node is of the new quads, and its token
_Around = Mapping[_Node, list[Quad]]
_Pattern = tuple[str, ...]


def align(new: Collection[Quad], *, old: Collection[Quad]) -> list[Quad]:
    """Return the quads of ``new`` with the labels of ``old`` for the blank nodes that pair, and others for the rest.

    The result is isomorphic to ``new``. A node that pairs with none has a label that ``old`` does not hold.
    """
    around = _around(old, new)
    names: dict[str, str] = {}
    for contextual in (True, False):
        _pair(around, _colours(around, contextual=contextual), names)
    _label_the_rest(around, names)
    return [(names.get(g, g), names.get(s, s), p, names.get(o, o)) for g, s, p, o in new]


def _around(old: Collection[Quad], new: Collection[Quad]) -> _Around:
    """Return, by blank node, the quads that name it."""
    around: defaultdict[_Node, list[Quad]] = defaultdict(list)
    for fresh, quads in ((False, old), (True, new)):
        for quad in quads:
            for token in {token for token in quad if token.startswith("_:")}:
                around[fresh, token].append(quad)
    return around


def _colours(around: _Around, *, contextual: bool) -> dict[_Node, int]:
    """Return the same number for the nodes that the same is said of; when ``contextual``, and that the same names."""
    colours = dict.fromkeys(around, 0)
    kinds = 1
    for _ in range(_ROUNDS):
        seen: dict[tuple[int, tuple[_Pattern, ...]], int] = {}
        after = {}
        for node, quads in around.items():
            told = [quad for quad in quads if contextual or node[1] in quad[:2]]
            patterns = tuple(sorted(_pattern(quad, node, colours) for quad in told))
            after[node] = seen.setdefault((colours[node], patterns), len(seen))
        colours = after
        if len(seen) == kinds:
            break
        kinds = len(seen)
    return colours


def _pattern(quad: Quad, node: _Node, colours: Mapping[_Node, int]) -> _Pattern:
    """Return a quad as it looks from one of its blank nodes: ``_:`` itself, and others by their colour."""
    fresh, own = node
    return tuple(
        "_:" if token == own else f"_:{colours[fresh, token]}" if token.startswith("_:") else token for token in quad
    )


def _pair(around: _Around, colours: Mapping[_Node, int], names: dict[str, str]) -> None:
    """Add to ``names`` pairs of one colour, those of one label first, each with the pairs that follow along quads."""
    taken = set(names.values())
    groups: defaultdict[int, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for node in around:
        fresh, token = node
        if token not in (names if fresh else taken):
            groups[colours[node]][fresh].append(token)

    def join(one: str, other: str) -> None:
        waiting = [(one, other)]
        while waiting:
            one, other = waiting.pop()
            if one in taken or other in names:
                continue
            taken.add(one)
            names[other] = one
            waiting.extend(_beside(around, colours, one, other))

    for ones, others in groups.values():
        for same in sorted(set(ones) & set(others)):
            join(same, same)
        free = iter(ones)
        for other in others:
            if other not in names and (one := next((token for token in free if token not in taken), None)):
                join(one, other)


def _beside(around: _Around, colours: Mapping[_Node, int], one: str, other: str) -> Iterator[tuple[str, str]]:
    """Yield the blank nodes that stand at the same place of quads that look alike from an old node and a new one."""
    alike: defaultdict[_Pattern, list[Quad]] = defaultdict(list)
    for quad in around[False, one]:
        alike[_pattern(quad, (False, one), colours)].append(quad)
    for quad in around[True, other]:
        if found := alike[_pattern(quad, (True, other), colours)]:
            for a, b in zip(found.pop(0), quad, strict=True):
                if a.startswith("_:") and b.startswith("_:") and a != one and b != other:
                    yield a, b


def _label_the_rest(around: _Around, names: dict[str, str]) -> None:
    """Add to ``names`` the nodes left: by their own label where it is free, else by one that no node has."""
    taken = set(names.values())
    held = {token for _, token in around}
    spare = (label for number in count(1) if (label := f"_:new{number}") not in held)
    for fresh, token in list(around):
        if fresh and token not in names:
            names[token] = next(spare) if token in taken else token
