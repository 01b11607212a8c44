"""kg serve: what it needs, what it says, and the settings of its limits."""

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.cli import kg
from kg.errors import UsageError
from kg.project import Limits, Project
from tests.service.served import Served


def serve(project: Project, *arguments: str) -> None:
    kg.main(["-C", str(project.root), "serve", *arguments], standalone_mode=False)


def test_without_a_build_it_says_what_to_do(copy: Project) -> None:
    with pytest.raises(UsageError, match="run kg build"):
        serve(copy)


def test_a_port_that_is_taken_is_named(served_town: Project) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"cannot listen on 127.0.0.1, port {port}: "):
            serve(served_town, "--port", str(port))


def test_a_host_that_is_not_here_is_named(served_town: Project) -> None:
    with pytest.raises(UsageError, match=r"cannot listen on 192\.0\.2\.1, port 8000: "):
        serve(served_town, "--host", "192.0.2.1")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--base-path", "graph"),
        ("--base-path", "/a b"),
        ("--public-url", "data.example.org"),
        ("--public-url", "http://x/?y"),
    ],
)
def test_an_address_that_is_none_is_refused(option: str, value: str, served_town: Project) -> None:
    with pytest.raises(UsageError, match="is such as"):
        serve(served_town, option, value)


def test_help_has_examples() -> None:
    text = CliRunner().invoke(kg, ["serve", "--help"]).output
    assert "kg serve --public-url https://data.example.org/graph" in text


def test_the_limits_are_settings(served_town: Project) -> None:
    assert served_town.limits == Limits(2, 100_000_000, 20_000, 100_000)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("query-second = 2", 'unknown setting "query-second". Did you mean query-seconds'),
        ("query-rows = 0", 'the limit "query-rows" must be a whole number from 1'),
        ("query-rows = true", 'the limit "query-rows"'),
        ('query-memory = "much"', 'the limit "query-memory"'),
        ("query-seconds = 0.5", 'the limit "query-seconds"'),
    ],
)
def test_a_limit_that_is_none_is_refused(line: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "kg.toml"
    file.write_text(f'base = "http://example.org/"\n[serve]\n{line}\n')
    with pytest.raises(UsageError) as error:
        Project.load(file)
    assert message in str(error.value)


def test_no_answer_tells_of_the_machine(server: Served, served_town: Project) -> None:
    answers = [
        server.client.get("/nothing"),
        server.ask("SELECT {"),
        server.ask("SELECT * { SERVICE <http://x/> {} }"),
        server.ask("ASK {}", **{"default-graph-uri": "http://x/"}),
        server.client.put("/sparql"),
    ]
    assert [answer.status_code for answer in answers] == [404, 400, 403, 400, 405]
    for answer in answers:
        assert str(served_town.root) not in answer.text + str(answer.headers)
        assert "Traceback" not in answer.text
        assert "server" not in answer.headers
        assert answer.headers["x-content-type-options"] == "nosniff"
