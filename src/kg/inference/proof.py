"""The proof of a triple, as a value and as text, JSON or Turtle."""

import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from kg.graph.citations import Citation
from kg.graph.terms import RDF, TYPE, literal, parse
from kg.project import Project
from kg.source.reader import Triple

PROV = "http://www.w3.org/ns/prov#"


@dataclass(frozen=True)
class Proof:
    """Why a triple is in the graph.

    ``rule`` is None for an asserted triple, which has ``citations``; an inferred one has as ``premises`` the proofs
    of the triples that its rule joined, axioms included.
    """

    triple: Triple
    rule: str | None = None
    premises: tuple["Proof", ...] = ()
    citations: tuple[Citation, ...] = ()

    def leaves(self) -> Iterator["Proof"]:
        """Yield the asserted triples that the proof ends in, each once, in order."""
        seen: set[Triple] = set()
        stack = [self]
        while stack:
            proof = stack.pop()
            if proof.rule is None and proof.triple not in seen:
                seen.add(proof.triple)
                yield proof
            stack.extend(reversed(proof.premises))


def render_text(proof: Proof, *, project: Project, words: Callable[[Citation], str]) -> str:
    """Return the proof as an indented tree. ``words`` gives the wording of a citation."""
    lines: list[str] = []

    def walk(node: Proof, depth: int) -> None:
        indent = "  " * depth
        lines.append(indent + " ".join(show(token, project=project) for token in node.triple))
        if node.rule is not None:
            lines.append(f"{indent}  by {node.rule}, from")
        for citation in node.citations:
            lines.append(f"{indent}  stated in {words(citation)} ({citation.file})")
            if citation.reasoning:
                lines.append(f"{indent}    {citation.reasoning}")
        for premise in node.premises:
            walk(premise, depth + 2)

    walk(proof, 0)
    return "\n".join(lines) + "\n"


def render_json(proof: Proof, *, project: Project) -> str:
    """Return the proof as JSON: ``triple``, then ``rule`` and ``premises``, or ``stated`` with the citations."""

    def node(of: Proof) -> dict[str, Any]:
        data: dict[str, Any] = {"triple": list(of.triple)}
        if of.rule is not None:
            return data | {"rule": of.rule, "premises": [node(premise) for premise in of.premises]}
        stated = [_citation(citation) for citation in of.citations]
        return data | {"stated": stated}

    return json.dumps(node(proof), ensure_ascii=False, indent=2) + "\n"


def _citation(citation: Citation) -> dict[str, Any]:
    data = asdict(citation)
    data["rests_on"] = [_citation(source) for source in citation.rests_on]
    return {key: value for key, value in data.items() if value not in (None, [])}


def _sources(citations: Iterable[Citation]) -> list[str]:
    return [c.graph for citation in citations for c in (citation, *citation.rests_on)]


def render_turtle(proof: Proof, *, project: Project) -> str:
    """Return the proof as PROV-O over RDF reification: each step an rdf:Statement with what it is derived from."""
    triples: list[Triple] = []
    names: dict[Triple, str] = {}

    def walk(node: Proof) -> str:
        if node.triple in names:
            return names[node.triple]
        name = names[node.triple] = f"<urn:kg:proof:{len(names)}>"
        for predicate, token in zip(("subject", "predicate", "object"), node.triple, strict=True):
            triples.append((name, f"<{RDF}{predicate}>", token))
        triples.append((name, TYPE, f"<{RDF}Statement>"))
        if node.rule is not None:
            triples.append((name, f"<{PROV}wasGeneratedBy>", f"{name[:-1]}:inference>"))
            triples.append((f"{name[:-1]}:inference>", TYPE, f"<{PROV}Activity>"))
            label = "<http://www.w3.org/2000/01/rdf-schema#label>"
            triples.append((f"{name[:-1]}:inference>", label, literal(node.rule)))
        sources = [f"<{passage}>" for passage in _sources(node.citations)]
        sources += [walk(premise) for premise in node.premises]
        triples.extend((name, f"<{PROV}wasDerivedFrom>", source) for source in sources)
        return name

    walk(proof)
    out = io.StringIO()
    from kg.source.turtle import write_turtle

    write_turtle(out, triples, prefixes=dict(project.prefixes))
    return out.getvalue()


def show(token: str, *, project: Project) -> str:
    """Return a token as people read it: a CURIE, a bare literal with its language, or a blank node."""
    term = parse(token)
    if term.kind == "iri":
        return "a" if token == TYPE else project.compact(term.value)
    if term.kind == "blank":
        return "[an anonymous class or list]"
    return f'"{term.value}"@{term.language}' if term.language else f'"{term.value}"'
