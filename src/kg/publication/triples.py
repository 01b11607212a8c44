"""What descriptions of a publication are gathered in, and the namespaces of their terms."""

from kg.graph.terms import RDFS, TYPE, XSD, iri, literal
from kg.source.reader import Triple

ADMS = "http://www.w3.org/ns/adms#"
DCAT = "http://www.w3.org/ns/dcat#"
DCATAP = "http://data.europa.eu/r5r/"
DCT = "http://purl.org/dc/terms/"
FOAF = "http://xmlns.com/foaf/0.1/"
PROV = "http://www.w3.org/ns/prov#"
SD = "http://www.w3.org/ns/sparql-service-description#"
SPDX = "http://spdx.org/rdf/terms#"
VCARD = "http://www.w3.org/2006/vcard/ns#"
VOID = "http://rdfs.org/ns/void#"
PREFIXES = {
    "adms": ADMS, "dcat": DCAT, "dcatap": DCATAP, "dct": DCT, "foaf": FOAF, "prov": PROV, "rdfs": RDFS, "sd": SD,
    "spdx": SPDX, "vcard": VCARD, "void": VOID, "xsd": XSD,
}  # fmt: skip

FILE_TYPE = "http://publications.europa.eu/resource/authority/file-type/"
MEDIA_TYPE = "https://www.iana.org/assignments/media-types/"
STABLE = "http://publications.europa.eu/resource/authority/planned-availability/STABLE"


class Triples(list[Triple]):
    """Triples being gathered."""

    def add(self, subject: str, predicate: str, *tokens: str) -> None:
        """Add one triple per token, given the IRIs of the subject and predicate."""
        self.extend((iri(subject), iri(predicate), token) for token in tokens)

    def number(self, subject: str, predicate: str, value: int) -> None:
        """Add a triple whose object is an xsd:integer."""
        self.add(subject, predicate, literal(str(value), datatype=f"{XSD}integer"))

    def type(self, subject: str, *classes: str) -> None:
        """Add the types of a subject."""
        self.extend((iri(subject), TYPE, iri(name)) for name in classes)

    def checksum(self, subject: str, sha256: str) -> None:
        """Say of a checksum what it is (SPDX, as DCAT-AP 3.0.1 uses it)."""
        self.type(subject, f"{SPDX}Checksum")
        self.add(subject, f"{SPDX}algorithm", iri(f"{SPDX}checksumAlgorithm_sha256"))
        self.add(subject, f"{SPDX}checksumValue", literal(sha256, datatype=f"{XSD}hexBinary"))
