// The operator's page: shows the rig's state, and turns touches and keys into orders.

import { Brush } from "./brush.js";
import { drawGuides, drawPlaces, drawReference, Picture, VIEWS } from "./picture.js";
import { isTyping, listen } from "./scanner.js";
import { buildList, showList } from "./shot_list.js";
import { play, wake } from "./sound.js";
import { enter, loadPicture, order, StrangerError, watchLive, watchState } from "./talk.js";
import { say, text, translate } from "./texts.js";

const OK_MS = 4000;
const TOAST_MS = 7000;
const MOST_SHOWN = 3;
const at = (id) => document.getElementById(id);
const remembered = (key, otherwise) => { try { return localStorage.getItem(key) ?? otherwise; } catch { return otherwise; } };
const rememberFor = (key, value) => { try { localStorage.setItem(key, value); } catch { /* A private window forgets. */ } };

const page = {
  state: null, live: null, shown: null, reference: null, referenceId: null, pinned: null,
  view: VIEWS.includes(remembered("view", "")) ? remembered("view", "") : "mask", onion: false, guides: false,
  sound: false, lost: false, dismissed: null, okTimer: 0, newest: null, opened: null, giving: new Set(),
};
const pictures = new Map();

// The picture.

function draw() {
  const canvas = at("live");
  if (!page.live) return;
  page.live.draw(canvas, page.view);
  const reference = page.onion || page.guides ? page.reference : null;
  if (page.onion && reference) drawReference(canvas, reference);
  if (page.guides) drawGuides(canvas, reference?.box ?? null);
  if (page.shown && page.shown.verdict.state !== "ok") drawPlaces(canvas, page.shown.places, page.shown.verdict.state);
  const fit = (page.onion || page.guides) && reference ? compare(page.live.box, reference.box) : "";
  at("fit").textContent = fit;
  at("fit").hidden = !fit;
}

function compare(live, reference) {
  if (!live || !reference) return "";
  const percent = (share) => Math.round(Math.abs(share) * 100);
  const size = live[3] / reference[3] - 1;
  const across = live[0] + live[2] / 2 - reference[0] - reference[2] / 2;
  const down = live[1] + live[3] / 2 - reference[1] - reference[3] / 2;
  const parts = [
    percent(size) && text(size > 0 ? "sizeLarger" : "sizeSmaller", percent(size)),
    percent(across) && text(across > 0 ? "right" : "left", percent(across)),
    percent(down) && text(down > 0 ? "low" : "high", percent(down)),
  ].filter(Boolean);
  return parts.join(" · ") || text("fits");
}

async function fetchShot(shot) {
  if (!pictures.has(shot.id)) {
    pictures.set(shot.id, loadPicture(`/shots/${encodeURIComponent(shot.id)}`).then((bitmap) => new Picture(bitmap)));
    pictures.get(shot.id).catch(() => pictures.delete(shot.id));
  }
  return pictures.get(shot.id);
}

// The shot to compare with: the pinned one, else the last good one of the view, else of the session.
function chooseReference() {
  const shots = page.state.shots.filter((shot) => shot.has_picture);
  const good = shots.filter((shot) => shot.verdict.state !== "retake");
  const { view } = page.state.selected;
  const chosen = shots.find((shot) => shot.id === page.pinned) ?? good.find((shot) => view && shot.view === view) ?? good[0];
  if (!chosen || chosen.id === page.referenceId) return;
  page.referenceId = chosen.id;
  fetchShot(chosen).then((picture) => { if (page.referenceId === chosen.id) { page.reference = picture; draw(); } }, () => { page.referenceId = null; });
}

// The verdict.

function describe(shot) {
  return [shot.sku ?? text("nameless"), shot.view, text("take", shot.take)].filter(Boolean).join(" · ");
}

function explain(shot) {
  return shot.verdict.reasons.map((reason) => {
    const [why, what] = say.reason(reason);
    const edges = reason === "touches-edge" ? findEdges(shot) : [];
    if (!edges.length) return [why, what];
    return [text("cutAt", edges.map((edge) => text(`edge${edge}`)).join(", ")), edges.length === 1 ? text(`move${edges[0]}`) : what];
  });
}

