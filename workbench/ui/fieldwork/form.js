// One step of a visit: questions with big answers, the next step at the thumb. Every touch is sent
// at once; a mark beside the question says when it was kept.
const make = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};
const press = (words, className, act) => {
  const button = make("button", `vv-button ${className}`, words);
  button.type = "button";
  button.addEventListener("click", act);
  return button;
};
// More choices than these are a list to pick from.
const MOST_BUTTONS = 10;
const TYPING_MS = 700;
const WAIT_MS = 8000;

function render({ model, el }) {
  let sent = 0;
  let drawn = "";
  let at = -1;
  let told = "";
  // id of a question -> the number of the message that holds its answer, and that answer
  const waiting = new Map();
  const late = new Map();
  const sections = new Map();

  const head = make("div", "vv-lap-head");
  const body = make("div", "vv-lap-body");
  const foot = make("div", "vv-lap-thumb");
  el.append(head, body, foot);

  const say = (message) => {
    sent += 1;
    model.send({ ...message, n: sent });
    return sent;
  };
  const tell = (question, value) => {
    const { id, level, subject, key } = question;
    waiting.set(id, { number: say({ kind: "isi", level, subject, key, value }), value });
    clearTimeout(late.get(id));
    late.set(id, setTimeout(() => mark(id), WAIT_MS));
    mark(id);
  };
  const flushes = new Set();
  const flush = () => flushes.forEach((act) => act());
  const turn = (to) => {
    flush();
    say({ kind: "langkah", to });
  };

  function mark(id) {
    const place = sections.get(id)?.status;
    if (!place) return;
    const isLate = waiting.has(id) && Date.now() - (sections.get(id).since ?? Date.now()) >= WAIT_MS;
    if (waiting.has(id)) sections.get(id).since ??= Date.now();
    else sections.get(id).since = undefined;
    place.classList.toggle("vv-lap-late", isLate);
    place.textContent = isLate
      ? "belum tersimpan, periksa sambungan"
      : waiting.has(id)
        ? "menyimpan…"
        : sections.get(id).isKept
          ? "✓ tersimpan"
          : "";
  }

  function choiceOf(question) {
    const name = `vv-lap-${question.id}`;
    const isMany = question.kind === "pilihan_banyak";
    if (!isMany && question.choices.length > MOST_BUTTONS) {
      const select = make("select", "vv-lap-select");
      select.setAttribute("aria-label", question.label);
      select.append(new Option("Pilih satu", ""));
      question.choices.forEach((one) => select.append(new Option(one.label, one.code)));
      select.addEventListener("change", () => tell(question, select.value));
      return [select, (value) => { select.value = value; }];
    }
    const group = make("div", "vv-lap-choices");
    group.setAttribute("role", isMany ? "group" : "radiogroup");
    group.setAttribute("aria-label", question.label);
    const inputs = question.choices.map((one) => {
      const label = make("label", "vv-lap-choice");
      const input = make("input");
      input.type = isMany ? "checkbox" : "radio";
      input.name = name;
      input.value = one.code;
      const words = make("span");
      words.append(make("b", "", one.label));
      if (one.meaning) words.append(make("small", "", one.meaning));
      label.append(input, words);
      group.append(label);
      input.addEventListener("change", () => {
        tell(question, isMany ? inputs.filter((i) => i.checked).map((i) => i.value) : input.value);
      });
      return input;
    });
    // A digit picks the answer in that place: who types a stack of sheets never leaves the keys.
    if (!isMany) {
      group.addEventListener("keydown", (event) => {
        const one = /^[1-9]$/.test(event.key) && inputs[Number(event.key) - 1];
        if (!one) return;
        event.preventDefault();
        one.focus();
        one.click();
      });
    }
    return [
      group,
      (value) => inputs.forEach((i) => { i.checked = isMany ? value.includes(i.value) : value === i.value; }),
    ];
  }

  function typedOf(question) {
    const isWords = question.kind === "teks";
    const input = make(isWords ? "textarea" : "input", "vv-lap-typed");
    input.setAttribute("aria-label", question.label);
    if (isWords) input.maxLength = question.most;
    if (question.kind === "tanggal") {
      input.type = "date";
      input.max = question.today;
    }
    if (question.kind === "angka") {
      input.type = "number";
      input.inputMode = "numeric";
      input.min = question.least;
      input.max = question.most;
    }
    let timer = 0;
    let last = question.value;
    const keep = () => {
      clearTimeout(timer);
      if (input.value === last) return;
      last = input.value;
      tell(question, input.value);
    };
    flushes.add(keep);
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(keep, TYPING_MS);
    });
    input.addEventListener("change", keep);
    return [
      input,
      (value) => {
        // What is being typed is not to be taken from under the fingers.
        if (document.activeElement === input) return;
        last = value;
        input.value = value;
      },
    ];
  }

  function sectionOf(question) {
    const box = make("section", "vv-lap-question");
    const top = make("p", "vv-lap-label");
    const need = make("span", "vv-badge vv-badge-warn", "wajib");
    const status = make("span", "vv-lap-status");
    status.setAttribute("role", "status");
    top.append(make("span", "", question.label), need, status);
    const typed = ["teks", "angka", "tanggal"].includes(question.kind);
    const [control, set] = typed ? typedOf(question) : choiceOf(question);
    const told = make("div");
    told.setAttribute("role", "alert");
    const inside = question.folded ? make("details", "vv-lap-fold") : box;
    if (question.folded) {
      const summary = make("summary");
      summary.append(top);
      inside.append(summary);
      box.append(inside);
      inside.open = question.value.length > 0;
    } else {
      inside.append(top);
    }
    if (question.hint) inside.append(make("p", "vv-muted vv-lap-hint", question.hint));
    inside.append(control);
    box.append(told);
    const update = (now) => {
      // The answer to an earlier touch does not take back a later one.
      set(waiting.get(question.id)?.value ?? now.value);
      const isEmpty = now.value.length === 0;
      need.hidden = !(now.required && isEmpty);
      told.replaceChildren(
        ...now.problems.map((one) => make("p", one.stops ? "vv-error" : "vv-note", one.text)),
      );
    };
    sections.set(question.id, { update, status });
    return box;
  }

  function blockOf(block) {
    const box = make("div", "vv-lap-block");
    if (block.title) box.append(make("h3", "", block.title));
    block.lines.forEach((line) => box.append(make("p", "vv-muted vv-lap-line", line)));
    box.append(...block.questions.map(sectionOf));
    return box;
  }

  function listOf(words, tone, entries) {
    if (!entries.length) return [];
    const box = make("div", tone);
    box.append(make("p", "", words));
    entries.forEach((one) => {
      const line = make("p");
      line.append(`${one.text} `);
      if (one.code !== "simpan") {
        line.append(press(`Ke ${one.where}`, "vv-lap-small", () => turn(one.code)));
      }
      box.append(line);
    });
    return [box];
  }

  function draw() {
    const state = model.get("state");
    [...waiting].forEach(([id, { number }]) => {
      if (number <= state.heard) waiting.delete(id);
    });
    const step = state.steps[state.at];
    const shape = JSON.stringify([step.code, state.blocks.map((b) => b.questions.map((q) => q.id))]);
    const title = make("h2", "vv-family-title", state.title);
    title.tabIndex = -1;
    const where = make("p", "vv-muted", state.place);
    const count = make("p", "vv-lap-count", `Langkah ${state.at + 1} dari ${state.steps.length}: `);
    count.append(make("b", "", step.title));
    const bar = make("progress", "vv-lap-bar");
    bar.max = state.steps.length;
    bar.value = state.at + 1;
    bar.setAttribute("aria-label", "Sejauh mana isian ini");
    head.replaceChildren(title, where, count, bar);
    if (state.wrong) {
      const wrong = make("p", "vv-error", state.wrong);
      wrong.setAttribute("role", "alert");
      head.append(wrong);
    }
    // What a question brings along is drawn anew; who works by keys stays where they were.
    const isNew = shape !== drawn || !state.blocks.length;
    const held = { name: document.activeElement?.name, value: document.activeElement?.value };
    if (isNew) {
      drawn = shape;
      sections.clear();
      flushes.clear();
      body.replaceChildren(
        ...listOf("Belum dapat disimpan:", "vv-error", state.stops),
        ...listOf("Perlu diingat (boleh disimpan):", "vv-note", state.reminders),
        ...state.about.map((one) => {
          const box = make("details", "vv-lap-block vv-lap-about");
          box.open = true;
          box.append(make("summary", "", one.title));
          const lines = make("ul");
          lines.append(...one.lines.map((line) => make("li", "", line)));
          box.append(lines);
          return box;
        }),
        ...state.blocks.map(blockOf),
        ...state.summary.map((one) => {
          const box = make("div", "vv-lap-block");
          box.append(make("h3", "", one.title));
          one.lines.forEach((line) => box.append(make("p", "vv-lap-line", line)));
          if (!one.lines.length) box.append(make("p", "vv-muted", "Belum ada isian."));
          box.append(press("Ubah", "vv-lap-small", () => turn(one.code)));
          return box;
        }),
      );
    }
    state.blocks.forEach((block) =>
      block.questions.forEach((question) => {
        sections.get(question.id).isKept = question.kept;
        sections.get(question.id).update(question);
        mark(question.id);
      }),
    );
    if (isNew && held.name) {
      const same = [...body.querySelectorAll("input")];
      same.find((i) => i.name === held.name && i.value === held.value)?.focus({ preventScroll: true });
    }
    const back = press("Kembali", "", () => turn(state.steps[state.at - 1].code));
    back.disabled = state.at === 0;
    const isLast = state.at === state.steps.length - 1;
    const on = isLast
      ? press("Simpan hasil", "vv-button-primary", () => say({ kind: "simpan" }))
      : press(state.following ? `Lanjut: ${state.following}` : "Lanjut", "vv-button-primary", () => turn(state.steps[state.at + 1].code));
    const stop = state.stop || (isLast && state.stops.length ? state.stops[0].text : "");
    on.disabled = stop !== "";
    foot.replaceChildren(back, on);
    if (stop) foot.append(make("p", "vv-muted", stop));
    if (at !== state.at && at >= 0) {
      head.scrollIntoView({ block: "start" });
      title.focus({ preventScroll: true });
    }
    if (state.wrong && state.wrong !== told) {
      head.querySelector("[role=alert]").scrollIntoView({ block: "center" });
    }
    told = state.wrong;
    at = state.at;
  }

  model.on("change:state", draw);
  draw();
  return () => {
    flush();
    late.forEach((timer) => clearTimeout(timer));
    model.off("change:state", draw);
  };
}

export default { render };
