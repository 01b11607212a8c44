"""Import a CSV table through a mapping: ``kg import csv``."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kg.errors import SourceError, UsageError, suggestion
from kg.project import Project
from kg.source.importers.mapping import Row, TableMapping, read_mapping
from kg.source.reader import Triple
from kg.source.turtle import write_turtle
from kg.source.whole import written_whole

_WRITTEN = "Written by `kg import csv`"
REPORTED = 20
"""How many faults of a table are told one by one; all are counted."""


@dataclass(frozen=True)
class ImportedTable:
    """What an import wrote: the file, its triples, the rows read, and how many rows no template took."""

    file: Path
    triples: int
    rows: int
    unmapped: int


def import_csv(table: Path, *, mapping: Path, project: Project) -> ImportedTable:
    """Write the Turtle that the rows of ``table`` become, beside ``mapping`` and under its name.

    Every row is read before anything is written, and the file is put in place last: nothing changes when a row is
    wrong. Raises UsageError when a file is missing or the mapping lies outside ``instances/``, SourceError for the
    mapping, the header or the rows, naming the line and the column of each fault.
    """
    if mapping.suffix != ".toml":
        raise UsageError(f"{mapping}: a mapping is a .toml file; its graph goes beside it, under the same name")
    plan = read_mapping(mapping, project=project)
    out = mapping.with_suffix(".ttl")
    if not out.resolve().is_relative_to(project.instances.resolve()):
        raise UsageError(f"{mapping}: a mapping lies in {project.relative(project.instances)}/, where its graph goes")
    if out.is_file() and _WRITTEN not in out.read_text(encoding="utf-8", errors="replace").split("\n", 1)[0]:
        raise UsageError(f"{out} was not written by kg import csv: remove it, or give the mapping another name")
    triples: set[Triple] = set(plan.description(project.graph_of(out.resolve())))
    faults: list[str] = []
    keys: dict[str, int] = {}
    rows = unmapped = 0
    for line, row in _rows(table, plan, faults):
        rows += 1
        tokens = _tokens(row, plan, line, faults)
        if plan.key and (first := keys.setdefault(row[plan.key], line)) != line:
            faults.append(f"line {line}: {plan.key}: {row[plan.key]!r} is already on line {first}")
        taken = [template for template in plan.templates if template.applies(row)]
        unmapped += not taken
        if not faults:
            triples.update(triple for template in taken for triple in template.fill(row, tokens))
    if not rows and not faults:
        faults.append("no row after the header")
    if faults:
        more = f"\n  and {len(faults) - REPORTED} more" if len(faults) > REPORTED else ""
        count = f"{len(faults)} fault{'s' if len(faults) > 1 else ''}; nothing is written"
        raise SourceError(f"{count}\n  " + "\n  ".join(faults[:REPORTED]) + more, file=str(table))
    with written_whole(out) as stream:
        comment = f"{plan.comment} {_WRITTEN}: do not edit by hand."
        write_turtle(stream, triples, prefixes=project.prefixes, comment=comment)
    return ImportedTable(out, len(triples), rows, unmapped)


def _rows(table: Path, plan: TableMapping, faults: list[str]) -> Iterator[tuple[int, Row]]:
    """Yield each row, its values stripped and replaced as the mapping says, with the line where it starts.

    A row of another width is a fault, and so is a value to be replaced that is not there.
    """
    try:
        with table.open(encoding=plan.encoding, newline="") as stream:
            reader = csv.reader(stream, delimiter=plan.delimiter, strict=True)
            header = [name.strip() for name in next(reader, [])]
            for name in plan.columns:
                if header.count(name) != 1:
                    why = "twice there." if name in header else f"not there.{suggestion(name, header)}"
                    hint = f" Is {plan.delimiter!r} the delimiter?" if len(header) == 1 < len(plan.columns) else ""
                    raise SourceError(f"the column {name} is {why}{hint}", file=str(table), line=1)
            start = reader.line_num + 1
            unread = {(name, value) for name, column in plan.columns.items() for value in column.instead}
            for values in reader:
                if len(values) == len(header):
                    row = {name: value.strip() for name, value in zip(header, values, strict=True)}
                    unread -= row.items()
                    yield start, {name: plan.columns[name].instead.get(row[name], row[name]) for name in plan.columns}
                elif values:
                    faults.append(f"line {start}: {len(values)} values for {len(header)} columns")
                start = reader.line_num + 1
            faults += [f"{name}: no row has {value!r}, which the mapping replaces" for name, value in sorted(unread)]
    except OSError as error:
        raise UsageError(f"cannot read {table}: {error.strerror}") from error
    except UnicodeError as error:
        raise SourceError(f"not {plan.encoding}: {error}", file=str(table)) from error
    except csv.Error as error:
        raise SourceError(f"not CSV: {error}", file=str(table), line=start) from error


def _tokens(row: Row, plan: TableMapping, line: int, faults: list[str]) -> dict[str, str]:
    tokens = {}
    for name, column in plan.columns.items():
        if row[name]:
            try:
                tokens[name] = column.token(row[name])
            except ValueError as error:
                faults.append(f"line {line}: {name}: {error}")
        elif column.required:
            faults.append(f"line {line}: {name}: a value is missing")
    return tokens
