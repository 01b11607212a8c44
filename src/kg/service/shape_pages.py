"""What the page of a shape says of it beyond the graph: what it asks, in words, of what, and what was found."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kg.graph.terms import RDFS
from kg.lookup.speaker import number
from kg.service.constraints import Reader, Sentence
from kg.service.documents import LABELS
from kg.service.names import Name, Names, Shown
from kg.service.shelf import Shelf
from kg.service.view import View
from kg.validation.paths import text
from kg.validation.report import SEVERITIES
from kg.validation.shapes import SH, sh

_PROPERTY = sh("PropertyConstraintComponent")
_HELP = (sh("description"), f"<{RDFS}comment>")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a shape asks: what it aims at, the path whose values it is of, its sentences, severity and message.

    ``parts`` are its property shapes; ``focus`` and ``findings`` are numbers, as the language writes them.
    """

    anchor: str
    name: Name
    iri: str
    href: str | None
    targets: Sequence[tuple[str, Shown]]
    path: Sequence[Shown]
    sentences: Sequence[Sentence]
    severity: str
    message: Shown | None
    help: Shown | None
    focus: str | None
    findings: Sequence[str]
    all_findings: Sequence[str]
    file: str | None
    line: str | None
    when: str
    holders: Sequence[Shown] = ()
    parts: "Sequence[Asked]" = ()


class ShapePages:
    """Says what the shapes of a graph ask, in one view."""

    def __init__(self, shelf: Shelf, names: Names, view: View) -> None:
        self._vocabulary = shelf.vocabulary
        self._checked = shelf.vocabulary.checked
        self._documents = shelf.documents
        self._names = names
        self._view = view
        self._reader = Reader(self._checked.shapes, names, view)

    def asked(self, node: str, *, about: str | None = None) -> Asked:
        """Return what a shape asks; ``about`` a property, only those of its property shapes that are of it."""
        shape, words = self._checked.shapes[node], self._view.words
        targets = self._checked.shapes.targets.get(node, ())
        inner = [c.one("property") for c in shape.constraints if c.component == _PROPERTY]
        if about in self._vocabulary.terms and self._vocabulary.terms[about] not in ("classes", "datatypes"):
            inner = [part for part in inner if about in text(self._checked.shapes[part].path or "")]
        focus = self._checked.focus.get(node)
        return Asked(
            anchor=self._documents.address(node[1:-1]) or "" if node.startswith("<") else "",
            name=self.name(node),
            iri=node[1:-1] if node.startswith("<") else "",
            href=self._names.href(node[1:-1]) if node.startswith("<") else None,
            targets=[(words[f"target_{target.kind}"], self._names.shown(target.term)) for target in targets],
            path=self._reader.path(shape.path),
            sentences=self._reader.sentences(shape),
            severity=self._severity(shape.severity),
            message=self._reader.message(shape),
            help=self._help(node),
            focus=None if focus is None else number(str(focus), self._view.language),
            findings=self._findings([node]),
            all_findings=self._findings([node, *inner]),
            file=self._checked.files.get(node),
            line=words["line"].format(self._checked.lines[node]) if node in self._checked.lines else None,
            when=words["when_derived" if node in self._checked.derived else "when_asserted"],
            holders=[self._names.shown(other) for other in self._vocabulary.holders.get(node, ())],
            parts=[self.asked(part) for part in inner],
        )

    def name(self, node: str) -> Name:
        """Return what a shape is called; one without an IRI may have a name too."""
        if node.startswith("<"):
            return self._names.name(node)
        said = self._reader.best([o for p in LABELS for o in self._checked.shapes.values(node, p)])
        return Name(said.text, said.language) if said else Name(self._view.words["anonymous"])

    def tops(self, nodes: Sequence[str]) -> list[str]:
        """Return those of some shapes that are no property of another of them."""
        inner = {
            v for n in nodes for c in self._checked.shapes[n].constraints for v in c.parameters.get("property", ())
        }
        return [node for node in nodes if node not in inner]

    def _help(self, node: str) -> Shown | None:
        return self._reader.best([o for p in _HELP for o in self._checked.shapes.values(node, p)])

    def _severity(self, token: str) -> str:
        name = token.removeprefix(f"<{SH}").removesuffix(">").lower()
        return self._view.words[f"severity_{name}"] if name in SEVERITIES else self._names.name(token).text

    def _findings(self, nodes: Sequence[str]) -> list[str]:
        """Return how many findings of each severity the build has, the worst first; that there are none, too."""
        found: Counter[str] = Counter()
        for node in nodes:
            found.update(self._checked.findings.get(node, {}))
        words = self._view.words
        told = [
            words["of_severity"].format(number(str(found[name]), self._view.language), words[f"severity_{name}"])
            for name in SEVERITIES
            if name in found
        ]
        return told or [words["no_finding"]]
