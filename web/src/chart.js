// Solutions as bars, a line or a pie: SVG, without a library.
import { h, svg } from "./dom.js";
import { isNumber } from "./table.js";

const MOST = 200;
const SLICES = 8;

/** Return the variables that have a number in some row. */
export function measures({ variables, rows }) {
  return variables.filter((variable) => rows.some((row) => isNumber(row[variable])));
}

/** Return the labelled numbers of two columns, in the order of the rows; without a label a row has its number. */
export function points({ rows }, label, value, naming) {
  return rows.flatMap((row, place) => {
    if (!isNumber(row[value]) || !Number.isFinite(Number(row[value].value))) return [];
    const term = row[label];
    const text = term ? (term.type === "uri" && naming.short(term.value)) || term.value : String(place + 1);
    return [{ label: text, value: Number(row[value].value) }];
  });
}

/** Return the numbers of an axis: round ones that hold all values and zero. */
export function ticks(values, about = 5) {
  const least = Math.min(0, ...values);
  const most = Math.max(0, ...values);
  const rough = (most - least || 1) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999);
  const first = Math.floor(least / step + 1e-9);
  const last = Math.max(Math.ceil(most / step - 1e-9), first + 1);
  return Array.from({ length: last - first + 1 }, (_, place) => Number(((first + place) * step).toPrecision(12)));
}

/** Return the largest values, and the sum of those that a pie has no room for. */
export function slices(data, others) {
  const sorted = data.filter(({ value }) => value > 0).sort((one, other) => other.value - one.value);
  if (sorted.length <= SLICES) return sorted;
  const rest = sorted.slice(SLICES - 1).reduce((sum, { value }) => sum + value, 0);
  return [...sorted.slice(0, SLICES - 1), { label: others, value: rest }];
}

const LETTER = 8; // the width of one, about
const short = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
const titled = (element, { label, value }, speaker) => {
  element.append(svg("title", {}, speaker.say("pair", label, speaker.number(value))));
  return element;
};

function bars(data, width, speaker) {
  const left = Math.min(240, width * 0.4);
  const fitting = Math.floor((left - 8) / LETTER);
  const row = 22;
  const scale = ticks(
    data.map(({ value }) => value),
    Math.max(1, (width - left - 70) / 90),
  );
  const [low, high] = [scale[0], scale.at(-1)];
  const x = (value) => left + ((value - low) / (high - low)) * (width - left - 70);
  const height = data.length * row + 24;
  const shapes = data.flatMap((point, place) => {
    const [from, to] = [Math.min(x(0), x(point.value)), Math.max(x(0), x(point.value))];
    const y = place * row + 4;
    const box = { x: from, y, width: Math.max(to - from, 1), height: row - 6, class: "colour-0 bar" };
    return [
      svg("text", { x: left - 8, y: y + 12, "text-anchor": "end" }, short(point.label, fitting)),
      titled(svg("rect", box), point, speaker),
      svg("text", { x: to + 4, y: y + 12, class: "amount" }, speaker.number(point.value)),
    ];
  });
  const axis = scale.flatMap((value) => [
    svg("line", { x1: x(value), x2: x(value), y1: 0, y2: height - 20, class: "rule" }),
    svg("text", { x: x(value), y: height - 4, "text-anchor": "middle" }, speaker.number(value)),
  ]);
  return [height, [...axis, ...shapes]];
}

function line(data, width, speaker) {
  const [height, left, bottom] = [370, 80, 85];
  const scale = ticks(data.map(({ value }) => value));
  const [low, high] = [scale[0], scale.at(-1)];
  const x = (place) => left + (data.length > 1 ? place / (data.length - 1) : 0.5) * (width - left - 20);
  const y = (value) => height - bottom - ((value - low) / (high - low)) * (height - bottom - 20);
  const every = Math.ceil(data.length / (width / 50));
  const axis = scale.flatMap((value) => [
    svg("line", { x1: left, x2: width - 20, y1: y(value), y2: y(value), class: "rule" }),
    svg("text", { x: left - 8, y: y(value) + 4, "text-anchor": "end" }, speaker.number(value)),
  ]);
  const names = data.flatMap(({ label }, place) => {
    if (place % every) return [];
    const at = `${x(place)} ${height - bottom + 16}`;
    return [svg("text", { transform: `translate(${at}) rotate(-35)`, "text-anchor": "end" }, short(label, 14))];
  });
  const path = svg("polyline", {
    points: data.map(({ value }, place) => `${x(place)},${y(value)}`).join(" "),
    class: "curve",
  });
  const dots = data.map((point, place) =>
    titled(
      svg("circle", { cx: x(place), cy: y(point.value), r: data.length > 60 ? 2 : 4, class: "colour-0" }),
      point,
      speaker,
    ),
  );
  return [height, [...axis, ...names, path, ...dots]];
}

