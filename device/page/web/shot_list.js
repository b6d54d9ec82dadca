// The shot list: what is missing, what comes next, a file in and a file out.

import { text } from "./texts.js";

const LARGEST_BYTES = 4000000;
const MOST_SHOWN = 5;
const at = (id) => document.getElementById(id);

export function showList(list) {
  at("list-bar").hidden = at("list-export").hidden = at("list-clear").hidden = !list;
  at("list-next").replaceChildren();
  at("list-done").textContent = text("listnone");
  if (!list) return;
  const done = list.taken + list.approved;
  at("list-done").textContent = [text("listdone", done, list.total), list.rejected && text("listrejected", list.rejected)].filter(Boolean).join(", ");
  at("list-bar").max = Math.max(1, list.total);
  at("list-bar").value = done;
  at("list-next").replaceChildren(...list.next.slice(0, MOST_SHOWN).map(({ sku, view, name, note }) => {
    const item = document.createElement("li");
    item.append(Object.assign(document.createElement("b"), { textContent: [sku, view].filter(Boolean).join(" · ") }));
    item.append([name, note].filter(Boolean).map((words) => ` ${words}`).join(" –"));
    return item;
  }));
}

export function buildList(give, toast) {
  const show = (sentence) => {
    at("list-faults").textContent = sentence ?? "";
    at("list-faults").hidden = !sentence;
  };
  at("list-file").addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    if (!file) return;
    if (file.size > LARGEST_BYTES) return show(text("large"));
    let csv;
    try {
      csv = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
    } catch {
      return show(text("noUtf8"));
    } finally {
      target.value = "";
    }
    const answer = await give("list", { csv, name: file.name.replace(/\.csv$/i, "") });
    // Each fault with its line: too long for a message that goes away.
    if (answer?.code === "accepted") toast(text("listloaded"), "good");
    show(answer?.code === "accepted" ? null : [answer?.error, ...(answer?.faults ?? [])].filter(Boolean).join(" "));
  });
  at("list-clear").addEventListener("click", () => give("list", { clear: true }));
  at("list-export").addEventListener("click", async () => {
    const answer = await give("list", { export: true });
    if (answer?.code !== "accepted") return;
    const link = Object.assign(document.createElement("a"), { download: "shot-list.csv", href: URL.createObjectURL(new Blob(["\ufeff", answer.csv], { type: "text/csv" })) });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });
}
