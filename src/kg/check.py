"""Lint the authored files: what is wrong before any shape is asked."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rdflib import namespace

from kg.errors import KgError, UsageError, suggestion
from kg.graph.quads import Graph
from kg.graph.store import Solutions, Store
from kg.graph.terms import OWL, RDFS, SKOS, TYPE, parse
from kg.inference.construct import read_rule
from kg.project import RDF_SUFFIXES, Project
from kg.query.catalogue import Catalogue, Query
from kg.query.lint import lint_query
from kg.source.reader import Quad, read

_PREFIX = re.compile(r"^\s*(?:@prefix|PREFIX)\s+([\w.-]*):\s*<([^>]*)>", re.MULTILINE | re.IGNORECASE)
_STRING_OR_COMMENT = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*\'\'\'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\''
    r"|<[^<>\s]*>|#[^\n]*",
    re.DOTALL,
)
_LABELS = (f"<{RDFS}label>", f"<{SKOS}prefLabel>")
_DEFINITION = f"<{SKOS}definition>"
_TERM_KINDS = {f"<{OWL}{kind}>" for kind in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")}
_CONCEPT_KINDS = {f"<{SKOS}Concept>", f"<{SKOS}ConceptScheme>"}
_VOCABULARIES = {str(space): {str(term) for term in dir(space)} for space in (namespace.OWL, namespace.RDFS)}
_VOCABULARIES |= {str(space): {str(term) for term in dir(space)} for space in (namespace.SKOS, namespace.SH)}
_VOCABULARIES[str(namespace.SH)] |= {
    f"{namespace.SH}{word}" for word in ("and", "class", "in", "not", "or")
}  # keywords
"""Vocabularies whose misspelling is silent: a wrong sh: or owl: term simply does nothing."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in a file; ``line`` is from 1, or None where it is not known."""

    file: str
    line: int | None
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" if self.line else f"{self.file}: {self.message}"


def check(project: Project, *, paths: tuple[Path, ...] = (), language: str | None = None) -> list[Problem]:
    """Return what is wrong in the files of ``project``, sorted; with ``paths``, in these files and folders only.

    The whole project is read in any case: a term used in one file is defined in another.
    """
    quads: dict[str, list[Quad]] = {}
    problems: list[Problem] = []
    for path in _rdf_files(project, paths):
        try:
            quads[project.relative(path)] = list(read(path, project=project))
        except KgError as error:
            problems.append(Problem(error.file or project.relative(path), error.line, error.message))
            continue
        problems.extend(_prefixes(path, project))
    problems.extend(_terms(quads, project))
    problems.extend(_wordings(quads, project))
    problems.extend(_evidence(quads, project))
    problems.extend(_queries(project))
    if not problems:
        problems.extend(_run_checks(quads, project, language or project.languages[0]))
    wanted = {project.relative(path) for path in paths}
    return sorted(
        {p for p in problems if not wanted or any(p.file == w or p.file.startswith(f"{w}/") for w in wanted)},
        key=lambda p: (p.file, p.line or 0, p.message),
    )


def _rdf_files(project: Project, paths: tuple[Path, ...]) -> list[Path]:
    """Return the files of the project, and those of ``paths`` that are elsewhere.

    Raises UsageError for a path that holds nothing to check.
    """
    folders = [folder for folder in (project.ontology, project.shapes, project.instances) if folder.is_dir()]
    found = {path.resolve(): path for folder in folders for path in project.files(folder)}
    queries = project.files(project.queries, suffixes=(".rq",)) if project.queries.is_dir() else []
    known = {*found, *(path.resolve() for path in queries)}
    for path in paths:
        if path.is_dir():
            inside = project.files(path)
            if not inside and not any(query.is_relative_to(path.resolve()) for query in known):
                raise UsageError(f"nothing to check in {path}: no RDF file and no query of the project")
            found |= {file.resolve(): file for file in inside if file.resolve() not in found}
        elif path.resolve() not in known:
            if path.suffix not in RDF_SUFFIXES:
                raise UsageError(f"not a file that kg checks: {path} (known suffixes: {' '.join(RDF_SUFFIXES)} .rq)")
            found[path.resolve()] = path
    return list(found.values())


