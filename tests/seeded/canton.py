"""A project of a dozen files in which nothing is wrong, written as people write: each seed writes it another way.

Statements come in the forms that authors mix: ``;`` and ``,``, several pairs on a line, comments above and behind
lines, strings of several lines that hold what looks like statements, brackets, lists, accents, and lines that end
in CRLF.
"""

import hashlib
from pathlib import Path
from random import Random

BASE = "https://example.org/canton/"
PREFIXES = {
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "id": f"{BASE}id/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "s": f"{BASE}shapes#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "t": f"{BASE}def#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
LINES = 40
PACTS = 12
TOWNS = 14
PARTIES = 14

Pairs = list[tuple[str, list[str]]]


class Canton:
    """The texts of the project by file name, as a seed writes them."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self.texts = {
            "kg.toml": self._settings(),
            "register.txt": _register(),
            "ontology/place.ttl": self._vocabulary("t:Town t:Canton", PLACE_TERMS, "Words of places.") + _MAYOR,
            "ontology/act.ttl": self._vocabulary("t:Act t:Pact t:Party", ACT_TERMS, "Words of acts.") + self._axioms(),
            "ontology/status.trig": self._statuses(),
            "shapes/act.ttl": _head("What an act must have.", "s sh t xsd") + ACT_SHAPES,
            "shapes/place.ttl": _head("What places must have.", "rdf rdfs s sh t xsd") + PLACE_SHAPES,
            "tests/shapes/all.ttl": _expected(),
            "instances/reference/places.ttl": self._places().replace("\n", "\r\n"),
            "instances/reference/parties.ttl": self._parties(),
            "instances/passages/register.trig": self._passages(range(1, 15)),
            "instances/passages/supplement.trig": self._passages(range(15, LINES)).replace("\n", "\r\n"),
            "instances/deduced/seats.trig": self._deductions(),
            "letters/first.ttl": self._letters(range(5)),
            "letters/second.ttl": self._letters(range(5, 10)),
            **QUERIES,
        }

    def _settings(self) -> str:
        digest = hashlib.sha256(_register().encode()).hexdigest()
        prefixes = "".join(f'{name} = "{iri}"\n' for name, iri in PREFIXES.items())
        return (
            f'base = "{BASE}"\nlanguages = ["fr", "en"]\n\n[prefixes]\n{prefixes}\n'
            '[check]\niris = "(def|shapes)#[A-Za-z0-9-]*|id/[a-z0-9/-]+|doc/.*|graph/.*"\n\n'
            '[evidence]\nreasoning = "t:reasoning"\nderived-from = "prov:wasDerivedFrom"\n'
            'passages = "instances/passages"\ndeductions = "instances/deduced"\n\n[[evidence.documents]]\n'
            f'iri = "doc/register"\nfile = "register.txt"\nsha256 = "{digest}"\nlines = {LINES}\n'
        )

    def _vocabulary(self, classes: str, terms: dict[str, str], about: str) -> str:
        text = _head(about, "owl rdfs skos t")
        for name in (*classes.split(), *terms):
            label = name[2:]
            pairs: Pairs = [
                ("a", [terms.get(name, "owl:Class")]),
                ("rdfs:label", [f'"{label}"@en', f'"{label} é"@fr']),
                ("skos:definition", [f'"What {label} means."@en', f'"Ce que veut dire {label}."@fr']),
            ]
            text += "\n" + self._statement(name, pairs)
        return text

    def _axioms(self) -> str:
        act = '    rdfs:label "old act"@en , "acte ancien"@fr ;\n'
        return (
            f"\nt:OldAct a owl:Class ;\n{act}"
            '    skos:definition """An act of before,\nwhich t:Act replaces ; # not a comment\n"""@en , '
            '"Acte d\'avant."@fr ;\n    owl:deprecated true .\n'
            '\nt:Mayor rdfs:label "mayor"@en , "maire"@fr ;  # the class is in the other file\n'
            '    skos:definition "Head of a town."@en , "Tête d\'une ville."@fr .\n'
            "\nt:Signed a owl:Class ;\n"
            '    rdfs:label "signed"@en , "signé"@fr ; skos:definition "Act with a party."@en , "Acte signé."@fr ;\n'
            "    owl:equivalentClass [ a owl:Class ;\n        owl:intersectionOf ( t:Act [ a owl:Restriction ;\n"
            "            owl:onProperty t:signatory ;  # who signed\n"
            "            owl:someValuesFrom t:Party ] ) ] .\n"
        )

    def _statuses(self) -> str:
        text = _head("The scheme of statuses.", "id skos", base=True) + "\nGRAPH <graph/ontology/status> {\n"
        for name, kind in (("status", "skos:ConceptScheme"), ("signed", "skos:Concept"), ("ended", "skos:Concept")):
            pairs: Pairs = [
                ("a", [kind]),
                ("skos:prefLabel", [f'"{name}"@en', f'"{name} é"@fr']),
                ("skos:definition", [f'"What is {name}."@en', f'"Ce qui est {name}."@fr']),
            ]
            if kind == "skos:Concept":
                pairs.append(("skos:inScheme", ["id:status"]))
            text += self._statement(f"id:{name}", pairs, "    ")
        return text + "}\n"

    def _places(self) -> str:
        text = _head("Cantons et communes : l'été, où l'on écrit « à côté ».", "id rdfs t")
        for number in range(3):
            text += "\n" + self._statement(
                f"id:canton-{number}", [("a", ["t:Canton"]), ("rdfs:label", [f'"Canton n° {number}"@fr'])]
            )
        for number in range(TOWNS):
            near = [f"id:town-{(number + step) % TOWNS}" for step in (1, 2)]
            pairs: Pairs = [
                ("a", ["t:Town"]),
                ("rdfs:label", [f'"Ville-sur-Têt {number}"@fr', f'"Town {number}"@en']),
                ("t:code", [f'"{62100 + number}"']),
                ("t:population", [str(1000 + 37 * number)]),
                ("t:within", [f"id:canton-{number % 3}"]),
                ("t:neighbour", near),
            ]
            text += "\n" + self._statement(f"id:town-{number}", pairs)
        return text

    def _parties(self) -> str:
        text = _head("Who signs.", "foaf id rdfs t xsd")
        for number in range(PARTIES):
            note = f'"""First line,\nt:seat id:town-{number} ; # no comment\n\n"quoted" é\n"""@en'
            pairs: Pairs = [
                ("a", ["t:Party"]),
                ("rdfs:label", [f'"Partie {number}"@fr']),
                ("t:siren", [f'"{_siren(number)}"']),
                ("t:seat", [f"id:town-{number}"]),
                ("t:founded", [f'"19{60 + number}-01-0{1 + number % 9}"^^xsd:date']),
                ("foaf:homepage", [f"<https://party-{number}.example/#home>"]),
            ]
            text += "\n" + self._statement(f"id:party-{number}", [*pairs, ("t:note", [note])] if number % 3 else pairs)
        return text

    def _passages(self, lines: range) -> str:
        text = _head("What the register states: état des pactes.", "id rdfs t xsd", base=True)
        for number in range(PACTS):
            stated, amended = 2 * number + 1, 25 + number
            if stated in lines:
                pairs: Pairs = [
                    ("a", ["t:Pact"]),
                    ("rdfs:label", [f'"pacte no {number}"@fr']),
                    ("t:signedOn", [f'"2015-03-{10 + number}"^^xsd:date']),
                    ("t:endsOn", [f'"2020-04-{10 + number}"^^xsd:date']),
                    ("t:status", ["id:signed"]),
                ]
                text += self._passage(stated, f"id:pact-{number}", pairs)
                parties = [f"id:party-{number}", f"id:party-{(number + 1) % PARTIES}"]
                text += self._passage(stated + 1, f"id:pact-{number}", [("t:signatory", parties)])
            if amended in lines:
                other: Pairs = [("t:amends", [f"id:pact-{(number + 5) % PACTS}"])]
                text += self._passage(amended, f"id:pact-{number}", other)
        return text

    def _passage(self, line: int, subject: str, pairs: Pairs) -> str:
        return f"\nGRAPH <doc/register#line={line - 1},{line}> {{\n{self._statement(subject, pairs, '    ')}}}\n"

    def _deductions(self) -> str:
        text = _head("Deductions.", "id prov t", base=True)
        for number in range(4):
            graph = f"<graph/deduced/seat-{number}>"
            pairs: Pairs = [
                ("a", ["prov:Entity"]),
                ("prov:wasDerivedFrom", [f"<doc/register#line={number},{number + 1}>"]),
                ("t:reasoning", [f'"Read in seat {number}."@en', f'"Lu au siège {number}."@fr']),
            ]
            fact = self._statement(f"id:town-{number}", [("t:seatOf", [f"id:party-{number}"])], "    ")
            text += f"\nGRAPH {graph} {{\n{self._statement(graph, pairs, '    ')}\n{fact}}}\n"
        return text

    def _letters(self, numbers: range) -> str:
        text = _head("Letters, with addresses that have no name of their own.", "id t", base=True)
        for number in numbers:
            address = f'[ t:street "Rue de l\'Été" ; t:postcode "{62500 + number}" ]'
            if self._random.random() < 0.5:
                address = (
                    f'[\n        # where it went\n        t:street "Rue de l\'Été" ;\n'
                    f'        t:postcode "{62500 + number}"\n    ]'
                )
            route = f"( id:town-{number} id:town-{number + 1}\n        id:town-{number + 2} )"
            pairs: Pairs = [
                ("a", ["t:Letter"]),
                ("t:address", [address]),
                ("t:route", [route]),
                ("t:about", [f"id:pact-{number}"]),
            ]
            text += "\n" + self._statement(f"id:letter-{number}", pairs)
        return text

    def _statement(self, subject: str, pairs: Pairs, margin: str = "") -> str:
        """Return a statement in one of the forms that authors use."""
        random = self._random
        first, *others = (f"{verb} {self._values(objects, margin)}" for verb, objects in pairs)
        text = f"{margin}{subject} {first}" if random.random() < 0.6 else f"{margin}{subject}\n{margin}    {first}"
        for pair in others:
            chance = random.random()
            if chance < 0.2:
                text += f" ; {pair}"
            elif chance < 0.35:
                text += f" ;\n{margin}    # {subject} t:signatory id:nobody .\n{margin}    {pair}"
            elif chance < 0.5:
                text += f" ;  # noté : {subject}\n\n{margin}    {pair}"
            else:
                text += f" ;\n{margin}    {pair}"
        return text + random.choice([" .\n", f" ;\n{margin}    .\n", f"\n{margin}.  # fin\n"])

    def _values(self, objects: list[str], margin: str) -> str:
        return self._random.choice([" , ", f" ,\n{margin}        ", ", "]).join(objects)

    def write(self, root: Path) -> None:
        for name, text in self.texts.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(text.encode())


