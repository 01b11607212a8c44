"""``kg import csv``: what a mapping makes of a table, and what it says of a wrong one."""

import csv
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kg.errors import SourceError, UsageError
from kg.project import Project
from kg.source.importers.mapping import Column, Type
from kg.source.importers.table import ImportedTable, import_csv

EX = "https://example.org/"
PROJECT = f'base = "{EX}"\n[prefixes]\nex = "{EX}"\nrdfs = "http://www.w3.org/2000/01/rdf-schema#"\n'
MAPPING = '''
comment = "Grants."
key = "id"

[graph]
turtle = '<> rdfs:label "Grants"@en .'

[columns.id]
required = true
pattern = "[a-z0-9]+"

[columns.name]

[columns.amount]
type = "decimal"

[columns.kind]
values = { A = "ex:kind-a", B = "ex:kind-b" }

[[templates]]
turtle = """
ex:grant-{id}
    rdfs:label "{name} ({id})"@en ;
    ex:amount {amount} ;
    ex:kind {kind} ;
    .
"""

[[templates]]
when = { kind = "A", name = { matches = "(?i)town" } }
turtle = "ex:grant-{id} ex:about <https://example.org/place/{name}> ."
'''


class Desk:
    """A project with a mapping, to import tables into."""

    def __init__(self, root: Path, mapping: str = MAPPING) -> None:
        root.mkdir(exist_ok=True)
        (root / "kg.toml").write_text(PROJECT, encoding="utf-8")
        self.mapping = root / "instances" / "grants.toml"
        self.mapping.parent.mkdir(exist_ok=True)
        self.mapping.write_text(mapping, encoding="utf-8")
        self.table = root / "grants.csv"
        self.out = self.mapping.with_suffix(".ttl")
        self.project = Project.find(root)

    def run(self, text: str | bytes) -> ImportedTable:
        self.table.write_bytes(text if isinstance(text, bytes) else text.encode())
        return import_csv(self.table, mapping=self.mapping, project=self.project)

    def triples(self, text: str) -> set[tuple[str, str, str]]:
        self.run(text)
        read = ox.parse(path=self.out, format=ox.RdfFormat.TURTLE)
        return {(q.subject.value.removeprefix(EX), _local(q.predicate.value), _short(q.object)) for q in read}


def _local(iri: str) -> str:
    return iri.replace("#", "/").rsplit("/", 1)[-1]


def _short(term: ox.NamedNode | ox.Literal) -> str:
    return term.value.removeprefix(EX)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_rows_become_the_triples_of_the_templates_that_take_them(desk: Desk) -> None:
    assert desk.triples("id,name,amount,kind\ng1,Old Town,12.50,A\ng2,Port,3,B\n") == {
        ("graph/grants", "label", "Grants"),
        ("grant-g1", "label", "Old Town (g1)"),
        ("grant-g1", "amount", "12.50"),
        ("grant-g1", "kind", "kind-a"),
        ("grant-g1", "about", "place/Old%20Town"),
        ("grant-g2", "label", "Port (g2)"),
        ("grant-g2", "amount", "3.0"),
        ("grant-g2", "kind", "kind-b"),
    }


def test_a_value_that_the_mapping_replaces_is_read_as_the_other(tmp_path: Path) -> None:
    mapping = MAPPING.replace("[columns.name]", '[columns.name]\ninstead."oLD tOWN" = "Old Town"')
    found = Desk(tmp_path / "a", mapping).triples("id,name,amount,kind\ng1, oLD tOWN ,,A\ng2,New Town,,B\n")
    assert {(s, o) for s, p, o in found if p == "label"} >= {
        ("grant-g1", "Old Town (g1)"),
        ("grant-g2", "New Town (g2)"),
    }
    assert ("grant-g1", "about", "place/Old%20Town") in found
    with pytest.raises(SourceError, match="name: no row has 'oLD tOWN', which the mapping replaces"):
        Desk(tmp_path / "b", mapping).run("id,name,amount,kind\ng1,Old Town,,A\n")


def test_a_triple_that_uses_an_empty_column_is_left_out(desk: Desk) -> None:
    found = desk.triples("id,name,amount,kind\ng1,,,B\n")
    assert found == {("graph/grants", "label", "Grants"), ("grant-g1", "kind", "kind-b")}


