// Quick entry (key n) and search (Ctrl-K) in a dialog, on whatever page one is. Without this file the links lead to pages.
import htmx from "htmx.org";

const dialog = () => document.querySelector("#box-dialog");

async function open(address, piece) {
  const box = dialog();
  if (!box) return location.assign(address);
  const place = box.querySelector("[data-box]");
  place.textContent = box.dataset.waits;
  if (!box.open) box.showModal();
  await htmx.ajax("GET", address, { target: place, select: piece, swap: "innerHTML" });
  place.querySelector("[autofocus]")?.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-box-open]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    open(link.href, link.dataset.boxOpen);
  }
  if (event.target.closest("[data-box-close]") || event.target === dialog()) dialog().close();
});

document.addEventListener("keydown", (event) => {
  const writing = event.target.closest?.("input, textarea, select, [contenteditable]");
  const search = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
  const entry = event.key === "n" && !writing && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (!search && !entry) return;
  const link = document.querySelector(`[data-box-open="${search ? "#search-box" : "#quick-box"}"]`);
  if (!link || dialog()?.open) return;
  event.preventDefault();
  link.click();
});

// Numbers choose a person from the list, arrows walk through it.
document.addEventListener("keydown", (event) => {
  const people = [...document.querySelectorAll("ol.choose a")];
  if (!people.length || event.ctrlKey || event.metaKey || event.altKey) return;
  const inLine = event.target.closest?.("input:not([type=checkbox]), textarea, select");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const at = people.indexOf(document.activeElement);
    const next = people[event.key === "ArrowDown" ? Math.min(at + 1, people.length - 1) : Math.max(at - 1, 0)];
    event.preventDefault();
    next.focus();
  } else if (!inLine && /^[1-9]$/.test(event.key) && people[Number(event.key) - 1]) {
    event.preventDefault();
    people[Number(event.key) - 1].click();
  }
});

// After a piece came, the keyboard goes on where the eye does.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "quick-box" && !event.target.querySelector?.("#quick-box")) return;
  const box = document.querySelector("#quick-box");
  const first = box.querySelector("ol.choose a") || box.querySelector("[data-quick-save]");
  if (first) first.focus();
});
