// This browser, as what answers queries: a worker that has the published data in a store of its own.
import { Notice, Refusal, read } from "./answer.js";
import { place } from "./place.js";

const WRITTEN = { turtle: "ttl" };
const aborted = () => new DOMException("stopped", "AbortError");

export class Browser {
  #worker = null;
  #asked = new Map();
  #last = 0;
  #dump = null;

  constructor({ dump, base, prefixes, limits }) {
    this.address = dump;
    this.base = base;
    this.limits = limits;
    // On one line before the query, so that its lines keep their numbers.
    this.prologue = Object.entries(prefixes)
      .map(([name, space]) => `PREFIX ${name}: <${space}> `)
      .join("");
  }

  /** Return what data are published: their size, their digest and their files; null when none are. */
  async published() {
    if (!this.address) return null;
    if (this.#dump) return this.#dump;
    const response = await fetch(this.address, { cache: "no-store" }).catch(() => null);
    if (!response?.ok || !response.headers.get("content-type")?.includes("json")) return null;
    const { files, ...told } = await response.json();
    const absolute = files.map((file) => ({ ...file, path: new URL(file.path, this.address).href }));
    return (this.#dump = { ...told, files: absolute });
  }

  /** Return how many bytes are fetched before the first answer. */
  async size() {
    const { files } = await this.published();
    return (globalThis.DecompressionStream ? files : files.filter(({ encoding }) => !encoding))[0].bytes;
  }

  async ask(query, { signal, tell }) {
    const found = await this.#send({ query }, { signal, tell });
    const { text, triples, ...measured } = found;
    const answer = { ...read(text, triples === undefined ? "results" : "graph"), ...measured, query };
    if ((triples ?? answer.rows?.length ?? 1) > this.limits.rows) throw new Notice("many", this.limits.rows);
    return answer;
  }

  async write({ query, kind }, format) {
    const { text } = await this.#send({ query, kind, format: WRITTEN[format] ?? format }, {});
    return new Blob([text]);
  }

  async #send(wanted, { signal, tell = () => {} }) {
    const dump = await this.published();
    if (!dump) throw new Notice("unpublished");
    signal?.throwIfAborted();
    const id = ++this.#last;
    const stop = () => this.#end(aborted());
    signal?.addEventListener("abort", stop);
    try {
      return await new Promise((resolve, reject) => {
        this.#asked.set(id, { resolve, reject, tell, query: wanted.query });
        const { prologue, base } = this;
        this.#begun().postMessage({ id, dump, base, ...wanted, query: prologue + wanted.query });
      });
    } finally {
      signal?.removeEventListener("abort", stop);
      clearTimeout(this.#asked.get(id)?.timer);
      this.#asked.delete(id);
    }
  }

  #begun() {
    if (this.#worker) return this.#worker;
    this.#worker = new Worker(new URL(WORKER, import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }) => this.#hear(data);
    this.#worker.onerror = () => this.#end(new Notice("broken"));
    return this.#worker;
  }

  #hear({ id, state, answer, error, ...told }) {
    const asked = this.#asked.get(id);
    if (!asked) return;
    if (answer) return asked.resolve(answer);
    if (error === "refused") return asked.reject(this.#refusal(told.message, asked.query));
    // After a panic the engine keeps all the memory that it took: it is begun anew.
    if (error) return this.#end(new Notice(error, ...(told.values ?? [])));
    asked.tell({ state, ...told });
    const { seconds } = this.limits;
    if (state === "running") asked.timer = setTimeout(() => this.#end(new Notice("slow", seconds)), seconds * 1000);
  }

  #refusal(message, query) {
    const found = place(message, query, this.prologue.length);
    return found ? new Refusal(found.message, found.place) : new Refusal(message);
  }

  /** End the worker, and all that it was asked. The next query begins another one, which finds the data in the cache. */
  #end(error) {
    this.#worker?.terminate();
    this.#worker = null;
    for (const { reject, timer } of this.#asked.values()) {
      clearTimeout(timer);
      reject(error);
    }
  }
}
