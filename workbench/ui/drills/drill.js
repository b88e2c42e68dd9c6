// Drills: one card at a time, big choices, the reason at once.
//
// The kernel owns the truth and sends one public `page`; a card comes without what is right. An
// answer that is not acknowledged yet stays in this browser, so that a reload or lost wifi loses
// nothing; the kernel keeps the first answer of a card, so sending it again does no harm.
//
// Every value is drawn as text, never as markup. No network, no API that needs a secure context.

import { drawIcon, h, PULSE_MS, s, Voice } from "./drawing.js";

const KEPT = "verval.singkat|";
const RETRY_MS = [3000, 6000, 12000, 24000];
const MAX_FOUND = 3;
const NONE = "00";

const icon = (name) => drawIcon(name, "vvs-icon");

// --- what this browser keeps ------------------------------------------------------------------

function keep(store, key, value) {
  try {
    if (value === null) store().removeItem(key);
    else store().setItem(key, JSON.stringify(value));
  } catch {
    // Forbidden or full: then it lives as long as the page.
  }
}

function kept(store, key) {
  try {
    return JSON.parse(store().getItem(key) ?? "null");
  } catch {
    return null;
  }
}

const lasting = () => window.localStorage;
const ofThisTab = () => window.sessionStorage;

// --- the room ---------------------------------------------------------------------------------

class Room {
  constructor(model, el) {
    this.model = model;
    this.root = h("section", { class: "vvs", "aria-label": "Latihan singkat" });
    this.notice = h("p", { class: "vvs-notice", role: "status", "aria-live": "polite" });
    this.main = h("div", { class: "vvs-main" });
    this.voice = new Voice(this.root);
    this.root.prepend(this.voice.words, this.notice, this.main);
    el.append(this.root);
    this.request = 0;
    this.answered = 0; // the newest request whose page has been drawn
    this.waits = null;
    this.tries = 0;
    this.chosen = [];
    this.onPage = () => this.arrive();
    this.onSaid = (message) => this.hear(message);
    this.onKey = (event) => this.press(event);
    this.onBack = () => this.pulse();
    model.on("change:page", this.onPage);
    model.on("msg:custom", this.onSaid);
    document.addEventListener("keydown", this.onKey);
    document.addEventListener("visibilitychange", this.onBack);
    this.pulses = setInterval(this.onBack, PULSE_MS);
    this.draw(false);
    this.goOn();
  }

  leave() {
    clearTimeout(this.timer);
    clearInterval(this.pulses);
    this.model.off("change:page", this.onPage);
    this.model.off("msg:custom", this.onSaid);
    document.removeEventListener("keydown", this.onKey);
    document.removeEventListener("visibilitychange", this.onBack);
  }

  get page() {
    return this.model.get("page") || {};
  }
  get key() {
    return `${KEPT}${this.page.owner}`;
  }

  // After a reload: an answer on its way goes first, else the drill of this tab opens again.
  goOn() {
    const pending = kept(lasting, this.key);
    if (pending && pending.kind === "answer") return this.send(pending);
    const drill = kept(ofThisTab, this.key);
    if (typeof drill === "string" && this.page.screen === "list") this.send({ kind: "resume", drill });
  }

  send(message) {
    if (this.waits) return;
    this.waits = { ...message, request: ++this.request };
    this.tries = 0;
    if (message.kind === "answer") keep(lasting, this.key, message);
    this.root.setAttribute("data-busy", "");
    this.ask();
  }

  ask() {
    try {
      this.model.send(this.waits);
    } catch {
      /* the channel is closed: asked again below */
    }
    this.timer = setTimeout(() => {
      this.tell(
        this.waits.kind === "answer"
          ? "Jawaban belum tersimpan di pusat. Ia disimpan di perangkat ini dan dikirim lagi."
          : "Sambungan terputus. Dicoba lagi.",
      );
      this.tries += 1;
      this.ask();
    }, RETRY_MS[Math.min(this.tries, RETRY_MS.length - 1)]);
  }

