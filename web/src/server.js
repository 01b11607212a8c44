// The endpoint, as what answers queries.
import { Notice, Refusal, read } from "./answer.js";

const ACCEPT = "application/sparql-results+json, text/turtle;q=0.9";

/** Return what the endpoint says against a query, with the place that its message begins with. */
export function refusal(message) {
  const [, line, column, rest] = /^line (\d+), column (\d+): ([^]*)$/.exec(message) ?? [];
  return line ? new Refusal(rest, { line: Number(line), column: Number(column) }) : new Refusal(message);
}

export class Server {
  constructor({ endpoint }) {
    this.endpoint = endpoint;
  }

  /** Tell whether an endpoint is there: it describes itself in RDF, where a folder of files has the page alone. */
  async present() {
    const asked = { method: "HEAD", headers: { Accept: "text/turtle" } };
    const response = await fetch(this.endpoint, asked).catch(() => null);
    return Boolean(response?.ok && response.headers.get("content-type")?.startsWith("text/turtle"));
  }

  async ask(query, { signal, tell }) {
    tell({ state: "running" });
    const begun = performance.now();
    const response = await this.#post(query, { signal });
    const kind = response.headers.get("content-type").includes("json") ? "results" : "graph";
    const text = await response.text();
    return { ...read(text, kind), query, seconds: (performance.now() - begun) / 1000 };
  }

  async write({ query }, format) {
    return (await this.#post(query, { format })).blob();
  }

  async #post(query, { format, signal }) {
    const body = new URLSearchParams({ query, ...(format ? { format } : {}) });
    const headers = format ? {} : { Accept: ACCEPT };
    const response = await fetch(this.endpoint, { method: "POST", body, headers, signal }).catch((error) => {
      throw error instanceof TypeError ? new Notice("unreachable") : error; // what fetch throws
    });
    if ([404, 405, 501].includes(response.status)) throw new Notice("unreachable"); // files alone are there
    if (!response.ok) throw refusal((await response.text()).trim() || `${response.status}`);
    return response;
  }
}
