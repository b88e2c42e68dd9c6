// Fetches a widget from the server that shows the page, so that the browser keeps it between
// visits; only these few lines come with every kernel. FILES stands in front of them.
//
// The widget library gives up on a module that is slow to come, so this one is there at once and
// waits inside `render`.

const AGAIN_MS = [500, 2000, 5000, 10000];

function linkStyle(address) {
  return new Promise((done, failed) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = address;
    link.onload = done;
    link.onerror = () => {
      link.remove();
      failed(new Error(address));
    };
    document.head.append(link);
  });
}

async function load(sorry) {
  for (let tries = 0; ; tries++) {
    // Some browsers remember a failed module by its address, and what it imports lies beside it.
    const at = (file) => new URL(`${FILES.base}${tries ? `-${tries}` : ""}/${file}`, location.origin).href;
    try {
      const [widget] = await Promise.all([import(at(FILES.script)), ...FILES.styles.map((file) => linkStyle(at(file)))]);
      return widget.default;
    } catch {
      sorry();
      await new Promise((done) => setTimeout(done, AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)]));
    }
  }
}

let word = `${FILES.thing} sedang dibuka …`;
const waiting = new Set();
const loading = load(() => {
  word = `${FILES.thing} belum dapat dimuat. Sambungan dicoba lagi.`;
  for (const node of waiting) node.textContent = word;
});

async function render({ model, el }) {
  const node = document.createElement("p");
  node.setAttribute("role", "status");
  node.textContent = word;
  waiting.add(node);
  el.append(node);
  const widget = await loading;
  waiting.delete(node);
  node.remove();
  return widget.render({ model, el });
}

export default { render };