def test_columns_that_the_mapping_does_not_name_and_blank_lines_do_not_matter(desk: Desk) -> None:
    assert desk.run("more,kind,amount,name,id\nx,A,1,n,g1\n\ny,B,2,m,g2\n").rows == 2


def test_what_is_written_is_counted(desk: Desk) -> None:
    mapping = MAPPING.replace("[[templates]]\nturtle", '[[templates]]\nwhen.kind = ["B"]\nturtle', 1)
    made = Desk(desk.project.root, mapping).run("id,name,amount,kind\ng1,n,1,A\ng2,m,2,B\n")
    assert (made.rows, made.unmapped, made.triples) == (2, 1, 4)
    assert made.file.read_text().startswith("# Grants. Written by `kg import csv`: do not edit by hand.\n")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("id,name,amount,kind\n,n,1,A\n", ["line 2: id: a value is missing"]),
        ("id,name,amount,kind\nG!,n,1,A\n", ["line 2: id: 'G!' does not match [a-z0-9]+"]),
        ("id,name,amount,kind\ng1,n,many,A\n", ["line 2: amount: 'many' is not of type decimal"]),
        ("id,name,amount,kind\ng1,n,NaN,A\n", ["line 2: amount: 'NaN' is not of type decimal"]),
        ("id,name,amount,kind\ng1,n,1,C\n", ["line 2: kind: 'C' is none of the values of the mapping."]),
        ("id,name,amount,kind\ng1,n,1\n", ["line 2: 3 values for 4 columns"]),
        ('id,name,amount,kind\ng1,"a\nb",1,A\ng2,m,x,A\n', ["line 4: amount: 'x' is not of type decimal"]),
        ("id,name,amount,kind\ng1,n,1,A\ng1,m,2,B\n", ["line 3: id: 'g1' is already on line 2"]),
        (
            "id,name,amount,kind\ng1,n,x,C\n,m,2,B\n",
            ["3 faults", "line 2: amount", "line 2: kind", "line 3: id: a value is missing"],
        ),
        ("id,nam,amount,kind\n", ["the column name is not there. Did you mean nam?"]),
        ("id,name,amount,kind,id\n", ["the column id is twice there."]),
        ("", ["the column id is not there."]),
        ('id,name,amount,kind\ng1,"n,1,A\n', ["not CSV"]),
        (b"id,name,amount,kind\ng1,\xe9t\xe9,1,A\n", ["not utf-8-sig"]),
    ],
)
def test_a_wrong_table_is_told_with_its_lines_and_nothing_is_written(
    desk: Desk, table: str | bytes, said: list[str]
) -> None:
    desk.run("id,name,amount,kind\nold,n,1,A\n")
    before = desk.out.read_bytes()
    with pytest.raises(SourceError) as caught:
        desk.run(table)
    assert all(words in str(caught.value) for words in said), str(caught.value)
    assert str(caught.value).startswith(str(desk.table))
    assert desk.out.read_bytes() == before
    assert sorted(path.name for path in desk.out.parent.iterdir()) == ["grants.toml", "grants.ttl"]


