"""Requests to an endpoint: where it is, how long to bear with it, and what is said when it fails."""

import datetime
import email.utils
import html
import http.client
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from importlib.metadata import version
from typing import Any

from kg.errors import EndpointError, UsageError
from kg.graph.store import Dataset
from kg.query.credentials import NAMES, Authorization, Credentials

TRY_AGAIN = (502, 503, 504)
"""The status codes after which a request is put again."""
_LONGEST_PAUSE = 30.0
_LONGEST_WORDS = 500


@dataclass(frozen=True)
class Endpoint:
    """A SPARQL endpoint: its URL, and how long to bear with it.

    ``dataset`` is what queries are of that say nothing of it, when it is not what the endpoint has; ``credentials``
    say who asks, to this address and to no other.
    ``timeout`` is in seconds, for one whole exchange. On 502, 503 and 504 the question is put again up to
    ``retries`` times, after ``pause`` seconds doubled each time, or what Retry-After says, at most 30 seconds.
    Raises UsageError for what is not an http or https URL.
    """

    url: str
    timeout: float = 60
    retries: int = 3
    pause: float = 1.0
    dataset: Dataset = field(default_factory=Dataset)
    credentials: Credentials = field(default_factory=Credentials)

    def __post_init__(self) -> None:
        parts = urllib.parse.urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"\s", self.url):
            raise UsageError(f"an endpoint must be an http or https URL, not {self.url}")
        if parts.username is not None:
            raise UsageError(f"an endpoint's URL may not hold a user or a password: {parts.hostname}")


@dataclass(frozen=True)
class Reply:
    """What an endpoint answered: the status, the media type and the body."""

    status: int
    media_type: str
    body: bytes


class Session:
    """Requests to an endpoint, which is told who asks as it wants to be told."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._authorization = Authorization(endpoint.credentials)
        self._opener = urllib.request.build_opener(_Stay)

    def send(
        self,
        method: str,
        *,
        parameters: str = "",
        headers: Mapping[str, str],
        body: bytes | None = None,
        missing: bool = False,
    ) -> Reply:
        """Send a request that may be sent twice, and return the reply.

        ``parameters`` are put after the URL, encoded; ``missing`` says whether 404 is an answer. Raises EndpointError
        when the endpoint cannot be reached, breaks off or refuses.
        """
        endpoint = self.endpoint
        url = endpoint.url + ("&" if "?" in endpoint.url else "?") * bool(parameters) + parameters
        request = urllib.request.Request(url, data=body, headers=dict(headers), method=method)
        request.add_header("User-Agent", f"kg/{version('kg-publisher')}")
        for trial in range(endpoint.retries + 1):
            last = trial == endpoint.retries
            try:
                status, answered, data = self._once(request)
            except TimeoutError as error:
                raise late(endpoint) from error
            except (OSError, http.client.HTTPException, ValueError) as error:
                problem = getattr(error, "reason", error)
                if isinstance(problem, TimeoutError):
                    raise late(endpoint) from error
                if last or isinstance(error, ValueError) or not _may_pass(problem):
                    raise EndpointError(_unreached(endpoint, problem)) from error
                time.sleep(endpoint.pause * 2**trial)
                continue
            if status < 300 or (status == 404 and missing):
                return Reply(status, answered.get_content_type(), data)
            if status not in TRY_AGAIN or last:
                raise refused(endpoint, status, answered, data)
            time.sleep(pause(answered, endpoint.pause * 2**trial))
        raise AssertionError("the last trial returns or raises")

    def _once(self, request: urllib.request.Request) -> tuple[int, Message, bytes]:
        """Return the status, the headers and the body of one answer, which is not a question who asks."""
        status, headers, data = self._open(request)
        if status == 401 and self._authorization.challenged(headers):
            return self._open(request)
        return status, headers, data

    def _open(self, request: urllib.request.Request) -> tuple[int, Message, bytes]:
        for name, value in self._authorization.headers(request.get_method(), request.full_url).items():
            request.add_header(name, value)
        try:
            with self._opener.open(request, timeout=self.endpoint.timeout) as response:
                return response.status, response.headers, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read(1 << 16)


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follow no redirection: neither what is sent nor who asks is for another address."""

    def redirect_request(self, *_: Any) -> None:
        """Make an error of it."""


def _may_pass(problem: object) -> bool:
    """Tell whether a failure may be of the moment: the exchange was cut, or nobody listens yet."""
    return isinstance(problem, ConnectionError | http.client.HTTPException)


def _unreached(endpoint: Endpoint, problem: object) -> str:
    if isinstance(problem, ConnectionResetError | BrokenPipeError | http.client.HTTPException):
        return f"{endpoint.url} broke off the exchange: {problem or type(problem).__name__}"
    return f"cannot reach {endpoint.url}: {getattr(problem, 'strerror', None) or problem}"


def pause(headers: Message, otherwise: float) -> float:
    """Return the seconds to wait: what Retry-After says (RFC 9110, section 10.2.3), else ``otherwise``; bounded."""
    said = headers["Retry-After"] or ""
    seconds = otherwise
    if re.fullmatch(r"\d+", said):
        seconds = float(said)
    elif said:
        try:
            moment = email.utils.parsedate_to_datetime(said)
            seconds = (moment - datetime.datetime.now(moment.tzinfo)).total_seconds()
        except ValueError:
            pass
    return min(max(seconds, 0.0), _LONGEST_PAUSE)


def late(endpoint: Endpoint) -> EndpointError:
    """Return the error of an endpoint that lets one wait."""
    return EndpointError(f"{endpoint.url} did not answer within {endpoint.timeout:g} seconds")


def refused(endpoint: Endpoint, code: int | None, headers: Message | None, body: bytes) -> EndpointError:
    """Return the error of an endpoint that says no, in its own words, and in which no secret is repeated."""
    where = headers["Location"] if headers and code and code < 400 else None
    if where:
        return EndpointError(f"{endpoint.url} redirects to {where}: use that address")
    said = endpoint.credentials.hidden(_first_lines(body))[:_LONGEST_WORDS]
    meaning = http.client.responses.get(code or 0, "")
    message = f"{endpoint.url} answered {code} {meaning}".rstrip() + (f": {said}" if said else "")
    if code == 401 and endpoint.credentials == Credentials():
        return EndpointError(f"{message}\nset {NAMES}, in the environment")
    if code in (401, 403) and endpoint.credentials != Credentials():
        return EndpointError(f"{message}\nthe credentials of the environment are not taken, or may not do this")
    return EndpointError(message)


def _first_lines(body: bytes) -> str:
    """Return the first five lines of an error page as plain text."""
    text = body.decode("utf-8", errors="replace")
    if re.search(r"(?i)<(?:!doctype|html|body)\b", text):
        text = re.sub(r"(?is)<(script|style|head)\b.*?</\1>", " ", text)
        text = html.unescape(re.sub(r"<[^<>]*>", "\n", text))
    lines = ["".join(c for c in " ".join(line.split()) if c.isprintable()) for line in text.splitlines()]
    return "\n".join([line for line in lines if line][:5])
