"""Positions point at the tokens: the W3C's files, random graphs in random layouts, and hand-made nestings."""

import io
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import SourceError, UsageError
from kg.project import Project
from kg.source.excerpt import Span, Text
from kg.source.nodes import nodes_of
from kg.source.positions import Positioned, positions, spans_of, subjects_of
from kg.source.reader import FORMATS, Quad, read
from kg.source.turtle import write_trig

SUITE = Path(__file__).resolve().parents[2].parent / "shared" / "conformance" / "rdf11"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
FIRST, REST, NIL = f"<{RDF}first>", f"<{RDF}rest>", f"<{RDF}nil>"
DIRECTIVE = re.compile(
    r"@prefix\s*[^\s:]*:\s*<[^>]*>\s*\.|@base\s*<[^>]*>\s*\.|\bPREFIX\s*[^\s:]*:\s*<[^>]*>|\bBASE\s*<[^>]*>", re.I
)


def suite(*kinds: str) -> list[object]:
    """Return the files of the suite's tests of these kinds, or one skipped case where the suite is not there."""
    if not SUITE.is_dir():
        reason = "the standards' test data is not beside the project (../shared/conformance)"
        return [pytest.param(Path("none"), marks=pytest.mark.skip(reason=reason))]
    found = []
    for manifest in sorted(SUITE.glob("*/manifest.ttl")):
        store = ox.Store()
        store.load(path=str(manifest), base_iri="http://suite/")
        query = (
            "SELECT ?file { ?test a ?kind ; <http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#action> ?file "
            f"FILTER(REGEX(STR(?kind), '({'|'.join(kinds)})$')) }} ORDER BY ?file"
        )
        files = [manifest.parent / row["file"].value.rsplit("/", 1)[-1] for row in store.query(query)]
        found += [pytest.param(file, id=file.name) for file in files]
    return found


def base_of(file: Path) -> str:
    folder = "TurtleTests" if file.suffix == ".ttl" else "TrigTests"
    return f"http://www.w3.org/2013/{folder}/{file.name}"


def alone(token: str, *, before: str, base: str) -> str:
    """Return the term that a piece of text reads as, after the directives of the text before it."""
    directives = "\n".join(DIRECTIVE.findall(before))
    place = f"<http://s/> {token} <http://o/> ." if token == "a" else f"<http://s/> <http://p/> {token} ."
    (quad,) = ox.parse(f"{directives}\n{place}".encode(), format=ox.RdfFormat.TURTLE, base_iri=base)
    return str(quad.predicate if token == "a" else quad.object)


def check_tokens(found: list[Positioned], *, base: str) -> None:
    """Every place holds what reads alone as its term; the places of blank nodes hold a node."""
    written: dict[str, str] = {}
    for at in found:
        implicit = at.extents[1] == at.extents[2]  # of a cell of ( … ): only its member is written
        if implicit:
            assert (at.subject[:2], at.predicate in (FIRST, REST)) == ("_:", True)
        if implicit and at.predicate == REST:
            end = at.text.content[slice(*at.extents[2])] == ")"
            assert at.object == NIL if end else at.object.startswith("_:")
            continue
        for place, (term, extent, span) in enumerate(zip(at[1:4], at.extents, at.spans, strict=True)):
            piece = at.text.slice(span)
            assert piece == at.text.content[slice(*extent)]
            if implicit and place < 2:
                continue
            if term.startswith("_:") and piece.startswith("_:"):
                assert written.setdefault(piece, term) == term
            elif term.startswith("_:"):
                assert re.fullmatch(r"\(|\[|\[(\s|#.*)*\]", piece)
            else:
                assert alone(piece, before=at.text.content[: extent[0]], base=base) == term


def canonical(quads: list[Quad]) -> set[str]:
    text = "".join(f"{s} {p} {o} {g} .\n" for g, s, p, o in quads)
    dataset = ox.Dataset(ox.parse(text.encode(), format=ox.RdfFormat.N_QUADS))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset}


