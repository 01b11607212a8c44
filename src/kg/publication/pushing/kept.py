"""Compare what a store answers with what it was given: the same terms, the same values, or something else."""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from kg.graph.canonical import canonical_nquads
from kg.graph.terms import XSD, Term, parse
from kg.source.reader import Triple

_INTEGERS = {
    f"{XSD}{name}"
    for name in (
        "integer", "long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger", "unsignedLong",
        "unsignedInt", "unsignedShort", "unsignedByte", "nonPositiveInteger", "negativeInteger",
    )
}  # fmt: skip
_DECIMALS = {f"{XSD}decimal", *_INTEGERS}
_DOUBLES = {f"{XSD}double", f"{XSD}float"}
_WKT = {"http://www.opengis.net/ont/geosparql#wktLiteral", "http://www.openlinksw.com/schemas/virtrdf#Geometry"}
_INTEGER, _DECIMAL = re.compile(r"[+-]?\d+"), re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Kept:
    """What a store has kept: how many triples it holds, how many of those sent it writes otherwise, what it changed.

    ``lost`` are lines that were sent and are not there, not even with the same values; ``strange`` are lines that are
    there and were not sent. Both are sorted; those with blank nodes are as they are compared.
    """

    held: int
    otherwise: int
    lost: tuple[str, ...]
    strange: tuple[str, ...]

    @property
    def faithful(self) -> bool:
        """Whether all that was sent is there, and nothing else."""
        return not self.lost and not self.strange


def compare(sent: Collection[Triple], got: Collection[Triple]) -> Kept:
    """Compare triples, whatever the labels of their blank nodes.

    Raises ResourceError when the blank nodes cannot be told apart.
    """
    there = set(got)
    otherwise = (Counter(map(_unlabelled, sent)) - Counter(map(_unlabelled, there))).total()
    blank = any(token.startswith("_:") for s, _, o in sent for token in (s, o))
    if not otherwise and not blank and len(there) == len(sent):
        return Kept(len(there), 0, (), ())
    ours, theirs = _lines(sent), _lines(there)
    lost, strange = ours - theirs, theirs - ours
    otherwise = max(otherwise - len(lost), 0)
    return Kept(len(there), otherwise, _as_written(lost, sent), _as_written(strange, there))


def _as_written(lines: Collection[str], triples: Iterable[Triple]) -> tuple[str, ...]:
    """Return lines as their triples are written, where they have no blank node."""
    written = {f"{s} {p} {_value(o)} .": f"{s} {p} {o} ." for s, p, o in triples} if lines else {}
    return tuple(sorted(written.get(line, line) for line in lines))


def _unlabelled(triple: Triple) -> Triple:
    """Return a triple with one label for all blank nodes."""
    s, p, o = triple
    return "_:" if s.startswith("_:") else s, p, "_:" if o.startswith("_:") else o


def _lines(triples: Iterable[Triple]) -> set[str]:
    """Return triples as lines of N-Triples with canonical labels, literals of one value alike."""
    return {line.rstrip("\n") for line in canonical_nquads(("", s, p, _value(o)) for s, p, o in triples)}


def _value(token: str) -> str:
    """Return the same token for literals of the same value."""
    if not token.startswith('"'):
        return token
    if not token.endswith(">"):
        text, at, language = token.rpartition('"@')
        return f"{text}{at}{language.lower()}"
    term = parse(token)
    value = _canonical(term)
    return token if value is None else f'"{value}"^^<{_family(term)}>'


def _family(term: Term) -> str:
    """Return the datatype that stands for those whose values are the same ones."""
    if term.datatype in _DECIMALS:
        return f"{XSD}decimal"
    return min(_WKT) if term.datatype in _WKT else str(term.datatype)


def _canonical(term: Term) -> str | None:
    """Return how a value is written, where we know several ways to write it."""
    lexical = term.value
    if term.datatype in _DECIMALS:
        well_formed = (_INTEGER if term.datatype in _INTEGERS else _DECIMAL).fullmatch(lexical)
        return _plain(Decimal(lexical)) if well_formed else None
    if term.datatype in _DOUBLES:
        try:
            return repr(float(lexical))
        except ValueError:
            return None
    if term.datatype == f"{XSD}boolean":
        return {"1": "true", "0": "false"}.get(lexical, lexical)
    if term.datatype in _WKT:
        return re.sub(r"\s*([(),])\s*", r"\1", _NUMBER.sub(lambda found: repr(float(found[0])), lexical))
    return None


def _plain(number: Decimal) -> str:
    """Return a decimal without zeros that say nothing, and exact."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text
