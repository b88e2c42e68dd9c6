// What every page needs: the menu, forms that are sent once, presses that are not lost, a page that
// tries again by itself.
//
// A room's page is complete long after its frame is drawn, so the menu does not wait for its end.
"use strict";

(function () {
  const menuButton = () => document.getElementById("vv-menu-tombol");
  const isOpen = (button) => button.getAttribute("aria-expanded") === "true";

  document.addEventListener("click", (event) => {
    const button = menuButton();
    if (button && button.contains(event.target)) button.setAttribute("aria-expanded", String(!isOpen(button)));
  });
  document.addEventListener("keydown", (event) => {
    const button = menuButton();
    if (event.key === "Escape" && button && isOpen(button)) {
      button.setAttribute("aria-expanded", "false");
      button.focus();
    }
  });

  // Help begins at the part about the tab that is open, where its page has one.
  const anchorOf = (words) => words.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".vv-help[target]");
    if (!link) return;
    const tab = document.querySelector("main [role=tab][aria-selected=true]");
    link.hash = tab ? anchorOf(tab.textContent) : "";
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-once]")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    const submit = form.querySelector("button[type=submit]");
    form.dataset.sent = "1";
    submit.dataset.words = submit.textContent;
    submit.textContent = submit.dataset.busy || submit.textContent;
    submit.setAttribute("aria-disabled", "true");
  });
  // A page that comes back out of the browser's memory may be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      const submit = form.querySelector("button[type=submit]");
      delete form.dataset.sent;
      submit.textContent = submit.dataset.words;
      submit.removeAttribute("aria-disabled");
    }
  });

  // Who leaves a field by pressing a button changes the field, and with it the sentences above the
  // button: it moves away under the pointer, or is drawn anew, and the browser knows of no click.
  // A press counts all the same, for what was pressed, unless the pointer has left its place.
  const PRESSED = "button, summary, label";
  let press = null;
  window.addEventListener(
    "pointerdown",
    (event) => {
      const pressed = event.pointerType === "mouse" && event.button === 0 ? event.target.closest(PRESSED) : null;
      press = pressed && { pressed, words: pressed.textContent, box: pressed.getBoundingClientRect() };
    },
    true,
  );
  window.addEventListener(
    "pointerup",
    (event) => {
      const kept = press;
      press = null;
      if (!kept || kept.pressed.contains(event.target)) return; // the browser's own click follows
      const { left, right, top, bottom } = kept.box;
      const [x, y] = [event.clientX, event.clientY];
      if (x < left || x > right || y < top || y > bottom) return;
      const here = kept.pressed.isConnected ? kept.pressed : event.target.closest(PRESSED);
      if (here && here.textContent === kept.words) here.click();
    },
    true,
  );

  // Reloading a page whose server is away would leave the browser's own page, which never tries.
  async function serverAnswers() {
    const icon = document.querySelector("link[rel=icon]").href;
    try {
      return (await fetch(icon, { method: "HEAD", cache: "no-store" })).ok;
    } catch {
      return false;
    }
  }

  function countDown(said, seconds) {
    if (seconds > 0) {
      said.textContent = `Halaman ini mencoba lagi sendiri dalam ${seconds} detik.`;
      setTimeout(() => countDown(said, seconds - 1), 1000);
      return;
    }
    said.textContent = "Mencoba lagi…";
    serverAnswers().then((answers) => {
      if (answers) location.reload();
      else countDown(said, 5);
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    const wrong = document.querySelector("details[open] [role=alert], form > [role=alert]");
    if (wrong) {
      wrong.setAttribute("tabindex", "-1");
      wrong.focus();
    }
    const said = document.getElementById("vv-coba-lagi");
    // A hall that was turned away together does not come back in the same second.
    if (said) countDown(said, Number(said.dataset.seconds) + Math.floor(Math.random() * 5));
  });
})();
