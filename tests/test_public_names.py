"""The public names of kg are few, loaded when used, and listed here."""

import subprocess
import sys

import kg

NAMES = (
    "Answer Build EndpointError Finding Graph InconsistencyError KgError Project Proof Query QueryError Report "
    "ResourceError Rule RuleError ShapeError SourceError UsageError build explain infer load publish validate"
).split()


def test_the_public_names_are_these() -> None:
    assert kg.__all__ == NAMES
    assert all(getattr(kg, name) is not None for name in NAMES)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    assert not hasattr(kg, "no_such_name")


def test_importing_kg_and_asking_for_help_loads_no_heavy_library() -> None:
    program = (
        "import sys, kg, kg.cli; "
        "heavy = {'duckdb','rdflib','pyshacl','pyoxigraph','SPARQLWrapper','rich','uvicorn','asyncio'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