def _head(about: str, prefixes: str, *, base: bool = False) -> str:
    declared = "".join(f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in prefixes.split())
    return f"# {about}\n\n" + (f"@base <{BASE}> .\n" if base else "") + declared


def _register() -> str:
    return "".join(f"Line {line} of the register.\n" for line in range(1, LINES + 1))


def _siren(number: int) -> str:
    """Return a code of nine digits whose last is right by Luhn's formula (ISO/IEC 7812-1)."""
    digits = f"{73282930 + number}"
    total = sum(sum(divmod(int(digit) * (1 + place % 2), 10)) for place, digit in enumerate(digits))
    return digits + str(-total % 10)


def _expected() -> str:
    shapes = sorted({word for text in (ACT_SHAPES, PLACE_SHAPES) for word in text.split() if word[:2] == "s:"})
    return "# expects: " + " ; ".join(f"{shape} sh:AnyConstraintComponent id:x" for shape in shapes) + "\n"


_MAYOR = "\nt:Mayor a owl:Class .\n"
PLACE_TERMS = {
    "t:Letter": "owl:Class",
    "t:about": "owl:ObjectProperty",
    "t:address": "owl:ObjectProperty",
    "t:code": "owl:DatatypeProperty",
    "t:neighbour": "owl:ObjectProperty",
    "t:population": "owl:DatatypeProperty",
    "t:postcode": "owl:DatatypeProperty",
    "t:route": "owl:ObjectProperty",
    "t:seatOf": "owl:ObjectProperty",
    "t:street": "owl:DatatypeProperty",
    "t:within": "owl:ObjectProperty",
}
ACT_TERMS = {
    "t:amends": "owl:ObjectProperty",
    "t:endsOn": "owl:DatatypeProperty",
    "t:founded": "owl:DatatypeProperty",
    "t:note": "owl:DatatypeProperty",
    "t:reasoning": "owl:DatatypeProperty",
    "t:seat": "owl:ObjectProperty",
    "t:signatory": "owl:ObjectProperty",
    "t:signedOn": "owl:DatatypeProperty",
    "t:siren": "owl:DatatypeProperty",
    "t:status": "owl:ObjectProperty",
}


