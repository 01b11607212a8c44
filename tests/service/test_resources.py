"""What the documents and pages of resources say, over HTTP."""

import json
import re
import threading
from collections import defaultdict
from html.parser import HTMLParser
from itertools import pairwise

import pytest
import rdflib
from rdflib.compare import isomorphic

from kg.graph.build import Build
from kg.graph.terms import iri
from kg.project import Project
from kg.service.documents import Documents
from kg.service.page import mark
from kg.service.site import Site
from tests.service.dereferencing import Client, Reply, joined, serving

BASE = "https://example.org/town/"
FORMATS = {"ttl": "turtle", "jsonld": "json-ld", "nt": "nt", "rdf": "xml"}
RDF = {"Accept": "application/n-triples"}


class Reader(HTMLParser):
    """Reads a page: its elements with their attributes, and that each is closed where it should be."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def graph(reply: Reply, form: str = "nt") -> rdflib.Graph:
    assert reply.status == 200
    return rdflib.Graph().parse(data=reply.body, format=form)


def target(name: str, *, base: str) -> str:
    """Return the target of a request for an IRI: what a client sends, without the fragment."""
    path = name.removeprefix(base).partition("#")[0]
    return "/" + "".join(c if c.isascii() else "".join(f"%{byte:02X}" for byte in c.encode()) for c in path)


def below(build: Build, project: Project) -> dict[str, set[tuple[str, str]]]:
    """Return what is said of each IRI below the base, from the dump."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for g, s, p, o in build.store.quads():
        for name in (s, o, g):
            if name.startswith(f"<{project.base}"):
                found[name[1:-1]]
        if s.startswith(f"<{project.base}") and not o.startswith("_:"):
            found[s[1:-1]].add((p, o))
    return found


def test_every_iri_below_the_base_answers_with_what_is_said_of_it(
    old_town: tuple[Project, Build], town_site: Client
) -> None:
    project, build = old_town
    said = below(build, project)
    assert len(said) > 170
    documents = Documents(build, project=project)
    for name, pairs in said.items():
        if documents.is_deprecated(name) and "#" not in name:
            continue
        reply = town_site.follow(target(name, base=BASE), headers=RDF)
        assert reply.status == 200, name
        lines = set(reply.text.splitlines())
        assert {f"{iri(name)} {p} {o} ." for p, o in pairs} <= lines, name


def test_every_address_of_a_page_answers(old_town: tuple[Project, Build], town_site: Client) -> None:
    project, build = old_town
    documents = Documents(build, project=project)
    for name in below(build, project):
        address = documents.address(name)
        assert address is not None
        assert documents.resolve(re.sub("%C3%A9(?!s)", "é", address)) == name
        status = town_site.ask(f"/{address}.html").status
        assert status == 200 or documents.is_deprecated(name), name


@pytest.mark.parametrize(
    "path", ["id/pact", "def", "def/SignedByLeague", "shapes", "doc/gazette", "graph/ontology/town", "id/valley"]
)
def test_the_forms_say_the_same(path: str, town_site: Client) -> None:
    graphs = [graph(town_site.ask(f"/{path}.{form}"), name) for form, name in FORMATS.items()]
    assert all(isomorphic(graphs[0], other) for other in graphs[1:])
    trig = rdflib.Dataset(default_union=True)
    trig.parse(data=town_site.ask(f"/{path}.trig").body, format="trig")
    union = rdflib.Graph()
    for s, p, o, _ in trig.quads():
        union.add((s, p, o))
    assert isomorphic(graphs[0], union)


def test_two_stores_give_the_same_bytes(
    old_town: tuple[Project, Build], tmp_path_factory: pytest.TempPathFactory
) -> None:
    project, build = old_town
    other = tmp_path_factory.mktemp("twin")
    for file in build.folder.iterdir():
        if file.is_file():
            (other / file.name).write_bytes(file.read_bytes())
    with serving(Site(project, build)) as one, serving(Site(project, Build(other))) as two:
        for suffix in ("ttl", "jsonld", "nt", "rdf", "trig", "html"):
            for path in ("def", "def/SignedByLeague", "graph/ontology/town", "graph/shapes/act", "shapes"):
                assert one.ask(f"/{path}.{suffix}").body == two.ask(f"/{path}.{suffix}").body, path


