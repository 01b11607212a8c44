"""A store holds what the build holds, whatever happens on the way; here Oxigraph's own server."""

import os
import random
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from kg.errors import EndpointError, UsageError
from kg.graph.build import Build
from kg.graph.canonical import canonical_nquads
from kg.graph.store import read_quads
from kg.project import Project
from kg.publication.pushing import pieces
from kg.publication.pushing.push import push, pushed_dataset
from kg.query.credentials import Credentials
from kg.query.exchange import Endpoint
from tests.publication.pushing.conftest import MORE, P, dataset
from tests.publication.pushing.stores import RECORD, Store, between, contents, free_port, masked, of, oxigraph, written


def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "LINES", 4)
    monkeypatch.setattr(pieces, "_BORDER", 3)


# What is there at the end


def test_the_store_holds_the_dataset_with_its_blank_nodes_languages_and_iris(
    store: Store, example: Project, small: Build
) -> None:
    done = store.push(small, example)
    assert contents(store) == of(small)
    assert (done.graphs, done.triples, done.changed) == (4, len(of(small)), 0)


def test_blank_nodes_are_the_same_across_graphs_where_they_are_the_same_in_each(
    store: Store, example: Project, tmp_path: Path
) -> None:
    build = written(tmp_path / "b", dataset())
    store.push(build, example)
    shared = "ASK { ?s <https://example.org/p> ?o . GRAPH ?g { ?s <https://example.org/p> ?o } FILTER(ISBLANK(?s)) }"
    answer = httpx.get(store.queries, params={"query": shared}, headers={"Accept": "application/sparql-results+json"})
    assert answer.json()["boolean"] is True
    assert contents(store) == of(build)


def test_blank_nodes_of_which_each_graph_says_something_else_are_whole_in_each(
    store: Store, example: Project, tmp_path: Path
) -> None:
    build = written(tmp_path / "b", dataset(MORE))
    store.push(build, example)

    def by_graph(lines: list[str]) -> list[list[str]]:
        quads = list(read_quads("".join(lines).encode(), suffix=".nq"))
        graphs = sorted({quad[0] for quad in quads})
        return [canonical_nquads(quad for quad in quads if quad[0] == graph) for graph in graphs]

    assert by_graph(contents(store)) == by_graph(of(build))


