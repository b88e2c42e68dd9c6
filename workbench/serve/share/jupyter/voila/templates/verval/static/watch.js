// Watches the line between a room's page and its kernel, and says in plain words when it is cut.
//
// It looks at the sockets the page opens and asks the server every few seconds whether the kernel
// still lives. A lost line is announced; when the server answers again the page goes on if its
// kernel is still there, and is loaded anew if not. It never gives up: only a page that has been
// opened elsewhere stands still, as the two would otherwise take turns for ever.
"use strict";

// The widgets' loader wants this; phones from before 2024 may lack it.
if (!AbortSignal.any) {
  AbortSignal.any = (signals) => {
    const joined = new AbortController();
    for (const one of signals) {
      if (one.aborted) joined.abort(one.reason);
      else one.addEventListener("abort", () => joined.abort(one.reason), { once: true });
    }
    return joined.signal;
  };
}

(function () {
  const ASK_MS = 10000; // while all is well
  const ASK_AGAIN_MS = 2000; // while the line is cut
  const ANSWER_MS = 8000; // no answer for so long is no answer
  const GRACE_MS = 8000; // for the page's own attempt to connect again
  const BANNER_MS = 1500; // a line that is back by then was hardly cut
  const SPREAD_MS = 5000; // a hall that comes back together comes one by one
  const SLOWEST_MS = 30000; // between two attempts
  const REMEMBER_MS = 300000; // attempts older than this no longer slow the next one
  const PATIENCE = 3; // attempts until a button is offered too
  const SLEPT_MS = 90000; // no timer is late by so much unless the device slept
  const SLOW_MS = 45000; // for a page that never gets ready

  const LOST = "Sambungan terputus. Yang sudah tersimpan tetap aman.";
  const LOST_KEPT = "Sambungan terputus; jawaban Anda tersimpan di perangkat ini dan dikirim begitu tersambung.";
  const RETURNING = "Halaman kembali sendiri.";
  const ELSEWHERE = "Halaman ini sudah dibuka di tempat lain. Muat ulang untuk memakainya di sini.";
  const BROKEN = "Bagian ini tidak dapat ditampilkan. Muat ulang halaman ini.";
  const SLOW = "Halaman belum juga siap. Tunggu, atau muat ulang halaman ini.";
  const WORDS = {
    menyambung: "Menyambung…",
    tersambung: "Tersambung",
    terputus: "Terputus",
    kembali: "Menyambung lagi…",
    berhenti: "Terputus",
  };

  const byId = (id) => document.getElementById(id);
  const open = new Set();
  let state = "menyambung"; // a key of WORDS
  let connected = false; // has ever been
  let leaving = false;
  let answeredAt = 0; // since when the server answers although the socket is closed
  let askedAt = Date.now();
  let asking = 0;
  let showing = 0;

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
        if (open.size || leaving) return;
        if (connected) turn("terputus");
        ask();
      });
    }
  };

  window.addEventListener("pagehide", () => {
    leaving = true;
  });
  window.addEventListener("pageshow", (event) => {
    leaving = false;
    if (event.persisted) location.reload(); // out of the browser's memory: its kernel has ended
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
    const config = byId("jupyter-config-data");
    return config ? JSON.parse(config.textContent).kernelId : "";
  }

  // The status of the server's answer, 0 when there is none. No kernel has the number of zeros.
  async function pulse() {
    const stop = new AbortController();
    const limit = setTimeout(() => stop.abort(), ANSWER_MS);
    try {
      const id = kernelId() || "00000000-0000-0000-0000-000000000000";
      const answer = await fetch("/detak/" + id, { cache: "no-store", signal: stop.signal });
      return answer.status < 500 ? answer.status : 0;
    } catch {
      return 0;
    } finally {
      clearTimeout(limit);
    }
  }

  function later(wait) {
    clearTimeout(asking);
    asking = setTimeout(ask, wait + Math.random() * 500);
  }

  const settled = () => leaving || state === "kembali" || state === "berhenti";

  async function ask() {
    clearTimeout(asking);
    if (settled() || !kernelId()) return;
    // The server has long hung up on a device that slept; the browser may not have noticed.
    if (Date.now() - askedAt > SLEPT_MS) for (const socket of open) socket.close();
    askedAt = Date.now();
    const status = await pulse();
    if (settled()) return;
    if (status === 401) {
      leaving = true; // a second answer would break off the way there
      location.href = "/masuk?next=" + encodeURIComponent(location.pathname);
    } else if (status === 409) {
      turn("berhenti");
      show(ELSEWHERE, true);
    } else if (status === 404 || status === 403) {
      comeBack();
    } else if (status === 200) {
      answered();
    } else {
      answeredAt = 0;
      if (connected) turn("terputus");
      later(ASK_AGAIN_MS);
    }
  }

  function answered() {
    if (open.size || !connected) {
      answeredAt = 0;
      if (open.size) turn("tersambung");
      later(ASK_MS);
      return;
    }
    // The server is there, the socket is not: the page's own attempt comes first.
    answeredAt = answeredAt || Date.now();
    if (Date.now() - answeredAt > GRACE_MS) comeBack();
    else later(ASK_AGAIN_MS);
  }

  // --- coming back ------------------------------------------------------------------------

  function comeBack() {
    if (settled()) return;
    if (document.hidden) {
      turn("terputus"); // a phone in a pocket takes no seat; it asks again when it is looked at
      return;
    }
    const tries = attempts().length;
    turn("kembali");
    show(lost() + " " + RETURNING, tries >= PATIENCE);
    const pause = tries ? Math.min(SLOWEST_MS, 1000 * 2 ** tries) : 0;
    setTimeout(loadAnew, pause + Math.random() * SPREAD_MS);
  }

  async function loadAnew() {
    if (!(await pulse())) {
      // A page loaded from a server that is away would be the browser's own, and stay.
      setTimeout(loadAnew, ASK_AGAIN_MS + Math.random() * SPREAD_MS);
      return;
    }
    remember("vv-muat", [...attempts(), Date.now()]);
    // The banner pushed the page down and is gone from the next one.
    remember("vv-letak", { path: location.pathname, y: window.scrollY - byId("vv-putus").offsetHeight });
    location.reload();
  }

  function attempts() {
    return (recall("vv-muat") || []).filter((time) => Date.now() - time < REMEMBER_MS);
  }

  function scrollBack() {
    const place = recall("vv-letak");
    remember("vv-letak", null);
    if (!place || place.path !== location.pathname) return;
    // The page grows while its widgets draw; who scrolls meanwhile is left alone.
    const back = () => window.scrollTo(0, place.y);
    const grown = new ResizeObserver(back);
    const stop = () => grown.disconnect();
    back();
    grown.observe(document.body);
    setTimeout(stop, 2000);
    for (const touch of ["wheel", "touchstart", "keydown"]) {
      window.addEventListener(touch, stop, { once: true, passive: true });
    }
  }

  function remember(name, value) {
    try {
      sessionStorage.setItem(name, JSON.stringify(value));
    } catch {
      // A browser that stores nothing comes back to the top, and without slowing down.
    }
  }

  function recall(name) {
    try {
      return JSON.parse(sessionStorage.getItem(name));
    } catch {
      return null;
    }
  }

  // --- saying -----------------------------------------------------------------------------

  // Only the case card keeps answers on the device, and only where the browser lets it.
  function lost() {
    try {
      return document.body.dataset.room === "latihan" && window.localStorage ? LOST_KEPT : LOST;
    } catch {
      return LOST;
    }
  }

  function turn(to) {
    if (state === to || state === "berhenti") return;
    state = to;
    const line = byId("vv-sambungan");
    if (line) {
      line.dataset.state = to;
      byId("vv-sambungan-kata").textContent = WORDS[to];
    }
    if (to === "tersambung") {
      clearTimeout(showing);
      byId("vv-putus").hidden = true;
    } else if (to === "terputus") {
      clearTimeout(showing);
      showing = setTimeout(() => show(lost(), false), BANNER_MS);
    }
  }

  function show(sentence, withButton) {
    clearTimeout(showing);
    byId("vv-putus-kata").textContent = sentence;
    byId("vv-putus-tombol").hidden = !withButton;
    byId("vv-putus").hidden = false;
  }

  // The server writes calls of this into the page while its visitor waits.
  window.vv_antre = function (place) {
    const waits = place > 1 ? `Anda nomor ${place} dalam antrean.` : "Anda berikutnya.";
    byId("loading_text").textContent = place ? `${waits} Halaman terbuka sendiri.` : "Menyiapkan halaman…";
  };

  // --- the page getting ready: what Voila's page calls -------------------------------------

  // Voila attaches its shell to the end of the page; its place is the main landmark. It is moved
  // the moment it appears, while it is still empty.
  const mover = new MutationObserver(() => {
    const shell = byId("main");
    const place = byId("isi");
    if (shell && place && shell.parentNode !== place) {
      place.append(shell);
      mover.disconnect();
    }
  });
  mover.observe(document.documentElement, { childList: true, subtree: true });

  window.voila_heartbeat = function () {};
  window.voila_process = function () {};
  window.update_loading_text = function () {};
  window.voila_finish = window.display_cells = function () {
    if (!window.themeLoaded) {
      window.cellLoaded = true;
      return;
    }
    const cells = byId("rendered_cells");
    cells.style.display = "";
    cells.style.visibility = "hidden"; // what is not drawn yet says so in English
    const outputs = () => [...cells.querySelectorAll(".jp-OutputArea-output")];
    const waits = (node) => !node.childNodes.length || node.textContent === "Loading widget...";
    const drawn = () =>
      !cells.querySelector('script[type="application/vnd.voila.cell-output+json"]') &&
      !outputs().some(waits);
    const done = () => {
      const waiting = byId("loading");
      if (!waiting) return;
      for (const node of outputs()) {
        if (node.children.length || !/^(Loading|Error displaying) widget/.test(node.textContent)) continue;
        node.textContent = BROKEN;
      }
      cells.style.visibility = "";
      waiting.remove();
      watcher.disconnect();
      scrollBack();
    };
    const watcher = new MutationObserver(() => drawn() && done());
    watcher.observe(cells, { childList: true, subtree: true });
    if (drawn()) done();
    // An output may stay empty for good; a widget is waited for as long as its kernel may need.
    setTimeout(() => outputs().some((node) => node.textContent === "Loading widget...") || done(), 5000);
    setTimeout(done, SLOW_MS);
  };

  document.addEventListener("DOMContentLoaded", () => {
    byId("vv-putus-tombol").addEventListener("click", () => location.reload());
    const top = document.querySelector(".vv-top");
    const measure = () =>
      document.documentElement.style.setProperty("--vv-sticky-top", top.offsetHeight + "px");
    measure();
    window.addEventListener("resize", measure);
    if (byId("loading") && !kernelId()) {
      comeBack(); // the server went away while this page waited
      return;
    }
    later(ASK_MS);
    setTimeout(() => {
      if (byId("loading") && !connected) show(SLOW, true);
    }, SLOW_MS);
  });
})();
