"""Suggest the term that should stand where a finding is, when it is certain.

* ``sh:in`` and ``sh:class``: the one member or instance whose name is near to that of the value;
* ``sh:closed``: the one property of the shape whose name is near to that of the predicate;
* ``sh:datatype``: the same lexical form with the datatype, when the datatype has that form;
* ``sh:nodeKind sh:IRI``: the IRI that a literal spells;
* a shape that says ``<urn:kg:shape:checkDigit> "luhn"``: the code with its last digit right (ISO/IEC 7812-1, annex B).

Nothing is suggested where two terms are as near, nor for a value that is described itself: it is no slip.
"""

import datetime
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher, get_close_matches

from kg.graph import literals
from kg.graph.quads import Graph
from kg.graph.terms import RDFS, TYPE, XSD, literal, parse
from kg.validation.report import Finding
from kg.validation.shapes import FIRST, NIL, REST, sh

CHECK_DIGIT = "<urn:kg:shape:checkDigit>"

_NEAR = 0.8  # of SequenceMatcher.ratio, between local names
_COMPARED = 2_000_000  # comparisons of names, after which no more is suggested: seconds
_SPELT = re.compile(r"(https?://|urn:)[^\x00-\x20<>\"{}|^`\\]+")
"""An IRI that a text spells."""


def suggester(graph: Graph) -> Callable[[Finding], str | None]:
    """Return what gives the token of the term that should stand where a finding in ``graph`` is, or None."""
    known = _Known(graph)

    def suggest(finding: Finding) -> str | None:
        if finding.value is None:
            return None
        said = _SUGGESTIONS.get(finding.component)
        token = said(finding, known) if said else None
        if token is None and known.values(finding.shape, CHECK_DIGIT) == ['"luhn"']:
            token = luhn(finding.value)
        return None if token == finding.value else token

    return suggest


def luhn(token: str) -> str | None:
    """Return a code of digits with the last digit that Luhn's formula gives, or None for what is no such code."""
    said = parse(token)
    if said.kind != "literal" or not re.fullmatch("[0-9]{2,}", said.value):
        return None
    total = 0
    for place, digit in enumerate(map(int, reversed(said.value[:-1]))):
        double = digit * 2 if place % 2 == 0 else digit
        total += double - 9 if double > 9 else double
    return literal(said.value[:-1] + str(-total % 10), datatype=said.datatype)


def nearest(wrong: str, right: Iterable[str]) -> str | None:
    """Return the one token whose name is nearest to that of ``wrong``, or None when none or several are near.

    IRIs are compared by what follows their last / or #, within one namespace, literals whole.
    """
    space, name = _split(wrong)
    names: defaultdict[str, list[str]] = defaultdict(list)
    for token in right:
        other_space, other = _split(token)
        if other_space == space:
            names[other].append(token)
    close = get_close_matches(name, names, n=2, cutoff=_NEAR)
    if not close or len(names[close[0]]) > 1:
        return None
    first, *others = (SequenceMatcher(None, other, name).ratio() for other in close)
    return names[close[0]][0] if all(other < first for other in others) else None


def _split(token: str) -> tuple[str, str]:
    if token.startswith("<"):
        cut = max(token.rfind("/"), token.rfind("#")) + 1
        return token[:cut], token[cut:-1]
    return ('"', parse(token).value.casefold().strip()) if token.startswith('"') else ("_", token)