function findEdges(shot) {
  const found = new Set();
  for (const { reason, box: [left, top, across, down] } of shot.places) {
    if (reason !== "touches-edge") continue;
    if (across > down * 1.5 || across > 0.031) found.add(top === 0 ? "Top" : "Bottom");
    else found.add(left === 0 ? "Left" : "Right");
  }
  return [...found];
}

function fillReasons(list, shot) {
  list.replaceChildren(...explain(shot).slice(0, MOST_SHOWN).map(([why, what]) => {
    const item = document.createElement("li");
    const strong = document.createElement("b");
    strong.textContent = why;
    item.append(strong, what ? ` ${what}` : "");
    return item;
  }));
}

function showVerdict(shot) {
  page.shown = shot;
  const box = at("verdict");
  box.hidden = !shot;
  draw();
  if (!shot) return;
  const { state } = shot.verdict;
  box.dataset.state = state;
  at("verdict-sign").textContent = { ok: "✓", unsure: "!", retake: "✕" }[state];
  at("verdict-word").textContent = text({ ok: "ok", unsure: "unsure", retake: "retakeWord" }[state]);
  const more = page.state.retakes.length > 1 ? ` — ${text("more", page.state.retakes.length)}` : "";
  at("verdict-name").textContent = describe(shot) + more;
  fillReasons(at("verdict-why"), shot);
  at("verdict-do").hidden = state === "ok";
}

function updateVerdict(first) {
  const { shots, retakes } = page.state;
  const newest = shots[0] ?? null;
  const isNew = newest && newest.id !== page.newest;
  page.newest = newest?.id ?? null;
  if (isNew && !first && page.sound) play(newest.verdict.state);
  const open = shots.find((shot) => shot.id === retakes.at(-1));
  clearTimeout(page.okTimer);
  if (isNew && !first && newest.verdict.state !== "retake") {
    page.dismissed = null;
    showVerdict(newest);
  } else if (page.shown?.id === newest?.id && page.shown && newest.verdict.state !== "retake") {
    showVerdict(newest); // Its places have come meanwhile.
  } else if (open) {
    showVerdict(open);
  } else if (page.shown?.verdict.state === "retake") {
    showVerdict(null);
  }
  if (page.shown?.verdict.state === "ok") page.okTimer = setTimeout(() => showVerdict(open ?? null), OK_MS);
}

// The rest of the state.

function showState() {
  const { state } = page;
  document.title = `${state.rig} – Selvedge`;
  at("rig").textContent = state.rig;
  at("camera").textContent = `${state.camera}`;
  const lights = [[state.connected ? "good" : "bad", text(state.connected ? "brokerOn" : "broker"), state.connected ? "" : text("brokerWhy")]];
  if (state.waiting) lights.push(["note", state.waiting === 1 ? text("waiting1") : text("waiting", state.waiting), ""]);
  at("lights").replaceChildren(...lights.map(([kind, words, why]) => {
    const light = document.createElement("span");
    light.className = `light ${kind}`;
    light.textContent = words;
    light.title = why;
    return light;
  }));
  at("waits").textContent = say.waits(state.waits_for);
  at("waits").dataset.state = state.waits_for;
  showAway();
  for (const key of ["sku", "view"]) if (document.activeElement !== at(key)) at(key).value = state.selected[key] ?? "";
  at("byhand").hidden = !state.by_hand;
  at("shoot").hidden = state.by_hand;
  at("troubles").replaceChildren(...state.degraded.map((sentence) => Object.assign(document.createElement("li"), { textContent: sentence })));
  showList(state.list);
  showBrushes();
  const next = state.list?.next[0];
  at("sku").placeholder = next?.sku ?? "";
  at("view").placeholder = next?.view ?? "";
  showStrip();
}

function showAway() {
  const trouble = page.lost ? null : page.state?.camera_trouble;
  at("nocamera").hidden = !page.lost && !trouble;
  document.body.classList.toggle("lost", page.lost);
  if (page.lost) {
    at("nocamera-title").textContent = text("lost");
    at("nocamera-why").textContent = text("lostWhy");
    at("nocamera-since").textContent = text("since", say.time(page.lost));
  } else if (trouble) {
    at("nocamera-title").textContent = text("nocamera");
    at("nocamera-why").textContent = trouble;
    at("nocamera-since").textContent = page.state.trouble_since ? text("since", say.time(page.state.trouble_since)) : "";
  }
}

