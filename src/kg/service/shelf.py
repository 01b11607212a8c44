"""What of a site is read once: its documents, its things, its vocabularies, and what they are called."""

from collections.abc import Collection, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from types import MappingProxyType

from kg.lookup.usage import Usage
from kg.service.documents import Documents
from kg.service.index import Index
from kg.service.names import Called, Names
from kg.service.things import Things
from kg.service.view import View
from kg.service.vocabulary import Vocabulary
from kg.service.wholes import Seen
from kg.source.reader import Quad

_VIEWS = 8  # in which names are remembered


class Shelf:
    """The documents of a site, its things and its vocabularies, read once: by ``read``, or by who asks first.

    Another process may have read them: ``things`` and ``vocabulary``; or an earlier one which IRIs are ``documented``
    by these. ``usage`` is that of terms, if it is being read; ``like`` is a vocabulary with the same shapes and saved
    queries, and ``called`` what things are called, by the root of a view and its language.
    """

    def __init__(
        self,
        documents: Documents,
        *,
        things: Things | None = None,
        vocabulary: Vocabulary | None = None,
        documented: frozenset[str] | None = None,
        usage: Future[Usage] | None = None,
        like: Vocabulary | None = None,
        called: Mapping[tuple[str, str], Called] = MappingProxyType({}),
    ) -> None:
        self.documents = documents
        self._documented = documented
        self._usage = usage
        self._like = like
        self._called = called
        if things:
            self._things = things
        if vocabulary:
            self._vocabulary = vocabulary
        self._names: dict[View, Names] = {}
        self._reading, self._reading_terms, self._naming = Lock(), Lock(), Lock()

    def read(self) -> None:
        """Read the things and the vocabularies, and index names."""
        _ = self.index, self.vocabulary

    def remembered(self) -> "Remembered":
        """Return what has been read, for the next build."""
        read = vars(self)
        called = dict(self._called) | {_key(view): names.called for view, names in self._names.items()}
        return Remembered(read.get("_things"), read.get("_vocabulary"), self.documents.seen, called)

    def names(self, view: View) -> Names:
        """Return the names in a view; those of a list are those of others too."""
        with self._naming:
            names = self._names.pop(view, None) or Names(self.documents, view, self._called.get(_key(view)))
            self._names[view] = names
            if len(self._names) > _VIEWS:
                del self._names[next(iter(self._names))]
        return names

    @property
    def things(self) -> Things:
        """The things; whoever asks before they are read waits."""
        with self._reading:
            return self._things

    @property
    def index(self) -> Index:
        """The index of their names."""
        with self._reading:
            return self._index

    @property
    def vocabulary(self) -> Vocabulary:
        """The graph's own terms and shapes."""
        with self._reading_terms:
            return self._vocabulary

    @property
    def documented(self) -> frozenset[str]:
        """The terms, the shapes, and the documents of some."""
        return self.vocabulary.documented if self._documented is None else self._documented

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        usage = self._usage.result() if self._usage else None
        return Vocabulary(self.documents.build(), project=self.documents.project, like=self._like, usage=usage)

    @cached_property
    def _things(self) -> Things:
        return Things(self.documents)

    @cached_property
    def _index(self) -> Index:
        return Index((n, name.text) for n, names in enumerate(self._things.names) for name in names)


@dataclass(frozen=True)
class Remembered:
    """What was read of a build, as far as it was."""

    things: Things | None
    vocabulary: Vocabulary | None
    seen: Seen
    called: Mapping[tuple[str, str], Called]

    def shelf(
        self,
        documents: Documents,
        quads: Collection[Quad],
        *,
        same_classes: bool,
        documented: frozenset[str] | None,
        same_terms: bool,
        usage: Future[Usage] | None,
    ) -> Shelf:
        """Return the shelf of a build that differs in some quads, none of them of shapes, blank nodes or queries.

        What is the same is not read again: what other things are called; other things, where all are of the
        ``same_classes``; no vocabulary either, where it has the ``same_terms``, documented as they were.
        """
        subjects = {s for _, s, _, _ in quads}
        documents.keep(self.seen, quads)
        return Shelf(
            documents,
            things=self.things.after(documents, subjects) if same_classes and self.things else None,
            vocabulary=self.vocabulary if same_terms else None,
            documented=documented,
            usage=usage,
            like=self.vocabulary,
            called={key: called.but(subjects) for key, called in self.called.items()},
        )


def _key(view: View) -> tuple[str, str]:
    return view.root, view.language
