"""What is refused is told as problem details (RFC 9457) to who takes JSON, and as text to others."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.service.problem import PROBLEM, TEXT, problem
from tests.service.served import Served

JSON = "application/json"
RESULTS = "application/sparql-results+json"
REFUSED = [
    ("GET", "/query/none", 404, 'unknown query "none"'),
    ("GET", "/query/who-signed?asOf=x", 400, "asOf"),
    ("GET", "/query/who-signed?format=pdf", 400, "unknown format"),
    ("POST", "/query/who-signed", 405, "this address knows GET, HEAD, OPTIONS"),
    ("GET", "/sparql?query=SELECT", 400, "line 1, column 7"),
    ("GET", "/sparql?query=ASK%7B%7D&update=x", 403, "updates are refused"),
    ("GET", "/sparql?query=ASK%7BSERVICE%20%3Chttp://x/%3E%7B%7D%7D", 403, "SERVICE"),
]


def refusal(server: Served, method: str, target: str, accept: str) -> tuple[int, Mapping[str, str], str]:
    reply = server.client.request(method, target, headers={"Accept": accept})
    return reply.status_code, reply.headers, reply.text


@pytest.mark.parametrize(("method", "target", "status", "says"), REFUSED)
@pytest.mark.parametrize("accept", [JSON, "application/problem+json", f"{RESULTS},{JSON};q=0.9", "application/*"])
def test_who_takes_json_is_told_by_problem_details(
    method: str, target: str, status: int, says: str, accept: str, server: Served
) -> None:
    found, headers, text = refusal(server, method, target, accept)
    assert (found, headers["content-type"]) == (status, "application/problem+json")
    told = json.loads(text)
    assert set(told) == {"title", "status", "detail"}
    assert told["status"] == status
    assert told["title"] in ("Bad Request", "Forbidden", "Not Found", "Method Not Allowed")
    assert says in told["detail"]
    assert ("allow" in headers) == (status == 405)


@pytest.mark.parametrize(("method", "target", "status", "says"), REFUSED)
@pytest.mark.parametrize("accept", ["*/*", RESULTS, f"{RESULTS}, */*;q=0.5", f"text/plain, {JSON}", "image/png"])
def test_who_takes_anything_or_text_is_told_by_text(
    method: str, target: str, status: int, says: str, accept: str, server: Served
) -> None:
    found, headers, text = refusal(server, method, target, accept)
    assert (found, headers["content-type"]) == (status, "text/plain; charset=utf-8")
    assert says in text


@given(st.sampled_from([400, 403, 404, 405, 406, 408, 413, 415, 429, 503, 504]), st.text())
def test_details_are_what_was_said(status: int, detail: str) -> None:
    body, form = problem(JSON, status, detail)
    assert form == PROBLEM
    assert json.loads(body)["detail"] == detail
    assert problem(None, status, detail) == (f"{detail}\n".encode("utf-8", "surrogatepass"), TEXT)
