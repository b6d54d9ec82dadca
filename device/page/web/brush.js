// A brush over a shot: strokes are hints, and the rig draws the edge anew near them.

const at = (id) => document.getElementById(id);

export class Brush {
  constructor(canvas, redraw) {
    this.canvas = canvas;
    this.redraw = redraw;
    this.mode = null;
    this.strokes = [];
    this.undone = [];
    canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    canvas.addEventListener("pointermove", (event) => this.#go(event));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { this.drawing = null; });
  }

  reset() {
    [this.mode, this.strokes, this.undone, this.drawing] = [null, [], [], null];
    this.canvas.classList.remove("brush");
  }

  take(mode) {
    this.mode = this.mode === mode ? null : mode;
    this.canvas.classList.toggle("brush", this.mode !== null);
  }

  undo() { this.#move(this.strokes, this.undone); }
  redo() { this.#move(this.undone, this.strokes); }

  #move(from, to) {
    if (from.length) to.push(from.pop());
    this.redraw();
  }

  #place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  #begin(event) {
    if (!this.mode || event.button > 0) return;
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    this.drawing = { mode: this.mode, radius: Number(at("brush-size").value) / 1000, points: [this.#place(event)] };
    this.strokes.push(this.drawing);
    this.undone = [];
    this.redraw();
  }

  #go(event) {
    if (!this.drawing || this.drawing.points.length >= 2000) return;
    this.drawing.points.push(...(event.getCoalescedEvents?.() ?? [event]).map((each) => this.#place(each)));
    this.drawing.points.length = Math.min(this.drawing.points.length, 2000);
    this.redraw();
  }

  draw() {
    const pen = this.canvas.getContext("2d");
    const { width, height } = this.canvas;
    for (const { mode, radius, points } of this.strokes) {
      pen.save();
      pen.globalAlpha = 0.6;
      pen.strokeStyle = mode === "erase" ? "#ff2d3f" : "#19d15f";
      pen.lineWidth = 2 * radius * width;
      pen.lineCap = pen.lineJoin = "round";
      pen.beginPath();
      for (const [x, y] of points) pen.lineTo(x * width, y * height);
      if (points.length === 1) pen.lineTo(points[0][0] * width + 0.1, points[0][1] * height);
      pen.stroke();
      pen.restore();
    }
  }

  // In pixels of the camera's frame, as the command wants them.
  describe({ width_px: across, height_px: down }) {
    return this.strokes.map(({ mode, radius, points }) => ({
      mode, radius_px: Math.max(0.5, radius * across),
      points: points.map(([x, y]) => [Math.round(x * across * 10) / 10, Math.round(y * down * 10) / 10]),
    }));
  }
}
