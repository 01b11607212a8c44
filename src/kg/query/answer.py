"""The answer of a query, and the formats it can be written in."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, Self, cast, get_args

from kg.errors import UsageError, suggestion
from kg.graph import terms
from kg.graph.store import Result, ResultsFormat, Solutions, canonical, write_results
from kg.project import Project
from kg.query.catalogue import Query
from kg.source.reader import Triple
from kg.source.turtle import write_turtle

Kind = Literal["select", "construct", "ask"]
Format = Literal["table", "csv", "tsv", "json", "xml", "markdown", "turtle"]
Row = tuple[str | None, ...]

FORMATS: tuple[Format, ...] = get_args(Format)

_RESULT_SET = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
_MARKDOWN = str.maketrans(
    {**{mark: f"\\{mark}" for mark in "\\`*_[]|~"}, "<": "&lt;", ">": "&gt;", "&": "&amp;", "\r": "", "\n": "<br>"}
)


@dataclass(frozen=True)
class Answer:
    """An answer: rows of tokens (select), triples (construct and describe) or a boolean (ask).

    Rows have one token per variable, None where it is unbound, in the order of the engine; triples are sorted and
    without duplicates. Blank nodes are numbered in the order of their first use, in triples after RDFC-1.0 has
    named them, so that the same answer from two engines is the same value. ``because`` holds the queries, and
    their answers, that say why.
    """

    kind: Kind
    variables: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    triples: tuple[Triple, ...] = ()
    boolean: bool | None = None
    because: tuple[tuple[Query, "Answer"], ...] = ()

    @classmethod
    def of(cls, result: Result) -> Self:
        """Return the answer that a store or an endpoint gave."""
        if isinstance(result, bool):
            return cls("ask", boolean=result)
        if isinstance(result, Solutions):
            return cls("select", variables=result.variables, rows=_renamed(result.rows))
        if any(term.startswith("_:") for triple in result for term in triple):
            result = canonical(result)
        by_form = sorted(set(result), key=lambda t: ([("_:" if x.startswith("_:") else x) for x in t], t))
        renamed = [(str(s), str(p), str(o)) for s, p, o in _renamed(by_form)]
        return cls("construct", triples=tuple(sorted(renamed)))

    def explained(self, reasons: Iterable[tuple[Query, "Answer"]]) -> "Answer":
        """Return the same answer with its reasons."""
        return replace(self, because=tuple(reasons))

    @property
    def table(self) -> tuple[tuple[str, ...], tuple[Row, ...]]:
        """The columns and rows of a select, or of a construct as subject, predicate and object."""
        if self.kind == "construct":
            return ("subject", "predicate", "object"), self.triples
        return self.variables, self.rows

    def render(self, format: str, *, project: Project, language: str | None = None, width: int | None = None) -> str:
        """Return the answer in one of ``FORMATS``, its last line ended.

        ``language`` chooses the titles of the reasons, which JSON alone carries. ``width`` is the terminal's, in
        columns, for ``table``; without it nothing is folded. Raises UsageError for an unknown format.
        """
        if format == "table":
            return _table(self, project, width)
        if format == "markdown":
            return _markdown(self, project)
        if format == "turtle":
            return _turtle(self, project)
        if format == "csv":
            return _csv(self)
        if format == "json":
            return json.dumps(_with_reasons(self, language), ensure_ascii=False, indent=2) + "\n"
        if format in ("tsv", "xml"):
            document = json.dumps(_document(self)).encode()
            text = write_results(document, format=cast(ResultsFormat, format)).decode()
            return text if text.endswith("\n") else text + "\n"
        raise UsageError(f'unknown format "{format}" (known: {", ".join(FORMATS)}).{suggestion(format, FORMATS)}')


def _renamed(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return rows with their blank nodes numbered in the order of their first use."""
    labels: dict[str, str] = {}

    def rename(token: str | None) -> str | None:
        if token is None or not token.startswith("_:"):
            return token
        return labels.setdefault(token, f"_:b{len(labels)}")

    return tuple(tuple(rename(token) for token in row) for row in rows)


def _with_reasons(answer: Answer, language: str | None) -> dict[str, Any]:
    """Return the JSON document with its reasons before the results: Oxigraph's reader takes no key after them."""
    document = _document(answer)
    if not answer.because:
        return document
    reasons = [{"id": q.id, "title": q.title(language), "results": _document(a)} for q, a in answer.because]
    return {"head": document.pop("head"), "because": reasons, **document}


