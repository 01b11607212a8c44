"""Two graphs are compared: by resource, in sentences, and as a patch that leads from one to the other."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg import pipeline
from kg.errors import UsageError
from kg.graph.build import Build
from kg.project import Project
from kg.publication.diff import Diff, compare
from kg.publication.diff_forms import Form, patch, render
from kg.publication.sides import Side, open_side

from .conftest import canonical

ID = "https://example.org/town/id/"
DEF = "https://example.org/town/def#"
GAZETTE = "instances/passages/gazette.trig"
PLACES = "instances/reference/places.ttl"
ONTOLOGY = "ontology/town.ttl"
LAKE = '\nid:lake\n    a t:Place ;\n    rdfs:label "lac"@fr ;\n    .\n'
ANONYMOUS = """
t:Early
    rdfs:subClassOf [
        a owl:Restriction ;
        owl:hasValue <https://example.org/town/id/town> ;
        owl:onProperty t:signatory ;
    ] ;
    .
"""

Edit = Callable[[str, str, str], None]


@pytest.fixture
def copy(town: Project, tmp_path: Path) -> Path:
    root = tmp_path / "copy"
    shutil.copytree(town.root, root, ignore=shutil.ignore_patterns("build*"))
    return root


@pytest.fixture
def edit(copy: Path) -> Edit:
    """Replace a text in a file of the copy."""

    def change(name: str, old: str, new: str) -> None:
        file = copy / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    return change


def differ(town: Project, copy: Path, *, inferred: bool = False) -> Diff:
    old, new = (open_side(str(root), here=town, inferred=inferred) for root in (town.root, copy))
    return compare(old, new, inferred=inferred)


def said(diff: Diff, *, language: str = "en", form: Form = "text", limit: int | None = None) -> str:
    return render(diff, form=form, language=language, limit=limit)


def quads_of(side: Side, *, inferred: bool = False) -> set[ox.Quad]:
    lines = "".join(f"{s} {p} {o} {g} .\n" for g, s, p, o in side.quads(inferred=inferred))
    return set(ox.parse(lines.encode(), format=ox.RdfFormat.N_QUADS))


def assert_it_leads_from_old_to_new(diff: Diff, *, inferred: bool = False) -> None:
    """Apply the patch to the quads of the old side: each row must have an effect, and the result is the new side."""
    quads = quads_of(diff.old, inferred=inferred)
    rows = list(patch(diff.gone, diff.fresh))
    assert (rows[0], rows[-1]) == ("TX .\n", "TC .\n")
    for row in rows[1:-1]:
        [quad] = ox.parse(row[2:].encode(), format=ox.RdfFormat.N_QUADS)
        assert (quad in quads) == (row[0] == "D"), row
        (quads.remove if row[0] == "D" else quads.add)(quad)
    assert canonical(quads) == canonical(quads_of(diff.new, inferred=inferred))


def test_what_is_equal_does_not_differ(town: Project, copy: Path) -> None:
    diff = differ(town, copy)
    assert not diff
    assert said(diff) == "Nothing differs.\n"
    assert said(diff, language="fr") == "Rien ne diffère.\n"
    assert "".join(patch(diff.gone, diff.fresh)) == "TX .\nTC .\n"


def test_another_value_is_one_change(town: Project, copy: Path, edit: Edit) -> None:
    edit(GAZETTE, "2020-05-03", "2020-05-04")
    diff = differ(town, copy)
    [resource] = diff.resources
    [change] = resource.changes
    assert (resource.token, resource.kind, change.kind) == (f"<{ID}pact>", "changed", "changed")
    assert "~ changed: signed on 2020-05-03 becomes 2020-05-04." in said(diff)
    assert "changé\xa0: " in said(diff, language="fr")
    assert " 2020-05-03 devient 2020-05-04." in said(diff, language="fr")
    assert_it_leads_from_old_to_new(diff)


def test_each_language_changes_by_itself(town: Project, copy: Path, edit: Edit) -> None:
    edit(ONTOLOGY, '"act"@en', '"deed"@en')
    [resource] = differ(town, copy).resources
    [change] = resource.changes
    assert (change.old, change.new) == (('"act"@en',), ('"deed"@en',))


def test_resources_come_and_go(town: Project, copy: Path, edit: Edit) -> None:
    edit(PLACES, "id:league\n", f"{LAKE}\nid:league\n")
    edit(PLACES, '\nid:oath\n    a t:Act ;\n    rdfs:label "serment"@fr ;\n    .\n', "")
    edit(PLACES, "    t:neighbour id:hill ;\n", "")
    diff = differ(town, copy)
    kinds = {resource.token: resource.kind for resource in diff.resources}
    assert kinds == {f"<{ID}dale>": "changed", f"<{ID}lake>": "added", f"<{ID}oath>": "removed"}
    text = said(diff)
    assert text.startswith("Resources: 1 added, 1 removed, 1 changed. Statements: 2 added, 3 removed.\n")
    assert "\n+ lac (id:lake)\n" in text
    assert "    + added: is of class place.\n" in text
    assert "\n- serment (id:oath)\n" in text  # a label that only the old side has
    assert "    - removed: is of class act.\n" in text
    assert_it_leads_from_old_to_new(diff)


def test_a_fact_of_another_passage_is_stated_elsewhere(town: Project, copy: Path, edit: Edit) -> None:
    edit(GAZETTE, "        t:amends id:charter ;\n", "")
    edit(GAZETTE, "        t:signatory id:town ;\n", "        t:amends id:charter ;\n        t:signatory id:town ;\n")
    diff = differ(town, copy)
    [change] = diff.resources[0].changes
    assert change.kind == "restated"
    expected = (
        "= stated elsewhere: amends charte des Vallons, "
        "now in <https://example.org/town/doc/gazette#line=3,4>, "
        "no longer in <https://example.org/town/doc/gazette#line=4,5>."
    )
    assert expected in said(diff)
    assert_it_leads_from_old_to_new(diff)


def test_blank_nodes_that_only_moved_are_no_difference(town: Project, copy: Path, edit: Edit) -> None:
    """A restriction at the head of a file gives those below other numbers."""
    edit(ONTOLOGY, "\nt:Act\n", f"{ANONYMOUS}\nt:Act\n")
    diff = differ(town, copy)
    [resource] = diff.resources
    assert resource.token == f"<{DEF}Early>"
    assert (len(diff.gone), len(diff.fresh)) == (0, 4)
    assert "of [an anonymous class or list], has value" in said(diff).replace("owl:hasValue", "has value")
    assert_it_leads_from_old_to_new(diff)


def test_a_change_in_a_blank_node_is_of_its_resource(town: Project, copy: Path, edit: Edit) -> None:
    edit(
        ONTOLOGY, "owl:hasValue <https://example.org/town/id/league>", "owl:hasValue <https://example.org/town/id/town>"
    )
    diff = differ(town, copy)
    [resource] = diff.resources
    assert resource.token == f"<{DEF}SignedByLeague>"
    assert [change.kind for change in resource.changes] == ["changed"]
    assert (len(diff.gone), len(diff.fresh)) == (1, 1)
    assert_it_leads_from_old_to_new(diff)


def test_shapes_are_compared_too(town: Project, copy: Path) -> None:
    file = copy / "shapes" / "act.ttl"
    file.write_text(file.read_text(encoding="utf-8") + "\n<urn:s> <urn:p> [ <urn:q> 1 ] .\n")
    diff = differ(town, copy)
    assert [resource.token for resource in diff.resources] == ["<urn:s>"]
    assert_it_leads_from_old_to_new(diff)


def test_what_is_inferred_is_compared_when_asked(town: Project, copy: Path, edit: Edit) -> None:
    edit(PLACES, "    t:amends id:oath ;\n", "")
    asserted, derived = differ(town, copy), differ(town, copy, inferred=True)
    assert len(asserted.gone) == 1
    assert set(derived.gone) > set(asserted.gone)
    assert {quad[0] for quad in derived.gone} == {
        "<https://example.org/town/graph/reference/places>",
        "<https://example.org/town/graph/inferred>",
    }
    assert_it_leads_from_old_to_new(derived, inferred=True)


@pytest.mark.parametrize("inferred", [False, True])
def test_a_build_equals_the_folder_it_was_made_from(town: Project, town_build: Build, inferred: bool) -> None:
    old, new = (open_side(str(side), here=town, inferred=inferred) for side in (town_build.folder, town.root))
    assert not compare(old, new, inferred=inferred)


def test_the_patch_of_builds_is_of_their_dumps(town: Project, town_build: Build, copy: Path, edit: Edit) -> None:
    """The named graphs of the old dump, by the patch, are those of the new one."""
    edit(ONTOLOGY, "\nt:Act\n", f"{ANONYMOUS}\nt:Act\n")
    edit(GAZETTE, "2020-05-03", "2020-05-04")
    made = pipeline.build(Project.find(copy), out=copy / "build").build
    assert made is not None
    old, new = (open_side(str(folder), here=town) for folder in (town_build.folder, copy / "build"))
    diff = compare(old, new, inferred=True)

    def named(build: Build) -> set[ox.Quad]:
        return {quad for quad in ox.parse(path=build.dump) if quad.graph_name != ox.DefaultGraph()}

    quads = named(town_build)
    for row in list(patch(diff.gone, diff.fresh))[1:-1]:
        [quad] = ox.parse(row[2:].encode(), format=ox.RdfFormat.N_QUADS)
        (quads.remove if row[0] == "D" else quads.add)(quad)
    assert canonical(quads) == canonical(named(made))


def test_a_limit_counts_the_rest_and_cuts_no_patch(town: Project, copy: Path, edit: Edit) -> None:
    edit(PLACES, "@fr", "@en")
    diff = differ(town, copy)
    assert len(diff.resources) == 8
    assert said(diff, limit=2).endswith("\nNot shown: 6 more.\n")
    found = json.loads(said(diff, form="json", limit=2))
    assert (len(found["changes"]), found["not_shown"], found["resources"]["changed"]) == (2, 6, 8)
    with pytest.raises(UsageError, match="not for a patch"):
        said(diff, form="patch", limit=2)


def test_markdown_says_nothing_of_its_own(town: Project, copy: Path, edit: Edit) -> None:
    edit(PLACES, '"pays"', '"*pays* <b>"')
    text = said(differ(town, copy), language="fr", form="markdown")
    assert "### ~ \\*pays\\* \\<b\\> (`id:country`)" in text


@pytest.mark.parametrize("name", ["nothing-of-the-kind", "instances", "kg.toml"])
def test_a_side_that_is_none_is_refused(town: Project, copy: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(copy)
    with pytest.raises(UsageError):
        open_side(name, here=town)
