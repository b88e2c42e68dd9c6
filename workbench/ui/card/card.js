// The case card: a family's register record beside its documents, the answers, and the feedback.
//
// The kernel owns the truth. It sends one public `page` (never an answer key before grading) and
// answers each saved field with the revision it has committed. Until that answer comes the choice
// stays in this browser's outbox, so a reload, lost wifi or a dead server loses nothing.
//
// Every value is drawn as text, never as markup. No network, no API that needs a secure context.

import { drawIcon, h, PULSE_MS, recall, remember, s, Voice } from "./drawing.js";

const OUTBOX = "verval.kotak-keluar|";
const RETRY_MS = [3000, 6000, 12000, 24000, 45000];
const WIDE_PX = 900; // width of the card itself: a page of 1000 px with its margins
const DECISION = ["status", "reason", "follow_up", "confidence"];
const MOST_LISTED = 4; // a step that looks at more is read in the record itself
const DRILLS = "/singkat"; // the room of drills
const SEEN_TOUR = "verval.tur";

const MARK_ICONS = { sesuai: "check", tidak_sesuai: "cross", perlu_kunjungan: "house" };
const OUTCOMES = {
  ditemukan: { icon: "check", word: "Ditemukan" },
  terlewat: { icon: "eye", word: "Terlewat" },
  keliru: { icon: "flag", word: "Keliru ditandai" },
};

// --- drawing ----------------------------------------------------------------------------------

const icon = (name) => drawIcon(name, "vvc-icon");

let serial = 0;
const newId = (word) => `vvc-${word}-${++serial}`;
const text = (value) => (value === null || value === undefined ? "" : String(value));
const shown = (value) => text(value).trim() || "(kosong)";

// --- the outbox: what the server has not acknowledged, one key a field ---------------------------

class Outbox {
  constructor(owner) {
    this.owner = owner;
    this.prefix = `${OUTBOX}${owner}|`;
    // What this page put here. It goes before what lies in the store, where another tab of the
    // same person may have written since.
    this.memory = new Map();
    this.isLasting = true;
    try {
      this.store = window.localStorage;
      this.store.getItem(this.prefix);
    } catch {
      this.store = null; // forbidden here: kept for as long as the page lives
    }
  }
  key(number, field) {
    return `${this.prefix}${number}|${field}`;
  }
  put(number, field, entry) {
    const key = this.key(number, field);
    this.memory.set(key, entry);
    try {
      this.store.setItem(key, JSON.stringify(entry));
      this.isLasting = true;
    } catch {
      this.isLasting = false; // full or forbidden: the page must not be left now
    }
  }
  // Forgets what the server has: this revision with this value, and anything older.
  drop(number, field, revision, value) {
    const key = this.key(number, field);
    const isDone = (entry) => entry && (entry.revision < revision || (entry.revision === revision && entry.value === value));
    if (isDone(this.memory.get(key))) this.memory.delete(key);
    if (isDone(this.read(key))) this.store.removeItem(key);
    if (!this.memory.size) this.isLasting = true;
  }
  read(key) {
    try {
      const entry = JSON.parse(this.store?.getItem(key) ?? "null");
      return entry && Number.isSafeInteger(entry.revision) && typeof entry.value === "string" ? entry : null;
    } catch {
      return null;
    }
  }
  get(number, field) {
    const key = this.key(number, field);
    return this.memory.get(key) || this.read(key);
  }
  all() {
    const keys = new Set(this.memory.keys());
    for (let i = 0; this.store && i < this.store.length; i++) {
      const key = this.store.key(i);
      if (key?.startsWith(this.prefix)) keys.add(key);
    }
    const found = [];
    for (const key of keys) {
      const [number, ...field] = key.slice(this.prefix.length).split("|");
      const entry = this.memory.get(key) || this.read(key);
      if (entry && Number.isSafeInteger(Number(number))) found.push({ number: Number(number), field: field.join("|"), ...entry });
    }
    return found;
  }
  of(number) {
    return this.all().filter((entry) => entry.number === number);
  }
}

// --- the card -----------------------------------------------------------------------------------

class Card {
  constructor(model, el) {
    this.model = model;
    this.page = {};
    this.timer = null;
    this.tries = 0;
    this.waiting = null; // a request other than a saved field: {message, button, label, timer}
    this.parked = new Set(); // answers of other cases that are asked about when those are opened
    this.requests = 0;
    this.answered = 0; // the newest request whose page has been drawn
    this.first = true;

    this.body = h("div", { class: "vvc-body" });
    this.notice = h("div", { class: "vvc-notice", role: "status" });
    this.live = h("div", { class: "vvc-sr", "aria-live": "polite", "aria-atomic": "true" });
    this.root = h("div", { class: "vvc", lang: "id" });
    this.voice = new Voice(this.root);
    this.words = this.voice.words;
    this.root.prepend(this.words, this.notice, this.body, this.live);
    el.append(this.root);

    this.observer = new ResizeObserver(() => this.measure());
    this.observer.observe(this.root);
    this.onPage = () => this.draw();
    this.onMessage = (message) => this.receive(message);
    this.onBack = () => {
      if (document.visibilityState !== "visible") return;
      this.resend();
      this.pulse();
    };
    this.onKey = (event) => this.pressKey(event);
    this.onLeave = (event) => {
      if (!this.outbox.isLasting) event.preventDefault();
    };
    model.on("change:page", this.onPage);
    model.on("msg:custom", this.onMessage);
    window.addEventListener("online", this.onBack);
    document.addEventListener("visibilitychange", this.onBack);
    document.addEventListener("keydown", this.onKey);
    window.addEventListener("beforeunload", this.onLeave);
    this.draw();
    this.pulses = setInterval(() => this.pulse(), PULSE_MS);
  }

  remove() {
    clearInterval(this.pulses);
    this.observer.disconnect();
    this.model.off("change:page", this.onPage);
    this.model.off("msg:custom", this.onMessage);
    window.removeEventListener("online", this.onBack);
    document.removeEventListener("visibilitychange", this.onBack);
    document.removeEventListener("keydown", this.onKey);
    window.removeEventListener("beforeunload", this.onLeave);
    clearTimeout(this.timer);
    clearTimeout(this.waiting?.timer);
  }

  measure() {
    this.root.toggleAttribute("data-wide", this.root.clientWidth >= WIDE_PX);
  }

  get wide() {
    return this.root.hasAttribute("data-wide");
  }

  say(sentence) {
    this.live.textContent = "";
    this.live.textContent = sentence;
  }

  // --- screens

  draw() {
    const page = this.model.get("page") || {};
    // The second answer to a request that was sent twice.
    if (page.owner === this.page.owner && page.request && page.request <= this.answered) return;
    this.answered = page.request || this.answered;
    const same =
      this.page.screen === "case" &&
      page.screen === "case" &&
      this.page.owner === page.owner &&
      this.page.case?.number === page.case?.number;
    this.page = page;
    if (this.outbox?.owner !== text(page.owner)) this.outbox = new Outbox(text(page.owner));
    this.settleRequest();
    if (same) {
      this.settle();
      this.refresh();
      this.showWords(page.live);
      this.resend();
      return;
    }
    this.rows = new Map();
    this.lit = [];
    this.root.append(this.live);
    this.root.prepend(this.words, this.notice);
    this.decision = null;
    this.bar = null;
    const screens = {
      case: () => this.drawCase(),
      worked: () => this.drawWorked(),
      feedback: () => this.drawFeedback(),
      progress: () => this.drawProgress(),
      ladder: () => this.drawLadder(),
      wait: () => this.drawWait(),
      stored: () => this.drawStored(),
      message: () => this.drawMessage(),
    };
    this.body.replaceChildren(...(screens[page.screen] || screens.message)().flat());
    this.showNotice(page.notice || this.lateNotice || "");
    this.lateNotice = "";
    this.showWords(page.live);
    this.measure();
    if (!this.first && !page.is_quiet) {
      const heading = this.body.querySelector("[data-heading]");
      this.root.scrollIntoView({ block: "start" });
      heading?.focus({ preventScroll: true });
    }
    if (page.screen === "case") this.refresh();
    this.resend();
    // Whoever still has answers waiting here has begun, though the kernel cannot know it yet.
    const begun = this.first && page.screen === "worked" ? this.outbox.all()[0] : null;
    this.first = false;
    if (begun) this.request({ kind: "go", to: "case", number: begun.number });
  }

