"""Ask a remote SPARQL endpoint, through SPARQLWrapper (SPARQL 1.1 Protocol, query via URL-encoded POST)."""

import ast
import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import suppress
from email.message import Message
from importlib.metadata import version
from typing import Any

from SPARQLWrapper import JSON, POST, TURTLE, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

from kg.errors import EndpointError, QueryError
from kg.graph.store import Solutions, read_results, read_triples
from kg.graph.terms import parse
from kg.query.answer import Answer
from kg.query.catalogue import Catalogue, Query
from kg.query.credentials import Authorization
from kg.query.exchange import TRY_AGAIN, Endpoint, late, pause, refused
from kg.query.tokens import declared, form, over, used

_ACCEPT_RESULTS = "application/sparql-results+json"
_ACCEPT_TRIPLES = "text/turtle, application/n-triples;q=0.9"


def ask(query: str, *, endpoint: Endpoint, prefixes: Mapping[str, str] | None = None) -> Answer:
    """Return the answer of a query; those of ``prefixes`` that it uses without declaring them are put before it.

    Raises QueryError when it is no query, EndpointError when the endpoint cannot be reached or fails.
    """
    missing = sorted((used(query) - declared(query).keys()) & (prefixes or {}).keys())
    head = "".join(f"PREFIX {name}: <{(prefixes or {})[name]}> " for name in missing)
    return _ask(head + query, endpoint)


def answer(
    query: Query, *, catalogue: Catalogue, endpoint: Endpoint, values: Mapping[str, str] | None = None
) -> Answer:
    """Return the answer of a saved query and of the queries that say why, as ``local.answer`` does."""
    values = values or {}
    reasons = catalogue.reasons(query)
    found = _run(query, catalogue, endpoint, values)
    return found.explained((reason, _run(reason, catalogue, endpoint, values)) for reason in reasons)


def _run(query: Query, catalogue: Catalogue, endpoint: Endpoint, values: Mapping[str, str]) -> Answer:
    try:
        return ask(query.bound(values), endpoint=endpoint)
    except QueryError as error:
        raise QueryError(error.message, file=catalogue.project.relative(query.path), line=error.line) from error


def _ask(query: str, endpoint: Endpoint) -> Answer:
    # Said in the query: of parameters Virtuoso makes a header each, and Python takes no more than a hundred.
    query = over(query, endpoint.dataset.default, endpoint.dataset.named)
    is_graph = form(query) in ("CONSTRUCT", "DESCRIBE")
    wrapper = _wrapper(query, endpoint, is_graph=is_graph)
    data, media_type = _exchange(wrapper, endpoint)
    try:
        return Answer.of(read_triples(data) if is_graph else _results(data))
    except ValueError as error:
        expected = "Turtle" if is_graph else "SPARQL JSON results"
        raise EndpointError(
            f"{endpoint.url} answered with {media_type} that does not read as {expected}: {error}"
        ) from error


def _results(data: bytes) -> Solutions | bool:
    """Return the solutions or the boolean of an answer. Virtuoso 7 gives a boolean as a row, or none for false."""
    found = read_results(data)
    if isinstance(found, Solutions) and found.variables == ("__ASK_RETVAL",):
        return any(parse(str(row[0])).value == "1" for row in found.rows)
    return found


class _Wrapper(SPARQLWrapper):
    """A question that is told who asks, for the endpoint alone: an address that it redirects to is not told."""

    who: Authorization

    def _createRequest(self) -> urllib.request.Request:  # noqa: N802  # as SPARQLWrapper names it
        request = super()._createRequest()
        for name, value in self.who.headers(request.get_method(), request.full_url).items():
            request.add_unredirected_header(name, value)
        return request


def _wrapper(query: str, endpoint: Endpoint, *, is_graph: bool) -> _Wrapper:
    wrapper = _Wrapper(endpoint.url, agent=f"kg/{version('kg-publisher')}")
    wrapper.who = Authorization(endpoint.credentials)
    wrapper.setMethod(POST)
    wrapper.setReturnFormat(TURTLE if is_graph else JSON)
    wrapper.setOnlyConneg(True)
    # Set as setQuery does, but for the form of the query, which it guesses from the text.
    wrapper.queryString = query
    wrapper.queryType = form(query)
    wrapper.addCustomHttpHeader("Accept", _ACCEPT_TRIPLES if is_graph else _ACCEPT_RESULTS)
    # Set as setTimeout does, but for cutting it to whole seconds, of which 0 would be for ever.
    wrapper.timeout = endpoint.timeout  # type: ignore[assignment]  # urllib takes a float
    return wrapper


def _exchange(wrapper: _Wrapper, endpoint: Endpoint) -> tuple[bytes, str]:
    """Return the body and the media type of the endpoint's answer, after as many trials as it takes."""
    for trial in range(endpoint.retries + 1):
        try:
            code, headers, body = _once(wrapper, endpoint)
            if code == 401 and wrapper.who.challenged(headers):
                code, headers, body = _once(wrapper, endpoint)
        except TimeoutError as error:
            raise late(endpoint) from error
        except urllib.error.URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise late(endpoint) from error
            reason = getattr(error.reason, "strerror", None) or error.reason
            raise EndpointError(f"cannot reach {endpoint.url}: {reason}") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise EndpointError(f"{endpoint.url} broke off the exchange: {error or type(error).__name__}") from error
        if code < 300:
            return body, headers.get_content_type()
        if code not in TRY_AGAIN or trial == endpoint.retries:
            raise refused(endpoint, code, headers, body)
        time.sleep(pause(headers, endpoint.pause * 2**trial))
    raise AssertionError("the last trial returns or raises")


def _once(wrapper: _Wrapper, endpoint: Endpoint) -> tuple[int, Message, bytes]:
    """Return the status, the headers and the body of one exchange; of an error page, as much as arrives."""
    deadline = time.monotonic() + endpoint.timeout
    parts: list[bytes] = []
    try:
        response = wrapper.query().response
    except SPARQLWrapperException as error:
        refusal = error.__context__
        if not isinstance(refusal, urllib.error.HTTPError):
            raise EndpointError(f"{endpoint.url} was not asked: {error}") from error
        _stay(endpoint, refusal.geturl())
        return refusal.code, refusal.headers, _response(error)
    except urllib.error.HTTPError as error:
        with error, suppress(OSError, http.client.HTTPException):
            _stay(endpoint, error.geturl())
            parts.extend(_parts(error, deadline))
        return error.code, error.headers, b"".join(parts)
    with response:
        _stay(endpoint, response.geturl())
        parts.extend(_parts(response, deadline))
        if response.length:
            raise http.client.IncompleteRead(b"", response.length)
        return response.status, response.headers, b"".join(parts)


def _stay(endpoint: Endpoint, url: str) -> None:
    """Raise EndpointError when it is another address that answered: a redirected question has lost its text."""
    if url != endpoint.url.split("#")[0]:
        raise EndpointError(f"{endpoint.url} redirects to {url}: use that address")


def _parts(response: Any, deadline: float) -> Iterator[bytes]:
    """Yield a body as it arrives. Raises TimeoutError once the deadline, of the monotonic clock, has passed."""
    while part := response.read1(1 << 16):
        yield part
        if time.monotonic() > deadline:
            raise TimeoutError


def _response(error: SPARQLWrapperException) -> bytes:
    """Return the body that SPARQLWrapper has put, as a bytes literal, at the end of its message."""
    _, _, literal = str(error).partition("\n\nResponse:\n")
    return bytes(ast.literal_eval(literal)) if literal else b""