function pie(data, width, speaker) {
  const beside = width > 480; // the names stand beside the circle, or below
  const radius = Math.min(150, width / 2 - 10);
  const centre = radius + 10;
  const [x, y] = beside ? [2 * centre + 20, 30] : [0, 2 * centre + 10];
  const fitting = Math.floor((width - x - 90) / LETTER);
  const parts = slices(data, speaker.say("others"));
  const total = parts.reduce((sum, { value }) => sum + value, 0);
  const at = (part) => {
    const angle = part * 2 * Math.PI;
    return `${centre + radius * Math.sin(angle)} ${centre - radius * Math.cos(angle)}`;
  };
  let turned = 0;
  const shapes = parts.flatMap((point, place) => {
    const share = point.value / total;
    const arc = `A ${radius} ${radius} 0 ${share > 0.5 ? 1 : 0} 1`;
    const d = `M ${centre} ${centre} L ${at(turned)} ${arc} ${at(turned + share)} Z`;
    turned += share;
    const name = `colour-${place} slice`;
    // An arc cannot go all round.
    const whole = { cx: centre, cy: centre, r: radius, class: name };
    const shape = share > 0.9999 ? svg("circle", whole) : svg("path", { d, class: name });
    return [
      titled(shape, point, speaker),
      svg("rect", { x, y: y + place * 30, width: 16, height: 16, class: name }),
      svg(
        "text",
        { x: x + 24, y: y + 13 + place * 30 },
        speaker.say("pair", short(point.label, fitting), speaker.percent(share)),
      ),
    ];
  });
  return [Math.max(2 * centre, y + parts.length * 30), shapes];
}

const KINDS = { bar: bars, line, pie };

export function draw(answer, { naming, speaker, width }) {
  const across = Math.min(width, 800);
  const numbers = measures(answer);
  const others = answer.variables.filter((variable) => !numbers.includes(variable));
  const select = (name, options, chosen) =>
    h(
      "label",
      {},
      speaker.say(name),
      " ",
      h(
        "select",
        { name, onchange: () => redraw() },
        options.map(([value, text]) => h("option", { value, selected: value === chosen }, text)),
      ),
    );
  const same = (names) => names.map((name) => [name, name]);
  const form = h(
    "form",
    { class: "choices", onsubmit: (event) => event.preventDefault() },
    select(
      "type",
      Object.keys(KINDS).map((kind) => [kind, speaker.say(kind)]),
    ),
    select("labels", [...same(answer.variables), ["", speaker.say("number")]], others[0] ?? ""),
    select("values", same(numbers), numbers.at(-1)),
  );
  const figure = h("figure", { class: "chart" });
  function redraw() {
    const { type, labels, values } = Object.fromEntries(new FormData(form));
    const all = points(answer, labels, values, naming);
    const data = type === "pie" ? all : all.slice(0, MOST);
    const notes = [];
    if (data.length < all.length) notes.push(speaker.say("first", speaker.number(MOST)));
    if (type === "pie" && all.some(({ value }) => value < 0)) notes.push(speaker.say("negative"));
    const [height, shapes] = KINDS[type](data, across, speaker);
    const told = speaker.say(
      "drawn",
      speaker.say(type),
      values,
      labels || speaker.say("number"),
      speaker.number(all.length),
    );
    figure.replaceChildren(
      svg(
        "svg",
        { viewBox: `0 0 ${across} ${height}`, width: across, height, role: "img", "aria-label": told },
        shapes,
      ),
      h("figcaption", {}, [told, ...notes].join(" ")),
    );
  }
  redraw();
  return [form, figure];
}
