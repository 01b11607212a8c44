"""Look a thing up in a finished build: what is said of it, why a triple holds, and which passages state it."""

import io
from pathlib import Path

from kg.errors import QueryError
from kg.graph.build import Build
from kg.graph.citations import Citation, Citations
from kg.graph.terms import TYPE
from kg.inference.explain import Explainer
from kg.inference.proof import Proof, render_json, render_text, render_turtle, show
from kg.inference.rules import Rule
from kg.lookup.texts import read_texts
from kg.project import Project
from kg.source.reader import Triple

INCOMING = 20
"""How many incoming links ``describe`` lists; it counts them all."""


def describe(build: Build, iri: str, *, project: Project, language: str) -> str:
    """Return what the graph says of a resource: its triples with where each is stated, and its incoming links.

    Raises QueryError when the graph does not hold the IRI.
    """
    graph = build.graph
    citations = Citations(graph, project=project, language=language)
    token = f"<{iri}>"
    triples = sorted(graph.about(token), key=lambda t: (t[1] != TYPE, project.compact(t[1][1:-1]), t[2]))
    incoming = graph.naming(token)
    if not triples and not incoming:
        raise QueryError(f"the graph holds nothing on {project.compact(iri)}")
    out = io.StringIO()
    label = citations.label(token)
    out.write(f"{project.compact(iri)}{f'  {label}' if label else ''}\n")
    for triple in triples:
        named = citations.label(triple[2]) if triple[2].startswith("<") else None
        out.write(
            f"  {show(triple[1], project=project)} {show(triple[2], project=project)}{f'  {named}' if named else ''}"
        )
        stated = citations.of(triple)
        out.write(f"    [{'; '.join(map(citations.words, stated)) or 'inferred: kg explain says why'}]\n")
    if incoming:
        out.write(f"named by {len(incoming)}:\n")
        for s, p, _ in incoming[:INCOMING]:
            out.write(f"  {show(s, project=project)} {show(p, project=project)}\n")
        if len(incoming) > INCOMING:
            out.write(f"  and {len(incoming) - INCOMING} more\n")
    return out.getvalue()


def explain(build: Build, triple: Triple, *, project: Project, language: str) -> Proof:
    """Return the proof of a triple. Raises QueryError when the graph does not hold it."""
    citations = Citations(build.graph, project=project, language=language)
    rules = [Rule.from_json(data) for data in build.rules]
    proof = Explainer(build.graph, rules, store=lambda: build.store, citations=citations).explain(triple)
    if proof is None:
        raise QueryError(f"the graph does not hold {' '.join(show(token, project=project) for token in triple)}")
    return proof


def prove(build: Build, triple: Triple, *, form: str, project: Project, language: str) -> str:
    """Return the proof of a triple as ``text``, ``turtle`` or ``json``. Raises QueryError when it does not hold."""
    proof = explain(build, triple, project=project, language=language)
    if form == "turtle":
        return render_turtle(proof, project=project)
    if form == "json":
        return render_json(proof, project=project)
    words = Citations(build.graph, project=project, language=language).words
    return render_text(proof, project=project, words=words)


def cite(build: Build, what: str | Triple, *, source: Path | None, project: Project, language: str) -> str:
    """Return the passages that state a triple, or all that speak of a resource (given as its token), one a line.

    With ``source``, the text of the document, each passage is followed by its line. A triple that is only inferred
    is cited through the passages of its proof.

    Raises QueryError when the graph does not hold it, UsageError when ``source`` is not the document's text.
    """
    graph = build.graph
    citations = Citations(graph, project=project, language=language)
    if isinstance(what, str):
        found = {c for triple in (*graph.about(what), *graph.naming(what)) for c in citations.of(triple)}
        if not found:
            raise QueryError(f"the graph states nothing on {show(what, project=project)}")
    else:
        proof = explain(build, what, project=project, language=language)
        found = {citation for leaf in proof.leaves() for citation in leaf.citations}
    texts = read_texts(source, project)
    out = io.StringIO()
    for citation in sorted(found, key=lambda c: (c.line is None, c.document or "", c.line or 0, c.graph, c.file)):
        out.write(f"{citations.words(citation)}  ({citation.file})\n")
        if citation.reasoning:
            out.write(f"    {citation.reasoning}\n")
        for passage in citation.passages():
            if line := _line(passage, texts):
                out.write(f"    {passage.line}: {line}\n")
    return out.getvalue()


def _line(passage: Citation, texts: dict[str, tuple[str, ...]]) -> str | None:
    lines = texts.get(passage.document or "")
    return lines[passage.line - 1].strip() if lines and passage.line else None
