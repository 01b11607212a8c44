"""The graph's own vocabularies and shapes, read once from a build: what there is, how it is used, what needs it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from kg.errors import QueryError
from kg.graph.build import Build
from kg.graph.terms import OWL, RDF, RDFS, SKOS, TYPE, iri
from kg.lookup.focus import Checked, read_checked, read_holders
from kg.lookup.usage import Link, Side, Usage, read_usage
from kg.project import Project
from kg.query.catalogue import Catalogue, Query
from kg.query.naming import named
from kg.service.hierarchy import Hierarchy
from kg.service.noted import Noted, note_counted
from kg.validation.paths import text

GROUPS: Mapping[str, tuple[str, ...]] = {
    "classes": (f"{OWL}Class", f"{RDFS}Class"),
    "object_properties": tuple(
        f"{OWL}{kind}Property"
        for kind in ("Object", "Transitive", "Symmetric", "Asymmetric", "Reflexive", "Irreflexive", "InverseFunctional")
    ),
    "datatype_properties": (f"{OWL}DatatypeProperty",),
    "annotation_properties": (f"{OWL}AnnotationProperty",),
    "properties": (f"{RDF}Property", f"{OWL}FunctionalProperty", f"{OWL}OntologyProperty"),
    "datatypes": (f"{RDFS}Datatype",),
}
"""The groups of terms, with the classes of what is in them; a term is in the first that it fits."""
_TOKENS = {group: frozenset(map(iri, kinds)) for group, kinds in GROUPS.items()}
_UP = (f"<{RDFS}subClassOf>", f"<{RDFS}subPropertyOf>")
_DEFINED_BY, _IN_SCHEME, _SCHEME = f"<{RDFS}isDefinedBy>", f"<{SKOS}inScheme>", f"<{SKOS}ConceptScheme>"
_ONTOLOGY = f"<{OWL}Ontology>"
_KINDS = frozenset((_ONTOLOGY, _SCHEME)).union(*_TOKENS.values())
_RULES = "rules"
_Naming = Mapping[str, Sequence[Query]]
READ = frozenset((TYPE, *_UP, _DEFINED_BY, _IN_SCHEME))
"""The properties that tell what a vocabulary has."""


class Vocabulary:
    """The terms and shapes of a graph whose IRIs begin with its origin; all are tokens.

    ``like`` is that of another build with the same shapes and saved queries, which are not read again; ``usage`` is
    that of this build, if it has been read.

    ``terms`` gives the group of each term, ``homes`` the terms of each vocabulary by its IRI, ``schemes`` the concepts
    of each concept scheme; ``usage`` and ``checked`` are those of the build; ``saved`` the saved queries, ``questions``
    and ``rules`` those of them that name a term; ``links`` is what a diagram shows.
    """

    def __init__(
        self, build: Build, *, project: Project, like: "Vocabulary | None" = None, usage: Usage | None = None
    ) -> None:
        self._project = project
        self.origin = project.base[: project.base.rindex("/") + 1]
        graph = build.graph
        typed: dict[str, set[str]] = defaultdict(set)
        for s, _, o in graph.union_with([TYPE], objects=sorted(_KINDS)):
            if self.is_own(s):
                typed[s].add(o)
        said = list(graph.union_with(sorted(READ - {TYPE})))
        self.terms = {term: group for term in sorted(typed) if (group := _group(typed[term]))}
        homes: dict[str, list[str]] = defaultdict(list)
        defined = {s: o for s, p, o in said if p == _DEFINED_BY and self.is_own(o)}
        for term in self.terms:
            homes[defined.get(term, iri(_stem(term[1:-1])))].append(term)
        empty: dict[str, list[str]] = {s: [] for s, kinds in typed.items() if _ONTOLOGY in kinds}
        self.homes: Mapping[str, Sequence[str]] = {home[1:-1]: all_ for home, all_ in {**empty, **homes}.items()}
        concepts: dict[str, list[str]] = {s: [] for s in sorted(typed) if _SCHEME in typed[s]}
        for s, p, o in said:
            if p == _IN_SCHEME and o in concepts:
                concepts[o].append(s)
        self.schemes: Mapping[str, Sequence[str]] = concepts
        above = [(s, o) for s, p, o in said if p in _UP]
        asserted = list(graph.asserted_with(_UP))
        self.hierarchy = Hierarchy(above, asserted=((s, o) for s, _, o in asserted))
        self.usage: Usage = usage or read_usage(build, project=project)
        self.checked: Checked = read_checked(build, project=project, like=like.checked if like else None)
        self.shapes = [s.node for s in self.checked.shapes if self.is_own(s.node)]
        links = sorted({*self._data_links(), *self._shape_links()}, key=_most)
        self.saved: Mapping[str, Query] = like.saved if like else _saved(project)
        self.questions: _Naming = like.questions if like else self._naming(("competency", "pages"))
        self.rules: _Naming = like.rules if like else self._naming(("rules",))
        graph.engine.close()
        self._build_rules: Sequence[Mapping[str, Any]] = build.rules
        self._structure = (self.terms, self.homes, self.schemes, sorted(above), sorted(asserted))
        self._links = Noted("links", _by_end(links))
        counts: dict[str, Any] = {name: Noted(name, of) for name, of in vars(self.usage).items() if name != "links"}
        focus, findings = Noted("focus", self.checked.focus), Noted("findings", self.checked.findings)
        self.usage = replace(self.usage, **counts)
        self.checked = replace(self.checked, focus=focus, findings=findings)
        self._noted: Mapping[str, Noted[Any]] = {**counts, "links": self._links, "focus": focus, "findings": findings}

    def counted(self, name: str) -> object:
        """Return what ``kg.service.noted`` notes by a name: all of a kind, one of it by a key, or what terms there are.

        None where there is nothing.
        """
        kind, _, key = name.partition(" ")
        if not kind:
            return self._structure
        if kind == _RULES:
            return self._build_rules
        of = self._noted[kind].of
        return sorted(of.items()) if not key else (of[key],) if key in of else None

    def note(self) -> None:
        """Note that what terms there are is read, and what is above what."""
        note_counted("")

    @property
    def build_rules(self) -> Sequence[Mapping[str, Any]]:
        """The rules by which triples were inferred."""
        note_counted(_RULES)
        return self._build_rules

    @property
    def links(self) -> Sequence[Link]:
        """What a diagram of all classes shows, those of most triples first."""
        return self.links_of(list(self._links))

    def links_of(self, classes: Iterable[str]) -> Sequence[Link]:
        """Return the links that have one of some classes at an end, those of most triples first."""
        return sorted({link for one in classes for link in self._links.get(one, ())}, key=_most)

    def is_own(self, token: str) -> bool:
        """Tell whether an IRI is one of the graph's own."""
        return token.startswith(f"<{self.origin}")

    def terms_of(self, home: str, group: str) -> list[str]:
        """Return the terms of a vocabulary in a group."""
        return [term for term in self.homes.get(home, ()) if self.terms[term] == group]

    def shapes_of(self, home: str) -> list[str]:
        """Return the shapes of a document: those that are no property of another first."""
        return [node for node in sorted(self.shapes) if _stem(node[1:-1]) == home]

    @cached_property
    def documents(self) -> list[str]:
        """The IRIs of the documents of terms and shapes, those of terms first."""
        return [*sorted(self.homes), *(home for home in self.shape_homes if home not in self.homes)]

    @cached_property
    def shape_homes(self) -> list[str]:
        """The documents that have shapes, sorted."""
        return sorted({_stem(node[1:-1]) for node in self.shapes})

    @cached_property
    def documented(self) -> frozenset[str]:
        """The terms, the shapes, and the documents of some."""
        return frozenset((*self.terms, *self.shapes, *map(iri, self.documents)))

    @cached_property
    def shapes_about(self) -> Mapping[str, Sequence[str]]:
        """The shapes that constrain a term: that aim at a class, or whose path has a property."""
        found: dict[str, set[str]] = defaultdict(set)
        shapes = self.checked.shapes
        for node, targets in shapes.targets.items():
            for target in targets:
                found[target.term].add(node)
        for shape in shapes:
            for name in _named(text(shape.path)) if shape.path is not None else ():
                found[name].add(shapes.owner(shape.node))
            for constraint in shape.constraints:
                for value in constraint.parameters.get("class", ()):
                    found[value].add(shapes.owner(shape.node))
        return {term: sorted(node for node in nodes if self.is_own(node)) for term, nodes in found.items()}

    @cached_property
    def holders(self) -> Mapping[str, Sequence[str]]:
        """The shapes of which a shape is a property shape, by its node."""
        return read_holders(self.checked.shapes)

    def cover(self, sides: Sequence[Side], things: int) -> list[str]:
        """Return the smallest class that all of so many things are of, one of the graph's own if there is; else some.

        Those are the classes of the things that are below no other of them.
        """
        own = [side for side in sides if self.is_own(side.name)] or list(sides)
        whole = [side.name for side in own if side.things == things]
        if whole:
            return [min(whole, key=lambda name: (self.usage.classes[name], name))]
        names = {side.name for side in own}
        return [side.name for side in own if not self.hierarchy.above(side.name) & names]

    def ends(self, name: str) -> tuple[list[str], list[str]]:
        """Return the classes of the things that have a property, and of those that it leads to, as the data show."""
        use = self.usage.properties.get(name)
        if use is None:
            return [], []
        leading, led_to = self.usage.subjects.get(name, ()), self.usage.objects.get(name, ())
        return self.cover(leading, use.subjects), self.cover(led_to, use.objects)

    def is_stated(self, name: str) -> bool:
        """Tell whether some triple of a property is not inferred."""
        use = self.usage.properties.get(name)
        return use is not None and use.triples > sum(n for _, n in self.usage.inferred.get(name, ()))

    def _data_links(self) -> Iterator[Link]:
        """Yield the links between the classes of both ends of the graph's own properties that something states."""
        ends = {name: self.ends(name) for name in self.terms if self.is_stated(name)}
        for link in self.usage.links:
            sources, targets = ends.get(link.property, ((), ()))
            if link.source in sources and link.target in targets:
                yield link

    def _shape_links(self) -> Iterator[Link]:
        """Yield the links that shapes ask for, of properties that lead nowhere yet."""
        shapes = self.checked.shapes
        for shape in shapes:
            classes = [value for c in shape.constraints for value in c.parameters.get("class", ())]
            if not isinstance(shape.path, str) or shape.path not in self.terms or self.is_stated(shape.path):
                continue
            for holder in {shape.node, *self.holders.get(shape.node, ())}:
                for target in shapes.targets.get(holder, ()):
                    if target.kind == "class":
                        yield from (Link(target.term, shape.path, value, 0) for value in classes)

    def _naming(self, folders: Sequence[str]) -> _Naming:
        """Return the saved queries of some folders that name each term, by name."""
        found: dict[str, list[Query]] = defaultdict(list)
        for query in self.saved.values():
            if query.folder in folders:
                for name in named(query.text, prefixes=self._project.prefixes, base=self._project.base):
                    found[iri(name)].append(query)
        return found


def _saved(project: Project) -> Mapping[str, Query]:
    """Return the saved queries by name; none where they are not beside the build."""
    try:
        return {query.name: query for query in Catalogue.of(project)}
    except QueryError:
        return {}


def _group(kinds: Iterable[str]) -> str | None:
    return next((group for group, of in _TOKENS.items() if not of.isdisjoint(kinds)), None)


def _stem(name: str) -> str:
    """Return the IRI of the document of a fragment, else of the folder that an IRI is in."""
    return name.partition("#")[0] if "#" in name else name.rpartition("/")[0]


def _named(path: str) -> list[str]:
    return [f"<{part.partition('>')[0]}>" for part in path.split("<")[1:]]


def _by_end(links: Iterable[Link]) -> Mapping[str, Sequence[Link]]:
    found: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        for end in {link.source, link.target}:
            found[end].append(link)
    return dict(found)


def _most(link: Link) -> tuple[int, str, str, str]:
    return -link.triples, link.source, link.property, link.target
