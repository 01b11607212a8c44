"""Refuse the forms of a query whose answer depends on the engine, or silently drops rows when a parameter is set.

Each was measured on Oxigraph and rdflib (see ``docs/decisions/0006-parameters-in-the-query-file.md`` and the tests).
"""

from collections.abc import Sequence

from kg.query.catalogue import Query
from kg.query.groups import Group, Use, groups
from kg.query.parameters import Parameter, blocks
from kg.query.pictures import RESERVED, missing
from kg.query.tokens import Token, form, line_of, tokens

Fault = tuple[int, str]

_AGGREGATES = {"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"}


def lint_query(query: Query) -> list[Fault]:
    """Return the faults of a saved query, (line, message): of its parameters, its order and its columns.

    Questions, checks, pictures and tables are read by people and compared as data: their columns are named, and their
    order is total; that of tables is the order of their keys. The query of a picture has the columns of its kind.
    """
    faults = lint(query.text, query.params)
    if query.folder == "pictures":
        faults += picture_faults(query)
    if query.folder in ("competency", "checks", "pictures", "tables") and form(query.text) == "SELECT":
        if query.folder != "tables":
            faults += lint_order(query.text, query.params)
        names = tuple(column for column, _ in _columns(query.text))
        if query.returns and names and set(names) != set(query.returns):
            key = "column" if query.columns else "returns"
            faults.append((query.line(key), f"{key} must name the columns: {', '.join(names)}"))
    return sorted(set(faults))


def picture_faults(query: Query) -> list[Fault]:
    """Return what keeps the query of a picture from being drawn, or its columns from having a heading."""
    if form(query.text) != "SELECT":
        return [(1, "the query of a picture must be a SELECT")]
    faults = [
        (query.line("returns"), f"a picture of the kind {query.picture} needs the column ?{name}")
        for name in missing(query.picture, query.returns)
    ]
    if query.name in RESERVED:
        faults.append((1, f'a picture may not be named "{query.name}": that is the address of another page'))
    if query.params:
        faults.append((query.line("param"), "the query of a picture has no parameter: all see the same picture"))
    for language, headings in query.headings.items():
        for name in sorted({*query.returns} ^ {*headings}):
            wrong = "names no column" if name in headings else "is missing"
            faults.append((query.line("heading"), f"heading@{language}: {name} {wrong}"))
    return faults


def lint(query: str, parameters: Sequence[Parameter]) -> list[Fault]:
    """Return the faults in the use of parameters, (line from 1, message), in the order of the text."""
    root = groups(query)
    faults = _trailing(root, query)
    for parameter in parameters:
        own = [block for block in blocks(query) if parameter.name in block.variables]
        if not own:
            faults.append((1, f"the parameter ?{parameter.name} has no VALUES ?{parameter.name} {{ … }} block"))
            continue
        for block in own:
            if block.name is None:
                rule = "must hold this one variable and one term"
                faults.append((line_of(query, block.position), f"the block of the parameter ?{parameter.name} {rule}"))
        if len({tuple(token.text for token in block.data) for block in own}) > 1:
            rule = "have different values"
            faults.append((line_of(query, own[-1].position), f"the blocks of the parameter ?{parameter.name} {rule}"))
        for group in root.walk():
            for use in group.uses:
                if use.name == parameter.name and (message := _fault(use, group, parameter)):
                    faults.append((line_of(query, use.position), message))
    return sorted(set(faults))


def lint_order(query: str, parameters: Sequence[Parameter] = ()) -> list[Fault]:
    """Return the faults of a SELECT whose rows must come in one order: ``SELECT *``, and an ORDER BY not total.

    Every column must stand in ORDER BY, save aggregates, parameters with a value, and expressions of variables
    that all do.
    """
    found, start, end = _select(query)
    line = line_of(query, found[start].start)
    if any(token.word == "*" for token in found[start:end]) and not _columns(query):
        return [(line, "SELECT * hides the columns: name them")]
    columns = _columns(query)
    fixed = {parameter.name for parameter in parameters if not parameter.optional}
    order = next((i for i in range(len(found)) if found[i].word == "ORDER" and _is_outer(found, i)), None)
    if order is None:
        is_one_row = not any(found[i].word == "GROUP" and _is_outer(found, i) for i in range(len(found)))
        is_one_row = is_one_row and all(needs <= fixed for _, needs in columns)
        return [] if is_one_row else [(line, "no ORDER BY: the rows may come in any order")]
    ordered = {token.variable for token in found[order:] if token.variable} | fixed
    missing = [name for name, needs in columns if name not in ordered and not needs <= ordered]
    if not missing:
        return []
    names = " ".join(f"?{name}" for name in missing)
    return [(line_of(query, found[order].start), f"ORDER BY is not total: add {names}")]