@pytest.mark.conformance
@pytest.mark.parametrize(
    "file", suite("TestTurtleEval", "TestTurtlePositiveSyntax", "TestTrigEval", "TestTrigPositiveSyntax")
)
def test_the_suite_has_the_graph_of_oxigraph_and_its_tokens_in_place(file: Path) -> None:
    project = Project.bare(file.parent)
    found = list(positions(file, project=project, base=base_of(file)))
    tokens = [at[:4] for at in found]
    assert tokens == [
        (g if g[:2] != "_:" else at[0], s, p, o)
        for at, (g, s, p, o) in zip(found, read(file, project=project, base=base_of(file)), strict=True)
    ]
    home = f"<{project.graph_of(file)}>" if file.suffix == ".ttl" else ""
    direct = ox.parse(file.read_bytes(), format=FORMATS[file.suffix], base_iri=base_of(file))
    plain = [
        (home if isinstance(q.graph_name, ox.DefaultGraph) else str(q.graph_name), str(q.subject), str(q.predicate),
         str(q.object)) for q in direct
    ]  # fmt: skip
    if not any(g.startswith("_:") for g, *_ in plain):
        assert canonical(tokens) == canonical(plain)
    check_tokens(found, base=base_of(file))


@pytest.mark.conformance
@pytest.mark.parametrize(
    "file",
    suite("TestTurtleNegativeSyntax", "TestTurtleNegativeEval", "TestTrigNegativeSyntax", "TestTrigNegativeEval"),
)
def test_the_suite_s_wrong_files_are_refused_where_oxigraph_refuses_them(file: Path) -> None:
    wrong = None
    try:
        list(ox.parse(file.read_bytes(), format=FORMATS[file.suffix], base_iri=base_of(file)))
    except SyntaxError as error:
        wrong = error
    if wrong is None:
        pytest.skip("Oxigraph takes this file: it reads RDF 1.2")
    with pytest.raises(SourceError) as caught:
        list(positions(file, project=Project.bare(file.parent), base=base_of(file)))
    assert caught.value.line == min(wrong.lineno or 0, file.read_bytes().count(b"\n") + 1)


@pytest.fixture
def bare(tmp_path: Path) -> Project:
    return Project.bare(tmp_path)


def written(project: Project, name: str, text: str) -> Path:
    path = project.root / name
    path.write_bytes(text.encode())
    return path


def pieces(path: Path, project: Project) -> list[str]:
    return [" | ".join(at.text.slice(span) for span in at.spans) for at in positions(path, project=project)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<a:s> a <a:t>,\n<a:u>;<a:p> 1.", ["<a:s> | a | <a:t>", "<a:s> | a | <a:u>", "<a:s> | <a:p> | 1"]),
        ("<a:s><a:p>'''x\n\\''y'''@fr.", ["<a:s> | <a:p> | '''x\n\\''y'''@fr"]),
        ('<a:s> <a:p> "1" ^^ # type\n <a:t> .', ['<a:s> | <a:p> | "1" ^^ # type\n <a:t>']),
        ("[ <a:p> [ <a:q> 1.5 ] ] .", ["[ | <a:q> | 1.5", "[ | <a:p> | ["]),
        (
            '<a:s> <a:p> ( 1 [] "x" ( ) ) .',
            [
                "( | 1 | 1", "<a:s> | <a:p> | (", "( | [] | []", "[] | [] | []", '[] | "x" | "x"', '"x" | ( ) | ( )',
                '"x" | "x" | "x"', "( ) | ( ) | ( )", "( ) | ) | )",
            ],
        ),
        ("PREFIX e: <a:>\ne:s.t e:p\\,q true , -1e3 .", ["e:s.t | e:p\\,q | true", "e:s.t | e:p\\,q | -1e3"]),
        ("# é 𝄞 <a:s>\n<a:é> <a:p> \"𝄞\" .", ['<a:é> | <a:p> | "𝄞"']),
    ],
)  # fmt: skip
def test_places_at_any_nesting(bare: Project, text: str, expected: list[str]) -> None:
    path = written(bare, "a.ttl", text)
    assert pieces(path, bare) == expected
    check_tokens(list(positions(path, project=bare)), base="http://base/")


