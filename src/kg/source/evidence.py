"""Passages and their text: the lines of the documents that a graph cites."""

import hashlib
import unicodedata
from pathlib import Path

from kg.errors import UsageError
from kg.project import Document


def read_document(path: Path, *, document: Document) -> tuple[str, ...]:
    """Return the lines of a document's text, the first at index 0.

    Raises UsageError when the file is missing or is not, byte for byte, the document that the settings know.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    digest = hashlib.sha256(data).hexdigest()
    if digest != document.sha256:
        raise UsageError(f"{path} is not the text of {document.iri}: its SHA-256 is {digest}, not {document.sha256}")
    return tuple(data.decode("utf-8").split("\n"))


def fold(text: str) -> str:
    """Return ``text`` for comparison: accents, case, punctuation and runs of blanks made equal."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    letters = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(letters.split())
