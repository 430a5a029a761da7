// The approve queue by keyboard, sentences marked where they stand, the seconds of an undo. The page works without it.
const form = () => document.querySelector("[data-desk]");
const dialog = () => document.querySelector("#keys");
const shown = (element) => element && element.getClientRects().length > 0;

/** Press what carries this key; a menu opens, a link is followed, a button is pressed. */
function go(key) {
  const target = [...document.querySelectorAll(`[data-goes="${key}"]`)].find(shown);
  if (!target) return false;
  if (target.matches("summary")) {
    const menu = target.parentElement;
    document.querySelectorAll("details.menu[open]").forEach((other) => { other.open = other === menu; });
    menu.open = true;
    menu.querySelector("button, a")?.focus();
  } else {
    target.click();
  }
  return true;
}

document.addEventListener("keydown", (event) => {
  const desk = form();
  const writing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && writing?.matches("#text, #subject") && desk?.contains(writing)) {
    const send = desk.querySelector("[data-send]");
    if (send) {
      event.preventDefault();
      send.click();
    }
    return;
  }
  if (event.key === "Enter" && writing?.dataset.enter) {
    event.preventDefault(); // the button beside it, not the one that keeps the letter
    writing.closest(".panel-menu").querySelector(`button[value="${writing.dataset.enter}"]`).click();
    return;
  }
  if (writing) {
    if (event.key === "Escape" && desk?.contains(writing)) writing.blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return;
  if (document.querySelector("dialog[open]") || !document.querySelector(".page.queue, .finished")) return;
  const menu = document.querySelector("details[data-menu][open]");
  const then = menu && [...menu.querySelectorAll("[data-then]")].find((one) => one.dataset.then === event.key);
  if (then) {
    event.preventDefault();
    then.click();
  } else if (event.key === "e" && desk) {
    event.preventDefault();
    desk.querySelector("#text").focus();
  } else if (event.key === "?" && dialog()) {
    event.preventDefault();
    dialog().showModal();
  } else if (event.key === "u") {
    const undo = [...document.querySelectorAll('[data-goes="u"], .notice form.undo button')].find(shown);
    if (undo) undo.click();
  } else if (/^[ajkoxs]$/.test(event.key) && go(event.key)) {
    event.preventDefault();
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-help]")) dialog()?.showModal();
  if (event.target === dialog()) dialog().close();
});

// Another address, sender or purpose changes what is added: it is kept at once, and the page shows the letter with it.
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-saves]")) return;
  const desk = form();
  desk?.requestSubmit(desk.querySelector("[data-save]"));
});

/** The text grows with what is written, and sentences nobody vouches for are marked in it. */
function mirrored(paper) {
  if (paper.querySelector(".mirror")) return;
  const text = paper.querySelector("textarea");
  const mirror = document.createElement("div");
  mirror.className = "mirror";
  mirror.setAttribute("aria-hidden", "true");
  paper.classList.add("grows");
  paper.insertBefore(mirror, text);
  const doubts = [...document.querySelectorAll("[data-doubt]")];
  const draw = () => {
    mirror.replaceChildren();
    const places = doubts
      .map((one) => ({ one, at: text.value.indexOf(one.dataset.doubt), length: one.dataset.doubt.length }))
      .sort((a, b) => a.at - b.at);
    let from = 0;
    for (const { one, at, length } of places) {
      one.hidden = at < 0; // it was touched: it is the person's own now
      if (at < from) continue;
      const mark = document.createElement("mark");
      mark.textContent = text.value.slice(at, at + length);
      mirror.append(text.value.slice(from, at), mark);
      from = at + length;
    }
    mirror.append(`${text.value.slice(from)}\n\u200b`);
    const box = document.querySelector("#doubts");
    const touched = doubts.every((one) => one.hidden);
    if (box) box.hidden = touched;
    const said = document.querySelector('#refusals [data-code="unsourced"]');
    if (said) {
      said.hidden = touched;
      said.closest("section").hidden = [...said.parentElement.children].every((one) => one.hidden);
    }
  };
  text.addEventListener("input", draw);
  draw();
}

/** The seconds that are left; then the button goes, for nothing can be taken back from here any more. */
function counts(notice) {
  if (notice.dataset.counting) return;
  notice.dataset.counting = "yes";
  const words = notice.querySelector("[data-left]");
  const seconds = notice.querySelector(".seconds");
  const pattern = words.dataset.left;
  notice.classList.add("counting");
  const end = performance.now() + Number(notice.dataset.seconds) * 1000; // whatever the clock of this device says
  const tick = () => {
    const left = Math.ceil((end - performance.now()) / 1000);
    if (left <= 0) {
      notice.hidden = true;
      clearInterval(timer);
      return;
    }
    words.textContent = pattern.replace("{n}", String(left));
    seconds.textContent = String(left);
  };
  const timer = setInterval(tick, 1000);
  words.parentElement.removeAttribute("role"); // said once is enough
  tick();
}

document.addEventListener("htmx:load", (event) => {
  const root = event.detail.elt;
  root.querySelectorAll?.("[data-paper]").forEach(mirrored);
  root.querySelectorAll?.("[data-seconds]").forEach(counts);
  if (matchMedia("(max-width: 67.99rem)").matches) {
    root.querySelectorAll?.("[data-folds][open]").forEach((one) => { one.open = false; });
  }
});
