"""Each passage contains what it is said to state: the figure's words, the date, or the name of the resource."""

import datetime
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

from kg.graph.terms import RDFS, SKOS, TYPE, parse
from kg.project import Project
from kg.source.evidence import fold, read_document
from kg.source.reader import Quad, Triple, read

pytestmark = pytest.mark.source

MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
NAMES = {f"<{SKOS}prefLabel>", f"<{SKOS}altLabel>", f"<{SKOS}hiddenLabel>", f"<{RDFS}label>"}
STRICT = ("party", "territory", "act", "fund", "person", "post", "domain", "legal")

# Facts whose object the line names by a pronoun or a common noun, in a section that names it in its title.
EXCEPTIONS = {
    (750, "status"): "the line says that the contract is to extend to the Thiérache",
    (1400, "status"): "the line says that its extension to the Thiérache is under way",
    (2286, "status"): "the line says that its extension to the Thiérache is under way",
    (2479, "axisList"): "the first of two ambitions that no line counts; the fiche's title names the contract",
    (538, "status"): "the line says that an amendment has been made",
    (2072, "status"): "the line says that the charter will be signed",
    (2301, "axisList"): "the first of three objectives that no line counts; the fiche's title names the instrument",
    (2413, "axisList"): "the line announces priority actions; the fiche's title names the instrument",
    (2505, "status"): "the line says “Signature”; the fiche's title names the contract",
    (1400, "implements"): "the line says “Le Pacte”, in the section on the Pacte Sambre-Avesnois-Thiérache",
    (2614, "implements"): "the line says “Le Pacte”, in the fiche of the Pacte Sambre-Avesnois-Thiérache",
}


@dataclass(frozen=True)
class Evidence:
    """What the passage test needs: the lines, the names of each resource, and the words of each figure."""

    lines: tuple[str, ...]
    names: dict[str, set[str]]
    project: Project

    def faults(self, quads: list[Quad]) -> list[str]:
        """Return the facts that their passage does not contain."""
        as_stated = f"<{self.project.evidence.as_stated}>"
        words: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for g, s, p, o in quads:
            if p == as_stated:
                words[g, s].append(parse(o).value)
        for g, s, p, o in quads:  # the words of a figure name what it is the figure of, a list of axes for one
            if p.endswith("#figureOf>"):
                words[g, o] += words[g, s]
        found = []
        for g, s, p, o in quads:
            located = self.project.evidence.locate(g[1:-1])
            if located is None:
                found.append(f"{g}: not a passage")
                continue
            line = self.lines[located[1] - 1]
            if not line.strip():
                found.append(f"line {located[1]} is blank")
            elif p != TYPE and not self._stated(line, located[1], (s, p, o), [*words[g, s], *words[g, o]]):
                found.append(f"line {located[1]}: {s} {p} {o}")
        return found

    def _stated(self, line: str, number: int, triple: Triple, words: list[str]) -> bool:
        s, p, o = triple
        text = f" {fold(line)} "
        if p == f"<{self.project.evidence.as_stated}>":
            return parse(o).value in line
        if (number, p.rsplit("#", 1)[-1][:-1]) in EXCEPTIONS:
            return True
        literal = parse(o)
        if literal.kind == "literal" and literal.datatype and literal.datatype.endswith("#date"):
            return _dated(line, datetime.date.fromisoformat(literal.value), to_the_day=p.endswith("#signedOn>"))
        if literal.kind == "literal" and literal.datatype and literal.datatype.endswith(("#gYear", "#gYearMonth")):
            return _in_year(line, literal.value)
        kind = o.removeprefix(f"<{self.project.base}id/").split("/")[0] if o.startswith("<") else ""
        if kind in STRICT and not (kind == "act" and self._named(text, s)):
            return self._named(text, o) or any(word in line for word in words)
        return any(word in line for word in words) or self._named(text, s) or self._named(text, o)

    def _named(self, text: str, token: str) -> bool:
        return any(f" {name} " in text for name in self.names[token])


