"""The house keeps its floors: a module imports only from a lower line of docs/architecture."""

import ast
import re
from pathlib import Path

LINES = [
    {"errors", "garbage"},
    {"processes"},
    {"project", "scaffold"},
    {"source"},
    {"graph"},
    {"inference", "validation", "query"},
    {"rebuild", "ahead", "sizing"},
    {"clustered"},
    {"pipeline", "check", "lookup"},
    {"publication"},
    {"service"},
    {"terminal"},
    {"cli"},
    {"__main__", "__init__"},
]
HOMES = {
    "pyshacl": {"validation/reference.py"},
    "SPARQLWrapper": {"query/remote.py"},
    "duckdb": {"graph/duckdb_engine.py"},
    "owlrl": {"inference/reference.py"},
    "shapely": {"source/importers/geojson.py", "source/importers/geometry.py"},
}


def imports(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def floor(part: str) -> int:
    return next(i for i, line in enumerate(LINES) if part in line)


def modules(root: Path) -> list[tuple[str, str, set[str]]]:
    source = root / "src" / "kg"
    return [
        (path.relative_to(source).as_posix(), path.relative_to(source).with_suffix("").parts[0], imports(path))
        for path in sorted(source.rglob("*.py"))
    ]


def test_every_module_imports_only_from_a_lower_line(project_root: Path) -> None:
    wrong = []
    for name, part, found in modules(project_root):
        for module in found:
            pieces = module.split(".")
            if pieces[0] != "kg" or len(pieces) < 2 or not any(pieces[1] in line for line in LINES):
                continue
            other = pieces[1]
            if other != part and floor(other) >= floor(part):
                wrong.append(f"{name} imports kg.{other}")
    assert wrong == []


def test_every_part_has_a_line(project_root: Path) -> None:
    assert {part for _, part, _ in modules(project_root)} == set().union(*LINES)


def test_each_heavy_library_is_imported_at_one_address(project_root: Path) -> None:
    for library, homes in HOMES.items():
        users = {name for name, _, found in modules(project_root) if any(m.split(".")[0] == library for m in found)}
        assert users == homes, library


def test_oxigraph_is_imported_by_source_and_graph_only(project_root: Path) -> None:
    users = {part for _, part, found in modules(project_root) if any(m.startswith("pyoxigraph") for m in found)}
    assert users == {"source", "graph"}


def test_the_web_is_imported_by_the_service_only(project_root: Path) -> None:
    for library in ("starlette", "uvicorn"):
        users = {part for _, part, found in modules(project_root) if any(m.split(".")[0] == library for m in found)}
        assert users == {"service"}, library


def test_pages_are_written_by_templates_that_escape_everything(project_root: Path) -> None:
    service = project_root / "src" / "kg" / "service"
    tag = re.compile(r"</?(p|div|li|ul|ol|dl|dd|dt|h[1-6]|span|a|table|tr|td|form|input|body|section|nav)[ >]")
    written = [path.name for path in service.glob("*.py") if tag.search(path.read_text(encoding="utf-8"))]
    assert written == ["marking.py"]  # which escapes whatever is said: tests/service/test_marking.py
    templates = [path.read_text(encoding="utf-8") for path in (service / "templates").glob("*.html")]
    assert len(templates) > 5
    assert not [text for text in templates if re.search(r"\|\s*safe|autoescape|Markup", text)]


def test_the_program_knows_nothing_of_this_graph(project_root: Path) -> None:
    words = ("republique", "rc:", "act:", "erbm", "etat-davenir", "dispositif")
    for path in sorted((project_root / "src" / "kg").rglob("*.py")):
        if path.parent.name == "cli":  # its examples are of this graph
            continue
        text = path.read_text(encoding="utf-8").casefold()
        assert [word for word in words if re.search(rf"\b{word}", text)] == [], path.name


def test_modules_can_be_read_in_one_sitting(project_root: Path) -> None:
    long = {
        path.name: lines
        for path in (project_root / "src" / "kg").rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}
