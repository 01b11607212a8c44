"""Answers of queries, by another process, beside what asks for them."""

import asyncio
import hashlib
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

from kg.graph.results import Kind
from kg.service.site import Site
from kg.service.turns import Turns
from kg.service.worker import Question
from kg.service.workers import Pool, settings_of

_FORMS: Mapping[Kind, tuple[str, str] | None] = {
    "solutions": ("json", "application/sparql-results+json"),
    "boolean": ("json", "application/sparql-results+json"),
    "graph": ("nt", "application/n-triples"),
}


class Asked:
    """The digests of answers of queries to a site, each asked within the limits of a query."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._asking: dict[str, Future[Mapping[str, str]]] = {}

    def ask(self, queries: Iterable[str]) -> None:
        """Begin to ask those that have not been asked."""
        anew = [query for query in queries if query not in self._asking]
        if anew:
            thread = ThreadPoolExecutor(1)
            self._asking |= dict.fromkeys(anew, thread.submit(asyncio.run, self._answers(anew)))
            thread.shutdown(wait=False)

    def digest(self, query: str) -> str | None:
        """Return the digest of the answer of a query that was asked; None when it may be another the next time."""
        return self._asking[query].result().get(query)

    async def _answers(self, queries: Iterable[str]) -> Mapping[str, str]:
        digests = {}
        pool = Pool(settings_of(self._site), workers=1, turns=Turns(workers=1))
        async with pool.open():
            for query in queries:
                question = Question(query, "", self._site.project.base, dict(_FORMS), [], [])
                async with pool.answer(question, client="") as answer:
                    if answer.reply.status == 200 and not answer.reply.volatile:
                        digests[query] = digest(answer.file.read_bytes())
        return digests


def digest(value: bytes) -> str:
    """Return a short digest."""
    return hashlib.sha256(value).hexdigest()[:32]