  settle() {
    clearTimeout(this.timer);
    if (this.waits?.kind === "answer") keep(lasting, this.key, null);
    this.waits = null;
    this.root.removeAttribute("data-busy");
  }

  arrive() {
    const { request, screen, drill } = this.page;
    // The second answer to a request that was sent twice: what was chosen since stays chosen.
    if (request && (request <= this.answered || request < this.waits?.request)) return;
    this.answered = request || this.answered;
    this.settle();
    this.tell(this.page.notice || "");
    keep(ofThisTab, this.key, ["card", "feedback"].includes(screen) ? drill : null);
    this.draw(true);
  }

  // What the trainer says to all, asked for while somebody looks.
  pulse() {
    const isAsking = this.waits && !this.voice.isPaused;
    if (!this.page.live || isAsking || document.visibilityState !== "visible") return;
    try {
      this.model.send({ kind: "pulse" });
    } catch {
      /* the next one */
    }
  }

  // What was sent into a pause stays here, and goes on its way when that is over.
  showLive(live) {
    const wasPaused = this.voice.isPaused;
    this.voice.hear(live, this.page.owner);
    if (this.voice.isPaused) clearTimeout(this.timer);
    else if (wasPaused && this.waits) this.ask();
  }

  hear(message) {
    if (message?.kind === "live") return this.showLive(message);
    if (message?.kind !== "refused" || (this.waits && message.request !== this.waits.request)) return;
    if (message.again && this.waits) {
      if (this.voice.isPaused) clearTimeout(this.timer);
      else this.tell(message.sentence);
      return; // the timer asks again, or the end of the pause
    }
    this.settle();
    this.tell(message.sentence);
  }

  tell(sentence) {
    this.notice.replaceChildren(...(sentence ? [icon("alert"), h("span", null, sentence)] : []));
  }

  draw(isNews) {
    this.chosen = [];
    this.showLive(this.page.live);
    const screens = {
      list: () => this.drawList(),
      setup: () => this.drawSetup(),
      card: () => this.drawCard(null),
      feedback: () => this.drawCard(this.page.feedback),
      report: () => this.drawReport(),
      message: () => [this.heading(this.page.title), h("p", null, this.page.text)],
    };
    this.main.replaceChildren(...(screens[this.page.screen] || screens.message)().flat(3).filter(Boolean));
    if (!isNews) return;
    window.scrollTo(0, 0);
    const first = this.main.querySelector("[data-first]") || this.main.querySelector("[data-heading]");
    first?.focus({ preventScroll: true });
    // The reason is what an answer is for: it must not lie below the screen's edge.
    this.main.querySelector(".vvs-feedback")?.scrollIntoView({ block: "nearest" });
  }

  heading(words) {
    return h("h2", { class: "vvs-title", tabindex: "-1", "data-heading": true }, words);
  }

  back() {
    return h(
      "button",
      { class: "vvs-link", type: "button", onclick: () => this.send({ kind: "go" }) },
      icon("back"),
      "Semua latihan singkat",
    );
  }

  // --- list and set-up

  drawList() {
    const { title, note, drills, way_back: [room, href] } = this.page;
    const list = (listed) =>
      h(
        "ul",
        { class: "vvs-drills" },
        listed.map((one) =>
          h(
            "li",
            null,
            h(
              "button",
              {
                class: "vvs-drill",
                type: "button",
                "data-open": one.is_open,
                onclick: () => this.send({ kind: one.has_setup ? "setup" : "open", drill: one.name }),
              },
              h("strong", null, one.title),
              h("span", null, one.about),
              h("span", { class: "vvs-quiet" }, one.state),
            ),
          ),
        ),
      );
    const asked = drills.filter((one) => one.is_asked);
    const others = drills.filter((one) => !one.is_asked);
    return [
      h("a", { class: "vvs-link", href }, icon("back"), room),
      this.heading(title),
      h("p", { class: "vvs-quiet" }, note || "Satu kartu satu pertanyaan. Alasannya langsung dibahas."),
      asked.length && h("h3", null, others.length ? "Kuis dari pelatih" : "Kuis dari pelatih: pilih mana saja"),
      asked.length && list(asked),
      asked.length && others.length && h("h3", null, "Latihan lain"),
      others.length && list(others),
    ];
  }