def test_trig_has_each_fact_in_the_passages_that_state_it(town_site: Client) -> None:
    trig = rdflib.Dataset()
    trig.parse(data=town_site.ask("/id/pact.trig").body, format="trig")
    triple = tuple(rdflib.URIRef(BASE + name) for name in ("id/pact", "def#signatory", "id/league"))
    graphs = {str(g) for *_, g in trig.quads((*triple, None))}
    assert graphs == {f"{BASE}doc/gazette#line=3,4", f"{BASE}doc/gazette#line=4,5"}
    inferred = (rdflib.URIRef(f"{BASE}id/pact"), rdflib.RDF.type, rdflib.URIRef(f"{BASE}def#Act"))
    assert [str(g) for *_, g in trig.quads((*inferred, None))] == [f"{BASE}graph/inferred"]


def test_a_passage_says_what_its_line_states(town_site: Client) -> None:
    found = graph(town_site.ask("/doc/gazette/line/3.nt"))
    assert (rdflib.URIRef(f"{BASE}id/pact"), rdflib.URIRef(f"{BASE}def#signedOn"), None) in found
    assert (rdflib.URIRef(f"{BASE}id/pact"), rdflib.URIRef(f"{BASE}def#amends"), None) not in found


def test_incoming_links_are_counted_and_paged(town_site: Client) -> None:
    seen: set[str] = set()
    page = "/id/valley.nt"
    pages = 0
    while page:
        reply = town_site.ask(page)
        within = rdflib.URIRef(f"{BASE}def#within")
        seen |= {str(s) for s in graph(reply).subjects(within, rdflib.URIRef(f"{BASE}id/valley"))}
        following = re.search(r'<([^>]*)>; rel="next"', reply.headers["link"])
        page = following[1] if following else ""
        pages += 1
    assert {f"{BASE}id/hamlet-{n}" for n in range(120)} <= seen
    count = re.search(r"Ce qui y renvoie \((\d+)\)", town_site.ask("/id/valley.html").text)
    assert count is not None
    assert pages > int(count[1]) / 100 > 1


def test_what_is_said_of_a_resource_is_on_its_first_page(town_site: Client) -> None:
    valley, label = rdflib.URIRef(f"{BASE}id/valley"), rdflib.RDFS.label
    first, second = (graph(town_site.ask(f"/id/valley{page}.nt")) for page in ("", ".page2"))
    assert len(set(first.predicates(valley))) > 2
    assert set(second.predicates(valley)) == {label}
    assert set(second.objects(valley, label)) == set(first.objects(valley, label))
    assert not set(first.triples((None, None, valley))) & set(second.triples((None, None, valley)))
    page = town_site.ask("/id/valley.page2.en.html").text
    assert '<a rel="first" href="../id/valley.en.html">What is said of it</a>' in page
    assert ">What links to it</h2>" in page
    assert town_site.ask("/id/valley.page1000.ttl").status == 404


def test_links_say_what_signposting_asks(town_site: Client) -> None:
    page = town_site.ask("/id/pact.html").headers["link"]
    assert f'<{BASE}id/pact>; rel="cite-as"' in page
    assert '<https://schema.org/AboutPage>; rel="type"' in page
    assert '</id/pact.ttl>; rel="alternate describedby"; type="text/turtle"' in page
    assert '</id/pact.html>; rel="canonical"' in page
    assert '<https://spdx.org/licenses/etalab-2.0>; rel="license"' in page
    data = town_site.ask("/id/pact.ttl").headers["link"]
    assert f'<{BASE}id/pact>; rel="describes"' in data
    assert '</id/pact.html>; rel="alternate"; type="text/html"' in data
    assert '</id/pact.ttl>; rel="canonical"' in data


def test_what_is_not_acceptable_is_listed(town_site: Client) -> None:
    reply = town_site.ask("/id/pact", headers={"Accept": "image/png", "Accept-Language": "en"})
    first, *rest = reply.text.splitlines()
    assert first == "None of the formats that you ask for exists; these do."
    assert "text/turtle /id/pact.ttl" in rest
    assert all(town_site.ask(line.split()[1]).status == 200 for line in rest)


def up(path: str) -> str:
    """Return the way from a page to the first page."""
    return "/".join([".."] * path.count("/")) or "."


