"""The tables of the benchmarks, in words where a peer is ahead, and how time and memory grow, as a picture."""

import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

Row = dict[str, Any]
_BEGIN, _END = "<!-- figures -->", "<!-- end of figures -->"
_TITLES = {
    "closure": "Inference",
    "report": "Validation",
    "whole": "N-Triples in, validated, closed, N-Triples out",
}
_COLOURS = {
    "kg": "#0a7d4f", "owlrl": "#b3541e", "reasonable": "#7a3e9d", "Oxigraph updates": "#1f6fb4", "pySHACL": "#b3541e",
    "shacl-rust": "#7a3e9d", "pyshifty": "#1f6fb4", "DuckDB, bytes only": "#777777",
}  # fmt: skip


def write(folder: Path, rows: list[Row]) -> None:
    """Put the tables between the marks of ``README.md``, and write the picture."""
    readme = folder / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    readme.write_text(f"{before}{_BEGIN}\n\n{render(rows)}\n{_END}{after}", encoding="utf-8")
    (folder / "growth.svg").write_text(picture(rows), encoding="utf-8")


def render(rows: list[Row]) -> str:
    """Return all tables."""
    parts = [_builds([row for row in rows if row["question"] == "build"])]
    for question, title in _TITLES.items():
        found = [row for row in rows if row["question"] == question]
        if found:
            parts.append(f"### {title}\n\n{_table(found)}\n{_ahead(found)}")
    return "\n".join(parts)


def _builds(rows: list[Row]) -> str:
    lines = ["### The project's own graph", "", "| command | s |", "|---|---:|"]
    return "\n".join([*lines, *(f"| {_command(row['data'])} | {row['seconds']:.2f} |" for row in rows)]) + "\n"


def _command(what: str) -> str:
    return f"`{what}`" if what.startswith("kg") else f"`kg build`, {what}"


def _table(rows: list[Row]) -> str:
    lines = ["| data | triples | tool | s | times kg | the work alone, s | times kg | MB | result |"]
    lines.append("|---|---:|---|---:|---:|---:|---:|---:|---|")
    for row in rows:
        ours = _ours(row, rows)
        cells = [row["data"], f"{row['triples']:,}", row["tool"], _number(row["seconds"]), _times(row, ours, "seconds")]
        cells += [_number(row["work"]), _times(row, ours, "work"), f"{row['megabytes']:,.0f}", row["same"]]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _ours(row: Row, rows: Iterable[Row]) -> Row:
    return next(
        one for one in rows if one["tool"] == "kg" and one["data"] == row["data"] and one["triples"] == row["triples"]
    )


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _times(row: Row, ours: Row, key: str) -> str:
    return "-" if row[key] is None or not ours[key] else f"{row[key] / ours[key]:,.1f}"


def _ahead(rows: list[Row]) -> str:
    """Say which peers are faster, or take less memory."""
    said = []
    for row in rows:
        ours = _ours(row, rows)
        if row["tool"] == "kg" or row["seconds"] is None or row["tool"].startswith("DuckDB"):
            continue
        if row["seconds"] < ours["seconds"]:
            said.append(f"{row['tool']} is faster on {row['triples']:,} triples of {row['data']}")
        if row["megabytes"] < ours["megabytes"]:
            said.append(f"{row['tool']} takes less memory on {row['triples']:,} triples of {row['data']}")
    return f"Ahead of kg: {'; '.join(said)}.\n" if said else "No peer is ahead.\n"


def picture(rows: list[Row]) -> str:
    """Return the seconds and megabytes of whole processes against triples, both logarithmic, as SVG."""
    shown = [row for row in rows if row["data"] == "contracts" and row["seconds"]]
    panels = [
        _panel(shown, question, key, 20 + 420 * column, 20 + 330 * line)
        for line, question in enumerate(("closure", "report"))
        for column, key in enumerate(("seconds", "megabytes"))
    ]
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 690" font-family="sans-serif" font-size="12">'
    title = "<title>Time and memory against the number of triples</title>"
    ground = '<rect width="860" height="690" fill="#ffffff"/>'
    return "\n".join([head, title, ground, *panels, "</svg>"]) + "\n"


def _panel(rows: list[Row], question: str, key: str, left: int, top: int) -> str:
    found = [row for row in rows if row["question"] == question and row[key]]
    if not found:
        return ""
    across = _scale([row["triples"] for row in found], left + 50, left + 390)
    up = _scale([row[key] for row in found], top + 280, top + 30)
    name = f"{_TITLES[question]}: {'seconds' if key == 'seconds' else 'MB'} by triples"
    drawn = [f'<text x="{left + 50}" y="{top + 15}" font-weight="bold">{name}</text>']
    drawn += _grid(found, key, across, up, left, top)
    for i, tool in enumerate(dict.fromkeys(row["tool"] for row in found)):
        colour = _COLOURS.get(tool, "#000000")
        points = [(across(row["triples"]), up(row[key])) for row in found if row["tool"] == tool]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        drawn.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        drawn += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
        drawn.append(f'<text x="{left + 60}" y="{top + 45 + 15 * i}" fill="{colour}">{tool}</text>')
    return "\n".join(drawn)


def _grid(rows: list[Row], key: str, across: Any, up: Any, left: int, top: int) -> Iterator[str]:
    for value in _powers([row["triples"] for row in rows]):
        x = across(value)
        yield f'<line x1="{x:.1f}" y1="{top + 30}" x2="{x:.1f}" y2="{top + 280}" stroke="#dddddd"/>'
        yield f'<text x="{x:.1f}" y="{top + 297}" text-anchor="middle">{value:,.0f}</text>'
    for value in _powers([row[key] for row in rows]):
        y = up(value)
        yield f'<line x1="{left + 50}" y1="{y:.1f}" x2="{left + 390}" y2="{y:.1f}" stroke="#dddddd"/>'
        yield f'<text x="{left + 45}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>'


def _bounds(values: list[float]) -> tuple[int, int]:
    low = math.floor(math.log10(min(values)))
    return low, max(math.ceil(math.log10(max(values))), low + 1)


def _powers(values: list[float]) -> list[float]:
    low, high = _bounds(values)
    return [10.0**n for n in range(low, high + 1)]


def _scale(values: list[float], start: float, end: float) -> Any:
    low, high = _bounds(values)
    return lambda value: start + (math.log10(value) - low) / (high - low) * (end - start)
