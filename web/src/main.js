// The page of the endpoint: the form that works without a script becomes an editor with results beside it.
import "@zazuko/yasqe/build/yasqe.min.css";
import "./style.css";
import { h } from "./dom.js";
import { Refusal, ask, naming as namingOf } from "./endpoint.js";
import { said, show } from "./results.js";
import { speaker as speakerOf } from "./words.js";

const form = document.getElementById("ask");
const saved = document.getElementById("saved");
const speaker = speakerOf(document.documentElement.lang);
const endpoint = location.pathname.replace(/\/$/, ""); // of this origin, whatever the public address is

/** The query that the fragment of the address carries. */
const carried = () => new URLSearchParams(location.hash.slice(1)).get("query");
const address = (query) => `#${new URLSearchParams({ query })}`;

async function start() {
  const [{ edit }, response] = await Promise.all([import("./editor.js"), fetch(`${endpoint}/terms?lang=${document.documentElement.lang}`)]);
  if (!response.ok) throw new Error(`the terms: ${response.status}`);
  const terms = await response.json();
  const naming = namingOf(terms);
  const place = h("div", { class: "place" });
  const help = h("p", { id: "editor-help", class: "note" }, speaker.say("help"));
  const runs = h("button", { type: "button", class: "first", onclick: () => (running ? running.abort() : run()) }, speaker.say("run"));
  const status = h("p", { class: "status", role: "status" });
  const trouble = h("div", { role: "alert" });
  const shown = h("div", { class: "results" });
  let running = null;

  const editor = edit(place, { query: carried() ?? form.elements.query.value, vocabulary: terms, naming, speaker, help: help.id, run });
  const buttons = h("p", { class: "choices" }, runs,
    h("button", { type: "button", onclick: () => editor.format() }, speaker.say("format")),
    h("button", { type: "button", onclick: share }, speaker.say("link")));
  form.replaceWith(place, help, buttons, status, trouble, shown);

  function fail(error) {
    status.textContent = "";
    if (error.name === "AbortError") {
      status.textContent = speaker.say("stopped");
      return;
    }
    if (!(error instanceof Refusal)) {
      trouble.replaceChildren(h("p", {}, speaker.say(error instanceof TypeError ? "unreachable" : "error")));
      if (!(error instanceof TypeError)) throw error;
      return;
    }
    const { place: at, message } = error;
    if (at) editor.mark(at);
    const title = at ? speaker.say("place", at.line, at.column) : speaker.say("error");
    const goto = at && h("button", { type: "button", onclick: () => editor.goto(at) }, speaker.say("goto"));
    trouble.replaceChildren(h("p", {}, h("strong", {}, title)), h("pre", { lang: "en" }, message), ...(goto ? [goto] : []));
  }

  async function run() {
    running?.abort();
    const own = (running = new AbortController());
    const query = editor.query;
    editor.clear();
    trouble.replaceChildren();
    shown.replaceChildren();
    status.textContent = speaker.say("running");
    runs.textContent = speaker.say("stop");
    history.replaceState(null, "", address(query));
    try {
      const answer = await ask(endpoint, query, own.signal);
      await show(shown, answer, { endpoint, naming, speaker, fail });
      status.textContent = said(answer, speaker);
    } catch (error) {
      if (running === own) fail(error);
    } finally {
      if (running === own) {
        running = null;
        runs.textContent = speaker.say("run");
      }
    }
  }

  async function share() {
    history.replaceState(null, "", address(editor.query));
    const copied = await navigator.clipboard?.writeText(location.href).then(() => true, () => false);
    status.textContent = speaker.say(copied ? "copied" : "address");
  }

  function open(query) {
    running?.abort();
    editor.query = query;
    for (const part of [trouble, shown]) part.replaceChildren();
    status.textContent = "";
  }

  addEventListener("hashchange", () => {
    if (carried() !== null && carried() !== editor.query) open(carried());
  });
  saved?.addEventListener("submit", (event) => {
    event.preventDefault();
    open(terms.queries[new FormData(saved).get("saved")]);
    editor.focus();
  });
  // The same query goes on in the other language.
  for (const link of document.querySelectorAll("a[hreflang]")) {
    link.addEventListener("click", () => (link.hash = address(editor.query)));
  }
}

if (form) await start();