def pages(client: Client, *paths: str) -> list[Reader]:
    return [Reader(client.ask(f"/{path}").text) for path in paths]


ALL_KINDS = (
    "id/pact.html", "id/pact.html?lang=en", "def.html", "def/Act.html", "def/SignedByLeague.html", "shapes.html",
    "shapes/PactShape.html", "doc/gazette.html", "doc/gazette/line/3.html", "graph/inferred.html",
    "graph/deduced/seat.html?lang=en", "graph/ontology/town.html", "id/valley.html?page=2", "id/hostile.html",
    "id/lost.html", "id/none",
)  # fmt: skip


def test_pages_are_whole_and_load_only_the_stylesheet(town_site: Client) -> None:
    for path, page in zip(ALL_KINDS, pages(town_site, *ALL_KINDS), strict=True):
        language = "en" if "lang=en" in path else "fr"
        assert [link["href"] for link in page.all("link")] == [f"{up(path)}/static/page.css"]
        assert not {"script", "style", "img", "iframe"} & {tag for tag, _ in page.elements}
        assert [form["action"] for form in page.all("form")] == [f"{up(path)}/search.{language}.html"]
        assert not any(name.startswith("on") or name == "style" for _, a in page.elements for name in a)
        assert all(re.match(r"(\.|#|https?://)", a["href"] or "") for a in page.all("a"))
        headings = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
        assert headings[0] == 1
        assert headings.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(headings))
        assert page.all("a")[0] == {"class": "skip", "href": "#content"}
        assert page.all("main")[0]["id"] == "content"
        names = [a["id"] for _, a in page.elements if "id" in a]
        assert len(names) == len(set(names))


def test_links_of_pages_lead_somewhere(town_site: Client) -> None:
    inside = {
        joined(f"/{path}", href)
        for path, page in zip(ALL_KINDS, pages(town_site, *ALL_KINDS), strict=True)
        for a in page.all("a")
        if (href := a["href"] or "").startswith(".") and "why=" not in href
    }
    assert len(inside) > 150
    for href in sorted(inside):
        assert town_site.ask(href).status in (200, 303, 410), href


def test_a_page_is_in_two_languages(town_site: Client) -> None:
    french, english = (town_site.ask(f"/id/pact.html?lang={language}").text for language in ("fr", "en"))
    assert '<html lang="fr">' in french
    assert '<html lang="en">' in english
    assert '<span lang="fr">signataire</span>' in french
    assert '<span lang="en">signatory</span>' in english
    assert '<h1 lang="fr">pacte de Grandville</h1>' in english
    assert '<span lang="fr">pacte</span>' in french
    assert 'href="../id/league.en.html"' in english
    assert 'href="../id/pact.en.html" lang="en" hreflang="en"' in french
    assert english == town_site.ask("/id/pact.en.html").text


def test_a_page_cites_the_passages_of_each_fact(town_site: Client) -> None:
    page = town_site.ask("/id/pact.html?lang=en").text
    [league] = [line for line in page.splitlines() if 'href="../id/league.en.html"' in line and "<dd>" in line]
    assert '<a href="../doc/gazette/line/4.en.html">doc/gazette, line 4</a>' in league
    assert '<a href="../doc/gazette/line/5.en.html">doc/gazette, line 5</a>' in league


def test_a_page_says_why_an_inferred_fact_holds(town_site: Client) -> None:
    page = town_site.ask("/id/pact.html?lang=en").text
    [fact] = [line for line in page.splitlines() if "<dd>" in line and 'href="../def/Act.en.html"' in line]
    link = re.search(r'href="([^"]*why=[^"]*)"', fact)
    assert link is not None
    proof = town_site.ask(joined("/id/pact.html", link[1].replace("&amp;", "&")))
    assert proof.status == 200
    Reader(proof.text)
    assert "<code>cax-sco</code>" in proof.text
    assert "doc/gazette, line 3" in proof.text
    assert town_site.ask("/id/pact.html?why=0123456789abcdef").status == 404


def test_what_no_rule_knows_has_no_proof(old_town: tuple[Project, Build], town_site: Client) -> None:
    shape = f"<{BASE}shapes#PactShape>"
    triples = [(s, p, o) for _, s, p, o in old_town[1].store.quads(subject=shape)]
    assert triples
    for triple in triples:
        assert town_site.ask(f"/shapes/PactShape.html?why={mark(triple)}").status == 404


