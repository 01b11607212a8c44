"""The pages of terms and shapes: what they count is what SPARQL counts, and what they say is in the graph."""

import re
import shutil
from html import unescape
from pathlib import Path

import pytest
import rdflib

from kg import pipeline
from kg.graph.build import Build
from kg.graph.store import Solutions
from kg.graph.terms import TYPE, XSD, parse
from kg.lookup.focus import read_checked
from kg.lookup.usage import read_usage
from kg.project import Project
from kg.service.constraints import Reader as Constraints
from kg.service.constraints import Sentence
from kg.service.documents import Documents
from kg.service.hierarchy import Hierarchy
from kg.service.names import Names, Shown
from kg.service.noted import counting
from kg.service.reading import reading
from kg.service.site import Site
from kg.service.view import View
from kg.service.vocabulary import Vocabulary
from kg.validation.shapes import Shapes
from tests.service.dereferencing import Client, serving
from tests.service.test_resources import Reader

RC = "https://w3id.org/republique-contractuelle/def#"
RCS = "https://w3id.org/republique-contractuelle/shapes#"
TOWN = "https://example.org/town/def#"
LANGUAGES = ("fr", "en")


@pytest.fixture(scope="module")
def whole(project: Project, project_build: Build) -> Vocabulary:
    return Vocabulary(Build(project_build.folder), project=project)


def test_a_vocabulary_like_another_is_the_same(whole: Vocabulary, project: Project, project_build: Build) -> None:
    again = Vocabulary(Build(project_build.folder), project=project, like=whole)
    assert again.checked.shapes is whole.checked.shapes
    for name in ("", "rules", "links", "focus", "findings", *(one for one in vars(whole.usage) if one != "links")):
        assert again.counted(name) == whole.counted(name), name
        assert whole.counted(name), name


def test_what_is_counted_of_a_term_is_noted_while_one_is_counting(whole: Vocabulary) -> None:
    signatory = f"<{RC}signatory>"
    with reading() as notes:
        use = whole.usage.properties[signatory]
    assert notes == set()
    with reading() as notes, counting():
        assert whole.usage.properties[signatory] == use
        assert whole.usage.classes.get("<nothing>") is None
        assert whole.links
    assert {f"zproperties {signatory}", "zclasses <nothing>", "zlinks"} <= notes
    assert whole.counted(f"properties {signatory}") == (use,)
    assert whole.counted("classes <nothing>") is None


def rows(build: Build, query: str) -> list[tuple[str, ...]]:
    found = build.store.query(query)
    assert isinstance(found, Solutions)
    return [tuple(str(token) for token in row) for row in found.rows]


def counted(build: Build, query: str) -> dict[str, tuple[int, ...]]:
    """What a query counts, by the token of its first column."""
    return {name: tuple(int(parse(n).value) for n in numbers) for name, *numbers in rows(build, query)}


