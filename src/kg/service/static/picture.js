// What a drawing does where there is a script: it points out what belongs together, and a map is moved and has layers.
// Everything that it says stands in the page without it.
import { movable } from "./movable.js";

/** Let what belongs to the mark that is pointed at, or that has the focus, stand out. */
function pointOut(drawing) {
  const marks = [...drawing.querySelectorAll("[data-of]")].map((mark) => [mark, new Set(mark.dataset.of.split(" "))]);
  function show(from) {
    const wanted = from?.dataset.of.split(" ") ?? [];
    drawing.classList.toggle("lit-up", wanted.length > 0);
    for (const [mark, keys] of marks) mark.classList.toggle("lit", wanted.some((key) => keys.has(key)));
  }
  const of = (event) => event.target.closest?.("[data-of]");
  drawing.addEventListener("pointerover", (event) => show(of(event)));
  drawing.addEventListener("pointerleave", () => show(null));
  drawing.addEventListener("focusin", (event) => show(of(event)));
  drawing.addEventListener("focusout", () => show(null));
}

/** Say below a map what stands at the place that is pointed at. */
function tell(drawing, told) {
  told.hidden = false;
  const say = (event) => {
    const mark = event.target.closest?.(".mark");
    if (mark) told.textContent = mark.querySelector("title").textContent;
  };
  drawing.addEventListener("pointerover", say);
  drawing.addEventListener("focusin", say);
}

/** Show the layers that are chosen: a place is as dark as it has things in them, and gone when it has none. */
function choose(drawing, layers) {
  const boxes = [...layers.querySelectorAll("input")];
  const marks = [...drawing.querySelectorAll("[data-layers]")].filter((mark) => mark.dataset.layers);
  function show() {
    const on = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    for (const mark of marks) {
      const counts = mark.dataset.layers.split(" ").map((pair) => pair.split(":"));
      const count = counts.reduce((sum, [key, number]) => sum + (on.has(key) ? Number(number) : 0), 0);
      mark.classList.toggle("gone", count === 0);
      mark.classList.remove("s1", "s2", "s3", "s4", "s5");
      if (count) mark.classList.add(`s${Math.min(count, 5)}`);
    }
  }
  layers.hidden = false;
  layers.addEventListener("change", show);
  layers.querySelector("button").addEventListener("click", () => {
    const all = boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = !all;
    show();
  });
  show(); // a browser that goes back keeps what was chosen
}

/** Let a map be moved and made larger by its tools, by keys and by pointer. */
function move(chart, drawing, tools) {
  const view = movable(drawing, drawing.getAttribute("viewBox").split(" ").slice(2).map(Number));
  tools.hidden = false;
  tools.addEventListener("click", (event) => view[event.target.dataset.act]?.());
  chart.addEventListener("keydown", view.key);
}

const chart = document.querySelector(".chart");
if (chart) {
  const drawing = chart.querySelector(".drawing");
  const layers = document.querySelector(".layers");
  tell(drawing, document.querySelector(".told"));
  if (layers) choose(drawing, layers);
  move(chart, drawing, document.querySelector(".tools"));
} else {
  document.querySelectorAll(".drawing").forEach(pointOut);
}
