"""What of a site is read once: its documents, its things, its vocabularies, and what they are called."""

from collections.abc import Collection
from functools import cached_property
from threading import Lock

from kg.service.documents import Documents
from kg.service.index import Index
from kg.service.names import Names
from kg.service.things import Things
from kg.service.view import View
from kg.service.vocabulary import Vocabulary
from kg.source.reader import Quad

_VIEWS = 8  # in which names are remembered


class Shelf:
    """The documents of a site, its things and its vocabularies, read once: by ``read``, or by who asks first.

    Another process may have read them: ``things`` and ``vocabulary``; or an earlier one which IRIs are ``documented``
    by these.
    """

    def __init__(
        self,
        documents: Documents,
        *,
        things: Things | None = None,
        vocabulary: Vocabulary | None = None,
        documented: frozenset[str] | None = None,
    ) -> None:
        self.documents = documents
        self._documented = documented
        self._like: Vocabulary | None = None
        if things:
            self._things = things
        if vocabulary:
            self._vocabulary = vocabulary
        self._names: dict[View, Names] = {}
        self._reading, self._reading_terms, self._naming = Lock(), Lock(), Lock()

    def read(self) -> None:
        """Read the things and the vocabularies, and index names."""
        _ = self.index, self.vocabulary

    def after(
        self,
        documents: Documents,
        quads: Collection[Quad],
        *,
        same_classes: bool,
        documented: frozenset[str] | None,
        same_terms: bool,
    ) -> "Shelf":
        """Return the shelf of a build that differs in some quads, none of them of shapes, blank nodes or queries.

        Of what this one has read, what is the same is not read again: what other things are called; other things, where
        all are of the ``same_classes``; no vocabulary either, where it has the ``same_terms``, documented as they were.
        """
        read = vars(self)
        subjects = {s for _, s, _, _ in quads}
        shelf = Shelf(
            documents,
            things=self._things.after(documents, subjects) if same_classes and "_things" in read else None,
            vocabulary=read.get("_vocabulary") if same_terms else None,
            documented=documented,
        )
        shelf._like = read.get("_vocabulary")
        documents.keep(self.documents, quads)
        shelf._names.update((view, names.of(documents, but=subjects)) for view, names in self._names.items())
        return shelf

    def names(self, view: View) -> Names:
        """Return the names in a view; those of a list are those of others too."""
        with self._naming:
            names = self._names.pop(view) if view in self._names else Names(self.documents, view)
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
        return Vocabulary(self.documents.build(), project=self.documents.project, like=self._like)

    @cached_property
    def _things(self) -> Things:
        return Things(self.documents)

    @cached_property
    def _index(self) -> Index:
        return Index((n, name.text) for n, names in enumerate(self._things.names) for name in names)