def text(page: str) -> str:
    """The words of a page, blanks made one."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


def section(page: str, name: str) -> str:
    found = re.search(rf'<section aria-labelledby="{name}">(.*?)</section>', page, re.DOTALL)
    assert found, name
    return found[1]


def test_uses_are_what_sparql_counts(project: Project, project_build: Build) -> None:
    usage = read_usage(Build(project_build.folder), project=project)
    classes = counted(project_build, "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c } GROUP BY ?c")
    assert {name: (n,) for name, n in usage.classes.items()} == {n: c for n, c in classes.items() if n[0] == "<"}
    properties = counted(
        project_build,
        "SELECT ?p (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?m) { ?s ?p ?o } GROUP BY ?p",
    )
    del properties[TYPE]
    assert {p: (u.triples, u.subjects) for p, u in usage.properties.items()} == properties
    values: dict[str, set[str]] = {}
    for _, p, o in project_build.graph.union():  # the store writes 5.0 and 5 alike, the graph has both
        values.setdefault(p, set()).add(o)
    assert {p: u.objects for p, u in usage.properties.items()} == {p: len(values[p]) for p in properties}


@pytest.mark.parametrize("name", ["Act", "Territory", "Figure"])
def test_the_ends_of_properties_are_what_sparql_counts(name: str, whole: Vocabulary, project_build: Build) -> None:
    kind = f"<{RC}{name}>"
    for sides, pattern in ((whole.usage.from_class, "?x ?p ?y"), (whole.usage.to_class, "?y ?p ?x")):
        found = counted(
            project_build,
            f"SELECT ?p (COUNT(DISTINCT ?x) AS ?n) (COUNT(*) AS ?m) {{ ?x a {kind} . {pattern} }} GROUP BY ?p",
        )
        found.pop(TYPE, None)
        assert {side.name: (side.things, side.triples) for side in sides[kind]} == found


def test_inferred_uses_are_those_of_the_inferred_graph(
    whole: Vocabulary, project: Project, project_build: Build
) -> None:
    found = counted(
        project_build,
        f"SELECT ?p (COUNT(*) AS ?n) {{ GRAPH <{project.inferred_graph}> {{ ?s ?p ?o }} }} GROUP BY ?p",
    )
    del found[TYPE]
    told = {term: sum(n for _, n in rules) for term, rules in whole.usage.inferred.items()}
    assert {p: (told[p],) for p in found} == found


def test_the_pages_show_these_counts(whole_site: Client, whole: Vocabulary, project_build: Build) -> None:
    act = whole_site.ask("/def/Act.html?lang=en").text
    query = f"SELECT ?c (COUNT(?s) AS ?n) {{ ?s a ?c VALUES ?c {{ <{RC}Act> }} }} GROUP BY ?c"
    [(acts,)] = counted(project_build, query).values()
    assert f"things of this class {acts}" in text(section(act, "use"))
    signatory = text(section(whole_site.ask("/def/signatory.html?lang=fr").text, "use"))
    use = whole.usage.properties[f"<{RC}signatory>"]
    assert f"triplets {use.triples} choses qui l'ont {use.subjects} valeurs différentes {use.objects} " in signatory


def test_numbers_of_focus_nodes_are_what_sparql_counts(project: Project, project_build: Build) -> None:
    checked = read_checked(Build(project_build.folder), project=project)
    derived = f"SELECT ?p (COUNT(DISTINCT ?s) AS ?n) {{ ?s ?p ?o VALUES ?p {{ <{RC}hasAncestor> }} }} GROUP BY ?p"
    assert checked.focus[f"<{RCS}AncestryShape>"] == counted(project_build, derived)[f"<{RC}hasAncestor>"][0]
    assert f"<{RCS}AncestryShape>" in checked.derived
    # Without what is inferred: in graphs other than that of inferred triples, classes below the class by themselves.
    asserted = (
        f"PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> SELECT ?top (COUNT(DISTINCT ?s) AS ?n) "
        f"{{ VALUES ?top {{ <{RC}Act> }} GRAPH ?g {{ ?s a ?c }} FILTER(?g != <{project.inferred_graph}>) "
        f"FILTER EXISTS {{ ?c rdfs:subClassOf* ?top }} }} GROUP BY ?top"
    )
    assert checked.focus[f"<{RCS}ActShape>"] == counted(project_build, asserted)[f"<{RC}Act>"][0]
    assert checked.focus[f"<{RCS}ActShape-signedOn>"] == checked.focus[f"<{RCS}ActShape>"]


def test_findings_are_those_of_the_build(whole_site: Client, project_build: Build) -> None:
    shape = "SignedActShape-signatory"
    found = sum(finding["shape"] == f"<{RCS}{shape}>" for finding in project_build.findings)
    assert found
    assert f"Findings of the last build {found} (warning)" in text(whole_site.ask(f"/shapes/{shape}.html?lang=en").text)
    first = whole_site.project.root / "shapes" / "contract.ttl"
    line = first.read_text(encoding="utf-8").splitlines().index("rcs:ActShape") + 1
    assert f"File shapes/contract.ttl , line {line} " in text(whole_site.ask("/shapes/ActShape.html?lang=en").text)
    assert "Constats de la dernière construction aucun" in text(whole_site.ask("/shapes/ActShape.html?lang=fr").text)


def test_a_class_page_says_where_it_stands_and_what_needs_it(town_site: Client) -> None:
    page = town_site.ask("/def/Pact.html?lang=en").text
    assert "Act between towns." in page
    assert re.search(
        r'/def/Act\.en\.html"><span lang="en">act</span></a>.*?<strong aria-current="true">', page, re.DOTALL
    )
    assert "A pact has one day of signature." in text(section(page, "constrained"))
    assert "At least 1 value." in text(section(page, "constrained"))
    assert '<span lang="fr">acte</span>' not in section(page, "use")
    act = town_site.ask("/def/Act.html?lang=fr").text
    assert "équivaut à" in text(section(act, "relations"))
    assert "accord" in text(section(act, "relations"))
    assert "has nothing in common with party" in text(town_site.ask("/def/Place.html?lang=en").text)
    for language in LANGUAGES:
        Reader(town_site.ask(f"/def/Pact.html?lang={language}").text)


def test_questions_and_rules_that_name_a_term_are_on_its_page(town_site: Client) -> None:
    signed = town_site.ask("/def/signedOn.html?lang=en").text
    assert 'href="../query/who-signed.en.html">' in section(signed, "questions")
    assert "count-signatories" not in signed
    seat = town_site.ask("/def/seat.html?lang=fr").text
    assert "Deux sièges sont loin l'un de l'autre" in text(section(seat, "rules"))
    remote = text(section(town_site.ask("/def/remoteFrom.html?lang=en").text, "inferred"))
    assert "by the rule Two seats are remote from each other" in remote
    ancestor = text(section(town_site.ask("/def/hasAncestor.html?lang=en").text, "inferred"))
    assert re.search(r"1 by the rule prp-spo1 amends .* has ancestor", ancestor) or "prp-spo1" in ancestor


def test_an_example_is_in_the_passage_that_it_names(whole_site: Client, project_build: Build) -> None:
    for name in ("Act", "signatory", "Figure", "asStated"):
        page = section(whole_site.ask(f"/def/{name}.html?lang=en").text, "example")
        turtle = re.search(r"<pre><code>(.*?)</code></pre>", page, re.DOTALL)
        passage = re.search(r'href="\.\./(doc/[^"]*)/line/(\d+)\.en\.html"', page)
        assert turtle
        assert passage
        line = int(passage[2])
        graph = f"<https://w3id.org/republique-contractuelle/{passage[1]}#line={line - 1},{line}>"
        shown = rdflib.Graph().parse(data=unescape(turtle[1]), format="turtle")
        stated = rdflib.Graph()
        for s, p, o in rows(project_build, f"SELECT ?s ?p ?o {{ GRAPH {graph} {{ ?s ?p ?o }} }}"):
            stated.parse(data=f"{s} {p} {o} .", format="nt")
        assert len(shown) > 0
        assert set(shown) <= set(stated)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_vocabulary_is_on_one_page_whose_fragments_resolve(
    language: str, whole_site: Client, whole: Vocabulary, project_build: Build
) -> None:
    page = whole_site.ask(f"/vocabulary?lang={language}").text
    reader = Reader(page)
    ids = [attributes["id"] for _, attributes in reader.elements if attributes.get("id")]
    assert len(ids) == len(set(ids))
    fragments = {href[1:] for link in reader.all("a") if (href := link.get("href") or "").startswith("#")}
    assert fragments <= set(ids)
    documents = Documents(project_build, project=whole_site.project)
    for token in (*whole.terms, *whole.shapes):
        assert documents.address(token[1:-1]) in ids
    assert len(whole.terms) > 180
    assert len(whole.shapes) > 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_a_term_and_shape_is_well_formed_and_fits_the_language(
    language: str, town_site: Client, old_town: tuple[Project, Build]
) -> None:
    project, build = old_town
    vocabulary = Vocabulary(Build(build.folder), project=project)
    documents = Documents(build, project=project)
    for token in (*vocabulary.terms, *vocabulary.shapes):
        reply = town_site.ask(f"/{documents.address(token[1:-1])}.html?lang={language}")
        if reply.status == 200:
            Reader(reply.text)
        else:
            assert documents.is_deprecated(token[1:-1])


def test_a_project_without_shapes_or_vocabulary_has_pages(tmp_path: Path, project_root: Path) -> None:
    root = tmp_path / "town"
    shutil.copytree(project_root / "tests" / "fixture", root)
    shutil.rmtree(root / "shapes")
    (root / "shapes").mkdir()
    project = Project.find(root)
    build = pipeline.build(project, out=root / "build").build
    assert build is not None
    with serving(Site(project, build)) as client:
        assert client.ask("/shapes.html").status == 404
        page = client.ask("/vocabulary?lang=en").text
        assert "Shapes</h3>" not in page
        assert "Links an act to the act that it completes." in page
        assert "whole vocabulary" in client.ask("/?lang=en").text
    bare = tmp_path / "bare"
    (bare / "instances").mkdir(parents=True)
    (bare / "kg.toml").write_text('base = "https://example.org/"\nlanguages = ["en"]\n')
    (bare / "instances" / "a.ttl").write_text("<https://example.org/a> <https://elsewhere.example/p> 1 .\n")
    for folder in ("ontology", "shapes", "queries"):
        (bare / folder).mkdir()
    found = pipeline.build(Project.find(bare), out=bare / "build").build
    assert found is not None
    with serving(Site(Project.find(bare), found)) as client:
        assert "no term and no shape" in client.ask("/vocabulary").text
        assert "whole vocabulary" not in client.ask("/").text


def test_a_slash_vocabulary_is_documented_too(tmp_path: Path) -> None:
    (tmp_path / "ontology").mkdir()
    (tmp_path / "instances").mkdir()
    (tmp_path / "shapes").mkdir()
    (tmp_path / "queries").mkdir()
    (tmp_path / "kg.toml").write_text('base = "https://example.org/"\nlanguages = ["en"]\n')
    (tmp_path / "ontology" / "v.ttl").write_text(
        "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "@prefix v: <https://example.org/v/> .\n"
        "<https://example.org/v> a owl:Ontology ; rdfs:label 'Words'@en .\n"
        "v:Tree a owl:Class ; rdfs:label 'tree'@en ; rdfs:comment 'What grows.'@en .\n"
        "v:Oak a owl:Class ; rdfs:label 'oak'@en ; rdfs:subClassOf v:Tree .\n"
        "v:beside a owl:ObjectProperty ; rdfs:label 'beside'@en .\n"
    )
    (tmp_path / "instances" / "a.ttl").write_text(
        "@prefix v: <https://example.org/v/> . <https://example.org/a> a v:Oak ; v:beside <https://example.org/b> .\n"
        "<https://example.org/b> a v:Tree .\n"
    )
    project = Project.find(tmp_path)
    build = pipeline.build(project, out=tmp_path / "build").build
    assert build is not None
    with serving(Site(project, build)) as client:
        page = client.ask("/v.html").text
        assert "Classes (2)" in text(page)
        assert "tree → tree: beside" in page
        assert "things of this class 2" in text(client.ask("/v/Tree.html").text)


def sentence(said: Sentence) -> str:
    inner = "".join(f" [{' '.join(sentence(one) for one in ones)}]" for _, ones in said.inner)
    return "".join(piece.text for piece in said.pieces) + inner


def shapes_of(turtle: str) -> Shapes:
    graph = rdflib.Graph().parse(
        data="@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix t: <https://example.org/town/def#> . "
        f"@prefix xsd: <{XSD}> . t:S a sh:NodeShape ; sh:targetClass t:Act ; "
        f"sh:property [ sh:path t:signedOn ; {turtle} ] .",
        format="turtle",
    )
    return Shapes(tuple(term.n3().replace("\n", " ") for term in triple) for triple in graph)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("turtle", "french", "english"),
    [
        ("sh:class t:Place", "La valeur est de la classe lieu.", "The value is of the class place."),
        ("sh:not [ sh:class t:Place ]", "La valeur n'est pas conforme à [La valeur est de la classe lieu.]",
         "The value does not conform to [The value is of the class place.]"),
        ("sh:or ( [ sh:class t:Place ] [ sh:class t:Party ] )",
         "La valeur est conforme à une de [La valeur est de la classe lieu.] [La valeur est de la classe partie.]",
         "The value conforms to one of [The value is of the class place.] [The value is of the class party.]"),
        ("sh:in ( t:Act t:Pact )", "La valeur est une de acte, pacte.", "The value is one of act, pact."),
        ("sh:pattern '^a'", "La valeur correspond à ^a.", "The value matches ^a."),
        ("sh:disjoint t:seat", "Aucune valeur n'est aussi celle de siège.", "No value is also one of seat."),
    ],
)  # fmt: skip
def test_constraints_are_sentences(turtle: str, french: str, english: str, old_town: tuple[Project, Build]) -> None:
    project, build = old_town
    shapes = shapes_of(turtle)
    part = next(shape for shape in shapes if shape.path == f"<{TOWN}signedOn>")
    for language, expected in (("fr", french), ("en", english)):
        view = View("", language, LANGUAGES)
        reader = Constraints(shapes, Names(Documents(build, project=project), view), view)
        assert [sentence(said) for said in reader.sentences(part)] == [expected]
        assert reader.path(part.path) == [
            Shown("signé le" if language == "fr" else "signed on", language, f"/def/signedOn.{language}.html")
        ]


def test_numbers_in_constraints_agree_with_their_nouns(old_town: tuple[Project, Build]) -> None:
    project, build = old_town
    view = View("", "fr", LANGUAGES)
    for number, expected in ((0, "Au plus 0 valeur."), (1, "Au plus 1 valeur."), (3, "Au plus 3 valeurs.")):
        shapes = shapes_of(f"sh:maxCount {number}".replace(f"{number}", f'"{number}"^^xsd:integer'))
        part = next(shape for shape in shapes if shape.path)
        reader = Constraints(shapes, Names(Documents(build, project=project), view), view)
        assert [sentence(said) for said in reader.sentences(part)] == [expected]


def test_a_hierarchy_has_no_short_cuts_and_takes_equals_for_one() -> None:
    pairs = [("<a>", "<b>"), ("<b>", "<c>"), ("<a>", "<c>"), ("<c>", "<d>"), ("<d>", "<c>"), ("<e>", "<a>")]
    order = Hierarchy(pairs, asserted=[("<a>", "<b>")])
    assert order.parents("<a>") == ["<b>"]
    assert order.children("<b>") == ["<a>"]
    assert order.above("<e>") == {"<a>", "<b>", "<c>", "<d>"}
    assert order.above("<c>") == frozenset()
    assert order.is_asserted("<a>", "<b>")
    assert not order.is_asserted("<b>", "<c>")


def test_terms_and_shapes_say_what_they_are_in_both_languages(project: Project, project_build: Build) -> None:
    documents = Documents(project_build, project=project)
    vocabulary = Vocabulary(Build(project_build.folder), project=project)
    label, definition = "http://www.w3.org/2000/01/rdf-schema#label", "http://www.w3.org/2004/02/skos/core#definition"
    for token in vocabulary.terms:
        for p in (label, definition):
            assert {parse(o).language for o in documents.objects(token, f"<{p}>")} == {"fr", "en"}, (token, p)
    for token in vocabulary.shapes:
        assert {parse(fact.triple[2]).language for fact in documents.labels(token)} == {"fr", "en"}, token
        shape = vocabulary.checked.shapes[token]
        if shape.path is not None:
            assert {parse(message).language for message in shape.messages} == {"fr", "en"}, token
