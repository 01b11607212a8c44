r"""What literals mean, as a table made in one statement.

``literal(id, lexical, datatype, language, valid, family, exact, number, zoned)``: the lexical form without escapes;
the datatype's IRI; the language tag in lower case; whether the lexical form is in the datatype's lexical space (XML
Schema 1.1, part 2; a datatype that is not of XML Schema has no invalid form). Literals of one ``family`` can be put
in order (SPARQL 1.1, section 17.3, and XPath's operators on dates and times): numbers by ``exact``, a decimal of 38
digits, where they fit it, else by ``number``, a double; booleans and times, in microseconds, by ``number``, with
``zoned`` saying whether a time zone is given; strings by their code points.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING

from kg.graph.quads import Graph
from kg.graph.terms import RDF, XSD, parse

if TYPE_CHECKING:
    from kg.graph.duckdb_engine import DuckDB

TABLE = "literal"

_ZONE = r"(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00))?"
_YEAR = r"-?([1-9]\d{3,}|0\d{3})"
_MONTH, _DAY = "(0[1-9]|1[0-2])", r"(0[1-9]|[12]\d|3[01])"
_DATE = f"{_YEAR}-{_MONTH}-{_DAY}"
_MONTH_DAY = rf"((0[13578]|1[02])-{_DAY}|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|[12]\d))"
_TIME = r"(([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?|24:00:00(\.0+)?)"
_MONTHS = r"(\d+Y)?(\d+M)?"
_DAYS = r"(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"
_NAME = r"[\pL_:][\pL\pM\pN._:·-]*"
_NCNAME = _NAME.replace(":", "")

_B64 = "([A-Za-z0-9+/] ?)"
_INTEGER = r"[+-]?\d+"
# The integers that have bounds.
_BOUNDS = {
    "byte": (-(2**7), 2**7 - 1), "short": (-(2**15), 2**15 - 1), "int": (-(2**31), 2**31 - 1),
    "long": (-(2**63), 2**63 - 1), "unsignedByte": (0, 2**8 - 1), "unsignedShort": (0, 2**16 - 1),
    "unsignedInt": (0, 2**32 - 1), "unsignedLong": (0, 2**64 - 1),
}  # fmt: skip
FORMS = {
    "integer": _INTEGER, "nonNegativeInteger": r"\+?\d+|-0+", "positiveInteger": r"\+?0*[1-9]\d*",
    "nonPositiveInteger": r"-\d+|\+?0+", "negativeInteger": r"-0*[1-9]\d*", **dict.fromkeys(_BOUNDS, _INTEGER),
    "decimal": r"[+-]?(\d+(\.\d*)?|\.\d+)",
    **dict.fromkeys(("double", "float"), r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|[+-]?INF|NaN"),
    "boolean": "true|false|1|0",
    "date": _DATE + _ZONE, "dateTime": f"{_DATE}T{_TIME}{_ZONE}", "time": _TIME + _ZONE,
    "dateTimeStamp": f"{_DATE}T{_TIME}{_ZONE.removesuffix('?')}",
    "gYear": _YEAR + _ZONE, "gYearMonth": f"{_YEAR}-{_MONTH}{_ZONE}", "gMonth": f"--{_MONTH}{_ZONE}",
    "gDay": f"---{_DAY}{_ZONE}",
    "gMonthDay": f"--{_MONTH_DAY}{_ZONE}",
    "duration": f"-?P{_MONTHS}{_DAYS}", "yearMonthDuration": f"-?P{_MONTHS}", "dayTimeDuration": f"-?P{_DAYS}",
    "hexBinary": r"([0-9a-fA-F]{2})*",
    "base64Binary": rf"(({_B64}{{4}})*({_B64}{{3}}[A-Za-z0-9+/]|{_B64}{{2}}[AEIMQUYcgkosw048] ?=|{_B64}[AQgw] ?= ?=))?",
    "language": r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*",
    "normalizedString": r"[^\t\n\r]*", "token": r"([^\s]+( [^\s]+)*)?", "NMTOKEN": r"[\pL\pM\pN._:·-]+",
    "Name": _NAME, "NCName": _NCNAME,
}  # fmt: skip
"""The lexical forms of the datatypes of XML Schema 1.1, part 2, as regular expressions of the engine."""
_NUMBERS = ("integer", "decimal", "double", "float", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger",
            "negativeInteger", *_BOUNDS)  # fmt: skip
_TIMES = ("dateTime", "dateTimeStamp", "date", "gYear", "gYearMonth", "time")
# What OWL 2 RL knows of datatypes (OWL 2 Profiles, section 4.2), and has an invalid form.
_OWL_RL = (
    "decimal", "integer", "nonNegativeInteger", "nonPositiveInteger", "positiveInteger", "negativeInteger", *_BOUNDS,
    "double", "float", "boolean", "hexBinary", "base64Binary", "dateTime", "dateTimeStamp", "normalizedString", "token",
    "language", "Name", "NCName", "NMTOKEN",
)  # fmt: skip


def create(graph: Graph, ids: str = "SELECT id FROM term") -> None:
    """Make the table, if it is not there, and put into it those literals of a SELECT (id) that it lacks."""
    engine = graph.engine
    engine.run(_SCHEMA)
    engine.look_at_each(
        TABLE,
        "SELECT id, token FROM term WHERE starts_with(token, '\"') "
        f"AND id IN ({ids}) AND id NOT IN (SELECT id FROM {TABLE})",
        _looked_at,
    )


def _looked_at(engine: "DuckDB", literals: str) -> str:
    """Return the SELECT of the rows of the table for those of a SELECT (id, token) of literals."""
    if not engine.make("said", _SAID.replace("{literals}", literals)):
        return f"SELECT * FROM {TABLE} WHERE false"
    # Escapes of code points are few: they are read here.
    rows = engine.rows("SELECT id, token FROM said WHERE contains(lexical, '\\u')")
    for number, token in rows:
        engine.run("UPDATE said SET lexical = ? WHERE id = ?", [parse(token).value, number])
    kinds = {kind for (kind,) in engine.rows("SELECT DISTINCT datatype FROM said")}
    return _FILL.replace("{valid}", _valid(kinds))


def is_valid(graph: Graph, lexical: str, datatype: str) -> bool:
    """Tell whether a lexical form is of a datatype, given as an IRI."""
    asked = f"SELECT {_valid({datatype})} FROM (SELECT ? AS lexical, ? AS datatype)"
    rows = graph.engine.rows(asked, [lexical, datatype])
    return bool(rows[0][0])


def ill_formed(graph: Graph) -> str:
    """Return the SELECT (id) of the literals that are not of the datatype that they say, where OWL 2 RL knows it."""
    typed = " OR ".join(f"ends_with(token, '^^<{XSD}{name}>')" for name in _OWL_RL)
    create(graph, f"SELECT id FROM term WHERE {typed}")
    return f"SELECT id FROM {TABLE} WHERE NOT valid AND datatype IN ({_names(_OWL_RL)})"


def less(one: str, other: str, *, or_equal: bool) -> str:
    """Return the condition that a literal is less than another, false where they cannot be compared.

    ``one`` and ``other`` are aliases of the table.
    """
    operator = "<=" if or_equal else "<"
    hours = 14 * 3600 * 1_000_000
    return (
        f"coalesce(CASE WHEN {one}.family IS DISTINCT FROM {other}.family THEN false "
        f"WHEN {one}.family = 'string' THEN {one}.lexical {operator} {other}.lexical "
        f"WHEN isnan({one}.number) OR isnan({other}.number) THEN false "
        f"WHEN {one}.exact IS NOT NULL AND {other}.exact IS NOT NULL THEN {one}.exact {operator} {other}.exact "
        f"WHEN {one}.zoned IS NOT DISTINCT FROM {other}.zoned THEN {one}.number {operator} {other}.number "
        # XML Schema, section 3.3.7.4: without a zone, a time may be 14 hours earlier or later
        f"ELSE {one}.number + {hours} < {other}.number END, false)"
    )


def lang_matches(language: str, tag: str) -> str:
    """Return the condition langMatches(language, range) of SPARQL 1.1, section 17.4.3.7, for an SQL expression."""
    quoted = tag.lower().replace("'", "''")
    if tag == "*":
        return f"coalesce({language} <> '', false)"
    return f"coalesce({language} = '{quoted}' OR starts_with({language}, '{quoted}-'), false)"


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"'{XSD}{name}'" for name in names)


def _valid(datatypes: Collection[str]) -> str:
    """Return the condition that ``lexical`` is of ``datatype``, one of these: to ready all the forms takes long."""
    cases = []
    for name, form in FORMS.items():
        if XSD + name not in datatypes:
            continue
        condition = f"regexp_full_match(lexical, '{form}')"
        if name in _BOUNDS:
            low, high = _BOUNDS[name]
            condition += f" AND coalesce(TRY_CAST(lexical AS HUGEINT) BETWEEN {low} AND {high}, false)"
        elif name in ("date", "dateTime", "dateTimeStamp"):
            condition += " AND TRY_CAST(regexp_extract(lexical, '^-?[0-9]+-[0-9]{2}-[0-9]{2}') AS DATE) IS NOT NULL"
        elif name.lower().endswith("duration"):
            condition += " AND NOT regexp_matches(lexical, '[PT]$')"
        cases.append(f"WHEN '{XSD}{name}' THEN {condition}")
    return f"CASE datatype {' '.join(cases)} ELSE true END" if cases else "true"


def _instant() -> str:
    """Return microseconds since 1970 of the time that ``bare``, the lexical form without its zone, says."""
    full = {"gYear": "bare || '-01-01'", "gYearMonth": "bare || '-01'", "time": "'1970-01-01T' || bare"}
    cases = " ".join(f"WHEN '{XSD}{name}' THEN {text}" for name, text in full.items())
    return f"epoch_us(TRY_CAST(CASE datatype {cases} ELSE bare END AS TIMESTAMP))"


_SCHEMA = f"""
CREATE TEMP TABLE IF NOT EXISTS {TABLE} (id INTEGER, lexical VARCHAR, datatype VARCHAR, language VARCHAR,
  valid BOOLEAN, family VARCHAR, exact DECIMAL(38, 18), number DOUBLE, zoned BOOLEAN)
