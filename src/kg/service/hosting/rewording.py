"""How little two builds differ in: in words alone, or in facts that make no thing one of another class."""

from collections import Counter
from collections.abc import Collection, Iterable

from kg.graph.differing import Differing, has_blank
from kg.graph.store import Store, read_quads
from kg.graph.terms import XSD, iri
from kg.project import Project
from kg.service.things import NAMES
from kg.service.vocabulary import READ
from kg.source.reader import Quad

_CODES = ("", f"^^<{XSD}string>")
"""What may follow the quotes of a code: whether a text is one depends on others."""


def is_rewording(lines: Differing, *, store: Store) -> bool:
    """Tell whether quads went for others that are the same but for a literal, which has the same datatype or language.

    ``store`` has those of the new build. No other quad may have such a literal, before or now, and no term that tells
    what a vocabulary has may be in them.
    """
    gone, fresh = ([*_read(part)] for part in (lines.gone, lines.fresh))
    if not all(_is_word(quad) for quad in (*gone, *fresh)) or _said(gone) != _said(fresh):
        return False
    there = set(fresh)
    literals = {o for *_, o in (*gone, *fresh)}
    return all(there.issuperset(store.quads(object=literal)) for literal in literals)


def keeps_classes(quads: Iterable[Quad], *, project: Project) -> bool:
    """Tell whether the quads in which two builds differ leave all things in their classes, places and codes."""
    hops = {iri(hop.property) for hop in project.pages.trail}

    def keeps(quad: Quad) -> bool:
        _, _, p, o = quad
        if has_blank(quad) or p in READ or p in hops:
            return False
        return not o.startswith('"') or p in NAMES or _suffix(o) not in _CODES

    return all(map(keeps, quads))


def _read(lines: Collection[bytes]) -> list[Quad]:
    return list(read_quads(b"".join(lines), suffix=".nq"))


def _is_word(quad: Quad) -> bool:
    _, _, p, o = quad
    if not o.startswith('"') or has_blank(quad) or p in READ:
        return False
    return p in NAMES or _suffix(o) not in _CODES


def _said(quads: Iterable[Quad]) -> Counter[tuple[str, frozenset[tuple[str, str, str]]]]:
    """Return, of each literal, its datatype or language and where it stands: two that were one are not the same."""
    places: dict[str, set[tuple[str, str, str]]] = {}
    for g, s, p, o in quads:
        places.setdefault(o, set()).add((g, s, p))
    return Counter((_suffix(literal), frozenset(where)) for literal, where in places.items())


def _suffix(literal: str) -> str:
    return literal.rpartition('"')[2]
