/**
 * Let a drawing be moved by pointer and, with Ctrl, made larger by wheel; return what buttons and keys do to it.
 * `key` takes what a key means away from the page, where it means something.
 */
export function movable(drawing, [wide, high]) {
  let [x, y, width] = [0, 0, wide];
  let dragged = false;
  function show() {
    drawing.setAttribute("viewBox", `${x} ${y} ${width} ${(width * high) / wide}`);
    drawing.classList.toggle("moved", x !== 0 || y !== 0 || width !== wide); // a finger then moves the map, not the page
  }
  function zoom(factor, [atX, atY] = [0.5, 0.5]) {
    const next = Math.min(Math.max(width * factor, wide / 640), wide * 4);
    x += (width - next) * atX;
    y += (((width - next) * high) / wide) * atY;
    width = next;
    show();
  }
  function move(right, down) {
    x += right * width;
    y += down * width;
    show();
  }
  const larger = () => zoom(0.7);
  const smaller = () => zoom(1 / 0.7);
  function whole() {
    [x, y, width] = [0, 0, wide];
    show();
  }
  const keys = {
    ArrowLeft: () => move(-0.1, 0),
    ArrowRight: () => move(0.1, 0),
    ArrowUp: () => move(0, -0.1),
    ArrowDown: () => move(0, 0.1),
    "+": larger,
    "=": larger,
    "-": smaller,
    0: whole,
  };
  drawing.addEventListener("dragstart", (event) => event.preventDefault());
  drawing.addEventListener("pointerdown", () => (dragged = false));
  drawing.addEventListener("pointermove", (event) => {
    if (!(event.buttons & 1)) return;
    const { a: scale } = drawing.getScreenCTM(); // pixels for a unit
    if (Math.abs(event.movementX) + Math.abs(event.movementY) > 2) dragged = true;
    move(-event.movementX / scale / width, -event.movementY / scale / width);
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
      zoom(event.deltaY < 0 ? 0.8 : 1.25, [(at.x - x) / width, ((at.y - y) * wide) / (width * high)]);
    },
    { passive: false },
  );
  show();
  return {
    larger,
    smaller,
    whole,
    key(event) {
      const act = event.ctrlKey || event.altKey || event.metaKey ? null : keys[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    },
  };
}
