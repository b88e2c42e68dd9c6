// What the pages of trainees are drawn with, the case card and the drills alike.
//
// Imported by both; where no server has the files, the kernel puts this one in front of theirs.

export const PULSE_MS = 10000; // how often a page that is looked at asks what the trainer says
const SEEN_WORDS = "verval.pesan|";

// One path each, on 24 x 24.
const ICONS = {
  check: "M4 12.5l5 5L20 6.5",
  cross: "M6 6l12 12M18 6L6 18",
  house: "M3 11.5L12 4l9 7.5M6 10v10h12V10M10 20v-6h4v6",
  eye: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 9a3 3 0 100 6 3 3 0 000-6z",
  flag: "M5 21V4h13l-3 4.5L18 13H5",
  wait: "M12 3a9 9 0 109 9M12 7v5l3 3",
  alert: "M12 3l10 18H2L12 3zM12 10v5M12 18v.5",
  zoom: "M10 4a6 6 0 100 12 6 6 0 000-12zM15 15l6 6M10 7v6M7 10h6",
  up: "M5 15l7-7 7 7",
  down: "M5 9l7 7 7-7",
  next: "M5 12h14M13 6l6 6-6 6",
  back: "M19 12H5M11 6l-6 6 6 6",
  person: "M12 4a4 4 0 100 8 4 4 0 000-8zM4 21c0-5 3.5-7 8-7s8 2 8 7",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 017 0v3",
  again: "M20 5v5h-5M19 10a8 8 0 10.5 5",
  pause: "M8 5v14M16 5v14",
  info: "M12 3a9 9 0 100 18 9 9 0 000-18zM12 11v6M12 7.5v.5",
};

export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(3)) {
    if (child !== null && child !== undefined && child !== false && child !== "") node.append(child);
  }
  return node;
}

export function s(tag, props, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(props)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

export function drawIcon(name, className) {
  return s(
    "svg",
    { viewBox: "0 0 24 24", class: className, "aria-hidden": "true", focusable: "false" },
    s("path", { d: ICONS[name] || ICONS.info })
  );
}

// What this browser remembers of small things; where that is forbidden they come again.
export function recall(key) {
  try {
    return window.localStorage.getItem(key) || "";
  } catch {
    return "";
  }
}

export function remember(key, value) {
  try {
    window.localStorage.setItem(key, value);
  } catch {
    /* shown once more next time */
  }
}

// What lies over a page while the trainer pauses the class. What is below stays as it was and
// cannot be reached; a dialog, for that lies over dialogs too.
class Cover {
  constructor(root) {
    this.isUp = false;
    this.message = h("p", { class: "vvd-message" });
    this.dialog = h(
      "dialog",
      { class: "vvd", "aria-label": "Jeda dari pelatih" },
      h(
        "div",
        { class: "vvd-body" },
        drawIcon("pause", "vvd-icon"),
        h("h2", { class: "vvd-title", tabindex: "-1", autofocus: true }, "Jeda dari pelatih"),
        this.message,
        h("p", { class: "vvd-quiet" }, "Isian dan jawaban Anda tetap ada. Halaman ini lanjut sendiri setelah jeda.")
      )
    );
    this.dialog.addEventListener("cancel", (event) => event.preventDefault());
    // A browser lets Escape through when it is pressed twice; until this is told, a key may reach
    // what lies below, so that asks `isUp` before it takes anything.
    this.dialog.addEventListener("close", () => this.isUp && this.dialog.showModal());
    root.append(this.dialog);
  }

  // `live` is what the trainer says now; null where nobody can.
  show(live) {
    this.isUp = Boolean(live?.paused);
    this.message.textContent = live?.message || "";
    if (this.isUp && !this.dialog.open) this.dialog.showModal();
    if (!this.isUp && this.dialog.open) this.dialog.close();
  }
}

// What the trainer says to all: the cover of a pause, and a line that its reader may close.
export class Voice {
  constructor(root) {
    this.cover = new Cover(root);
    this.words = h("div", { class: "vvd-words", role: "status" });
  }

  get isPaused() {
    return this.cover.isUp;
  }

  hear(live, owner) {
    this.cover.show(live);
    const stamp = live?.message ? `${live.at}|${live.message}` : "";
    const isClosed = this.closed === stamp || recall(SEEN_WORDS + owner) === stamp;
    const told = isClosed ? "" : stamp;
    // The same words again are no news to who hears the page read out.
    if (this.told === told) return;
    this.told = told;
    const close = () => {
      this.closed = stamp;
      remember(SEEN_WORDS + owner, stamp);
      this.hear(live, owner);
    };
    const line = () =>
      h(
        "p",
        {},
        drawIcon("info", "vvd-sign"),
        h("span", {}, h("strong", {}, "Pesan pelatih: "), live.message),
        h("button", { type: "button", "aria-label": "Tutup pesan pelatih", onclick: close }, "Tutup")
      );
    this.words.replaceChildren(...(told ? [line()] : []));
  }
}