function showStrip() {
  const { shots } = page.state;
  at("noshots").hidden = shots.length > 0;
  const strip = at("strip");
  const before = new Map([...strip.children].map((item) => [item.dataset.shot, item]));
  strip.replaceChildren(...shots.map((shot) => {
    const item = before.get(shot.id) ?? makeCard(shot);
    item.querySelector("i").textContent = shot.review ? text(shot.review) : "";
    if (shot.has_picture && !item.dataset.drawn) {
      item.dataset.drawn = "yes";
      fetchShot(shot).then((picture) => drawThumb(item.querySelector("canvas"), picture), () => { delete item.dataset.drawn; });
    }
    return item;
  }));
  for (const id of pictures.keys()) if (!shots.some((shot) => shot.id === id)) pictures.delete(id);
}

// The cutout alone, as large as it fits.
function drawThumb(canvas, { cutout, box, width, height }) {
  const [left, top, across, down] = box ?? [0, 0, 1, 1];
  const scale = 0.9 * Math.min(canvas.width / (across * width), canvas.height / (down * height));
  const [wide, high] = [across * width * scale, down * height * scale];
  canvas.getContext("2d").drawImage(cutout, left * width, top * height, across * width, down * height, (canvas.width - wide) / 2, (canvas.height - high) / 2, wide, high);
}

function makeCard(shot) {
  const item = document.createElement("li");
  item.dataset.shot = shot.id;
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.state = shot.verdict.state;
  const canvas = Object.assign(document.createElement("canvas"), { width: 240, height: 240 });
  canvas.setAttribute("aria-hidden", "true");
  const name = Object.assign(document.createElement("span"), { textContent: describe(shot) });
  const word = Object.assign(document.createElement("b"), { textContent: text({ ok: "ok", unsure: "unsure", retake: "retakeWord" }[shot.verdict.state]) });
  button.append(canvas, word, name, document.createElement("i"));
  button.addEventListener("click", () => openShot(shot.id));
  item.append(button);
  return item;
}

async function openShot(id) {
  const shot = page.state.shots.find((each) => each.id === id);
  if (!shot) return;
  page.opened = shot;
  at("shot-title").textContent = `${describe(shot)} · ${say.time(shot.at)}`;
  at("shot-reason").value = "";
  brush.reset();
  takeBrush(null);
  showBrushes();
  at("shot-picture").setAttribute("aria-label", describe(shot));
  fillReasons(at("shot-why"), shot);
  if (!at("shot").open) at("shot").showModal();
  if (shot.has_picture) await drawOpened().catch(() => toast(text("failed")));
}

async function drawOpened() {
  const shot = page.opened;
  const picture = await fetchShot(shot);
  picture.draw(at("shot-picture"), page.view);
  if (!brush.mode) drawPlaces(at("shot-picture"), shot.places, shot.verdict.state);
  brush.draw();
  at("shot-picture").dataset.shot = shot.id;
}

// The rig keeps a frame a moment after its shot.
function showBrushes() {
  at("brushes").hidden = !page.state.correctable?.includes(page.opened?.id);
}

let brush = null;
function takeBrush(mode) {
  if (mode) brush.take(mode);
  for (const each of ["erase", "restore"]) at(`brush-${each}`).setAttribute("aria-pressed", String(brush.mode === each));
  drawOpened().catch(() => {});
}

async function saveStrokes() {
  const shot = page.opened;
  if (!brush.strokes.length) return;
  toast(text("saving"), "good");
  const answer = await give("correct", { shot_id: shot.id, strokes: brush.describe(shot) });
  if (answer?.code !== "accepted") return;
  at("shot").close();
  toast(text("saved"), "good");
}

// What the operator does.

let toastTimer = 0;
function toast(words, kind = "bad") {
  const box = at("toast");
  box.textContent = words;
  box.dataset.kind = kind;
  box.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { box.hidden = true; }, TOAST_MS);
}

async function give(name, fields) {
  try {
    const answer = await order(name, fields);
    if (!["taken", "accepted", "received"].includes(answer.code)) toast(answer.error ?? answer.code);
    return answer;
  } catch (error) {
    toast(error.status ? error.message : text("failed"));
    return null;
  }
}

async function shoot(name = "capture", fields = {}) {
  const button = at("shoot");
  if (page.giving.has(name)) return; // A key that bounces shoots once.
  page.giving.add(name);
  button.setAttribute("aria-busy", "true");
  try {
    await give(name, fields);
  } finally {
    page.giving.delete(name);
    button.removeAttribute("aria-busy");
  }
}

