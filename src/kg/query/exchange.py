"""Requests to an endpoint: where it is, how long to bear with it, who asks, and what is said when it fails."""

import datetime
import email.utils
import html
import http.client
import os
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message
from functools import cached_property
from importlib.metadata import version
from typing import Any, Self

from kg.errors import EndpointError, UsageError
from kg.graph.store import Dataset

TRY_AGAIN = (502, 503, 504)
"""The status codes after which a request is put again."""
_LONGEST_PAUSE = 30.0
_USER, _PASSWORD, _TOKEN = "KG_PUSH_USER", "KG_PUSH_PASSWORD", "KG_PUSH_TOKEN"


@dataclass(frozen=True)
class Endpoint:
    """A SPARQL endpoint: its URL, and how long to bear with it.

    ``dataset`` is what queries are of that say nothing of it, when it is not what the endpoint has.
    ``timeout`` is in seconds, for one whole exchange. On 502, 503 and 504 the question is put again up to
    ``retries`` times, after ``pause`` seconds doubled each time, or what Retry-After says, at most 30 seconds.
    Raises UsageError for what is not an http or https URL.
    """

    url: str
    timeout: float = 60
    retries: int = 3
    pause: float = 1.0
    dataset: Dataset = field(default_factory=Dataset)

    def __post_init__(self) -> None:
        parts = urllib.parse.urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"\s", self.url):
            raise UsageError(f"an endpoint must be an http or https URL, not {self.url}")
        if parts.username is not None:
            raise UsageError(f"an endpoint's URL may not hold a user or a password: {parts.hostname}")


@dataclass(frozen=True)
class Credentials:
    """Who asks: a user with a password, for Basic or Digest as the endpoint wants it, or a token, for Bearer."""

    user: str | None = None
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)

    @classmethod
    def from_environment(cls) -> Self:
        """Return those of KG_PUSH_USER and KG_PUSH_PASSWORD, or KG_PUSH_TOKEN. Raises UsageError for half of them."""
        user, password, token = (os.environ.get(name) or None for name in (_USER, _PASSWORD, _TOKEN))
        if (user is None) != (password is None):
            raise UsageError(f"{_USER} and {_PASSWORD} go together")
        if user and token:
            raise UsageError(f"give {_USER} and {_PASSWORD}, or {_TOKEN}, not both")
        return cls(user, password, token)

    def hidden(self, text: str) -> str:
        """Return a text without the secrets, should a server repeat them."""
        for secret in (self.password, self.token):
            text = text.replace(secret, "…") if secret and len(secret) > 3 else text
        return text


@dataclass(frozen=True)
class Reply:
    """What an endpoint answered: the status, the media type and the body."""

    status: int
    media_type: str
    body: bytes


@dataclass(frozen=True)
class Session:
    """Requests to the addresses of one store, by one who asks."""

    endpoints: tuple[Endpoint, ...]
    credentials: Credentials = Credentials()

    def send(
        self,
        method: str,
        endpoint: Endpoint,
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
        url = endpoint.url + ("&" if "?" in endpoint.url else "?") * bool(parameters) + parameters
        for trial in range(endpoint.retries + 1):
            last = trial == endpoint.retries
            request = urllib.request.Request(url, data=body, headers=self._headers(headers), method=method)
            try:
                status, answered, data = self._once(request, endpoint.timeout)
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
                raise self._refused(endpoint, status, answered, data)
            time.sleep(pause(answered, endpoint.pause * 2**trial))
        raise AssertionError("the last trial returns or raises")

    def _headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        bearer = {"Authorization": f"Bearer {self.credentials.token}"} if self.credentials.token else {}
        return {"User-Agent": f"kg/{version('kg-publisher')}", **headers, **bearer}

    def _once(self, request: urllib.request.Request, timeout: float) -> tuple[int, Message, bytes]:
        try:
            with self._opener.open(request, timeout=timeout) as response:
                return response.status, response.headers, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read(1 << 16)

    @cached_property
    def _opener(self) -> urllib.request.OpenerDirector:
        if not self.credentials.user or not self.credentials.password:
            return urllib.request.build_opener(_Stay)
        known = urllib.request.HTTPPasswordMgrWithPriorAuth()
        urls = [endpoint.url for endpoint in self.endpoints]
        known.add_password(None, urls, self.credentials.user, self.credentials.password)
        return urllib.request.build_opener(_Digest(known), _Basic(known), _Stay)

    def _refused(self, endpoint: Endpoint, status: int, headers: Message, body: bytes) -> EndpointError:
        said = self.credentials.hidden(refusal(endpoint, status, body))
        if status < 400 and headers["Location"]:
            return EndpointError(f"{endpoint.url} redirects to {headers['Location']}: use that address")
        if status == 401 and self.credentials == Credentials():
            return EndpointError(f"{said}\nset {_USER} and {_PASSWORD}, or {_TOKEN}, in the environment")
        if status in (401, 403):
            return EndpointError(f"{said}\nthe credentials of the environment are not taken, or may not do this")
        return EndpointError(said)


class _Digest(urllib.request.HTTPDigestAuthHandler):
    """Digest authentication (RFC 7616) that says who asks before it is asked again: a body is sent once."""

    _challenge: Mapping[str, str] | None = None

    def get_authorization(self, req: urllib.request.Request, chal: Mapping[str, str]) -> str | None:
        """Return the answer to a challenge, which is kept."""
        self._challenge = chal
        return super().get_authorization(req, chal)

    def http_request(self, request: urllib.request.Request) -> urllib.request.Request:
        """Answer the last challenge again."""
        if self._challenge and not request.has_header(self.auth_header):
            answer = self.get_authorization(request, self._challenge)
            request.add_unredirected_header(self.auth_header, f"Digest {answer}")
        return request

    https_request = http_request

    def http_error_401(self, *challenged: Any) -> Any:
        """Answer, but leave it an error when something else than Digest is wanted."""
        with suppress(ValueError):
            return super().http_error_401(*challenged)
        return None


class _Basic(urllib.request.HTTPBasicAuthHandler):
    """Basic authentication (RFC 7617)."""

    def http_error_401(self, *challenged: Any) -> Any:
        """Answer, but leave it an error when something else than Basic is wanted."""
        with suppress(ValueError):
            return super().http_error_401(*challenged)
        return None


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


def refusal(endpoint: Endpoint, code: int | None, body: bytes) -> str:
    """Return what an endpoint says that answers no."""
    said = _first_lines(body)
    meaning = http.client.responses.get(code or 0, "")
    return f"{endpoint.url} answered {code} {meaning}".rstrip() + (f": {said}" if said else "")


def _first_lines(body: bytes) -> str:
    """Return the first five lines of an error page as plain text, at most 500 characters."""
    text = body.decode("utf-8", errors="replace")
    if re.search(r"(?i)<(?:!doctype|html|body)\b", text):
        text = re.sub(r"(?is)<(script|style|head)\b.*?</\1>", " ", text)
        text = html.unescape(re.sub(r"<[^<>]*>", "\n", text))
    lines = ["".join(c for c in " ".join(line.split()) if c.isprintable()) for line in text.splitlines()]
    return "\n".join([line for line in lines if line][:5])[:500]
