// Solutions that have geometries, drawn as outlines: SVG, without tiles and without a library.
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
  const view = movable(drawing);
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
      button("larger", "+", () => view.zoom(0.7)),
      button("smaller", "−", () => view.zoom(1 / 0.7)),
      button("whole", "⤢", view.whole),
    ),
    box,
    told,
    keys,
    ...notes,
  ];
}

/** Let a drawing be moved by pointer and keys and made larger by keys and, with Ctrl, by wheel. */
function movable(drawing) {
  let [x, y, width] = [0, 0, WIDTH];
  function show() {
    drawing.setAttribute("viewBox", `${x} ${y} ${width} ${(width * HEIGHT) / WIDTH}`);
    drawing.classList.toggle("moved", x !== 0 || y !== 0 || width !== WIDTH); // a finger then moves the map, not the page
  }
  function zoom(factor, [atX, atY] = [0.5, 0.5]) {
    const next = Math.min(Math.max(width * factor, 1), WIDTH * 4);
    x += (width - next) * atX;
    y += ((width - next) * HEIGHT * atY) / WIDTH;
    width = next;
    show();
  }
  function move(right, down) {
    x += right * width;
    y += down * width;
    show();
  }
  function whole() {
    [x, y, width] = [0, 0, WIDTH];
    show();
  }
  const keys = {
    ArrowLeft: () => move(-0.1, 0),
    ArrowRight: () => move(0.1, 0),
    ArrowUp: () => move(0, -0.1),
    ArrowDown: () => move(0, 0.1),
    "+": () => zoom(0.7),
    "=": () => zoom(0.7),
    "-": () => zoom(1 / 0.7),
    0: whole,
  };
  drawing.addEventListener("pointermove", (event) => {
    if (!(event.buttons & 1)) return;
    const { width: seen } = drawing.getBoundingClientRect();
    move(-event.movementX / seen, -event.movementY / seen);
  });
  drawing.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const { left, top, width: seen, height } = drawing.getBoundingClientRect();
      zoom(event.deltaY < 0 ? 0.8 : 1.25, [(event.clientX - left) / seen, (event.clientY - top) / height]);
    },
    { passive: false },
  );
  show();
  return {
    zoom,
    whole,
    key(event) {
      const act = event.ctrlKey || event.altKey || event.metaKey ? null : keys[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    },
  };
}
