"""What a restored graph asserts after some of its files were exchanged, beside what it asserted before."""

from kg.graph.engine import Engine, Row
from kg.graph.terms import TYPE

BEFORE = "before"
"""The name of the database of the build that a graph was restored from."""
DATA = "SELECT q.* FROM {of}quad q JOIN {of}source f ON f.id = q.source WHERE f.role = 'data'"
"""The SELECT of the quads of files of role ``data``, in the database ``of``, such as ``before.``."""


def merge(engine: Engine) -> None:
    """Take out of the closure what no file asserts any more, and move what one asserts anew into it.

    Only the quads of sources that are not ``BEFORE``, and of those that are there only, are looked at.
    """
    now, then = DATA.format(of=""), DATA.format(of=f"{BEFORE}.")
    for made, of, there in (("parted", then, ""), ("came", now, f"{BEFORE}.")):
        sources = f"SELECT id FROM {there}source"
        engine.make(made, f"SELECT DISTINCT s, p, o FROM ({of}) WHERE source NOT IN ({sources})")
    for made, of, kept in (("dropped", "parted", now), ("added", "came", "SELECT * FROM closure WHERE round = 0")):
        engine.make(made, f"SELECT * FROM {of} EXCEPT SELECT s, p, o FROM {of} JOIN ({kept}) USING (s, p, o)")
    same = "c.s = d.s AND c.p = d.p AND c.o = d.o"
    engine.run(f"DELETE FROM closure c USING dropped d WHERE round = 0 AND {same}")
    engine.run(f"DELETE FROM closure c USING added d WHERE round > 0 AND {same}")
    engine.run("INSERT INTO closure SELECT s, p, o, 0, 0 FROM added")


def changed(engine: Engine) -> list[Row]:
    """Return of what triples ``merge`` took out or in: predicates, with the class for rdf:type."""
    return engine.rows(
        "SELECT DISTINCT p.token, CASE WHEN p.token = ? THEN o.token END "
        "FROM (SELECT * FROM dropped UNION ALL SELECT * FROM added) d "
        "JOIN term p ON p.id = d.p JOIN term o ON o.id = d.o ORDER BY ALL",
        [TYPE],
    )
