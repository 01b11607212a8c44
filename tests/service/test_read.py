"""What one process has read to publish a build, another has without reading it; what a file says is no order."""

import os
import pickle
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from kg.graph.build import Build
from kg.graph.swap import notes_of
from kg.lookup.usage import Usage, read_usage
from kg.project import Project
from kg.service.documents import Documents
from kg.service.hosting.earlier import Earlier
from kg.service.hosting.read import Read
from kg.service.things import Things
from kg.service.vocabulary import Vocabulary
from tests.service.changing import PLACES, TERMS, Town, again


@pytest.fixture
def town(published_town: Town, tmp_path: Path) -> Town:
    return again(published_town, tmp_path / "town")


def noted(town: Town, name: str = "site") -> Path:
    return notes_of((town.root / name).resolve()) / "read"


def read(town: Town, name: str = "site") -> Read | None:
    return Read.of((town.root / name).resolve(), project=Project.find(town.root))


def read_things(town: Town) -> Things:
    found = read(town)
    assert found
    assert found.remembered.things
    return found.remembered.things


def read_large(town: Town) -> dict[str, object]:
    found = read(town)
    assert found
    return {name: vars(whole) for name, whole in found.remembered.seen.large.items()}


def things(town: Town) -> Things:
    project = Project.find(town.root)
    return Things(Documents(Build.open(town.root / "build"), project=project))


def test_what_was_read_is_what_another_process_would_read(town: Town) -> None:
    town.add(PLACES, 'id:hill rdfs:label "hill"@en .\n')
    town.publish()
    found, ours, anew = read(town), read_things(town), things(town)
    assert found
    assert found.remembered.vocabulary
    assert (ours.tokens, ours.names, ours.pairs, ours.kinds) == (anew.tokens, anew.names, anew.pairs, anew.kinds)
    assert (ours.numbers, dict(ours.classes)) == (anew.numbers, dict(anew.classes))
    for languages in (("fr", "en"), ("en", "fr")):
        assert ours.order(languages) == anew.order(languages)
    assert {one.iri for one in found.found} >= {token[1:-1] for token in anew.tokens}
    large = found.remembered.seen.large
    documents = Documents(Build.open(town.root / "build"), project=Project.find(town.root))
    assert large
    for name, whole in large.items():
        assert documents.pages(name) == whole.pages
        for page in range(1, whole.pages + 1):
            described = documents.describe(name, page)
            assert described
            assert described.part == whole.part(page)


def test_it_goes_by_the_project_of_whoever_reads_it(town: Town) -> None:
    assert read_things(town)._project.root == town.root
    found = read(town)
    assert found
    assert found.remembered.vocabulary
    paths = [query.path for query in found.remembered.vocabulary.saved.values()]
    assert paths
    assert all(path.is_relative_to(town.root) and path.is_file() for path in paths)


