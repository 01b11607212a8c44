"""A project whose saved queries have parameters of every type, and answers of every kind."""

import shutil
from pathlib import Path

from kg.project import Project

HEAD = """#+ id: {name}
#+ title@fr: {french}
#+ title@en: {english}
{params}#+ returns: {returns}
PREFIX id: <https://example.org/town/id/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX t: <https://example.org/town/def#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

"""
EVERY = """SELECT ?day ?number ?share ?yes ?word ?place
WHERE {
  VALUES ?day { "2020-06-30"^^xsd:date }
  VALUES ?number { 12 }
  VALUES ?share { 0.5 }
  VALUES ?yes { true }
  VALUES ?word { "pact" }
  VALUES ?place { id:town }
}
ORDER BY ?day ?number ?share ?yes ?word ?place
"""
TYPES = {
    "day": "xsd:date", "number": "xsd:integer", "share": "xsd:decimal",
    "yes": "xsd:boolean", "word": "xsd:string", "place": "iri",
}  # fmt: skip


def write(project: Project, name: str, text: str, *, params: dict[str, str], returns: str, because: str = "") -> None:
    """Write a saved query into a project."""
    lines = "".join(f"#+ param: {parameter} {kind}\n" for parameter, kind in params.items())
    head = HEAD.format(name=name, french=f"Essai {name} ?", english=f"Trial {name}?", params=lines, returns=returns)
    reasons = f"#+ because: {because}\n" if because else ""
    (project.queries / "competency" / f"{name}.rq").write_text(
        head.replace("PREFIX id:", f"{reasons}PREFIX id:", 1) + text, encoding="utf-8"
    )


def asked_town(root: Path, fixture: Path) -> Project:
    """Copy the fixture project, and give it more queries."""
    shutil.copytree(fixture, root)
    project = Project.find(root)
    write(project, "every-type", EVERY, params=TYPES, returns=", ".join(TYPES))
    write(
        project, "of-a-class",
        "SELECT ?thing ?class { VALUES ?class { UNDEF } ?thing a ?class } ORDER BY ?thing ?class\n",
        params={"class": "iri"}, returns="thing, class",
    )  # fmt: skip
    write(
        project, "where-is", "SELECT ?whole { VALUES ?place { id:dale } ?place t:within ?whole } ORDER BY ?whole\n",
        params={"place": "iri"}, returns="whole",
    )  # fmt: skip
    write(project, "is-there", "ASK { VALUES ?thing { id:town } ?thing ?p ?o }\n", params={"thing": "iri"}, returns="-")
    write(
        project, "as-a-graph", "CONSTRUCT { ?thing rdfs:label ?label } WHERE { ?thing rdfs:label ?label }\n",
        params={}, returns="-",
    )  # fmt: skip
    write(
        project, "signed-early", "SELECT ?pact { VALUES ?asOf { \"1900-01-01\"^^xsd:date } ?pact t:signedOn ?day "
        "FILTER(?day < ?asOf && ?day < \"1900-01-01\"^^xsd:date) } ORDER BY ?pact\n",
        params={"asOf": "xsd:date"}, returns="pact", because="who-signed",
    )  # fmt: skip
    write(
        project, "signed-by", "SELECT ?pact { VALUES ?asOf { \"1800-01-01\"^^xsd:date } ?pact t:signedOn ?day "
        "FILTER(?day <= ?asOf) } ORDER BY ?pact\n",
        params={"asOf": "xsd:date"}, returns="pact",
    )  # fmt: skip
    write(
        project, "many", "SELECT ?a ?b ?c { ?a a ?x . ?b a ?y . ?c a t:Place } ORDER BY ?a ?b ?c LIMIT 3000\n",
        params={}, returns="a, b, c",
    )  # fmt: skip
    write(
        project, "nothing-now", "SELECT ?pact { ?pact t:signedOn ?day FILTER(?day < ?day) } ORDER BY ?pact\n",
        params={}, returns="pact", because="now",
    )  # fmt: skip
    write(project, "now", "SELECT ?now { BIND(NOW() AS ?now) } ORDER BY ?now\n", params={}, returns="now")
    write(
        project, "hostile", "SELECT ?word { VALUES ?word { \"<script>alert(1)</script>\" } } ORDER BY ?word\n",
        params={"word": "xsd:string"}, returns="word",
    )  # fmt: skip
    return project
