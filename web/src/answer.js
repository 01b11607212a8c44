// Answers as they are read and saved, and what stands in the way of one.
export const FORMATS = {
  solutions: { csv: "CSV", json: "JSON", tsv: "TSV", xml: "XML" },
  boolean: { json: "JSON", xml: "XML" },
  graph: { turtle: "Turtle", jsonld: "JSON-LD", nt: "N-Triples", rdf: "RDF/XML", trig: "TriG" },
};
const SUFFIXES = { turtle: "ttl" };

/** What the engine says against a query: its message, and the place in the query, from 1, where it has one. */
export class Refusal extends Error {
  constructor(message, place = null) {
    super(message);
    this.place = place;
  }
}

/** What we say ourselves of an answer that does not come, by the key of its words and what is put into them. */
export class Notice extends Error {
  constructor(key, ...values) {
    super([key, ...values].join(" "));
    this.key = key;
    this.values = values;
  }
}

/** Read a text that is SPARQL results in JSON, or a graph: its kind, and its variables and rows or its truth. */
export function read(text, kind) {
  if (kind === "graph") return { kind, text };
  const { head, boolean, results } = JSON.parse(text);
  if (boolean !== undefined) return { kind: "boolean", text, boolean };
  return { kind: "solutions", text, variables: head.vars, rows: results.bindings };
}

/** Save an answer in a format, as the engine writes it. */
export async function download(engine, answer, format) {
  const address = URL.createObjectURL(await engine.write(answer, format));
  const link = document.createElement("a");
  link.href = address;
  link.download = `results.${SUFFIXES[format] ?? format}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
