"""Where the folders of one graph are, its settings and its prefixes."""

import datetime
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from kg.errors import UsageError, suggestion

RDF_SUFFIXES = (".ttl", ".trig", ".nt", ".nq", ".jsonld", ".rdf")
COMPRESSED_SUFFIXES = (".gz", ".zst")
_KEYS = {
    "base", "languages", "as-of", "issued", "dataset", "question", "prefixes", "evidence", "import", "check", "serve",
    "pages",
}  # fmt: skip
_EVIDENCE_KEYS = {
    "as-stated",
    "coverage",
    "deductions",
    "derived-from",
    "documents",
    "explains",
    "explanation",
    "passages",
    "reasoning",
}
_LINE = re.compile(r"#line=(0|[1-9]\d*),([1-9]\d*)")
_CURIE = re.compile(r"([A-Za-z][\w.-]*):([^\s/][^\s]*)?")


@dataclass(frozen=True)
class Document:
    """A document whose lines are passages: its IRI, file name, SHA-256 and number of lines."""

    iri: str
    file: str
    sha256: str
    lines: int

    def passage(self, line: int) -> str:
        """Return the IRI of the passage at ``line``, counted from 1 (RFC 5147 counts positions between lines)."""
        return f"{self.iri}#line={line - 1},{line}"

    def line(self, graph: str) -> int | None:
        """Return the line, from 1, of the passage that ``graph`` names; None when it names none of this document."""
        if not graph.startswith(self.iri):  # nearly always; a pattern takes longer to say no
            return None
        match = _LINE.fullmatch(graph, len(self.iri))
        if not match or int(match[2]) != int(match[1]) + 1 or int(match[2]) > self.lines:
            return None
        return int(match[2])


@dataclass(frozen=True)
class Coverage:
    """What a line of a document may carry: figures, by a regular expression, and names of things of these classes.

    ``reason`` is the property that says why lines carry no statement.
    """

    figures: str
    named: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Evidence:
    """What the program must know of evidence: documents, folders and properties, as IRIs."""

    documents: tuple[Document, ...] = ()
    passages: str | None = None
    deductions: str | None = None
    as_stated: str | None = None
    reasoning: str | None = None
    derived_from: str | None = None
    explanation: str | None = None
    explains: str | None = None
    coverage: Coverage | None = None

    def locate(self, graph: str) -> tuple[Document, int] | None:
        """Return the document and line that a graph's IRI names as a passage, or None."""
        for document in self.documents:
            if line := document.line(graph):
                return document, line
        return None


@dataclass(frozen=True)
class Limits:
    """What one query of the live service may take: seconds, bytes of memory, rows; and what a request and all may.

    The bytes of an answer are limited as the memory is; ``cache_memory`` is what the kept answers take together. A
    request's headers have ``request_seconds`` to come, and its body has as many again.
    """

    query_seconds: int = 30
    query_memory: int = 1_000_000_000
    query_rows: int = 1_000_000
    body_bytes: int = 1_000_000
    cache_memory: int = 64_000_000
    url_bytes: int = 16_000
    header_bytes: int = 32_000
    request_seconds: int = 20
    connections: int = 1_000


@dataclass(frozen=True)
class Hop:
    """A step from a thing to the one above it: by a property (an IRI), or against it."""

    property: str
    against: bool = False


@dataclass(frozen=True)
class Pages:
    """What pages must know: the steps that lead up from a thing, tried in order, and the property of units."""

    trail: tuple[Hop, ...] = ()
    unit: str | None = None


