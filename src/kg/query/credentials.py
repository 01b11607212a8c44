"""Who asks: a user or a token of the environment, and how an endpoint is told of it."""

import base64
import os
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Self

from kg.errors import UsageError

_USER, _PASSWORD, _TOKEN = "KG_PUSH_USER", "KG_PUSH_PASSWORD", "KG_PUSH_TOKEN"
NAMES = f"{_USER} and {_PASSWORD}, or {_TOKEN}"
"""The names of the variables."""


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
            raise UsageError(f"give {NAMES}, not both")
        return cls(user, password, token)

    def hidden(self, text: str) -> str:
        """Return a text without the secrets, should a server repeat them."""
        for secret in (self.password, self.token):
            text = text.replace(secret, "…") if secret and len(secret) > 3 else text
        return text


class Authorization:
    """The header that says who asks: a token at once, a user in the way of the last challenge, once there was one."""

    def __init__(self, credentials: Credentials) -> None:
        self._who = credentials
        self._scheme = "bearer" if credentials.token else ""
        self._challenge: Mapping[str, str] = {}
        self._passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        self._digest = urllib.request.AbstractDigestAuthHandler(self._passwords)

    def headers(self, method: str, url: str) -> dict[str, str]:
        """Return the header for a request (Basic: RFC 7617, Digest: RFC 7616, Bearer: RFC 6750), or none.

        Raises UsageError for what cannot be said by Digest.
        """
        said = ""
        if self._scheme == "bearer":
            said = f"Bearer {self._who.token}"
        elif self._scheme == "basic":
            said = f"Basic {base64.b64encode(f'{self._who.user}:{self._who.password}'.encode()).decode()}"
        elif self._scheme == "digest":
            if not f"{self._who.user}{self._who.password}".isascii():
                raise UsageError(f"{_USER} and {_PASSWORD} must be of ASCII: {url} wants Digest")
            self._passwords.add_password(None, url, self._who.user or "", self._who.password or "")
            request = urllib.request.Request(url, method=method)
            said = f"Digest {self._digest.get_authorization(request, self._challenge)}"
        return {"Authorization": said} if said else {}

    def challenged(self, headers: Message) -> bool:
        """Note how an endpoint that answered 401 wants to be told, and tell whether that is worth another request."""
        if not self._who.user:
            return False
        asked = _challenges(headers.get_all("WWW-Authenticate", []))
        before = self._scheme, self._challenge.get("nonce")
        self._scheme = next((scheme for scheme in ("digest", "basic") if scheme in asked), "")
        self._challenge = asked.get("digest", {})
        return bool(self._scheme) and (self._scheme, self._challenge.get("nonce")) != before


def _challenges(values: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the schemes of challenges in lower case, with their parameters (RFC 9110, section 11.6.1).

    A Digest of an algorithm that urllib does not have, or of the body, is left out.
    """
    found: dict[str, dict[str, str]] = {}
    said: dict[str, str] = {}
    for part in urllib.request.parse_http_list(", ".join(values)):
        first, _, rest = part.partition(" ")
        if "=" not in first:
            said = found.setdefault(first.lower(), {})
        parameters = [text for text in (part if "=" in first else rest.strip(),) if "=" in text]
        said |= {name.lower(): text for name, text in urllib.request.parse_keqv_list(parameters).items()}
    digest = found.get("digest", {})
    known = digest.get("algorithm", "MD5") in ("MD5", "SHA") and {"nonce", "realm"} <= digest.keys()
    if digest and not (known and "auth" in digest.get("qop", "auth").split(",")):
        del found["digest"]
    return found
