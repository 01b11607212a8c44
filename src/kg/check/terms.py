"""Terms that nothing defines, deprecated terms, and IRIs that are none."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rdflib import namespace

from kg.check.problem import Problem
from kg.check.sources import Sources
from kg.errors import suggestion
from kg.graph.terms import OWL, RDF, RDFS, TYPE, parse
from kg.project import Project
from kg.source.reader import home_of

_SPACES = (namespace.OWL, namespace.RDF, namespace.RDFS, namespace.SKOS, namespace.SH, namespace.XSD)
VOCABULARIES = {str(space): {str(term) for term in dir(space)} for space in _SPACES}
"""Vocabularies whose misspelling is silent: a wrong sh: or owl: term simply does nothing."""
VOCABULARIES[str(namespace.SH)] |= {f"{namespace.SH}{word}" for word in ("and", "class", "in", "not", "or")}
_MEMBER = re.compile(re.escape(RDF) + r"_[1-9][0-9]*")
_KINDS = {
    f"<{space}{kind}>"
    for space, kinds in {
        OWL: ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty"),
        RDFS: ("Class", "Datatype"),
        RDF: ("Property",),
    }.items()
    for kind in kinds
}
_DEPRECATED = f"<{OWL}deprecated>"
_REPLACED = ("<http://purl.org/dc/terms/isReplacedBy>", f"<{RDFS}seeAlso>")
_CLOSED = tuple(VOCABULARIES)
_NAMING = {
    TYPE,
    *(f"<{RDFS}{name}>" for name in ("domain", "range", "subClassOf", "subPropertyOf")),
    *(f"<{namespace.SH}{name}>" for name in ("class", "path", "targetClass", "targetObjectsOf", "targetSubjectsOf")),
}
"""Predicates whose objects are terms; without settings, those of others may be described anywhere."""
SCHEMES = frozenset(
    {"about", "acct", "ark", "data", "did", "doi", "file", "ftp", "geo", "git", "hdl", "http", "https", "info", "ipfs"}
    | {"isbn", "ldap", "mailto", "news", "oid", "orcid", "s3", "sftp", "sip", "sms", "ssh", "svn", "tag", "tel", "urn"}
    | {"uuid", "ws", "wss", "xmpp"}
)
"""Schemes of IRIs in use; another is more often a prefix that was not declared, or a slip."""


@dataclass(frozen=True)
class Terms:
    """What is known of terms: those of each namespace that is closed, and those deprecated with their successors."""

    known: dict[str, set[str]]
    deprecated: dict[str, str | None]

    @classmethod
    def of(cls, sources: Sources) -> "Terms":
        """Return the terms of RDF, RDFS, OWL, SKOS, SHACL and XSD, and those that the files define."""
        rows = [row for rows in sources.within(sources.project.ontology).values() for row in rows]
        typed = {s[1:-1] for _, s, p, o in rows if p == TYPE and (sources.settled or o in _KINDS) and s[0] == "<"}
        whole = sources.whole(sources.project.ontology)  # what an unread file defines is not known
        own = {iri[: iri.index("#") + 1] for iri in typed if "#" in iri} if whole else set()
        everything = [row for rows in sources.quads.values() for row in rows]
        subjects = typed | {s[1:-1] for _, s, p, _ in everything if p == TYPE and not sources.settled}
        known = VOCABULARIES | {
            space: {iri for iri in subjects if iri.startswith(space)} for space in own - VOCABULARIES.keys()
        }
        old = {s for _, s, p, o in everything if p == _DEPRECATED and o.startswith('"true"')}
        successors = {s: o for p_ in reversed(_REPLACED) for _, s, p, o in everything if s in old and p == p_}
        return cls(known, {term: successors.get(term) for term in old})

    def unknown(self, iri: str, project: Project) -> tuple[str, str] | None:
        """Return the name of a term that its namespace does not have and a suggestion, or None."""
        space = next((space for space in self.known if iri.startswith(space)), None)
        if space is None or iri in self.known[space] or iri == space or _MEMBER.fullmatch(iri):
            return None
        short = project.compact(iri)
        return short, suggestion(short, {project.compact(term) for term in self.known[space]})


def terms(sources: Sources, known: Terms) -> Iterator[Problem]:
    """Yield terms that RDF, RDFS, OWL, SKOS, SHACL, XSD or our own vocabulary do not have, and deprecated ones."""
    project = sources.project
    for file, rows in sources.quads.items():
        seen: set[str] = set()
        for _, s, p, o in rows:
            for part, token in ((1, p), (2, o)):
                iri = (parse(token).datatype or "") if token[:1] == '"' else token[1:-1]
                if iri in seen or (part == 2 and not (sources.settled or p in _NAMING or iri.startswith(_CLOSED))):
                    continue
                seen.add(iri)
                if wrong := known.unknown(iri, project):
                    yield Problem(file, "unknown-term", wrong, sources.find(file, part, s=s, p=p, o=o))
        for _, s, p, o in rows:
            for part, token in ((1, p), (2, o)):
                if token in known.deprecated and s not in known.deprecated:
                    successor = known.deprecated[token]
                    instead = f" Use {project.compact(successor[1:-1])}" if successor else ""
                    span = sources.find(file, part, s=s, p=p, o=o)
                    yield Problem(file, "deprecated-term", (project.compact(token[1:-1]), instead), span)


def iris(sources: Sources) -> Iterator[Problem]:
    """Yield IRIs of no known scheme, prefixed names taken for IRIs, and those that the settings do not allow."""
    project = sources.project
    for file, rows in sources.quads.items():
        named = not home_of(sources.paths[file], project=project)
        seen: set[str] = set()
        for g, s, p, o in rows:
            if named and g not in seen:
                seen.add(g)
                if wrong := _wrong(g, project):
                    yield Problem(file, *wrong, sources.graph(file, g))
            for part, token in enumerate((s, p, o)):
                if token not in seen:
                    seen.add(token)
                    if wrong := _wrong(token, project):
                        yield Problem(file, *wrong, sources.find(file, part, s=s, p=p, o=o))


def _wrong(token: str, project: Project) -> tuple[str, tuple[str, ...]] | None:
    """Return the code of what is wrong with an IRI and the values of its message; None for what is right or none."""
    if token[:1] != "<":
        return None
    iri = token[1:-1]
    scheme, *_ = iri.partition(":")
    if scheme.lower() not in SCHEMES:
        if scheme in project.prefixes:
            return "name-in-brackets", (token,)
        return "unknown-scheme", (scheme, token, suggestion(scheme, SCHEMES))
    if project.iris and iri.startswith(project.base) and not re.fullmatch(project.iris, iri[len(project.base) :]):
        return "iri-policy", (project.compact(iri),)
    return None
