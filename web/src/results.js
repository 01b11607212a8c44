// The answer of a query: as a table, a map, a chart, as it came, and to download.
import { FORMATS, download } from "./answer.js";
import { h } from "./dom.js";
import { draw as table } from "./table.js";

const LONGEST = 200_000; // characters of a raw response that a page shows

function raw({ text }, { speaker }) {
  const note = text.length > LONGEST ? [h("p", { class: "note" }, speaker.say("cut"))] : [];
  const shown = h("pre", { class: "scrolled", tabindex: 0, role: "region", "aria-label": speaker.say("raw") });
  shown.textContent = text.slice(0, LONGEST);
  return [...note, shown];
}

/** Return the views that an answer has, each with what draws it. */
async function views(answer) {
  if (answer.kind !== "solutions" || !answer.rows.length) return { raw };
  const [chart, map] = await Promise.all([import("./chart.js"), import("./map.js")]);
  return {
    table,
    ...(map.places(answer).length ? { map: map.draw } : {}),
    ...(chart.measures(answer).length ? { chart: chart.draw } : {}),
    raw,
  };
}

export function said(answer, speaker) {
  const time = speaker.say(answer.memory === undefined ? "seconds" : "here", speaker.seconds(answer.seconds));
  if (answer.kind === "boolean") return `${speaker.say(answer.boolean ? "yes" : "no")}, ${time}`;
  if (answer.kind === "graph") return `${speaker.say("graph")}, ${time}`;
  const { length } = answer.rows;
  const rows = ["none", "row"][length] ?? "rows";
  return `${speaker.say(rows, speaker.number(length))}, ${time}`;
}

/** Show an answer in an element: tabs (WAI-ARIA practices, tabs with manual activation) and downloads. */
export async function show(parent, answer, { engine, naming, speaker, fail, columns }) {
  const known = await views(answer);
  const panel = h("div", { role: "tabpanel", id: "view", tabindex: -1 });
  const tabs = Object.keys(known).map((name) =>
    h(
      "button",
      {
        type: "button",
        role: "tab",
        id: `view-${name}`,
        "aria-controls": "view",
        onclick: () => choose(name),
        onkeydown: turn,
      },
      speaker.say(name),
    ),
  );

  function choose(name) {
    for (const tab of tabs) {
      const chosen = tab.id === `view-${name}`;
      tab.setAttribute("aria-selected", chosen);
      tab.tabIndex = chosen ? 0 : -1;
    }
    panel.setAttribute("aria-labelledby", `view-${name}`);
    panel.replaceChildren(...known[name](answer, { naming, speaker, columns, width: parent.clientWidth }));
  }
  function turn(event) {
    const here = tabs.indexOf(event.currentTarget);
    const last = tabs.length - 1;
    const next = {
      ArrowRight: here === last ? 0 : here + 1,
      ArrowLeft: here === 0 ? last : here - 1,
      Home: 0,
      End: last,
    };
    if (!(event.key in next)) return;
    event.preventDefault();
    tabs[next[event.key]].focus();
  }
  const downloads = Object.entries(FORMATS[answer.kind]).map(([format, name]) =>
    h(
      "li",
      {},
      h(
        "button",
        {
          type: "button",
          "aria-label": `${speaker.say("save")} ${name}`,
          onclick: () => download(engine, answer, format).catch(fail),
        },
        name,
      ),
    ),
  );
  choose(Object.keys(known)[0]);
  parent.replaceChildren(
    h("div", { class: "tabs", role: "tablist", "aria-label": speaker.say("results") }, tabs),
    panel,
    h("h2", {}, speaker.say("save")),
    h("ul", { class: "downloads" }, downloads),
  );
}