class _Known:
    """What the shapes and the data know, each asked once."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._shapes: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for _, (s, p, o) in graph.triples_by_file(role="shapes"):
            self._shapes[s, p].append(o)
        self._found: dict[object, str | None] = {}
        self._instances: dict[str, list[str]] = {}
        self._compared = 0

    def values(self, subject: str, predicate: str) -> list[str]:
        """Return the objects of a subject and a predicate in the shapes graph."""
        return self._shapes.get((subject, predicate), [])

    def members(self, shape: str, name: str) -> list[str]:
        """Return the members of the list that is a parameter of a shape."""
        found: list[str] = []
        for node in self.values(shape, sh(name)):
            seen: set[str] = set()
            while node != NIL and node not in seen:
                seen.add(node)
                found += self.values(node, FIRST)
                node = next(iter(self.values(node, REST)), NIL)
        return found

    def properties(self, shape: str) -> list[str]:
        """Return the properties that a closed shape allows (SHACL, section 4.8.1)."""
        inner = self.values(shape, sh("property"))
        allowed = [path for node in inner for path in self.values(node, sh("path")) if path.startswith("<")]
        return [*allowed, *self.members(shape, "ignoredProperties")]

    def instances(self, kind: str) -> list[str]:
        """Return the asserted instances of a class and of those below it, sorted."""
        if kind not in self._instances:
            ids = [self._graph.find(token) for token in (kind, TYPE, f"<{RDFS}subClassOf>")]
            start, is_a, sub = ("NULL" if number is None else str(number) for number in ids)
            rows = self._graph.engine.rows(
                f"WITH RECURSIVE sub(class) AS ((SELECT {start}::INTEGER) UNION (SELECT c.s FROM closure c "
                f"JOIN sub ON c.o = sub.class WHERE c.p = {sub} AND c.round = 0)) "
                "SELECT DISTINCT t.token FROM closure c JOIN sub ON c.o = sub.class JOIN term t ON t.id = c.s "
                f"WHERE c.p = {is_a} AND c.round = 0 ORDER BY 1"
            )
            self._instances[kind] = [token for (token,) in rows]
        return self._instances[kind]

    def nearest(self, wrong: str, key: object, right: Callable[[], Sequence[str]]) -> str | None:
        """Return the nearest of the terms that ``key`` stands for, unless ``wrong`` is a thing that data describe."""
        if (wrong, key) not in self._found:
            terms = right() if self._compared < _COMPARED else ()
            self._compared += len(terms)
            found = nearest(wrong, terms) if terms else None
            self._found[wrong, key] = None if found and self._is_described(wrong) else found
        return self._found[wrong, key]

    def _is_described(self, token: str) -> bool:
        number = self._graph.find(token)
        condition = f"SELECT count(*) FROM quad WHERE s = {number}"
        return token.startswith("<") and number is not None and self._graph.engine.count(condition) > 0


def _member(finding: Finding, known: _Known) -> str | None:
    return known.nearest(finding.value or "", (finding.shape, "in"), lambda: known.members(finding.shape, "in"))


def _property(finding: Finding, known: _Known) -> str | None:
    properties = known.properties(finding.shape)
    return nearest(finding.path, properties) if finding.path and finding.path.startswith("<") else None


def _instance(finding: Finding, known: _Known) -> str | None:
    kinds = known.values(finding.shape, sh("class"))
    if len(kinds) != 1 or not (finding.value or "").startswith("<"):
        return None
    return known.nearest(finding.value or "", kinds[0], lambda: known.instances(kinds[0]))


def _typed(finding: Finding, known: _Known) -> str | None:
    said = parse(finding.value or "")
    for token in known.values(finding.shape, sh("datatype")):
        datatype = token[1:-1]
        if said.kind == "literal" and not said.language and _has_form(said.value, datatype):
            return literal(said.value, datatype=datatype)
    return None


def _iri(finding: Finding, known: _Known) -> str | None:
    said = parse(finding.value or "")
    wants = known.values(finding.shape, sh("nodeKind")) == [sh("IRI")]
    spelt = said.kind == "literal" and _SPELT.fullmatch(said.value)
    return f"<{said.value}>" if wants and spelt else None


_SUGGESTIONS: dict[str, Callable[[Finding, _Known], str | None]] = {
    sh("InConstraintComponent"): _member,
    sh("ClosedConstraintComponent"): _property,
    sh("ClassConstraintComponent"): _instance,
    sh("DatatypeConstraintComponent"): _typed,
    sh("NodeKindConstraintComponent"): _iri,
}
# Datatypes whose literals are often written without them.
_WRITTEN = (
    "integer", "nonNegativeInteger", "positiveInteger", "decimal", "double", "boolean", "gYear", "date", "dateTime"
)  # fmt: skip


def _has_form(text: str, datatype: str) -> bool:
    name = datatype.removeprefix(XSD)
    if name in ("string", "anyURI"):
        return name == "string" or _SPELT.fullmatch(text) is not None
    if name not in _WRITTEN or not re.fullmatch(literals.FORMS[name], text):
        return False
    try:
        return not name.startswith("date") or bool(datetime.datetime.fromisoformat(text))
    except ValueError:
        return False
