"""The values of parameters are the same terms in the browser as in the service, or wrong in both (needs Node.js)."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kg.errors import QueryError
from kg.graph.store import read_term
from kg.project import Project
from kg.query.parameters import TYPES, Parameter, parse_value, pieces
from kg.service.scripts import told
from kg.service.view import View

pytestmark = pytest.mark.system

SCRIPT = """
import { readFileSync } from "node:fs";
import { bound, term } from "./src/parameters.js";
const { site, cases, pieces } = JSON.parse(readFileSync(0, "utf8"));
const found = cases.map(([type, text]) => term(text, type, site));
const texts = found.map((value) => (value === null ? null : bound(pieces, { value })));
console.log(JSON.stringify({ found, texts }));
"""
QUERY = 'SELECT ?value { # VALUES ?value { 1 }\n VALUES ?value { "x"@fr } } # {}\n'
DATES = st.dates().map(str) | st.from_regex(r"\d{4}-[01]\d-[0-3]\d", fullmatch=True)
NAMES = st.sampled_from(
    ["id:town", "t:Act", "nope:a", "id:", "<id/a>", "<a b>", "urn:a:b", "https://example.org/é", "id:/a"]
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
CASES = st.tuples(st.sampled_from(TYPES), TEXTS | DATES | NAMES | st.decimals(allow_nan=False).map(str))


@given(cases=st.lists(CASES, min_size=20, max_size=40))
@example(
    cases=[
        (kind, text) for kind in TYPES for text in ("", "2020-02-30", "0000-01-01", "+1", "1.", ".5", "true", "x\ny")
    ]
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_text_is_the_same_term_or_wrong(cases: list[tuple[str, str]], town: Project, project_root: Path) -> None:
    node = shutil.which("node")
    assert node, "Node.js is not installed: make test-system installs npm"
    cut = [(piece.text, piece.name, piece.standing) for piece in pieces(QUERY, {"value"})]
    asked = {"site": told(town, View("", "fr", ("fr",))), "cases": cases, "pieces": cut}
    command = [node, "--input-type=module", "--eval", SCRIPT]
    done = subprocess.run(
        command, input=json.dumps(asked), capture_output=True, text=True, check=True, cwd=project_root / "web"
    )
    answer = json.loads(done.stdout)
    for (kind, text), found, whole in zip(cases, answer["found"], answer["texts"], strict=True):
        try:
            expected = parse_value(text, Parameter("value", kind), project=town)
        except QueryError:
            assert found is None, (kind, text)
            continue
        assert found is not None, (kind, text)
        assert read_term(found, prefixes={}) == expected
        assert whole == QUERY.replace('"x"@fr', found)
