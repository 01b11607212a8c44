"""Say of a file what it is for catalogues: a distribution of DCAT-AP 3.0.1 (section 7.11)."""

from collections.abc import Iterable

from kg.graph.terms import XSD, iri, literal
from kg.publication.offers import Offer
from kg.publication.packing import PACKINGS
from kg.publication.triples import DCAT, DCATAP, DCT, FILE_TYPE, MEDIA_TYPE, SPDX, STABLE, Triples


def distribute(triples: Triples, dataset: str, offer: Offer, *, name: str, url: str, licences: Iterable[str]) -> None:
    """Add what is offered at a URL as the distribution ``name`` of a dataset, all IRIs, with its checksum.

    ``licences`` are the tokens of those of the dataset.
    """
    triples.add(dataset, f"{DCAT}distribution", iri(name))
    triples.type(name, f"{DCAT}Distribution")
    for term, texts in (("title", offer.titles), ("description", offer.descriptions)):
        triples.add(name, f"{DCT}{term}", *(literal(text, language=tag) for tag, text in texts.items()))
    for term in ("accessURL", "downloadURL"):
        triples.add(name, f"{DCAT}{term}", iri(url))
    triples.add(name, f"{DCT}license", *licences)
    triples.add(name, f"{DCATAP}availability", iri(STABLE))
    _media(triples, name, "mediaType", offer.format.media_type)
    if offer.packing:
        _media(triples, name, "compressFormat", PACKINGS[offer.packing])
    triples.add(name, f"{DCT}format", iri(FILE_TYPE + offer.format.file_type))
    triples.type(FILE_TYPE + offer.format.file_type, f"{DCT}MediaTypeOrExtent")
    triples.add(name, f"{DCT}conformsTo", iri(offer.format.specification))
    triples.type(offer.format.specification, f"{DCT}Standard")
    triples.add(name, f"{DCAT}byteSize", literal(str(offer.file.size), datatype=f"{XSD}nonNegativeInteger"))
    triples.add(name, f"{SPDX}checksum", iri(f"{name}/checksum"))
    triples.checksum(f"{name}/checksum", offer.file.sha256)


def _media(triples: Triples, name: str, term: str, media_type: str) -> None:
    triples.add(name, f"{DCAT}{term}", iri(MEDIA_TYPE + media_type))
    triples.type(MEDIA_TYPE + media_type, f"{DCT}MediaType")
