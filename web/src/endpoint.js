// What the endpoint answers, and where its things have their pages.
export const FORMATS = {
  solutions: { csv: "CSV", json: "JSON", tsv: "TSV", xml: "XML" },
  boolean: { json: "JSON", xml: "XML" },
  graph: { turtle: "Turtle", jsonld: "JSON-LD", nt: "N-Triples", rdf: "RDF/XML", trig: "TriG" },
};
const SUFFIXES = { turtle: "ttl" };
const ACCEPT = "application/sparql-results+json, text/turtle;q=0.9";

/** An answer of the endpoint that is none: its message, and the place in the query, from 1, where it has one. */
export class Refusal extends Error {
  constructor(message) {
    super(message);
    const [, line, column, rest] = /^line (\d+), column (\d+): ([^]*)$/.exec(message) ?? [];
    this.place = line ? { line: Number(line), column: Number(column) } : null;
    this.message = rest ?? message;
  }
}

async function post(endpoint, query, { format, signal } = {}) {
  const body = new URLSearchParams({ query, ...(format ? { format } : {}) });
  const response = await fetch(endpoint, { method: "POST", body, headers: format ? {} : { Accept: ACCEPT }, signal });
  if (!response.ok) throw new Refusal((await response.text()).trim() || `${response.status}`);
  return response;
}

/** The answer of a query, read: its kind, its text, and its variables and rows or its truth. */
export async function ask(endpoint, query, signal) {
  const begun = performance.now();
  const response = await post(endpoint, query, { signal });
  const text = await response.text();
  const answer = { query, text, seconds: (performance.now() - begun) / 1000 };
  if (!response.headers.get("content-type").includes("json")) return { ...answer, kind: "graph" };
  const { head, boolean, results } = JSON.parse(text);
  if (boolean !== undefined) return { ...answer, kind: "boolean", boolean };
  return { ...answer, kind: "solutions", variables: head.vars, rows: results.bindings };
}

/** Save the answer of a query in a format, as the endpoint writes it. */
export async function download(endpoint, query, format) {
  const response = await post(endpoint, query, { format });
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = `results.${SUFFIXES[format] ?? format}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Return how IRIs are shown: short where a prefix fits, and linked to the pages of this site where it has them. */
export function naming({ prefixes, origin, root }) {
  const spaces = Object.entries(prefixes).sort(([, one], [, other]) => other.length - one.length);
  return {
    short(iri) {
      const found = spaces.find(([, space]) => iri.startsWith(space) && /^[\w-]*$/.test(iri.slice(space.length)));
      return found ? `${found[0]}:${iri.slice(found[1].length)}` : null;
    },
    address(iri) {
      if (!iri.startsWith(origin)) return /^https?:/.test(iri) ? iri : null;
      const [stem, fragment] = iri.slice(origin.length).split("#", 2);
      const [, line] = /^line=\d+,(\d+)$/.exec(fragment ?? "") ?? [];
      const path = line ? `${stem}/line/${line}` : fragment ? `${stem}/${fragment}` : stem;
      return `${root}/${encodeURI(path).replace(/%25/g, "%").replace(/\?/g, "%3F")}`;
    },
  };
}