def _document(answer: Answer) -> dict[str, Any]:
    """Return the SPARQL 1.1 Query Results JSON document."""
    if answer.kind == "ask":
        return {"head": {}, "boolean": answer.boolean}
    columns, rows = answer.table
    bindings = [
        {name: _json_term(token) for name, token in zip(columns, row, strict=True) if token is not None} for row in rows
    ]
    return {"head": {"vars": list(columns)}, "results": {"bindings": bindings}}


def _json_term(token: str) -> dict[str, str]:
    term = terms.parse(token)
    if term.kind != "literal":
        return {"type": "uri" if term.kind == "iri" else "bnode", "value": term.value}
    found = {"type": "literal", "value": term.value}
    if term.language:
        found["xml:lang"] = term.language
    elif term.datatype and term.datatype != f"{terms.XSD}string":
        found["datatype"] = term.datatype
    return found


def _text(token: str | None, project: Project) -> str:
    """Return a term as people read it: a prefixed name, an IRI relative to the base, or a bare text on one line."""
    if token is None:
        return ""
    term = terms.parse(token)
    if term.kind == "iri":
        short = project.compact(term.value)
        return f"<{short[1:].removeprefix(project.base)}" if short.startswith("<") else short
    return token if term.kind == "blank" else " ".join(term.value.splitlines())


def _count(answer: Answer) -> str:
    number = len(answer.table[1])
    noun = "triple" if answer.kind == "construct" else "row"
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _table(answer: Answer, project: Project, width: int | None) -> str:
    if answer.kind == "ask":
        return f"{str(answer.boolean).lower()}\n"
    columns, rows = answer.table
    cells = [[_text(token, project) for token in row] for row in rows]
    lines = _plain(columns, cells) if width is None else _folded(columns, cells, width)
    return "".join(f"{line.rstrip()}\n" for line in (*lines, _count(answer)))


def _plain(columns: tuple[str, ...], cells: list[list[str]]) -> Iterator[str]:
    widths = [max(len(cell) for cell in column) for column in zip(columns, *cells, strict=True)]
    for line in (columns, ["-" * width for width in widths], *cells):
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))


def _folded(columns: tuple[str, ...], cells: list[list[str]], width: int) -> list[str]:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in columns:
        table.add_column(Text(name), overflow="fold")
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    out = io.StringIO()
    Console(file=out, width=width, color_system=None, force_terminal=False).print(table)
    return out.getvalue().splitlines()


def _csv(answer: Answer) -> str:
    """Return bare values, as SPARQL 1.1 Query Results CSV, section 3; a passage's IRI has a comma and is quoted."""
    if answer.kind == "ask":
        return f"{str(answer.boolean).lower()}\r\n"
    columns, rows = answer.table
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([map(_bare, row) for row in rows])
    return out.getvalue()


def _bare(token: str | None) -> str:
    if token is None or token.startswith("_:"):
        return token or ""
    return terms.parse(token).value


def _markdown(answer: Answer, project: Project) -> str:
    if answer.kind == "ask":
        return f"{str(answer.boolean).lower()}\n"
    columns, rows = answer.table

    def cell(token: str | None) -> str:
        if token is None:
            return ""
        term = terms.parse(token)
        if term.kind == "literal":
            return term.value.translate(_MARKDOWN)
        # A whole IRI is a link as it stands; a relative one between the same marks could be read as an HTML tag.
        name = _text(token, project)
        return name if name == token else name.translate(_MARKDOWN)

    lines = [[name.translate(_MARKDOWN) for name in columns], ["---"] * len(columns)]
    lines += [[cell(token) for token in row] for row in rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _turtle(answer: Answer, project: Project) -> str:
    """Return the triples, or the solutions in the W3C's result-set vocabulary, as Turtle."""
    out = io.StringIO()
    if answer.kind == "construct":
        write_turtle(out, answer.triples, prefixes=project.prefixes)
    else:
        out.write(f"@prefix rs: <{_RESULT_SET}> .\n@prefix xsd: <{terms.XSD}> .\n\n[]\n    a rs:ResultSet ;\n")
        out.writelines(_result_set(answer))
        out.write("    .\n")
    return out.getvalue()


def _result_set(answer: Answer) -> Iterator[str]:
    if answer.kind == "ask":
        yield f'    rs:boolean "{str(answer.boolean).lower()}"^^xsd:boolean ;\n'
    for name in answer.variables:
        yield f'    rs:resultVariable "{name}" ;\n'
    for index, row in enumerate(answer.rows, start=1):
        yield "    rs:solution [\n"
        yield f'        rs:index "{index}"^^xsd:integer ;\n'
        for name, token in zip(answer.variables, row, strict=True):
            if token is not None:
                yield f'        rs:binding [ rs:variable "{name}" ; rs:value {token} ] ;\n'
        yield "    ] ;\n"