  drawSetup() {
    const { drill, title, text, waiting, rates } = this.page;
    return [
      this.back(),
      this.heading(title),
      h("p", null, text),
      waiting &&
        h("button", { class: "vvs-button vvs-primary", type: "button", onclick: () => this.send({ kind: "next", drill }) }, waiting),
      h(
        "div",
        { class: "vvs-choices", role: "group", "aria-label": "Seberapa sering" },
        rates.map((one) =>
          h(
            "button",
            { class: "vvs-choice", type: "button", onclick: () => this.send({ kind: "open", drill, rate: one.rate }) },
            h("span", { class: "vvs-words" }, one.words, h("span", { class: "vvs-quiet" }, one.n)),
          ),
        ),
      ),
    ];
  }

  // --- one card, asked or explained

  drawCard(feedback) {
    const { title, place, of, streak, card } = this.page;
    const done = feedback ? place : place - 1;
    const label = `Kartu ${place} dari ${of}`;
    return [
      h(
        "div",
        { class: "vvs-top" },
        this.back(),
        h("p", { class: "vvs-quiet vvs-streak" }, streak > 1 ? `${streak} benar beruntun` : ""),
      ),
      h("p", { class: "vvs-quiet" }, `${title}${card.heading ? ` · ${card.heading}` : ""}`),
      this.heading(label),
      h(
        "div",
        { class: "vvs-progress", role: "progressbar", "aria-label": "Kartu yang sudah dijawab", "aria-valuemin": 0, "aria-valuemax": of, "aria-valuenow": done },
        h("span", { style: `width:${(100 * done) / of}%` }),
      ),
      this.drawAsked(card),
      feedback ? this.drawFeedback(card, feedback) : this.drawChoices(card),
    ];
  }

  drawAsked(card) {
    return [
      card.story && h("p", { class: "vvs-story" }, card.story),
      card.points.length > 0 && h("ul", { class: "vvs-points" }, card.points.map((one) => h("li", null, one))),
      card.sheets.length > 0 && h("div", { class: "vvs-sheets" }, card.sheets.map((one, place) => this.drawSheet(one, place))),
      h("p", { class: "vvs-question" }, card.question),
    ];
  }

  drawSheet(sheet, place) {
    return h(
      "section",
      { class: place ? "vvs-sheet vvs-paper" : "vvs-sheet", "aria-label": sheet.title },
      h("h3", null, sheet.title, place > 0 && h("span", { class: "vvs-sample" }, "CONTOH")),
      h("dl", null, sheet.rows.map(([label, value]) => [h("dt", null, label), h("dd", null, value)])),
    );
  }

  drawChoices(card) {
    const isOne = card.mode === "satu";
    this.buttons = [];
    const group = h("div", { class: "vvs-choices", role: "group", "aria-label": card.question });
    const add = ([code, words], at) => {
      const mark = h("span", { class: "vvs-key", "aria-hidden": "true" }, at < 6 ? String(at + 1) : "");
      const button = h(
        "button",
        { class: "vvs-choice", type: "button", "aria-pressed": isOne ? null : "false", onclick: () => this.choose(card, code) },
        mark,
        h("span", { class: "vvs-words" }, words),
      );
      this.buttons.push({ code, button, mark, at });
      group.append(button);
    };
    card.choices.forEach(add);
    if (isOne) return [group];
    this.go = h(
      "button",
      { class: "vvs-button vvs-primary vvs-go", type: "button", "aria-disabled": "true", onclick: () => this.answer(card) },
      "Jawab",
    );
    this.why = h("p", { class: "vvs-quiet", role: "status" });
    const parts = [group];
    if (card.searched.length) parts.push(this.drawSearch(card, add));
    if (card.mode === "urut") parts.push(h("p", { class: "vvs-quiet" }, "Tekan langkah satu per satu menurut urutannya. Tekan lagi untuk membatalkan."));
    this.mark(card);
    return [...parts, this.why, this.go];
  }

