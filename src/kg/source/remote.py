"""Files of elsewhere: fetched only when the call allows it."""

import re
import urllib.error
import urllib.request
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from kg.errors import EndpointError, UsageError
from kg.project import RDF_SUFFIXES

_SUFFIXES = {
    "text/turtle": ".ttl",
    "application/trig": ".trig",
    "application/n-triples": ".nt",
    "application/n-quads": ".nq",
    "application/ld+json": ".jsonld",
    "application/rdf+xml": ".rdf",
}
_LIMIT = 256 * 1024 * 1024  # bytes
_SECONDS = 60


def is_remote(name: str) -> bool:
    """Tell whether a name is a URL."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", name) is not None


def fetch(url: str, folder: Path) -> Path:
    """Fetch an RDF file into ``folder`` under a name with the suffix of its media type, else of its address.

    Raises UsageError for what is not HTTP or no RDF, EndpointError when it cannot be fetched or is over 256 MB.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise UsageError(f"only http and https are fetched: {url}")
    request = urllib.request.Request(url, headers={"Accept": ", ".join(_SUFFIXES)})
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
            suffix = _SUFFIXES.get(answer.headers.get_content_type()) or PurePosixPath(urlsplit(url).path).suffix
            data = answer.read(_LIMIT + 1)
    except (OSError, ValueError) as error:  # urllib's errors are OSErrors
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise EndpointError(f"cannot fetch {url}: {reason}") from error
    if suffix not in RDF_SUFFIXES:
        raise UsageError(f"not an RDF file: {url} (known media types: {', '.join(_SUFFIXES)})")
    if len(data) > _LIMIT:
        raise EndpointError(f"over {_LIMIT // 1024**2} MB: {url}")
    file = folder / f"{len(list(folder.iterdir()))}{suffix}"
    file.write_bytes(data)
    return file
