"""The first page, and the steps that lead from it to each resource."""

import re
import shutil
from pathlib import Path

import pytest

from kg import pipeline
from kg.errors import UsageError
from kg.graph.build import Build
from kg.project import Hop, Project
from kg.service.documents import Documents
from kg.service.site import Site
from kg.service.things import Things
from tests.service.dereferencing import Client, joined, serving
from tests.service.test_resources import Reader

BASE = "https://example.org/town/"


def crumbs(page: str) -> list[str]:
    [nav] = re.findall(r'<nav class="crumbs".*?</nav>', page, re.DOTALL)
    return [re.sub("<[^>]*>", "", item).strip() for item in re.findall(r"<li>(.*?)</li>", nav, re.DOTALL)]


def test_the_first_page_says_what_the_graph_is_of(town_site: Client) -> None:
    french, english = (town_site.ask(f"/?lang={language}").text for language in ("fr", "en"))
    assert '<h1 lang="fr">Actes de la ville</h1>' in french
    assert "Actes d&#39;une petite ville." in french
    assert '<h1 lang="en">Acts of the town</h1>' in english
    assert "https://spdx.org/licenses/etalab-2.0" in english
    Reader(french)


def test_its_figures_are_those_of_the_graph(whole_site: Client, project_build: Build) -> None:
    page = whole_site.ask("/?lang=en").text
    assert len(page.encode()) < 150_000
    figures = {
        label: int(count.replace(",", "")) for label, count in re.findall(r"<dt>([^<]*)</dt><dd>([\d,]*)</dd>", page)
    }
    quads = project_build.manifest["quads"]
    assert figures["facts inferred"] == quads["inferred"] == sum(1 for _ in project_build.graph.inferred())
    assert figures["facts stated"] == quads["default"] - quads["inferred"]
    passages = {g for g, *_ in project_build.graph.quads() if "#line=" in g}
    assert figures["passages cited"] == len(passages)
    folders = [whole_site.project.queries / name for name in ("competency", "pictures")]
    assert figures["saved questions"] == sum(len(list(folder.glob("*.rq"))) for folder in folders)
    acts = project_build.store.query("SELECT DISTINCT ?s { ?s a <https://w3id.org/republique-contractuelle/def#Act> }")
    assert f'>act</span></a> <span class="faint">{len(acts.rows)}</span>' in page  # type: ignore[union-attr,arg-type]


def test_kinds_that_vocabularies_call_alike_are_told_apart(whole_site: Client) -> None:
    [others] = re.findall(r'<section aria-labelledby="others">.*?</section>', whole_site.ask("/").text, re.DOTALL)
    names = [re.sub("<[^>]*>", "", link).strip() for link in re.findall(r"<a .*?</a>", others, re.DOTALL)]
    assert "Organisation (org:Organization)" in names
    assert len(names) == len(set(names)) > 20


def test_each_kind_leads_to_its_list(town_site: Client) -> None:
    page = Reader(town_site.ask("/").text)
    lists = {a["href"] for a in page.all("a") if (a["href"] or "").startswith("./search/")}
    assert len(lists) > 5
    for href in filter(None, lists):
        assert town_site.ask(joined("/", href)).status == 200


def test_a_project_that_names_no_dataset_has_a_first_page(old_town: tuple[Project, Build], tmp_path: Path) -> None:
    project, build = old_town
    root = tmp_path / "town"
    shutil.copytree(project.root, root, ignore=shutil.ignore_patterns("build*"))
    settings = root / "kg.toml"
    settings.write_text(re.sub("(?m)^(dataset|question) = .*\n", "", settings.read_text()))
    with serving(Site(Project.find(root), build)) as client:
        page = client.ask("/?lang=fr").text
        assert "<h1>Graphe de connaissances</h1>" in page
        Reader(page)


def test_an_empty_graph_has_a_first_page_and_a_list(tmp_path: Path) -> None:
    for folder in ("ontology", "shapes", "instances"):
        (tmp_path / folder).mkdir()
    (tmp_path / "kg.toml").write_text('base = "https://example.org/empty/"\n')
    project = Project.find(tmp_path)
    build = pipeline.build(project, out=tmp_path / "build").build
    assert build is not None
    with serving(Site(project, build)) as client:
        assert "<h1>Knowledge graph</h1>" in client.ask("/").text
        assert "No result" in client.ask("/search?q=x").text


def test_steps_lead_from_the_instrument_to_the_contract_and_the_territory(whole_site: Client) -> None:
    page = whole_site.ask("/id/act/erbm.html?lang=fr").text
    assert crumbs(page)[0] == "Accueil"
    assert crumbs(page)[1] == "dispositif"
    assert crumbs(page)[-1] == "Engagement pour le renouveau du bassin minier"
    assert 'href="../../id/instrument/' in page
    territory = crumbs(whole_site.ask("/id/territory/commune-59606.html?lang=fr").text)
    assert territory[1:] == [
        "programme", "Action cœur de ville", "Valenciennes, lauréate Action cœur de ville", "Valenciennes",
    ]  # fmt: skip


def test_a_thing_without_steps_stands_in_the_list_of_its_class(town_site: Client) -> None:
    page = town_site.ask("/id/pact.html?lang=fr").text
    assert crumbs(page) == ["Accueil", "pacte", "pacte de Grandville"]
    assert 'href="../search/t/Pact.fr.html"' in page
    assert '<span aria-current="page"><span lang="fr">pacte de Grandville</span></span>' in page
    assert crumbs(town_site.ask("/def/Act.html?lang=fr").text)[-1] == "acte"


def test_steps_go_by_a_property_or_against_it_where_there_is_one_thing(tmp_path: Path, project_root: Path) -> None:
    root = tmp_path / "town"
    shutil.copytree(project_root / "tests" / "fixture", root)
    settings = root / "kg.toml"
    settings.write_text(settings.read_text() + '\n[pages]\ntrail = ["t:seat", "^t:signatory", "t:amends"]\n')
    project = Project.find(root)
    assert project.pages.trail == (
        Hop(f"{BASE}def#seat"), Hop(f"{BASE}def#signatory", against=True), Hop(f"{BASE}def#amends"),
    )  # fmt: skip
    build = pipeline.build(project, out=root / "build").build
    assert build is not None
    things = Things(Documents(build, project=project))
    assert things.above(f"<{BASE}id/town>") == [f"<{BASE}id/hill>", f"<{BASE}id/town>"]
    assert things.above(f"<{BASE}id/pact>") == [f"<{BASE}id/{name}>" for name in ("oath", "charter", "pact")]
    assert things.above(f"<{BASE}def#Act>") == [f"<{BASE}def>", f"<{BASE}def#Act>"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("trail = 'rdfs:seeAlso'", 'the setting "trail" must be a list of properties'),
        ("trail = [1]", 'the setting "trail" must be a list of properties'),
        ("trail = ['t:seat']", "in the settings of pages: unknown prefix"),
        ("trail = ['']", "in the settings of pages: not an IRI or a prefixed name"),
        ("unit = 3", 'the setting "unit" must be a property'),
        ("unit = 'x'", "in the settings of pages: not an IRI or a prefixed name"),
        ("trial = []", 'unknown setting "trial". Did you mean trail?'),
    ],
)
def test_settings_of_pages_are_checked(text: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "kg.toml"
    file.write_text(f'base = "https://example.org/"\n[pages]\n{text}\n')
    with pytest.raises(UsageError) as error:
        Project.load(file)
    assert words in str(error.value)
    assert "kg.toml" in str(error.value)