  head(title, subtitle, links) {
    const { of, done } = this.page.is_course ? this.page.bar || {} : { of: this.page.case?.of, done: this.page.done ?? 0 };
    const words = this.page.is_course ? "soal" : "kasus";
    const bar = of
      ? h(
          "div",
          {
            class: "vvc-progress",
            role: "progressbar",
            "aria-label": this.page.is_course ? "Soal yang sudah dikirim" : "Kasus yang sudah dikirim",
            "aria-valuemin": 0,
            "aria-valuemax": of,
            "aria-valuenow": done,
            "aria-valuetext": `${done} dari ${of} ${words} sudah dikirim`,
          },
          h("span", { style: `width:${Math.round((100 * done) / of)}%` })
        )
      : null;
    return h(
      "header",
      { class: "vvc-head" },
      h(
        "div",
        { class: "vvc-head-line" },
        h("h2", { class: "vvc-title", tabindex: "-1", "data-heading": true }, title),
        h("nav", { class: "vvc-links", "aria-label": "Halaman latihan" }, links)
      ),
      subtitle ? h("p", { class: "vvc-subtitle" }, subtitle) : null,
      this.page.case?.number ? bar : null
    );
  }

  link(label, message, wideOnly = false) {
    return h(
      "button",
      { type: "button", class: wideOnly ? "vvc-link vvc-wide-only" : "vvc-link", onclick: (event) => this.request(message, event.currentTarget) },
      label
    );
  }

  primary(label, message, iconName) {
    return h(
      "button",
      {
        type: "button",
        class: "vvc-button vvc-primary",
        onclick: (event) => this.request(message, event.currentTarget),
      },
      h("span", { class: "vvc-button-word" }, label),
      iconName ? icon(iconName) : null
    );
  }

  drawMessage() {
    const { title, text: sentence, retry } = this.page;
    return [
      h(
        "section",
        { class: "vvc-panel vvc-message" },
        icon("info"),
        h("h2", { class: "vvc-title", tabindex: "-1", "data-heading": true }, title || "Sebentar"),
        h("p", {}, sentence || "Kasus sedang disiapkan."),
        retry ? this.primary("Coba lagi", { kind: "again" }) : null
      ),
    ];
  }

  drawCase() {
    const { case: record, as_of: asOf } = this.page;
    this.settle();
    const docs = this.drawDocuments(record.documents || []);
    const rows = this.drawRecord(record, false);
    this.bar = {
      count: h("p", { class: "vvc-bar-count" }),
      state: h("p", { class: "vvc-bar-state" }),
    };
    const decide = h(
      "button",
      { type: "button", class: "vvc-button vvc-primary", onclick: () => this.openDecision() },
      h("span", { class: "vvc-button-word" }, "Putuskan"),
      icon("next")
    );
    const links = this.page.is_course
      ? [this.link("Jenjang saya", { kind: "go", to: "ladder" })]
      : [this.link("Kemajuan saya", { kind: "go", to: "progress" }), this.link("Contoh", { kind: "go", to: "worked" }, true)];
    const hint = h(
      "p",
      { class: "vvc-hint" },
      "Bandingkan tiap isian dengan berkas. Yang tidak ditandai dianggap sesuai.",
      h("span", { class: "vvc-wide-only" }, " Papan ketik: 1 sesuai, 2 tidak sesuai, 3 perlu kunjungan, panah untuk pindah.")
    );
    const title = this.page.is_course ? this.page.heading : `Kasus ${record.number} dari ${record.of}`;
    return [
      this.head(title, this.caseLine(record), links),
      h(
        "div",
        { class: "vvc-columns" },
        docs,
        h(
          "section",
          { class: "vvc-record", "aria-label": "Catatan dalam daftar" },
          (record.hints || []).length ? this.drawHints(record.hints) : null,
          h("h3", { class: "vvc-h3" }, "Catatan dalam daftar"),
          hint,
          rows
        )
      ),
      this.page.tour ? this.drawTour() : null,
      h("div", { class: "vvc-bar" }, h("div", { class: "vvc-bar-text" }, this.bar.count, this.bar.state), decide),
      this.drawDecision(record),
    ].filter(Boolean);
  }

  // Where to look first, on the step with help.
  drawHints(hints) {
    return h(
      "section",
      { class: "vvc-hints", "aria-label": "Bandingkan ini lebih dulu" },
      h("h3", { class: "vvc-h3" }, "Bandingkan ini lebih dulu"),
      h(
        "ol",
        {},
        hints.map((hint) =>
          h("li", {}, h("p", {}, text(hint.text)), (hint.cells || []).length ? this.showButton(hint.cells, true) : null)
        )
      )
    );
  }

  // Four short looks at the page, above the bar, where they stand in nobody's way; left at any time.
  drawTour() {
    if (recall(SEEN_TOUR)) return null;
    const steps = [
      [".vvc-documents", "Di sini berkas keluarga: KK, KTP, jawaban Dukcapil, catatan petugas. Sentuh namanya untuk membuka, Perbesar untuk membaca."],
      [".vvc-row .vvc-row-text", "Di sini isi daftar, satu baris satu isian. Bandingkan tiap baris dengan berkas; tempatnya di berkas ikut menyala."],
      [".vvc-row .vvc-choices", "Tiap isian punya tiga pilihan. Yang tidak ditandai dianggap sesuai. Setiap pilihan langsung tersimpan."],
      [".vvc-bar", "Selesai membandingkan? Tekan Putuskan: pilih status, tindak lanjut, dan seberapa yakin Anda, lalu kirim."],
    ];
    let at = 0;
    const point = (selector) => {
      for (const node of this.root.querySelectorAll("[data-pointed]")) node.removeAttribute("data-pointed");
      const node = selector ? this.body.querySelector(selector) : null;
      node?.setAttribute("data-pointed", "");
      if (node && !this.wide && at) node.scrollIntoView({ block: "center" });
    };
    const leave = () => {
      point("");
      remember(SEEN_TOUR, "1");
      box.remove();
      this.root.scrollIntoView({ block: "start" });
      this.body.querySelector("[data-heading]")?.focus({ preventScroll: true });
    };
    const count = h("p", { class: "vvc-quiet" });
    const words = h("p", { "aria-live": "polite" });
    const onward = h("button", { type: "button", class: "vvc-button", onclick: () => (at + 1 < steps.length ? show(at + 1) : leave()) });
    const box = h(
      "section",
      { class: "vvc-tour", "aria-label": "Tur singkat" },
      h("div", { class: "vvc-tour-text" }, count, words),
      h("div", { class: "vvc-tour-buttons" }, h("button", { type: "button", class: "vvc-link", onclick: leave }, "Lewati tur"), onward)
    );
    const show = (next) => {
      at = next;
      count.textContent = `Tur singkat, ${at + 1} dari ${steps.length}`;
      words.textContent = steps[at][1];
      onward.textContent = at + 1 < steps.length ? "Berikutnya" : "Mengerti";
      point(steps[at][0]);
    };
    queueMicrotask(() => show(0));
    return box;
  }

  caseLine(record) {
    return [this.page.is_course && !this.page.heading.startsWith(this.page.part_title) ? this.page.part_title : "", record.title, record.as_of ? `keadaan ${record.as_of.replaceAll(" ", "\u00a0")}` : ""].filter(Boolean).join(" · ");
  }

  drawWorked() {
    const { case: record, steps = [], intro } = this.page;
    const list = h("ol", { class: "vvc-steps" });
    const lines = new Map((record?.record || []).flatMap((group) => group.rows.map((row) => [row.cell, row])));
    steps.forEach((step, index) => {
      const cells = step.cells || [];
      const listed = cells.map((cell) => lines.get(cell)).filter(Boolean);
      list.append(
        h(
          "li",
          { class: "vvc-step" },
          h("span", { class: "vvc-step-number", "aria-hidden": "true" }, String(index + 1)),
          h(
            "div",
            {},
            step.title ? h("h4", { class: "vvc-h4" }, step.title) : null,
            h("p", {}, text(step.text)),
            listed.length && listed.length <= MOST_LISTED ? h("ul", { class: "vvc-listed" }, listed.map((row) => h("li", {}, `Daftar: ${text(row.label)} `, h("strong", {}, shown(row.value))))) : null,
            cells.length && record ? this.showButton(cells, true) : null
          )
        )
      );
    });
    const { number } = this.page;
    const begin = this.page.is_shown_only ? null : h(
      "div",
      { class: "vvc-bar" },
      h("p", { class: "vvc-bar-text" }, "Contoh ini tidak dinilai."),
      number ? this.primary("Lanjut", { kind: "finish", number }, "next") : this.primary("Mulai berlatih", { kind: "go", to: "case" }, "next")
    );
    return [
      this.head(
        number ? "Contoh yang dibahas" : "Satu contoh dulu",
        text(intro) || (record ? this.caseLine(record) : ""),
        number ? [this.link("Jenjang saya", { kind: "go", to: "ladder" })] : []
      ),
      h(
        "div",
        { class: "vvc-columns" },
        record ? this.drawDocuments(record.documents || []) : null,
        h(
          "section",
          { class: "vvc-record", "aria-label": "Langkah memeriksa" },
          h("h3", { class: "vvc-h3" }, "Langkah memeriksa"),
          list,
          record ? h("h3", { class: "vvc-h3" }, "Catatan dalam daftar") : null,
          record ? this.drawRecord(record, true) : null
        )
      ),
      begin,
    ].filter(Boolean);
  }

