"""The soak and the fuzz of the benchmarks, for seconds instead of minutes."""

import random
import sys
from pathlib import Path

from kg.project import Project
from tests.service.served import Served, served
from tests.service.test_limits import wait_until_ready

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

import fuzz
import soak


def test_nobody_notices_twenty_clients_who_ask_what_nobody_should(served_town: Project) -> None:
    with served(served_town, "--workers", "3") as server:
        wait_until_ready(server, 3)
        seen = soak.soak(server.address, server.process.pid, seconds=20)
    # Queries give way to other work, of which a machine that runs tests may have much.
    assert seen.faults(wait=4) == [], seen.figures()
    assert len(seen.pages) > 50
    assert len(seen.after_kills) > 3
    assert {(name, status) for name, status in seen.bad if name == "five megabytes"} == {("five megabytes", 413)}


def test_what_a_soak_is_judged_by() -> None:
    seen = soak.Seen(
        pages=[0.01] * 90 + [0.3] * 10, honest=[(5.0, 0.1), (8.0, 0.1)], kills=[4.5, 6.0], memory=(0, 10**8)
    )
    assert seen.after_kills == [0.5, 2.0]
    faults = seen.faults()
    assert [fault.split()[0] for fault in faults] == ["the", "an", "memory"]


def test_no_request_at_random_is_answered_500(server: Served) -> None:
    seed = random.randrange(10**6)
    seen = fuzz.fuzz(server.address, seconds=10, seed=seed)
    assert seen.wrong == [], seed
    assert sum(seen.statuses.values()) > 100
    assert {200, 400, 404, 405} < set(seen.statuses)
