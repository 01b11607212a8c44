"""Write a site as files that any web server can host: the same bytes that ``kg serve`` answers.

``…/<name>[.page<n>][.<language>].<form>``  every resource and page (see ``kg.service.addresses``)
``static/…``                               what pages load
``404.<language>.html``, …                 what servers show for what is not there, or is refused
``sitemap.xml``, ``robots.txt``            for those who index
``.htaccess``, ``rules/…``, …              what servers are told (see ``kg.service.hosting.rules``)
"""

import asyncio
import itertools
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import as_file, files
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from kg.errors import ResourceError
from kg.graph.build import Build
from kg.graph.terms import iri
from kg.lookup.usage import Usage, read_usage
from kg.project import Project
from kg.publication.before import Before, Changed
from kg.publication.beside import Beside
from kg.publication.files import File, paths_of, sums_of
from kg.publication.record import Record
from kg.service.addresses import INDEX, readings
from kg.service.app import application
from kg.service.data_page import PATH
from kg.service.data_writer import Written
from kg.service.documents import Documents
from kg.service.headers import SCRIPTED
from kg.service.hosting.apache import htaccess, w3id
from kg.service.hosting.asked import Asked
from kg.service.hosting.caddy import caddy
from kg.service.hosting.crawl import crawl
from kg.service.hosting.earlier import Earlier
from kg.service.hosting.indexing import robots, sitemaps
from kg.service.hosting.nginx import nginx
from kg.service.hosting.others import headers, redirects
from kg.service.hosting.read import Parts, Read
from kg.service.hosting.resources import Documented, Resource, Wanted, Writer, link, resources, write_resources
from kg.service.hosting.rules import Hosting
from kg.service.hosting.values import ANSWER, DOCUMENTED, INFERRED, Values
from kg.service.names import Names, Shown
from kg.service.negotiation import FORMS
from kg.service.scripts import bundle, folder_of_scripts
from kg.service.shelf import Shelf
from kg.service.site import Site
from kg.service.view import view_at
from kg.service.wordings import WORDINGS, spoken

SEEDS = (
    *(f"{path}.{{language}}.html" for path in ("query", "search", "vocabulary", "sparql", INDEX)),
    "sparql/terms.{language}.json",
)
"""The pages and files that the crawl begins with."""
_OF_DATA = ("data/", "release/")
_WORKERS = 1  # pages are asked for one after another
_FEW = 100  # resources, for which no other process is begun
_FAILED = 500  # the least status of an answer that failed here
_TOLD = 100  # resources between two words on how far we are


def _needs_data(path: str) -> bool:
    """Tell whether a page says something of the data, which may not be written yet."""
    return path.partition(".")[0] in (INDEX, PATH)


def _read_usage(build: Build, project: Project) -> Usage:
    """Return how terms are used, by a connection of its own."""
    ours = Build(build.folder)
    usage = read_usage(ours, project=project)
    ours.graph.engine.close()
    return usage


class _Read(NamedTuple):
    """What is read of a build of which there is a record."""

    record: Record
    shelf: Shelf
    found: Sequence[Resource]
    left_out: Sequence[str]
    written: Parts

    @property
    def remembered(self) -> Read:
        return Read(self.shelf.remembered(), self.found, self.left_out, self.written)

    def read_inferred(self) -> None:
        """Read what was inferred, unless it is known: of the large resources, that of which most changes are some."""
        documents = self.shelf.documents
        if documents.project.inferred_graph not in documents.seen.large:
            documents.pages(documents.project.inferred_graph)


