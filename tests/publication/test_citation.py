"""How a dataset is cited, by a file that the schema of its format accepts and by schema.org.

``cff-1.2.0.json`` is the schema of the Citation File Format 1.2.0 (https://doi.org/10.5281/zenodo.5171937, CC BY 4.0).
"""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from kg.project import Project
from kg.publication.about import About, about
from kg.publication.citation import cited, schema_org
from kg.publication.publish import Publication
from kg.publication.triples import DCAT, DCT, FOAF
from kg.source.reader import Triple

SCHEMA = json.loads((Path(__file__).parent / "cff-1.2.0.json").read_text(encoding="utf-8"))
DATASET = "https://example.org/data"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
FACTS: list[Triple] = [
    (f"<{DATASET}>", f"<{DCT}title>", '"Données"@fr'),
    (f"<{DATASET}>", f"<{DCT}title>", '"Data"@en'),
    (f"<{DATASET}>", f"<{DCT}creator>", "<https://example.org/ada>"),
    (f"<{DATASET}>", f"<{DCT}spatial>", "<https://example.org/here>"),
    (f"<{DATASET}>", f"<{DCT}temporal>", "<https://example.org/then>"),
    (f"<{DATASET}>", f"<{DCT}license>", "<https://example.org/licence>"),
    (f"<{DATASET}>", f"<{DCT}modified>", '"2026-11-23"^^<http://www.w3.org/2001/XMLSchema#date>'),
    (f"<{DATASET}>", f"<{DCAT}version>", '"1.2.0"'),
    (f"<{DATASET}>", f"<{DCAT}keyword>", '"eau"@fr'),
    ("<https://example.org/ada>", TYPE, f"<{FOAF}Person>"),
    ("<https://example.org/ada>", f"<{FOAF}name>", '"Ada"'),
    ("<https://example.org/here>", f"<{DCAT}bbox>", '"POLYGON((1 48, 4.5 48, 4.5 51, 1 51, 1 48))"'),
    ("<https://example.org/then>", f"<{DCAT}startDate>", '"2015"'),
    ("<https://example.org/then>", f"<{DCAT}endDate>", '"2020"'),
]


@pytest.fixture
def described() -> About:
    return about(FACTS, dataset=DATASET, digest="ab")


@pytest.mark.parametrize("published", ["site", "whole"])
def test_the_schema_accepts_the_citation(published: str, request: pytest.FixtureRequest) -> None:
    site: Publication = request.getfixturevalue(published)
    project: Project = request.getfixturevalue({"site": "town", "whole": "project"}[published])
    # The schema takes dates for texts, as JSON does.
    loader = type("Texts", (yaml.SafeLoader,), {"yaml_implicit_resolvers": {}})
    said = yaml.load((site.folder / "CITATION.cff").read_text(encoding="utf-8"), loader)
    jsonschema.validate(said, SCHEMA)
    assert (said["type"], said["license"]) == ("dataset", "etalab-2.0")
    assert [identifier["value"] for identifier in said["identifiers"]] == [project.dataset, f"sha256:{site.digest}"]
    assert said["date-released"] == str(project.issued)


def test_a_dataset_is_cited_by_who_when_what_which_and_where(described: About) -> None:
    assert cited(described, language="en") == f"Ada (2026). Data. 1.2.0. {DATASET} SHA-256 ab"
    assert cited(about(FACTS[:2], dataset=DATASET, digest="ab"), language="fr") == f"Données. {DATASET} SHA-256 ab"


def test_schema_org_has_every_language_and_the_coverage(described: About) -> None:
    said = schema_org(described, files={"/data/x.ttl": "text/turtle"})
    assert said["name"] == [{"@language": "en", "@value": "Data"}, {"@language": "fr", "@value": "Données"}]
    assert said["creator"] == [{"@type": "Person", "@id": "https://example.org/ada", "name": ["Ada"]}]
    assert said["temporalCoverage"] == "2015/2020"
    assert said["spatialCoverage"][0]["geo"] == {"@type": "GeoShape", "box": "48.0 1.0 51.0 4.5"}
    assert (said["version"], said["license"]) == ("1.2.0", "https://example.org/licence")
    assert said["identifier"] == [DATASET, "sha256:ab"]
    assert said["distribution"] == [
        {"@type": "DataDownload", "contentUrl": "/data/x.ttl", "encodingFormat": "text/turtle"}
    ]
    assert "publisher" not in said


def test_a_licence_is_named_as_spdx_does_when_it_is_of_its_list(described: About) -> None:
    assert described.spdx is None
    fact = (f"<{DATASET}>", f"<{DCT}license>", "<https://spdx.org/licenses/CC-BY-4.0>")
    assert about([fact], dataset=DATASET, digest="ab").spdx == "CC-BY-4.0"
