"""What the texts of SPARQL constraints tell of them: parsed once, and known again by the digest of the text."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True)
class Analysis:
    """What a query that SHACL allows tells: whether all its groups are plain, and what it can see.

    ``predicates`` are the tokens of those of the triples that it can see, None for all.
    """

    plain: bool
    predicates: frozenset[str] | None


class Analyses:
    """The analyses of queries by a digest of their text and of their pre-bound variables."""

    def __init__(self) -> None:
        self._known: dict[str, Analysis] = {}

    def of(self, text: str, prebound: Collection[str]) -> Analysis:
        """Return what the text of a query tells, its variables ``prebound``.

        Raises ValueError for one that does not parse, or that SHACL does not allow (appendix A).
        """
        key = hashlib.sha256(json.dumps([text, sorted(prebound)]).encode()).hexdigest()
        if key not in self._known:
            from kg.validation.grammar import analyse  # its parser is long to load

            self._known[key] = analyse(text, prebound)
        return self._known[key]

    def to_json(self) -> dict[str, Any]:
        """Return the analyses as JSON values."""
        return {
            key: {"plain": one.plain, "predicates": None if one.predicates is None else sorted(one.predicates)}
            for key, one in self._known.items()
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the analyses that ``to_json`` wrote."""
        found = cls()
        for key, one in data.items():
            predicates = one["predicates"]
            found._known[key] = Analysis(one["plain"], None if predicates is None else frozenset(predicates))
        return found
