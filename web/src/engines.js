// Who answers: the endpoint, or this browser; a choice, with what there is.
import { Browser } from "./browser.js";
import { h } from "./dom.js";
import { Server } from "./server.js";

const HIDDEN = 500; // milliseconds between two figures that are told

/** Return a function that says how far an answer is; figures not so often that they cannot be read aloud. */
export function teller(say, { speaker }) {
  let last = 0;
  let state = null;
  return (told) => {
    const now = performance.now();
    if (told.state === state && now - last < HIDDEN) return;
    [last, state] = [now, told.state];
    const figures = {
      download: () => [speaker.size(told.loaded), speaker.size(told.total)],
      load: () => [speaker.percent(told.part)],
    };
    say(speaker.say(state, ...(figures[state]?.() ?? [])));
  };
}

export class Engines {
  constructor(site, speaker) {
    this.speaker = speaker;
    this.server = new Server(site);
    this.browser = new Browser(site);
    const radio = (name) => h("input", { type: "radio", name: "engine", value: name, onchange: () => this.choose(name) });
    this.radios = { server: radio("server"), browser: radio("browser") };
    this.note = h("p", { class: "note", "aria-live": "polite" });
    const labelled = Object.entries(this.radios).map(([name, input]) => h("label", {}, input, ` ${speaker.say(name)}`));
    this.part = h("fieldset", { class: "engines" }, h("legend", {}, speaker.say("engines")), labelled, this.note);
    this.settled = this.#settle();
  }

  /** Return what is to be asked. */
  async chosen() {
    await this.settled;
    return this.radios.browser.checked ? this.browser : this.server;
  }

  async choose(name) {
    this.radios[name].checked = true;
    if (name === "server") return void (this.note.textContent = "");
    if (await this.browser.published()) {
      this.note.textContent = this.speaker.say("fetches", this.speaker.size(await this.browser.size()));
      return;
    }
    this.radios.browser.disabled = true;
    this.radios.server.checked = !this.radios.server.disabled;
    this.note.textContent = this.speaker.say(this.radios.server.disabled ? "nobody" : "unpublished");
  }

  /** Say what the engine of the browser holds once it has answered. */
  measured({ quads, loading, memory }) {
    if (memory === undefined) return;
    const { speaker } = this;
    const figures = [speaker.number(quads), speaker.seconds(loading), speaker.size(memory)];
    this.note.textContent = speaker.say("holds", ...figures);
  }

  async #settle() {
    const there = await this.server.present();
    this.radios.server.disabled = !there;
    await this.choose(there ? "server" : "browser");
    if (!there && !this.radios.browser.disabled) this.note.prepend(`${this.speaker.say("alone")} `);
  }
}
