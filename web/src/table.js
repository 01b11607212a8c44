// Solutions as a table.
import { h } from "./dom.js";

const STEP = 500;
const XSD = "http://www.w3.org/2001/XMLSchema#";
const NUMERIC =
  /^(decimal|integer|double|float|long|int|short|byte|(nonNegative|positive|negative|nonPositive)Integer|unsigned\w+)$/;

export function isNumber(term) {
  return Boolean(term?.datatype?.startsWith(XSD) && NUMERIC.test(term.datatype.slice(XSD.length)));
}

/** Return a term as an element: a link, a text with its language. */
export function cell(term, naming) {
  if (!term) return "";
  if (term.type === "uri") {
    const address = naming.address(term.value);
    const { text, lang } = naming.name(term.value);
    return address ? h("a", { href: address, title: term.value, rel: "noreferrer", lang }, text) : text;
  }
  if (term.type === "bnode") return `_:${term.value}`;
  const lang = term["xml:lang"];
  return h("span", { lang, title: lang ?? (term.datatype && naming.short(term.datatype)) }, term.value);
}

export function draw(answer, { naming, speaker, columns = {} }) {
  const { variables, rows } = answer;
  const body = h("tbody");
  const count = h("p", { class: "note", role: "status" });
  const more = h("button", { type: "button", onclick: () => show() }, speaker.say("more"));
  let shown = 0;
  function show() {
    const next = rows.slice(shown, shown + STEP);
    body.append(
      ...next.map((row) =>
        h(
          "tr",
          {},
          variables.map((variable) =>
            h("td", { class: isNumber(row[variable]) && "number" }, cell(row[variable], naming)),
          ),
        ),
      ),
    );
    shown += next.length;
    const whole = shown === rows.length;
    count.textContent = whole ? "" : speaker.say("shown", speaker.number(shown), speaker.number(rows.length));
    more.hidden = whole;
  }
  show();
  const head = h(
    "thead",
    {},
    h(
      "tr",
      {},
      variables.map((name) =>
        h("th", { scope: "col", class: rows.some((row) => isNumber(row[name])) && "number" }, columns[name] ?? name),
      ),
    ),
  );
  const table = h("table", {}, h("caption", { class: "unseen" }, speaker.say("results")), head, body);
  return [
    h("div", { class: "scrolled", tabindex: 0, role: "region", "aria-label": speaker.say("table") }, table),
    count,
    more,
  ];
}
