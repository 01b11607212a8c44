// The values of parameters, as the service reads them: a text becomes a term, or is wrong.
const XSD = "http://www.w3.org/2001/XMLSchema#";
const FORMS = {
  "xsd:date": /^\d{4}-\d\d-\d\d$/,
  "xsd:integer": /^[+-]?\d+$/,
  "xsd:decimal": /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/,
  "xsd:boolean": /^(?:true|false)$/,
  "xsd:string": /^[^]*$/,
  iri: /^[^]*$/,
};
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:/;
const IRI = /^[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|^`\\]*$/;
const NAME = /^([A-Za-z][\w.-]*):([^\s/]\S*)?$/;
const ESCAPES = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r" };

/** Return the term of a text that is given for a parameter, as N-Triples write it; null when it is none of its type. */
export function term(text, type, { prefixes, base }) {
  if (!FORMS[type].test(text)) return null;
  if (type === "iri") return resource(text, prefixes, base);
  if (type === "xsd:date" && !inCalendar(text)) return null;
  const written = `"${text.replace(/["\\\n\r]/g, (character) => ESCAPES[character])}"`;
  return type === "xsd:string" ? written : `${written}^^<${XSD}${type.slice(4)}>`;
}

function inCalendar(text) {
  const day = new Date(`${text}T00:00:00Z`);
  return !text.startsWith("0000") && !Number.isNaN(day.valueOf()) && day.toISOString().startsWith(text);
}

function resource(text, prefixes, base) {
  const bare = /^<([^]*)>$/.exec(text)?.[1] ?? text;
  const whole = bare === text || SCHEME.test(bare) ? bare : base + bare;
  const [, prefix, local = ""] = NAME.exec(whole) ?? [];
  const absolute = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/./.test(whole) || whole.startsWith("urn:");
  const iri = absolute ? whole : Object.hasOwn(prefixes, prefix) ? prefixes[prefix] + local : "";
  return IRI.test(iri) ? `<${iri}>` : null;
}

/**
 * Return the text of a query with terms in the places of its parameters. `pieces` are texts, each with the parameter
 * that follows it and what stands there when it is not given.
 */
export function bound(pieces, terms) {
  return pieces.map(([text, name, standing]) => text + (name === null ? "" : (terms[name] ?? standing))).join("");
}

/** Return what an address asks for: texts by parameter; an empty one leaves open what may be left open. */
export function given(search, parameters) {
  const open = new Set(parameters.filter(({ optional }) => optional).map(({ name }) => name));
  const asked = [...new URLSearchParams(search)].filter(([name]) => name !== "lang" && name !== "format");
  return Object.fromEntries(asked.filter(([name, text]) => text || !open.has(name)));
}
