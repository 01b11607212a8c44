"""Kinds of defects, and how one is put into a clean text so that its place is known before any program reads it.

A kind is a regular expression of the places where it may be, and the text that it writes there, in which two marks
enclose what is wrong. The expected line is that of the first mark. What stands between them is written once in the
file: so it is found again by its words when a file has been laid out anew.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from random import Random

MARK = "§"
REST = r"(?:(?!\s(?:id|t|s):[\w-]+\s+a\s).)*?"
"""What follows in a statement, up to the next subject with a class."""
_OPAQUE = re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|<[^<>\s]*>|(#(?!\+)[^\r\n]*)', re.DOTALL)


@dataclass(frozen=True)
class Kind:
    """A kind of defect: the code that names it, its files, a place there, and what to write in that place.

    ``new`` is a template of ``re``, in which ``{n}`` is a number of its own, or a function of the match.
    ``after`` is for what the layout mends or cannot read: it is put into a text that is laid out already.
    """

    code: str
    files: str
    old: str
    new: str | Callable[[re.Match[str]], str]
    after: bool = False


@dataclass(frozen=True)
class Defect:
    """A defect in a text: the code, the file, the line of the mark, and the words that were between the marks."""

    kind: Kind
    file: str
    line: int
    needle: re.Pattern[str]

    def line_in(self, text: str) -> int:
        """Return the line of the one place of the words in a text."""
        (found,) = self.needle.finditer(text)
        return text.count("\n", 0, found.start()) + 1


def plant(kinds: list[Kind], texts: Mapping[str, str], random: Random) -> tuple[dict[str, str], list[Defect]]:
    """Return the files that change and one defect of each kind, all in the same texts and none within another."""
    marked = dict(texts)
    files: list[str] = []
    for index, kind in enumerate(kinds):
        name, site = random.choice(_sites(kind, marked))
        text = marked[name]
        new = kind.new(site) if callable(kind.new) else site.expand(kind.new.replace("{n}", str(index + 10)))
        assert new.count(MARK) == 2
        new = new.replace(MARK, f"{MARK}{index}{MARK}")
        if "\r\n" in text:
            new = re.sub(r"\r?\n", "\r\n", new)
        marked[name] = text[: site.start()] + new + text[site.end() :]
        files.append(name)
    clean = {name: re.sub(f"{MARK}[0-9]+{MARK}", "", marked[name]) for name in files}
    return clean, [
        _defect(kind, name, marked[name], index) for index, (kind, name) in enumerate(zip(kinds, files, strict=True))
    ]


def _sites(kind: Kind, texts: Mapping[str, str]) -> list[tuple[str, re.Match[str]]]:
    """Return the places of a kind that no comment and no string holds and where no other defect is."""
    found = []
    for name, text in texts.items():
        if not fnmatch(name, kind.files):
            continue
        opaque = [(m.start() - bool(m[1]), m.end() + bool(m[1])) for m in _OPAQUE.finditer(text)]
        for site in re.finditer(kind.old, text, re.DOTALL | re.MULTILINE):
            inside = any(start < site.start() < end for start, end in opaque)
            if not inside and MARK not in site[0]:
                found.append((name, site))
    assert found, kind
    return found


def _defect(kind: Kind, name: str, marked: str, index: int) -> Defect:
    before, words, _ = re.split(f"{MARK}{index}{MARK}", marked)
    words = re.sub(f"{MARK}[0-9]+{MARK}", "", words)
    needle = r"\s+".join(re.escape(word) for word in words.split())
    start = "^" if re.search(r"(^|\n)$", before) else ""
    return Defect(kind, name, before.count("\n") + 1, re.compile(start + needle + r"(?![\w-])", re.MULTILINE))


_PLACES, _PARTIES = "instances/reference/places.ttl", "instances/reference/parties.ttl"
_FACTS, _PASSAGES, _SEATS = "instances/*.t*", "instances/passages/*", "instances/deduced/*"
_TERMS, _SHAPES, _QUESTIONS, _LETTERS = "ontology/*.ttl", "shapes/*", "queries/competency/*", "letters/*"
_TERM = rf"^(t:\w+\s+a\s+owl:\w+)({REST})"
_SUBJECT = r"(?<![^\s.])"
_DEDUCTION = r"(GRAPH <graph/deduced/seat-\d>)((?:(?!GRAPH).)*?)"
_MESSAGES = 'sh:message "x"@en , "é"@fr ; sh:severity sh:Violation'

CHECKED = [
    # Syntax: what cannot be read stands between the marks.
    Kind("syntax", _FACTS, r"(t:(?:seat|within|status) )(id:[\w-]+)", r"\1\2\n    §id:other-{n}§", after=True),
    Kind("syntax", _PARTIES, r'(t:(?:siren "\d+"|seat id:[\w-]+))\s*;\s*(t:\w+)', r"\1\n    §\2§", after=True),
    Kind("syntax", "*.t*", r'(rdfs:label )"([^"\n]+)"@', r'\1§"\2@§', after=True),
    Kind("syntax", "ontology/act.ttl", r"(a owl:ObjectProperty)", r"\1 §, ;§", after=True),
    Kind("syntax", "shapes/place.ttl", r"(sh:path t:\w+)", r"\1 §. {n}§", after=True),
    Kind("syntax", _PASSAGES, r"(t:amends )(id:pact-\d+)", r"\1\n\n  §]§ , \2", after=True),
    Kind("syntax", _PARTIES, r"\s*(?:;\s*)?\.\s+(?:# fin\s+)?(id:party-\d+)(\s+a\s)", r"\n\n§\1§\2", after=True),
    Kind("syntax", _PARTIES, r"<https://party-(\d+).example/#home>", r"§<https://party \1.example/>§", after=True),
    Kind("syntax", _LETTERS, r'(t:(?:postcode|street) "[^"\n]*")\s*\]', r"\1\n    §)§", after=True),
    Kind("undeclared-prefix", _FACTS, r"(t:(?:seat|within|status|amends) )(id:)", r"\1§geo{n}:§", after=True),
    Kind("undeclared-prefix", _SHAPES, r"sh:datatype xsd:date", r"sh:datatype §xds{n}:date§", after=True),
    Kind("relative-iri", "instances/reference/*", r"(t:(?:seat|within) )(id:[\w-]+)",
         r"\1\n  §<place-{n}>§", after=True),
    Kind("unused-prefix", "*.t[tr]*", r"^@prefix (?=id:|t:)",
         r"@prefix §zz{n}:§ <http://e.example/> .\n@prefix ", after=True),
    Kind("other-prefix", _PARTIES, r"@prefix foaf: <http://xmlns.com/foaf/0.1/>",
         r"@prefix §foaf: <http://f.example/{n}/>§"),
    # Terms and IRIs.
    Kind("unknown-term", _FACTS, r"t:(?:seat|within|status|amends) (id:)", r"§t:saet{n}§ \1"),
    Kind("unknown-term", _PARTIES, r"(\^\^xsd:date)", r"^^§xsd:dat{n}§"),
    Kind("unknown-term", _LETTERS, r"a t:Letter", r"a §t:Leter{n}§"),
    Kind("unknown-term", _TERMS, r"(a )owl:ObjectProperty", r"\1§owl:ObjectPropert{n}§"),
    Kind("unknown-term", _TERMS, r'(rdfs:label "\w+"@en)', r'§rdfs:coment{n}§ "x" ;\n    \1'),
    Kind("unknown-term", "ontology/*.trig", r"skos:inScheme id:status",
         r"skos:inScheme id:status ; §skos:relate{n}§ id:status"),
    Kind("unknown-term", _SHAPES, r"sh:(minCount|maxCount|pattern) ", r"§sh:\1s{n}§ "),
    Kind("unknown-term", _SHAPES, r"sh:datatype xsd:\w+", r"sh:datatype §xsd:dat{n}§"),
    Kind("unknown-term", "queries/*", r"t:(signatory|seat|within) \?", r"§t:\1x{n}§ ?"),
    Kind("deprecated-term", _PARTIES, r"a t:Party", r"a §t:OldAct§"),
    Kind("deprecated-term", "ontology/place.ttl", r'(t:\w+\s+a\s+owl:Class)(\s*;\s*rdfs:label "(?:Town|Canton)")',
         r"\1 ; rdfs:subClassOf §t:OldAct§\2"),
    Kind("unknown-scheme", _PARTIES, r"<https(://party-\d+.example/#home>)", r"§<htpps\1§"),
    Kind("name-in-brackets", _FACTS, r"(t:(?:seat|within|status|amends) )(id:[\w-]+)", r"\1§<id:town-9{n}>§"),
    Kind("iri-policy", _FACTS, r"(t:(?:seat|within|status|amends) )(id:[\w-]+)", r"\1§id:Town_{n}§"),
    Kind("iri-policy", "ontology/*.trig", r"GRAPH <graph/ontology/status>", r"GRAPH §<graf-{n}/status>§"),
    # Wordings.
    Kind("no-label", _TERMS, rf'{_TERM}("\w+ é")@fr', r"§\1§\2\3@de"),
    Kind("several-labels", _TERMS, rf'{_TERM}("\w+ é"@fr)', r'§\1§\2\3 , "autre"@fr'),
    Kind("no-definition", _TERMS, rf'{_TERM}("What \w+ means.")@en', r"§\1§\2\3@de"),
    Kind("several-definitions", _TERMS, rf'{_TERM}("What \w+ means."@en)', r'§\1§\2\3 , "Else."@en'),
    # Shapes.
    Kind("shape-without-target", _SHAPES, rf"^(s:\w+Shape\s+a sh:NodeShape)({REST})sh:targetClass t:\w+",
         r"§\1§\2sh:closed false"),
    Kind("shape-without-target", _SHAPES, r"^(?=s:\w+-\w+\s+a )",
         r"§s:More{n} a sh:NodeShape§ ; sh:property s:TownShape-code .\n\n"),
    Kind("shape-without-message", _SHAPES, rf'^(s:[\w-]+\s+a sh:PropertyShape)({REST})("[\w-]+ est juste.")@fr',
         r"§\1§\2\3@de"),
    Kind("shape-without-test", _SHAPES, r"^(?=s:\w+-\w+\s+a )",
         r"§s:More{n} a sh:PropertyShape§ ; sh:path t:note ; sh:maxCount 7 ;\n    sh:targetClass t:Act ;\n"
         rf"    {_MESSAGES} .\n\n"),
    # Evidence.
    Kind("default-graph", _PASSAGES, r"^(?=GRAPH )", r"§id:pact-{n}§ t:status id:ended .\n\n"),
    Kind("default-graph", _PASSAGES, r"^(    )(id:pact-\d+)\s+(t:amends)\s+(id:pact-\d+)(.*?^\})",
         r"\1\2 \3 \4\5\n\n§\2 \3 \4§ ."),
    Kind("not-a-passage", _PASSAGES, r"GRAPH <doc/register#line=(\d+),\d+>", r"§GRAPH <doc/register#line=\1,9{n}>§"),
    Kind("not-a-passage", _PASSAGES, r'"pacte no (\d+)"@fr((?:(?!GRAPH).)*)GRAPH <doc/register#line=\d+,\d+>',
         r'"voir <doc/register#line=7,9{n}>"@fr\2§GRAPH <doc/register#line=7,9{n}>§'),
    Kind("blank-nodes", _FACTS, r"(t:(?:seat|within|status|amends) )(id:[\w-]+)", r'\1§[ t:note "x{n}" ]§'),
    Kind("blank-nodes", _FACTS, r"(t:(?:seat|within|status|amends) )(id:[\w-]+)", r"\1§_:x{n}§"),
    Kind("no-reasoning", _SEATS, rf'{_DEDUCTION}("Lu au siège \d.")@fr', r"§\1§\2\3@de"),
    Kind("no-premise", _SEATS, rf"{_DEDUCTION}<doc/register#line=\d,\d>", r"§\1§\2<doc/nothing>"),
    # Queries.
    Kind("query", _QUESTIONS, r"(  \?party (?:rdfs:label|t:seat) \?\w+) \.", r"\1 §.. {n}§"),
    Kind("query", _QUESTIONS, r"\}\n(ORDER BY)", r"§\1§"),
    Kind("query", _QUESTIONS, r"ORDER BY (\?\w+) \?\w+", r"§ORDER BY \1§"),
    Kind("query", _QUESTIONS, r"#\+ returns: (\w+), \w+", r"§#+ returns: \1, other{n}§"),
    Kind("query", _QUESTIONS, r"#\+ title@fr", r"§#+ titel{n}@fr§"),
    Kind("query", "queries/rules/*", r"  \?party t:seat \?town \.", r"  §?party t:seat . {n}§"),
    Kind("check", _PARTIES, r'(t:siren "\d+")', r'\1 ;\n    t:signedOn §"2001-01-{n}"§'),
]  # fmt: skip

_TOWN = rf"(id:town-\d+\s+a t:Town)({REST})"
_PACT = rf"(id:pact-\d+\s+a t:Pact)({REST})"


def _wrong_digit(site: re.Match[str]) -> str:
    return f'{site[1]}§"{site[2]}{(int(site[3]) + 3) % 10}"§'


VALIDATED = [
    Kind("MinCount", _PLACES, rf"{_TOWN}t:code ", r"§\1§\2t:note "),
    Kind("MinCount", _PLACES, rf"{_TOWN}t:neighbour ", r"§\1§\2t:about "),
    Kind("MinCount", _PASSAGES, rf"{_PACT}t:signedOn ", r"§\1§\2t:founded "),
    Kind("MinCount", _PASSAGES, rf"{_PACT}(t:signatory\s+id:party-\d+)\s*,\s*id:party-\d+", r"§\1§\2\3"),
    Kind("MinCount", _LETTERS, r"t:address \[[^\]]*\]", r't:address §[ t:street "Quai {n}" ]§'),
    Kind("Datatype", _PARTIES, r"(t:founded )(\"[\d-]+\")\^\^xsd:date", r"\1§\2§"),
    Kind("Datatype", _PLACES, r"(t:population )(\d+)", r"\1§\2.0§"),
    Kind("MinInclusive", _PLACES, r"(t:population )(\d+)", r"\1§-9{n}§"),
    Kind("Pattern", _PLACES, r'(t:code )"(\d+)"', r'\1§"\2é"§'),
    Kind("Pattern", _LETTERS, r'(t:postcode )"(\d+)"', r'\1§"\g<2>{n}"§'),
    Kind("SPARQL", _PARTIES, r'(t:siren )"(\d{8})(\d)"', _wrong_digit),
    Kind("Class", _PARTIES, r"(t:seat )id:town-\d+", r"\1§id:canton-1§"),
    Kind("Class", _PLACES, r"(t:within )id:canton-\d+", r"\1§id:party-1§"),
    Kind("Class", _PASSAGES, r"(t:amends )id:pact-\d+", r"\1§id:town-1§"),
    Kind("Class", _LETTERS, r"(t:route \(\s*)id:town-\d+", r"\1§id:canton-2§"),
    Kind("Class", _LETTERS, r"(t:route \(\s*id:town-\d+\s+id:town-\d+\s+)id:town-\d+", r"\1§id:canton-0§"),
    Kind("MaxCount", _PLACES, r"(t:population \d+)", r"\1 ,\n        §99{n}§"),
    Kind("MaxCount", _PASSAGES, r'(t:endsOn "[\d-]+"\^\^xsd:date)', r'\1 , §"2029-01-{n}"^^xsd:date§'),
    Kind("In", _PASSAGES, r"(t:status )id:signed", r"\1§id:sined{n}§"),
    Kind("UniqueLang", _PLACES, r'("Ville-sur-Têt \d+"@fr)', r'\1 ,\n        §"Zone {n}"@fr§'),
    Kind("Closed", _LETTERS, r"(t:about id:)", r'§t:note "x{n}"§ ;\n    \1'),
    Kind("LessThan", _PASSAGES, rf'(t:signedOn )("[\d-]+"\^\^xsd:date)({REST})"2020-04', r'\1§\2§\3"2010-04'),
]  # fmt: skip
