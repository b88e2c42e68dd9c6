// Families still to be visited, the most urgent first: each is one big button, why below it.
const make = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};
const number = (n) => n.toLocaleString("id-ID");

function render({ model, el }) {
  const where = make("p", "vv-muted");
  where.setAttribute("role", "status");
  const list = make("ol", "vv-lap-queue");
  const turns = make("div", "vv-lap-turns");
  el.append(where, list, turns);

  function rowOf(entry) {
    const row = make("li", "vv-lap-family");
    const open = make("button", "vv-lap-open");
    open.type = "button";
    open.append(make("b", "", entry.title), make("span", "", entry.place));
    if (entry.told.length) open.append(make("span", "", entry.told.join(". ").replace("..", ".")));
    open.addEventListener("click", () => model.send({ kind: "buka", id: entry.id }));
    const why = make("div", "vv-lap-why");
    if (entry.drafted) why.append(make("span", "vv-badge vv-badge-accent", "isian belum dikirim"));
    if (entry.score) why.append(make("span", "vv-badge", `Mendesak ${entry.score}`));
    why.append(make("span", "vv-muted", entry.parts.join("; ")));
    row.append(open, why);
    return row;
  }

  function draw() {
    const { rows, start, total, size, order } = model.get("state");
    where.textContent = `${number(start + 1)} sampai ${number(start + rows.length)} dari ${number(total)} keluarga, ${order}`;
    list.start = start + 1;
    list.replaceChildren(...rows.map(rowOf));
    const turn = (words, to, isOff) => {
      const button = make("button", "vv-button", words);
      button.type = "button";
      button.disabled = isOff;
      button.addEventListener("click", () => model.send({ kind: "halaman", start: to }));
      return button;
    };
    turns.replaceChildren(
      ...(total > size
        ? [
            turn("Sebelumnya", Math.max(0, start - size), start === 0),
            turn("Berikutnya", start + size, start + size >= total),
          ]
        : []),
    );
  }

  model.on("change:state", draw);
  draw();
  return () => model.off("change:state", draw);
}

export default { render };