def test_pieces_of_any_size_give_the_same(
    store: Store, example: Project, small: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_pieces(monkeypatch)
    store.push(small, example)
    assert contents(store) == of(small)


def test_graphs_that_say_the_same_are_sent_once(
    store: Store, example: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_pieces(monkeypatch)
    lines = [f'<https://example.org/s{i}> {P} "{i}" ' for i in range(4)]
    build = written(tmp_path / "b", "".join(f"{line}<urn:g{g}> .\n" for line in lines for g in range(20)))
    assert store.push(build, example).sent == 4
    assert contents(store) == of(build)


def test_a_literal_of_ten_megabytes_and_ill_typed_ones_stay_what_they_are(
    store: Store, example: Project, tmp_path: Path
) -> None:
    xsd = "http://www.w3.org/2001/XMLSchema#"
    odd = ['"' + "é" * 5_000_000 + '"@fr', f'"x"^^<{xsd}integer>', f'"2019-13-41"^^<{xsd}date>', '"x"^^<urn:mine>']
    build = written(tmp_path / "b", "".join(f"<urn:s> <urn:p> {token} .\n" for token in odd))
    assert store.push(build, example).changed == 0
    assert contents(store) == of(build)


def test_a_second_push_sends_nothing_and_one_of_a_newer_build_only_what_changed(
    store: Store, example: Project, small: Build, tmp_path: Path
) -> None:
    store.push(small, example)
    assert store.push(small, example).sent == 0
    newer = dataset(f'<https://example.org/n> {P} "new" <https://example.org/g3> .\n')
    newer = newer.replace(f'<https://example.org/b> {P} "x" <https://example.org/gé> .\n', "")
    build = written(tmp_path / "newer", newer)
    done = store.push(build, example)
    assert (done.sent, done.removed) == (1, 1)
    assert contents(store) == of(build)


def test_a_graph_that_somebody_changed_since_is_sent_again(store: Store, example: Project, small: Build) -> None:
    store.push(small, example)
    httpx.post(f"{store.graphs}?graph=https://example.org/g1", content="<urn:a> <urn:b> <urn:c> .",
               headers={"Content-Type": "text/turtle"}).raise_for_status()  # fmt: skip
    store.push(small, example)
    assert contents(store) == of(small)


def test_what_was_not_pushed_is_left_alone_and_not_replaced_unasked(
    store: Store, example: Project, small: Build
) -> None:
    for graph in ("https://elsewhere.org/g", "https://example.org/g1"):
        httpx.put(f"{store.graphs}?graph={graph}", content="<urn:a> <urn:b> <urn:c> .",
                  headers={"Content-Type": "text/turtle"}).raise_for_status()  # fmt: skip
    with pytest.raises(UsageError, match=r"1 graphs .*https://example.org/g1>; --replace"):
        store.push(small, example)
    store.push(small, example, replace=True)
    foreign = "<urn:a> <urn:b> <urn:c> <https://elsewhere.org/g> .\n"
    assert contents(store) == sorted([*of(small), foreign])


def test_the_default_graph_of_a_store_that_has_none_goes_where_it_is_told(example: Project, small: Build) -> None:
    with oxigraph("--union-default-graph") as store:
        with pytest.raises(UsageError, match="--default-graph"):
            store.push(small, example)
        merged = Store(store.queries, store.updates, store.graphs, default_graph="https://example.org/merged")
        merged.push(small, example)
        expected = [line for line in of(small) if line.count("<https://example.org/g") == 0]
        there = httpx.get(f"{store.graphs}?graph=https://example.org/merged", headers={"Accept": "text/turtle"})
        assert there.status_code == 200
        found = pushed_dataset(Endpoint(store.queries), base=example.base, default_graph="https://example.org/merged")
        assert found.default == ("https://example.org/merged",)
        assert set(found.named) == {f"https://example.org/{name}" for name in ("g1", "g2", "gé")}
        assert len(expected) > 5


# What goes wrong

SAID = {"500": "answered 500 Internal Server Error", "cut": "broke off", "drop": "broke off"}


@pytest.mark.parametrize("fault", ["500", "cut", "drop"])
def test_who_was_stopped_anywhere_goes_on_and_nothing_is_lost_or_twice(
    fault: str, store: Store, example: Project, small: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_pieces(monkeypatch)
    with between(store) as proxy:
        broken = store.through(proxy.url)
        requests = 0
        for after in range(0, 200, 3):
            proxy.seen, proxy.after, proxy.fault = 0, after, fault
            try:
                broken.push(small, example)
                requests = after
                break
            except EndpointError as error:
                failure = error
            assert failure.exit_code == 3
            assert SAID[fault] in str(failure)
            assert proxy.url in str(failure)
        assert requests >= 3
    store.push(small, example)
    assert contents(store) == of(small)
    assert not [line for line in httpx.get(store.graphs, headers={"Accept": "application/n-quads"}).text.splitlines()
                if f"{RECORD}/" in line]  # fmt: skip


def test_a_long_literal_is_named_when_the_store_does_not_take_it(
    store: Store, example: Project, tmp_path: Path
) -> None:
    lines = {size: f'<https://example.org/s{size}> {P} "{"é" * size}"@fr .\n' for size in (100, 400_000)}
    for size, line in lines.items():
        with between(store) as proxy:
            proxy.after, proxy.fault, proxy.only = 0, "500", "PUT"
            with pytest.raises(EndpointError, match="the disk is full") as caught:
                store.through(proxy.url).push(written(tmp_path / str(size), line), example)
        named = f"a literal of 800,005 bytes: <https://example.org/s400000> {P}"
        assert (named in str(caught.value)) is (size == 400_000)


def test_until_all_is_sent_readers_see_the_old_graphs(
    store: Store, example: Project, small: Build, tmp_path: Path
) -> None:
    store.push(small, example)
    newer = written(tmp_path / "newer", dataset().replace('"x"', '"y"').replace("2019", "2021"))
    with between(store) as proxy:
        proxy.after, proxy.fault = 12, "500"
        with pytest.raises(EndpointError):
            store.through(proxy.url).push(newer, example)
        assert "PUT" in proxy.methods
    assert contents(store) == of(small)
    store.push(newer, example)
    assert contents(store) == of(newer)


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.system) for seed in range(1, 4))])
def test_killed_at_a_random_moment_and_begun_again_it_is_the_same(
    seed: int, store: Store, example: Project, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    lines = "".join(
        f'<https://example.org/s{i}> {P} "{i}"@fr .\n'
        f"<https://example.org/s{i}> {P} _:b{i // 3} <https://example.org/g{i // 3 % 40}> .\n"
        for i in range(3000)
    )
    build = written(tmp_path / "build.d", lines)
    command = store.command(tmp_path, build.folder)
    for _ in range(3):
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            time.sleep(chance.uniform(0.3, 3))
            process.send_signal(signal.SIGKILL)
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    assert contents(store) == of(build)
    assert RECORD + "/" not in httpx.get(store.graphs, headers={"Accept": "application/n-quads"}).text


# Two at once


def test_a_push_that_another_overtakes_at_any_step_stops_and_the_other_ends_right(
    store: Store, example: Project, small: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_pieces(monkeypatch)
    newer = written(tmp_path / "newer", dataset().replace('"x"', '"y"').replace("2019", "2021"))
    overtaken = 0
    for number in range(1, 50):
        store.push(newer, example)
        told: list[str] = []

        def at(step: str, told: list[str] = told, number: int = number) -> None:
            told.append(step)
            if len(told) == number + 1:
                store.push(newer, example)

        try:
            push(small, project=example, place=store.place, progress=at)
        except EndpointError as error:
            failure = error
        else:
            assert len(told) == number, told  # it was over before
            assert contents(store) == of(small)
            break
        assert failure.exit_code == 3
        assert "another push of https://example.org/ to" in str(failure)
        assert contents(store) == of(newer), told
        overtaken += 1
    assert overtaken >= 5


def test_what_another_push_has_put_in_place_late_is_seen_at_the_end(
    store: Store, example: Project, small: Build
) -> None:
    graph, digest = f"GRAPH <{RECORD}>", "<https://schema.org/sha256>"
    late = (
        f"DELETE {{ {graph} {{ ?g {digest} ?is }} }} INSERT {{ {graph} {{ ?g {digest} 'another' }} }} "
        f"WHERE {{ VALUES ?g {{ <https://example.org/g1> }} {graph} {{ ?g {digest} ?is }} }}"
    )

    def at(step: str) -> None:
        if step == "counting":
            httpx.post(store.updates, data={"update": late}).raise_for_status()

    with pytest.raises(EndpointError, match=r"other triples than it should in 1 graphs: .*g1.*Push again"):
        push(small, project=example, place=store.place, progress=at)
    assert store.push(small, example).sent > 0
    assert contents(store) == of(small)


def test_of_pushes_that_begin_in_one_moment_at_least_one_ends_and_the_store_is_right(
    store: Store, example: Project, small: Build, tmp_path: Path
) -> None:
    command = store.command(example.root, small.folder)
    running = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    told = [process.communicate()[1] for process in running]
    codes = [process.returncode for process in running]
    assert 0 in codes, told
    assert set(codes) <= {0, 3}, told
    assert all(
        "another push of https://example.org/" in said for said, code in zip(told, codes, strict=True) if code
    ), told
    assert contents(store) == of(small)


def test_nobody_there_something_else_there_and_a_redirection_are_told(
    store: Store, example: Project, small: Build
) -> None:
    nobody = f"http://127.0.0.1:{free_port()}/sparql"
    for place, message in [
        (Store(nobody, nobody, nobody), "cannot reach http://HOST/sparql: Connection refused"),
        (Store(store.queries.replace("/query", "/"), store.updates, store.graphs), "answered 404 Not Found"),
        (
            Store("http://no-such-host.invalid/", store.updates, store.graphs),
            "cannot reach http://no-such-host.invalid/",
        ),
    ]:
        with pytest.raises(EndpointError) as caught:
            place.push(small, example)
        assert message in masked(str(caught.value))
        assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("wants", "who", "asked"),
    [
        ("Basic ZGJhOnMzY3JldA==", Credentials("dba", "s3cret"), 1),  # asked for once, then said before
        ("Bearer t0ken", Credentials(token="t0ken"), 0),
    ],
)
def test_who_asks_is_said_as_the_store_wants_it(
    wants: str, who: Credentials, asked: int, store: Store, example: Project, small: Build
) -> None:
    with between(store) as proxy:
        proxy.wants = wants
        replace(store.through(proxy.url), credentials=who).push(small, example)
        assert contents(store) == of(small)
        assert proxy.refused <= 4 * asked  # by each address, and by the graphs for what is read beside
        for other in (Credentials("dba", "wr0ngpassword"), Credentials(token="wr0ngtoken"), Credentials()):
            with pytest.raises(EndpointError, match="answered 401 Unauthorized") as caught:
                replace(store.through(proxy.url), credentials=other).push(small, example)
            assert "wr0ng" not in str(caught.value)


def test_credentials_come_whole_from_the_environment_and_are_in_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KG_PUSH_USER", "KG_PUSH_PASSWORD", "KG_PUSH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    assert Credentials.from_environment() == Credentials()
    monkeypatch.setenv("KG_PUSH_USER", "dba")
    with pytest.raises(UsageError, match="go together"):
        Credentials.from_environment()
    monkeypatch.setenv("KG_PUSH_PASSWORD", "s3cret")
    who = Credentials.from_environment()
    assert "s3cret" not in repr(who)
    assert who.hidden("Authorization: s3cret") == "Authorization: …"
    monkeypatch.setenv("KG_PUSH_TOKEN", "t0ken")
    with pytest.raises(UsageError, match="not both"):
        Credentials.from_environment()
    with pytest.raises(UsageError) as caught:
        Endpoint("http://user:s3cret@127.0.0.1/sparql")
    assert "s3cret" not in str(caught.value)


def test_the_command_says_what_it_did_and_ends_with_three_when_the_store_fails(
    store: Store, example: Project, small: Build
) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("KG_PUSH")}
    command = store.command(example.root, small.folder)
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert f"{len(of(small))} triples in 4 graphs" in done.stderr
    assert done.stdout == ""
    nobody = f"http://127.0.0.1:{free_port()}/"
    failed = subprocess.run(Store(nobody, nobody, nobody).command(example.root, small.folder), capture_output=True,
                            text=True, env=environment)  # fmt: skip
    assert failed.returncode == 3
    assert failed.stderr.count("\n") == 1
