"""Processes beside this one: what they are given, and how they end."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import kg
from kg.processes import pool, run


def _environment(name: str) -> str | None:
    return os.environ.get(name)


def _given() -> tuple[object, ...]:
    return _GIVEN


_GIVEN: tuple[object, ...] = ()
SCRIPT = """
import os
from kg.processes import pool
if __name__ == "__main__":
    with pool(1) as process:
        print(process.submit(os.getcwd).result())
"""


def _take(*given: object) -> None:
    global _GIVEN
    _GIVEN = given


def test_they_have_the_environment_of_now(monkeypatch: pytest.MonkeyPatch) -> None:
    with pool(1) as process:
        assert process.submit(_environment, "KG_ANY").result() is None
    monkeypatch.setenv("KG_ANY", "thing")
    with pool(1) as process:
        assert process.submit(_environment, "KG_ANY").result() == "thing"


def test_they_begin_with_what_is_given() -> None:
    with pool(1, nice=3, begin=_take, given=("this", 1)) as process:
        assert process.submit(_given).result() == ("this", 1)
        assert process.submit(os.nice, 0).result() == os.nice(0) + 3


@pytest.mark.parametrize("code", [0, 3])
def test_what_is_run_ends_with_its_code(code: int) -> None:
    assert run(sys.exit, code) == code


def test_no_module_of_the_folder_that_we_are_in_is_read(tmp_path: Path) -> None:
    here, script = tmp_path / "here", tmp_path / "script.py"
    here.mkdir()
    (here / "csv.py").write_text("raise SystemExit('of this folder')", encoding="utf-8")
    script.write_text(SCRIPT, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(Path(kg.__file__).parents[1])}
    command = [sys.executable, str(script)]
    found = subprocess.run(command, cwd=here, capture_output=True, text=True, check=False, env=environment)
    assert (found.stdout.strip(), found.stderr) == (str(here), "")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_they_end_with_who_began_them(how: signal.Signals) -> None:
    begin = """
import signal, time
from kg.processes import pool
signal.signal(signal.SIGINT, signal.default_int_handler)
with pool(2) as processes:
    waiting = [processes.submit(time.sleep, 300) for _ in range(2)]
    time.sleep(1)
    print("begun", flush=True)
    time.sleep(300)
"""
    command = [sys.executable, "-c", begin]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == "begun\n"
        if how == signal.SIGINT:
            os.killpg(process.pid, how)
        else:
            process.kill()
        end = time.monotonic() + 20
        while _alive(process.pid):
            assert time.monotonic() < end, _alive(process.pid)
            time.sleep(0.05)
        process.wait()
        said = process.stderr.read()
    assert "ForkServerProcess" not in said


def _alive(session: int) -> list[str]:
    found = subprocess.run(["ps", "-o", "stat=,args=", "-s", str(session)], capture_output=True, text=True, check=False)
    return [line for line in found.stdout.splitlines() if not line.startswith("Z")]
