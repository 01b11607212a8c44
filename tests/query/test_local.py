"""A question put to the build, and the questions that say why."""

import pytest

from kg.errors import QueryError
from kg.graph.build import Build
from kg.project import Project
from kg.query import local
from kg.query.catalogue import Catalogue

XSD = "http://www.w3.org/2001/XMLSchema#"
EARLIER = {"asOf": f'"2018-12-31"^^<{XSD}date>'}


def names(rows: tuple[tuple[str | None, ...], ...]) -> list[str]:
    return [str(row[0]).removeprefix("<https://example.org/").removesuffix(">") for row in rows]


def test_a_saved_query_is_answered_with_the_defaults_of_its_file(catalogue: Catalogue, build: Build) -> None:
    found = local.answer(catalogue.find("boats-signed"), catalogue=catalogue, build=build)
    assert found.variables == ("boat", "signed", "kind", "length", "note")
    assert names(found.rows) == ["a", "c"]
    # The store writes the decimal 12.50 of the fixture by its value.
    assert found.rows[0][3:] == (f'"12.5"^^<{XSD}decimal>', None)


def test_a_value_reaches_the_query_and_those_of_its_reasons_that_have_the_parameter(
    catalogue: Catalogue, build: Build
) -> None:
    query = catalogue.find("boats-signed")
    motor = {"asOf": f'"2020-01-01"^^<{XSD}date>', "kind": "<https://example.org/motor>"}
    found = local.answer(query, catalogue=catalogue, build=build, values=motor)
    assert names(found.rows) == ["b"]
    assert [(reason.name, len(answer.rows)) for reason, answer in found.because] == [
        ("every-date", 3),
        ("kinds-of-boats", 2),
    ]
    earlier = local.answer(query, catalogue=catalogue, build=build, values=EARLIER)
    assert [len(answer.rows) for _, answer in earlier.because] == [2, 2]


def test_a_query_without_reasons_has_none(catalogue: Catalogue, build: Build) -> None:
    assert local.answer(catalogue.find("kinds-of-boats"), catalogue=catalogue, build=build).because == ()


def test_each_form_has_its_kind_of_answer(build: Build, boats: Project) -> None:
    def ask(query: str) -> local.Answer:
        return local.ask(query, build=build, prefixes=boats.prefixes)

    assert ask("ASK { ex:a ex:kind ex:sail }").boolean is True
    assert ask("ASK { ex:a ex:kind ex:motor }").boolean is False
    assert names(ask("SELECT ?s { ?s ex:kind ex:sail } ORDER BY ?s").rows) == ["a", "c"]
    subject, predicate = "<https://example.org/c>", "<https://example.org/owner>"
    assert ask("CONSTRUCT WHERE { ?s ex:owner ?o }").triples == ((subject, predicate, "_:b0"),)
    assert (subject, predicate, "_:b0") in ask("DESCRIBE ex:c").triples


def test_the_prefixes_of_the_settings_are_there_only_when_given(build: Build, boats: Project) -> None:
    with pytest.raises(QueryError, match="does not parse"):
        local.ask("ASK { ex:a ?p ?o }", build=build)


def test_a_saved_query_that_does_not_parse_is_named_with_file_and_line(boats: Project, build: Build) -> None:
    path = boats.queries / "competency" / "kinds-of-boats.rq"
    path.write_text(path.read_text().replace("GROUP BY ?kind", "GROUP OF ?kind"))
    catalogue = Catalogue.of(boats)
    with pytest.raises(QueryError) as caught:
        local.answer(catalogue.find("kinds-of-boats"), catalogue=catalogue, build=build)
    assert (caught.value.file, caught.value.line) == ("queries/competency/kinds-of-boats.rq", 8)


@pytest.mark.parametrize(
    "query", ["SELECT (<<( <urn:a> <urn:b> <urn:c> )>> AS ?t) {}", "SELECT (STRLANGDIR('x', 'ar', 'rtl') AS ?t) {}"]
)
def test_a_term_that_rdf_11_does_not_have_is_refused_not_misread(build: Build, query: str) -> None:
    with pytest.raises(QueryError, match=r"not a term of RDF 1\.1"):
        local.ask(query, build=build)
