"""What a publication notes for the next one is read as it was written, or not at all."""

from array import array
from pathlib import Path

from kg.graph.bearing import Pattern
from kg.publication.files import File, by_path, paths_of, sums_of
from kg.publication.record import Record, Value
from kg.publication.units import Unit

PATTERNS = {
    "data/tables/acts.csv": [
        Pattern(("?act", "<http://a/p>", '"'), frozenset(), (("?act", "<http://a/q>", "?other"),)),
        Pattern(None, frozenset({"<http://a/p>", "<http://a/q>"}), ()),
    ],
    "data/tables/any.csv": None,
}


def written(tmp_path: Path) -> Record:
    record = Record("program", "whole", "digest", patterns={"qSELECT *": None}, tables=PATTERNS)
    file = File("a/page.html", 4, "0" * 64)
    (tmp_path / "a").mkdir()
    (tmp_path / file.path).write_text("page")
    record.add("a/page.html", [file], ["s<http://a/1>", "qSELECT *"], links=["b.html"])
    record.add_value("qSELECT *", "found", ["u"])
    other = File("robots.txt", 0, "1" * 64)
    (tmp_path / other.path).touch()
    record.rest = Unit.of([other])
    record.write(tmp_path / "record", root=tmp_path)
    return record


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    record = written(tmp_path)
    found = Record.read(tmp_path / "record", identity="program")
    assert found is not None
    assert (found.whole, found.digest, found.numbers) == ("whole", "digest", record.numbers)
    assert found.tables == PATTERNS
    assert found.patterns == {"qSELECT *": None}
    assert found.values == {"qSELECT *": Value("found", array("I", [found.numbers["u"]]))}
    unit = found.units["a/page.html"]
    assert (list(unit.files), list(unit.links)) == ([File("a/page.html", 4, "0" * 64)], ["b.html"])
    assert [stamp.size for _, stamp in unit.stamps()] == [4]
    assert [file.path for file, _ in found.rest.stamps()] == ["robots.txt"]


def test_a_record_of_another_program_or_a_damaged_one_is_none(tmp_path: Path) -> None:
    written(tmp_path)
    assert Record.read(tmp_path / "record", identity="another") is None
    data = bytearray((tmp_path / "record").read_bytes())
    data[-1] ^= 1
    (tmp_path / "record").write_bytes(data)
    assert Record.read(tmp_path / "record", identity="program") is None
    assert Record.read(tmp_path / "none", identity="program") is None


def test_digests_are_sorted_by_path() -> None:
    paths = ["a/b.html", "a.ttl", "a-b.ttl", "a.page2.html", "a b.ttl", "é\u2028.ttl"]
    digests = "".join(sums_of([File(path, 1, f"{number:064}")]) for number, path in enumerate(paths))
    assert paths_of(digests) == paths
    assert paths_of(by_path(digests)) == sorted(paths)
    assert {*by_path(digests).split("\n")} == {*digests.split("\n")}
    assert (by_path(""), paths_of("")) == ("", [])