"""
# A token is cut at its last quotation mark: neither a datatype nor a language has one.
_SAID = f"""
SELECT id, token,
  CASE WHEN contains(body, '\\') THEN
    replace(replace(replace(replace(replace(replace(replace(
      replace(body, '\\\\', chr(57344)), '\\n', chr(10)), '\\r', chr(13)), '\\t', chr(9)), '\\"', '"'),
      '\\b', chr(8)), '\\f', chr(12)), chr(57344), '\\')
  ELSE body END AS lexical,
  CASE left(mark, 1) WHEN '@' THEN '{RDF}langString' WHEN '^' THEN mark[4:-2] ELSE '{XSD}string' END AS datatype,
  CASE left(mark, 1) WHEN '@' THEN lower(mark[2:]) ELSE '' END AS language
FROM (
  SELECT id, token, mark, substr(token, 2, length(token) - length(mark) - 2) AS body FROM (
    SELECT id, token, string_split(token, '"')[-1] AS mark FROM ({{literals}})))
"""
_FILL = f"""
WITH checked AS (
  SELECT *, {{valid}} AS valid FROM said
), timed AS (
  SELECT *,
    CASE WHEN valid AND datatype IN ({_names(_TIMES)}) THEN regexp_extract(lexical, '{_ZONE}$') END AS zone
  FROM checked
), bared AS (
  SELECT *, substr(lexical, 1, length(lexical) - length(zone)) AS bare FROM timed
)
SELECT id, lexical, datatype, language, valid,
  CASE WHEN NOT valid THEN NULL
    WHEN datatype IN ({_names(_NUMBERS)}) THEN 'number'
    WHEN datatype = '{XSD}boolean' THEN 'boolean'
    WHEN datatype IN ({_names(_TIMES)}) THEN replace(datatype, 'Stamp', '')
    WHEN datatype = '{XSD}string' THEN 'string' END AS family,
  CASE WHEN valid AND datatype IN ({_names(tuple(n for n in _NUMBERS if n not in ("double", "float")))})
    AND length(split_part(lexical, '.', 2)) <= 18 THEN TRY_CAST(lexical AS DECIMAL(38, 18)) END AS exact,
  CASE WHEN NOT valid THEN NULL
    WHEN datatype IN ({_names(_NUMBERS)}) THEN TRY_CAST(lexical AS DOUBLE)
    WHEN datatype = '{XSD}boolean' THEN CASE WHEN lexical IN ('true', '1') THEN 1 ELSE 0 END
    WHEN zone IS NOT NULL THEN {_instant()} - CASE WHEN zone IN ('', 'Z') THEN 0 ELSE
      (CASE WHEN starts_with(zone, '-') THEN -60000000::BIGINT ELSE 60000000 END)
      * (TRY_CAST(substr(zone, 2, 2) AS INTEGER) * 60 + TRY_CAST(substr(zone, 5, 2) AS INTEGER)) END
    END AS number,
  zone <> '' AS zoned
FROM bared
"""
