// The map page in a frame of its own: it may run its script and hand out files, and reaches neither
// this page nor the server. What it says goes to the kernel, what the kernel says goes to it.
function render({ model, el }) {
  const frame = document.createElement("iframe");
  frame.className = "vv-map";
  frame.title = "Peta";
  frame.setAttribute("sandbox", "allow-scripts allow-downloads allow-modals");
  frame.style.cssText =
    "display:block;width:100%;height:calc(100vh - 164px);height:calc(100svh - 164px);min-height:560px;border:1px solid var(--vv-line);border-radius:8px";
  const said = document.createElement("p");
  said.className = "vv-muted";
  said.setAttribute("role", "status");
  const show = () => { frame.srcdoc = model.get("page"); };
  const hear = (event) => {
    if (event.source === frame.contentWindow && event.data && event.data.verval === "peta") {
      if (event.data.checklist) said.textContent = "Menyiapkan daftar periksa …";
      model.send(event.data);
    }
  };
  const answer = (message, buffers) => {
    if (message.kind === "kata") said.textContent = message.sentence;
    else if (message.kind === "berkas") {
      const address = URL.createObjectURL(new Blob([buffers[0]]));
      const link = document.createElement("a");
      link.href = address;
      link.download = message.name;
      document.body.append(link);
      link.click();
      link.remove();
      setTimeout(() => URL.revokeObjectURL(address), 60000);
      said.textContent = "Berkas diunduh.";
    } else frame.contentWindow.postMessage({ ...message, verval: "peta" }, "*");
  };
  window.addEventListener("message", hear);
  model.on("change:page", show);
  model.on("msg:custom", answer);
  el.append(frame, said);
  show();
  return () => {
    window.removeEventListener("message", hear);
    model.off("change:page", show);
    model.off("msg:custom", answer);
  };
}
export default { render };
