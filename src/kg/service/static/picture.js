// What a drawing does where there is a script: it points out what belongs together, and a map is moved and has layers.
// Everything that it says stands in the page without it.

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

/** Let a map be moved by pointer and keys, and made larger by keys, buttons and, with Ctrl, by wheel. */
function move(chart, drawing, tools) {
  const [, , WIDTH, HEIGHT] = drawing.getAttribute("viewBox").split(" ").map(Number);
  let [x, y, width] = [0, 0, WIDTH];
  let dragged = false;
  function show() {
    drawing.setAttribute("viewBox", `${x} ${y} ${width} ${(width * HEIGHT) / WIDTH}`);
    drawing.classList.toggle("moved", x !== 0 || y !== 0 || width !== WIDTH); // a finger then moves the map, not the page
  }
  function zoom(factor, [atX, atY] = [0.5, 0.5]) {
    const next = Math.min(Math.max(width * factor, WIDTH / 60), WIDTH * 2);
    x += (width - next) * atX;
    y += (((width - next) * HEIGHT) / WIDTH) * atY;
    width = next;
    show();
  }
  function shift(right, down) {
    x += right * width;
    y += down * width;
    show();
  }
  function whole() {
    [x, y, width] = [0, 0, WIDTH];
    show();
  }
  const acts = { larger: () => zoom(0.7), smaller: () => zoom(1 / 0.7), whole };
  const keys = {
    ArrowLeft: () => shift(-0.1, 0),
    ArrowRight: () => shift(0.1, 0),
    ArrowUp: () => shift(0, -0.1),
    ArrowDown: () => shift(0, 0.1),
    "+": acts.larger,
    "=": acts.larger,
    "-": acts.smaller,
    0: whole,
  };
  tools.hidden = false;
  tools.addEventListener("click", (event) => acts[event.target.dataset.act]?.());
  chart.addEventListener("keydown", (event) => {
    const act = event.ctrlKey || event.altKey || event.metaKey ? null : keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  drawing.addEventListener("dragstart", (event) => event.preventDefault());
  drawing.addEventListener("pointerdown", () => (dragged = false));
  drawing.addEventListener("pointermove", (event) => {
    if (!(event.buttons & 1)) return;
    const { a: scale } = drawing.getScreenCTM(); // pixels for a unit
    if (Math.abs(event.movementX) + Math.abs(event.movementY) > 2) dragged = true;
    shift(-event.movementX / scale / width, -event.movementY / scale / width);
  });
  drawing.addEventListener("click", (event) => {
    if (dragged) event.preventDefault(); // who moved the map did not follow a link
  });
  drawing.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(drawing.getScreenCTM().inverse());
      zoom(event.deltaY < 0 ? 0.8 : 1.25, [(at.x - x) / width, (at.y - y) / ((width * HEIGHT) / WIDTH)]);
    },
    { passive: false },
  );
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
