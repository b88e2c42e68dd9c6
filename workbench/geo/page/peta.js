/* Draws the map of PETA (data) into PETA_LEAFLET (the map); text only ever as text nodes. */
(function (map, data) {
  "use strict";
  var byId = function (id) { return document.getElementById(id); };
  var card = byId("kartu"), chosen = null, legend = byId("rincian-legenda");
  var add = function (parent, tag, text, kind) {
    var node = document.createElement(tag);
    if (text !== undefined) node.textContent = text;
    if (kind) node.className = kind;
    parent.appendChild(node);
    return node;
  };
  var paint = function (feature) {
    var style = data.gaya[feature.properties.gaya];
    return { color: "#64748b", weight: 1, opacity: 1, fillColor: style.isi, fillOpacity: 1, dashArray: style.putus || null };
  };
  var close = function () {
    if (chosen) { layer.resetStyle(chosen); chosen = null; front(); }
    card.hidden = true;
  };
  var open = function (one) {
    close();
    chosen = one;
    one.setStyle({ color: "#000", weight: 4, dashArray: null });
    one.bringToFront();
    var about = one.feature.properties;
    while (card.firstChild) card.removeChild(card.firstChild);
    add(card, "h2", about.nama);
    add(card, "p", "Kecamatan " + about.kecamatan, "kecil");
    add(card, "p", data.judul ? data.judul + ": " : "").appendChild(add(card, "span", about.nilai, "nilai"));
    add(card, "p", data.arti[about.keadaan], "kecil");
    var button = add(card, "button", "Tutup");
    button.type = "button";
    button.onclick = function () { var back = one.getElement(); close(); if (back) back.focus({ preventScroll: true }); };
    card.hidden = false;
  };
  var label = function (text, place, kind) {
    var node = document.createElement("div");
    node.textContent = text;
    return L.marker(place, {
      interactive: false, keyboard: false,
      icon: L.divIcon({ className: "nama " + kind, html: node, iconSize: [0, 0] })
    }).addTo(map);
  };
  var layer = L.geoJSON(data.wilayah, {
    style: paint,
    onEachFeature: function (feature, one) {
      var about = feature.properties;
      one.on("click", function (event) { L.DomEvent.stopPropagation(event); open(one); });
      if (window.matchMedia("(hover:hover)").matches) {
        one.bindTooltip(function () {
          var node = document.createElement("div");
          node.textContent = about.nama + ": " + about.nilai;
          return node;
        }, { sticky: true });
      }
      label(about.nama, about.titik, "kelurahan");
    }
  }).addTo(map);
  layer.eachLayer(function (one) {
    var path = one.getElement(), about = one.feature.properties;
    path.setAttribute("tabindex", "0");
    path.setAttribute("role", "button");
    path.setAttribute("aria-label", about.nama + ", Kecamatan " + about.kecamatan + ": " + about.nilai);
    path.addEventListener("keydown", function (event) {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        open(one);
        card.querySelector("button").focus();
      }
    });
  });
  var outline = L.geoJSON(data.garis_kecamatan, {
    interactive: false, style: { color: "#0f172a", weight: 2.5, opacity: 1, fill: false }
  }).addTo(map);
  var front = function () { outline.bringToFront(); };
  data.kecamatan.forEach(function (one) { label(one.nama, one.titik, "kecamatan"); });
  map.on("click", close);
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") close(); });
  L.control.zoom({ zoomInTitle: "Perbesar", zoomOutTitle: "Perkecil" }).addTo(map);
  var bounds = layer.getBounds();
  /* Until someone moves the map it goes on showing the whole city when its frame changes. */
  var touched = false, fitting = false;
  var fit = function () {
    fitting = true;
    map.fitBounds(bounds, { padding: [12, 12], animate: false });
    fitting = touched = false;
  };
  map.on("dragstart", function () { touched = true; });
  map.on("zoomstart", function () { if (!fitting) touched = true; });
  var whole = L.control({ position: "topleft" });
  whole.onAdd = function () {
    var box = L.DomUtil.create("div", "leaflet-bar"), link = add(box, "a", "\u2922", "seluruh");
    link.href = "#";
    link.title = "Lihat seluruh kota";
    link.setAttribute("role", "button");
    link.setAttribute("aria-label", "Lihat seluruh kota");
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.on(link, "click", function (event) { L.DomEvent.preventDefault(event); close(); fit(); });
    return box;
  };
  whole.addTo(map);
  if (data.skala) L.control.scale({ imperial: false }).addTo(map);
  map.on("zoomend", function () { map.getContainer().classList.toggle("rinci", map.getZoom() >= 13); });
  if (window.innerWidth <= 700) legend.open = false;
  map.setMaxBounds(bounds.pad(0.6));
  map.invalidateSize({ animate: false });
  fit();
  if (window.ResizeObserver) {
    new ResizeObserver(function () {
      map.invalidateSize({ animate: false });
      if (!touched) fit();
    }).observe(map.getContainer());
  }
}(PETA_LEAFLET, PETA));
