"""Terms and concepts of the ontology without one label and one definition in each language."""

from collections import defaultdict
from collections.abc import Iterator

from kg.check.problem import Problem
from kg.check.sources import Sources
from kg.graph.terms import OWL, RDFS, SKOS, TYPE, parse

_LABELS = (f"<{RDFS}label>", f"<{SKOS}prefLabel>")
_DEFINITION = f"<{SKOS}definition>"
_KINDS = {f"<{OWL}{kind}>" for kind in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")} | {
    f"<{SKOS}Concept>",
    f"<{SKOS}ConceptScheme>",
}


def wordings(sources: Sources) -> Iterator[Problem]:
    """Yield what has no label or definition in a language of the project, or several."""
    if not sources.whole(sources.project.ontology):  # an unread file may have them
        return
    kinds: defaultdict[str, set[str]] = defaultdict(set)
    homes: dict[str, str] = {}
    texts: defaultdict[tuple[str, str], list[str | None]] = defaultdict(list)
    for file, rows in sources.within(sources.project.ontology).items():
        for _, s, p, o in rows:
            if p == TYPE and s.startswith("<"):
                kinds[s].add(o)
                homes.setdefault(s, file)
            elif p in _LABELS or p == _DEFINITION:
                texts[s, "label" if p in _LABELS else "definition"].append(parse(o).language)
    for subject, types in kinds.items():
        if not types & _KINDS and not any(f"<{OWL}Class>" in kinds.get(kind, ()) for kind in types):
            continue
        for what in ("label", "definition"):
            for language in sources.project.languages:
                if (count := texts[subject, what].count(language)) != 1:
                    code = f"no-{what}" if count == 0 else f"several-{what}s"
                    span = sources.find(homes[subject], 0, s=subject)
                    yield Problem(homes[subject], code, (sources.project.compact(subject[1:-1]), language), span)
