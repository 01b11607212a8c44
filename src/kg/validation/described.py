"""What shapes say of themselves to those who read a report: name, description, messages, page."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kg.graph.terms import RDFS, TYPE, parse
from kg.source.reader import Triple
from kg.validation import paths
from kg.validation.report import SEVERITIES, Severity
from kg.validation.shapes import sh

_TITLES = (sh("name"), f"<{RDFS}label>")
_HELP = (sh("description"), f"<{RDFS}comment>")
_PAGES = f"<{RDFS}seeAlso>"
_SIGNS = (sh("path"), sh("targetClass"), sh("targetNode"), sh("targetSubjectsOf"), sh("targetObjectsOf"))
_KINDS = (sh("NodeShape"), sh("PropertyShape"))

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Described:
    """What a shape says. Texts are by language, "" for those of none.

    ``owner`` is the shape that has an IRI and that a shape without one is part of; ``path`` its property path as
    SPARQL writes it.
    """

    shape: str
    owner: str
    path: str | None = None
    severity: Severity = "violation"
    titles: Texts = field(default_factory=dict, hash=False)
    help: Texts = field(default_factory=dict, hash=False)
    messages: Texts = field(default_factory=dict, hash=False)
    page: str | None = None


def describe(shape_triples: Iterable[Triple]) -> dict[str, Described]:
    """Return what the shapes of a shapes graph say of themselves, by their tokens, sorted."""
    out: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    users: dict[str, str] = {}
    for s, p, o in sorted(set(shape_triples)):
        out[s][p].append(o)
        if o.startswith("_:"):
            users.setdefault(o, s)
    parts = {o for said in out.values() for o in said.get(sh("property"), ())}

    def is_shape(node: str) -> bool:
        said = out[node]
        kinds = said.get(TYPE, ())
        return node in parts or any(kind in _KINDS for kind in kinds) or any(sign in said for sign in _SIGNS)

    return {node: _described(node, out, users) for node in list(out) if is_shape(node)}


def _described(node: str, out: Mapping[str, Mapping[str, list[str]]], users: Mapping[str, str]) -> Described:
    said = out[node]

    def value(subject: str, predicate: str) -> str | None:
        return next(iter(out[subject].get(predicate, ())), None) if subject in out else None

    def texts(predicates: Iterable[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for token in (token for predicate in predicates for token in said.get(predicate, ())):
            if (term := parse(token)).kind == "literal":
                found.setdefault(term.language or "", term.value)
        return found

    owner, seen = node, {node}
    while owner.startswith("_:") and (user := users.get(owner)) and user not in seen:
        owner = user
        seen.add(user)
    severities = {sh(name.capitalize()): name for name in SEVERITIES}
    path = value(node, sh("path"))
    page = value(node, _PAGES)
    try:
        written = paths.text(paths.read(path, value)) if path else None
    except ValueError:
        written = None
    return Described(
        shape=node,
        owner=owner,
        path=written,
        severity=severities.get(value(node, sh("severity")) or "", "violation"),
        titles=texts(_TITLES),
        help=texts(_HELP),
        messages=texts((sh("message"),)),
        page=page[1:-1] if page and page.startswith("<http") else None,
    )