  drawFeedback() {
    const { case: record, feedback, last, next } = this.page;
    const items = feedback.items || [];
    const list = h("ul", { class: "vvc-items" }, items.map((item) => this.drawItem(item)));
    const decisions = [
      ["Status", feedback.status],
      ["Tindak lanjut", feedback.follow_up],
    ]
      .filter(([, judged]) => judged && typeof judged === "object")
      .map(([label, judged]) => this.drawJudged(label, judged));
    if (feedback.confidence) decisions.push(this.drawConfidence(feedback.confidence));
    const verdict = h(
      "section",
      { class: "vvc-verdict", "aria-label": "Hasil" },
      h("h2", { class: "vvc-title", tabindex: "-1", "data-heading": true }, text(feedback.verdict)),
      h(
        "p",
        { class: "vvc-subtitle" },
        [this.page.is_course ? this.page.heading : `Kasus ${record.number} dari ${record.of}`, record.title, this.score(feedback)]
          .filter(Boolean)
          .join(" · ")
      )
    );
    const look = feedback.look_alike;
    const bar = h("div", { class: "vvc-bar" });
    if (this.page.is_course) {
      bar.append(
        h("div", { class: "vvc-bar-text" }, this.link("Jenjang saya", { kind: "go", to: "ladder" })),
        this.primary("Lanjutkan", { kind: "go", to: "next" }, "next")
      );
    } else {
      const word = next ? "Kasus berikutnya" : "Lihat kemajuan saya";
      bar.append(
        h("div", { class: "vvc-bar-text" }, next || last ? this.link("Kemajuan saya", { kind: "go", to: "progress" }) : null),
        this.primary(word, next ? { kind: "go", to: "case", number: next } : { kind: "go", to: "progress" }, "next")
      );
    }
    const left = h(
      "section",
      { class: "vvc-left", "aria-label": "Penjelasan" },
      items.length ? h("h3", { class: "vvc-h3" }, "Satu per satu") : h("p", { class: "vvc-quiet-box" }, "Tidak ada kesalahan dalam kasus ini, dan tidak ada yang Anda tuduh."),
      list,
      look ? this.drawLookAlike(look) : null,
      decisions.length ? h("h3", { class: "vvc-h3" }, "Keputusan") : null,
      h("div", { class: "vvc-judged-list" }, decisions)
    );
    const right = h(
      "section",
      { class: "vvc-record", "aria-label": "Catatan dan berkas" },
      h("h3", { class: "vvc-h3" }, "Berkas"),
      this.drawDocuments(record.documents || [], true),
      h("h3", { class: "vvc-h3" }, "Catatan dalam daftar"),
      this.drawRecord(record, true, feedback)
    );
    this.dropLate(record);
    return [verdict, h("div", { class: "vvc-columns vvc-columns-feedback" }, left, right), bar];
  }

  // No answer of a graded case can be saved any more: what still waits came too late.
  dropLate(record) {
    const { marks = {}, ...decision } = this.page.answer || {};
    const late = this.outbox.of(record.number);
    const lost = late.filter((entry) => entry.value !== (marks[entry.field] ?? decision[entry.field] ?? ""));
    for (const entry of late) this.outbox.drop(entry.number, entry.field, entry.revision, entry.value);
    if (lost.length) this.lateNotice = `${lost.length} pilihan di perangkat ini belum tersimpan ketika kasus ini dikirim, jadi tidak ikut dinilai.`;
  }

  score(feedback) {
    const value = feedback.score;
    return typeof value === "number" ? `nilai ${Math.floor(value * 100 + 0.5)}` : "";
  }

  drawItem(item) {
    const outcome = OUTCOMES[item.outcome] || { icon: "info", word: text(item.outcome) };
    const facts = [
      ["Mengapa penting", item.why],
      ["Menurut berkas", item.document],
      ["Yang dapat mengubahnya", item.change],
      ["Sumber", item.source],
    ].filter(([, value]) => text(value));
    return h(
      "li",
      { class: `vvc-item vvc-${item.outcome}` },
      h(
        "div",
        { class: "vvc-item-line" },
        h("span", { class: "vvc-outcome" }, icon(outcome.icon), outcome.word),
        item.rule ? h("span", { class: "vvc-code" }, item.rule) : null
      ),
      h("h4", { class: "vvc-h4" }, text(item.title)),
      (item.labels || []).length ? h("p", { class: "vvc-where" }, `Isian: ${item.labels.join(", ")}`) : null,
      facts.length ? h("dl", { class: "vvc-facts" }, facts.map(([label, value]) => [h("dt", {}, label), h("dd", {}, text(value))])) : null,
      (item.cells || []).length ? this.showButton(item.cells) : null
    );
  }

  drawJudged(label, judged) {
    const right = judged.right;
    return h(
      "div",
      { class: `vvc-judged ${right ? "vvc-ditemukan" : "vvc-terlewat"}` },
      h(
        "p",
        { class: "vvc-judged-line" },
        h("span", { class: "vvc-outcome" }, icon(right ? "check" : "cross"), right ? "Tepat" : "Belum tepat"),
        h("strong", {}, `${label}: ${shown(judged.given)}`)
      ),
      judged.reason_given ? h("p", {}, `Alasan Anda: ${text(judged.reason_given)}`) : null,
      right ? null : h("p", {}, "Yang tepat: ", h("strong", {}, text(judged.expected))),
      !right && judged.reason_expected ? h("p", {}, "Alasannya: ", h("strong", {}, text(judged.reason_expected))) : null,
      judged.why ? h("p", { class: "vvc-quiet" }, text(judged.why)) : null
    );
  }

  // Neither right nor wrong by itself: what is said of it weighs it against the answer.
  drawConfidence(confidence) {
    return h(
      "div",
      { class: "vvc-judged" },
      h("p", {}, h("strong", {}, `Keyakinan: ${text(confidence.given)}`)),
      h("p", { class: "vvc-quiet" }, text(confidence.why))
    );
  }

  drawLookAlike(look) {
    return h(
      "div",
      { class: "vvc-quiet-box" },
      h("p", { class: "vvc-outcome" }, icon("info"), "Mirip kesalahan, tetapi bukan"),
      look.title ? h("h4", { class: "vvc-h4" }, text(look.title)) : null,
      look.why ? h("p", {}, text(look.why)) : null,
      look.source ? h("p", { class: "vvc-quiet" }, `Sumber: ${text(look.source)}`) : null,
      (look.cells || []).length ? this.showButton(look.cells) : null
    );
  }

  drawProgress() {
    const { rules = [], cases = [], next, done = 0, of = 0, summary } = this.page;
    const table = rules.length
      ? h(
          "div",
          { class: "vvc-scroll" },
          h(
            "table",
            { class: "vvc-table" },
            h("caption", { class: "vvc-sr" }, "Hasil per aturan"),
            h("thead", {}, h("tr", {}, ["Aturan", "Ditemukan", "Terlewat", "Keliru"].map((word) => h("th", { scope: "col" }, word)))),
            h(
              "tbody",
              {},
              rules.map((rule) =>
                h(
                  "tr",
                  {},
                  h("th", { scope: "row" }, rule.rule ? [h("span", { class: "vvc-code" }, rule.rule), " "] : null, text(rule.title)),
                  h("td", {}, text(rule.found ?? 0)),
                  h("td", {}, text(rule.missed ?? 0)),
                  h("td", {}, text(rule.wrong ?? 0))
                )
              )
            )
          )
        )
      : h("p", { class: "vvc-quiet-box" }, "Belum ada hasil. Kirim satu kasus dulu; hasil per aturan muncul di sini.");
    const list = cases.length
      ? h(
          "ul",
          { class: "vvc-cases" },
          cases.map((entry) =>
            h(
              "li",
              {},
              h("p", {}, h("strong", {}, `Kasus ${entry.number}`), typeof entry.score === "number" ? ` · nilai ${entry.score}` : ""),
              h(
                "button",
                {
                  type: "button",
                  class: "vvc-button",
                  "aria-label": `Baca lagi kasus ${entry.number}`,
                  onclick: (event) => this.request({ kind: "go", to: "review", number: entry.number }, event.currentTarget),
                },
                h("span", { class: "vvc-button-word" }, "Baca lagi")
              )
            )
          )
        )
      : h("p", { class: "vvc-quiet-box" }, "Kasus yang sudah Anda kirim dapat dibaca lagi di sini.");
    const bar = this.page.is_course
      ? h(
          "div",
          { class: "vvc-bar" },
          h("div", { class: "vvc-bar-text" }),
          this.primary("Jenjang saya", { kind: "go", to: "ladder" }, "next")
        )
      : next
      ? h(
          "div",
          { class: "vvc-bar" },
          h("div", { class: "vvc-bar-text" }),
          this.primary(`Lanjutkan kasus ${next} dari ${of}`, { kind: "go", to: "case", number: next }, "next")
        )
      : null;
    if (this.page.is_course) return this.drawCourseProgress(table, list, bar);
    return [
      this.head("Kemajuan saya", text(summary) || `${done} dari ${of} kasus sudah dikirim.`, [this.link("Contoh", { kind: "go", to: "worked" })]),
      h(
        "div",
        { class: "vvc-progress vvc-progress-lone", role: "progressbar", "aria-label": "Kasus yang sudah dikirim", "aria-valuemin": 0, "aria-valuemax": of, "aria-valuenow": done },
        h("span", { style: `width:${of ? Math.round((100 * done) / of) : 0}%` })
      ),
      h(
        "div",
        { class: "vvc-columns vvc-columns-feedback" },
        h("section", { class: "vvc-left", "aria-label": "Hasil per aturan" }, h("h3", { class: "vvc-h3" }, "Hasil per aturan"), table),
        h("section", { class: "vvc-record", "aria-label": "Kasus saya" }, h("h3", { class: "vvc-h3" }, "Kasus saya"), list)
      ),
      bar,
    ].filter(Boolean);
  }

