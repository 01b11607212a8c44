"""A graph of contracts of any size, with its ontology and its shapes: the same triples for the same size, anywhere.

Of 142 triples, 100 are communes, 18 inter-municipal authorities and 24 contracts and their funding. One in a hundred
of each kind breaks a shape.
"""

import random
from collections.abc import Iterator

PREFIXES = """@prefix d: <https://example.org/d/> .
@prefix o: <https://example.org/o#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
ONTOLOGY = f"""{PREFIXES}
o:Commune rdfs:subClassOf o:Territory .
o:Departement rdfs:subClassOf o:Territory .
o:Authority rdfs:subClassOf o:Party .
o:Amendment rdfs:subClassOf o:Contract .
o:Contract rdfs:subClassOf o:Act .
o:signatory rdfs:subPropertyOf o:participant ; owl:inverseOf o:signatoryOf .
o:amends rdfs:subPropertyOf o:hasAncestor .
o:hasAncestor a owl:TransitiveProperty ; owl:inverseOf o:hasDescendant .
o:within a owl:TransitiveProperty .
o:inDepartement rdfs:subPropertyOf o:within .
o:coversCommune owl:propertyChainAxiom ( o:signatory o:hasMember ) .
"""
SHAPES = f"""{PREFIXES}
o:CommuneShape a sh:NodeShape ; sh:targetClass o:Commune ;
    sh:property [ sh:path o:code ; sh:minCount 1 ; sh:maxCount 1 ; sh:pattern "^[0-9]{{8}}$" ] ;
    sh:property [ sh:path o:inDepartement ; sh:minCount 1 ; sh:class o:Departement ] .
o:AuthorityShape a sh:NodeShape ; sh:targetClass o:Authority ;
    sh:property [ sh:path rdfs:label ; sh:minCount 1 ; sh:uniqueLang true ] ;
    sh:property [ sh:path o:hasMember ; sh:minCount 2 ; sh:nodeKind sh:IRI ; sh:class o:Territory ] .
o:ContractShape a sh:NodeShape ; sh:targetClass o:Contract ;
    sh:property [ sh:path o:signedOn ; sh:minCount 1 ; sh:maxCount 1 ; sh:datatype xsd:date ] ;
    sh:property [ sh:path o:signatory ; sh:minCount 1 ; sh:or ( [ sh:class o:Authority ] [ sh:class o:Party ] ) ] .
o:FundingShape a sh:NodeShape ; sh:targetSubjectsOf o:amount ;
    sh:property [ sh:path o:amount ; sh:maxCount 1 ; sh:datatype xsd:decimal ; sh:minInclusive 0.0 ] ;
    sh:property [ sh:path [ sh:inversePath o:funding ] ; sh:minCount 1 ; sh:class o:Contract ] .
"""

_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
_XSD = "http://www.w3.org/2001/XMLSchema#"


def _o(name: str) -> str:
    return f"<https://example.org/o#{name}>"


def _d(kind: str, number: int) -> str:
    return f"<https://example.org/d/{kind}-{number}>"


def triples(communes: int) -> Iterator[tuple[str, str, str]]:
    """Yield the triples of a graph of so many communes, about seven times as many."""
    chance = random.Random(20190630)
    departements = max(communes // 400, 2)
    for i in range(departements):
        yield _d("departement", i), _TYPE, _o("Departement")
    for i in range(communes):
        commune = _d("commune", i)
        code = f"{i:08}" if i % 100 else f"x{i}"
        yield commune, _TYPE, _o("Commune")
        yield commune, _LABEL, f'"Commune {i}"@fr'
        yield commune, _o("code"), f'"{code}"'
        yield commune, _o("inDepartement"), _d("departement", chance.randrange(departements))
        yield commune, _o("population"), f'"{chance.randrange(50, 9000)}"^^<{_XSD}integer>'
    authorities = max(communes // 28, 2)
    for i in range(authorities):
        authority = _d("authority", i)
        yield authority, _TYPE, _o("Authority")
        yield authority, _LABEL, f'"Authority {i}"@en'
        if i % 100 == 1:
            yield authority, _LABEL, f'"Authority number {i}"@en'
        for member in range(i * 28, min((i + 1) * 28, communes)):
            yield authority, _o("hasMember"), _d("commune", member)
    contracts = max(communes // 20, 2)
    for i in range(contracts):
        contract = _d("contract", i)
        yield contract, _TYPE, _o("Amendment" if i % 4 == 3 else "Contract")
        if i % 4 == 3:
            yield contract, _o("amends"), _d("contract", i - 1 - chance.randrange(min(i, 8)))
        for _ in range(chance.randrange(1, 4)):
            yield contract, _o("signatory"), _d("authority", chance.randrange(authorities))
        day = f"20{chance.randrange(10, 20)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
        yield contract, _o("signedOn"), f'"{day}"^^<{_XSD}date>' if i % 100 else f'"{day}"'
        for k in range(3):
            funding = _d("funding", 3 * i + k)
            yield contract, _o("funding"), funding
            amount = f"{chance.randrange(1_000, 9_000_000)}.0" if i % 100 != 2 else "-1.0"
            yield funding, _o("amount"), f'"{amount}"^^<{_XSD}decimal>'


def lines(communes: int) -> Iterator[str]:
    """Yield the lines of a graph of so many communes, about seven times as many."""
    return (f"{s} {p} {o} .\n" for s, p, o in triples(communes))
