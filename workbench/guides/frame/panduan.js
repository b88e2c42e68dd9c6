// The search of the guides: words typed are looked for in every part of every page.
//
// What is searched is a script, fetched when somebody comes to the field: a file opened without a server
// may load a script and nothing else.
"use strict";

(function () {
  const MOST = 30;
  const wordsOf = (text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const source = document.currentScript.dataset.cari;
  let asked = false;

  // A word is found by how it begins.
  const has = (text, word) => ` ${text}`.includes(` ${word}`);

  function found(words) {
    const hits = [];
    for (const page of window.vvPanduan) {
      const name = wordsOf(`${page.j} ${page.s}`).join(" ");
      for (const part of page.b) {
        const title = part.a ? wordsOf(part.j).join(" ") : name;
        // Every word stands in this part, or in the name of its page; not all of them only there.
        const here = words.filter((word) => has(part.w, word)).length;
        if (!here || !words.every((word) => has(part.w, word) || has(name, word))) continue;
        const inTitle = words.filter((word) => has(title, word)).length;
        hits.push({ page, part, weight: 2 * inTitle + here });
      }
    }
    return hits.sort((one, other) => other.weight - one.weight);
  }

  function entry({ page, part }, box) {
    const line = document.createElement("li");
    const link = document.createElement("a");
    link.href = box.dataset.root + page.k + box.dataset.end + (part.a ? `#${part.a}` : "");
    link.textContent = part.j || page.j;
    const where = document.createElement("span");
    where.className = "vv-muted";
    where.textContent = part.j ? page.j : page.s;
    line.append(link, where);
    return line;
  }

  function show(box) {
    const field = box.querySelector("input");
    const said = box.querySelector("[role=status]");
    const list = box.querySelector("ol");
    const words = wordsOf(field.value);
    document.getElementById("isi-panduan").hidden = words.length > 0;
    list.replaceChildren();
    said.textContent = "";
    if (!words.length) return;
    if (!window.vvPanduan) {
      said.textContent = "Menyiapkan pencarian…";
      return;
    }
    const hits = found(words);
    list.append(...hits.slice(0, MOST).map((hit) => entry(hit, box)));
    said.textContent = !hits.length
      ? "Tidak ada halaman yang memuat semua kata itu. Coba kata lain atau lebih sedikit kata."
      : hits.length > MOST
        ? `${hits.length} bagian ditemukan; ${MOST} yang pertama ditampilkan. Tambah kata untuk mempersempit.`
        : `${hits.length} bagian ditemukan.`;
  }

  document.addEventListener("DOMContentLoaded", () => {
    const box = document.querySelector(".vvp-search");
    if (!box) return;
    box.hidden = false;
    const field = box.querySelector("input");
    const fetchWords = () => {
      if (asked) return;
      asked = true;
      const script = document.createElement("script");
      script.src = source;
      script.onload = () => show(box);
      document.head.append(script);
    };
    field.addEventListener("focus", fetchWords);
    field.addEventListener("input", () => {
      fetchWords();
      show(box);
    });
    // A browser that comes back to the page fills the field by itself.
    if (field.value) field.dispatchEvent(new Event("input"));
  });
})();