async function retake(shot = page.shown ?? page.state?.shots[0]) {
  if (!shot) return;
  at("shot").close();
  if (!page.state.by_hand) return shoot("retake", { shot_id: shot.id });
  // The photographer's own camera: the shot that comes is named as this one was.
  const answer = await give("select", Object.fromEntries(["sku", "view"].filter((key) => shot[key]).map((key) => [key, shot[key]])));
  if (answer?.code === "accepted") toast(text("pressShutter"), "good");
}

async function keepShown() {
  const { shown } = page;
  if (!shown) return;
  if (shown.verdict.state === "retake") await give("approve", { shot_id: shown.id });
  else showVerdict(null);
}

async function review(name, fields = {}) {
  const answer = await give(name, { shot_id: page.opened.id, ...fields });
  if (answer?.code !== "accepted") return;
  at("shot").close();
  toast(text(name === "approve" ? "approved" : "rejected"), "good");
}

async function select(sku, view) {
  const fields = Object.fromEntries([["sku", sku.trim()], ["view", view.trim()]].filter(([, value]) => value));
  const answer = await give("select", fields);
  if (answer?.code === "accepted") toast(text("selected", [fields.sku ?? text("nameless"), fields.view].filter(Boolean).join(" · ")), "good");
}

function pin(shot) {
  if (!shot) return toast(text("noReference"));
  page.pinned = shot.id;
  page.onion = true;
  chooseReference();
  refresh();
  toast(text("pinned"), "good");
}

function refresh() {
  for (const button of at("views").children) {
    const { view, what } = button.dataset;
    button.setAttribute("aria-pressed", String(view ? view === page.view : page[what]));
  }
  at("sound").setAttribute("aria-pressed", String(page.sound));
  rememberFor("view", page.view);
  draw();
  if (at("shot").open) drawOpened().catch(() => {});
}

const setView = (view) => { page.view = view; refresh(); };
const toggle = (what) => {
  page[what] = !page[what];
  if (what === "sound" && page.sound) { wake(); play("ok"); }
  if (what === "onion" && page.onion && !page.reference) toast(text("noReference"));
  refresh();
};

const themes = ["auto", "light", "dark"];
function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  rememberFor("theme", theme);
}

// Of letters only such as a scanner's code may press by accident: they are taken back then.
const KEYS = [
  [" ", "␣", () => text("keyShoot"), () => (page.state?.by_hand ? toast(text("shutter")) : shoot())],
  ["Backspace", "⌫", () => text("keyRetake"), () => retake()],
  ["Escape", "Esc", () => text("keyKeep"), () => keepShown()],
  ...VIEWS.map((view, number) => [String(number + 1), String(number + 1), () => text(view), () => setView(view)]),
  ["o", "O", () => text("onion"), () => toggle("onion")],
  ["g", "G", () => text("guides"), () => toggle("guides")],
  ["n", "N", () => text("sound"), () => toggle("sound")],
];
const LATER_KEYS = [["F2", "F2", () => text("keyPin"), () => pin(page.state?.shots.find((shot) => shot.has_picture))], ["F4", "F4", () => text("keyFull"), toggleFull], ["?", "?", () => text("help"), () => at("keys").showModal()]];

function toggleFull() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.().catch(() => {});
}

function press(event) {
  if (document.querySelector("dialog[open]")) {
    const view = VIEWS[Number(event.key) - 1];
    if (view && at("shot").open) setView(view);
    return Boolean(view);
  }
  if (event.key === " " && event.target.closest?.("button, summary, label")) return false;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const found = [...KEYS, ...LATER_KEYS].find(([name]) => name === key);
  if (!found) return false;
  found[3]();
  return true;
}

