"""Quads without labels of blank nodes, of which each store has its own."""

from collections.abc import Iterable

from kg.source.reader import Quad


def labelled_alike(quads: Iterable[Quad]) -> list[Quad]:
    """Return quads sorted, all blank nodes called alike."""
    return sorted((g, "_:" if s.startswith("_:") else s, p, "_:" if o.startswith("_:") else o) for g, s, p, o in quads)
