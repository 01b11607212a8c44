"""Say where findings are: the line and column of what is wrong, and of the shape that says so.

What is wrong is a triple that a file asserts, and in it a term:

* a value: the object of the triple (its subject, when the path goes backwards); the predicate, where ``sh:closed``
  does not allow it;
* too many values: the last one in its file;
* a missing value, or what is wrong with the focus node itself: the focus node, where it is described;
* a value that no file asserts since it is inferred: the focus node, and the places of the triples it follows from.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from kg.graph.quads import Graph
from kg.graph.terms import TYPE, parse
from kg.source.reader import Triple
from kg.validation import paths
from kg.validation.report import Finding, Place, Report
from kg.validation.shapes import sh

_SUBJECT, _PREDICATE, _OBJECT = range(3)
_TOO_MANY = {sh("MaxCountConstraintComponent"), sh("UniqueLangConstraintComponent")}
_CLOSED = sh("ClosedConstraintComponent")
_EQUALS = sh("EqualsConstraintComponent")

Places = tuple[Place, Place, Place]


# What finds triples in a file: the places of subject, predicate and object of those of the triples that it finds.
Finder = Callable[[str, Collection[Triple]], Mapping[Triple, Places]]
Premises = Callable[[Triple], Iterable[Triple]]


class _Said(NamedTuple):
    """A triple that a file asserts."""

    triple: Triple
    file: str


@dataclass(frozen=True)
class _Aim:
    """Where to look for a finding: one of these triples, the last in its file, and which of its terms."""

    said: tuple[_Said, ...]
    term: int


def locate(
    report: Report,
    graph: Graph,
    *,
    finder: Finder,
    premises: Premises = lambda _: (),
    suggest: Callable[[Finding], str | None] = lambda _: None,
) -> Report:
    """Return the report with the places of its findings.

    ``finder`` is asked once for each file that has findings or shapes of findings. ``premises`` gives the asserted
    triples that an inferred one follows from, ``suggest`` the term that should stand where a finding is.
    """
    sources = _Sources(graph, report.findings)
    aims = [_aim(finding, sources) for finding in report.findings]
    shapes = {shape: sources.shape(shape) for shape in {finding.shape for finding in report.findings}}
    followed = [_premises(finding, sources, premises) for finding in report.findings]
    wanted: defaultdict[str, set[Triple]] = defaultdict(set)
    everything = (*aims, *shapes.values(), *(aim for several in followed for aim in several))
    for aim in everything:
        for triple, file in aim.said if aim else ():
            wanted[file].add(triple)
    found = {file: finder(file, triples) for file, triples in wanted.items()}
    shape_places = {shape: _place(aim, found) for shape, aim in shapes.items()}
    located = []
    for finding, aim, several in zip(report.findings, aims, followed, strict=True):
        place = _place(aim, found)
        from_places = {other for premise in several if (other := _place(premise, found))}
        located.append(
            replace(
                finding,
                file=place.file if place else finding.file,
                place=place,
                shape_place=shape_places[finding.shape],
                premises=tuple(sorted(from_places)),
                suggestion=suggest(finding),
            )
        )
    return Report.of(located)


def _place(aim: _Aim | None, found: Mapping[str, Mapping[Triple, Places]]) -> Place | None:
    if aim is None:
        return None
    places = [found[file][triple][aim.term] for triple, file in aim.said if triple in found[file]]
    if not places:
        return Place(aim.said[0].file)
    first = min(place.file for place in places)
    return max(
        (place for place in places if place.file == first), key=lambda place: (place.line or 0, place.column or 0)
    )


def _aim(finding: Finding, sources: "_Sources") -> _Aim | None:
    """Return what is wrong in the files, or None when no file speaks of the focus node."""
    value = finding.value
    if finding.path is None:
        return sources.description(finding.focus, finding.file)
    step = paths.single(finding.path)
    if step is None:
        last = sources.last(paths.parse(finding.path), finding.focus, value) if value is not None else None
        return last or sources.description(finding.focus, finding.file)
    predicate, backwards = step
    if value is None:
        several = sources.values(finding.focus, predicate) if finding.component in _TOO_MANY and not backwards else ()
        several = _repeated(several) if finding.component == sh("UniqueLangConstraintComponent") else several
        return _Aim(tuple(several), _OBJECT) if several else sources.description(finding.focus, finding.file)
    triple = (value, predicate, finding.focus) if backwards else (finding.focus, predicate, value)
    term = _PREDICATE if finding.component == _CLOSED else _SUBJECT if backwards else _OBJECT
    if files := sources.files(triple):
        return _Aim((_Said(triple, finding.file if finding.file in files else files[0]),), term)
    if finding.component == _EQUALS:
        for other in sources.parameter(finding.shape, "equals"):
            if files := sources.files((finding.focus, other, value)):
                return _Aim((_Said((finding.focus, other, value), files[0]),), _OBJECT)
    return sources.description(finding.focus, finding.file)


def _repeated(said: Iterable[_Said]) -> list[_Said]:
    """Return those whose language is that of another (SHACL, section 4.4.5)."""
    by_language: defaultdict[str, list[_Said]] = defaultdict(list)
    for item in said:
        by_language[(parse(item.triple[2]).language or "").lower()].append(item)
    return [
        item
        for language, items in by_language.items()
        if language and len({i.triple for i in items}) > 1
        for item in items
    ]


def _premises(finding: Finding, sources: "_Sources", premises: Premises) -> list[_Aim]:
    """Return where the triples are that the triple at fault follows from, when it is inferred."""
    if finding.path is None or finding.value is None or (step := paths.single(finding.path)) is None:
        return []
    predicate, backwards = step
    ends = (finding.value, finding.focus) if backwards else (finding.focus, finding.value)
    if sources.files(triple := (ends[0], predicate, ends[1])):
        return []
    return [
        _Aim((_Said(premise, files[0]),), _OBJECT) for premise in premises(triple) if (files := sources.files(premise))
    ]


class _Sources:
    """What files assert, read for all findings at once."""

    def __init__(self, graph: Graph, findings: Collection[Finding]) -> None:
        self._graph = graph
        self._about: defaultdict[str, list[_Said]] = defaultdict(list)
        self._naming: defaultdict[str, list[_Said]] = defaultdict(list)
        self._indexes: dict[tuple[str, bool], dict[str, list[_Said]]] = {}
        nodes = {f.focus for f in findings} | {f.value for f in findings if f.value and f.path and f.path[0] == "^"}
        for said in self._read("s", nodes):
            self._about[said.triple[0]].append(said)
        for said in self._read("o", nodes - self._about.keys()):
            self._naming[said.triple[2]].append(said)
        self._shapes: defaultdict[str, list[_Said]] = defaultdict(list)
        for file, triple in graph.triples_by_file(role="shapes"):
            self._shapes[triple[0]].append(_Said(triple, file))

    def files(self, triple: Triple) -> list[str]:
        """Return the files that assert a triple, sorted."""
        if triple[0] in self._about:
            return sorted({said.file for said in self._about[triple[0]] if said.triple == triple})
        return sorted({file for _, file in self._graph.places(triple)})

    def values(self, focus: str, predicate: str) -> list[_Said]:
        """Return what is asserted of a focus node with a predicate."""
        return [said for said in self._about.get(focus, ()) if said.triple[1] == predicate]

    def description(self, focus: str, file: str | None) -> _Aim | None:
        """Return where a focus node is described, in ``file`` when it is there; else where it is named."""
        for found, term in ((self._about, _SUBJECT), (self._naming, _OBJECT)):
            if said := found.get(focus):
                order = [(item.file != file, item.triple[1] != TYPE, item.file, item.triple) for item in said]
                return _Aim((said[order.index(min(order))],), term)
        return None

    def shape(self, shape: str) -> _Aim | None:
        """Return where a shape is described."""
        said = self._shapes.get(shape)
        return _Aim((min(said, key=lambda item: (item.triple[1] != TYPE, item)),), _SUBJECT) if said else None

    def parameter(self, shape: str, name: str) -> list[str]:
        """Return the values of a parameter of a shape."""
        return [said.triple[2] for said in self._shapes.get(shape, ()) if said.triple[1] == sh(name)]

    def last(self, path: paths.Path, focus: str, value: str) -> _Aim | None:
        """Return the last triple on a way along a path from a focus node to a value."""
        for reached, said, backwards in self._walk(path, focus):
            if reached == value and said is not None:
                return _Aim((said,), _SUBJECT if backwards else _OBJECT)
        return None

    def _walk(self, path: paths.Path, node: str) -> Iterator[tuple[str, _Said | None, bool]]:
        """Yield (node reached, last triple, whether it was taken backwards) along a path."""
        if isinstance(path, str) or (path[0] == "^" and isinstance(path[1], str)):
            predicate, backwards = (path, False) if isinstance(path, str) else (path[1], True)
            for one in self._steps(predicate, backwards=backwards).get(node, ()):
                yield one.triple[0 if backwards else 2], one, backwards
            return
        operator, *parts = path
        if operator == "|":
            for part in parts:
                yield from self._walk(part, node)
        elif operator == "/":
            head, *rest = parts
            for reached, said, backwards in self._walk(head, node):
                if not rest:
                    yield reached, said, backwards
                    continue
                for further in self._walk(("/", *rest), reached):
                    yield further if further[1] else (further[0], said, backwards)
        elif operator == "^":
            yield from self._walk(_inverse(parts[0]), node)
        else:
            if operator in "*?":
                yield node, None, False
            seen, grown = {node}, [node]
            while grown:
                found = [step for start in grown for step in self._walk(parts[0], start)]
                yield from found
                grown = list(dict.fromkeys(step[0] for step in found if step[0] not in seen))
                seen.update(grown)
                if operator == "?":
                    return

    def _steps(self, predicate: str, *, backwards: bool) -> dict[str, list[_Said]]:
        key = (predicate, backwards)
        if key not in self._indexes:
            index: defaultdict[str, list[_Said]] = defaultdict(list)
            for said in self._read("p", {predicate}):
                index[said.triple[2 if backwards else 0]].append(said)
            self._indexes[key] = dict(index)
        return self._indexes[key]

    def _read(self, column: str, tokens: Collection[str]) -> Iterator[_Said]:
        """Yield what files of data assert with one of these tokens in a column."""
        with self._graph.engine.given({"token": list(tokens)}) as given:
            rows = self._graph.engine.rows(
                "SELECT DISTINCT s.token, p.token, o.token, f.path FROM quad q JOIN source f ON f.id = q.source "
                "JOIN term s ON s.id = q.s JOIN term p ON p.id = q.p JOIN term o ON o.id = q.o WHERE f.role = 'data' "
                f"AND q.{column} IN (SELECT id FROM term JOIN {given} USING (token)) ORDER BY ALL"
            )
        for s, p, o, file in rows:
            yield _Said((s, p, o), file)


def _inverse(path: paths.Path) -> paths.Path:
    """Return the path that goes the other way, with its inverses at single steps (SPARQL 1.1, section 18.2.2.6)."""
    if isinstance(path, str):
        return "^", path
    operator, *parts = path
    if operator == "^":
        inside: paths.Path = parts[0]
        return inside
    turned = [_inverse(part) for part in parts]
    return operator, *(reversed(turned) if operator == "/" else turned)