@pytest.mark.system
def test_every_inferred_fact_of_a_page_has_its_proof(town_site: Client) -> None:
    paths = ("id/pact.html", "id/valley.html?page=2", "id/league.html", "graph/inferred.html")
    links = {
        joined(f"/{path}", a["href"] or "")
        for path, page in zip(paths, pages(town_site, *paths), strict=True)
        for a in page.all("a")
        if "why=" in (a["href"] or "")
    }
    assert len(links) > 60
    for link in sorted(links):
        assert "<code>" in town_site.ask(link).text, link


def test_hostile_texts_are_escaped(town_site: Client) -> None:
    page = town_site.ask("/id/hostile.html").text
    assert "<script" not in page
    assert "&lt;script&gt;alert(&#39;x&#39;)" in page
    assert 'href="javascript' not in page
    assert json.loads(town_site.ask("/id/hostile.jsonld").text)


def test_no_sentence_of_the_document_is_shown(town_site: Client) -> None:
    sentences = [line for line in (town_site.project.root / "gazette.txt").read_text("utf-8").splitlines() if line]
    assert sentences
    for path in ("doc/gazette.html", "doc/gazette/line/3.html", "id/pact.html"):
        page = town_site.ask(f"/{path}").text
        assert not [sentence for sentence in sentences if len(sentence) > 20 and sentence in page]


def test_no_answer_names_a_place_of_the_machine(town_site: Client) -> None:
    root = str(town_site.project.root)
    for path in (*ALL_KINDS, "def.ttl", "id/pact.jsonld", "id/%00", "id/none.ttl"):
        assert root not in town_site.ask(f"/{path}").text


def test_a_site_may_be_below_a_path(old_town: tuple[Project, Build]) -> None:
    with serving(Site(*old_town, base_path="/town")) as client:
        assert client.ask("/town/id/pact").headers["location"] == "/town/id/pact.html"
        page = client.ask("/town/id/pact.html").text
        assert 'href="../static/page.css"' in page
        assert 'href="../id/league.fr.html"' in page
        assert client.ask("/town/static/page.css").status == 200
        assert client.ask("/id/pact").status == 404


def test_a_site_may_have_a_public_address(old_town: tuple[Project, Build]) -> None:
    with serving(Site(*old_town, public_url="https://data.example/town")) as client:
        reply = client.ask("/id/pact", headers={"Host": "evil.example", "Accept": "text/turtle"})
        assert reply.headers["location"] == "https://data.example/town/id/pact.ttl"
        assert "evil" not in str(client.ask("/id/pact.html", headers={"Host": "evil.example"}))


def test_many_readers_are_served_side_by_side(town_site: Client) -> None:
    links = [a["href"] or "" for a in pages(town_site, "id/valley.html")[0].all("a")]
    proofs = [joined("/id/valley.html", link) for link in links if "why=" in link][:5]
    targets = ["/id/pact.html", "/def.ttl", "/id/valley.page3.html", "/graph/inferred.trig", *proofs]
    expected = {path: town_site.ask(path).body for path in targets}
    wrong: list[str] = []

    def read() -> None:
        wrong.extend(path for path in targets if town_site.ask(path).body != expected[path])

    readers = [threading.Thread(target=read) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert wrong == []


def test_a_number_that_the_store_writes_otherwise_has_its_proof(project_build: Build, whole_site: Client) -> None:
    project = whole_site.project
    stored = {(s, p, o) for _, s, p, o in project_build.store.quads(graph=iri(project.inferred_graph))}
    rewritten = sorted(stored - set(project_build.graph.inferred()))
    assert rewritten
    for triple in rewritten[:3]:
        page = f"{target(triple[0][1:-1], base=project.base)}.html?why={mark(triple)}"
        assert "<code>" in whole_site.ask(page).text


def test_inferred_facts_of_the_whole_graph_have_their_proofs(whole_site: Client) -> None:
    page = Reader(whole_site.ask("/id/act/erbm.html").text)
    links = [joined("/id/act/erbm.html", a["href"]) for a in page.all("a") if "why=" in (a["href"] or "")]
    assert len(links) > 40
    for link in links[::40]:
        assert "<code>" in whole_site.ask(link).text
