// What the plain pages need: the menu, and forms that are sent once.
"use strict";

(function () {
  const button = document.getElementById("vv-menu-tombol");
  if (button) {
    button.addEventListener("click", () => {
      const open = button.getAttribute("aria-expanded") !== "true";
      button.setAttribute("aria-expanded", String(open));
    });
  }

  for (const form of document.querySelectorAll("form[data-once]")) {
    form.addEventListener("submit", (event) => {
      const submit = form.querySelector("button[type=submit]");
      if (form.dataset.sent) {
        event.preventDefault();
        return;
      }
      form.dataset.sent = "1";
      submit.dataset.words = submit.textContent;
      submit.textContent = submit.dataset.busy || submit.textContent;
      submit.setAttribute("aria-disabled", "true");
    });
  }

  // A page that comes back out of the browser's memory may be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      const submit = form.querySelector("button[type=submit]");
      delete form.dataset.sent;
      submit.textContent = submit.dataset.words;
      submit.removeAttribute("aria-disabled");
    }
  });

  const wrong = document.querySelector("details[open] [role=alert], form > [role=alert]");
  if (wrong) {
    wrong.setAttribute("tabindex", "-1");
    wrong.focus();
  }
})();
