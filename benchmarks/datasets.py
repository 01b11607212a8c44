"""The data of the benchmarks, each a project folder: ``kg.toml ontology/ shapes/ instances/data.nt``."""

from collections.abc import Iterable
from pathlib import Path

import zstandard

_NAMESPACE = "https://example.org/u#"
_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


def line(subject: str, predicate: str, value: str, *, thing: bool = False) -> str:
    """Return a line of N-Triples: ``value`` is a class after ``a``, the name of a ``thing``, or a literal's token."""
    s = f"<https://example.org/d/{subject}>"
    if predicate == "a":
        return f"{s} {_TYPE} <{_NAMESPACE}{value}> .\n"
    return f"{s} <{_NAMESPACE}{predicate}> {f'<https://example.org/d/{value}>' if thing else value} .\n"


def write(folder: Path, *, ontology: str, shapes: str, lines: Iterable[str], data: str = "data.nt") -> int:
    """Write a project into ``folder``; return how many lines its data have, which are packed as their name says."""
    for name in ("ontology", "shapes", "instances", "queries"):
        (folder / name).mkdir(parents=True)
    (folder / "kg.toml").write_text('base = "https://example.org/"\n')
    (folder / "ontology" / "ontology.ttl").write_text(ontology)
    (folder / "shapes" / "shapes.ttl").write_text(shapes)
    count = 0
    opened = zstandard.open if data.endswith(".zst") else open
    with opened(folder / "instances" / data, "wt", encoding="utf-8") as out:
        for text in lines:
            out.write(text)
            count += 1
    return count
