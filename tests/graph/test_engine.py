"""The relational engine, as a program that has no script of its own runs it."""

import subprocess
import sys

ASKED = """
from kg.graph.duckdb_engine import DuckDB
engine = DuckDB.create()
for one in (engine, engine.beside()):
    print(one.rows("SELECT current_setting('enable_progress_bar')"))
"""


def test_no_bar_but_ours_is_drawn() -> None:
    done = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, text=True, check=True)
    assert done.stdout == "[(False,)]\n" * 2
