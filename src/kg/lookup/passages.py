"""What each passage states, in sentences, for a person to read against its line."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kg.errors import QueryError
from kg.graph.build import Build
from kg.lookup.speaker import Speaker
from kg.lookup.texts import read_texts
from kg.project import Project
from kg.source.reader import Triple

Form = Literal["text", "markdown", "json"]
FORMS: tuple[Form, ...] = ("text", "markdown", "json")

_LINE = {"fr": "l. {0}", "en": "line {0}"}


@dataclass(frozen=True)
class Passage:
    """One line of a document, the sentences that it states, and its text when it is at hand."""

    document: str
    line: int
    sentences: tuple[str, ...]
    text: str | None = None


def read_passages(
    build: Build, *, project: Project, language: str, source: Path | None = None, about: str | None = None
) -> Iterator[Passage]:
    """Yield every passage that states something, by document and line.

    ``source`` is the text of the document. ``about`` is an IRI: of a passage, which alone is read then, or of a
    resource, and only the passages whose facts name it are. Raises UsageError when ``source`` is not the document's
    text, QueryError when no passage speaks of ``about``.
    """
    texts = read_texts(source, project)
    speaker = Speaker(build.graph, project, language)
    passages: dict[tuple[str, int], list[Triple]] = {}
    for g, s, p, o in build.graph.quads(role="data"):
        if located := project.evidence.locate(g[1:-1]):
            passages.setdefault((located[0].iri, located[1]), []).append((s, p, o))
    if about is not None:
        place = project.evidence.locate(about)
        passages = {
            where: triples
            for where, triples in passages.items()
            if (where == (place[0].iri, place[1]) if place else any(f"<{about}>" in triple for triple in triples))
        }
        if not passages:
            raise QueryError(f"no passage states anything {'there' if place else 'of it'}: {project.compact(about)}")
    for (document, line), triples in sorted(passages.items()):
        text = texts[document][line - 1].strip() if document in texts else None
        yield Passage(document, line, tuple(speaker.sentences(triples)), text)


def render(passages: Iterator[Passage], *, form: Form, project: Project, language: str) -> str:
    """Return passages as ``text``, ``markdown`` or ``json``."""
    if form == "json":
        found = [
            {"document": p.document, "line": p.line, "sentences": p.sentences, **({"text": p.text} if p.text else {})}
            for p in passages
        ]
        return json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    parts = []
    document = ""
    for passage in passages:
        where = _LINE.get(language, _LINE["en"]).format(passage.line)
        new = passage.document != document
        document = passage.document
        name = document.removeprefix(project.base)
        if form == "markdown":
            parts.append(f"## {name}\n\n" if new else "")
            parts.append(f"### {where}\n\n" + (f"> {passage.text}\n\n" if passage.text else ""))
            parts += [f"- {sentence}\n" for sentence in passage.sentences] + ["\n"]
        else:
            parts.append(f"{name}, {where}\n" + (f"  « {passage.text} »\n" if passage.text else ""))
            parts += [f"  {sentence}\n" for sentence in passage.sentences]
    return "".join(parts)
