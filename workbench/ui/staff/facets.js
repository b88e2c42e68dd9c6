// What findings are narrowed by: a field to search in, and boxes to tick with live counts.
const make = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};
const number = (n) => n.toLocaleString("id-ID");
const WIDE = "(min-width: 1000px)";
const LONG_NUMBER = /\d{5,}/g;

function render({ model, el }) {
  const outer = make("details", "vvf");
  outer.open = matchMedia(WIDE).matches;
  const head = make("summary", "vvf-head");
  const form = make("form", "vvf-search");
  const label = make("label", "", "Cari nama, atau 4 angka terakhir NIK atau KK");
  const field = make("input");
  field.type = "search";
  field.maxLength = 80;
  field.autocomplete = "off";
  field.id = label.htmlFor = `vvf-${Math.random().toString(36).slice(2)}`;
  const find = make("button", "vv-button", "Cari");
  find.type = "submit";
  const hint = make("p", "vv-muted vv-small");
  hint.setAttribute("role", "status");
  const line = make("div", "vvf-line");
  line.append(field, find);
  form.append(label, line, hint);
  const chosen = make("div", "vvf-chosen");
  const list = make("div");
  outer.append(head, form, chosen, list);
  el.append(outer);

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    // A whole number never leaves this field, nor stays in it.
    const cut = field.value.replace(LONG_NUMBER, (digits) => digits.slice(-4));
    hint.textContent = cut === field.value ? "" : "Cukup empat angka terakhir; nomor lengkap tidak disimpan.";
    field.value = cut;
    model.send({ kind: "cari", words: cut });
  });

  const boxes = new Map();
  const turn = (facet, value) => model.send({ kind: "pilih", facet, value });

  function facetBox(facet) {
    if (!boxes.has(facet.key)) {
      const box = make("details", "vvf-facet");
      box.dataset.facet = facet.key;
      const summary = make("summary");
      const values = make("div", "vvf-values");
      values.setAttribute("role", "group");
      values.setAttribute("aria-label", facet.label);
      box.append(summary, values);
      list.append(box);
      boxes.set(facet.key, { summary, values });
    }
    return boxes.get(facet.key);
  }

  function draw() {
    const { facets, search } = model.get("state");
    const active = document.activeElement?.dataset?.choice;
    const ticked = facets.flatMap((facet) => facet.values.filter((v) => v.chosen).map((v) => [facet, v]));
    const narrowed = ticked.length + (search ? 1 : 0);
    head.textContent = narrowed ? `Saringan (${narrowed} dipakai)` : "Saringan";
    if (document.activeElement !== field) field.value = search;
    chosen.replaceChildren();
    for (const [facet, entry] of ticked) {
      const chip = make("button", "vvf-chip", `${entry.label} ✕`);
      chip.type = "button";
      chip.setAttribute("aria-label", `Lepas saringan ${entry.label}`);
      chip.addEventListener("click", () => turn(facet.key, entry.value));
      chosen.append(chip);
    }
    if (narrowed) {
      const clear = make("button", "vv-button", "Hapus semua saringan");
      clear.type = "button";
      clear.addEventListener("click", () => {
        field.value = "";
        hint.textContent = "";
        model.send({ kind: "kosongkan" });
      });
      chosen.append(clear);
    }
    for (const facet of facets) {
      const { summary, values } = facetBox(facet);
      const mine = facet.values.filter((entry) => entry.chosen).length;
      summary.textContent = mine ? `${facet.label} (${mine} dipilih)` : facet.label;
      const top = values.scrollTop;
      values.replaceChildren();
      for (const entry of facet.values) {
        const row = make("label", "vvf-value");
        const tick = make("input");
        tick.type = "checkbox";
        tick.checked = entry.chosen;
        tick.dataset.choice = `${facet.key}:${entry.value}`;
        tick.addEventListener("change", () => turn(facet.key, entry.value));
        row.append(tick, make("span", "vvf-name", entry.label), make("span", "vvf-count", number(entry.count)));
        values.append(row);
        if (tick.dataset.choice === active) setTimeout(() => tick.focus({ preventScroll: true }));
      }
      if (!facet.values.length) values.append(make("p", "vv-muted", "Tidak ada pilihan."));
      values.scrollTop = top;
    }
  }
  model.on("change:state", draw);
  draw();
}
export default { render };
