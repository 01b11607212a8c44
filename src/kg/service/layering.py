"""Where the nodes of a graph stand in rows, in whole numbers: the same for the same graph everywhere."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

MOST = 6
"""How many nodes a row has at most."""
_SWEEPS = 8


def acyclic(nodes: Sequence[str], pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return pairs turned so that no way leads back: by the order in which most lead on (Eades, Lin, Smyth 1993)."""
    left = list(nodes)
    first: list[str] = []
    last: list[str] = []
    while left:
        among = set(left)
        balance = dict.fromkeys(left, 0)
        outs, ins = dict(balance), dict(balance)
        for a, b in pairs:
            if a in among and b in among:
                outs[a] += 1
                ins[b] += 1
        sink = next((node for node in left if not outs[node]), None)
        chosen = sink or max(left, key=lambda node: (outs[node] - ins[node], -left.index(node)))
        (last if sink else first).append(chosen)
        left.remove(chosen)
    place = {node: number for number, node in enumerate([*first, *reversed(last)])}
    return sorted({(a, b) if place[a] < place[b] else (b, a) for a, b in pairs})


def in_rows(nodes: Sequence[str], down: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Return nodes in rows, each below those that lead to it, few enough in each (Coffman, Graham 1972)."""
    parents: dict[str, set[str]] = defaultdict(set)
    degree: dict[str, int] = defaultdict(int)
    for a, b in down:
        parents[b].add(a)
        degree[a] += 1
        degree[b] += 1
    rows: list[list[str]] = []
    done: set[str] = set()
    left = [node for node in nodes if degree[node]]
    while left:
        ready = [node for node in left if parents[node] <= done]
        row = sorted(ready, key=lambda node: (-degree[node], node))[:MOST]
        rows.append(row)
        done |= set(row)
        left = [node for node in left if node not in done]
    alone = [node for node in nodes if not degree[node]]
    return rows + [alone[start : start + MOST] for start in range(0, len(alone), MOST)]


def chained(rows: list[list[str]], down: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Return the places that each link passes, from the box above to the box below; they are put into the rows."""
    level = {key: number for number, row in enumerate(rows) for key in row}
    chains = []
    for a, b in down:
        passed = [(number, f"{a} {b} {number}") for number in range(level[a] + 1, level[b])]
        for number, key in passed:
            rows[number].append(key)
        chains.append([a, *(key for _, key in passed), b])
    return chains


def _beside(chains: Sequence[Sequence[str]]) -> Mapping[str, Sequence[str]]:
    """Return what is next to each place along the links."""
    beside: dict[str, list[str]] = defaultdict(list)
    for chain in chains:
        for a, b in pairwise(chain):
            beside[a].append(b)
            beside[b].append(a)
    return beside


def ordered(rows: list[list[str]], chains: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return rows in which each place stands about where its neighbours do; the lists are changed."""
    beside = _beside(chains)
    place = {node: (2 * number + 1) * 1000 // (2 * len(row)) for row in rows for number, node in enumerate(row)}
    for sweep in range(_SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = {node: _mean([place[other] for other in beside.get(node, ())], place[node]) for node in row}
            row.sort(key=lambda node: (wanted[node], node))
            place.update({node: (2 * number + 1) * 1000 // (2 * len(row)) for number, node in enumerate(row)})
    return rows


def centred(
    rows: Sequence[Sequence[str]], chains: Sequence[Sequence[str]], *, widths: Mapping[str, int], gap: int
) -> dict[str, int]:
    """Return the middle of each place: near those of its neighbours, its order kept, none above another."""
    beside = _beside(chains)
    centres: dict[str, int] = {}
    for row in rows:
        x = 0
        for node in row:
            centres[node] = x + widths[node] // 2
            x += widths[node] + gap
        for node in row:
            centres[node] -= x // 2
    for sweep in range(2 * _SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = [_mean([centres[other] for other in beside.get(node, ())], centres[node]) for node in row]
            steps = [(widths[a] + widths[b]) // 2 + gap for a, b in pairwise(row)]
            right, left = list(wanted), list(wanted)
            for number, step in enumerate(steps, 1):
                right[number] = max(right[number], right[number - 1] + step)
            for number, step in reversed(list(enumerate(steps))):
                left[number] = min(left[number], left[number + 1] - step)
            centres.update(
                {node: (most + fewest + 1) // 2 for node, most, fewest in zip(row, right, left, strict=True)}
            )
    least = min((centres[node] - widths[node] // 2 for node in centres), default=0)
    return {node: centre - least + 1 for node, centre in centres.items()}


def _mean(numbers: Sequence[int], otherwise: int) -> int:
    return sum(numbers) // len(numbers) if numbers else otherwise