def _prefixes(path: Path, project: Project) -> Iterator[Problem]:
    if path.suffix not in (".ttl", ".trig"):
        return
    text = path.read_text(encoding="utf-8")
    bare = _STRING_OR_COMMENT.sub(lambda m: m[0] if m[0].startswith("<") else re.sub(r"[^\n]", " ", m[0]), text)
    names = re.sub(r"<[^<>\s]*>", " ", bare)
    name = project.relative(path)
    for declared in _PREFIX.finditer(bare):
        prefix, iri = declared.groups()
        line = text.count("\n", 0, declared.start(1)) + 1
        if len(re.findall(rf"(?<![\w.-]){re.escape(prefix)}:", names)) < 2:
            yield Problem(name, line, f'the prefix "{prefix}" is declared and not used')
        if prefix in project.prefixes and project.prefixes[prefix] != iri:
            yield Problem(name, line, f'the prefix "{prefix}" is <{project.prefixes[prefix]}> in the settings')


def _terms(quads: dict[str, list[Quad]], project: Project) -> Iterator[Problem]:
    """Terms of our own vocabulary that nothing defines, and terms that RDFS, OWL, SKOS and SHACL do not have."""
    ontology = f"{project.relative(project.ontology)}/"
    defined = {s[1:-1] for file, rows in quads.items() if file.startswith(ontology) for _, s, p, _ in rows if p == TYPE}
    own = {re.split(r"[#/](?=[^#/]*$)", iri)[0] + "#" for iri in defined if "#" in iri}
    known = _VOCABULARIES | {space: {iri for iri in defined if iri.startswith(space)} for space in own}
    for file, rows in quads.items():
        for token in sorted({token for _, _, p, o in rows for token in (p, o) if token.startswith("<")}):
            iri = token[1:-1]
            space = next((space for space in known if iri.startswith(space)), None)
            if space and iri not in known[space] and iri != space:
                names = {project.compact(term) for term in known[space]}
                short = project.compact(iri)
                yield Problem(file, _line_of(project, file, short), f"unknown term {short}.{suggestion(short, names)}")


def _wordings(quads: dict[str, list[Quad]], project: Project) -> Iterator[Problem]:
    """Terms and concepts of the ontology without one label and one definition in each language."""
    ontology = f"{project.relative(project.ontology)}/"
    kinds: defaultdict[str, set[str]] = defaultdict(set)
    homes: dict[str, str] = {}
    texts: defaultdict[tuple[str, str], list[str | None]] = defaultdict(list)
    for file, rows in quads.items():
        if not file.startswith(ontology):
            continue
        for _, s, p, o in rows:
            if p == TYPE and s.startswith("<"):
                kinds[s].add(o)
                homes.setdefault(s, file)
            elif p in _LABELS or p == _DEFINITION:
                texts[s, "label" if p in _LABELS else "definition"].append(parse(o).language)
    for subject, types in kinds.items():
        if not types & (_TERM_KINDS | _CONCEPT_KINDS) and not any(_is_own(t, kinds) for t in types):
            continue
        for what in ("label", "definition"):
            for language in project.languages:
                count = texts[subject, what].count(language)
                if count != 1:
                    short = project.compact(subject[1:-1])
                    wanted = "no" if count == 0 else "more than one"
                    line = _line_of(project, homes[subject], short)
                    yield Problem(homes[subject], line, f"{short} has {wanted} {what} in {language}")


def _is_own(kind: str, kinds: dict[str, set[str]]) -> bool:
    return f"<{OWL}Class>" in kinds.get(kind, set())


def _evidence(quads: dict[str, list[Quad]], project: Project) -> Iterator[Problem]:
    """Facts in the default graph, facts outside a passage, deductions without reasoning or without passages."""
    evidence = project.evidence
    for file, rows in quads.items():
        for s, p, o in sorted({(s, p, o) for g, s, p, o in rows if not g}):
            fact = " ".join(_short(token, project) for token in (s, p, o))
            yield Problem(file, _line_of(project, file, _short(s, project)), f"a fact in the default graph: {fact}")
        graphs = sorted({g[1:-1] for g, *_ in rows if g})
        if evidence.passages and file.startswith(f"{evidence.passages}/"):
            for graph in graphs:
                if not evidence.locate(graph):
                    short = graph.removeprefix(project.base)
                    yield Problem(file, _line_of(project, file, f"<{short}>"), f"not a passage of a document: {short}")
        if evidence.deductions and file.startswith(f"{evidence.deductions}/"):
            for graph in graphs:
                yield from _deduction(file, f"<{graph}>", rows, project)
        if file.startswith(f"{project.relative(project.instances)}/"):
            blank = sorted({s for _, s, _, o in rows for s in (s, o) if s.startswith("_:")})
            if blank:
                yield Problem(file, None, f"{len(blank)} blank nodes: give what they stand for an IRI")


