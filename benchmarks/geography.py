"""The communes, groupings, départements and régions of France on 1 January 2019, as the npm package gives them."""

import json
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from datasets import line

PACKAGE = "@etalab/decoupage-administratif@0.7.0"
ONTOLOGY = """@prefix : <https://example.org/u#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:Commune rdfs:subClassOf :Territory . :Departement rdfs:subClassOf :Territory . :Region rdfs:subClassOf :Territory .
:inDepartement rdfs:subPropertyOf :within . :inRegion rdfs:subPropertyOf :within .
:within a owl:TransitiveProperty ; owl:inverseOf :contains .
:hasMember owl:inverseOf :memberOf . :touches owl:propertyChainAxiom ( :hasMember :inDepartement ) .
"""
SHAPES = """@prefix : <https://example.org/u#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
:CommuneShape a sh:NodeShape ; sh:targetClass :Commune ;
    sh:property [ sh:path :inDepartement ; sh:minCount 1 ; sh:maxCount 1 ; sh:class :Departement ] ;
    sh:property [ sh:path :code ; sh:minCount 1 ; sh:pattern "^[0-9][0-9AB][0-9]{3}$" ] ;
    sh:property [ sh:path [ sh:inversePath :hasMember ] ; sh:minCount 1 ] .
:GroupingShape a sh:NodeShape ; sh:targetClass :Grouping ;
    sh:property [ sh:path :hasMember ; sh:minCount 2 ; sh:class :Commune ] ;
    sh:property [ sh:path :name ; sh:minCount 1 ; sh:maxCount 1 ] .
"""


def fetch(folder: Path) -> Path:
    """Return the tarball of the package, fetched into ``folder`` from the npm registry."""
    done = subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, capture_output=True, text=True, check=True)
    return folder / done.stdout.split()[-1]


def lines(package: Path) -> Iterator[str]:
    """Yield the lines of the whole of France."""
    with tarfile.open(package) as archive:

        def table(name: str) -> list[dict[str, Any]]:
            found = archive.extractfile(f"package/data/{name}.json")
            assert found is not None
            rows: list[dict[str, Any]] = json.load(found)
            return rows

        for row in table("regions"):
            yield from _named(f"region-{row['code']}", "Region", row)
        for row in table("departements"):
            yield from _named(f"departement-{row['code']}", "Departement", row)
            yield line(f"departement-{row['code']}", "inRegion", f"region-{row['region']}", thing=True)
        for row in table("communes"):
            if row["type"] == "commune-actuelle" and "departement" in row:  # those of the collectivities have none
                yield from _named(f"commune-{row['code']}", "Commune", row)
                yield line(f"commune-{row['code']}", "inDepartement", f"departement-{row['departement']}", thing=True)
        for row in table("epci"):
            yield from _named(f"grouping-{row['code']}", "Grouping", row)
            for member in row["membres"]:
                yield line(f"grouping-{row['code']}", "hasMember", f"commune-{member['code']}", thing=True)


def _named(subject: str, kind: str, row: dict[str, Any]) -> Iterator[str]:
    yield line(subject, "a", kind)
    yield line(subject, "code", json.dumps(row["code"]))
    yield line(subject, "name", json.dumps(row["nom"], ensure_ascii=False))