def _shape(name: str, path: str, rules: str) -> str:
    said = f'sh:message "{name} is right."@en , "{name} est juste."@fr ;\n    sh:severity sh:Violation .'
    return f"\ns:{name} a sh:PropertyShape ; sh:path {path} ;\n    {rules} ;\n    {said}\n"


_SIREN = '''sh:datatype xsd:string ; sh:maxCount 1 ;
    sh:sparql [
        sh:select """
            # Every second digit is doubled and the digits of the double are added: 0246813579 gives that sum.
            PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
            SELECT $this ?value WHERE {
                $this $PATH ?value .
                BIND (str(?value) AS ?n)
                BIND (
                    xsd:integer(substr(?n, 1, 1)) + xsd:integer(substr(?n, 3, 1)) + xsd:integer(substr(?n, 5, 1))
                    + xsd:integer(substr(?n, 7, 1)) + xsd:integer(substr(?n, 9, 1))
                    + xsd:integer(substr("0246813579", xsd:integer(substr(?n, 2, 1)) + 1, 1))
                    + xsd:integer(substr("0246813579", xsd:integer(substr(?n, 4, 1)) + 1, 1))
                    + xsd:integer(substr("0246813579", xsd:integer(substr(?n, 6, 1)) + 1, 1))
                    + xsd:integer(substr("0246813579", xsd:integer(substr(?n, 8, 1)) + 1, 1))
                    AS ?sum
                )
                FILTER (?sum - 10 * floor(?sum / 10) != 0)
            }
        """ ;
    ]'''
