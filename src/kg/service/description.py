"""What the endpoint says of itself: a service description (SPARQL 1.1 Service Description) and a plain form."""

from kg.graph.results import write_graph
from kg.service.site import Site
from kg.service.view import View

SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
# https://www.w3.org/ns/formats/
_FORMATS = (
    *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
    *("Turtle", "JSON-LD", "N-Triples", "RDF_XML", "TriG"),
)
_EXAMPLE = "SELECT ?class (COUNT(?thing) AS ?things) { ?thing a ?class } GROUP BY ?class ORDER BY DESC(?things)"


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


def form(site: Site, view: View) -> bytes:
    """Return a page with a form that asks a query; it needs no script."""
    page = view.render(
        "endpoint.html",
        title=view.words["endpoint"],
        path="sparql",
        example=_EXAMPLE,
        formats=("csv", "json", "xml", "tsv", "turtle", "jsonld", "nt", "rdf", "trig"),
        prefixes=sorted(site.project.prefixes.items()),
    )
    return page.encode()