  drawCourseProgress(table, list, bar) {
    const { mastered = [], due = [], tests = [], n_rules: nRules = 0, refresher } = this.page;
    const rules = (entries, empty) =>
      entries.length
        ? h("ul", { class: "vvc-rules" }, entries.map((rule) => h("li", {}, h("span", { class: "vvc-code" }, rule.rule), " ", text(rule.title))))
        : h("p", { class: "vvc-quiet" }, empty);
    return [
      this.head("Kemajuan saya", `${mastered.length} dari ${nRules} aturan dikuasai.`, [this.link("Contoh", { kind: "go", to: "worked" })]),
      h(
        "div",
        { class: "vvc-columns vvc-columns-feedback" },
        h(
          "section",
          { class: "vvc-left", "aria-label": "Aturan" },
          tests.length ? h("h3", { class: "vvc-h3" }, "Tes") : null,
          tests.length
            ? h(
                "ul",
                { class: "vvc-cases" },
                tests.map((test) =>
                  h("li", {}, h("strong", {}, text(test.title)), typeof test.score === "number" ? `nilai ${test.score}` : "nilai dibuka setelah tes ditutup")
                )
              )
            : null,
          h("h3", { class: "vvc-h3" }, "Perlu diulang"),
          rules(due, "Tidak ada yang perlu diulang sekarang."),
          h("h3", { class: "vvc-h3" }, "Dikuasai"),
          rules(mastered, "Belum ada. Tiga jawaban tepat berturut-turut, satu di antaranya lain waktu, berarti dikuasai."),
          h("h3", { class: "vvc-h3" }, "Ditemukan, terlewat, keliru"),
          table
        ),
        h("section", { class: "vvc-record", "aria-label": "Kasus saya" }, refresher ? this.drawRefresher(refresher, false) : null, h("h3", { class: "vvc-h3" }, "Kasus saya"), list)
      ),
      bar,
    ];
  }

  // --- a class with parts

  drawLadder() {
    const { parts = [], groups = [], mastered = 0, due = 0, n_rules: nRules = 0, can_go_on: canGoOn, is_quiz: isQuiz } = this.page;
    const stateIcon = { waiting: "lock", open: "next", closed: "check" };
    const drawPart = (part) =>
      h(
        "li",
        { class: `vvc-part vvc-part-${part.state}` },
        h(
          "div",
          {},
          h("strong", {}, text(part.title)),
          h("p", { class: "vvc-quiet" }, [part.of ? `${part.done} dari ${part.of} soal` : part.done ? `${part.done} ${part.kind === "kuis" ? "kartu" : "kasus"}` : "", typeof part.score === "number" ? `nilai ${part.score}` : ""].filter(Boolean).join(" · "))
        ),
        part.kind === "kuis" && part.state === "open"
          ? h("a", { class: "vvc-link", href: DRILLS }, "Latihan singkat")
          : h("span", { class: "vvc-part-state" }, icon(stateIcon[part.state] || "info"), text(part.word))
      );
    const drawRule = (rule) => {
      const [name, word] = rule.is_due ? ["again", "Ulangi"] : rule.is_mastered ? ["check", "Dikuasai"] : rule.is_met ? ["wait", "Dilatih"] : ["", "Belum"];
      return h(
        "li",
        { class: "vvc-rule" },
        h("span", {}, text(rule.title)),
        h("span", { class: `vvc-rule-state${rule.is_due ? " vvc-due" : rule.is_mastered ? " vvc-mastered" : ""}` }, name ? icon(name) : null, word)
      );
    };
    const drawGroup = (group) =>
      h(
        "li",
        { class: "vvc-rung" },
        h(
          "details",
          {},
          h(
            "summary",
            {},
            h("span", { class: "vvc-rung-text" }, h("strong", {}, text(group.title)), h("span", { class: "vvc-quiet" }, [group.step, `${group.mastered} dari ${group.of} dikuasai`].filter(Boolean).join(" · "))),
            h("span", { class: "vvc-dots", "aria-hidden": "true" }, group.rules.map((rule) => h("i", { class: rule.is_due ? "vvc-dot-due" : rule.is_mastered ? "vvc-dot-full" : rule.is_met ? "vvc-dot-half" : "" })))
          ),
          h("ul", {}, group.rules.map(drawRule))
        )
      );
    const summary = [`${mastered} dari ${nRules} aturan dikuasai`, due ? `${due} perlu diulang` : ""].filter(Boolean).join(", ");
    return [
      this.head("Jenjang saya", nRules ? `${summary}.` : "", [
        this.link("Kemajuan saya", { kind: "go", to: "progress" }),
        this.link("Contoh", { kind: "go", to: "worked" }, true),
      ]),
      h(
        "div",
        { class: "vvc-columns vvc-columns-ladder" },
        h("section", { class: "vvc-left", "aria-label": "Bagian kelas" }, h("h3", { class: "vvc-h3" }, "Bagian kelas"), h("ol", { class: "vvc-parts" }, parts.map(drawPart))),
        h(
          "section",
          { class: "vvc-left", "aria-label": "Kelompok aturan" },
          h("h3", { class: "vvc-h3" }, "Kelompok aturan"),
          groups.length ? h("ol", { class: "vvc-rungs" }, groups.map(drawGroup)) : h("p", { class: "vvc-quiet-box" }, "Aturan yang dilatih muncul di sini setelah latihan dibuka.")
        )
      ),
      h(
        "div",
        { class: "vvc-bar" },
        h("p", { class: "vvc-bar-text" }, canGoOn ? "" : "Belum ada bagian yang dibuka. Halaman ini berubah sendiri bila pelatih membukanya."),
        isQuiz ? this.toDrills() : this.primary(canGoOn ? "Lanjutkan" : "Lihat lagi", { kind: "go", to: canGoOn ? "next" : "ladder" }, canGoOn ? "next" : "again")
      ),
    ];
  }

  // Another room, so an ordinary link: it has a kernel of its own.
  toDrills() {
    return h("a", { class: "vvc-button vvc-primary", href: DRILLS }, h("span", { class: "vvc-button-word" }, "Buka Latihan singkat"), icon("next"));
  }

  drawRefresher({ link, code }, isOpen) {
    return h(
      "details",
      { class: "vvc-refresher", open: isOpen },
      h("summary", {}, "Tautan penyegaran 30 hari"),
      h("p", {}, "Simpan tautan ini dan buka sekitar 30 hari lagi: beberapa kasus pendek tentang yang terlewat. Tautan tidak memuat nama Anda."),
      h(
        "div",
        { class: "vvc-refresher-link" },
        code
          ? s(
              "svg",
              { class: "vvc-qr", viewBox: `-4 -4 ${code.size + 8} ${code.size + 8}`, role: "img", "aria-label": "Kode QR tautan penyegaran" },
              s("path", { class: "vvc-qr-paper", d: `M-4 -4h${code.size + 8}v${code.size + 8}h-${code.size + 8}z` }),
              s("path", { class: "vvc-qr-ink", d: code.path })
            )
          : null,
        h(
          "div",
          {},
          code ? null : h("p", {}, "Alamat server belum diketahui. Tambahkan di depan tautan ini."),
          h("p", { class: "vvc-address", tabindex: "0" }, text(link)),
          h("p", { class: "vvc-quiet" }, code ? "Pindai dengan ponsel, atau tekan tautannya lalu salin." : "Tekan tautannya, lalu salin.")
        )
      )
    );
  }

