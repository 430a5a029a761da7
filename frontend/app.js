// What makes the pages quick. Every page works without this file.
import htmx from "htmx.org";
import "./quick.js";
import "./queue.js";

window.htmx = htmx;

const each = (root, selector, act) => {
  if (root.matches?.(selector)) act(root);
  root.querySelectorAll(selector).forEach(act);
};

/** Called for the page once, and for every piece htmx swaps in. */
function enhance(root) {
  each(root, "[data-needs-script]", (element) => { element.hidden = false; });
  each(root, "form[data-confirm-word]", confirmByTyping);
  each(root, "canvas[data-chart]", picture);
  each(root, "[data-submit-on-change]", (field) => {
    field.addEventListener("change", () => field.form.requestSubmit());
  });
  each(root, ".settings > nav [aria-current], .tabs [aria-current]", (link) => {
    link.scrollIntoView({ block: "nearest", inline: "center" }); // the phone shows only a part of these
  });
  each(root, "[data-shows]", showsWhenChosen);
}

/** The button of an irreversible act wakes up once the word is typed; the server checks the word again. */
function confirmByTyping(form) {
  const field = form.querySelector("[data-confirm-field]");
  const button = form.querySelector("button[type=submit]");
  const check = () => { button.disabled = field.value.trim() !== form.dataset.confirmWord; };
  field.addEventListener("input", check);
  check();
}

async function picture(canvas) {
  const { draw } = await import("./chart.js");
  draw(canvas);
}

/** A radio button, checkbox or option that shows the part of the form it belongs to. */
function showsWhenChosen(part) {
  const [name, values] = part.dataset.shows.split("=");
  const wanted = values.split("|");
  const form = part.closest("form");
  const update = () => {
    const chosen = new FormData(form).getAll(name);
    part.hidden = !chosen.some((value) => wanted.includes(value));
  };
  form.addEventListener("change", update);
  update();
}

document.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    const source = document.querySelector(copy.dataset.copy);
    await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
    announce(copy.dataset.copied);
  }
  const close = event.target.closest("[data-close]");
  if (close) close.closest(close.dataset.close).remove();
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }
  const writing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (writing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    const search = document.querySelector("input[type=search]");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  }
});

// A text that keeps itself while it is written is kept before its page is left, by a link or by another form.
addEventListener("input", (event) => {
  if (event.target.form?.matches("[data-keeps]")) event.target.form.dataset.changed = "yes";
});
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches("[data-keeps]")) delete event.target.dataset.changed;
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target;
  if (!form.matches("[data-keeps]")) return;
  if (!event.detail.successful || document.querySelector("[data-not-kept]")) form.dataset.changed = "yes";
});
addEventListener("beforeunload", (event) => {
  if (document.querySelector("[data-keeps][data-changed]")) event.preventDefault();
});

/** Whether a text has to be kept first; then `go` is called afterwards, and the browser asks when it could not be kept. */
function keptFirst(event, go) {
  const form = document.querySelector("[data-keeps][data-changed]");
  if (!form || event.target === form) return false;
  event.preventDefault();
  const after = ({ target, detail }) => {
    if (target !== form) return;
    const another = detail.successful && form.dataset.changed && !document.querySelector("[data-not-kept]");
    if (another) return; // that was an earlier state on its way; ours follows
    document.removeEventListener("htmx:afterRequest", after);
    go();
  };
  document.addEventListener("htmx:afterRequest", after); // after the listener above has looked at it
  htmx.trigger(form, "keep");
  return true;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || link.target || event.ctrlKey || event.metaKey || event.shiftKey || link.hash) return;
  keptFirst(event, () => location.assign(link.href));
});

// A form on its way says so, and a second click does nothing (the server would answer it once all the same).
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.target) return;
  if (form.matches("[data-keeps]")) delete form.dataset.changed;
  const button = event.submitter;
  if (keptFirst(event, () => form.requestSubmit(button))) return;
  if (form.dataset.busy) {
    event.preventDefault();
    return;
  }
  form.dataset.busy = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-busy]").forEach((form) => {
    delete form.dataset.busy;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  });
});

/** Say a short sentence, to eyes and to screen readers. */
function announce(sentence) {
  const place = document.querySelector("#announced");
  place.textContent = "";
  requestAnimationFrame(() => { place.textContent = sentence; });
  clearTimeout(announce.timer);
  announce.timer = setTimeout(() => { place.textContent = ""; }, 4000);
}

document.addEventListener("htmx:sendError", () => announce(document.body.dataset.offline));
document.addEventListener("htmx:load", (event) => {
  enhance(event.detail.elt);
  focusPart(event.detail.elt);
});

/** A part of a card that was exchanged takes the focus back: its first mistake, its first field, or its first button. */
function focusPart(part) {
  if (!part.matches?.("[data-part]") || part === document.body) return;
  const form = part.querySelector("form[data-part-form]");
  const place = form
    ? form.querySelector("[aria-invalid=true], [name=anyway]") ?? form.querySelector("input:not([type=hidden]), select, textarea")
    : document.activeElement === document.body && part.querySelector("a.button, summary");
  if (place) place.focus({ preventScroll: !form });
  if (form) part.scrollIntoView({ block: "nearest" });
}

// Charts take their colours from the theme; draw them again when it changes.
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => each(document, "canvas[data-chart]", picture));