  drawSearch(card, add) {
    const id = "vvs-search";
    const found = h("div", { class: "vvs-found" });
    const look = (event) => {
      const wanted = event.target.value.trim().toLowerCase();
      const known = new Set(this.buttons.map((one) => one.code));
      const hits = wanted.length < 2 ? [] : card.searched.filter(([code, words]) => words.toLowerCase().includes(wanted) && !known.has(code));
      found.replaceChildren(
        ...hits.slice(0, MAX_FOUND).map((one) =>
          h(
            "button",
            {
              class: "vvs-link",
              type: "button",
              onclick: () => {
                add(one, this.buttons.length);
                this.choose(card, one[0]);
                event.target.value = "";
                found.replaceChildren();
              },
            },
            one[1],
          ),
        ),
        ...(wanted.length >= 2 && !hits.length ? [h("p", { class: "vvs-quiet" }, "Tidak ada kategori lain dengan kata itu.")] : []),
      );
    };
    return h(
      "div",
      { class: "vvs-search" },
      h("label", { for: id }, "Cari di antara 26 kategori"),
      h("input", { id, type: "search", autocomplete: "off", oninput: look }),
      found,
    );
  }

  choose(card, code) {
    if (this.waits || this.voice.isPaused) return;
    if (card.mode === "satu") {
      this.chosen = [code];
      for (const one of this.buttons) if (one.code === code) one.button.setAttribute("data-chosen", "");
      return this.answer(card);
    }
    if (this.chosen.includes(code)) this.chosen = this.chosen.filter((one) => one !== code);
    else if (code === NONE) this.chosen = [NONE];
    else this.chosen = [...this.chosen.filter((one) => one !== NONE), code];
    this.mark(card);
  }

  mark(card) {
    for (const { code, button, mark, at } of this.buttons) {
      const place = this.chosen.indexOf(code);
      button.setAttribute("aria-pressed", String(place >= 0));
      const isOrdered = card.mode === "urut";
      if (place < 0) mark.replaceChildren(isOrdered ? "" : at < 6 ? String(at + 1) : "");
      else mark.replaceChildren(isOrdered ? String(place + 1) : icon("check"));
      if (isOrdered) button.setAttribute("aria-label", `${button.querySelector(".vvs-words").textContent}${place < 0 ? "" : `, langkah ${place + 1}`}`);
    }
    const blocker = this.blocker(card);
    this.go.setAttribute("aria-disabled", String(Boolean(blocker)));
    this.why.textContent = blocker;
  }

  blocker(card) {
    if (card.mode === "urut" && this.chosen.length < card.choices.length) return `${this.chosen.length} dari ${card.choices.length} langkah sudah diurutkan.`;
    if (!this.chosen.length) return "Pilih sedikitnya satu.";
    return this.chosen.length > 6 ? "Paling banyak enam pilihan." : "";
  }

  answer(card) {
    if (this.voice.isPaused || (card.mode !== "satu" && this.blocker(card))) return;
    const { drill, round, place } = this.page;
    this.send({ kind: "answer", drill, round, place, value: this.chosen.join(" ") });
  }

  drawFeedback(card, feedback) {
    const { drill, is_last: isLast } = this.page;
    return [
      this.drawMarked(card, feedback),
      h(
        "div",
        { class: "vvs-feedback", "data-right": feedback.is_right },
        h("p", { class: "vvs-verdict" }, icon(feedback.is_right ? "check" : "info"), feedback.is_right ? "Tepat" : "Belum tepat"),
        h("p", null, feedback.words),
        feedback.care && h("p", null, feedback.care),
        h("p", { class: "vvs-quiet" }, `Sumber: ${feedback.source}`),
      ),
      h(
        "button",
        { class: "vvs-button vvs-primary vvs-go", type: "button", "data-first": true, onclick: () => this.send({ kind: "next", drill }) },
        isLast ? (drill === "musyawarah" ? "Lihat berita acara" : "Lihat laporan") : "Lanjut",
        icon("next"),
      ),
    ];
  }

