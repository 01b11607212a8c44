"""What is read of a graph while something is written, noted: what read nothing that changed need not be written anew.

A note is a short text. Those of the store say which quads were looked for, of a token or two:

``s<subject>`` ``o<object>`` ``g<graph>`` ``p<predicate>`` ``v<subject> <predicate>`` ``w<predicate> <object>``
``n<subject>``  the names of a thing, ``h<thing>`` what stands above it, ``c<class>`` any of what its things are called

Those of what is computed from the whole graph say what was asked; ``kg.service.hosting.values`` computes it again:

``k<thing>`` its narrowest classes, ``t<thing>`` whether it is listed, ``m<class>`` its things
``f<document>`` its parts, ``d<IRI>`` how a term or shape is documented
``y<page> <IRI>`` what is on a page of a resource that has several
``l<language> <class>`` the list of a class, ``q<text>`` the answer of a query
``z<what>`` what is counted in the whole graph (``kg.service.noted``)
``i`` what was inferred, by which rules, and found; ``u`` how many of anything there are
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_NOTHING_ELSE = "="
_NOTES: ContextVar[set[str] | None] = ContextVar("notes", default=None)


@contextmanager
def reading() -> Iterator[set[str]]:
    """Yield the notes of what is read until the end, by this thread and those that it asks."""
    notes: set[str] = set()
    before = _NOTES.set(notes)
    try:
        yield notes
    finally:
        _NOTES.reset(before)


def note(kind: str, what: str) -> None:
    """Note that something is read, if anybody wants to know."""
    if (notes := _NOTES.get()) is not None:
        notes.add(kind + what)


def note_all(kinds: str, what: str) -> None:
    """Note that something of several kinds is read, if anybody wants to know."""
    if (notes := _NOTES.get()) is not None:
        notes.update([kind + what for kind in kinds])


def note_each(kind: str, what: Iterable[str]) -> None:
    """Note that several things of a kind are read, if anybody wants to know."""
    if (notes := _NOTES.get()) is not None:
        notes.update([kind + one for one in what])


def note_nothing_else() -> None:
    """Say that the notes tell all that is read: who does not say so may have read anything."""
    note(_NOTHING_ELSE, "")


def told_all(notes: set[str]) -> frozenset[str] | None:
    """Return the notes of who said that they tell all that was read; None when nobody did."""
    return frozenset(notes - {_NOTHING_ELSE}) if _NOTHING_ELSE in notes else None
