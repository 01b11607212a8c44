// The worker that answers queries in the browser: Oxigraph, over the published data.
import init, * as oxigraph from "oxigraph/web.js";
import wasm from "oxigraph/web_bg.wasm";
import { Damaged, fetched } from "./dump.js";

const PIECE = 2 ** 20; // bytes given to the store at once
const RESULTS = "application/sparql-results+json";
let opened = null;

/** Return a store with the data, and the memory of the engine. */
async function open(dump, tell) {
  tell({ state: "engine" });
  const [{ memory }, data] = await Promise.all([
    init({ module_or_path: new URL(wasm, import.meta.url) }),
    fetched(dump, tell),
  ]);
  const begun = performance.now();
  const store = new oxigraph.Store();
  const pieces = function* () {
    for (let start = 0; start < data.length; start += PIECE) {
      tell({ state: "load", part: start / data.length });
      yield data.subarray(start, start + PIECE);
    }
  };
  // The data are checked by their digest: the parser need not do it again. The loader that is made for bulk is for
  // several processors, and takes three times the memory.
  store.load(pieces(), { format: "nq", lenient: true });
  return { store, memory, loading: (performance.now() - begun) / 1000 };
}

/** Return the answer in a format of its kind; without one, results as JSON and a graph as Turtle, with its size. */
function answer(store, { query, base, kind, format }) {
  const ask = (results_format) => store.query(query, { base_iri: base, results_format });
  if (kind !== "graph") {
    try {
      return { text: ask(format ?? RESULTS) };
    } catch (error) {
      if (!/^Not supported RDF format/.test(error.message)) throw error; // CONSTRUCT and DESCRIBE
    }
  }
  const lines = new oxigraph.Store();
  lines.load(ask("nt"), { format: "nt", lenient: true });
  const text = lines.dump({ format: format ?? "ttl", from_graph_name: oxigraph.defaultGraph() });
  return { text, triples: lines.size };
}

function failure(error) {
  if (error instanceof Damaged) return { error: "damaged" };
  if (!globalThis.WebAssembly || error instanceof WebAssembly.CompileError) return { error: "broken" };
  if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) return { error: "memory" };
  return error instanceof TypeError ? { error: "undelivered" } : { error: "refused", message: error.message };
}

self.addEventListener("message", async ({ data: { id, dump, ...asked } }) => {
  const tell = (told) => postMessage({ id, ...told });
  try {
    const { store, memory, loading } = await (opened ??= open(dump, tell));
    tell({ state: "running" });
    const begun = performance.now();
    const found = answer(store, asked);
    const seconds = (performance.now() - begun) / 1000;
    tell({ answer: { ...found, seconds, loading, quads: store.size, memory: memory.buffer.byteLength } });
  } catch (error) {
    tell(failure(error));
  }
});
