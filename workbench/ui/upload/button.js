function render({ model, el }) {
  const label = document.createElement("label");
  label.className = `vv-button${model.get("primary") ? " vv-button-primary" : ""}`;
  label.style.cursor = "pointer";
  const words = document.createElement("span");
  words.textContent = model.get("label");
  const input = document.createElement("input");
  input.type = "file";
  input.accept = model.get("accept");
  // Kept in the page, out of sight, so that it can be reached by keyboard and screen reader.
  input.style.cssText = "position:absolute;width:1px;height:1px;opacity:0";
  label.append(words, input);
  const said = document.createElement("span");
  said.className = "vv-muted";
  said.setAttribute("role", "status");
  said.style.marginLeft = "12px";
  input.addEventListener("focus", () => { label.style.outline = "3px solid currentColor"; });
  input.addEventListener("blur", () => { label.style.outline = ""; });
  input.addEventListener("change", async () => {
    const file = input.files[0];
    if (!file) return;
    if (file.size > model.get("most_bytes")) {
      said.textContent = "Berkas lebih dari 90 MB. Bagi menjadi beberapa berkas.";
      return;
    }
    said.textContent = `Mengirim ${file.name} …`;
    const content = await file.arrayBuffer();
    model.send({ kind: "berkas", name: file.name }, undefined, [content]);
    input.value = "";
  });
  model.on("msg:custom", (message) => {
    if (message.kind === "diterima") said.textContent = "";
  });
  el.append(label, said);
}
export default { render };