  drawWait() {
    const { title, text: sentence, kind, part, refresher } = this.page;
    const names = { jeda: "pause", tunggu: "wait", tes_selesai: "check", selesai: "check" };
    const isOver = kind === "selesai";
    return [
      h(
        "section",
        { class: "vvc-panel vvc-message" },
        icon(names[kind] || "info"),
        h("h2", { class: "vvc-title", tabindex: "-1", "data-heading": true }, text(title)),
        h("p", {}, text(sentence)),
        isOver ? null : h("p", { class: "vvc-quiet" }, kind === "kuis" ? "Halaman ini lanjut sendiri bila pelatih membuka bagian lain." : "Halaman ini lanjut sendiri. Anda tidak perlu memuat ulang."),
        isOver ? this.primary("Kemajuan saya", { kind: "go", to: "progress" }, "next") : kind === "kuis" ? this.toDrills() : this.primary("Lihat lagi", { kind: "go", to: "next", number: part || undefined }, "again"),
        this.link("Jenjang saya", { kind: "go", to: "ladder" })
      ),
      refresher ? this.drawRefresher(refresher, true) : null,
    ].filter(Boolean);
  }

  drawStored() {
    const { title, text: sentence, left, part } = this.page;
    return [
      h(
        "section",
        { class: "vvc-panel vvc-message" },
        icon("check"),
        h("h2", { class: "vvc-title", tabindex: "-1", "data-heading": true }, text(title)),
        h("p", {}, text(sentence)),
        left ? h("p", { class: "vvc-quiet" }, `${left} soal lagi.`) : null,
        this.primary(left ? "Soal berikutnya" : "Lanjut", { kind: "go", to: "next", number: left ? part : undefined }, "next")
      ),
    ];
  }

  // --- what the trainer says to all, asked for while somebody looks

  pulse() {
    if (!this.page.live || this.waiting || document.visibilityState !== "visible") return;
    try {
      this.model.send({ kind: "pulse" });
    } catch {
      /* the next one */
    }
  }

  showWords(live) {
    this.voice.hear(live, text(this.page.owner));
  }

  // --- documents

  drawDocuments(documents, inline = false) {
    const tabs = [];
    for (const document_ of documents) {
      // The identity cards of one family share a tab: six tabs do not fit on a phone.
      const name = document_.kind === "ktp" ? "KTP" : text(document_.tab) || "Berkas";
      let tab = tabs.find((entry) => entry.name === name);
      if (!tab) tabs.push((tab = { name, documents: [], id: newId("tab"), panelId: newId("panel") }));
      tab.documents.push(document_);
    }
    const list = h("div", { class: "vvc-tabs", role: "tablist", "aria-label": "Berkas keluarga" });
    const panels = h("div", { class: "vvc-panels" });
    const choose = (chosen, focus) => {
      for (const tab of tabs) {
        const on = tab === chosen;
        tab.button.setAttribute("aria-selected", String(on));
        tab.button.tabIndex = on ? 0 : -1;
        tab.panel.hidden = !on;
      }
      panels.scrollTop = 0;
      if (focus) chosen.button.focus();
      // scrollIntoView would move the whole page too
      const line = chosen.button;
      if (line.offsetLeft < list.scrollLeft || line.offsetLeft + line.offsetWidth > list.scrollLeft + list.clientWidth) {
        list.scrollLeft = line.offsetLeft - 16;
      }
    };
    tabs.forEach((tab, index) => {
      tab.button = h(
        "button",
        {
          type: "button",
          role: "tab",
          id: tab.id,
          class: "vvc-tab",
          "aria-controls": tab.panelId,
          "aria-selected": "false",
          onclick: () => {
            choose(tab);
            setOpen(true);
          },
          onkeydown: (event) => {
            const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
            if (!step) return;
            event.preventDefault();
            choose(tabs[(index + step + tabs.length) % tabs.length], true);
          },
        },
        tab.name,
        tab.documents.length > 1 ? h("span", { class: "vvc-tab-count" }, ` ${tab.documents.length}`) : null
      );
      tab.panel = h(
        "div",
        { role: "tabpanel", id: tab.panelId, "aria-labelledby": tab.id, tabindex: "0", class: "vvc-tabpanel", hidden: true },
        tab.documents.map((document_) =>
          h(
            "div",
            { class: "vvc-doc-frame" },
            this.drawDocument(document_, tab),
            h(
              "button",
              {
                type: "button",
                class: "vvc-zoom",
                "aria-label": `Perbesar ${text(document_.title) || tab.name}`,
                onclick: () => this.openZoom(document_),
              },
              icon("zoom"),
              "Perbesar"
            )
          )
        )
      );
      list.append(tab.button);
      panels.append(tab.panel);
    });
    const fold = h("button", { type: "button", class: "vvc-fold" });
    const setOpen = (open) => {
      section.toggleAttribute("data-folded", !open);
      fold.setAttribute("aria-expanded", String(open));
      fold.setAttribute("aria-label", open ? "Ciutkan berkas" : "Buka berkas");
      fold.replaceChildren(icon(open ? "up" : "down"));
    };
    fold.addEventListener("click", () => setOpen(section.hasAttribute("data-folded")));
    const section = h(
      "section",
      { class: inline ? "vvc-documents vvc-documents-inline" : "vvc-documents", "aria-label": "Berkas keluarga" },
      h("div", { class: "vvc-tabline" }, list, fold),
      panels
    );
    setOpen(true);
    this.tabs = tabs;
    this.chooseTab = choose;
    if (tabs.length) choose(tabs[0]);
    else panels.append(h("p", { class: "vvc-quiet-box" }, "Kasus ini tidak mempunyai berkas."));
    return section;
  }

  drawDocument(document_, tab) {
    const place = (node, cells) => {
      if (tab && cells?.length) this.lit.push({ node, cells, tab });
      return node;
    };
    const pair = (field) =>
      place(
        h("div", { class: "vvc-pair" }, h("dt", {}, text(field.label)), h("dd", {}, shown(field.value))),
        field.cells
      );
    const table = document_.table;
    const kind = /^[a-z]+$/.test(document_.kind) ? document_.kind : "lain";
    return h(
      "article",
      { class: `vvc-doc vvc-doc-${kind}`, "aria-label": [document_.title, "contoh"].filter(Boolean).join(", ") },
      h(
        "div",
        { class: "vvc-doc-head" },
        h("p", { class: "vvc-doc-title" }, text(document_.title)),
        document_.subtitle ? h("p", { class: "vvc-doc-subtitle" }, text(document_.subtitle)) : null
      ),
      h(
        "div",
        { class: "vvc-doc-main" },
        (document_.fields || []).length ? h("dl", { class: "vvc-pairs" }, document_.fields.map(pair)) : null,
        kind === "ktp" ? h("div", { class: "vvc-photo" }, icon("person"), h("span", {}, "CONTOH")) : null
      ),
      table && (table.rows || []).length
        ? h(
            "div",
            { class: "vvc-scroll", tabindex: "0", role: "region", "aria-label": `Tabel ${text(document_.title)}, dapat digeser` },
            h(
              "table",
              { class: "vvc-doc-table" },
              h("thead", {}, h("tr", {}, (table.columns || []).map((column) => h("th", { scope: "col" }, text(column))))),
              h(
                "tbody",
                {},
                table.rows.map((row, r) =>
                  h(
                    "tr",
                    {},
                    row.map((value, c) => place(h("td", {}, shown(value)), [].concat(table.cells?.[r]?.[c] || [])))
                  )
                )
              )
            )
          )
        : null,
      document_.picture ? place(this.drawPicture(document_.picture), document_.picture.cells) : null,
      (document_.paragraphs || []).map((paragraph, p) =>
        place(h("p", { class: "vvc-doc-text" }, text(paragraph)), document_.paragraph_cells?.[p])
      ),
      h("p", { class: "vvc-doc-foot" }, "CONTOH, bukan dokumen asli")
    );
  }

  // As an image a drawing runs no script and fetches nothing, whatever stands in it.
  drawPicture(picture) {
    return h(
      "figure",
      { class: "vvc-figure" },
      h("img", { class: "vvc-picture", alt: text(picture.text), src: `data:image/svg+xml,${encodeURIComponent(text(picture.svg))}` }),
      picture.caption ? h("figcaption", {}, text(picture.caption)) : null
    );
  }

  openZoom(document_) {
    let scale = 1.25;
    const stage = h("div", { class: "vvc-stage", tabindex: "0" }, this.drawDocument(document_, null));
    const word = h("span", { class: "vvc-zoom-word", "aria-live": "polite" });
    const set = (next) => {
      scale = Math.min(3, Math.max(0.75, next));
      stage.style.setProperty("--vvc-zoom", String(scale));
      word.textContent = `${Math.round(scale * 100)}%`;
    };
    const button = (label, words, act) =>
      h("button", { type: "button", class: "vvc-button", "aria-label": words, onclick: act }, label);
    const dialog = h(
      "dialog",
      { class: "vvc-dialog vvc-dialog-zoom", "aria-label": text(document_.title) || "Berkas" },
      h(
        "div",
        { class: "vvc-zoombar" },
        button("−", "Perkecil", () => set(scale - 0.25)),
        word,
        button("+", "Perbesar", () => set(scale + 0.25)),
        button("Tutup", "Tutup berkas", () => dialog.close())
      ),
      stage
    );
    set(scale);
    this.root.append(dialog);
    this.openDialog(dialog);
    dialog.addEventListener("close", () => dialog.remove());
  }