  // The choices as they were, those that are right and those that were chosen told by word.
  drawMarked(card, feedback) {
    const { chosen, right, also, names } = feedback;
    const isOrdered = card.mode === "urut";
    const listed = [...card.choices, ...Object.entries(names).filter(([code]) => !card.choices.some(([one]) => one === code))];
    const ordered = isOrdered ? right.map((code) => listed.find(([one]) => one === code)) : listed;
    return h(
      "ul",
      { class: "vvs-marked" },
      ordered.map(([code, words]) => {
        const isRight = right.includes(code);
        const isChosen = chosen.includes(code);
        let state = "";
        if (isOrdered) state = chosen.indexOf(code) === right.indexOf(code) ? "cocok" : `Anda: langkah ${chosen.indexOf(code) + 1}`;
        else if (isRight) state = isChosen ? "tepat, pilihan Anda" : "yang tepat";
        else if (also.includes(code)) state = isChosen ? "boleh, pilihan Anda" : "boleh juga";
        else if (isChosen) state = feedback.is_right ? "pilihan Anda" : "kurang tepat, pilihan Anda";
        const sign = isOrdered ? String(right.indexOf(code) + 1) : isRight ? icon("check") : isChosen && !also.includes(code) ? icon("cross") : "";
        return h(
          "li",
          { "data-state": isRight ? "right" : isChosen && !also.includes(code) ? "wrong" : "none" },
          h("span", { class: "vvs-key" }, sign),
          h("span", { class: "vvs-words" }, words, state && h("span", { class: "vvs-state" }, state)),
        );
      }),
    );
  }

  // --- the report

  drawReport() {
    const { drill, title, summary, missed, more, minutes, rare, has_setup: hasSetup } = this.page;
    return [
      this.back(),
      h("p", { class: "vvs-quiet" }, title),
      this.heading(rare?.words || summary),
      rare?.words && h("p", null, summary),
      minutes && this.drawMinutes(minutes),
      rare && this.drawRare(rare),
      missed.length > 0 && h("h3", null, "Yang perlu dibaca lagi"),
      missed.map((one) => this.drawMissed(one)),
      more > 0 && h("p", { class: "vvs-quiet" }, `Dan ${more} kartu lain.`),
      missed.length === 0 && h("p", null, "Semua kartu tepat."),
      h(
        "button",
        { class: "vvs-button vvs-primary", type: "button", onclick: () => this.send({ kind: hasSetup ? "setup" : "open", drill }) },
        "Putaran berikutnya",
        icon("next"),
      ),
    ];
  }

  drawMissed({ card, feedback }) {
    return h(
      "article",
      { class: "vvs-missed" },
      card.heading && h("p", { class: "vvs-quiet" }, card.heading),
      this.drawAsked(card),
      this.drawMarked(card, feedback),
      h("p", null, feedback.words),
      feedback.care && h("p", null, feedback.care),
      h("p", { class: "vvs-quiet" }, `Sumber: ${feedback.source}`),
    );
  }

  drawMinutes(minutes) {
    return h(
      "article",
      { class: "vvs-minutes", "aria-label": minutes.title },
      h("p", { class: "vvs-stamp" }, "CONTOH · LATIHAN"),
      h("h3", null, minutes.title),
      h("p", null, minutes.basis),
      h("h4", null, "Diundang"),
      h("ul", { class: "vvs-points" }, minutes.present.map((one) => h("li", null, one))),
      minutes.warning && h("p", { class: "vvs-warning" }, icon("alert"), h("span", null, minutes.warning)),
      h("h4", null, "Keputusan"),
      h(
        "ol",
        { class: "vvs-decided" },
        minutes.families.map((one) =>
          h(
            "li",
            null,
            h("strong", null, one.family),
            h(
              "dl",
              null,
              [["Keberatan", one.objection], ["Tanggapan", one.answer], ["Keputusan", one.decision], ["Alasan", one.reason]].map(([label, value]) => [
                h("dt", null, label),
                h("dd", null, value),
              ]),
            ),
          ),
        ),
      ),
      h("h4", null, "Jumlah"),
      h("ul", { class: "vvs-points" }, minutes.counts.map(([words, n]) => h("li", null, `${words}: ${n} keluarga`))),
      h("h4", null, "Setelah musyawarah"),
      h("ul", { class: "vvs-points" }, minutes.closing.map((one) => h("li", null, one))),
      h("div", { class: "vvs-signs" }, ["Pimpinan musyawarah", "Wakil RT/RW", "Operator data"].map((who) => h("p", null, who))),
    );
  }

