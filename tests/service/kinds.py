"""Each kind of page, at an address of the magazine's graph: what is shown to browsers and checkers.

Whoever adds a kind of page adds a line here, and all the tests of ``test_pages_in_browser.py`` look at it. ``loads``
are the files that a page may load, by the beginning of their path: the stylesheet alone where nothing is said.
"""

from dataclasses import dataclass

STYLESHEET = "/static/page.css"
DRAWN = (STYLESHEET, "/static/picture.css", "/static/picture.js", "/static/movable.js")


@dataclass(frozen=True)
class Kind:
    """A kind of page: its name, an address without its language, a text that it shows in each, and what it loads."""

    name: str
    path: str
    french: str
    english: str
    loads: tuple[str, ...] = (STYLESHEET,)
    status: int = 200

    def target(self, language: str) -> str:
        """Return the address of the page in a language."""
        return f"{self.path}{'&' if '?' in self.path else '?'}lang={language}"


KINDS = (
    Kind("home", "/", "choses décrites", "things described"),
    Kind("data", "/data", "Citer et vérifier", "Cite and verify"),
    Kind("everything", "/search", "Tout ce qui est décrit", "All that is described"),
    Kind("list", "/search?class=rc:Act", "155 résultats", "155 results"),
    Kind("filtered", "/search?class=rc:Act&rc:signedOn=2018", "signé le", "signed on"),
    Kind("second page", "/search?class=rc:Territory&page=2", "page 2 sur 89", "page 2 of 89"),
    Kind("search", "/search?q=valenciennes", "Valenciennes", "Valenciennes"),
    Kind("slip", "/search?q=valencienes", "voici les plus proches", "these are the nearest"),
    Kind("nothing", "/search?q=zzzzzz", "Aucun résultat", "No result"),
    Kind("instrument", "/id/instrument/cdt.html", "dispositif", "instrument"),
    Kind("contract", "/id/act/erbm.html", "bassin minier", "mining basin"),
    Kind("action", "/id/action/place-de-gaulle-arleux.html", "place Charles de Gaulle", "Charles de Gaulle square"),
    Kind("party", "/id/party/siren-200042190.html", "Ce qui en est dit", "What is said of it"),
    Kind("territory", "/id/territory/commune-59606.html", "Valenciennes", "Valenciennes"),
    Kind("many links", "/id/territory/region-32.html?page=2", "page 2 sur", "page 2 of"),
    Kind("figure", "/id/figure/territoire-industrie-measures-planned-2402.html", "18 (unité comptée)", "18 (count)"),
    Kind("dataset", "/id/dataset/republique-contractuelle.html", "La République contractuelle", "Contractual"),
    Kind("vocabulary", "/def.html", "Le schéma en tableau", "The diagram as a table"),
    Kind("class", "/def/Contract.html", "choses de cette classe", "things of this class"),
    Kind("property", "/def/signatory.html", "choses qui l'ont", "things that have it"),
    Kind("shapes", "/shapes.html", "Choses vérifiées", "Things checked"),
    Kind("shape", "/shapes/ActShape.html", "Ce que cette forme exige", "What this shape asks"),
    Kind("part of a shape", "/shapes/ActShape-signedInterval.html", "La requête", "The query"),
    Kind("whole vocabulary", "/vocabulary", "Sommaire", "Contents"),
    Kind("document", "/doc/etat-davenir-3.html", "ligne 1175", "line 1175"),
    Kind("passage", "/doc/etat-davenir-3/line/1175.html", "Ce que ce graphe énonce", "What this graph states"),
    Kind("graph", "/graph/inferred.html?page=3", "page 3 sur", "page 3 of"),
    Kind("endpoint", "/sparql", "Requêtes", "queries", loads=(STYLESHEET, "/static/editor/", "/sparql")),
    Kind("questions", "/query", "Questions", "Questions"),
    Kind("question", "/query/epci-in-erbm-and-cte", "CTE", "CTE", loads=(STYLESHEET, "/static/editor/")),
    Kind("map", "/map", "Les territoires et les contrats", "Territories and the contracts", loads=DRAWN),
    Kind("timeline", "/timeline", "avenant 2019 du FRATRI", "Signatures in time", loads=DRAWN),
    Kind("matrix", "/matrix", "CA du Douaisis", "CA du Douaisis", loads=DRAWN),
    Kind("flows", "/flows", "engagement", "commitment", loads=DRAWN),
    Kind("tree", "/family", "est un avenant à", "amends", loads=DRAWN),
    Kind("not found", "/id/none", "Rien n'est connu", "Nothing is known", status=404),
    Kind("no sense", "/search?class=zz:x", "zz:x", "zz:x", status=400),
)
