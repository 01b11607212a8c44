"""What the texts of SPARQL constraints tell of them: parsed once, and known again by the digest of the text."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

Asked = tuple[str, Collection[str]]
"""The text of a query, and its pre-bound variables."""


@dataclass(frozen=True)
class Analysis:
    """What a query that SHACL allows tells: whether all its groups are plain, and what it can see.

    ``seen`` are the tokens of the predicates of the triples that it can see, with the class of rdf:type where it is
    one; None for all.
    """

    plain: bool
    seen: frozenset[tuple[str, str | None]] | None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"plain": self.plain, "seen": None if self.seen is None else sorted(self.seen, key=repr)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return what ``to_json`` wrote."""
        seen = data["seen"]
        return cls(data["plain"], None if seen is None else frozenset((p, kind) for p, kind in seen))


Maker = Callable[[Sequence[Asked]], Callable[[], Sequence[Analysis | None]]]
"""What begins to analyse queries elsewhere; the result waits for the analyses, None for each query at fault."""


class Analyses:
    """The analyses of queries by a digest of their text and of their pre-bound variables."""

    def __init__(self) -> None:
        self._known: dict[str, Analysis] = {}
        self._maker: Maker | None = None
        self._coming: Callable[[], Sequence[Analysis | None]] | None = None
        self._expected: dict[str, Asked] = {}

    def made_by(self, maker: Maker) -> Self:
        """Have the queries that are expected analysed by ``maker``."""
        self._maker = maker
        return self

    def expect(self, queries: Iterable[Asked]) -> None:
        """Begin with queries that are to be asked for, if they can be analysed elsewhere; do not wait for them."""
        expected = {key: query for query in queries if (key := _key(*query)) not in self._known}
        if self._maker and expected:
            self._expected, self._coming = expected, self._maker(list(expected.values()))

    def of(self, text: str, prebound: Collection[str]) -> Analysis:
        """Return what the text of a query tells, its variables ``prebound``.

        Raises ValueError for one that does not parse, or that SHACL does not allow (appendix A).
        """
        key = _key(text, prebound)
        if key not in self._known and self._coming:
            told, self._coming = self._coming(), None
            self._known |= {k: one for k, one in zip(self._expected, told, strict=True) if one}
        if key not in self._known:
            from kg.validation.grammar import analyse  # its parser is long to load

            self._known[key] = analyse(text, prebound)
        return self._known[key]

    def to_json(self) -> dict[str, Any]:
        """Return the analyses as JSON values."""
        return {key: one.to_json() for key, one in self._known.items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the analyses that ``to_json`` wrote."""
        found = cls()
        found._known = {key: Analysis.from_json(one) for key, one in data.items()}
        return found


def _key(text: str, prebound: Collection[str]) -> str:
    return hashlib.sha256(json.dumps([text, sorted(prebound)]).encode()).hexdigest()