@dataclass(frozen=True)
class Project:
    """One graph: its root folder, settings and prefixes.

    Folders are ``ontology/ shapes/ shapes/derived/ instances/ queries/`` below the root.
    """

    root: Path
    base: str
    settings_file: Path
    prefixes: Mapping[str, str] = field(default_factory=dict)
    languages: tuple[str, ...] = ("en",)
    as_of: datetime.date | None = None
    issued: datetime.date | None = None
    dataset: str | None = None
    question: str | None = None
    evidence: Evidence = field(default_factory=Evidence)
    importers: Mapping[str, Any] = field(default_factory=dict)
    iris: str | None = None
    limits: Limits = field(default_factory=Limits)
    pages: Pages = field(default_factory=Pages)

    @classmethod
    def find(cls, start: Path | None = None) -> Self:
        """Return the project of ``start`` (default: the working directory) or of the nearest folder above.

        Raises UsageError when no ``kg.toml`` and no ``pyproject.toml`` with ``[tool.kg]`` is found.
        """
        here = (start or Path.cwd()).resolve()
        if not here.is_dir():
            raise UsageError(f"no such folder: {start}")
        for folder in (here, *here.parents):
            if (folder / "kg.toml").is_file():
                return cls.load(folder / "kg.toml")
            pyproject = folder / "pyproject.toml"
            if pyproject.is_file() and "kg" in _read_toml(pyproject).get("tool", {}):
                return cls.load(pyproject)
        raise UsageError(f"no kg.toml, and no pyproject.toml with [tool.kg], in {here} or above it")

    @classmethod
    def bare(cls, root: Path) -> Self:
        """Return a project without settings, for work on files that belong to none."""
        return cls(root=root, base="urn:kg:", settings_file=root / "kg.toml", languages=("en", "fr"))

    @classmethod
    def load(cls, file: Path) -> Self:
        """Return the project whose settings are in ``file`` (``kg.toml``, or ``pyproject.toml`` with ``[tool.kg]``).

        Raises UsageError for a missing or malformed setting.
        """
        data = _read_toml(file)
        settings: dict[str, Any] = data if file.name == "kg.toml" else data["tool"]["kg"]
        _refuse_unknown(settings, _KEYS, file)
        base = settings.get("base")
        if not isinstance(base, str) or not re.match(r"https?://[^\s<>\"]+[/#]$", base):
            raise UsageError('the setting "base" must be an IRI that ends in / or #', file=str(file))
        prefixes = settings.get("prefixes", {})
        for name, iri in prefixes.items():
            if not isinstance(iri, str) or not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"]*$", iri):
                raise UsageError(f'the prefix "{name}" must be an absolute IRI', file=str(file))
        partial = cls(root=file.parent, base=base, settings_file=file, prefixes=prefixes)
        return cls(
            root=file.parent,
            base=base,
            settings_file=file,
            prefixes=prefixes,
            languages=tuple(settings.get("languages", ["en"])),
            as_of=_date(settings, "as-of", file),
            issued=_date(settings, "issued", file),
            dataset=base + settings["dataset"] if "dataset" in settings else None,
            question=settings.get("question"),
            evidence=_evidence(settings.get("evidence", {}), partial, file),
            importers=settings.get("import", {}),
            iris=_iris(settings.get("check", {}), file),
            limits=_limits(settings.get("serve", {}), file),
            pages=_pages(settings.get("pages", {}), partial, file),
        )

    @property
    def ontology(self) -> Path:
        """The folder of the vocabulary."""
        return self.root / "ontology"

    @property
    def shapes(self) -> Path:
        """The folder of the constraints; ``derived/`` below it is checked after inference only."""
        return self.root / "shapes"

    @property
    def instances(self) -> Path:
        """The folder of the facts."""
        return self.root / "instances"

    @property
    def queries(self) -> Path:
        """The folder of the queries: ``competency rules checks pages pictures tables``."""
        return self.root / "queries"

    @property
    def inferred_graph(self) -> str:
        """The IRI of the graph of inferred triples."""
        return f"{self.base}graph/inferred"

    def files(self, folder: Path, *, suffixes: tuple[str, ...] = RDF_SUFFIXES) -> list[Path]:
        """Return the files below ``folder`` with one of ``suffixes``, sorted by path; hidden ones are left out.

        Raises UsageError when the folder does not exist.
        """
        if not folder.is_dir():
            raise UsageError(f"no such folder: {self.relative(folder)}")
        found = [path for path in folder.rglob("*") if plain(path).suffix in suffixes and path.is_file()]
        visible = [path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts)]
        return sorted(visible, key=lambda path: path.relative_to(folder).as_posix())

    def relative(self, path: Path) -> str:
        """Return ``path`` as people see it: relative to the root when below it, with forward slashes."""
        real = os.path.join(os.path.realpath(path), "")
        if not real.startswith(self._below):
            return os.fspath(path)
        return real[len(self._below) : -1].replace(os.sep, "/") or "."

    @cached_property
    def _below(self) -> str:
        """How the real paths below the root begin."""
        return os.path.join(os.path.realpath(self.root), "")

    def graph_of(self, path: Path) -> str:
        """Return the IRI of the graph that a ``.ttl`` file belongs to.

        It is ``graph/`` and the path without suffix, below the root or below ``instances/``:
        ``instances/reference/epci.ttl`` is ``graph/reference/epci``, ``ontology/act.ttl`` ``graph/ontology/act``.
        """
        stem = quote(plain(Path(self.relative(path))).with_suffix("").as_posix())
        return f"{self.base}graph/{stem.removeprefix('instances/')}"

    def expand(self, name: str) -> str:
        """Return the IRI that ``name`` writes: ``<IRI>``, absolute or after the base, or a CURIE of the settings.

        Raises UsageError for anything else, with the nearest prefixes.
        """
        if name.startswith("<") and name.endswith(">"):
            name = name[1:-1]
            if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", name):
                name = self.base + name
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s<>\"{}|\\^`]+$", name) or name.startswith("urn:"):
            return name
        match = _CURIE.fullmatch(name)
        if match and match[1] in self.prefixes:
            return self.prefixes[match[1]] + (match[2] or "")
        if match:
            raise UsageError(f'unknown prefix "{match[1]}" in {name}.{suggestion(match[1], self.prefixes)}')
        raise UsageError(f"not an IRI or a prefixed name: {name}")

    def compact(self, iri: str) -> str:
        """Return ``iri`` as a CURIE of the settings when it has one that Turtle can write, else as ``<IRI>``."""
        best = max((p for p in self.prefixes.items() if iri.startswith(p[1])), key=lambda p: len(p[1]), default=None)
        if best and re.fullmatch(r"(?:[\w](?:[\w.-]*[\w-])?)?", local := iri[len(best[1]) :]):
            return f"{best[0]}:{local}"
        return f"<{iri}>"