def test_neither_things_nor_shapes_are_read_by_the_next_process(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(Things, "__init__", none)
    monkeypatch.setattr(Vocabulary, "__init__", none)
    town.change(PLACES, '"vallée"@fr', '"val"@fr')
    _, kept = town.publish()
    assert kept


def test_what_is_as_it_was_is_not_pickled_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.add(PLACES, 'id:hill rdfs:label "hill"@en .\n')
    town.publish()
    large = read_large(town)
    assert large
    pickled: list[object] = []

    def dump(pickler: pickle.Pickler, part: object) -> None:
        pickled.append(part)
        pickle.Pickler.dump(pickler, part)

    monkeypatch.setattr("kg.service.hosting.read._Pickler.dump", dump, raising=False)
    town.change(PLACES, '"vallée"@fr', '"val"@fr')
    town.publish()
    ours = read_things(town)
    assert [[tuple(name) for name in names] for names in ours.names] in pickled
    assert ours.tokens not in pickled
    assert len(pickled) < 10
    assert read_large(town) == large


def test_what_was_inferred_is_left_by_who_has_not_written_its_pages(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.service.documents.CONTENTS", 5)  # it has several pages then
    town.publish("other")
    found = read(town, "other")
    assert found
    assert Project.find(town.root).inferred_graph in found.remembered.seen.large


def test_how_terms_are_used_is_read_only_where_they_may_be_used_otherwise(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Build] = []

    def usage(build: Build, project: Project) -> Usage:
        asked.append(build)
        return read_usage(Build(build.folder), project=project)

    monkeypatch.setattr("kg.service.hosting.site._read_usage", usage)
    with monkeypatch.context() as all_are_terms:  # so that pages of some are written anew, all documented as they were
        all_are_terms.setattr(Earlier, "documented", property(lambda earlier: frozenset(earlier.before.record.units)))
        town.change(PLACES, '"vallée"@fr', '"val"@fr')
        town.publish()
    assert asked == []
    town.add(PLACES, "id:league t:seat id:hill .\n")
    town.publish()
    assert len(asked) == 1


def test_labels_are_those_of_the_build(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.service.listing_forms._MANY", 0)  # lists are so long then that all labels are read
    for old, new in (("vallée", "val"), ("val", "vallon")):
        town.change(PLACES, f'"{old}"@fr', f'"{new}"@fr')
        assert town.differs() == []
    town.add(PLACES, 'id:valley rdfs:label "Tal"@de .\n')
    assert town.differs() == []
    found = read(town)
    assert found
    documents = Documents(Build.open(town.root / "build"), project=Project.find(town.root))
    documents.read_labels()
    ours, anew = found.remembered.seen.all_labels, documents.seen.all_labels
    assert ours
    assert anew
    assert {token: sorted(quads) for token, quads in ours.items()} == {t: sorted(quads) for t, quads in anew.items()}


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda data: b"",
    "a half": lambda data: data[: len(data) // 2],
    "a byte": lambda data: data[:1000] + bytes([data[1000] ^ 1]) + data[1001:],
    "something else": lambda data: sha256(b"else").digest() + b"else",
    "another thing": lambda data: told({"things": []}),
    "no part": lambda data: joined({}),
}


def told(thing: object) -> bytes:
    data = pickle.dumps(thing)
    return sha256(data).digest() + data


@pytest.mark.parametrize("name", DAMAGE)
def test_a_file_that_is_damaged_is_none(town: Town, name: str) -> None:
    noted(town).write_bytes(DAMAGE[name](noted(town).read_bytes()))
    assert read(town) is None
    town.change(TERMS, '"lieu"@fr', '"endroit"@fr')
    assert town.differs() == []
    assert town.kept


class Order:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return os.mkdir, (str(self.path),)


def test_no_file_makes_anything_but_what_was_read(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "made"
    noted(town).write_bytes(told(Order(path)))
    assert read(town) is None
    assert not path.exists()
    pickle.loads(pickle.dumps(Order(path)))
    assert path.exists()


def test_a_large_resource_of_which_a_file_has_something_else_is_read_again(town: Town, tmp_path: Path) -> None:
    town.add(PLACES, 'id:hill rdfs:label "hill"@en .\n')
    town.publish()
    found = read(town)
    assert found
    [*large] = found.remembered.seen.large.known
    assert large
    parts = parts_of(noted(town).read_bytes())
    path = tmp_path / "made"
    order = pickle.dumps(Order(path))
    noted(town).write_bytes(joined({name: order if name[0] == "large" else part for name, part in parts.items()}))
    again = read(town)
    assert again
    assert [name for name in large if again.remembered.seen.large.get(name)] == []
    assert not path.exists()
    town.add(PLACES, "id:league t:seat id:valley .\n")
    assert town.differs() == []
    assert town.kept


def parts_of(data: bytes) -> dict[tuple[str, ...], bytes]:
    end = 40 + int.from_bytes(data[32:40])
    return {name: data[end : (end := end + length)] for name, length in pickle.loads(data[40:end])}


def joined(parts: dict[tuple[str, ...], bytes]) -> bytes:
    header = pickle.dumps([(name, len(part)) for name, part in parts.items()])
    data = len(header).to_bytes(8) + header + b"".join(parts.values())
    return sha256(data).digest() + data


def test_nobody_leaves_what_they_have_read_of_another_build(town: Town) -> None:
    town.go_on("site")
    stays = town.publishers["site"]
    town.add(PLACES, "id:league t:seat id:hill .\n")
    town.publish()
    made, kept = town.go_on("site")  # as the other one has published it
    assert kept == made.count
    stays.leave()
    assert read_things(town).pairs == things(town).pairs
    town.add(PLACES, "id:league t:seat id:valley .\n")
    assert town.differs() == []


def test_no_draft_stays(town: Town) -> None:
    town.publish()
    assert [path.name for path in noted(town).parent.glob("read*")] == ["read"]
