"""The pages of pictures: the drawing, the same in a table, its data, and the query that made it."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.routing import BaseRoute, Route

from kg.errors import QueryError
from kg.query.catalogue import Query
from kg.service.answers import Answers, RefusedError
from kg.service.headers import SCRIPTED
from kg.service.names import Names, Shown
from kg.service.negotiation import HTML, Form
from kg.service.pictures import flows, maps, matrix, timeline, tree
from kg.service.pictures.geometry import read_wkt
from kg.service.pictures.rows import Row, Rows, read_rows, write_csv
from kg.service.reading import note, note_nothing_else
from kg.service.shelf import Shelf
from kg.service.site import Site
from kg.service.view import View

CSV = Form("csv", "text/csv", "utf-8")
GEOJSON = Form("geojson", "application/geo+json")
_DRAW: Mapping[str, Callable[[Rows, Names, View], Any]] = {
    "map": maps.draw,
    "timeline": timeline.draw,
    "matrix": matrix.draw,
    "flows": flows.draw,
    "tree": tree.draw,
}


class Pictures:
    """The pictures of a site, by name; what their queries find is read once, when it is asked for."""

    def __init__(self, site: Site, shelf: Shelf) -> None:
        self._site = site
        self._shelf = shelf
        self._queries = {query.name: query for query in site.pictures}
        self._rows = lru_cache(lambda name: read_rows(self._queries[name], site))

    def forms(self, name: str) -> tuple[Form, ...]:
        """Return the forms that a picture has, each at its name with the suffix of the form."""
        return (HTML, CSV, GEOJSON) if self._queries[name].picture == "map" else (HTML, CSV)

    def routes(self) -> list[BaseRoute]:
        """Return the routes of all pictures."""
        headers = {"Content-Security-Policy": SCRIPTED}
        return [
            Route(f"/{name}", Answers(self._site, forms=self.forms(name), write=self._answer(name), headers=headers))
            for name in self._queries
        ]

    def _answer(self, name: str) -> Callable[[Request, View, Form], bytes]:
        def write(_: Request, view: View, form: Form) -> bytes:
            try:
                return self.write(name, view, form)
            except QueryError as error:
                raise RefusedError(500, [str(error)]) from error

        return write

    def write(self, name: str, view: View, form: Form) -> bytes:
        """Return a picture in a form. Raises QueryError, with file and line, when it cannot be drawn."""
        query, rows = self._queries[name], self._rows(name)
        note("q", query.text)
        note_nothing_else()
        names = Names(self._shelf.documents, view)
        if form == CSV:
            return write_csv(query, self._site)
        return maps.write_geojson(rows, names) if form == GEOJSON else self._page(query, rows, names, view).encode()

    def _page(self, query: Query, rows: Rows, names: Names, view: View) -> str:
        headings = query.headings.get(view.language) or next(iter(query.headings.values()))
        title = query.title(view.language)
        path = quote(query.name)
        return view.render(
            "picture.html",
            title=title,
            path=path,
            trail=[Shown(view.words["home"], href=view.url("")), Shown(title)],
            lead=query.leads.get(view.language) or next(iter(query.leads.values())),
            kind=query.picture,
            drawing=_DRAW[query.picture](rows, names, view),
            headings=headings,
            columns=[headings[column] for column in rows.columns],
            rows=[_cells(row, rows.columns, names, view) for row in rows.rows],
            forms=[
                (form.suffix, view.url(path, {"format": form.suffix}, plain=form == CSV))
                for form in self.forms(query.name)[1:]
            ],
            others=[(view.url(q.name), q.title(view.language)) for q in self._site.pictures if q is not query],
            text=query.text,
            answer=view.url(f"query/{path}"),
            editor=f"{view.url('sparql', {'saved': query.name})}#query={quote(query.text, safe='')}",
        )


def _cells(row: Row, columns: Sequence[str], names: Names, view: View) -> list[Shown | None]:
    """Return a row of the table: of a geometry, what it is rather than its many numbers."""

    def cell(column: str) -> Shown | None:
        if column != "wkt":
            return names.shown(row[column]) if column in row else None
        shapes = read_wkt(row[column]) if column in row else None
        if shapes is None:
            return Shown(view.words["no_geometry" if column not in row else "unread_geometry"])
        return Shown(view.words["outline" if shapes.polygons else "line_geometry" if shapes.lines else "point"])

    return [cell(column) for column in columns]
