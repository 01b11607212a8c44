"""What is above and below a class or a property: said, or inferred."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache

from kg.graph.terms import OWL, RDFS

_TOP = {f"<{OWL}Thing>", f"<{RDFS}Resource>", f"<{OWL}topObjectProperty>", f"<{OWL}topDataProperty>"}


class Hierarchy:
    """An order of terms, from pairs of a term and one above it; terms above each other are one, and in no order."""

    def __init__(self, pairs: Iterable[tuple[str, str]], *, asserted: Iterable[tuple[str, str]]) -> None:
        self._up: dict[str, set[str]] = defaultdict(set)
        self._down: dict[str, set[str]] = defaultdict(set)
        for below, above in pairs:
            if below != above and below.startswith("<") and above.startswith("<") and above not in _TOP:
                self._up[below].add(above)
                self._down[above].add(below)
        self._asserted = frozenset(asserted)
        self._remember()

    def _remember(self) -> None:
        self.above = cache(self._above)
        self.below = cache(self._below)

    def __getstate__(self) -> dict[str, object]:
        """Return what another process needs, without what is remembered."""
        return {name: value for name, value in vars(self).items() if name not in ("above", "below")}

    def __setstate__(self, state: dict[str, object]) -> None:
        """Become what another process has read."""
        vars(self).update(state)
        self._remember()

    def _above(self, term: str) -> frozenset[str]:
        """Return all that is above a term."""
        return frozenset(_reach(term, self._up) - _reach(term, self._down))

    def _below(self, term: str) -> frozenset[str]:
        """Return all that is below a term."""
        return frozenset(_reach(term, self._down) - _reach(term, self._up))

    def parents(self, term: str) -> Sequence[str]:
        """Return what is next above a term, sorted."""
        above = self.above(term)
        return sorted(other for other in above if not self.below(other) & above)

    def children(self, term: str) -> Sequence[str]:
        """Return what is next below a term, sorted."""
        below = self.below(term)
        return sorted(other for other in below if not self.above(other) & below)

    def is_asserted(self, below: str, above: str) -> bool:
        """Tell whether it is said, not inferred, that a term is below another."""
        return (below, above) in self._asserted


def _reach(term: str, along: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    border = set(along.get(term, ()))
    while border:
        seen |= border
        border = {far for near in border for far in along.get(near, ())} - seen
    return seen - {term}