function build() {
  translate(document);
  document.body.classList.add("ready");
  setTheme(remembered("theme", "auto"));
  at("views").replaceChildren(
    ...VIEWS.map((view, number) => makeToggle({ view }, text(view), String(number + 1), () => setView(view))),
    makeToggle({ what: "onion" }, text("onion"), "O", () => toggle("onion")),
    makeToggle({ what: "guides" }, text("guides"), "G", () => toggle("guides")),
  );
  at("keys-list").replaceChildren(...[...KEYS, ...LATER_KEYS].flatMap(([, shown, what]) => [
    Object.assign(document.createElement("dt"), { textContent: shown }),
    Object.assign(document.createElement("dd"), { textContent: what() }),
  ]));
  at("shoot").addEventListener("click", () => shoot());
  at("retake").addEventListener("click", () => retake());
  at("keep").addEventListener("click", keepShown);
  at("sound").addEventListener("click", () => toggle("sound"));
  at("help").addEventListener("click", () => at("keys").showModal());
  at("theme").addEventListener("click", () => setTheme(themes[(themes.indexOf(document.documentElement.dataset.theme) + 1) % 3]));
  at("shot-reference").addEventListener("click", () => { at("shot").close(); pin(page.opened); });
  at("shot-approve").addEventListener("click", () => review("approve"));
  at("shot-reject").addEventListener("click", () => {
    const reason = at("shot-reason").value.trim();
    review("reject", reason ? { reason } : {});
  });
  at("known-reasons").replaceChildren(...text("reasons4").split("|").map((value) => Object.assign(document.createElement("option"), { value })));
  buildList(give, toast);
  brush = new Brush(at("shot-picture"), () => drawOpened().catch(() => {}));
  for (const mode of ["erase", "restore"]) at(`brush-${mode}`).addEventListener("click", () => takeBrush(mode));
  at("brush-undo").addEventListener("click", () => brush.undo());
  at("brush-redo").addEventListener("click", () => brush.redo());
  at("brush-save").addEventListener("click", saveStrokes);
  at("shot-retake").addEventListener("click", () => retake(page.opened));
  at("clear").addEventListener("click", () => { at("sku").value = at("view").value = ""; select("", ""); });
  const submit = () => select(at("sku").value, at("view").value);
  at("garment").addEventListener("submit", (event) => { event.preventDefault(); document.activeElement.blur(); });
  for (const key of ["sku", "view"]) at(key).addEventListener("change", submit);
  at("garment").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && isTyping(event.target)) { event.preventDefault(); event.target.blur(); }
    if (event.key === "Escape") event.target.blur();
  });
  for (const button of document.querySelectorAll("dialog .close")) button.addEventListener("click", () => button.closest("dialog").close());
  // A touched button keeps no focus: the space bar shoots again.
  document.addEventListener("click", (event) => { if (event.detail > 0) event.target.closest?.("button")?.blur(); });
  at("door").addEventListener("cancel", (event) => event.preventDefault());
  at("door-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await enter(at("token").value.trim());
      location.replace("/");
    } catch (error) {
      at("door-wrong").textContent = error.status === 403 ? text("doorwrong") : error.message;
      at("door-wrong").hidden = false;
    }
  });
  listen({
    press,
    remember: () => ({ view: page.view, onion: page.onion, guides: page.guides, sound: page.sound }),
    restore: (before) => { Object.assign(page, before); refresh(); },
    scanned: (code) => select(code, at("view").value),
  });
  refresh();
}

function makeToggle(data, words, key, act) {
  const button = Object.assign(document.createElement("button"), { type: "button" });
  Object.assign(button.dataset, data);
  button.append(Object.assign(document.createElement("span"), { textContent: words }), Object.assign(document.createElement("kbd"), { textContent: key }));
  button.setAttribute("aria-keyshortcuts", key);
  button.addEventListener("click", act);
  return button;
}

async function start() {
  build();
  if (location.hash.length > 8) {
    const token = decodeURIComponent(location.hash.slice(1));
    history.replaceState(null, "", "/"); // The token stays in no history.
    await enter(token).catch(() => {});
  }
  watchState((state) => {
    const first = page.state === null;
    page.lost = false;
    page.state = state;
    showState();
    updateVerdict(first);
    chooseReference();
    document.body.dataset.version = String(state.version);
  }, (error) => {
    if (error instanceof StrangerError) {
      if (!at("door").open) at("door").showModal();
      return;
    }
    page.lost ||= new Date();
    showAway();
  });
  watchLive((bitmap, capturedMs) => {
    page.live = new Picture(bitmap);
    draw();
    const canvas = at("live");
    canvas.dataset.captured = String(capturedMs);
    canvas.dataset.drawn = String(Number(canvas.dataset.drawn ?? 0) + 1);
  });
}

start();
