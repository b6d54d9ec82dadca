// Talks to the rig: asks for the newest picture and state, gives orders.

const PATIENCE_MS = 20000;
const PAUSE_MS = 700;

export class StrangerError extends Error {}

async function ask(path, options = {}) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), options.patience ?? PATIENCE_MS);
  try {
    const answer = await fetch(path, { ...options, signal: stop.signal, cache: "no-store", credentials: "same-origin" });
    if (answer.status === 401) throw new StrangerError();
    if (options.raw || answer.status === 204) return answer;
    const body = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(body.error), { status: answer.status });
    return body;
  } finally {
    clearTimeout(timer);
  }
}

const post = (path, body) => ask(path, {
  method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" }, patience: 90000,
});

let count = 0;
function makeId() {
  const bits = crypto.getRandomValues(new Uint32Array(2));
  return `page-${bits[0].toString(36)}${bits[1].toString(36)}-${++count}`;
}

export const order = (name, fields = {}) => post(`/command/${name}`, { request_id: makeId(), ...fields });
export const enter = (token) => post("/enter", { token });

export async function loadPicture(path) {
  const answer = await ask(path, { raw: true });
  if (!answer.ok) throw new Error(String(answer.status));
  return createImageBitmap(await answer.blob());
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// One request at a time: the rig answers with what is newest then, so delay never builds up.
async function repeat(step, onTrouble) {
  for (;;) {
    try {
      await step();
    } catch (error) {
      if (error.status !== 429) await onTrouble(error); // The rig is there, and busy.
      await pause(PAUSE_MS);
    }
  }
}

export function watchState(onState, onTrouble) {
  let version = 0;
  repeat(async () => {
    const state = await ask(`/state?after=${version}`);
    version = state.version;
    onState(state);
  }, async (error) => {
    version = 0; // A rig that was started again counts anew.
    await onTrouble(error);
  });
}

export function watchLive(onPicture) {
  let number = 0;
  repeat(async () => {
    const answer = await ask(`/live?after=${number}`, { raw: true });
    if (answer.status !== 200) return;
    // A page in the background is not drawn: when somebody looks, it asks for what is newest then.
    if (document.hidden) {
      await new Promise((seen) => document.addEventListener("visibilitychange", seen, { once: true }));
      return;
    }
    number = Number(answer.headers.get("x-number"));
    const picture = await createImageBitmap(await answer.blob());
    await new Promise((drawn) => { requestAnimationFrame(drawn); setTimeout(drawn, 250); });
    onPicture(picture, Number(answer.headers.get("x-captured-ms")));
  }, async () => { number = 0; });
}
