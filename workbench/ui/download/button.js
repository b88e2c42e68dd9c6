function render({ model, el }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = model.get("primary") ? "vv-button vv-button-primary" : "vv-button";
  button.textContent = model.get("label");
  const said = document.createElement("span");
  said.className = "vv-muted";
  said.setAttribute("role", "status");
  said.style.marginLeft = "8px";
  button.addEventListener("click", () => {
    button.disabled = true;
    said.textContent = "Menyiapkan berkas …";
    model.send({ kind: "minta" });
  });
  model.on("msg:custom", (message, buffers) => {
    button.disabled = false;
    if (message.kind === "gagal") {
      said.textContent = message.sentence;
      return;
    }
    if (message.kind !== "berkas") return;
    const address = URL.createObjectURL(new Blob([buffers[0]]));
    const link = document.createElement("a");
    link.href = address;
    link.download = message.name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
    said.textContent = "Berkas diunduh.";
  });
  model.on("change:label", () => { button.textContent = model.get("label"); });
  el.append(button, said);
}
export default { render };
