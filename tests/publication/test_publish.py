"""What kg publish makes, where, and when it refuses to."""

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from kg import pipeline
from kg.errors import UsageError
from kg.graph.build import Build
from kg.project import Project
from kg.publication.publish import Publication, publish


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("published", ["site", "whole"])
def test_the_list_of_checksums_verifies_every_file(published: str, request: pytest.FixtureRequest) -> None:
    site: Publication = request.getfixturevalue(published)
    lines = [line.split("  ") for line in (site.folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()]
    files = contents(site.folder)
    del files["SHA256SUMS"]
    assert [(digest, name) for digest, name in lines] == [
        (hashlib.sha256(data).hexdigest(), name) for name, data in sorted(files.items())
    ]
    assert (site.paths, site.count) == (sorted(files), len(files))


def test_sha256sum_reads_the_list(site: Publication) -> None:
    if not (tool := shutil.which("sha256sum")):
        pytest.skip("sha256sum is not on this machine")
    subprocess.run([tool, "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=site.folder, check=True)


def test_the_catalogue_stands_where_void_looks_for_it_too(site: Publication) -> None:
    assert (site.folder / ".well-known/void").read_bytes() == (site.folder / "catalog.ttl").read_bytes()


def test_publishing_twice_gives_the_same_bytes(
    site: Publication, town: Project, town_build: Build, tmp_path: Path
) -> None:
    again = publish(town_build, project=town, out=tmp_path / "site")
    assert (again.sums, again.folder.name) == (site.sums, site.folder.name)
    assert contents(again.folder) == contents(site.folder)


def test_another_build_of_the_same_files_gives_the_same_bytes(
    site: Publication, rewritten: Callable[[str, str], Project], tmp_path: Path
) -> None:
    town = rewritten("", "")
    build = pipeline.build(town, out=tmp_path / "build").build
    assert build is not None
    assert contents(publish(build, project=town, out=tmp_path / "site").folder) == contents(site.folder)


def test_a_second_publication_in_the_same_place_takes_over(town: Project, town_build: Build, tmp_path: Path) -> None:
    link = tmp_path / "site"
    first = publish(town_build, project=town, out=link)
    second = publish(town_build, project=town, out=link, base="https://host.example/")
    assert link.resolve() == second.folder
    assert second.folder != first.folder
    assert [path.name for path in (tmp_path / "site.d").iterdir() if path.name != ".kg"] == [second.folder.name]


def test_another_base_changes_addresses_and_no_iri(
    site: Publication, town: Project, town_build: Build, tmp_path: Path
) -> None:
    moved = publish(town_build, project=town, out=tmp_path / "site", base="https://host.example/graph/")
    text = (moved.folder / "catalog.ttl").read_text(encoding="utf-8")
    assert "https://host.example/graph/data/town.nq" in text
    assert f"{town.base}data/" not in text
    assert contents(moved.folder / "data") == contents(site.folder / "data")


@pytest.mark.parametrize("base", ["https://host.example", "ftp://host.example/", "host/", "https://h.example/?q/", ""])
def test_a_base_that_is_no_address_of_a_folder_is_refused(
    base: str, town: Project, town_build: Build, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="must be an IRI that ends in /"):
        publish(town_build, project=town, out=tmp_path / "site", base=base)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_kg_did_not_make_is_left_alone(town: Project, town_build: Build, tmp_path: Path) -> None:
    for name in ("site", "other.d"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine").write_text("precious")
        with pytest.raises(UsageError, match="not made by kg"):
            publish(town_build, project=town, out=tmp_path / name.removesuffix(".d"))
        assert contents(tmp_path / name) == {"mine": b"precious"}


def test_a_link_that_kg_did_not_make_is_left_alone(town: Project, town_build: Build, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "site").symlink_to("elsewhere")
    with pytest.raises(UsageError, match="a link that was not made by kg"):
        publish(town_build, project=town, out=tmp_path / "site")
    assert (tmp_path / "site").readlink() == Path("elsewhere")


def test_the_build_is_not_replaced_by_its_own_publication(town: Project, tmp_path: Path) -> None:
    build = pipeline.build(town, out=tmp_path / "build").build
    assert build is not None
    for out in (tmp_path / "build", tmp_path / "." / "x" / ".." / "build"):
        with pytest.raises(UsageError, match="is the build that is to be published: choose another place"):
            publish(build, project=town, out=out)
    assert (tmp_path / "build").resolve() == build.folder
    assert build.dump.is_file()


def test_a_graph_without_a_dataset_in_the_settings_says_what_to_set(
    rewritten: Callable[[str, str], Project], town_build: Build, tmp_path: Path
) -> None:
    file = rewritten("", "").settings_file
    file.write_text(file.read_text(encoding="utf-8").replace('dataset = "id/dataset/town"\n', ""), encoding="utf-8")
    with pytest.raises(UsageError, match=r"kg\.toml: no dataset to publish: set \"dataset\" to its IRI"):
        publish(town_build, project=Project.load(file), out=tmp_path / "site")


def test_a_graph_without_description_says_what_to_write(
    rewritten: Callable[[str, str], Project], tmp_path: Path
) -> None:
    bare = rewritten("", "")
    (bare.instances / "dataset.ttl").unlink()
    build = pipeline.build(bare, out=tmp_path / "build").build
    assert build is not None
    with pytest.raises(UsageError, match=r"write in instances/dataset\.ttl one dcat:Catalog with dct:title"):
        publish(build, project=bare, out=tmp_path / "site")
    assert not (tmp_path / "site").exists()