def test_many_faults_are_counted_and_the_first_are_told(desk: Desk) -> None:
    with pytest.raises(SourceError) as caught:
        desk.run("id,name,amount,kind\n" + "!,n,1,A\n" * 50)
    assert "99 faults" in str(caught.value)
    assert "and 79 more" in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ('key = "id"', 'key = "idd"', "the key idd is no column. Did you mean id?"),
        ('key = "id"', 'keys = "id"', "no such setting: keys. Did you mean key?"),
        ('key = "id"', "key = ", "not TOML"),
        ('type = "decimal"', 'type = "decimals"', "columns.amount: decimals is none of text, integer, decimal"),
        ("required = true", "requierd = true", "no such setting: columns.id.requierd. Did you mean required?"),
        ("{amount}", "{amuont}", "{amuont} is no column of the mapping. Did you mean amount?"),
        ("ex:amount {amount} ;", "ex:amount {amount}", "not Turtle"),
        ("ex:kind-a", "kind a", "columns.kind.values.A: not one term"),
        ("(?i)town", "(town", "when.name: not a pattern"),
        ('key = "id"', 'key = "id"\nencoding = "utf-9"', "unknown encoding: utf-9"),
        ('key = "id"', 'key = "id"\nencoding = "utf-16"', "not utf-16"),
        ('key = "id"', 'key = "id"\ndelimiter = ";;"', "the delimiter is one character"),
        ('comment = "Grants."', "comment = 3", "comment is a text, not 3"),
        ("required = true", 'required = "yes"', "columns.id.required is true or false"),
        ("required = true", 'required = true\nvalues = ["x"]', "columns.id.values is a table"),
        ('pattern = "[a-z0-9]+"', 'pattern = "[a"', "columns.id.pattern: not a regular expression"),
        ("required = true", "required = true\ninstead.x = 3", "columns.id.instead.x: not a text: 3"),
        ("<> rdfs:label", "<> rdf-s:label", 'unknown prefix "rdf-s"'),
    ],
)
def test_a_wrong_mapping_is_told(tmp_path: Path, wrong: str, right: str, said: str) -> None:
    assert wrong in MAPPING
    desk = Desk(tmp_path, MAPPING.replace(wrong, right, 1))
    with pytest.raises(SourceError) as caught:
        desk.run("id,name,amount,kind\ng1,n,1,A\n")
    assert said in str(caught.value), str(caught.value)
    assert not desk.out.exists()


@pytest.mark.parametrize(
    ("template", "said"),
    [('when = { id = 3 }\nturtle = "x"', "when.id: a value is a text"), ('turtle = " "', "says something")],
)
def test_a_wrong_template_is_told(tmp_path: Path, template: str, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        Desk(tmp_path, f"[columns.id]\n[[templates]]\n{template}\n").run("id\n1\n")


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("integer", ["12", "-3", "+007"], ["1_000", "١٢", "1.0", ""]),
        ("decimal", ["1", "1.5", "-.5", "1e3"], ["1_0.0", "NaN", "1,5"]),
        ("date", ["2019-02-28"], ["20190228", "2019-02-30", "2019-W09-4"]),
        ("year", ["2019"], ["0000", "19", "٢٠١٩"]),
        ("text", ["a"], ["a\0b"]),
    ],
)
def test_a_value_is_of_its_type_as_xml_schema_writes_it(kind: Type, right: list[str], wrong: list[str]) -> None:
    column = Column("value", kind)
    assert all(column.token(text) for text in right)
    for text in wrong:
        with pytest.raises(ValueError, match="is not of type|holds a NUL"):
            column.token(text)


def test_what_another_hand_wrote_is_never_replaced(desk: Desk, tmp_path: Path) -> None:
    desk.out.write_text("# by hand\n", encoding="utf-8")
    with pytest.raises(UsageError, match="was not written by kg import csv"):
        desk.run("id,name,amount,kind\ng1,n,1,A\n")
    assert desk.out.read_text(encoding="utf-8") == "# by hand\n"
    mapping = desk.mapping.rename(desk.mapping.with_suffix(".ttl"))
    with pytest.raises(UsageError, match="a mapping is a .toml file"):
        import_csv(desk.table, mapping=mapping, project=desk.project)


def test_a_table_without_rows_empties_no_graph(desk: Desk) -> None:
    desk.run("id,name,amount,kind\ng1,n,1,A\n")
    before = desk.out.read_bytes()
    with pytest.raises(SourceError, match="no row after the header"):
        desk.run("id,name,amount,kind\n")
    with pytest.raises(SourceError, match="Is ',' the delimiter"):
        desk.run("id;name;amount;kind\ng1;n;1;A\n")
    assert desk.out.read_bytes() == before


def test_a_mapping_without_templates_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="one .*templates.* at least"):
        Desk(tmp_path, "[columns.id]\n").run("id\n1\n")


