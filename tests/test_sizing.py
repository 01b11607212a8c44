"""What a graph will ask of one machine is said before a build begins, and what it asked afterwards."""

import gzip
from pathlib import Path

from kg.graph.quads import Graph
from kg.graph.spill import spill_in
from kg.sizing import advice, triples_in

LINE = '<http://e/s{0}> <http://e/p> "a text that is somewhat longer, as texts of real graphs are, number {0}" .\n'


def test_triples_are_told_by_the_sizes_of_files(tmp_path: Path) -> None:
    text = "".join(LINE.format(number) for number in range(10_000))
    plain, packed = tmp_path / "data.nt", tmp_path / "data.nt.gz"
    plain.write_text(text)
    packed.write_bytes(gzip.compress(text.encode()))
    for file in (plain, packed):
        assert 5_000 < triples_in([file]) < 20_000


def test_nothing_is_said_of_what_one_machine_does(tmp_path: Path) -> None:
    assert advice(100_000_000, free=10**12) is None


def test_a_disk_without_room_and_hours_of_work_are_said(tmp_path: Path) -> None:
    assert "66 GB of disk, where 10 GB are free" in str(advice(100_000_000, free=10 * 10**9))
    assert "2.0 hours on one machine; kg build --engine spark" in str(advice(1_000_000_000, free=10**13))


def test_what_does_not_fit_into_memory_is_seen_on_disk(tmp_path: Path) -> None:
    graph = Graph.create(memory="60MB", scratch=tmp_path)
    with spill_in(tmp_path) as spill:
        graph.engine.run("CREATE TEMP TABLE large AS SELECT hash(range)::VARCHAR AS text FROM range(4_000_000)")
        graph.engine.run("CREATE TEMP TABLE sorted AS SELECT * FROM large ORDER BY text")
    assert spill.most > 10_000_000