def _deduction(file: str, graph: str, rows: list[Quad], project: Project) -> Iterator[Problem]:
    evidence = project.evidence
    said = [(p, o) for g, s, p, o in rows if g == graph and s == graph]
    short = graph[1:-1].removeprefix(project.base)
    line = _line_of(project, file, f"<{short}>")
    languages = {parse(o).language for p, o in said if p == f"<{evidence.reasoning}>"}
    for language in project.languages:
        if evidence.reasoning and language not in languages:
            yield Problem(
                file, line, f"the deduction {short} has no {project.compact(evidence.reasoning)} in {language}"
            )
    sources = [o[1:-1] for p, o in said if p == f"<{evidence.derived_from}>"]
    if evidence.derived_from and not any(evidence.locate(source) for source in sources):
        yield Problem(file, line, f"the deduction {short} names no passage by {project.compact(evidence.derived_from)}")


def _queries(project: Project) -> Iterator[Problem]:
    if not project.queries.is_dir():
        return
    catalogue = Catalogue.of(project)
    for name, path in catalogue.paths.items():
        file = project.relative(path)
        try:
            query = catalogue.find(name)
            if query.folder == "rules":
                read_rule(query.text, name=name, file=file)
            else:
                Store.memory().query(query.text)
        except KgError as error:
            yield Problem(error.file or file, error.line, error.message)
            continue
        for line, message in lint_query(query):
            yield Problem(file, line, message)


def _run_checks(quads: dict[str, list[Quad]], project: Project, language: str) -> Iterator[Problem]:
    """Run the queries of ``queries/checks/``, whose rows ``?graph ?s ?p ?o`` are offenders."""
    catalogue = Catalogue.of(project) if project.queries.is_dir() else None
    checks: list[Query] = [query for query in catalogue or () if query.folder == "checks"]
    if not checks:
        return
    graph = Graph.create()
    shapes = f"{project.relative(project.shapes)}/"
    graph.load((file, "shapes" if file.startswith(shapes) else "data", rows) for file, rows in quads.items())
    store = Store.memory()
    store.add((g, s, p, o) for g, s, p, o in graph.quads() if g)
    store.add(("", s, p, o) for s, p, o in graph.asserted())
    for query in checks:
        found = store.query(query.text)
        assert isinstance(found, Solutions)
        for row in found.rows:
            cells = dict(zip(found.variables, row, strict=True))
            fact = " ".join(_short(cells[name] or "", project) for name in ("s", "p", "o") if cells.get(name))
            places = graph.files_about(cells.get("s") or "")
            triple = [cells.get(name) or "" for name in "spo"]
            if all(triple) and (stated := graph.places((triple[0], triple[1], triple[2]))):
                places = [file for _, file in stated]
            file = places[0] if places else project.relative(query.path)
            message = query.messages.get(language) or query.name
            yield Problem(
                file, _line_of(project, file, _short(triple[0], project)), f"{message}: {fact} ({query.name})"
            )


def _short(token: str, project: Project) -> str:
    return project.compact(token[1:-1]) if token.startswith("<") else token


def _line_of(project: Project, file: str, word: str) -> int | None:
    """Return the first line, from 1, on which a file writes a name; None when it writes it otherwise."""
    pattern = re.compile(rf"(?<![\w:-]){re.escape(word)}(?![\w-])")
    path = project.root / file
    if not path.is_file() or not word:
        return None
    lines = path.read_text(encoding="utf-8").split("\n")
    return next((i for i, line in enumerate(lines, 1) if pattern.search(line) and "@prefix" not in line), None)
