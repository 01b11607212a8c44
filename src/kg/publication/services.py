"""Say where a dataset answers SPARQL: a data service of DCAT-AP 3.0.1 (section 7.8)."""

from kg.graph.terms import iri, literal
from kg.publication.triples import DCAT, DCT, VOID, Triples

_SPECIFICATION = "https://www.w3.org/TR/sparql11-protocol/"
_TITLES = {"en": "SPARQL endpoint", "fr": "Point d'accès SPARQL"}
# What a service shares with the dataset that it serves.
_SHARED = tuple(
    iri(name)
    for name in (
        *(f"{DCAT}{n}" for n in ("contactPoint", "keyword", "landingPage", "theme")),
        *(f"{DCT}{n}" for n in ("accessRights", "creator", "language", "license", "publisher")),
    )
)


def serve(triples: Triples, *, catalog: str, dataset: str, endpoint: str) -> None:
    """Add the service that answers SPARQL at ``endpoint``, and describes itself there, to a catalogue."""
    service = f"{dataset}/sparql"
    shared = [(p, o) for s, p, o in triples if s == iri(dataset) and p in _SHARED]
    triples.add(catalog, f"{DCAT}service", iri(service))
    triples.type(service, f"{DCAT}DataService")
    triples.add(service, f"{DCT}title", *(literal(text, language=tag) for tag, text in _TITLES.items()))
    triples.add(service, f"{DCAT}endpointURL", iri(endpoint))
    triples.add(service, f"{DCAT}endpointDescription", iri(endpoint))
    triples.add(service, f"{DCAT}servesDataset", iri(dataset))
    triples.add(service, f"{DCT}conformsTo", iri(_SPECIFICATION))
    triples.type(_SPECIFICATION, f"{DCT}Standard")
    triples.extend((iri(service), p, o) for p, o in shared)
    triples.add(dataset, f"{VOID}sparqlEndpoint", iri(endpoint))
