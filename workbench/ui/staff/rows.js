// The findings of one page: a row opens with mouse, finger or key.
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
  top.append(where, label);
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
  el.append(top, body, turns);

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

  function draw() {
    const state = model.get("state");
    const { rows, start, size, total } = state;
    const last = Math.min(start + size, total);
    where.textContent = total
      ? `${number(start + 1)} sampai ${number(last)} dari ${number(total)} temuan`
      : "Tidak ada temuan";
    sort.replaceChildren(...state.sorts.map(([value, words]) => {
      const option = make("option", "", words);
      option.value = value;
      option.selected = value === state.sort;
      return option;
    }));
    back.disabled = start === 0;
    on.disabled = last >= total;
    turns.hidden = total <= size;
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
