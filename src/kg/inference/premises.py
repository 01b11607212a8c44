"""Ask for the premises of what a CONSTRUCT rule gave."""

import re


def select_premises(sparql: str, *, bindings: dict[str, str]) -> str:
    """Return the SELECT that lists the solutions of a rule's WHERE under these bindings (``?name`` to token)."""
    prologue, where = _split(sparql)
    names = sorted(bindings)
    values = f"VALUES ({' '.join(names)}) {{ ({' '.join(bindings[name] for name in names)}) }}" if names else ""
    return f"{prologue}\nSELECT * WHERE {{ {{ {where} }} {values} }}"


def _split(sparql: str) -> tuple[str, str]:
    """Return the prologue and the inside of WHERE of a CONSTRUCT query."""
    tokens = list(re.finditer(r'<[^<>\s]*>|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|#[^\n]*|[{}]|\w+', sparql))
    construct = next(t for t in tokens if t[0].upper() == "CONSTRUCT")
    depth = 0
    opens: list[int] = []
    blocks: list[tuple[int, int]] = []
    for token in tokens:
        if token.start() < construct.start() or token[0] not in "{}":
            continue
        if token[0] == "{":
            opens.append(token.end())
            depth += 1
        else:
            depth -= 1
            start = opens.pop()
            if depth == 0:
                blocks.append((start, token.start()))
    start, end = blocks[-1]
    return sparql[: construct.start()], sparql[start:end]