class HostedSite:
    """A site to be written as files.

    ``left_out`` are the IRIs of the resources that no file can be. What was read of the build before is not read again,
    as far as it is the same: ``after`` is the site that was written then, if it is at hand.
    """

    def __init__(
        self,
        project: Project,
        build: Build,
        progress: Callable[[str], None] = lambda _: None,
        *,
        after: "HostedSite | None" = None,
    ) -> None:
        self._project = project
        self._build = build
        self._site = Site(project, build)
        self._progress = progress
        self._languages = spoken(project.languages)
        self.left_out: Sequence[str] = ()
        self._read: _Read | None = after._read if after else None

    def identity(self, base: str) -> str:
        """Return a digest of what pages come from besides the graph: the program, settings, queries and shapes."""
        libraries = [version(name) for name in ("jinja2", "markupsafe", "pyoxigraph", "starlette")]
        come_from = [self._site.sources, base, *libraries, sys.version, repr(bundle(folder_of_scripts()))]
        return sha256("\n".join(come_from).encode()).hexdigest()

    def write(self, root: Path, base: str, data: Beside, record: Record, changed: Changed | None) -> list[File]:
        """Write the files below ``root``, where the data will be, to be hosted at ``base``.

        Those of the publication before are kept that would be written as they are. Return those that are of no unit of
        the record.
        """
        answers = Asked(self._site)
        earlier = None
        if changed:
            self._progress("what has changed")
            earlier = Earlier(changed, record, build=self._build, project=self._project)
        beside = ThreadPoolExecutor(1)
        reads_terms = earlier is None or earlier.reads_terms
        usage = beside.submit(_read_usage, self._build, self._project) if reads_terms else None
        with ExitStack() as linking:
            if earlier:
                linking.enter_context(earlier.linking(root))
                answers.ask(earlier.queries())
            read = self._begin(record, earlier, usage)
            if usage:
                beside.submit(lambda: read.shelf.vocabulary)
            beside.shutdown(wait=False)
            return self._write(root, base, data, earlier, Values(self._site, read.shelf, answers), read)

    def _begin(self, record: Record, earlier: Earlier | None, usage: Future[Usage] | None) -> _Read:
        """Read what is not known of the build before, or is when it is asked for."""
        self._progress("the addresses")
        documents = Documents(self._build, project=self._project, remembers=True)
        read = self._of_before(earlier.before) if earlier else None
        if earlier and read and earlier.same_resources(read.found, documents):
            found, left_out = read.found, read.left_out
        else:
            found, left_out = resources(documents)
        if earlier:
            shelf = earlier.shelf(documents, read.remembered if read else None, usage)
        else:
            shelf = Shelf(documents, usage=usage)
        return _Read(record, shelf, found, left_out, read.written if read else {})

    def _write(
        self, root: Path, base: str, data: Beside, earlier: Earlier | None, values: Values, read: _Read
    ) -> list[File]:
        record, shelf, found, self.left_out, _ = read
        names = [resource.iri for resource in found if resource.successor is None]
        anew = list(map(Wanted, names))
        if earlier:
            earlier.compare(values)
            anew = earlier.keep_pages(names)
        writer = Writer(self._site, shelf, root)
        written = list(self._static(writer))
        with ThreadPoolExecutor(1) as beside:  # other processes write the resources
            of_resources = beside.submit(self._resources, anew, shelf, writer, data)
            known = {resource.path for resource in found}
            written += asyncio.run(self._pages(writer, shelf, data, known, record, earlier))
            self._compute(values, record, {f"{DOCUMENTED}{token[1:-1]}" for token in shelf.documented})
            for page in of_resources.result():
                record.add(page.unit, page.files, page.reads)
                if page.value:
                    record.add_value(*page.value)
        self._compute(values, record)
        written += self._moved(writer, shelf.documents, found)
        written += self._refusals(writer, urlsplit(base).path)
        in_languages = tuple(f".{tag}.html" for tag in self._languages)
        pages = [path for path in paths_of(record.sums() + sums_of(written)) if path.endswith(in_languages)]
        hosting = self._hosting(shelf.documents, found, pages, base)
        texts = {
            ".htaccess": htaccess(hosting),
            "_headers": headers(hosting),
            "_redirects": redirects(hosting),
            "robots.txt": robots(base),
            "rules/Caddyfile": caddy(hosting),
            "rules/nginx.conf": nginx(hosting),
            "w3id/.htaccess": w3id(hosting),
            **sitemaps([page for page in pages if not page.startswith("40")], base=base),
        }
        self._read = read
        return [*data.written.files, *written, *(writer.put(path, text.encode()) for path, text in texts.items())]

    def _of_before(self, before: Before) -> Read | None:
        """Return what was read for the publication before, if it is known."""
        if self._read and self._read.record is before.record:
            return self._read.remembered
        return Read.of(before.folder, project=self._project)

    def _static(self, writer: Writer) -> Iterator[File]:
        """Write what pages load."""
        with as_file(files("kg.service") / "static") as folder:
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                yield writer.put(f"static/{path.relative_to(folder).as_posix()}", path.read_bytes())

    def _resources(self, wanted: Sequence[Wanted], shelf: Shelf, writer: Writer, data: Beside) -> list[Documented]:
        """Write the documents of resources."""
        if len(wanted) <= _FEW:
            return [page for one in wanted for page in writer.write(one)]
        _ = data.written  # not all processes at once, for the memory
        written: dict[str, list[Documented]] = {}
        for count, pages in enumerate(write_resources(wanted, site=self._site, shelf=shelf, root=writer.root), 1):
            written.update((page.iri, pages) for page in pages)
            if count % _TOLD == 0:
                self._progress(f"{count:,} of {len(wanted):,} resources")
        return [page for one in wanted for page in written.get(one.iri, ())]

    def _compute(self, values: Values, record: Record, notes: Iterable[str] = ()) -> None:
        """Compute what notes ask for, and those of the record, if it is not there."""
        for computed in values.of({INFERRED, *record.notes(values.kinds), *notes} - record.values.keys()):
            record.add_value(*computed)
        if unread := {note for note in record.values if note[0] == ANSWER} - record.patterns.keys():
            from kg.graph.patterns import patterns  # which takes a quarter of a second to read
        for note in unread:
            record.patterns[note] = patterns(note.removeprefix(ANSWER), base=self._project.base)

    def prepare(self, record: Record) -> None:
        """Read of the build, of which there is a ``record``, what the next is compared with, while there is time."""
        if self._read is None or self._read.record is not record:
            documents = Documents(self._build, project=self._project, remembers=True)
            found, self.left_out = resources(documents)
            self._read = _Read(record, Shelf(documents), found, self.left_out, {})
        shelf = self._read.shelf
        _ = shelf.things, shelf.vocabulary
        self._read.read_inferred()

    def leave(self, made: Before) -> None:
        """Leave what was read for whoever publishes after what was ``made`` of it."""
        if self._read and self._read.record is made.record:
            self._read.read_inferred()
            self._read.remembered.write(made.folder, project=self._project)

    async def _pages(
        self,
        writer: Writer,
        shelf: Shelf,
        data: Beside,
        known: set[str],
        record: Record,
        earlier: Earlier | None,
    ) -> list[File]:
        """Write the pages that are of no resource: what can be reached from the first page.

        Return the files that are of no unit of the record.
        """
        root = writer.root

        def of_data() -> Written:
            return Written(root, data.written.data, {file.path: file for file in data.written.files})

        app = application(self._site, workers=_WORKERS, written=of_data, shelf=shelf, at_once=False)
        written: list[File] = []
        count = itertools.count(1)

        @cache
        def of_resource(path: str) -> bool:
            return any(reading.stem in known for reading in readings(path, self._languages))

        def wanted(path: str) -> bool:
            if earlier and earlier.waits(path):
                return True
            return not (path.startswith(_OF_DATA) or of_resource(path) or writer.has(path))

        def kept(path: str) -> Iterable[str] | None:
            if earlier is None or not (unit := earlier.keep(path)):
                return None
            written.extend(self._named(writer, unit.files[0], earlier))
            return unit.links

        seeds = [seed.format(language=language) for seed in SEEDS for language in self._languages]
        async with app.router.lifespan_context(app):
            async for page in crawl(app, seeds, wanted=wanted, kept=kept, late=_needs_data):
                if page.answer.status >= _FAILED:
                    raise ResourceError(
                        f"no answer to /{page.path} ({page.answer.status}): the machine has no time for it"
                    )
                if page.answer.status == 200 and not writer.has(page.path):
                    file = writer.put(page.path, page.answer.body)
                    written.extend(self._named(writer, file, earlier))
                    if page.reads is None:
                        written.append(file)
                    else:
                        links = [path for path in page.links if not of_resource(path)]
                        record.add(page.path, [file], page.reads, links)
                    self._progress(f"{next(count):,} pages and lists")
        return written

    def _named(self, writer: Writer, file: File, earlier: Earlier | None) -> Iterator[File]:
        """Give a page of the first language also the name that has none."""
        path = file.path
        *_, named = [None, *readings(path, self._languages)]
        if named and named.language == self._languages[0]:
            plain = path.removesuffix(f".{named.language}.{named.suffix}") + f".{named.suffix}"
            if earlier:
                earlier.leave_out(plain)
            if not writer.has(plain):
                yield link(file, plain, root=writer.root)

    def _moved(self, writer: Writer, documents: Documents, found: Sequence[Resource]) -> Iterator[File]:
        """Write pages that send on, for hosts that do not: from what is deprecated to what replaces it."""
        for resource in found:
            if resource.successor is None:
                continue
            for language in self._languages:
                view = view_at(resource.path, language, self._site)
                name = Names(documents, view).shown(iri(resource.successor))
                target = Shown(name.text, name.language, name.href or resource.successor)
                page = view.render("moved.html", title=view.words["moved"], path=None, target=target).encode()
                yield writer.put(f"{resource.path}.{language}.html", page)
                if language == self._languages[0]:
                    yield writer.put(f"{resource.path}.html", page)

    def _refusals(self, writer: Writer, base_path: str) -> Iterator[File]:
        """Write what servers show for what is not there or not allowed; its links begin at the path of the site."""
        for language in self._languages:
            words = WORDINGS[language]
            view = replace(view_at("", language, self._site), root=base_path.rstrip("/"))
            for status in ("404", "405"):
                page = view.render("problem.html", title=words[status], path=None, lines=()).encode()
                file = writer.put(f"{status}.{language}.html", page)
                yield file
                if language == self._languages[0]:
                    yield writer.put(f"{status}.html", page)
            lines = "".join(f"{line}\n" for line in (words["406"], *(form.media_type for form in FORMS)))
            yield writer.put(f"406.{language}.txt", lines.encode())

    def _hosting(self, documents: Documents, found: Sequence[Resource], pages: Sequence[str], base: str) -> Hosting:
        own = {resource.path.partition("/")[0] for resource in found}
        tops = {page.partition("/")[0].partition(".")[0] for page in pages}
        return Hosting(
            base=base,
            languages=self._languages,
            pages=sorted(tops - own),
            documents=[name.removeprefix(documents.origin) for name in documents.fragments()],
            moved={r.path: documents.address(r.successor) or r.successor for r in found if r.successor},
            gone=[r.path for r in found if r.is_deprecated and not r.successor],
            scripted=("sparql", "query", *(query.name for query in self._site.pictures)),
            policy=SCRIPTED,
            license=documents.license,
        )