ACT_SHAPES = (
    """
s:PactShape a sh:NodeShape ; sh:targetClass t:Pact ;
    sh:property s:PactShape-signedOn , s:PactShape-endsOn ,  # two days
        s:PactShape-signatory , s:PactShape-status , s:PactShape-amends .

s:PartyShape a sh:NodeShape ; sh:targetClass t:Party ;
    sh:property s:PartyShape-siren , s:PartyShape-seat , s:PartyShape-founded .
"""
    + _shape("PactShape-signedOn", "t:signedOn", "sh:datatype xsd:date ; sh:minCount 1 ; sh:lessThan t:endsOn")
    + _shape("PactShape-endsOn", "t:endsOn", "sh:datatype xsd:date ; sh:maxCount 1")
    + _shape("PactShape-signatory", "t:signatory", "sh:class t:Party ; sh:minCount 2")
    + _shape("PactShape-status", "t:status", f"sh:in ( <{BASE}id/signed>\n        <{BASE}id/ended> ) ; sh:minCount 1")
    + _shape("PactShape-amends", "t:amends", "sh:nodeKind sh:IRI ; sh:class t:Pact")
    + _shape("PartyShape-siren", "t:siren", _SIREN)
    + _shape("PartyShape-seat", "t:seat", "sh:minCount 1 ; sh:maxCount 1 ; sh:class t:Town")
    + _shape("LetterShape-about", "t:about", "sh:class t:Pact")
    + _shape("PartyShape-founded", "t:founded", "sh:datatype xsd:date")
)
PLACE_SHAPES = (
    """
s:TownShape a sh:NodeShape ; sh:targetClass t:Town ;
    sh:property s:TownShape-code , s:TownShape-population , s:TownShape-within , s:TownShape-label , [
        sh:path t:neighbour ; sh:minCount 1 ;  # by an anonymous shape
        sh:message "A town has a neighbour."@en , "Une ville a une voisine."@fr ;
        sh:severity sh:Violation
    ] .

s:LetterShape a sh:NodeShape ; sh:targetClass t:Letter ;
    sh:closed true ; sh:ignoredProperties ( rdf:type ) ;
    sh:property s:LetterShape-address , s:LetterShape-about , s:LetterShape-route , s:LetterShape-stops ;
    sh:message "A letter has these only."@en , "Une lettre n'a que cela."@fr .

s:AddressShape a sh:NodeShape ; sh:targetObjectsOf t:address ; sh:property s:AddressShape-postcode .
"""
    + _shape("TownShape-code", "t:code", 'sh:pattern "^[0-9]{5}$" ; sh:minCount 1 ; sh:maxCount 1')
    + _shape("TownShape-population", "t:population", "sh:datatype xsd:integer ; sh:minInclusive 1 ; sh:maxCount 1")
    + _shape("TownShape-within", "t:within", "sh:class t:Canton ; sh:minCount 1")
    + _shape("TownShape-label", "rdfs:label", "sh:uniqueLang true")
    + _shape("LetterShape-address", "t:address", "sh:minCount 1")
    + _shape("LetterShape-route", "t:route", "sh:minCount 1")
    + _shape("LetterShape-stops", "( t:route [ sh:zeroOrMorePath rdf:rest ] rdf:first )", "sh:class t:Town")
    + _shape("AddressShape-postcode", "t:postcode", 'sh:pattern "^[0-9]{5}$" ; sh:minCount 1')
)


