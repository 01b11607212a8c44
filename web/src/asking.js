// A saved query is answered with other values in the page that has the answer for those of the file.
import { Notice, Refusal } from "./answer.js";
import { Browser } from "./browser.js";
import { h } from "./dom.js";
import { teller } from "./engines.js";
import { named } from "./labels.js";
import { bound, term } from "./parameters.js";
import { said, show } from "./results.js";
import { naming as namingOf, told as toldOfSite } from "./site.js";
import { draw as table } from "./table.js";
import { speaker as speakerOf } from "./words.js";

const speaker = speakerOf(document.documentElement.lang);
const site = toldOfSite();

/** Return the terms of the texts that are given. Raises Notice for a parameter that is not known, and a wrong text. */
function terms(asked, parameters) {
  const known = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  return Object.fromEntries(
    Object.entries(asked).map(([name, text]) => {
      if (!known.has(name)) throw new Notice("unknown", name);
      const { type, takes } = known.get(name);
      const found = term(text, type, site);
      if (found === null) throw new Notice("wrong", name, takes, text);
      return [name, found];
    }),
  );
}

/** Answer for what the address asks, in the place of the answer that the page came with. */
export async function answer(told, asked) {
  const place = document.getElementById("answers");
  const status = h("p", { class: "status", role: "status" });
  const stopping = new AbortController();
  const stop = h("button", { type: "button", onclick: () => stopping.abort() }, speaker.say("stop"));
  const trouble = h("div", { role: "alert" });
  const results = h("div", { class: "results" });
  const heading = h("h2", {}, speaker.say("answer"));
  const reasons = h("div");
  place.replaceChildren(heading, status, stop, trouble, results, reasons);
  for (const [name, text] of Object.entries(asked)) {
    const field = document.getElementById("asked").elements[name];
    if (field) field.value = text;
  }
  const fail = (error) => {
    status.textContent = "";
    const told = error instanceof Notice ? speaker.notice(error) : speaker.say("error");
    trouble.replaceChildren(h("p", {}, told), error instanceof Refusal ? h("pre", { lang: "en" }, error.message) : "");
    if (!(error instanceof Notice || error instanceof Refusal)) console.error(error);
  };
  try {
    const values = terms(asked, told.parameters);
    const query = bound(told.query, values);
    const engine = new Browser(site);
    rewrite(asked, query);
    const tell = teller((text) => (status.textContent = text), { speaker });
    const ask = (text) => engine.ask(text, { signal: stopping.signal, tell });
    const found = await ask(query);
    const why = [];
    for (const reason of told.because) why.push([reason, await ask(bound(reason.query, values))]);
    const where = { ...told, origin: site.origin, speaker };
    const naming = await named(namingOf(site), [found, ...why.map(([, one]) => one)], where, ask);
    await show(results, found, { engine, naming, speaker, fail, columns: told.columns });
    status.textContent = `${said(found, speaker)} ${speaker.say("memory-used", speaker.size(found.memory))}`;
    if (why.length) reasons.replaceChildren(h("h2", {}, speaker.say("because")), ...why.map((one) => details(one, found)));

    function details([{ title, page, columns }, one]) {
      const open = found.rows?.length === 0;
      const shown = one.rows?.length ? table(one, { naming, speaker, columns }) : [h("p", {}, said(one, speaker))];
      const link = h("p", {}, h("a", { href: page }, speaker.say("its-page")));
      return h("details", { open, class: "results" }, h("summary", {}, `${title} (${one.rows?.length ?? 1})`), shown, link);
    }
  } catch (error) {
    if (error.name === "AbortError") status.textContent = speaker.say("stopped");
    else fail(error);
  } finally {
    stop.remove();
  }
}

/** Make what the page says of its text and its address true of what is asked. */
function rewrite(asked, query) {
  document.getElementById("asked-text").textContent = query;
  document.getElementById("edited").hash = new URLSearchParams({ query });
  const cited = document.getElementById("cited");
  cited.search = new URLSearchParams({ ...Object.fromEntries(new URL(cited.href).searchParams), ...asked });
  cited.textContent = cited.textContent.replace(/(\?.*)?$/, () => cited.search);
}