def test_graphs_of_trig_and_lines_of_n_quads(bare: Project) -> None:
    text = "<a:s> <a:p> 1 .\nGRAPH <a:g> { <a:s> <a:p> 2 }\n<a:h> { <a:s> <a:p> 3 . <a:s> <a:p> 4 . }\n[] { }"
    expected = [f"<a:s> | <a:p> | {n}" for n in (1, 2, 3, 4)]
    assert pieces(written(bare, "a.trig", text), bare) == expected
    lines = "<a:s> <a:p> <a:o> <a:g> .\n# note\n<a:s> <a:p> _:b .\n"
    assert pieces(written(bare, "a.nq", lines), bare) == ["<a:s> | <a:p> | <a:o>", "<a:s> | <a:p> | _:b"]


def test_columns_count_characters(bare: Project) -> None:
    path = written(bare, "a.ttl", '<a:é𝄞>\t<a:p> "漢" ,\r\n  """two\nlines""" .')
    spans = [at.spans for at in positions(path, project=bare)]
    assert spans[0] == (Span(1, 1, 1, 7), Span(1, 8, 1, 13), Span(1, 14, 1, 17))
    assert spans[1].object == Span(2, 3, 3, 9)


def test_only_what_is_wanted_is_placed_wherever_it_is_stated(bare: Project) -> None:
    path = written(bare, "a.trig", "<a:g> { <a:s> <a:p> <a:o> , <a:x> }\n<a:h> {\n <a:s> <a:p> <a:o> }")
    triple = ("<a:s>", "<a:p>", "<a:o>")
    found = spans_of(path, [triple, ("<a:no>", "<a:p>", "<a:o>")], project=bare)
    assert [spans.object for spans in found.pop(triple)] == [Span(1, 21, 1, 26), Span(3, 14, 3, 19)]
    assert found == {}
    assert subjects_of(path, ["<a:s>", "<a:o>"], project=bare) == {"<a:s>": Span(1, 9, 1, 14)}


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("<a:s> <a:p> 1 .\n<a:s> <a:p> .", 2, 13, "RDF object"),
        ("<a:s> <a:p> 1 ;\n  é:p 2 .", 2, 3, "has not been declared"),
        ("<a:s> <a:p> 1 2", 1, 15, "not a valid subject"),
    ],
)
def test_a_syntax_error_has_a_place(bare: Project, text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        list(positions(written(bare, "a.ttl", text), project=bare))
    assert caught.value.line == line
    assert isinstance(caught.value.__cause__, SyntaxError)
    assert caught.value.__cause__.offset == column


def test_statements_of_rdf_1_2_are_refused(bare: Project) -> None:
    path = written(bare, "a.ttl", "<a:s> <a:p> 1 .\n<a:s> <a:p> 2 {| <a:q> 3 |} .")
    with pytest.raises(SourceError, match=r"are of RDF 1\.2"):
        list(positions(path, project=bare))


def test_what_has_no_places_of_terms_is_a_wrong_call(bare: Project) -> None:
    with pytest.raises(UsageError, match="known suffixes"):
        list(positions(written(bare, "a.jsonld", "{}"), project=bare))
    with pytest.raises(UsageError, match="cannot read"):
        list(positions(bare.root / "none.ttl", project=bare))
    path = bare.root / "latin.ttl"
    path.write_bytes(b'<a:s> <a:p> 1 .\n<a:s> <a:p> "\xe9" .')
    with pytest.raises(SourceError) as caught:
        list(positions(path, project=bare))
    assert caught.value.line == 2


def test_nodes_of_rdf_xml_and_json_ld_have_the_line_of_their_node(bare: Project) -> None:
    xml = written(bare, "a.rdf", (
        f'<r:RDF xmlns:r="{RDF}" xmlns:e="http://e/" xml:base="http://b/">\n<r:Description r:about="x">\n'
        '<e:p><e:C r:ID="y"/></e:p></r:Description></r:RDF>'
    ))  # fmt: skip
    nodes = {name: span.line for name, span in nodes_of(xml).items()}
    assert nodes == {"<http://b/x>": 2, "<http://b/#y>": 3}
    assert {q[1] for q in read(xml, project=bare)} <= nodes.keys()
    json = written(bare, "a.jsonld", (
        '{"@context": {"e": "http://e/", "id": "@id", "p": {"@id": "e:p"}, "@base": "http://b/"},\n"@graph": [\n'
        '{"id": "x", "p": [{"@id": "e:y", "p": "@id"},\n{"id": "http://z/{", "e:q": 1}]}]}'
    ))  # fmt: skip
    nodes = {name: span.line for name, span in nodes_of(json).items()}
    assert nodes == {"<http://b/x>": 3, "<http://e/y>": 3, "<http://z/{>": 4}
    triple = ("<http://e/y>", "<http://e/p>", '"@id"')
    assert triple in {
        quad[1:] for quad in read(written(bare, "b.jsonld", json.read_text().replace("z/{", "z/")), project=bare)
    }
    assert spans_of(json, [triple], project=bare)[triple][0].subject.line == 3
    assert nodes_of(written(bare, "c.jsonld", '{"@id": "http://e/')) == {}
    assert nodes_of(written(bare, "c.rdf", "<no")) == {}


iris = st.sampled_from([f"<http://example.org/{name}>" for name in ("a", "b#c", "d.e", "f%20g", "ns#é", "ns#x-1")])
nodes = st.sampled_from(["_:x", "_:y", "_:z", "_:w", "_:v"])
literals = st.builds(
    lambda value, end: str(ox.Literal(value)) + end,
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6),
    st.sampled_from(["", "@fr", "@en-gb", "^^<http://example.org/ns#t>"]),
)
numbers = st.sampled_from([f'"{n}"^^<http://www.w3.org/2001/XMLSchema#integer>' for n in (1, -2)])
quads = st.tuples(
    st.sampled_from(["", "<http://example.org/g>"]), iris | nodes, iris | st.just(FIRST) | st.just(REST),
    iris | nodes | literals | numbers | st.just(NIL),
)  # fmt: skip


