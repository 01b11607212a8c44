"""The forms of what a search or a list finds: a page, JSON, CSV."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

from starlette.requests import Request

from kg.lookup.speaker import number
from kg.service.answers import Answers
from kg.service.listing import Found, Listing, Option, Row
from kg.service.names import Shown
from kg.service.negotiation import HTML, Form
from kg.service.page import turns
from kg.service.shelf import Shelf
from kg.service.site import Site
from kg.service.view import View

JSON = Form("json", "application/json")
CSV = Form("csv", "text/csv", "utf-8")
_MANY = 1000  # things


def answers(site: Site, shelf: Shelf) -> Answers:
    """Return the application of the search and the lists of a site."""
    listing = Listing(site, shelf)

    def write(request: Request, view: View, form: Form) -> bytes:
        names = shelf.names(view)
        found = listing.find(request, view, names)
        if form == CSV:
            if len(found.matches) > _MANY:
                shelf.documents.read_labels()
            return _csv(listing.row(match, names) for match in found.matches)
        return _json(found, view) if form == JSON else _html(found, view)

    return Answers(site, forms=(HTML, JSON, CSV), write=write)


def _csv(rows: Iterable[Row]) -> bytes:
    """Return all of a list as CSV (RFC 4180)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("iri", "name", "language", "class", "found", "how"))
    for row in rows:
        kinds = "; ".join(kind.text for kind in row.kinds)
        writer.writerow((row.iri, row.thing.text, row.thing.language or "", kinds, row.found or "", row.how or ""))
    return out.getvalue().encode()


def _json(found: Found, view: View) -> bytes:
    def values(options: Sequence[Option]) -> list[dict[str, Any]]:
        return [{"value": o.value, "name": o.shown, "count": o.count} for o in options]

    asked = found.asked
    around = turns(view, found.path, {**found.query, "format": "json"}, page=asked.page, pages=found.pages)
    said = {
        "query": asked.words,
        "class": asked.kind[1:-1] if asked.kind else None,
        "filters": dict(asked.filters),
        "total": len(found.matches),
        "page": asked.page,
        "pages": found.pages,
        "previous": around["previous"],
        "next": around["next"],
        "results": [
            {
                "iri": row.iri,
                "name": row.thing.text,
                "language": row.thing.language,
                "page": row.thing.href,
                "classes": [kind.text for kind in row.kinds],
                **({"found": row.found, "how": row.how} if row.how else {}),
            }
            for row in found.rows
        ],
        "classes": values(found.classes),
        "facets": [
            {"property": f.iri, "parameter": f.parameter, "name": f.name.text, "values": values(f.options)}
            for f in found.facets
        ],
    }
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()


def _html(found: Found, view: View) -> bytes:
    asked, total = found.asked, len(found.matches)
    heading = view.words["results"].format(asked.words) if asked.words else view.words["all"]
    here = {**found.query, **({"page": str(asked.page)} if asked.page > 1 else {})}
    titles = [found.kind.text, heading] if found.kind and asked.words else [found.kind.text if found.kind else heading]
    counts = {0: "nothing", 1: "one"}
    return view.render(
        "search.html",
        title=" — ".join(titles),
        path=found.path,
        query=here,
        trail=[Shown(view.words["home"], href=view.url("")), found.kind or Shown(heading)],
        found=found,
        heading=heading,
        count=view.words[counts.get(total, "count")].format(number(str(total), view.language)),
        slipped=bool(found.matches) and found.matches[0].how == "typo",
        turns=turns(view, found.path, found.query, page=asked.page, pages=found.pages),
        forms=[
            ("CSV", view.url(found.path, {**found.query, "format": "csv"})),
            ("JSON", view.url(found.path, {**here, "format": "json"})),
        ],
    ).encode()
