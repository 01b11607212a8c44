// The page of the endpoint: the form that works without a script becomes an editor with results beside it.
import "@zazuko/yasqe/build/yasqe.min.css";
import "./style.css";
import { h } from "./dom.js";
import { Refusal, ask, naming as namingOf } from "./endpoint.js";
import { said, show } from "./results.js";
import { speaker as speakerOf } from "./words.js";

const form = document.getElementById("ask");
const saved = document.getElementById("saved");
const language = document.documentElement.lang;
const speaker = speakerOf(language);
const endpoint = location.pathname.replace(/(?:\.[a-z]+)*\/?$/, ""); // of this origin, whatever the public address and the name of the page

/** The query that the fragment of the address carries. */
const carried = () => new URLSearchParams(location.hash.slice(1)).get("query");
const address = (query) => `#${new URLSearchParams({ query })}`;

/** What stands in the place of the form: an editor, its buttons, what goes on, what went wrong, the answer. */
class Desk {
  constructor(edit, terms) {
    this.naming = namingOf(terms);
    this.running = null;
    this.place = h("div");
    this.help = h("p", { id: "editor-help", class: "note" }, speaker.say("help"));
    const stopOrRun = () => (this.running ? this.running.abort() : this.run());
    this.runs = h("button", { type: "button", class: "first", onclick: stopOrRun }, speaker.say("run"));
    this.status = h("p", { class: "status", role: "status" });
    this.trouble = h("div", { role: "alert" });
    this.answer = h("div", { class: "results" });
    this.editor = edit(this.place, {
      query: carried() ?? form.elements.query.value,
      vocabulary: terms,
      naming: this.naming,
      speaker,
      help: this.help.id,
      run: () => this.run(),
    });
  }

  get parts() {
    const button = (key, act) => h("button", { type: "button", onclick: act }, speaker.say(key));
    const others = [button("format", () => this.editor.format()), button("link", () => this.share())];
    const buttons = h("p", { class: "choices" }, this.runs, others);
    return [this.place, this.help, buttons, this.status, this.trouble, this.answer];
  }

  async run() {
    this.running?.abort();
    const own = (this.running = new AbortController());
    const { query } = this.editor;
    this.clear(speaker.say("running"));
    this.runs.textContent = speaker.say("stop");
    history.replaceState(null, "", address(query));
    try {
      const answer = await ask(endpoint, query, own.signal);
      const fail = (error) => this.fail(error);
      if (this.running === own) await show(this.answer, answer, { endpoint, naming: this.naming, speaker, fail });
      if (this.running === own) this.status.textContent = said(answer, speaker);
    } catch (error) {
      if (this.running === own) this.fail(error);
    } finally {
      if (this.running === own) this.rest();
    }
  }

  rest() {
    this.running = null;
    this.runs.textContent = speaker.say("run");
  }

  clear(status) {
    this.editor.clear();
    this.trouble.replaceChildren();
    this.answer.replaceChildren();
    this.status.textContent = status;
  }

  /** Say what went wrong, and show its place in the query. */
  fail(error) {
    this.status.textContent = error.name === "AbortError" ? speaker.say("stopped") : "";
    if (error.name === "AbortError") return;
    if (!(error instanceof Refusal)) {
      const unreachable = error instanceof TypeError; // what fetch throws
      this.trouble.replaceChildren(h("p", {}, speaker.say(unreachable ? "unreachable" : "error")));
      console.error(error);
      return;
    }
    const { place, message } = error;
    const title = place ? speaker.say("place", place.line, place.column) : speaker.say("error");
    const parts = [h("p", {}, h("strong", {}, title)), h("pre", { lang: "en" }, message)];
    if (place) {
      this.editor.mark(place);
      parts.push(h("button", { type: "button", onclick: () => this.editor.goto(place) }, speaker.say("goto")));
    }
    this.trouble.replaceChildren(...parts);
  }

  async share() {
    history.replaceState(null, "", address(this.editor.query));
    const writing = navigator.clipboard?.writeText(location.href);
    const copied = await writing?.then(
      () => true,
      () => false,
    );
    this.status.textContent = speaker.say(copied ? "copied" : "address");
  }

  open(query) {
    this.running?.abort();
    this.rest();
    this.editor.query = query;
    this.clear("");
  }
}

async function start() {
  const [{ edit }, response] = await Promise.all([import("./editor.js"), fetch(`${endpoint}/terms?lang=${language}`)]);
  if (!response.ok) throw new Error(`the terms: ${response.status}`);
  const terms = await response.json();
  const desk = new Desk(edit, terms);
  form.replaceWith(...desk.parts);
  addEventListener("hashchange", () => {
    if (carried() !== null && carried() !== desk.editor.query) desk.open(carried());
  });
  saved?.addEventListener("submit", (event) => {
    event.preventDefault();
    desk.open(terms.queries[new FormData(saved).get("saved")]);
    desk.editor.focus();
  });
  // The same query goes on in the other language.
  for (const link of document.querySelectorAll("a[hreflang]")) {
    link.addEventListener("click", () => (link.hash = address(desk.editor.query)));
  }
}

await start();
