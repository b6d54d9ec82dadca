// Keys, and a barcode scanner that types as a keyboard does, wherever the focus is.
//
// Letters and digits are keys of the page too, and only such as can be taken back. So each acts at
// once, and when Enter ends a row of them they were a code: what they did is taken back. A scanner
// types evenly: a key that was pressed well before the row is none of its letters.

const LEAST_LETTERS = 3;
const LONGEST_PAUSE_MS = 3000;
const SHORT_MS = 35;
const UNEVEN = 5;
// A space so soon after a letter may be part of a code: it waits so long for the next letter.
const SPACE_MS = 250;
const LETTER = /^[A-Za-z0-9._\-/+$%]$/;

export function isTyping(target) {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target?.isContentEditable;
}

// The last letters that were typed evenly, up to now.
function takeCode(letters, nowMs) {
  let longestMs = SHORT_MS;
  let nextMs = nowMs;
  let first = letters.length;
  while (first > 0) {
    const pauseMs = nextMs - letters[first - 1].atMs;
    const isFirst = first === letters.length;
    if (pauseMs > LONGEST_PAUSE_MS || (!isFirst && pauseMs > UNEVEN * longestMs)) break;
    longestMs = Math.max(longestMs, pauseMs);
    nextMs = letters[--first].atMs;
  }
  return letters.slice(first);
}

export function listen({ press, remember, restore, scanned }) {
  let letters = [];
  let space = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || isTyping(event.target)) return;
    if (event.key === "Enter" || event.key === "Tab") {
      clearTimeout(space);
      const code = takeCode(letters, event.timeStamp);
      letters = [];
      if (code.length >= LEAST_LETTERS) {
        event.preventDefault();
        restore(code[0].before);
        scanned(code.map(({ letter }) => letter).join(""));
        return;
      }
    }
    if (event.repeat) {
      if (event.key === " ") event.preventDefault();
      return;
    }
    clearTimeout(space);
    const last = letters.at(-1);
    if (event.key === " " && last && event.timeStamp - last.atMs < SPACE_MS) {
      event.preventDefault();
      letters = [...letters, { letter: " ", atMs: event.timeStamp, before: last.before }];
      space = setTimeout(() => {
        letters = [];
        if (!press(event)) event.target.click?.();
      }, SPACE_MS);
      return;
    }
    if (LETTER.test(event.key)) letters = [...letters.slice(-63), { letter: event.key, atMs: event.timeStamp, before: remember() }];
    else if (event.key !== "Shift") letters = [];
    if (press(event)) event.preventDefault();
  });
}
