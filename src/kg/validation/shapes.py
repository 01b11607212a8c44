"""The shapes graph, read once into shapes and constraints (SHACL, sections 2 to 6).

A constraint is one component with its parameters: a shape with two ``sh:class`` values has two. What a shape refers
to, other shapes above all, stays a token; ``Shapes`` gives the shape of it. Ill-formed shapes and shapes that refer
to themselves are refused.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from kg.errors import ShapeError
from kg.graph.terms import OWL, RDF, RDFS, TYPE, XSD, parse
from kg.source.reader import Triple
from kg.validation import paths
from kg.validation.paths import Path

SH = "http://www.w3.org/ns/shacl#"
FIRST, REST, NIL = f"<{RDF}first>", f"<{RDF}rest>", f"<{RDF}nil>"
SUB_CLASS = f"<{RDFS}subClassOf>"


_TRUE = f'"true"^^<{XSD}boolean>'


def sh(name: str) -> str:
    """Return the token of a term of SHACL."""
    return f"<{SH}{name}>"


@dataclass(frozen=True)
class Constraint:
    """A use of a constraint component.

    ``parameters`` are tokens by the local name of a Core parameter, or by the token of the path of a declared one; a
    parameter that is a list holds its members. ``source`` is the node of a SPARQL constraint (SHACL, section 5).
    """

    component: str
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    source: str | None = None

    def one(self, name: str) -> str:
        """Return the only value of a parameter that the constraint has."""
        return self.parameters[name][0]

    def number(self, name: str) -> int:
        """Return the value of a parameter that is an integer."""
        return int(parse(self.one(name)).value)

    def flag(self, name: str) -> bool:
        """Return whether a parameter is there and the literal true; SHACL does not mean 1."""
        return self.parameters.get(name) == (_TRUE,)


@dataclass(frozen=True)
class Shape:
    """A node shape, or a property shape when it has a path. ``messages`` are literal tokens, sorted."""

    node: str
    path: Path | None
    severity: str
    messages: tuple[str, ...]
    deactivated: bool
    constraints: tuple[Constraint, ...]


@dataclass(frozen=True)
class Target:
    """What a shape is applied to: ``kind`` is class, node, subjectsOf or objectsOf; ``term`` a token."""

    kind: str
    term: str


@dataclass(frozen=True)
class Parameter:
    """A parameter that a constraint component declares: the token of its path, and whether it may be missing."""

    path: str
    optional: bool

    @property
    def name(self) -> str:
        """The local name, which is the variable of its values (SHACL, section 6.2.1)."""
        return self.path[1:-1].replace("#", "/").rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Component:
    """A constraint component that the shapes graph declares (SHACL, section 6); validators are nodes."""

    node: str
    parameters: tuple[Parameter, ...]
    validators: tuple[str, ...]
    node_validators: tuple[str, ...]
    property_validators: tuple[str, ...]

    @property
    def required(self) -> tuple[Parameter, ...]:
        """The parameters that a shape must have to use the component."""
        return tuple(parameter for parameter in self.parameters if not parameter.optional)


# The Core components of one parameter. Those of a list have as values its members; each value is a constraint.
_ONE = {
    "class": "Class", "datatype": "Datatype", "nodeKind": "NodeKind", "minCount": "MinCount", "maxCount": "MaxCount",
    "minExclusive": "MinExclusive", "minInclusive": "MinInclusive", "maxExclusive": "MaxExclusive",
    "maxInclusive": "MaxInclusive", "minLength": "MinLength", "maxLength": "MaxLength", "uniqueLang": "UniqueLang",
    "equals": "Equals", "disjoint": "Disjoint", "lessThan": "LessThan", "lessThanOrEquals": "LessThanOrEquals",
    "not": "Not", "node": "Node", "property": "Property", "hasValue": "HasValue",
}  # fmt: skip
_LIST = {"languageIn": "LanguageIn", "and": "And", "or": "Or", "xone": "Xone", "in": "In"}
_SINGLE = {
    "datatype", "nodeKind", "minCount", "maxCount", "minExclusive", "minInclusive", "maxExclusive", "maxInclusive",
    "minLength", "maxLength", "pattern", "flags", "languageIn", "uniqueLang", "in", "closed", "ignoredProperties",
    "qualifiedValueShape", "qualifiedMinCount", "qualifiedMaxCount", "qualifiedValueShapesDisjoint",
    "deactivated", "severity",
}  # fmt: skip
_PROPERTY_ONLY = {
    "minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals", "qualifiedValueShape",
}  # fmt: skip
_COUNTS = {"minCount", "maxCount", "minLength", "maxLength", "qualifiedMinCount", "qualifiedMaxCount"}
_BOOLEANS = {"uniqueLang", "closed", "deactivated", "qualifiedValueShapesDisjoint"}
_IRIS = {"class", "datatype", "nodeKind", "equals", "disjoint", "lessThan", "lessThanOrEquals"}
_TARGETS = {
    "targetClass": "class", "targetNode": "node", "targetSubjectsOf": "subjectsOf", "targetObjectsOf": "objectsOf"
}  # fmt: skip
_SHAPES = ("property", "node", "not", "and", "or", "xone", "qualifiedValueShape")
NODE_KINDS = {
    sh("IRI"): "i", sh("BlankNode"): "b", sh("Literal"): "l", sh("BlankNodeOrIRI"): "bi",
    sh("BlankNodeOrLiteral"): "bl", sh("IRIOrLiteral"): "il",
}  # fmt: skip


class Shapes:
    """The shapes of a shapes graph."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        """Read the shapes that have a target, and those that they use.

        Raises ShapeError, with the shape and why, for an ill-formed one and for one that refers to itself.
        """
        self._out: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(partial(defaultdict, list))
        self._subjects: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self._users: defaultdict[str, list[str]] = defaultdict(list)
        for s, p, o in sorted(set(triples)):
            self._out[s][p].append(o)
            self._subjects[p, o].append(s)
            self._users[o].append(s)
        self._components = {parameter.path: c for c in self._declared() for parameter in c.parameters}
        self._shapes: dict[str, Shape] = {}
        self.targets: dict[str, tuple[Target, ...]] = dict(self._targets())
        for node in self.targets:
            self._read(node, ())

    def __getitem__(self, node: str) -> Shape:
        return self._shapes[node]

    def __iter__(self) -> Iterator[Shape]:
        return iter(self._shapes.values())

    def values(self, subject: str, predicate: str) -> list[str]:
        """Return the objects of a subject and a predicate in the shapes graph, sorted."""
        return self._out[subject][predicate] if subject in self._out and predicate in self._out[subject] else []

    def value(self, subject: str, predicate: str) -> str | None:
        """Return the first of them, or None."""
        return next(iter(self.values(subject, predicate)), None)

    def triples(self) -> Iterator[Triple]:
        """Yield the triples of the shapes graph."""
        for s, predicates in self._out.items():
            for p, objects in predicates.items():
                yield from ((s, p, o) for o in objects)

    def component(self, token: str) -> Component:
        """Return a declared component."""
        return next(component for component in self._components.values() if component.node == token)

    def owner(self, node: str) -> str:
        """Return the IRI whose description a blank node is part of, or the node itself."""
        seen: set[str] = set()
        while node.startswith("_:") and node not in seen:
            seen.add(node)
            node = next(iter(self._users[node]), node)
        return node

    def siblings(self, shape: str) -> list[str]:
        """Return the qualified value shapes of the other property shapes beside a shape (SHACL, section 4.7.3)."""
        parents = self._subjects[sh("property"), shape]
        beside = {other for parent in parents for other in self.values(parent, sh("property"))}
        mine = self.values(shape, sh("qualifiedValueShape"))
        return sorted({v for other in beside for v in self.values(other, sh("qualifiedValueShape")) if v not in mine})

    def _instances(self, kind: str) -> set[str]:
        """Return the SHACL instances of a class in the shapes graph (SHACL, section 1.1)."""
        classes, grown = set(), {kind}
        while grown:
            classes |= grown
            grown = {s for c in grown for s in self._subjects[SUB_CLASS, c]} - classes
        return {s for c in classes for s in self._subjects[TYPE, c]}

    def _targets(self) -> Iterator[tuple[str, tuple[Target, ...]]]:
        shapes = self._instances(sh("NodeShape")) | self._instances(sh("PropertyShape"))
        classes = (self._instances(f"<{RDFS}Class>") | self._instances(f"<{OWL}Class>")) & shapes
        for node in sorted(self._out):
            found = [
                Target(kind, term) for name, kind in _TARGETS.items() for term in self.values(node, sh(name))
            ]  # fmt: skip
            if node in classes and node.startswith("<"):
                found.append(Target("class", node))
            if found:
                yield node, tuple(dict.fromkeys(found))

    def _read(self, node: str, outer: tuple[str, ...]) -> None:
        if node in outer:
            cycle = " → ".join(self._name(n) for n in (*outer[outer.index(node) :], node))
            raise ShapeError(f"the shape {self._name(node)} refers to itself: {cycle} (SHACL, section 3.4.3)")
        if node in self._shapes:
            return
        if not node.startswith(("<", "_:")):
            raise self._ill(outer[-1], f"a literal is not a shape: {node}")
        path = self._path(node)
        constraints = tuple(self._constraints(node, path))
        for constraint in constraints:
            for name in _SHAPES:
                for inner in constraint.parameters.get(name, ()):
                    self._read(inner, (*outer, node))
        messages = tuple(self.values(node, sh("message")))
        severity = self._single(node, "severity") or sh("Violation")
        deactivated = self._single(node, "deactivated") == _TRUE
        self._shapes[node] = Shape(node, path, severity, messages, deactivated, constraints)

    def _path(self, node: str) -> Path | None:
        found = self.values(node, sh("path"))
        if len(found) > 1:
            raise self._ill(node, "it has more than one sh:path")
        if not found:
            if node in self._instances(sh("PropertyShape")):
                raise self._ill(node, "a property shape has a sh:path")
            return None
        try:
            return paths.read(found[0], self.value)
        except ValueError as error:
            raise self._ill(node, str(error)) from error

    def _constraints(self, node: str, path: Path | None) -> Iterator[Constraint]:
        for name in _PROPERTY_ONLY:
            if path is None and self.values(node, sh(name)):
                raise self._ill(node, f"sh:{name} is for property shapes")
        for name, component in _ONE.items():
            self._single(node, name)
            for value in self.values(node, sh(name)):
                self._sound(node, name, value)
                yield Constraint(_core(component), {name: (value,)})
        for name, component in _LIST.items():
            self._single(node, name)
            for value in self.values(node, sh(name)):
                yield Constraint(_core(component), {name: tuple(self._list(node, value))})
        yield from self._pattern(node)
        yield from self._closed(node)
        yield from self._qualified(node)
        for query in self.values(node, sh("sparql")):
            if self.value(query, sh("deactivated")) != _TRUE:
                yield Constraint(_core("SPARQL"), source=query)
        yield from self._custom(node)

    def _pattern(self, node: str) -> Iterator[Constraint]:
        flags = self._single(node, "flags")
        for pattern in self.values(node, sh("pattern")):
            parameters = {"pattern": (pattern,)} | ({"flags": (flags,)} if flags else {})
            yield Constraint(_core("Pattern"), parameters)

    def _closed(self, node: str) -> Iterator[Constraint]:
        closed = self._single(node, "closed")
        if closed is None:
            return
        self._sound(node, "closed", closed)
        if closed != _TRUE:
            return
        ignored = self._single(node, "ignoredProperties")
        allowed = set(self._list(node, ignored)) if ignored else set()
        for inner in self.values(node, sh("property")):
            allowed |= {found for found in self.values(inner, sh("path")) if found.startswith("<")}
        yield Constraint(_core("Closed"), {"allowed": tuple(sorted(allowed))})

    def _qualified(self, node: str) -> Iterator[Constraint]:
        for value in self.values(node, sh("qualifiedValueShape")):
            disjoint = self._single(node, "qualifiedValueShapesDisjoint") == _TRUE
            siblings = tuple(self.siblings(node)) if disjoint else ()
            for name, component in (
                ("qualifiedMinCount", "QualifiedMinCount"),
                ("qualifiedMaxCount", "QualifiedMaxCount"),
            ):
                for count in self.values(node, sh(name)):
                    self._sound(node, name, count)
                    parameters = {"qualifiedValueShape": (value, *siblings), "count": (count,)}
                    yield Constraint(_core(component), parameters)

    def _custom(self, node: str) -> Iterator[Constraint]:
        used = {c.node: c for p, c in self._components.items() if self.values(node, p)}
        for component in used.values():
            if any(not self.values(node, parameter.path) for parameter in component.required):
                continue
            given = {
                p.path: tuple(self.values(node, p.path)) for p in component.parameters if self.values(node, p.path)
            }
            if len(component.parameters) > 1 and any(len(values) > 1 for values in given.values()):
                raise self._ill(node, f"each parameter of {self._name(component.node)} has one value")
            for values in next(iter(given.values())) if len(component.parameters) == 1 else [None]:
                chosen = given if values is None else {next(iter(given)): (values,)}
                yield Constraint(component.node, chosen)

    def _declared(self) -> Iterator[Component]:
        for node in sorted(self._instances(sh("ConstraintComponent"))):
            parameters = []
            for parameter in self.values(node, sh("parameter")):
                path = self.value(parameter, sh("path"))
                if path is None or not path.startswith("<"):
                    raise self._ill(node, "each sh:parameter has a sh:path that is an IRI")
                optional = self.value(parameter, sh("optional")) == _TRUE
                parameters.append(Parameter(path, optional))
            validators = (
                tuple(self.values(node, sh(name))) for name in ("validator", "nodeValidator", "propertyValidator")
            )
            yield Component(node, tuple(sorted(parameters, key=lambda p: p.path)), *validators)

    def _single(self, node: str, name: str) -> str | None:
        found = self.values(node, sh(name))
        if len(found) > 1 and name in _SINGLE:
            raise self._ill(node, f"it has more than one sh:{name}")
        return found[0] if found else None

    def _sound(self, node: str, name: str, value: str) -> None:
        """Raise ShapeError for a parameter whose value is not of the kind that SHACL asks for."""
        if name in _COUNTS and not (value.endswith(f"^^<{XSD}integer>") and parse(value).value.lstrip("+-").isdigit()):
            raise self._ill(node, f"sh:{name} is an integer, not {value}")
        if name in _BOOLEANS and not value.endswith(f"^^<{XSD}boolean>"):
            raise self._ill(node, f"sh:{name} is true or false, not {value}")
        if name in _IRIS and not value.startswith("<"):
            raise self._ill(node, f"sh:{name} is an IRI, not {value}")
        if name == "property" and not self.values(value, sh("path")):
            raise self._ill(node, f"sh:property is a property shape, and {self._name(value)} has no sh:path")
        if name == "node" and self.values(value, sh("path")):
            raise self._ill(node, f"sh:node is a node shape, and {self._name(value)} has a sh:path")
        if name == "nodeKind" and value not in NODE_KINDS:
            raise self._ill(node, f"sh:nodeKind is one of SHACL's six, not {value}")

    def _list(self, node: str, head: str) -> Iterator[str]:
        seen: set[str] = set()
        while head != NIL:
            firsts, rests = self.values(head, FIRST), self.values(head, REST)
            if len(firsts) != 1 or len(rests) != 1 or head in seen:
                raise self._ill(node, f"{head} is not a well-formed list")
            seen.add(head)
            yield firsts[0]
            head = rests[0]

    def _name(self, node: str) -> str:
        owner = self.owner(node)
        return node if owner == node else f"{node} in {owner}"

    def _ill(self, node: str, why: str) -> ShapeError:
        return ShapeError(f"the shape {self._name(node)} is ill-formed: {why}")


def _core(name: str) -> str:
    return sh(f"{name}ConstraintComponent")
