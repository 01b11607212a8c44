"""What the endpoint says of itself: a service description (SPARQL 1.1 Service Description)."""

from kg.graph.results import write_graph
from kg.service.site import Site

SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
# https://www.w3.org/ns/formats/
_FORMATS = (
    *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
    *("Turtle", "JSON-LD", "N-Triples", "RDF_XML", "TriG"),
)


def describe(site: Site, *, address: str, format: str) -> bytes:
    """Return the description of the endpoint at ``address`` in a format of graphs."""
    endpoint = f"<{address}>"
    triples = [
        ("_:service", f"{_RDF}type", f"<{SD}Service>"),
        ("_:service", f"{SD}endpoint", endpoint),
        ("_:service", f"{SD}supportedLanguage", f"<{SD}SPARQL11Query>"),
        *(("_:service", f"{SD}resultFormat", f"<http://www.w3.org/ns/formats/{name}>") for name in _FORMATS),
        ("_:service", f"{SD}defaultDataset", "_:dataset"),
        ("_:dataset", f"{_RDF}type", f"<{SD}Dataset>"),
        ("_:dataset", f"{SD}defaultGraph", "_:graph"),
        ("_:graph", f"{_RDF}type", f"<{SD}Graph>"),
        ("_:graph", f"{VOID}triples", f'"{site.build.manifest["quads"]["default"]}"^^<{_XSD}integer>'),
    ]
    text = "".join(f"{s} <{p}> {o} .\n" for s, p, o in triples)
    return write_graph(text, format=format, prefixes={"sd": SD, "void": VOID, "xsd": _XSD})