  // What lies outside an open dialog is neither seen nor read out, so words go inside with it.
  openDialog(dialog) {
    dialog.prepend(this.words, this.notice);
    dialog.append(this.live);
    dialog.addEventListener("close", () => {
      this.root.prepend(this.words, this.notice);
      this.root.append(this.live);
    }, { once: true });
    dialog.showModal();
  }

  // `stays`: the reader keeps their place on the page, only the documents turn to what is meant.
  showButton(cells, stays = false) {
    return h(
      "button",
      { type: "button", class: "vvc-link vvc-show", onclick: () => this.showCells(cells, true, stays) },
      icon("eye"),
      "Tunjukkan tempatnya"
    );
  }

  // Lights the cells in the record and in the documents; with `move` also goes there.
  showCells(cells, move, stays = false) {
    for (const [cell, row] of this.rows) row.node.toggleAttribute("data-shown", cells.includes(cell));
    let tabWithPlace = null;
    let nearest = null;
    for (const tab of this.tabs || []) tab.button.removeAttribute("data-lit");
    for (const place of this.lit) {
      const on = place.cells.some((cell) => cells.includes(cell));
      place.node.toggleAttribute("data-lit", on);
      if (!on) continue;
      place.tab.button.setAttribute("data-lit", "");
      if (!tabWithPlace || !place.tab.panel.hidden) tabWithPlace = place.tab;
      if (!nearest && !place.tab.panel.hidden) nearest = place.node;
    }
    if (nearest) this.bringIntoBox(nearest);
    if (!move) return;
    if (tabWithPlace && !nearest) {
      this.chooseTab(tabWithPlace);
      this.bringIntoBox(this.lit.find((place) => place.tab === tabWithPlace && place.node.hasAttribute("data-lit"))?.node);
    }
    if (stays) return;
    const row = cells.map((cell) => this.rows.get(cell)).find(Boolean);
    row?.group?.setAttribute("open", "");
    row?.node.scrollIntoView({ block: "center" });
    row?.node.focus({ preventScroll: true });
  }

  // Scrolls the boxes the place lies in, and never the page under the reader's thumb.
  bringIntoBox(node) {
    for (let box = node?.parentElement; box && box !== this.root; box = box.parentElement) {
      if (!box.matches(".vvc-panels, .vvc-scroll")) continue;
      const at = node.getBoundingClientRect();
      const frame = box.getBoundingClientRect();
      if (at.top < frame.top || at.bottom > frame.bottom) box.scrollTop += at.top - frame.top - (frame.height - at.height) / 2;
      if (at.left < frame.left || at.right > frame.right) box.scrollLeft += at.left - frame.left - (frame.width - at.width) / 2;
    }
  }

  // --- record

  drawRecord(record, readOnly, feedback) {
    const groups = record.record || [];
    const outcomes = new Map();
    for (const item of feedback?.items || []) {
      for (const cell of item.cells || []) outcomes.set(cell, item.outcome);
    }
    const marks = this.page.answer?.marks || {};
    const words = new Map((record.choices?.mark || []).map(([code, label]) => [code, label]));
    const jumps = h("nav", { class: "vvc-jumps", "aria-label": "Bagian catatan" });
    const out = [];
    for (const group of groups) {
      const count = h("span", { class: "vvc-group-count" });
      const details = h("details", { class: "vvc-group", open: true }, h("summary", {}, h("span", {}, text(group.title)), count));
      const rows = [];
      for (const row of group.rows || []) {
        const drawn = readOnly
          ? this.drawReadRow(row, details, outcomes.get(row.cell), words.get(marks[row.cell]), marks[row.cell])
          : this.drawRow(row, details, record.choices?.mark || []);
        this.rows.set(row.cell, drawn);
        rows.push(drawn);
        details.append(drawn.node);
      }
      details.updateCount = () => {
        const marked = rows.filter((row) => row.marked?.()).length;
        count.textContent = marked ? `${marked} ditandai` : "";
      };
      jumps.append(
        h(
          "button",
          {
            type: "button",
            class: "vvc-jump",
            onclick: () => {
              details.open = true;
              details.scrollIntoView({ block: "start" });
              details.querySelector("summary").focus({ preventScroll: true });
            },
          },
          text(group.title)
        )
      );
      out.push(details);
    }
    return [groups.length > 2 ? jumps : null, ...out].filter(Boolean);
  }

  drawReadRow(row, group, outcome, word, mark) {
    const known = OUTCOMES[outcome];
    const node = h(
      "div",
      { class: `vvc-row vvc-row-read${outcome ? ` vvc-${outcome}` : ""}`, tabindex: "-1", "data-cell": row.cell },
      h("div", { class: "vvc-row-text" }, h("span", { class: "vvc-label" }, text(row.label)), h("span", { class: "vvc-value" }, shown(row.value))),
      h(
        "div",
        { class: "vvc-row-marks" },
        word ? h("span", { class: "vvc-quiet vvc-given" }, icon(MARK_ICONS[mark] || "info"), this.page.screen === "worked" ? word : `Anda: ${word}`) : null,
        known ? h("span", { class: "vvc-outcome" }, icon(known.icon), known.word) : null
      )
    );
    return { node, group };
  }

  drawRow(row, group, choices) {
    const field = row.cell;
    const name = newId("pilihan");
    const stateId = newId("keadaan");
    const state = h("span", { class: "vvc-state", id: stateId });
    const differs = h("div", { class: "vvc-differs", hidden: true });
    const inputs = [];
    const options = choices.map(([code, label]) => {
      const input = h("input", { type: "radio", name, value: code, onchange: () => this.choose(field, code, text(row.label)) });
      inputs.push(input);
      return h("label", { class: `vvc-choice vvc-choice-${code}` }, input, h("span", {}, h("span", {}, icon(MARK_ICONS[code] || "info"), label)));
    });
    const node = h(
      "div",
      {
        class: "vvc-row",
        role: "radiogroup",
        "aria-label": `${text(row.label)}: ${shown(row.value)}`,
        "aria-describedby": stateId,
        "data-cell": field,
        onfocusin: () => this.showCells([field], false),
        onclick: (event) => {
          if (event.target === node || event.target.closest(".vvc-row-text")) this.focusRow(field);
        },
        onmouseenter: () => {
          if (this.wide && !this.root.contains(document.activeElement?.closest?.(".vvc-row"))) this.showCells([field], false);
        },
      },
      h(
        "div",
        { class: "vvc-row-text" },
        h("span", { class: "vvc-label" }, text(row.label)),
        h("span", { class: "vvc-value" }, shown(row.value))
      ),
      state,
      h("div", { class: "vvc-choices" }, options),
      differs
    );
    const update = () => {
      const kept = this.fields.get(field);
      const value = kept?.value || "";
      for (const input of inputs) input.checked = input.value === value;
      node.dataset.mark = value;
      this.drawState(state, kept);
      this.drawDiffers(differs, field, kept, choices, text(row.label));
      group.updateCount?.();
    };
    const marked = () => ["tidak_sesuai", "perlu_kunjungan"].includes(this.fields.get(field)?.value);
    return { node, group, inputs, update, marked, label: `${text(row.label)} (${text(group.querySelector("summary span")?.textContent)})` };
  }

  drawState(node, kept) {
    const states = {
      saving: ["wait", "menyimpan"],
      saved: ["check", "tersimpan"],
      failed: ["alert", "belum tersimpan"],
      differs: ["alert", "berbeda"],
    };
    const entry = states[kept?.state];
    node.className = `vvc-state${entry ? ` vvc-state-${kept.state}` : ""}`;
    node.replaceChildren(...(entry ? [icon(entry[0]), entry[1]] : []));
  }

  // Another phone of the same person saved something else: neither answer is thrown away silently.
  drawDiffers(node, field, kept, choices, label) {
    node.hidden = kept?.state !== "differs";
    if (node.hidden) return node.replaceChildren();
    const word = (code) => (choices.find(([one]) => one === code) || [null, code || "kosong"])[1];
    node.replaceChildren(
      h("p", {}, `Tersimpan dari perangkat lain: ${word(kept.value)}. Pilihan di sini: ${word(kept.pending.value)}.`),
      h(
        "div",
        { class: "vvc-differs-buttons" },
        h("button", { type: "button", class: "vvc-button", onclick: () => this.choose(field, kept.pending.value, label) }, `Pakai: ${word(kept.pending.value)}`),
        h("button", { type: "button", class: "vvc-button", onclick: () => this.keepOther(field, label) }, `Biarkan: ${word(kept.value)}`)
      )
    );
    return undefined;
  }

