"""The page of the data: each file to take away, its size and checksum, how the dataset is cited, and its licence."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote

from starlette.requests import Request

from kg.errors import UsageError
from kg.lookup.speaker import number
from kg.publication import citation, datapackage, feed
from kg.publication.about import About, Texts
from kg.publication.data import CATALOGUE, CATALOGUE_JSONLD, WELL_KNOWN
from kg.publication.dumps import CONTEXT
from kg.publication.files import File
from kg.publication.offers import Offer
from kg.publication.released import Released
from kg.service.answers import Answers, RefusedError
from kg.service.data_writer import Written
from kg.service.downloads import After, Downloads
from kg.service.names import Shown, date
from kg.service.negotiation import HTML, Form
from kg.service.site import Site
from kg.service.view import View

PATH = "data"
_UNITS = ("bytes", "kilobytes", "megabytes", "gigabytes")


@dataclass
class Offered:
    """What is offered in some packings: its title and description, and its files as (name, address, size, SHA-256)."""

    title: Shown
    description: Shown
    files: list[tuple[str, str, str, str]] = field(default_factory=list)


def answers(site: Site, downloads: Downloads) -> After:
    """Return the application of the page of the data of a site."""

    def write(_: Request, view: View, __: Form) -> bytes:
        try:
            written = downloads.written()
        except UsageError as error:
            raise RefusedError(404, [error.message]) from error
        return _page(written, view)

    return After(downloads.done, Answers(site, forms=(HTML,), write=write))


def _page(written: Written, view: View) -> bytes:
    words, about = view.words, written.data.about
    groups = [
        (key, words[f"data_{key}"], _offered((o for o in written.data.offers if o.kind == kinds), view))
        for key, kinds in (("whole", "whole"), ("tables", "table"), ("parts", "part"))
    ]
    described = [
        (words[f"data_{key}"], [_file(written.files[path], view) for path in paths])
        for key, paths in (
            ("package", (datapackage.FILE,)),
            ("context", (CONTEXT,)),
            ("catalogue", (CATALOGUE, CATALOGUE_JSONLD, WELL_KNOWN)),
            ("citation", (citation.FILE,)),
        )
        if paths[0] in written.files
    ]
    return view.render(
        "data.html",
        title=words["data"],
        path=PATH,
        groups=[group for group in groups if group[2]],
        described=described,
        digest=about.digest,
        version=about.version,
        licence=_named(about, view),
        cited=citation.cited(about, language=view.language),
        releases=[_release(released, written, view) for released in written.data.releases],
        feed=view.file(feed.FILE) if written.data.releases else None,
    ).encode()


def _named(about: About, view: View) -> tuple[str, str] | None:
    """Return the name and the address of the licence."""
    return (about.licence.name(view.language), about.licence.iri) if about.licence else None


def _offered(offers: Iterable[Offer], view: View) -> list[Offered]:
    """Return what is offered, the packings of a file together."""
    found: dict[str, Offered] = {}
    for offer in offers:
        plain = offer.file.path.removesuffix(f".{offer.packing}") if offer.packing else offer.file.path
        if plain not in found:
            found[plain] = Offered(_text(offer.titles, view), _text(offer.descriptions, view))
        found[plain].files.append(_file(offer.file, view))
    return list(found.values())


def _release(released: Released, written: Written, view: View) -> tuple[str, str, str, list[tuple[str, str, str, str]]]:
    """Return the version, the date, the digest and the files of a release: the dataset, what changed, the rest."""
    folder = f"release/{released.version}/"
    files = [file for path, file in written.files.items() if path.startswith(folder)]
    files.sort(key=lambda file: (file.path != folder + released.file.path, file.path))
    day = date(released.date.isoformat(), view.words) or released.date.isoformat()
    return str(released.version), day, released.digest, [_file(file, view) for file in files]


def _file(file: File, view: View) -> tuple[str, str, str, str]:
    name = file.path.rpartition("/")[2]
    return name, view.file(quote(file.path)), _size(file.size, view), file.sha256


def _size(size: int, view: View) -> str:
    """Return a size in the largest unit that it has one of, with a decimal where it is below ten."""
    amount, place = float(size), 0
    while amount >= 1000 and place < len(_UNITS) - 1:
        amount, place = amount / 1000, place + 1
    shown = f"{amount:.1f}" if place and amount < 10 else f"{amount:.0f}"
    return view.words[_UNITS[place]].format(number(shown, view.language))


def _text(texts: Texts, view: View) -> Shown:
    """Return a text in the language of the page, else in another."""
    order = (*dict.fromkeys([view.language, *view.languages]), *texts)
    tag = next(tag for tag in order if tag in texts)
    return Shown(texts[tag], None if tag == view.language else tag)
