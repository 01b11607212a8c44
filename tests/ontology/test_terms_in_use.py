"""Every class and property of the vocabulary serves a question or a page, itself or through a broader term."""

import re

import pytest

from kg.graph.terms import RDFS, TYPE
from kg.project import Project
from kg.source.reader import Triple, read

OWL = "http://www.w3.org/2002/07/owl#"
KINDS = {f"<{OWL}{kind}>" for kind in ("Class", "ObjectProperty", "DatatypeProperty")}

# Terms that no question uses yet, with what they are for; the pages of the site will.
NOT_YET = {"Passage": "a passage is a graph; no triple gives it this class"}


@pytest.fixture(scope="module")
def triples(project: Project) -> list[Triple]:
    return [(s, p, o) for path in project.files(project.ontology) for _, s, p, o in read(path, project=project)]


def queried(project: Project) -> set[str]:
    found = set()
    for folder in ("competency", "pages"):
        for path in sorted((project.queries / folder).glob("*.rq")):
            body = re.sub(r'"[^"]*"', "", path.read_text(encoding="utf-8").split("\nSELECT", 1)[-1])
            found |= set(re.findall(r"\brc:(\w+)", body))
    return {f"<{project.prefixes['rc']}{name}>" for name in found}


def test_every_term_is_used_by_a_question_or_a_page(project: Project, triples: list[Triple]) -> None:
    own = {s for s, p, o in triples if p == TYPE and o in KINDS and s.startswith(f"<{project.prefixes['rc']}")}
    inverse = {(s, o) for s, p, o in triples if p == f"<{OWL}inverseOf>"}
    links = {(s, o) for s, p, o in triples if p in (f"<{RDFS}subClassOf>", f"<{RDFS}subPropertyOf>")} | inverse
    links |= {(o, s) for s, o in inverse}
    used = queried(project)
    while grown := {narrow for narrow, broad in links if broad in used and narrow not in used}:
        used |= grown
    assert sorted(term.rsplit("#", 1)[-1][:-1] for term in own - used) == sorted(NOT_YET)


def test_the_search_for_terms_finds_them(project: Project) -> None:
    assert f"<{project.prefixes['rc']}signatory>" in queried(project)
