// Watches the line between a room's page and its kernel, and says in plain words when it is cut.
//
// It looks at the sockets the page opens and asks the server every few seconds whether the kernel
// still lives. A lost line is announced; when the server answers again the page goes on if its
// kernel is still there, and is loaded anew if not. Nothing here needs a secure context.
"use strict";

(function () {
  const ASK_MS = 10000; // while all is well
  const ASK_AGAIN_MS = 2000; // while the line is cut
  const ANSWER_MS = 8000; // no answer for so long is no answer
  const GRACE_MS = 8000; // for the page's own attempt to connect again
  const RELOADS = 3; // in RELOADS_MS; then a person decides
  const RELOADS_MS = 60000;
  const SLOW_MS = 45000; // for a page that never gets ready

  const LOST = "Sambungan terputus. Jawaban yang sudah bertanda tersimpan tetap aman.";
  const ELSEWHERE = "Halaman ini sudah dibuka di tempat lain. Muat ulang untuk memakainya di sini.";
  const STUCK = "Halaman belum dapat disambungkan lagi. Jawaban yang sudah bertanda tersimpan tetap aman.";
  const BROKEN = "Bagian ini tidak dapat ditampilkan. Muat ulang halaman ini.";
  const SLOW = "Halaman belum juga siap. Muat ulang halaman ini.";

  const open = new Set();
  let connected = false; // has ever been
  let state = "menyambung"; // menyambung | tersambung | terputus | berhenti
  let answeredAt = 0; // since when the server answers although the socket is closed
  let timer = 0;

  // --- sockets ----------------------------------------------------------------------------

  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(...parts) {
      super(...parts);
      if (!/\/api\/kernels\/[^/]+\/channels/.test(String(parts[0]))) return;
      this.addEventListener("open", () => {
        open.add(this);
        connected = true;
        turn("tersambung");
      });
      this.addEventListener("close", () => {
        open.delete(this);
        if (connected && open.size === 0 && !leaving) {
          turn("terputus");
          ask();
        }
      });
    }
  };

  let leaving = false;
  window.addEventListener("beforeunload", () => {
    leaving = true;
  });
  window.addEventListener("pageshow", (event) => {
    leaving = false;
    if (event.persisted) reload(); // out of the browser's memory: its kernel has ended
  });
  window.addEventListener("offline", () => {
    if (connected) turn("terputus");
  });
  window.addEventListener("online", () => ask());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) ask(); // a phone that wakes up
  });

  // --- asking -----------------------------------------------------------------------------

  function kernelId() {
    const config = document.getElementById("jupyter-config-data");
    return config ? JSON.parse(config.textContent).kernelId : "";
  }

  function later(wait) {
    clearTimeout(timer);
    timer = setTimeout(ask, wait + Math.random() * 500);
  }

  async function ask() {
    clearTimeout(timer);
    const id = kernelId();
    if (!id || state === "berhenti") return;
    const stop = new AbortController();
    const limit = setTimeout(() => stop.abort(), ANSWER_MS);
    let status = 0;
    try {
      const answer = await fetch("/detak/" + id, { cache: "no-store", signal: stop.signal });
      status = answer.status;
    } catch {
      status = 0;
    }
    clearTimeout(limit);
    if (leaving || state === "berhenti") return;
    if (status === 401) {
      location.href = "/masuk?next=" + encodeURIComponent(location.pathname);
    } else if (status === 409) {
      stopWith(ELSEWHERE);
    } else if (status === 404 || status === 403) {
      reload();
    } else if (status === 200) {
      answered();
    } else if (connected) {
      answeredAt = 0;
      turn("terputus");
      later(ASK_AGAIN_MS);
    } else {
      later(ASK_AGAIN_MS);
    }
  }

  function answered() {
    if (open.size > 0 || !connected) {
      answeredAt = 0;
      if (connected) turn("tersambung");
      later(ASK_MS);
      return;
    }
    // The server is there, the socket is not: the page's own attempt comes first.
    answeredAt = answeredAt || Date.now();
    if (Date.now() - answeredAt > GRACE_MS) reload();
    else later(ASK_AGAIN_MS);
  }

  function reload() {
    let times = [];
    try {
      const now = Date.now();
      times = JSON.parse(sessionStorage.getItem("vv-muat") || "[]").filter((t) => now - t < RELOADS_MS);
      if (times.length >= RELOADS) {
        stopWith(STUCK);
        return;
      }
      sessionStorage.setItem("vv-muat", JSON.stringify([...times, now]));
    } catch {
      // A browser that stores nothing may reload as often as it likes.
    }
    location.reload();
  }

  // --- saying -----------------------------------------------------------------------------

  const WORDS = { menyambung: "Menyambung…", tersambung: "Tersambung", terputus: "Terputus", berhenti: "Terputus" };

  function turn(to) {
    if (state === "berhenti" || state === to) return;
    state = to;
    paint();
  }

  function stopWith(sentence) {
    state = "berhenti";
    clearTimeout(timer);
    paint(sentence, true);
  }

  function paint(sentence, withButton) {
    const line = document.getElementById("vv-sambungan");
    const banner = document.getElementById("vv-putus");
    if (!line || !banner) return;
    line.dataset.state = state;
    document.getElementById("vv-sambungan-kata").textContent = WORDS[state];
    document.getElementById("vv-putus-kata").textContent = sentence || LOST;
    document.getElementById("vv-putus-tombol").hidden = !withButton;
    banner.hidden = state === "tersambung" || state === "menyambung";
  }

  // Voila attaches its shell to the end of the page; its place is the main landmark. It is moved
  // the moment it appears, while it is still empty.
  const mover = new MutationObserver(() => {
    const shell = document.getElementById("main");
    const place = document.getElementById("isi");
    if (shell && place && shell.parentNode !== place) {
      place.append(shell);
      mover.disconnect();
    }
  });
  mover.observe(document.documentElement, { childList: true, subtree: true });

  // --- the page getting ready: what Voila's page calls -------------------------------------

  window.voila_heartbeat = function () {};
  window.voila_process = function () {};
  window.update_loading_text = function () {};
  window.voila_finish = window.display_cells = function () {
    if (!window.themeLoaded) {
      window.cellLoaded = true;
      return;
    }
    const cells = document.getElementById("rendered_cells");
    cells.style.display = "";
    cells.style.visibility = "hidden"; // what is not drawn yet says so in English
    const outputs = () => [...cells.querySelectorAll(".jp-OutputArea-output")];
    const waits = (node) => !node.childNodes.length || node.textContent === "Loading widget...";
    const drawn = () =>
      !cells.querySelector('script[type="application/vnd.voila.cell-output+json"]') &&
      !outputs().some(waits);
    const done = () => {
      for (const node of outputs()) {
        if (node.children.length || !/^(Loading|Error displaying) widget/.test(node.textContent)) continue;
        node.textContent = BROKEN;
      }
      cells.style.visibility = "";
      const waiting = document.getElementById("loading");
      if (waiting) waiting.remove();
      watcher.disconnect();
    };
    const watcher = new MutationObserver(() => drawn() && done());
    watcher.observe(cells, { childList: true, subtree: true });
    if (drawn()) done();
    // An output may stay empty for good; a widget is waited for as long as its kernel may need.
    setTimeout(() => outputs().some((node) => node.textContent === "Loading widget...") || done(), 5000);
    setTimeout(done, SLOW_MS);
  };

  // The frame is there long before the page is complete, so its menu must work by then.
  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("#vv-menu-tombol");
    if (button) {
      const show = button.getAttribute("aria-expanded") !== "true";
      button.setAttribute("aria-expanded", String(show));
    }
  });
  document.addEventListener("keydown", (event) => {
    const button = document.getElementById("vv-menu-tombol");
    if (event.key === "Escape" && button && button.getAttribute("aria-expanded") === "true") {
      button.setAttribute("aria-expanded", "false");
      button.focus();
    }
  });

  document.addEventListener("DOMContentLoaded", () => {
    paint();
    later(ASK_MS);
    document.getElementById("vv-putus-tombol").addEventListener("click", () => location.reload());
    const top = document.querySelector(".vv-top");
    const measure = () =>
      document.documentElement.style.setProperty("--vv-sticky-top", top.offsetHeight + "px");
    measure();
    window.addEventListener("resize", measure);
    setTimeout(() => {
      if (document.getElementById("loading") && !connected) stopWith(SLOW);
    }, SLOW_MS);
  });
})();