  focusRow(field) {
    const row = this.rows.get(field);
    if (!row?.inputs?.length) return;
    row.group.open = true;
    (row.inputs.find((input) => input.checked) || row.inputs[0]).focus({ preventScroll: true });
    row.node.scrollIntoView({ block: "nearest" });
  }

  pressKey(event) {
    if (this.page.screen !== "case" || !this.wide || event.ctrlKey || event.altKey || event.metaKey) return;
    if (this.root.querySelector("dialog[open]")) return;
    const target = document.activeElement;
    const inside = target && this.root.contains(target);
    if (!inside && target !== document.body) return;
    const order = [...this.rows.keys()];
    const at = order.indexOf(target?.closest?.(".vvc-row")?.dataset.cell);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (inside && at < 0 && target.closest("[role=tabpanel], .vvc-scroll")) return; // these scroll
      event.preventDefault(); // in a radio group the arrow would change the answer
      const next = at < 0 ? 0 : at + (event.key === "ArrowDown" ? 1 : -1);
      if (order[next]) this.focusRow(order[next]);
      return;
    }
    const input = at >= 0 && ["1", "2", "3"].includes(event.key) ? this.rows.get(order[at]).inputs[Number(event.key) - 1] : null;
    if (!input) return;
    event.preventDefault();
    input.focus();
    this.choose(order[at], input.value, this.rows.get(order[at]).node.querySelector(".vvc-label").textContent);
  }

  // --- decision

  drawDecision(record) {
    const choices = record.choices || {};
    const blocker = h("p", { class: "vvc-blocker", id: newId("sebab") });
    const send = h(
      "button",
      { type: "button", class: "vvc-button vvc-primary", "aria-describedby": blocker.id, onclick: () => this.submit() },
      h("span", { class: "vvc-button-word" }, "Kirim"),
      icon("next")
    );
    const summary = h("p", { class: "vvc-quiet" });
    const visits = h("p", { class: "vvc-quiet" });
    const controls = {};
    const group = (field, title, options, kind = "") => {
      const name = newId(field);
      const state = h("span", { class: "vvc-state" });
      const differs = h("div", { class: "vvc-differs", hidden: true });
      const inputs = [];
      const node = h(
        "fieldset",
        { class: `vvc-fieldset ${kind}` },
        h("legend", {}, title, " ", state),
        options.map(([code, label]) => {
          const input = h("input", { type: "radio", name, value: code, onchange: () => this.choose(field, code, title) });
          inputs.push(input);
          return h("label", { class: "vvc-option" }, input, h("span", {}, label));
        }),
        differs
      );
      controls[field] = () => {
        const kept = this.fields.get(field);
        for (const input of inputs) input.checked = input.value === (kept?.value || "");
        this.drawState(state, kept);
        this.drawDiffers(differs, field, kept, options, title);
      };
      return node;
    };
    const status = group("status", "Status keluarga", choices.status || []);
    const followUp = group("follow_up", "Tindak lanjut", choices.follow_up || []);
    const confidence = group("confidence", "Seberapa yakin Anda?", choices.confidence || [], "vvc-big");
    const reasonId = newId("alasan");
    const reasonState = h("span", { class: "vvc-state" });
    const reasonDiffers = h("div", { class: "vvc-differs", hidden: true });
    const select = h(
      "select",
      { id: reasonId, class: "vvc-select", onchange: () => this.choose("reason", select.value, "Alasan tidak layak") },
      h("option", { value: "" }, "Pilih alasan"),
      (choices.reason || []).map(([code, label]) => h("option", { value: code }, label))
    );
    const reason = h(
      "div",
      { class: "vvc-fieldset", hidden: true },
      h("label", { class: "vvc-legend", for: reasonId }, "Alasan tidak layak ", reasonState),
      select,
      reasonDiffers
    );
    controls.reason = () => {
      const kept = this.fields.get("reason");
      reason.hidden = this.fields.get("status")?.value !== "tidak_layak";
      select.value = kept?.value || "";
      this.drawState(reasonState, kept);
      this.drawDiffers(reasonDiffers, "reason", kept, choices.reason || [], "Alasan tidak layak");
    };
    const headingId = newId("putusan");
    const dialog = h(
      "dialog",
      { class: "vvc-dialog vvc-dialog-decision", "aria-labelledby": headingId },
      h("div", { class: "vvc-dialog-body" }, h("h3", { class: "vvc-title", id: headingId }, "Keputusan Anda"), summary, visits, status, reason, followUp, confidence),
      h(
        "div",
        { class: "vvc-dialog-foot" },
        blocker,
        h(
          "div",
          { class: "vvc-dialog-buttons" },
          h("button", { type: "button", class: "vvc-button", onclick: () => dialog.close() }, icon("back"), h("span", { class: "vvc-button-word" }, "Periksa lagi")),
          send
        )
      )
    );
    this.decision = { dialog, blocker, send, summary, visits, controls };
    return dialog;
  }

  openDecision() {
    this.refresh();
    this.openDialog(this.decision.dialog);
  }

  blockers() {
    const number = this.page.case.number;
    const differing = [...this.fields.values()].some((kept) => kept.state === "differs");
    if (differing) return ["Ada isian yang berbeda dengan perangkat lain. Pilih salah satu dulu."];
    const refused = [...this.fields.values()].find((kept) => kept.refused);
    if (refused) return [refused.refused];
    const waiting = this.outbox.of(number).length;
    if (waiting) return [`Menunggu ${waiting} jawaban tersimpan.`];
    return this.page.blockers || [];
  }

  refresh() {
    if (this.page.screen !== "case") return;
    for (const row of this.rows.values()) row.update();
    this.refreshBar();
  }

  refreshBar() {
    if (!this.bar) return;
    for (const control of Object.values(this.decision.controls)) control();
    const flagged = [...this.rows.values()].filter((row) => row.marked());
    this.bar.count.textContent = flagged.length ? `${flagged.length} isian ditandai` : "Belum ada yang ditandai";
    const states = [...this.fields.values()].map((kept) => kept.state);
    const failed = states.includes("failed");
    const saving = states.includes("saving");
    this.bar.state.className = `vvc-bar-state${failed ? " vvc-state-failed" : ""}`;
    this.bar.state.textContent = failed ? "Belum tersimpan, dicoba lagi" : saving ? "Menyimpan" : states.includes("saved") ? "Semua tersimpan" : "";
    const names = flagged.map((row) => row.label);
    const visits = flagged.filter((row) => row.node.dataset.mark === "perlu_kunjungan").length;
    this.decision.visits.textContent = visits ? `${visits} isian minta kunjungan. Kunjungan hanya untuk hal yang tidak dapat dijawab berkas; yang tidak perlu mengurangi nilai.` : "";
    this.decision.summary.textContent = names.length ? `Anda menandai: ${names.join("; ")}.` : "Anda belum menandai satu isian pun; semua dianggap sesuai.";
    const blocked = this.blockers();
    const busy = Boolean(this.waiting);
    this.decision.blocker.textContent = busy ? "" : blocked[0] || "";
    this.decision.send.setAttribute("aria-disabled", String(busy || blocked.length > 0));
  }

  submit() {
    const blocked = this.blockers();
    if (blocked.length) {
      this.say(blocked[0]);
      return;
    }
    this.request({ kind: "submit", number: this.page.case.number }, this.decision.send);
  }

  // --- saving

  // Reads what the kernel has and what this browser still holds into one state a field.
  settle() {
    const { answer = {}, case: record } = this.page;
    const known = new Set([...DECISION, ...record.record.flatMap((group) => group.rows.map((row) => row.cell))]);
    const revisions = answer.revisions || {};
    const before = this.fields || new Map();
    this.fields = new Map();
    const values = { ...(answer.marks || {}) };
    for (const field of DECISION) if (answer[field]) values[field] = answer[field];
    for (const field of new Set([...Object.keys(values), ...Object.keys(revisions)])) {
      this.fields.set(field, { value: values[field] || "", revision: revisions[field] || 0, state: "saved", pending: null });
    }
    for (const entry of this.outbox.of(record.number)) {
      const kept = this.fields.get(entry.field) || { value: "", revision: 0, state: "", pending: null };
      const isSaved = kept.revision >= entry.revision && kept.value === entry.value;
      if (isSaved || !known.has(entry.field)) {
        this.outbox.drop(entry.number, entry.field, entry.revision, entry.value);
        continue;
      }
      kept.pending = { value: entry.value, revision: entry.revision };
      if (kept.revision >= entry.revision) kept.state = "differs";
      else {
        kept.value = entry.value;
        kept.state = before.get(entry.field)?.state === "failed" ? "failed" : "saving";
      }
      this.fields.set(entry.field, kept);
    }
  }

  choose(field, value, label) {
    const number = this.page.case.number;
    const kept = this.fields.get(field) || { value: "", revision: 0, state: "", pending: null };
    if (this.waiting?.message.kind === "submit") {
      this.say("Kasus sedang dikirim, jadi jawabannya tidak dapat diubah.");
      this.refreshField(field);
      return;
    }
    if (this.voice.isPaused) return this.refreshField(field);
    if (kept.value === value && ["saved", "saving"].includes(kept.state)) return;
    const revision = Math.max(kept.revision, kept.pending?.revision || 0) + 1;
    kept.pending = { value, revision };
    kept.value = value;
    kept.label = label;
    kept.state = "saving";
    delete kept.refused;
    this.fields.set(field, kept);
    this.outbox.put(number, field, { value, revision });
    if (!this.outbox.isLasting) this.showNotice("Peramban ini tidak dapat menyimpan jawaban sementara. Jangan tutup halaman sebelum semua tersimpan.");
    this.post({ number, field, value, revision });
    this.schedule();
    if (field === "status" && value !== "tidak_layak" && this.fields.get("reason")?.value) this.choose("reason", "", "Alasan tidak layak");
    this.refreshField(field);
  }

  keepOther(field, label) {
    const kept = this.fields.get(field);
    this.outbox.drop(this.page.case.number, field, kept.pending.revision, kept.pending.value);
    kept.pending = null;
    kept.state = "saved";
    kept.label = label;
    this.refreshField(field);
  }

  refreshField(field) {
    this.rows.get(field)?.update?.();
    this.refreshBar();
  }

  post(entry) {
    try {
      this.model.send({ kind: "save", number: entry.number, field: entry.field, value: entry.value, revision: entry.revision });
    } catch {
      /* the channel is closed: the outbox keeps it and the next try sends it */
    }
  }

  schedule() {
    if (this.timer) return;
    const delay = RETRY_MS[Math.min(this.tries, RETRY_MS.length - 1)];
    this.timer = setTimeout(() => {
      this.timer = null;
      this.tries += 1;
      for (const [field, kept] of this.fields || []) {
        if (kept.state === "saving" && kept.pending) {
          kept.state = "failed";
          this.rows.get(field)?.update?.();
        }
      }
      this.refreshBar();
      this.resend();
    }, delay);
  }

  resend() {
    if (!this.outbox) return;
    const waiting = this.outbox.all().filter((entry) => {
      const kept = this.page.screen === "case" && entry.number === this.page.case.number ? this.fields.get(entry.field) : null;
      if (!kept && this.parked.has(this.outbox.key(entry.number, entry.field))) return false;
      return kept?.state !== "differs" && !kept?.refused;
    });
    // While nobody answers one is sent to ask: each of them would be kept by the line and all
    // delivered at once when a whole hall comes back.
    for (const entry of this.tries ? waiting.slice(0, 1) : waiting) this.post(entry);
    if (waiting.length) this.schedule();
    if (waiting.length && this.tries) {
      this.showNotice(`Sambungan terputus. ${waiting.length} jawaban disimpan di perangkat ini dan dikirim lagi begitu tersambung.`);
      this.lostNotice = true;
    }
  }

  receive(message) {
    if (!message || typeof message !== "object") return;
    if (message.kind === "saved" || message.kind === "differs") this.receiveSaved(message);
    else if (message.kind === "refused") this.receiveRefused(message);
    else if (message.kind === "live") this.showWords(message);
  }

  receiveSaved(message) {
    const { number, field, revision, asked, given, value } = message;
    // Only what was asked is acknowledged: a later choice of this browser may still be on its way.
    if (message.kind === "saved") this.outbox.drop(number, field, asked, given);
    this.hearAgain();
    if (this.page.screen !== "case" || number !== this.page.case.number) {
      if (message.kind === "differs") this.parked.add(this.outbox.key(number, field));
      return;
    }
    const kept = this.fields.get(field) || { value: "", revision: 0, state: "", pending: null };
    const before = kept.state;
    // What another tab left in the outbox is a choice of this person as well.
    if (message.kind === "differs" && !kept.pending) kept.pending = this.outbox.get(number, field);
    kept.revision = Math.max(kept.revision, revision);
    delete kept.refused;
    if (!kept.pending || kept.pending.revision <= asked) {
      // Another phone may have gone on from there: two answers, whatever the ledger accepted.
      const isOwn = !kept.pending || kept.pending.value === value;
      kept.value = value;
      kept.state = isOwn ? "saved" : "differs";
      if (isOwn) {
        this.outbox.drop(number, field, asked, given);
        kept.pending = null;
      }
    }
    this.fields.set(field, kept);
    this.remember(field, kept, message.blockers);
    const words = { saved: "tersimpan", differs: "berbeda dengan perangkat lain" }[kept.state];
    if (words && kept.state !== before) this.say(`${kept.label || "Jawaban"}: ${words}`);
    this.refreshField(field);
  }

  // The kernel answers: whatever still waits is sent, and no longer one by one.
  hearAgain() {
    const wasSilent = this.tries > 0;
    this.tries = 0;
    if (this.lostNotice) {
      this.lostNotice = false;
      this.showNotice("");
    }
    if (wasSilent || !this.outbox.all().length) {
      clearTimeout(this.timer);
      this.timer = null;
    }
    if (wasSilent) this.resend();
  }

  // Keeps the local copy of the page true, so that a view drawn again shows what was saved.
  remember(field, kept, blockers) {
    if (kept.state !== "saved") return;
    const answer = { ...(this.page.answer || {}) };
    if (DECISION.includes(field)) answer[field] = kept.value;
    else answer.marks = { ...(answer.marks || {}), [field]: kept.value };
    answer.revisions = { ...(answer.revisions || {}), [field]: kept.revision };
    this.page = { ...this.page, answer, blockers: blockers || this.page.blockers };
    this.model.off("change:page", this.onPage);
    this.model.set("page", this.page);
    this.model.on("change:page", this.onPage);
  }

  receiveRefused(message) {
    const { number, field, revision } = message;
    if (field === undefined && message.request && message.request !== this.waiting?.message.request) return;
    this.showNotice(message.sentence || "Permintaan tidak dapat dijalankan.", true);
    if (field === undefined) {
      this.settleRequest();
      this.refreshBar();
      return;
    }
    const kept = this.page.screen === "case" && number === this.page.case.number ? this.fields.get(field) : null;
    if (!kept) {
      // Of a case that is no longer open: a no is the end of it.
      const entry = this.outbox.get(number, field);
      if (entry && !message.again) this.outbox.drop(number, field, revision, entry.value);
      return;
    }
    if (kept.pending && kept.pending.revision > revision) return;
    kept.state = "failed";
    // A no stays a no until another choice or a reload; a full disk may pass.
    kept.refused = message.again ? "" : message.sentence;
    this.refreshField(message.field);
  }

  showNotice(sentence, problem = false) {
    this.notice.replaceChildren();
    this.notice.toggleAttribute("data-problem", Boolean(problem));
    if (sentence) this.notice.append(icon(problem ? "alert" : "info"), h("span", {}, sentence));
  }

  // --- requests other than a saved field: asked again until the page changes or the kernel refuses

  request(message, button) {
    if (this.waiting) return;
    this.requests += 1;
    this.waiting = { message: { ...message, request: this.requests }, button, word: button?.querySelector(".vvc-button-word"), timer: null, tries: 0 };
    if (this.waiting.word) {
      this.waiting.label = this.waiting.word.textContent;
      this.waiting.word.textContent = message.kind === "submit" ? "Mengirim" : "Membuka";
    }
    button?.setAttribute("aria-busy", "true");
    this.ask();
    this.refreshBar();
  }

  ask() {
    const waiting = this.waiting;
    if (!waiting) return;
    try {
      this.model.send(waiting.message);
    } catch {
      /* asked again below */
    }
    waiting.timer = setTimeout(() => {
      waiting.tries += 1;
      this.showNotice("Belum ada jawaban dari server. Permintaan Anda dicoba lagi; jawaban Anda tetap tersimpan.");
      this.ask();
    }, RETRY_MS[Math.min(waiting.tries + 1, RETRY_MS.length - 1)]);
  }

  settleRequest() {
    const waiting = this.waiting;
    if (!waiting) return;
    clearTimeout(waiting.timer);
    this.waiting = null;
    waiting.button?.removeAttribute("aria-busy");
    if (waiting.word && waiting.label) waiting.word.textContent = waiting.label;
    if (waiting.tries) this.showNotice("");
  }
}

function render({ model, el }) {
  const card = new Card(model, el);
  return () => card.remove();
}

export default { render };