def _fault(use: Use, group: Group, parameter: Parameter) -> str | None:
    if parameter.optional:
        return _fault_of_optional(use, group)
    if _is_visible(use, group):
        return None
    block = f"its own VALUES ?{use.name} block"
    if _enclosing(group, "select") is not None:
        return f"a sub-SELECT does not see the parameter ?{use.name} of the outer query: give it {block}"
    if _enclosing(group, "minus") is not None:
        return f"MINUS does not see the parameter ?{use.name} of the outer group: give it {block}"
    if use.clause == "bind":
        return f"BIND sees the parameter ?{use.name} only after a VALUES block of the same group"
    if use.clause == "filter":
        return f"a FILTER does not see the parameter ?{use.name} of an outer group: give this group {block}"
    return f"the parameter ?{use.name} has no VALUES block where it is used"


def _fault_of_optional(use: Use, group: Group) -> str | None:
    here = group.where if group.kind in ("query", "select") else group.parent and group.parent.where
    if use.clause == "solution" and here is not None and here.block(use.name) is not None:
        return None
    if use.clause == "pattern" and group.block(use.name) is not None:
        return None
    rule = "it may be UNDEF, so it may be used only in triple patterns of the group of its VALUES block"
    return f"the optional parameter ?{use.name} is misused: {rule}"


def _is_visible(use: Use, group: Group) -> bool:
    """Whether a use sees a ``VALUES`` block of its variable, on every engine."""
    own = group.block(use.name)
    outer = group.parent.block(use.name) if group.parent else None
    if use.clause == "solution":
        level = group if group.kind in ("query", "select") else group.parent
        return bool(level and level.where and level.where.block(use.name) is not None)
    if use.clause == "bind":
        return own is not None and own < use.position
    if own is not None:
        return True
    if group.kind == "exists" or (group.kind == "optional" and use.clause == "filter"):
        # EXISTS is evaluated once per row of the group around it; the FILTER of an OPTIONAL belongs to the left join.
        return outer is not None and (group.kind == "exists" or outer < group.position)
    if use.clause == "pattern" and group.kind in ("group", "union", "optional", "graph") and group.parent:
        return group.parent.kind != "exists" and _is_visible(use, group.parent)
    return False


def _enclosing(group: Group | None, kind: str) -> Group | None:
    """Return the nearest group of a kind around and including ``group``, within its own SELECT."""
    while group is not None and group.kind != kind:
        if group.kind in ("select", "query"):
            return None
        group = group.parent
    return group


def _trailing(root: Group, query: str) -> list[Fault]:
    message = "a VALUES block after WHERE is joined after the aggregates: put it inside the group"
    outer = [group for group in root.walk() if group.kind in ("query", "select")]
    return [(line_of(query, position), message) for group in outer for _, position in group.blocks]


def _select(query: str) -> tuple[list[Token], int, int]:
    """Return the tokens, and where the outer SELECT clause begins and ends among them."""
    found = tokens(query)
    start = next(i for i, token in enumerate(found) if token.word == "SELECT")
    end = next((i for i in range(start, len(found)) if found[i].word in ("WHERE", "{", "FROM")), len(found))
    return found, start, end


def _columns(query: str) -> list[tuple[str, set[str]]]:
    """Return the columns of the outer SELECT, each with the variables that it is computed from.

    A plain variable needs itself; an aggregate needs nothing, for the groups determine it.
    """
    found, start, end = _select(query)
    columns: list[tuple[str, set[str]]] = []
    depth, needs = 0, list[Token]()
    for token in found[start + 1 : end]:
        depth += (token.word == "(") - (token.word == ")")
        if token.word == ")" and depth == 0:
            *inner, column = [t.variable for t in needs if t.variable]
            is_aggregate = any(t.word in _AGGREGATES for t in needs)
            columns.append((str(column), set() if is_aggregate else {str(name) for name in inner}))
            needs = []
        elif depth:
            needs.append(token)
        elif token.variable:
            columns.append((token.variable, {token.variable}))
    return columns


def _is_outer(found: list[Token], index: int) -> bool:
    """Whether a modifier is the outer query's: every brace after it that closes was opened after it."""
    depth = 0
    for token in found[index:]:
        depth += (token.word == "{") - (token.word == "}")
        if depth < 0:
            return False
    return True
