// Puts frame and mask together: one JPEG has the frame above its mask.

export const VIEWS = ["mask", "checker", "white", "black", "magenta", "plain"];
const COLOURS = { white: "#fff", black: "#000", magenta: "#f0f" };

// A frame with its cutout, as canvases of the frame's size.
export class Picture {
  constructor(bitmap) {
    this.width = bitmap.width;
    this.height = bitmap.height >> 1;
    this.frame = makeCanvas(this.width, this.height);
    this.frame.getContext("2d").drawImage(bitmap, 0, 0);
    this.mask = makeCanvas(this.width, this.height);
    const pen = this.mask.getContext("2d", { willReadFrequently: true });
    pen.drawImage(bitmap, 0, -this.height);
    bitmap.close();
    this.box = this.#readMask(pen);
    this.cutout = makeCanvas(this.width, this.height);
    const cut = this.cutout.getContext("2d");
    cut.drawImage(this.frame, 0, 0);
    cut.globalCompositeOperation = "destination-in";
    cut.drawImage(this.mask, 0, 0);
  }

  // Grey becomes opacity; returns left, top, width and height of the garment, or null.
  #readMask(pen) {
    const pixels = pen.getImageData(0, 0, this.width, this.height);
    const data = pixels.data;
    let [left, top, right, bottom] = [this.width, this.height, -1, -1];
    for (let y = 0, at = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++, at += 4) {
        const alpha = data[at] < 12 ? 0 : data[at];
        data[at + 3] = alpha;
        if (alpha > 127) {
          if (x < left) left = x;
          if (x > right) right = x;
          if (y < top) top = y;
          bottom = y;
        }
      }
    }
    pen.putImageData(pixels, 0, 0);
    return right < 0 ? null : [left / this.width, top / this.height, (right - left + 1) / this.width, (bottom - top + 1) / this.height];
  }

  draw(canvas, view) {
    if (canvas.width !== this.width) canvas.width = this.width;
    if (canvas.height !== this.height) canvas.height = this.height;
    const pen = canvas.getContext("2d");
    pen.globalAlpha = 1;
    pen.globalCompositeOperation = "source-over";
    if (view === "plain") {
      pen.drawImage(this.frame, 0, 0);
    } else if (view === "mask") {
      pen.drawImage(this.frame, 0, 0);
      pen.globalAlpha = 0.72;
      pen.drawImage(this.#paintAround("#3a1450"), 0, 0);
      pen.globalAlpha = 1;
      pen.drawImage(this.outline("#39ff6a", 1.5), 0, 0);
    } else {
      pen.fillStyle = view === "checker" ? checker(pen) : COLOURS[view];
      pen.fillRect(0, 0, this.width, this.height);
      pen.drawImage(this.cutout, 0, 0);
    }
  }

  #paintAround(colour) {
    const canvas = makeCanvas(this.width, this.height);
    const pen = canvas.getContext("2d");
    pen.fillStyle = colour;
    pen.fillRect(0, 0, this.width, this.height);
    pen.globalCompositeOperation = "destination-out";
    pen.drawImage(this.mask, 0, 0);
    return canvas;
  }

  // The mask, moved aside all around, less itself.
  outline(colour, wide) {
    const canvas = makeCanvas(this.width, this.height);
    const pen = canvas.getContext("2d");
    for (const [x, y] of [[1, 0], [-1, 0], [0, 1], [0, -1], [0.7, 0.7], [-0.7, 0.7], [0.7, -0.7], [-0.7, -0.7]]) {
      pen.drawImage(this.mask, x * wide, y * wide);
    }
    pen.globalCompositeOperation = "destination-out";
    pen.drawImage(this.mask, 0, 0);
    pen.globalCompositeOperation = "source-in";
    pen.fillStyle = colour;
    pen.fillRect(0, 0, this.width, this.height);
    return canvas;
  }
}

function makeCanvas(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

function checker(pen) {
  const tile = makeCanvas(24, 24);
  const own = tile.getContext("2d");
  own.fillStyle = "#fff";
  own.fillRect(0, 0, 24, 24);
  own.fillStyle = "#c9ced6";
  own.fillRect(0, 0, 12, 12);
  own.fillRect(12, 12, 12, 12);
  return pen.createPattern(tile, "repeat");
}

export function drawReference(canvas, reference) {
  const pen = canvas.getContext("2d");
  pen.globalAlpha = 0.38;
  pen.drawImage(reference.cutout, 0, 0, canvas.width, canvas.height);
  pen.globalAlpha = 0.95;
  pen.drawImage(reference.outline("#ffd23e", 1.5), 0, 0, canvas.width, canvas.height);
  pen.globalAlpha = 1;
}

export function drawGuides(canvas, box) {
  const pen = canvas.getContext("2d");
  const { width, height } = canvas;
  line(pen, "rgba(255,255,255,.75)", [], [[width / 2, 0], [width / 2, height]]);
  for (const share of [1 / 3, 2 / 3]) {
    line(pen, "rgba(255,255,255,.35)", [], [[width * share, 0], [width * share, height]]);
    line(pen, "rgba(255,255,255,.35)", [], [[0, height * share], [width, height * share]]);
  }
  if (!box) return;
  const [left, top, across, down] = box;
  for (const x of [left, left + across]) line(pen, "#ffd23e", [8, 6], [[x * width, 0], [x * width, height]]);
  for (const y of [top, top + down]) line(pen, "#ffd23e", [8, 6], [[0, y * height], [width, y * height]]);
}

function line(pen, colour, dashes, [from, to]) {
  pen.save();
  pen.setLineDash(dashes);
  for (const [style, weight] of [["rgba(0,0,0,.45)", 3], [colour, 1.4]]) {
    pen.strokeStyle = style;
    pen.lineWidth = weight;
    pen.beginPath();
    pen.moveTo(...from);
    pen.lineTo(...to);
    pen.stroke();
  }
  pen.restore();
}

export function drawPlaces(canvas, places, state) {
  const pen = canvas.getContext("2d");
  const { width, height } = canvas;
  const colour = state === "retake" ? "#ff2d3f" : "#ffb300";
  const weight = Math.max(3, width / 240);
  for (const { box: [left, top, across, down] } of places) {
    const grown = [left * width - weight, top * height - weight, across * width + 2 * weight, down * height + 2 * weight];
    for (const [style, wide] of [["#000", 1.8 * weight], [colour, weight]]) {
      pen.strokeStyle = style;
      pen.lineWidth = wide;
      pen.strokeRect(...grown);
    }
  }
}
