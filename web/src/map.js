// Solutions that have geometries, drawn as outlines: SVG, without tiles and without a library.
import { movable } from "../../src/kg/service/static/movable.js";
import { h, svg } from "./dom.js";
import { cell } from "./table.js";
import { WKT, parse } from "./wkt.js";

const [WIDTH, HEIGHT] = [640, 440];
const MANY = 200; // shapes, beyond which dots are small

/** Return the variables that have a geometry in some row. */
export function places({ variables, rows }) {
  return variables.filter((variable) => rows.some((row) => row[variable]?.datatype === WKT));
}

/** Return what is drawn of each row, and how many values could not be read. */
export function features({ rows }, variables) {
  const found = [];
  let unread = 0;
  for (const row of rows) {
    for (const variable of variables) {
      if (row[variable]?.datatype !== WKT) continue;
      const shapes = parse(row[variable].value);
      if (shapes) found.push({ row, shapes });
      else unread += 1;
    }
  }
  return { found, unread };
}

const positions = ({ points, lines, polygons }) => [...points, ...lines.flat(), ...polygons.flat(2)];

/** Return the least and the most of the longitudes and latitudes. */
export function bounds(found) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { shapes } of found) {
    for (const [x, y] of positions(shapes)) {
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    }
  }
  return box;
}

/** Return a projection of degrees onto the box of the map: equirectangular, true to scale at the middle latitude. */
export function projection([west, south, east, north]) {
  const ratio = Math.max(Math.cos((((south + north) / 2) * Math.PI) / 180), 0.05);
  const across = Math.max((east - west) * ratio, 1e-9);
  const down = Math.max(north - south, 1e-9);
  const one = across < 1e-8 && down < 1e-8; // all at one place
  const scale = one ? 1 : Math.min((WIDTH - 60) / across, (HEIGHT - 60) / down);
  return ([x, y]) =>
    [WIDTH / 2 + (x - (west + east) / 2) * ratio * scale, HEIGHT / 2 - (y - (south + north) / 2) * scale].map(
      (number) => Math.round(number * 100) / 100,
    );
}

function outline({ points, lines, polygons }, project) {
  const written = (line) => line.map((position) => project(position).join(" ")).join("L");
  const areas = polygons
    .flat()
    .map((ring) => `M${written(ring)}Z`)
    .join("");
  const ways = lines.map((way) => `M${written(way)}`).join("");
  const dots = points.map((point) => `M${project(point).join(" ")}h0`).join(""); // round ends make it a dot
  return [
    areas && svg("path", { d: areas, class: "area", "fill-rule": "evenodd" }),
    ways && svg("path", { d: ways, class: "way" }),
    dots && svg("path", { d: dots, class: "dot" }),
  ].filter(Boolean);
}

export function draw(answer, { naming, speaker }) {
  const variables = places(answer);
  const { found, unread } = features(answer, variables);
  const notes = unread ? [h("p", { class: "note" }, speaker.say("unread", speaker.number(unread)))] : [];
  if (!found.some(({ shapes }) => positions(shapes).length)) return notes;
  const project = projection(bounds(found));
  const told = h("p", { class: "told", "aria-live": "polite" }, speaker.say("choose"));
  let chosen = null;
  let pinned = false; // by a click, until one elsewhere: the way to a link leads over other shapes
  function tell(feature, group) {
    chosen?.classList.remove("chosen");
    chosen = group;
    group.classList.add("chosen");
    const said = answer.variables.filter((variable) => !variables.includes(variable) && feature.row[variable]);
    told.replaceChildren(
      ...said.flatMap((variable, place) => [
        place ? " · " : "",
        h("span", { class: "column" }, `${variable} `),
        cell(feature.row[variable], naming),
      ]),
    );
  }
  const groups = found.map((feature) => {
    const said = answer.variables.filter((variable) => !variables.includes(variable) && feature.row[variable]);
    const title = svg(
      "title",
      {},
      said.map((name) => naming.short(feature.row[name].value) ?? feature.row[name].value).join("\n"),
    );
    const pin = (event) => {
      event.stopPropagation();
      pinned = true;
      tell(feature, group);
    };
    const group = svg(
      "g",
      { onclick: pin, onpointerenter: () => pinned || tell(feature, group) },
      title,
      outline(feature.shapes, project),
    );
    return group;
  });
  // What is large lies below what is small, which could not be pointed at else.
  const size = ({ shapes }) => {
    const [west, south, east, north] = bounds([{ shapes }]);
    return (east - west) * (north - south);
  };
  const order = found.map((feature, place) => [size(feature), groups[place]]).sort(([one], [other]) => other - one);
  const name = speaker.say("shapes", speaker.number(found.length));
  const drawing = svg(
    "svg",
    { role: "img", "aria-label": name, class: found.length > MANY && "many", onclick: () => (pinned = false) },
    order.map(([, group]) => group),
  );
  const view = movable(drawing, [WIDTH, HEIGHT]);
  const button = (key, text, act) =>
    h("button", { type: "button", title: speaker.say(key), "aria-label": speaker.say(key), onclick: act }, text);
  const keys = h("p", { id: "map-keys", class: "note" }, speaker.say("moves"));
  const box = h(
    "div",
    {
      class: "map",
      tabindex: 0,
      role: "group",
      "aria-label": speaker.say("map"),
      "aria-describedby": keys.id,
      onkeydown: view.key,
    },
    drawing,
  );
  return [
    h(
      "div",
      { class: "choices" },
      button("larger", "+", view.larger),
      button("smaller", "−", view.smaller),
      button("whole", "⤢", view.whole),
    ),
    box,
    told,
    keys,
    ...notes,
  ];
}
