"""The texts of the documents of the settings."""

from pathlib import Path

from kg.errors import UsageError
from kg.project import Project
from kg.source.evidence import read_document


def read_texts(source: Path | None, project: Project) -> dict[str, tuple[str, ...]]:
    """Return the lines of the document that ``source`` holds, by the IRI of the document; nothing without a file.

    Raises UsageError when the settings name no document, or ``source`` is not, byte for byte, one of them.
    """
    if source is None:
        return {}
    known = {document.file: document for document in project.evidence.documents}
    if not known:
        raise UsageError("the settings name no document: [tool.kg.evidence] documents")
    document = known.get(source.name, next(iter(known.values())))
    return {document.iri: read_document(source, document=document)}