def scattered(text: str, seed: int) -> str:
    """Return a text with other blanks and comments where Turtle lets them be: after brackets, commas and lines."""
    chance = random.Random(seed)
    blanks = ["", " ", "\n", "\t", "\r\n", "# ; . [ \" '''\n", "  \n\n"]
    lines = []
    for line in re.findall(r"[^\n]*\n", text):
        mark = re.match(r"(\s*)(.*?)( ;| \.|\.|\{|\[|\()?\n", line)
        if mark is None or not mark[3] or line.startswith("@"):
            lines.append(line)
        else:
            lines.append(
                chance.choice(blanks) + mark[1] + mark[2] + " " + chance.choice(blanks) + mark[3].strip()
                + chance.choice(blanks) + "\n"
            )  # fmt: skip
    return "".join(lines)


@settings(deadline=None, max_examples=150)
@given(st.lists(quads, max_size=12), st.integers(0, 99))
def test_random_graphs_in_random_layouts(tmp_path_factory: pytest.TempPathFactory, rows: list[Quad], seed: int) -> None:
    out = io.StringIO(newline="")
    write_trig(out, rows, prefixes={"ex": "http://example.org/", "n": "http://example.org/ns#", "": f"{RDF}"})
    project = Project.bare(tmp_path_factory.getbasetemp())
    path = written(project, "random.trig", scattered(out.getvalue(), seed))
    found = list(positions(path, project=project))
    assert [at[:4] for at in found] == list(read(path, project=project))
    assert canonical([at[:4] for at in found]) == canonical(rows)
    check_tokens(found, base="http://base/")


def authored(project_root: Path) -> Iterator[Path]:
    yield from sorted((project_root / "instances" / "magazine").glob("*.trig"))
    yield from sorted((project_root / "instances" / "editorial").glob("*.ttl"))


def test_every_token_of_the_project_is_in_place(project_root: Path, project: Project) -> None:
    for file in authored(project_root):
        text = Text(file.read_text(encoding="utf-8"))
        head = text.content[: text.content.index("\n\n", text.content.index("@prefix"))]
        seen: dict[str, str] = {}
        for at in positions(file, project=project):
            for term, extent in zip(at[1:4], at.extents, strict=True):
                piece = text.content[slice(*extent)]
                if piece not in seen:
                    seen[piece] = alone(piece, before=head, base=project.base)
                assert seen[piece] == term
