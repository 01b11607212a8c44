"""Write a site as files that any web server can host: the same bytes that ``kg serve`` answers.

``…/<name>[.page<n>][.<language>].<form>``  every resource and page (see ``kg.service.addresses``)
``static/…``                               what pages load
``404.<language>.html``, …                 what servers show for what is not there, or is refused
``sitemap.xml``, ``robots.txt``            for those who index
``.htaccess``, ``rules/…``, …              what servers are told (see ``kg.service.hosting.rules``)
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path
from urllib.parse import urlsplit

from kg.graph.build import Build
from kg.graph.terms import iri
from kg.project import Project
from kg.publication.data import Data
from kg.publication.dumps import File
from kg.publication.publish import files_of
from kg.service.addresses import INDEX, readings
from kg.service.app import application
from kg.service.data_writer import Written
from kg.service.documents import Documents
from kg.service.headers import SCRIPTED
from kg.service.hosting.apache import htaccess, w3id
from kg.service.hosting.caddy import caddy
from kg.service.hosting.crawl import Answer, crawl
from kg.service.hosting.indexing import robots, sitemaps
from kg.service.hosting.nginx import nginx
from kg.service.hosting.others import headers, redirects
from kg.service.hosting.resources import Resource, Writer, link, resources, write_resources
from kg.service.hosting.rules import Hosting
from kg.service.names import Names, Shown
from kg.service.negotiation import FORMS
from kg.service.site import Site
from kg.service.view import view_at
from kg.service.wordings import WORDINGS, spoken

SEEDS = (f"{INDEX}.{{language}}.html", "sparql/terms.{language}.json")
"""The pages and files that the crawl begins with."""
_WORKERS = 2


class HostedSite:
    """A site to be written as files; ``left_out`` are the IRIs of the resources that no file can be."""

    def __init__(self, project: Project, build: Build, progress: Callable[[str], None] = lambda _: None) -> None:
        self._project = project
        self._build = build
        self._site = Site(project, build)
        self._progress = progress
        self._languages = spoken(project.languages)
        self.left_out: Sequence[str] = ()

    def write(self, root: Path, base: str, data: Data) -> list[File]:
        """Write the files below ``root``, where the data are, to be hosted at ``base``; return all that is there."""
        there = files_of(root)
        self._written = Written(root, data, {file.path: file for file in there})
        self._progress("the addresses")
        documents = Documents(self._build, project=self._project)
        found, self.left_out = resources(documents)
        writer = Writer(self._site, documents, root)
        written = list(self._static(writer))
        with ThreadPoolExecutor(1) as beside:  # other processes write the resources
            of_resources = beside.submit(self._resources, found, root)
            written += asyncio.run(self._pages(writer, root, {resource.path for resource in found}))
            written += of_resources.result()
        written += self._moved(writer, documents, found)
        written += self._refusals(writer, urlsplit(base).path)
        pages = [file.path for file in written if file.path.endswith(tuple(f".{tag}.html" for tag in self._languages))]
        hosting = self._hosting(documents, found, pages, base)
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
        return [*there, *written, *(writer.put(path, text.encode()) for path, text in texts.items())]

    def _static(self, writer: Writer) -> Iterator[File]:
        """Write what pages load."""
        with as_file(files("kg.service") / "static") as folder:
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                yield writer.put(f"static/{path.relative_to(folder).as_posix()}", path.read_bytes())

    def _resources(self, found: Sequence[Resource], root: Path) -> list[File]:
        done = 0

        def told(count: int) -> None:
            nonlocal done
            done += count
            self._progress(f"{done:,} of {len(found):,} resources")

        return write_resources(self._build, found, project=self._project, root=root, told=told)

    async def _pages(self, writer: Writer, root: Path, known: set[str]) -> list[File]:
        """Write the pages that are of no resource: what can be reached from the first page."""
        app = application(self._site, workers=_WORKERS, written=self._written)
        written: list[File] = []

        def wanted(path: str) -> bool:
            of_resource = any(reading.stem in known for reading in readings(path, self._languages))
            return not of_resource and not (root / path).exists()

        seeds = [seed.format(language=language) for seed in SEEDS for language in self._languages]
        async with app.router.lifespan_context(app):
            async for path, answer in crawl(app, seeds, wanted=wanted):
                if answer.status == 200 and not (root / path).exists():
                    written += self._put(writer, root, path, answer)
                    self._progress(f"{len(written):,} pages and lists")
        return written

    def _put(self, writer: Writer, root: Path, path: str, answer: Answer) -> Iterator[File]:
        """Write a page; in the first language also under the name that has none."""
        file = writer.put(path, answer.body)
        yield file
        *_, named = [None, *readings(path, self._languages)]
        if named and named.language == self._languages[0]:
            plain = path.removesuffix(f".{named.language}.{named.suffix}") + f".{named.suffix}"
            if not (root / plain).exists():
                yield link(file, plain, root=root)

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