def _dated(line: str, date: datetime.date, *, to_the_day: bool) -> bool:
    """Return whether the line has the day as French writes it; the year is enough for a bound of a vague date."""
    day = "1er" if date.day == 1 else str(date.day)
    return f"{day} {MONTHS[date.month - 1]} {date.year}" in line or (not to_the_day and str(date.year) in line)


def _in_year(line: str, value: str) -> bool:
    """Return whether the line has the year, after the month in words when ``value`` has one (2018-06)."""
    year, _, month = value.partition("-")
    return year in line and (not month or MONTHS[int(month) - 1] in line.lower())


@pytest.fixture(scope="module")
def quads(project: Project) -> list[Quad]:
    return [quad for path in project.files(project.root / "instances/magazine") for quad in read(path, project=project)]


@pytest.fixture(scope="module")
def evidence(project: Project, source_text: Path) -> Evidence:
    names: defaultdict[str, set[str]] = defaultdict(set)
    for folder in (project.instances, project.ontology):
        for path in project.files(folder):
            for _, s, p, o in read(path, project=project):
                if p in NAMES and (name := fold(parse(o).value)):
                    names[s].add(name)
    lines = read_document(source_text, document=project.evidence.documents[0])
    return Evidence(lines, names, project)


def test_every_fact_of_the_magazine_is_in_the_passage_that_it_cites(quads: list[Quad], evidence: Evidence) -> None:
    assert len(quads) > 500
    assert "\n".join(evidence.faults(quads)) == ""


def test_a_fact_moved_to_another_line_is_found(quads: list[Quad], evidence: Evidence) -> None:
    document = evidence.project.evidence.documents[0]
    moved = [q for q in quads if q[2].endswith(("#signatory>", "#signedOn>", "#asStated>", "#lead>"))]
    assert len(moved) > 40
    for g, s, p, o in moved:
        assert evidence.faults([(f"<{document.passage(87)}>", s, p, o)]), (g, s, p, o)


def test_every_exception_is_needed(quads: list[Quad], evidence: Evidence) -> None:
    document = evidence.project.evidence.documents[0]
    used = {
        (number, name)
        for number, name in EXCEPTIONS
        if any(g == f"<{document.passage(number)}>" and p.endswith(f"#{name}>") for g, _, p, _ in quads)
    }
    assert used == set(EXCEPTIONS)


def test_every_deduction_has_its_reasoning_and_passages_that_are_not_blank(
    project: Project, evidence: Evidence
) -> None:
    graphs: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for path in project.files(project.root / "instances/deduced"):
        for g, s, p, o in read(path, project=project):
            graphs[g] += [(p, o)] if s == g else []
    assert graphs
    for graph, said in graphs.items():
        languages = {parse(o).language for p, o in said if p == f"<{project.evidence.reasoning}>"}
        assert languages == set(project.languages), graph
        sources = [project.evidence.locate(o[1:-1]) for p, o in said if p == f"<{project.evidence.derived_from}>"]
        assert any(sources), graph
        assert all(evidence.lines[located[1] - 1].strip() for located in sources if located), graph


def test_the_project_holds_no_sentence_of_the_magazine(project: Project, evidence: Evidence) -> None:
    """No run of fifteen words of the document stands in the data."""
    words = re.findall(r"\w+", " ".join(fold(line) for line in evidence.lines))
    runs = {" ".join(words[i : i + 15]) for i in range(len(words) - 14)}
    titles = (f"<{project.base}id/post/", f"<{project.base}id/attendance/")  # the title of an office is a name
    for folder in (project.instances, project.ontology):
        for path in project.files(folder):
            for _, s, _, o in read(path, project=project):
                if not o.startswith('"') or s.startswith(titles):
                    continue
                said = fold(parse(o).value).split()
                copied = [" ".join(said[i : i + 15]) for i in range(len(said) - 14)]
                assert not runs.intersection(copied), (path.name, o)
