"""The SQL that DuckDB takes as Spark takes it: the one address of what differs.

Written once, statements keep to what both have. What is left to change: integers are 64 bits wide, as ids are hashes;
an id is never NULL, so that NOT IN is an anti-join; numbers of rows need no order; one value has no greatest.
"""

from collections.abc import Sequence
from typing import cast

import sqlglot
from sqlglot import exp

Tree = exp.Expression
HASH = "xxhash64"
"""The function of a text that gives an id: 64 bits, on any machine the same."""
MATCHES = "kg_matches"
"""The function of (text, regular expression) that is DuckDB's own."""


def read(sql: str, parameters: Sequence[object] = ()) -> Tree:
    """Return the tree of a statement of DuckDB's, with its parameters in their places."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    places = [node for node in tree.walk(bfs=False) if isinstance(node, exp.Placeholder)]
    for place, value in zip(places, parameters, strict=True):
        place.replace(exp.convert(value))
    return cast(Tree, tree)


def write(tree: Tree) -> str:
    """Return a SELECT as Spark takes it."""
    return tree.transform(_changed).sql(dialect="spark")


def type_of(kind: Tree | None) -> str:
    """Return the type of a column as Spark calls it."""
    assert kind is not None
    return kind.transform(_changed).sql(dialect="spark").lower()


def tables_of(tree: Tree) -> list[str]:
    """Return the names of the tables that a tree reads, those that it defines by itself left out."""
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    return list(dict.fromkeys(table.name for table in tree.find_all(exp.Table) if table.name not in own))


def rename(tree: exp.Expr, old: str, new: str) -> None:
    """Have a tree read the table ``new`` where it reads ``old``."""
    for table in tree.find_all(exp.Table):
        if table.name == old:
            table.set("this", exp.to_identifier(new))
            if not table.alias:
                table.set("alias", exp.TableAlias(this=exp.to_identifier(old)))


def is_plain(tree: Tree) -> bool:
    """Tell whether a SELECT only chooses rows and columns of one table."""
    beyond = (
        exp.Join,
        exp.Subquery,
        exp.Distinct,
        exp.Group,
        exp.Window,
        exp.AggFunc,
        exp.Order,
        exp.Limit,
        exp.Exists,
    )
    return isinstance(tree, exp.Select) and tree.find(*beyond) is None and len(tables_of(tree)) == 1


def _changed(node: Tree) -> Tree:
    match node:
        case exp.DataType() if node.this == exp.DataType.Type.INT:
            return exp.DataType.build("bigint")
        case exp.Not(this=exp.In() as inside) if inside.args.get("query"):
            return _anti(inside)
        case exp.Window(this=exp.RowNumber()) if not node.args.get("order"):
            return cast(Tree, exp.func("monotonically_increasing_id"))
        case exp.RegexpLike():  # by the expressions of DuckDB, not by those of Java
            return cast(Tree, exp.func(MATCHES, node.this, node.expression))
        case exp.Greatest() if not node.expressions:
            return cast(Tree, node.this)
        case _:
            return node


def _anti(inside: exp.In) -> Tree:
    """Return NOT EXISTS for NOT IN a subquery of one column."""
    query = inside.args["query"].this
    same = exp.EQ(this=exp.column("kept_out", "other"), expression=inside.this)
    other = exp.Subquery(
        this=query, alias=exp.TableAlias(this=exp.to_identifier("other"), columns=[exp.to_identifier("kept_out")])
    )
    kept = exp.select("1").from_(other).where(same)
    return exp.Not(this=exp.Exists(this=kept))
