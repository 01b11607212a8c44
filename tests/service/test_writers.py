"""Several processes write what one does, by what has been read once."""

from pathlib import Path

from kg.graph.build import Build
from kg.project import Project
from kg.service.documents import Documents
from kg.service.hosting.resources import Documented, Wanted, Writer, resources, write_resources
from kg.service.shelf import Shelf
from kg.service.site import Site


def bodies(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def names_aside(done: Documented) -> set[str]:
    """Return the notes but those of words that state a thing, which are among its names, and remembered with them.

    Nor those of blank nodes, which the store calls otherwise than memory does.
    """
    return {note for note in done.reads if note[0] != "v" and not note.startswith("s_:")}


def test_processes_write_and_note_what_one_does(old_town: tuple[Project, Build], tmp_path: Path) -> None:
    project, build = old_town
    site = Site(project, build)
    shelf = Shelf(Documents(build, project=project))
    found, _ = resources(shelf.documents)
    wanted = [Wanted(resource.iri) for resource in found if resource.successor is None]
    one, many = tmp_path / "one", tmp_path / "many"
    writer = Writer(site, shelf, one)
    here = [page for one in wanted for page in writer.write(one)]
    by_name = {pages[0].iri: pages for pages in write_resources(wanted, site=site, shelf=shelf, root=many)}
    there = [page for one in wanted for page in by_name[one.iri]]
    assert len(wanted) > 50
    assert len(here) > len(wanted)
    assert [done._replace(reads=()) for done in there] == [done._replace(reads=()) for done in here]
    assert [names_aside(done) for done in there] == [names_aside(done) for done in here]
    assert bodies(many) == bodies(one)
    assert {file.path for done in here for file in done.files} == bodies(one).keys()
