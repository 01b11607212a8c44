"""Property paths as queries (SHACL, section 2.3.1)."""

from typing import Protocol

from kg.validation.paths import Path


class World(Protocol):
    """Where paths lead: ``data`` is the name of a table (s, p, o)."""

    data: str

    def id(self, token: str) -> str:
        """Return the id of a term as SQL, NULL when the graph does not hold it."""


def follow(path: Path, start: str, world: World) -> str:
    """Return the SELECT (focus, node) of the nodes that ``path`` leads to from those of ``start`` (focus, node)."""
    if isinstance(path, str):
        return _step(path, start, world, "s", "o")
    operator, *parts = path
    if operator == "^":
        return _backwards(parts[0], start, world)
    if operator == "/":
        for part in parts:
            start = follow(part, start, world)
        return f"SELECT DISTINCT focus, node FROM ({start})"
    if operator == "|":
        return " UNION ".join(f"({follow(part, start, world)})" for part in parts)
    once = follow(parts[0], start, world)
    if operator == "?":
        return f"({start}) UNION ({once})"
    reached = f"reached{_depth(path)}"
    more = follow(parts[0], f"SELECT focus, node FROM {reached}", world)
    first = start if operator == "*" else once
    return f"(WITH RECURSIVE {reached}(focus, node) AS (({first}) UNION ({more})) SELECT focus, node FROM {reached})"


def _depth(path: Path) -> int:
    return 0 if isinstance(path, str) else 1 + max(_depth(part) for part in path[1:])


def _backwards(path: Path, start: str, world: World) -> str:
    """Return what the inverse of ``path`` leads to: the inverse of its parts, in the reverse order."""
    if isinstance(path, str):
        return _step(path, start, world, "o", "s")
    operator, *parts = path
    if operator == "^":
        return follow(parts[0], start, world)
    inverses = [("^", part) for part in (reversed(parts) if operator == "/" else parts)]
    return follow((operator, *inverses), start, world)


def _step(predicate: str, start: str, world: World, here: str, there: str) -> str:
    return (
        f"SELECT f.focus, t.{there} AS node FROM ({start}) f JOIN {world.data} t ON t.{here} = f.node "
        f"WHERE t.p = {world.id(predicate)}"
    )