def plain(path: Path) -> Path:
    """Return a path without the suffix of its compression, if it has one."""
    return path.with_suffix("") if path.suffix in COMPRESSED_SUFFIXES else path


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"not valid TOML: {error}", file=str(file)) from error


def _refuse_unknown(settings: Mapping[str, Any], known: set[str], file: Path) -> None:
    for key in settings:
        if key not in known:
            raise UsageError(f'unknown setting "{key}".{suggestion(key, known)}', file=str(file))


def _date(settings: Mapping[str, Any], key: str, file: Path) -> datetime.date | None:
    value = settings.get(key)
    if value is None:
        return None
    if not isinstance(value, datetime.date) or isinstance(value, datetime.datetime):
        raise UsageError(f'the setting "{key}" must be a date such as 2019-06-30', file=str(file))
    return value


def _iris(settings: Mapping[str, Any], file: Path) -> str | None:
    """Return the regular expression of what may follow the base in an IRI."""
    _refuse_unknown(settings, {"iris"}, file)
    pattern = settings.get("iris")
    try:
        if pattern is not None:
            re.compile(pattern)
    except (re.error, TypeError) as error:
        raise UsageError(f'the setting "iris" is no regular expression: {error}', file=str(file)) from error
    return pattern


def _limits(settings: Mapping[str, Any], file: Path) -> Limits:
    known = {name.replace("_", "-"): name for name in Limits.__dataclass_fields__}
    _refuse_unknown(settings, set(known), file)
    values = {known[key]: _amount(value) for key, value in settings.items()}
    for key, value in settings.items():
        if values[known[key]] < 1:
            message = f'the limit "{key}" must be a whole number from 1, or bytes such as "500MB", not {value!r}'
            raise UsageError(message, file=str(file))
    return Limits(**values)


def _amount(value: Any) -> int:
    """Return a whole number, or the bytes that such as ``500MB`` says; 0 for anything else."""
    match = re.fullmatch(r"(\d+) ?([kMG])B", value) if isinstance(value, str) else None
    if match:
        return int(match[1]) * {"k": 10**3, "M": 10**6, "G": 10**9}[match[2]]
    return value if type(value) is int else 0


def _pages(settings: Mapping[str, Any], project: Project, file: Path) -> Pages:
    _refuse_unknown(settings, {"trail", "unit"}, file)
    trail, unit = settings.get("trail", []), settings.get("unit")
    if not isinstance(trail, list) or not all(isinstance(hop, str) for hop in trail):
        raise UsageError('the setting "trail" must be a list of properties such as ["ex:within"]', file=str(file))
    if not isinstance(unit, str | None):
        raise UsageError('the setting "unit" must be a property such as "ex:unit"', file=str(file))
    try:
        hops = tuple(Hop(project.expand(hop.removeprefix("^")), hop.startswith("^")) for hop in trail)
        return Pages(hops, project.expand(unit) if unit is not None else None)
    except UsageError as error:
        raise UsageError(f"in the settings of pages: {error.message}", file=str(file)) from error


def _evidence(settings: Mapping[str, Any], project: Project, file: Path) -> Evidence:
    _refuse_unknown(settings, _EVIDENCE_KEYS, file)

    def term(key: str) -> str | None:
        return project.expand(settings[key]) if key in settings else None

    try:
        documents = tuple(
            Document(project.base + d["iri"], d["file"], d["sha256"], d["lines"]) for d in settings.get("documents", [])
        )
    except (KeyError, TypeError) as error:
        raise UsageError(
            f"an evidence document needs iri, file, sha256 and lines; missing {error}", file=str(file)
        ) from error
    return Evidence(
        documents=documents,
        passages=settings.get("passages"),
        deductions=settings.get("deductions"),
        as_stated=term("as-stated"),
        reasoning=term("reasoning"),
        derived_from=term("derived-from"),
        explanation=term("explanation"),
        explains=term("explains"),
        coverage=_coverage(settings["coverage"], project, file) if "coverage" in settings else None,
    )


def _coverage(settings: Mapping[str, Any], project: Project, file: Path) -> Coverage:
    _refuse_unknown(settings, {"figures", "named", "reason"}, file)
    try:
        re.compile(settings["figures"])
        named = tuple(project.expand(name) for name in settings["named"])
        return Coverage(settings["figures"], named, project.expand(settings["reason"]))
    except (KeyError, TypeError) as error:
        message = f"the coverage of documents needs figures, named and reason; missing {error}"
        raise UsageError(message, file=str(file)) from error
    except re.error as error:
        raise UsageError(f"the coverage's figures are no regular expression: {error}", file=str(file)) from error