def test_a_missing_file_and_a_mapping_elsewhere_are_wrong_calls(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        import_csv(tmp_path / "none.csv", mapping=desk.mapping, project=desk.project)
    with pytest.raises(UsageError, match="cannot read"):
        import_csv(desk.table, mapping=tmp_path / "none.toml", project=desk.project)
    elsewhere = tmp_path / "elsewhere.toml"
    elsewhere.write_text(MAPPING, encoding="utf-8")
    with pytest.raises(UsageError, match="a mapping lies in instances/"):
        import_csv(desk.table, mapping=elsewhere, project=desk.project)


TYPES = '[columns.v]\ntype = "{0}"\n[[templates]]\nturtle = "ex:x ex:v {{v}} ."'


@pytest.mark.parametrize(
    ("kind", "text", "token"),
    [
        ("integer", "007", '"7"^^xsd:integer'),
        ("decimal", "1e3", '"1000.0"^^xsd:decimal'),
        ("decimal", "-0.50", '"-0.50"^^xsd:decimal'),
        ("date", "2019-01-31", '"2019-01-31"^^xsd:date'),
        ("date", "2019-02-31", None),
        ("year", "2019", '"2019"^^xsd:gYear'),
        ("year", "19", None),
        ("boolean", "1", '"true"^^xsd:boolean'),
        ("boolean", "yes", None),
        ("text", "a 'b'", "\"a 'b'\""),
    ],
)
def test_a_whole_placeholder_has_the_type_of_its_column(
    tmp_path: Path, kind: str, text: str, token: str | None
) -> None:
    desk = Desk(tmp_path, TYPES.format(kind))
    if token is None:
        with pytest.raises(SourceError, match=f"is not of type {kind}"):
            desk.run(f"v\n{text}\n")
        return
    desk.run(f"v\n{text}\n")
    [quad] = ox.parse(path=desk.out)
    assert str(quad.object) == token.replace("xsd:", "<http://www.w3.org/2001/XMLSchema#") + (
        ">" if "^^" in token else ""
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(lambda t: t == t.strip()))
@example('"a" \\ }{id} \\n é 𝄞 {0}')
@example("kgcolumn0end")
def test_any_text_keeps_its_characters(tmp_path: Path, text: str) -> None:
    text = text.strip()
    mapping = "[columns.v]\n[[templates]]\nturtle = 'ex:x ex:v \"<{v}> \\\\ {v}\"@fr ; ex:w ex:n-{v} .'"
    desk = Desk(tmp_path, mapping)
    with desk.table.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["v"], [text]])
    import_csv(desk.table, mapping=desk.mapping, project=desk.project)
    for graph in (
        rdflib.Graph().parse(desk.out),
        {(q.subject, q.predicate, q.object) for q in ox.parse(path=desk.out)},
    ):
        said = {str(getattr(o, "value", o)) if hasattr(o, "language") else None for _, _, o in graph} - {None}
        assert said == {f"<{text}> \\ {text}"}


def test_a_second_import_changes_no_byte(desk: Desk) -> None:
    desk.run("id,name,amount,kind\ng2,m,2,B\ng1,Town,1,A\n")
    first = desk.out.read_bytes()
    desk.run("id,name,amount,kind\ng1,Town,1,A\ng2,m,2,B\n")
    assert desk.out.read_bytes() == first


@pytest.mark.source
@pytest.mark.parametrize(
    ("table", "mapping", "rows"),
    [
        ("state-grants-2019-hdf.csv", "external/state-grants-2019.toml", 2568),
        ("epci-members-2015-2017-hdf.csv", "reference/perimeters-2015-2017.toml", 11462),
    ],
)
def test_what_is_committed_is_what_the_tables_give(
    project: Project, source_text: Path, tmp_path: Path, table: str, mapping: str, rows: int
) -> None:
    file = source_text.parents[1] / "data" / table
    committed = (project.instances / mapping).with_suffix(".ttl")
    root = tmp_path / "copy"
    copy = root / "instances" / mapping
    copy.parent.mkdir(parents=True)
    copy.write_bytes((project.instances / mapping).read_bytes())
    (root / "pyproject.toml").write_bytes(project.settings_file.read_bytes())
    made = import_csv(file, mapping=copy, project=Project.find(root))
    assert (made.rows, made.unmapped) == (rows, 0)
    assert made.file.read_bytes() == committed.read_bytes()