  drawRare(rare) {
    return [
      rare.parts.map((one) => this.drawReading(one)),
      rare.parts.every((one) => one.skill) && h("p", null, rare.shift),
      h("h3", null, "Per jenis kesalahan"),
      h("p", { class: "vvs-quiet" }, "Ketelitian per jenis dihitung setelah sedikitnya 10 kartu salah dan 10 kartu benar."),
      h(
        "ul",
        { class: "vvs-rules" },
        rare.rules.map((one) =>
          h(
            "li",
            null,
            h("strong", null, `${one.rule} · ${one.title}`),
            h("span", null, `Salah, ditemukan: ${one.found}`),
            h("span", null, `Benar, ditandai: ${one.flagged}`),
            one.skill && h("span", null, `Ketelitian ${one.skill.words}; kehati-hatian ${one.caution.words}: ${one.words}`),
          ),
        ),
      ),
    ];
  }

  drawReading(one) {
    return h(
      "section",
      { class: "vvs-reading" },
      h("h3", null, one.title),
      h(
        "dl",
        null,
        h("dt", null, "Kartu salah yang ditemukan"),
        h("dd", null, one.found),
        h("dt", null, "Kartu benar yang ditandai"),
        h("dd", null, one.flagged),
      ),
      one.skill
        ? [
            scale("Ketelitian", one.skill, 0, 4, ["menebak", "sangat teliti"]),
            scale("Kehati-hatian", one.caution, -2, 2, ["mudah menandai", "jarang menandai"]),
          ]
        : h("p", { class: "vvs-quiet" }, one.refusal),
    );
  }

  // --- keys

  press(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.page.screen !== "card" || !this.root.isConnected) return;
    if (event.target.closest?.("input, select, textarea, [role=dialog]")) return;
    if (/^[1-6]$/.test(event.key)) {
      const found = this.buttons?.find((one) => one.at === Number(event.key) - 1);
      if (found) {
        event.preventDefault();
        this.choose(this.page.card, found.code);
      }
    } else if (event.key === "Enter" && this.page.card.mode !== "satu" && !event.target.closest?.("button, a")) {
      event.preventDefault();
      this.answer(this.page.card);
    }
  }
}

// One measure on a line with its 95 % interval: shapes and words carry it, colour nothing.
function scale(name, measure, low, high, ends) {
  const left = 10, right = 290;
  const x = (value) => left + ((Math.min(high, Math.max(low, value)) - low) / (high - low)) * (right - left);
  const label = `${name}: ${measure.words}`;
  const line = (x1, x2, y1, y2, width) => s("line", { x1, x2, y1, y2, stroke: "currentColor", "stroke-width": width });
  const words = (at, anchor, what) => {
    const node = s("text", { x: at, y: 40, "text-anchor": anchor, "font-size": 12, fill: "currentColor" });
    node.textContent = what;
    return node;
  };
  return h(
    "figure",
    { class: "vvs-scale" },
    h("figcaption", null, label),
    s(
      "svg",
      { viewBox: "0 0 300 46", role: "img", "aria-label": label },
      line(left, right, 16, 16, 1),
      line(x(0), x(0), 8, 24, 1),
      s("rect", { x: x(measure.low), y: 12, width: Math.max(1, x(measure.high) - x(measure.low)), height: 8, fill: "currentColor", "fill-opacity": 0.3 }),
      s("circle", { cx: x(measure.value), cy: 16, r: 6, fill: "currentColor" }),
      words(left, "start", ends[0]),
      words(right, "end", ends[1]),
    ),
  );
}

function render({ model, el }) {
  const room = new Room(model, el);
  return () => room.leave();
}

export default { render };
