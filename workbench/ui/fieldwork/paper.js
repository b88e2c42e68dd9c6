// Where the code of the next paper sheet is typed, or sent by a scanner: Enter opens it.
function render({ model, el }) {
  const form = document.createElement("form");
  const label = document.createElement("label");
  label.textContent = "Kode pada lembar";
  const input = document.createElement("input");
  input.className = "vv-lap-typed";
  input.autocomplete = "off";
  input.autocapitalize = "characters";
  input.spellcheck = false;
  input.maxLength = 300;
  label.append(input);
  const open = document.createElement("button");
  open.className = "vv-button vv-button-primary";
  open.textContent = "Buka lembar";
  form.append(label, open);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value.trim()) model.send({ kind: "kode", text: input.value });
    else input.focus();
  });
  el.append(form);
  // The next sheet: nobody has to reach for the mouse between two. What is not on the page yet
  // cannot take the keys.
  let waiting = 0;
  const take = () => {
    if (input.isConnected) input.focus();
    else waiting = requestAnimationFrame(take);
  };
  const again = () => {
    input.value = "";
    take();
  };
  model.on("change:turn", again);
  take();
  return () => {
    cancelAnimationFrame(waiting);
    model.off("change:turn", again);
  };
}

export default { render };