def _query(name: str, variables: str, body: str) -> str:
    ordered = " ".join(f"?{variable}" for variable in variables.split())
    return (
        f"#+ id: {name}\n#+ title@fr: Que dit l'état ({name}) ?\n#+ title@en: What is stated ({name})?\n"
        f"#+ returns: {', '.join(variables.split())}\n"
        f"PREFIX rdfs: <{PREFIXES['rdfs']}>\nPREFIX t: <{PREFIXES['t']}>\n\n"
        f"SELECT {ordered}\nWHERE {{\n{body}}}\nORDER BY {ordered}\n"
    )


QUERIES = {
    "queries/competency/who-signed.rq": _query(
        "who-signed", "pact name", "  ?pact t:signatory ?party .\n  ?party rdfs:label ?name .\n"
    ),
    "queries/competency/where-seated.rq": _query(
        "where-seated",
        "party canton",
        "  # t:nothing is a comment\n  ?party t:seat ?town .\n  ?town t:within ?canton .\n",
    ),
    "queries/checks/day-outside-passage.rq": (
        "#+ id: day-outside-passage\n#+ message@fr: La date est dans un passage\n"
        "#+ message@en: The day is in a passage\n#+ returns: graph, s, p, o\n"
        f"PREFIX t: <{PREFIXES['t']}>\n\nSELECT ?graph ?s ?p ?o\nWHERE {{\n  VALUES ?p {{ t:signedOn }}\n"
        '  GRAPH ?graph { ?s ?p ?o }\n  FILTER(!CONTAINS(STR(?graph), "#line="))\n}\nORDER BY ?graph ?s ?p ?o\n'
    ),
    "queries/rules/seat-of.rq": (
        "#+ id: seat-of\n#+ title@fr: Une ville est le siège de qui y siège\n"
        f"#+ title@en: A town is the seat of who sits there\nPREFIX t: <{PREFIXES['t']}>\n\n"
        "CONSTRUCT { ?town t:seatOf ?party }\nWHERE {\n  ?party t:seat ?town .\n}\n"
    ),
}
