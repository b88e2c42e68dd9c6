// The findings of one page: a row opens with mouse, finger or key. Below them the notes, a line a
// rule.
const make = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};
const number = (n) => n.toLocaleString("id-ID");
const HEADS = ["Tingkat", "Yang perlu dicek", "Siapa", "Di mana"];
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

function render({ model, el }) {
  const top = make("div", "vvr-top");
  const where = make("span", "vv-muted");
  where.setAttribute("role", "status");
  const label = make("label", "vvr-sort", "Urutkan ");
  const sort = make("select");
  label.append(sort);
  sort.addEventListener("change", () => model.send({ kind: "urut", value: sort.value }));
  // On a phone the filters are closed: here is the way back from the notes of a rule.
  const all = make("button", "vv-button", "Kembali ke semua temuan");
  all.type = "button";
  all.addEventListener("click", () => model.send({ kind: "kosongkan" }));
  top.append(where, all, label);
  const body = make("div");
  const turns = make("div", "vvr-turns");
  const turnButton = (words, step) => {
    const button = make("button", "vv-button", words);
    button.type = "button";
    button.addEventListener("click", () => {
      const { start, size } = model.get("state");
      model.send({ kind: "halaman", start: Math.max(0, start + step * size) });
    });
    turns.append(button);
    return button;
  };
  const back = turnButton("Sebelumnya", -1);
  const on = turnButton("Berikutnya", 1);
  const notes = make("section", "vvr-notes");
  notes.setAttribute("aria-label", "Catatan tanpa kunjungan");
  el.append(top, body, turns, notes);

  function rowOf(entry, place, isOpen) {
    const row = make("tr", isOpen ? "vvr-open" : "");
    const grade = make("td");
    grade.append(make("span", `vv-badge ${entry.tone}`, `${entry.icon} ${entry.grade}`));
    grade.append(make("span", "vv-muted vvr-under", entry.rule));
    const asks = make("td");
    const open = make("button", "vvr-button", entry.title);
    open.type = "button";
    if (isOpen) open.setAttribute("aria-current", "true");
    if (place === model.get("state").last) open.dataset.last = "";
    asks.append(open);
    const who = make("td");
    who.append(make("span", "", entry.who), make("span", "vv-muted vvr-under", entry.number));
    const at = make("td");
    at.append(make("span", "", entry.place), make("span", "vv-muted vvr-under", entry.source));
    row.append(grade, asks, who, at);
    row.addEventListener("click", () => {
      // Words that are being marked to be copied are no press.
      if (String(getSelection())) return;
      model.send({ kind: "buka", place });
    });
    row.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (!step) return;
      event.preventDefault();
      const buttons = [...body.querySelectorAll(".vvr-button")];
      buttons[buttons.indexOf(document.activeElement) + step]?.focus();
    });
    return row;
  }

  function noteOf({ rule, count, title, why, ask }) {
    const line = make("li");
    const words = make("div");
    const head = make("p");
    head.append(
      make("span", "vv-badge", "○ Info"),
      make("b", "", `${rule} · ${number(count)} baris`),
    );
    const todo = make("p", "vv-muted", `${why} `);
    todo.append(make("b", "", "Yang dilakukan: "), ask);
    words.append(head, make("p", "", title), todo);
    const see = make("button", "vv-button", "Lihat barisnya");
    see.type = "button";
    see.setAttribute("aria-label", `Lihat baris ${rule}`);
    see.addEventListener("click", () => {
      model.send({ kind: "pilih", facet: "rule", value: rule });
      top.scrollIntoView({ block: "center" });
    });
    line.append(words, see);
    return line;
  }

  function drawNotes(found) {
    notes.hidden = !found.length;
    const list = make("ul");
    list.append(...found.map(noteOf));
    notes.replaceChildren(
      make("h3", "", "Catatan, tanpa kunjungan"),
      make("p", "vv-muted", "Temuan tingkat Info: satu baris untuk tiap aturan."),
      list,
    );
  }

  function placeWords({ start, size, shown, folded, total }) {
    if (!total) return "Tidak ada temuan";
    const range = `${number(start + 1)} sampai ${number(Math.min(start + size, shown))} dari `;
    if (!folded) return `${range}${number(total)} temuan`;
    const asked = shown ? `${range}${number(shown)} yang perlu dicek` : "Tidak ada yang perlu dicek";
    return `${asked}. ${number(folded)} catatan dilipat di bawah; semuanya ${number(total)} temuan.`;
  }

  function draw() {
    const state = model.get("state");
    const { rows, start, size, shown } = state;
    where.textContent = placeWords(state);
    drawNotes(state.notes);
    all.hidden = !state.only_notes;
    sort.replaceChildren(...state.sorts.map(([value, words]) => {
      const option = make("option", "", words);
      option.value = value;
      option.selected = value === state.sort;
      return option;
    }));
    back.disabled = start === 0;
    on.disabled = start + size >= shown;
    turns.hidden = shown <= size;
    if (!rows.length) {
      body.replaceChildren(make("p", "vv-empty", state.empty));
      return;
    }
    const focused = [...body.querySelectorAll(".vvr-button")].indexOf(document.activeElement);
    const table = make("table", "vv-table vvr-table");
    const heads = make("tr");
    heads.append(...HEADS.map((words) => {
      const head = make("th", "", words);
      head.scope = "col";
      return head;
    }));
    const thead = make("thead");
    thead.append(heads);
    const tbody = make("tbody");
    tbody.append(...rows.map((entry, place) => rowOf(entry, place, place === state.open)));
    table.append(thead, tbody);
    body.replaceChildren(table);
    if (focused >= 0) body.querySelectorAll(".vvr-button")[focused]?.focus({ preventScroll: true });
  }

  // The page of a family is drawn elsewhere; go there, or back to the row it was opened from.
  function go(selector, tries = 40) {
    const goal = [...document.querySelectorAll(selector)].find((node) => node.checkVisibility());
    if (!goal) {
      if (tries) requestAnimationFrame(() => go(selector, tries - 1));
      return;
    }
    goal.closest(".vv-family")?.scrollTo(0, 0);
    goal.focus({ preventScroll: true });
    goal.scrollIntoView({ block: "nearest" });
  }
  model.on("change:state", draw);
  model.on("msg:custom", (message) => {
    if (message.kind === "terbuka") go(".vv-family-title");
    if (message.kind === "tertutup") go(".vvr-button[data-last]");
  });
  draw();
}
export default { render };
