"""Find triples in files: the places of their terms."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from kg.project import Project
from kg.source.excerpt import Span
from kg.source.positions import spans_of
from kg.source.reader import Triple
from kg.validation.locate import Finder, Places
from kg.validation.report import Place


def finder(project: Project, path_of: Callable[[str], Path], base_of: Callable[[str], str]) -> Finder:
    """Return what finds triples in files of a project, given the path and the base of the file of a name.

    Where a file states a triple several times, its place is the first. What is no file here has no places.
    """

    def find(file: str, triples: Collection[Triple]) -> Mapping[Triple, Places]:
        def place(span: Span) -> Place:
            return Place(file, span.line, span.column, span.end_line, span.end_column)

        path = path_of(file)
        found = spans_of(path, triples, project=project, base=base_of(file)) if path.is_file() else {}
        return {
            triple: (place(spans[0].subject), place(spans[0].predicate), place(spans[0].object))
            for triple, spans in found.items()
        }

    return find
