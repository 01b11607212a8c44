"""The dictionary of a graph in tables: ``term(id, token)``, each token once.

The kinds of terms are told by the first character of their tokens (``<``, ``_``, ``"``).
"""

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence

from kg.errors import ResourceError
from kg.graph.engine import Engine


class Dictionary:
    """The terms of a graph, and their ids, which are not those of another graph."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._known: dict[str, int | None] = {}

    def ids(self, tokens: Iterable[str]) -> list[int]:
        """Return the ids of tokens, adding to the dictionary those that it does not hold."""
        wanted = list(tokens)
        if any(self._known.get(token) is None for token in wanted):
            with self.engine.alone():
                self._known = {token: known for token, known in self._known.items() if known is not None}
                missing = sorted({*wanted} - self.find_all(wanted).keys())
                self._known.update(self._add(missing))
        return [known for token in wanted if (known := self._known[token]) is not None]

    def find(self, token: str) -> int | None:
        """Return the id of a token, or None when the graph does not hold it."""
        if token not in self._known:
            self._known[token] = self.find_all([token]).get(token)
        return self._known[token]

    def find_all(self, tokens: Iterable[str]) -> Mapping[str, int]:
        """Return the ids of those of many tokens that the graph holds, at the cost of one look-up."""
        wanted = dict.fromkeys(tokens)
        if unknown := [token for token in wanted if token not in self._known]:
            with self.engine.given({"token": unknown}) as given:
                rows = self.engine.rows(f"SELECT t.token, t.id FROM {given} g JOIN term t ON t.token = g.token")
            self._known.update(dict.fromkeys(unknown))
            self._known.update(rows)
        return {token: known for token in wanted if (known := self._known[token]) is not None}

    def tokens(self, ids: Sequence[int]) -> list[str]:
        """Return the tokens of ids, in their order."""
        wanted = sorted(set(ids))
        rows: dict[int, str] = dict(
            self.engine.rows(f"SELECT id, token FROM term WHERE id IN ({','.join(map(str, wanted))})") if wanted else []
        )
        return [rows[i] for i in ids]

    def _listed(self, tokens: Iterable[str]) -> str:
        """Return the ids of those of some tokens that the graph holds, as SQL."""
        return ", ".join(map(str, self.find_all(tokens).values())) or "NULL"

    def add_terms(self, tokens: str) -> int:
        """Add those of the tokens of a SELECT (token), each once, that the dictionary does not hold, in their order.

        Return the id of the first, where ids are numbered. Raises ResourceError when two terms have one id.
        """
        first = 0
        with self.engine.alone():
            if self.engine.hashed:
                number = self.engine.hashed.format(token="token")
            else:
                first = self._next_id()
                number = f"{first - 1} + row_number() OVER (ORDER BY token)"
            self.engine.run(
                f"INSERT INTO term SELECT {number}, token FROM ({tokens}) t WHERE token NOT IN (SELECT token FROM term)"
            )
        self._known = {token: known for token, known in self._known.items() if known is not None}
        if self.engine.hashed:
            self._refuse_twins()
        return first

    def _add(self, missing: list[str]) -> dict[str, int]:
        """Add tokens that the dictionary does not hold, sorted; return their ids."""
        if not self.engine.hashed:
            added = dict(zip(missing, itertools.count(self._next_id()), strict=False))
            self.engine.append("term", {"id": list(added.values()), "token": missing})
            return added
        with self.engine.given({"token": missing}) as given:
            number = self.engine.hashed.format(token="token")
            added = dict(self.engine.rows(f"SELECT token, {number} FROM {given}")) if missing else {}
        self.engine.append("term", {"id": list(added.values()), "token": list(added)})
        self._refuse_twins(added.values())
        return added

    def _refuse_twins(self, ids: Collection[int] | None = None) -> None:
        """Raise ResourceError when two terms have one id, of ``ids`` if these are given."""
        some = f"WHERE id IN ({', '.join(map(str, ids)) or 'NULL'}) " if ids is not None else ""
        twins = self.engine.rows(
            f"SELECT min(token), max(token) FROM term {some}GROUP BY id HAVING count(*) > 1 LIMIT 1"
        )
        for one, other in twins:
            raise ResourceError(f"two terms have one hash, which no table can tell apart: {one} and {other}")

    def _next_id(self) -> int:
        return self.engine.count("SELECT coalesce(max(id) + 1, 0) FROM term")
