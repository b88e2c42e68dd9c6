/* Draws PETA (data). Text only ever as text nodes; nothing is asked of any other computer. */
(function (data) {
  "use strict";
  var started = performance.now();

  var HIDDEN = ANGKA.HIDDEN, UNSURVEYED = ANGKA.UNSURVEYED, BARE = ANGKA.BARE, ZERO = ANGKA.ZERO, NUMBER = ANGKA.NUMBER;
  var STATES = ["disembunyikan", "belum_didata", "tanpa_penyebut", "nol", "angka"];
  var rows = data.baris, places = rows.filter(function (row) { return row[2] >= 0; });
  var unpack = ANGKA.unpack, signed = ANGKA.signed, reader = ANGKA.reader(data), read = reader.read;

  // --- words ------------------------------------------------------------------------------------

  var word = function (n) { return data.kata[n]; };
  var numeral = function (value, decimals) {
    var sign = value < 0 ? "\u2212" : "", parts = Math.abs(value).toFixed(decimals).split(".");
    parts[0] = parts[0].replace(/\B(?=(\d{3})+$)/g, ".");
    return sign + parts.join(",");
  };
  var decimals = function (entry) { return entry.q || 0; };
  var plain = function (text) { return text.toLowerCase().replace(/[^a-z0-9]+/g, " ").trim(); };
  var unit = function (entry) { return entry.u === undefined ? "" : word(entry.u); };
  var said = function (entry, figure, short) {
    if (figure.state === ZERO && entry.b) return "tetap";
    if (figure.state < NUMBER) return data.keadaan[STATES[figure.state]];
    if (entry.g) return entry.g[figure.group] === undefined ? "tidak dihitung" : word(entry.g[figure.group]) + (figure.firm ? " (kuat)" : "");
    var text = (entry.b && figure.value > 0 ? "+" : "") + numeral(figure.value, decimals(entry));
    return short ? text : text + (unit(entry)[0] === "%" ? "\u00a0" : " ") + unit(entry);
  };
  var between = function (entry, figure) {
    return figure.low === undefined ? "" : numeral(figure.low, decimals(entry)) + " sampai " + numeral(figure.high, decimals(entry));
  };

  // --- drawing by hand --------------------------------------------------------------------------

  var add = function (parent, tag, text, kind) {
    var node = document.createElement(tag);
    if (text !== undefined && text !== null) node.textContent = text;
    if (kind) node.className = kind;
    parent.appendChild(node);
    return node;
  };
  var clear = function (node) { while (node.firstChild) node.removeChild(node.firstChild); };
  var svg = function (parent, tag, facts) {
    var node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    Object.keys(facts).forEach(function (name) { node.setAttribute(name, facts[name]); });
    parent.appendChild(node);
    return node;
  };
  var button = function (parent, text, act, kind) {
    var node = add(parent, "button", text, kind);
    node.type = "button";
    node.addEventListener("click", act);
    return node;
  };
  var numbers = 0, newId = function () { numbers += 1; return "u" + numbers; };
  var byId = function (id) { return document.getElementById(id); };
  var PHONE = window.matchMedia("(max-width:700px)"), HOVER = window.matchMedia("(hover:hover)");

  /* A select with groups: options are {value, text, group}. */
  var select = function (parent, label, act) {
    var box = add(parent, "div", undefined, "ruas"), name = add(box, "label", label), node = add(box, "select");
    node.id = name.htmlFor = newId();
    node.addEventListener("change", function () { act(node.value); });
    return { box: box, name: name, node: node, fill: function (options, value) {
      clear(node);
      options.forEach(function (one) { add(node, "option", one.text).value = one.value; });
      node.value = value;
    } };
  };

  /* A field that finds by typing: items are {value, text, group, also}. */
  var finder = function (parent, label, items, act, keeps) {
    var box = add(parent, "div", undefined, "ruas cari"), id = newId(), name = add(box, "label", label);
    var field = add(box, "input"), list = add(box, "div", undefined, "pilihan"), shown = [], at = -1, current = "";
    field.id = id; name.htmlFor = id; list.id = id + "p"; list.hidden = true;
    field.type = "text"; field.autocomplete = "off"; field.spellcheck = false;
    [["role", "combobox"], ["aria-expanded", "false"], ["aria-controls", list.id], ["aria-autocomplete", "list"]]
      .forEach(function (fact) { field.setAttribute(fact[0], fact[1]); });
    list.setAttribute("role", "listbox"); list.setAttribute("aria-label", label);
    items.forEach(function (one) { one.key = plain([one.text, one.group || ""].concat(one.also || []).join(" ")); });
    var close = function () {
      list.hidden = true; field.setAttribute("aria-expanded", "false"); field.removeAttribute("aria-activedescendant");
      field.value = keeps ? current : "";
    };
    var mark = function (next) {
      if (shown[at]) shown[at].node.setAttribute("aria-selected", "false");
      at = next;
      if (!shown[at]) { field.removeAttribute("aria-activedescendant"); return; }
      shown[at].node.setAttribute("aria-selected", "true");
      shown[at].node.scrollIntoView({ block: "nearest" });
      field.setAttribute("aria-activedescendant", shown[at].node.id);
    };
    var pick = function (one) { if (keeps) current = one.text; close(); act(one.value); };
    var open = function (typed) {
      var words = plain(typed).split(" "), group = null, part = list;
      clear(list); shown = []; at = -1;
      items.forEach(function (one) {
        if (!words.every(function (w) { return one.key.indexOf(w) >= 0; })) return;
        if (one.group && one.group !== group) {
          group = one.group;
          part = add(list, "div"); part.setAttribute("role", "group"); part.setAttribute("aria-label", group);
          add(part, "div", group, "kelompok").setAttribute("aria-hidden", "true");
        }
        var node = add(part, "div", one.text, "satu");
        node.id = newId(); node.setAttribute("role", "option"); node.setAttribute("aria-selected", "false");
        if (one.more) add(node, "small", one.more);
        node.addEventListener("mousedown", function (event) { event.preventDefault(); });
        node.addEventListener("click", function () { pick(one); });
        shown.push({ node: node, one: one });
      });
      if (!shown.length) {
        var none = add(list, "div", "Tidak ada yang cocok.", "satu");
        none.setAttribute("role", "option"); none.setAttribute("aria-disabled", "true"); none.setAttribute("aria-selected", "false");
      }
      list.hidden = false; field.setAttribute("aria-expanded", "true");
    };
    field.addEventListener("focus", function () { field.select(); });
    field.addEventListener("click", function () { if (list.hidden) open(""); });
    field.addEventListener("input", function () { open(field.value); if (shown.length) mark(0); });
    field.addEventListener("blur", close);
    field.addEventListener("keydown", function (event) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) open("");
        if (shown.length) mark((at + (event.key === "ArrowDown" ? 1 : shown.length - 1) + (at < 0 && event.key === "ArrowUp" ? 1 : 0)) % shown.length);
      } else if (event.key === "Enter" && !list.hidden && shown[at]) { event.preventDefault(); pick(shown[at].one); }
      else if (event.key === "Escape" && !list.hidden) { event.stopPropagation(); close(); }
    });
    return { field: field, set: function (text) { current = text; if (keeps) field.value = text; } };
  };

  // --- shapes -----------------------------------------------------------------------------------

  var shapes = (function () {
    var frame = data.batas.kotak, at = [0, 0], lines = [], numbersOf = unpack(data.batas.garis), n = 0;
    var place = function (x, y) { return [frame[1] + y * frame[2], frame[0] + x * frame[2]]; };
    while (n < numbersOf.length) {
      var line = [];
      for (var left = numbersOf[n++]; left > 0; left -= 1) {
        at = [at[0] + signed(numbersOf[n]), at[1] + signed(numbersOf[n + 1])];
        n += 2;
        line.push(place(at[0], at[1]));
      }
      lines.push(line);
    }
    var packed = unpack(data.batas.cincin), k = 0;
    var rings = places.map(function () {
      var found = [];
      for (var many = packed[k++] || 0; many > 0; many -= 1) {
        var ring = [];
        for (var parts = packed[k++]; parts > 0; parts -= 1) {
          var number = signed(packed[k++]), part = number < 0 ? lines[-1 - number].slice().reverse() : lines[number];
          ring = ring.concat(ring.length ? part.slice(1) : part);
        }
        found.push(ring);
      }
      return found;
    });
    var last = 0, rim = unpack(data.batas.luar).map(function (step) { last += step; return lines[last]; });
    var spots = function (text) {
      var all = unpack(text || ""), found = [];
      for (var s = 0; s < all.length; s += 3) found.push({ at: place(all[s], all[s + 1]), room: all[s + 2] * frame[2] });
      return found;
    };
    return { rings: rings, rim: rim, spots: spots(data.batas.titik), groups: spots(data.batas.titik_kec) };
  }());
  var unplaced = places.filter(function (_, n) { return !shapes.rings[n].length; });

  // --- colours ----------------------------------------------------------------------------------

  var mixed = function (a, b, share) {
    return "#" + [1, 3, 5].map(function (k) {
      var low = parseInt(a.substr(k, 2), 16), high = parseInt(b.substr(k, 2), 16);
      return ("0" + Math.round(low + (high - low) * share).toString(16)).slice(-2);
    }).join("");
  };
  var ramp = function (count) {
    var stops = data.warna, found = [];
    if (count === 1) return [stops[2]];
    for (var n = 0; n < count; n += 1) {
      var place = n / (count - 1) * (stops.length - 1), below = Math.min(Math.floor(place), stops.length - 2);
      found.push(mixed(stops[below], stops[below + 1], place - below));
    }
    return found;
  };
  var FILLS = ["url(#pola-disembunyikan)", "url(#pola-belum)", "url(#pola-tanpa)", "url(#pola-nol)"];
  var PLAIN = "#ffffff";

  /* Classes of a measure: {fill, text, has(figure)} from low to high. */
  var classesOf = function (entry, figures, state) {
    var values = places.map(function (_, n) { return figures[n]; })
      .filter(function (f) { return f.state === NUMBER && f.value !== undefined; })
      .map(function (f) { return f.value; });
    if (entry.g) {
      return entry.g.map(function (name, n) {
        var text = word(name);
        return { fill: data.kelompok[text] || PLAIN, text: text, has: function (f) { return f.group === n; } };
      });
    }
    var show = function (v) { return numeral(v, decimals(entry)); };
    if (entry.b) {
      if (!values.length && !figures.some(function (f) { return f.state === ZERO; })) return [];
      var sizes = values.map(Math.abs).filter(Boolean).sort(function (a, b) { return a - b; });
      var middle = sizes[Math.floor(sizes.length / 2)] || 1, top = sizes[sizes.length - 1] || 1;
      var step = function (fill, text, low, high) {
        return { fill: fill, text: text, has: function (f) { return f.value > low && f.value <= high; } };
      };
      var many = top > middle, tone = data.perubahan;
      return [
        many && step(tone[0], "turun lebih dari " + show(middle), -Infinity, -middle - 1e-9),
        step(tone[1], "turun sampai " + show(middle), -middle - 1e-9, -1e-9),
        step(tone[2], "tetap", -1e-9, 1e-9),
        step(tone[3], "naik sampai " + show(middle), 1e-9, middle),
        many && step(tone[4], "naik lebih dari " + show(middle), middle, Infinity)
      ].filter(Boolean);
    }
    var found = KELAS.classify(values, state.scheme, state.k, state.own), colours = ramp(found.length);
    return found.map(function (one, n) {
      var low = one.range && show(one.range[0]), high = one.range && show(one.range[1]), over = n ? found[n - 1].limit : -Infinity;
      return { fill: colours[n], text: !one.range ? "sampai " + show(one.limit) : low === high ? low : low + " \u2013 " + high,
        has: function (f) { return f.value > over && f.value <= one.limit; } };
    });
  };

  // --- one map with its controls ----------------------------------------------------------------

  var panes = [], chosen = -1;
  var indicatorItems = data.indikator.map(function (one, n) {
    return { value: n, text: one.t, group: one.g, also: [one.n] };
  });
  var kindsOf = function (indicator, period) {
    return Object.keys(data.ukuran).filter(function (kind) {
      var all = data.indikator[indicator].m[kind];
      return all && all[period];
    });
  };
  var EMPTY = { k: [] };
  /* What a measure that is not there yet, or cannot be made, shows: who has a count at all. */
  var standIn = function (state, words) {
    var counted = data.indikator[state.indicator].m.jumlah, base = counted && counted[state.period];
    return { g: [], k: [], pesan: words, siap: rows.map(function (_, n) {
      var figure = base ? read(base)[n] : { state: UNSURVEYED };
      return figure.state < ZERO ? figure : { state: NUMBER };
    }) };
  };
  var entryOf = function (state) {
    var all = data.indikator[state.indicator].m[state.kind], entry = all && all[state.period];
    if (entry === 1) {
      all[state.period] = entry = standIn(state, "Menghitung \u2026");
      ask({ need: state.kind, indicator: data.indikator[state.indicator].n, period: data.periode[state.period].id });
    } else if (entry && entry.w !== undefined) all[state.period] = entry = standIn(state, entry.w);
    return entry || EMPTY;
  };

  var Pane = function (parent, state) {
    var pane = this;
    this.state = state;
    this.root = add(parent, "section", undefined, "lembar");
    this.controls = add(this.root, "div", undefined, "kendali");
    this.indicator = finder(this.controls, "Indikator", indicatorItems, function (n) { pane.change({ indicator: n }); }, true);
    this.period = select(this.controls, "Periode", function (v) { pane.change({ period: +v }); });
    this.period.box.classList.add("periode");
    this.kind = select(this.controls, "Ukuran", function (v) { pane.change({ kind: v }); });
    this.scheme = select(this.controls, "Kelas", function (v) { pane.change({ scheme: v }); });
    this.many = select(this.controls, "Banyak", function (v) { pane.change({ k: +v }); });
    this.many.box.classList.add("banyak");
    this.own = add(this.controls, "div", undefined, "ruas");
    var ownName = add(this.own, "label", "Batas atas kelas");
    this.ownField = add(this.own, "input");
    this.ownField.id = ownName.htmlFor = newId();
    this.ownField.placeholder = "10; 20; 50";
    this.ownField.addEventListener("change", function () { pane.readOwn(); });
    this.title = add(this.root, "h2", "", "judul-lembar");
    this.facts = add(this.root, "p", "", "keterangan");
    this.frame = add(this.root, "div", undefined, "bingkai");
    this.box = add(this.frame, "div", undefined, "folium-map");
    this.message = add(this.frame, "p", undefined, "kosong");
    this.message.setAttribute("role", "status");
    if (data.batas.skematik) add(this.frame, "p", data.batas.sebutan, "catatan-batas");
    var aside = add(this.root, "aside", undefined, "legenda");
    aside.setAttribute("aria-label", "Keterangan warna");
    this.legend = add(aside, "details");
    if (!panes.length) this.legend.id = "rincian-legenda";
    this.legend.open = !PHONE.matches;
    add(this.legend, "summary", "Keterangan warna");
    this.keys = add(this.legend, "div");
    this.classBox = add(this.legend, "div", undefined, "kendali kendali-kelas");
    this.notes = add(this.legend, "div");
    this.map = panes.length ? L.map(this.box, OPTIONS) : PETA_LEAFLET(this.box, OPTIONS);
    this.arrange();
    this.drawShapes();
    this.legend.addEventListener("toggle", function () { if (!pane.touched && !PHONE.matches) pane.fit(); });
  };

  var OPTIONS = { zoomControl: false, attributionControl: false, zoomSnap: 0.25, minZoom: 6, maxZoom: 17,
    zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, center: [-6.12, 106.16], zoom: 11 };

  /* Where there is no room above the map, the classes stand with the colours they make. */
  Pane.prototype.arrange = function () {
    var narrow = PHONE.matches || panes.length > 1, home = narrow ? this.classBox : this.controls;
    [this.scheme.box, this.many.box, this.own].forEach(function (one) { home.appendChild(one); });
    this.classBox.hidden = !narrow;
  };

  Pane.prototype.drawShapes = function () {
    var pane = this, map = this.map;
    this.areas = [];
    places.forEach(function (row, n) {
      if (!shapes.rings[n].length) return;
      var area = L.polygon(shapes.rings[n], { color: "#64748b", weight: 1, opacity: 1, fillOpacity: 1, fillColor: PLAIN });
      area.place = n;
      area.on("click", function (event) { L.DomEvent.stopPropagation(event); choose(n, pane); });
      if (HOVER.matches) {
        area.on("mousemove", function (event) { hover(n, pane, event.latlng); });
        area.on("mouseout", function () { hover(-1); });
      }
      area.addTo(map);
      pane.areas[n] = area;
      var path = area.getElement();
      path.setAttribute("role", "button");
      path.setAttribute("tabindex", pane.first === undefined ? "0" : "-1");
      if (pane.first === undefined) pane.first = n;
      path.addEventListener("focus", function () { pane.rove(n); hover(n, pane, shapes.spots[n].at, true); });
      path.addEventListener("blur", function () { hover(-1); });
      path.addEventListener("keydown", function (event) { pane.key(event, n); });
    });
    this.rim = L.polyline(shapes.rim, { interactive: false, color: "#0f172a", weight: 2.5, opacity: 1 }).addTo(map);
    this.mark = L.polyline([], { interactive: false, color: "#000", weight: 4, opacity: 1 }).addTo(map);
    this.tip = L.tooltip({ direction: "top", opacity: 1, offset: [0, -6] });
    this.labels = [];
    map.on("click", function () { choose(-1); });
    map.on("move", function () { follow(pane); });
    map.on("zoomend", function () { pane.label(); });
    L.control.zoom({ zoomInTitle: "Perbesar", zoomOutTitle: "Perkecil" }).addTo(map);
    var whole = L.control({ position: "topleft" });
    whole.onAdd = function () {
      var bar = L.DomUtil.create("div", "leaflet-bar"), link = add(bar, "a", "\u2922", "seluruh");
      link.href = "#"; link.title = "Lihat seluruh wilayah";
      link.setAttribute("role", "button"); link.setAttribute("aria-label", "Lihat seluruh wilayah");
      L.DomEvent.disableClickPropagation(bar);
      L.DomEvent.on(link, "click", function (event) { L.DomEvent.preventDefault(event); choose(-1); pane.fit(); });
      return bar;
    };
    whole.addTo(map);
    if (!data.batas.skematik) L.control.scale({ imperial: false }).addTo(map);
    this.box.setAttribute("role", "application");
    this.bounds = this.areas.reduce(function (all, area) { return all.extend(area.getBounds()); }, L.latLngBounds([]));
    if (!this.bounds.isValid()) return;
    map.setMaxBounds(this.bounds.pad(3));
    /* Until someone moves the map it goes on showing everything when its frame changes. */
    map.on("dragstart", function () { pane.touched = true; });
    map.on("zoomstart", function () { if (!pane.fitting) pane.touched = true; });
    this.fit();
    if (window.ResizeObserver) {
      this.watch = new ResizeObserver(function () {
        pane.measure();
        if (!pane.touched) pane.fit(); else pane.label();
      });
      this.watch.observe(this.box);
    }
  };
  Pane.prototype.fit = function () {
    if (!this.bounds.isValid()) return;
    this.fitting = true;
    /* Beside the legend where there is room, else below it. */
    var aside = this.legend.open && getComputedStyle(this.legend.parentNode).position === "absolute" ? this.legend.offsetWidth + 12 : 0;
    if (this.box.clientWidth - aside < 280) aside = 0;
    /* The words on the lines are not to lie on the map where that is narrow. */
    var foot = data.batas.skematik && this.box.clientWidth < 700 ? 44 : 12;
    this.map.fitBounds(this.bounds, { paddingTopLeft: [12, 12], paddingBottomRight: [12 + aside, foot], animate: false });
    this.fitting = this.touched = false;
    this.label();
  };
  /* The frame has another size: no movement that another map should follow. */
  Pane.prototype.measure = function () {
    this.fitting = true;
    this.map.invalidateSize({ animate: false, pan: false });
    this.fitting = false;
  };
  var resize = function () {
    panes.forEach(function (pane) { pane.measure(); });
    panes.forEach(function (pane) { pane.fit(); });
  };
  Pane.prototype.rove = function (n) {
    this.areas[this.first].getElement().setAttribute("tabindex", "-1");
    this.first = n;
    this.areas[n].getElement().setAttribute("tabindex", "0");
  };
  var ARROWS = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  Pane.prototype.key = function (event, n) {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      choose(n, this);
      card.querySelector("button").focus();
      return;
    }
    var way = ARROWS[event.key], here = shapes.spots[n].at, best = -1, least = Infinity;
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    this.areas.forEach(function (_, k) {
      var there = shapes.spots[k].at, along = (there[0] - here[0]) * way[0] + (there[1] - here[1]) * way[1];
      var aside = Math.abs((there[0] - here[0]) * way[1]) + Math.abs((there[1] - here[1]) * way[0]);
      if (k !== n && along > 0 && along + 2 * aside < least) { least = along + 2 * aside; best = k; }
    });
    if (best >= 0) this.areas[best].getElement().focus({ preventScroll: true });
  };

  /* Names where they fit: kecamatan first, then kelurahan with room; none on top of another. */
  var measure = document.createElement("canvas").getContext("2d");
  Pane.prototype.label = function () {
    var map = this.map, taken = [], small = PHONE.matches ? 11 : 12, big = PHONE.matches ? 11 : 13, found = [];
    var fits = function (text, spot, size, kind, room) {
      measure.font = (kind === "kecamatan" ? "700 " : "400 ") + size + "px sans-serif";
      var shown = kind === "kecamatan" ? text.toUpperCase() : text, half = measure.measureText(shown).width / 2 * 1.12 + 3;
      var at = map.latLngToLayerPoint(spot.at), box = [at.x - half, at.y - size * 0.75, at.x + half, at.y + size * 0.75];
      if (room && half > room) return;
      if (taken.some(function (t) { return box[0] < t[2] && box[2] > t[0] && box[1] < t[3] && box[3] > t[1]; })) return;
      taken.push(box);
      found.push({ text: text, at: spot.at, kind: kind });
    };
    var perDegree = Math.abs(map.latLngToLayerPoint([0, 1]).x - map.latLngToLayerPoint([0, 0]).x);
    data.kecamatan.forEach(function (one, n) {
      if (shapes.groups[n] && shapes.groups[n].room) fits(one[1], shapes.groups[n], big, "kecamatan");
    });
    places.map(function (_, n) { return n; })
      .sort(function (a, b) { return shapes.spots[b].room - shapes.spots[a].room; })
      .forEach(function (n) {
        var spot = shapes.spots[n];
        if (spot.room * perDegree > 16) fits(places[n][1], spot, small, "kelurahan", spot.room * perDegree * 1.5);
      });
    this.labels.forEach(function (one) { one.remove(); });
    this.labels = found.map(function (one) {
      var node = document.createElement("div");
      node.textContent = one.text;
      return L.marker(one.at, { interactive: false, keyboard: false,
        icon: L.divIcon({ className: "nama " + one.kind, html: node, iconSize: [0, 0] }) }).addTo(map);
    });
  };

  Pane.prototype.change = function (next) {
    Object.assign(this.state, next);
    if (kindsOf(this.state.indicator, this.state.period).indexOf(this.state.kind) < 0) {
      this.state.kind = kindsOf(this.state.indicator, this.state.period)[0];
    }
    this.draw();
    tell();
  };
  Pane.prototype.readOwn = function () {
    var own = this.ownField.value.split(/[;\s]+/).filter(Boolean)
      .map(function (text) { return Number(text.replace(/\./g, "").replace(",", ".")); });
    var good = own.length > 0 && own.length < 8 && own.every(isFinite);
    this.ownField.setAttribute("aria-invalid", String(!good));
    if (good) this.change({ own: own });
  };

  Pane.prototype.draw = function () {
    var pane = this, state = this.state, indicator = data.indikator[state.indicator], period = data.periode[state.period];
    var entry = this.entry = entryOf(state);
    var figures = this.figures = entry === EMPTY ? rows.map(function () { return { state: UNSURVEYED }; }) : read(entry);
    this.indicator.set(indicator.t);
    this.period.fill(data.periode.map(function (one, n) { return { value: n, text: one.l }; }), state.period);
    this.kind.fill(kindsOf(state.indicator, state.period).map(function (kind) { return { value: kind, text: data.ukuran[kind] }; }), state.kind);
    this.scheme.fill(Object.keys(data.skema).map(function (key) { return { value: key, text: data.skema[key] }; }), state.scheme);
    this.many.fill([3, 4, 5, 6].map(function (k) { return { value: k, text: k + " kelas" }; }), state.k);
    var graded = !entry.g && !entry.b;
    this.period.box.hidden = data.periode.length < 2;
    this.scheme.box.hidden = !graded;
    this.many.box.hidden = !graded || state.scheme === "sendiri";
    this.own.hidden = !graded || state.scheme !== "sendiri";
    var title = indicator.t + (state.kind === "jumlah" ? "" : ", " + data.ukuran[state.kind].toLowerCase());
    this.title.textContent = title + (data.periode.length > 1 ? ", " + period.l : "");
    this.facts.textContent = [period.t ? "Keadaan " + period.t : "", period.s ? "Sumber: " + period.s : "",
      data.batas.sumber ? "Batas: " + data.batas.sumber : ""].filter(Boolean).join(" \u00b7 ");
    var classes = this.classes = classesOf(entry, figures, state);
    this.areas.forEach(function (area, n) {
      var figure = figures[n], own = figure.state < NUMBER && !(entry.b && figure.state === ZERO) ? null : classes.find(function (one) { return one.has(figure); });
      area.setStyle({ fillColor: own ? own.fill : FILLS[figure.state] || PLAIN, dashArray: figure.state === UNSURVEYED ? "3 3" : null });
      area.getElement().setAttribute("aria-label", rows[n][1] + ", Kecamatan " + data.kecamatan[rows[n][2]][1] + ": " + said(entry, figure));
    });
    this.box.setAttribute("aria-label", "Peta: " + this.title.textContent + ". Panah menggeser, tambah dan kurang memperbesar; Tab lalu panah memilih " + data.tempat.kata + ".");
    this.say();
    this.drawLegend();
    if (houses && panes[0] === this && houses.period !== state.period) dropHouses();
    if (chosen >= 0) fillCard();
    drawTable();
    if (panes[0] === this || !panes.length) {
      byId("judul").textContent = indicator.t + ", " + data.kota;
      document.title = data.tanda + ": " + indicator.t + ", " + data.kota;
    }
  };

  Pane.prototype.say = function () {
    var all = places.map(function (_, n) { return this.figures[n].state; }, this), none = function (state) {
      return all.length && all.every(function (one) { return one === state; });
    };
    var text = "";
    if (this.entry.pesan) text = this.entry.pesan;
    else if (none(UNSURVEYED)) text = "Tidak ada data untuk indikator ini pada " + data.periode[this.state.period].l + ". Pilih periode atau indikator lain.";
    else if (all.indexOf(NUMBER) < 0 && all.indexOf(ZERO) < 0 && all.indexOf(BARE) >= 0) text = "Belum ada penyebut (penduduk), jadi ukuran ini tidak dapat dihitung. Muat data penduduk, atau pilih ukuran Jumlah.";
    else if (!this.bounds.isValid()) text = "Tidak satu pun " + data.tempat.kata + " punya batas di peta ini. Angkanya ada di tabel.";
    this.message.textContent = text;
    this.message.hidden = !text;
  };

  Pane.prototype.drawLegend = function () {
    var pane = this, entry = this.entry, counted = function (has) {
      return places.filter(function (_, n) { return has(pane.figures[n]); }).length;
    };
    var key = function (list, fill, text, count) {
      var line = add(list, "li"), box = svg(line, "svg", { width: 34, height: 20, "aria-hidden": "true" });
      svg(box, "rect", { x: 0.5, y: 0.5, width: 33, height: 19, fill: fill, stroke: "#64748b" });
      add(line, "span", text);
      add(line, "span", count + data.tempat.singkat);
    };
    clear(this.keys);
    add(this.keys, "p", (entry.g || !unit(entry) ? "" : unit(entry) + "; ") + "di kanan: banyaknya " + data.tempat.kata);
    var list = add(this.keys, "ul");
    this.classes.forEach(function (one) {
      key(list, one.fill, one.text, counted(function (f) { return (f.state === NUMBER || entry.b && f.state === ZERO) && one.has(f); }));
    });
    if (!this.classes.length) add(list, "li", "Belum ada angka yang dapat ditampilkan.");
    list = add(this.keys, "ul", undefined, "keadaan");
    [HIDDEN, ZERO, UNSURVEYED, BARE].forEach(function (state) {
      var count = counted(function (f) { return f.state === state; });
      if (entry.b && state === ZERO) return;
      if (count || state !== BARE) key(list, FILLS[state], data.kunci[STATES[state]], count);
    });
    var notes = (entry.k.length ? entry.k.map(word) : [data.indikator[this.state.indicator].c]).concat(data.periode[this.state.period].r);
    if (unplaced.length) {
      notes.push(unplaced.length + " " + data.tempat.kata + " tidak ada di peta ini: " + unplaced.slice(0, 6).map(function (row) { return row[1]; }).join(", ")
        + (unplaced.length > 6 ? " dan lainnya" : "") + ". Angkanya ada di tabel.");
    }
    if (counted(function (f) { return f.state === HIDDEN; })) notes.push(data.tersembunyi);
    notes.push(shapes.rim.length ? "Garis tebal: batas kecamatan." : "Satu blok: satu kecamatan.");
    clear(this.notes);
    notes.filter(Boolean).forEach(function (text) { add(pane.notes, "p", text, "catatan"); });
  };

  // --- several maps as one ----------------------------------------------------------------------

  var following = false;
  var follow = function (pane) {
    if (following) return;
    following = true;
    panes.forEach(function (other) {
      if (other === pane || pane.fitting) return;
      other.fitting = true;
      other.map.setView(pane.map.getCenter(), pane.map.getZoom(), { animate: false });
      other.fitting = false;
      other.touched = pane.touched;
    });
    following = false;
  };
  var hover = function (n, from, at, still) {
    panes.forEach(function (pane) {
      if (n < 0 || !pane.areas[n]) { pane.tip.remove(); pane.mark.setLatLngs(chosen >= 0 ? shapes.rings[chosen] : []); return; }
      var node = document.createElement("div");
      add(node, "strong", rows[n][1]);
      add(node, "div", said(pane.entry, pane.figures[n]));
      pane.tip.setLatLng(pane === from ? at : shapes.spots[n].at).setContent(node);
      if (pane !== from || HOVER.matches || still) pane.tip.addTo(pane.map);
      pane.mark.setLatLngs(shapes.rings[n].concat(chosen >= 0 ? shapes.rings[chosen] : []).map(function (ring) { return ring.concat([ring[0]]); }));
    });
  };
  var tell = function () {
    if (window.parent === window) return;
    var state = panes[0].state;
    window.parent.postMessage({ verval: "peta", indicator: data.indikator[state.indicator].n,
      period: data.periode[state.period].id, measure: state.kind, scheme: state.scheme, k: state.k, own: state.own,
      code: chosen < 0 ? "" : rows[chosen][0] }, "*");
  };
  var ask = function (what) {
    window.parent.postMessage(Object.assign({ verval: "peta" }, what), "*");
  };

  // --- the card of a kelurahan ------------------------------------------------------------------

  var card = byId("kartu"), opener = null;
  var choose = function (n, pane) {
    var was = chosen;
    chosen = n;
    card.hidden = n < 0;
    if (n >= 0) {
      fillCard();
      opener = pane && pane.areas[n] ? pane.areas[n].getElement() : null;
      panes.forEach(function (one) { one.mark.setLatLngs(shapes.rings[n].map(function (ring) { return ring.concat([ring[0]]); })); });
    } else panes.forEach(function (one) { one.mark.setLatLngs([]); });
    if (was !== n) { tell(); dropHouses(); }
  };
  var close = function () {
    choose(-1);
    if (opener) opener.focus({ preventScroll: true });
    opener = null;
    hover(-1);
  };
  var fillCard = function () {
    var row = rows[chosen];
    clear(card);
    add(card, "h2", row[1]);
    add(card, "p", "Kecamatan " + data.kecamatan[row[2]][1], "kecil");
    panes.forEach(function (pane) {
      var state = pane.state, figure = pane.figures[chosen], entry = pane.entry, part = add(card, "div", undefined, "angka");
      add(part, "p", pane.title.textContent, "apa");
      add(part, "p", said(entry, figure), "nilai");
      var around = between(entry, figure);
      if (around) add(part, "p", "Antara " + around + " (selang 95 %).", "kecil");
      if (figure.below) add(part, "p", numeral(figure.above, 0) + " dari " + numeral(figure.below, 0) + " " + data.indikator[state.indicator].d + ".", "kecil");
      if (figure.state < NUMBER && data.arti[STATES[figure.state]]) add(part, "p", data.arti[STATES[figure.state]], "kecil");
      trend(part, state);
    });
    var top = (data.periode[panes[0].state.period].a || {})[row[0]];
    if (top) {
      add(card, "h3", "Paling sering perlu dicek");
      var list = add(card, "ol");
      top.forEach(function (text) { add(list, "li", text); });
    }
    if (data.ruang && data.ruang.periksa) {
      button(card, "Unduh daftar periksa", function () {
        ask({ checklist: row[0], period: data.periode[panes[0].state.period].id });
      }, "utama");
    }
    if (purposes.length) houseControl(row);
    button(card, "Tutup", close);
  };

  /* Houses, in the room alone: for a purpose, on this screen, gone with what was chosen. */
  var purposes = [], houses = null, houseBar = null;
  var houseControl = function (row) {
    var part = add(card, "div", undefined, "angka");
    var purpose = select(part, "Titik rumah", function () { show.disabled = !purpose.node.value; });
    purpose.fill([["", "untuk apa?"]].concat(purposes).map(function (one) { return { value: one[0], text: one[1] }; }), "");
    var show = button(part, "Tampilkan titik rumah", function () {
      show.disabled = true;
      ask({ houses: row[0], period: data.periode[panes[0].state.period].id, purpose: purpose.node.value });
    });
    show.disabled = true;
  };
  var dropHouses = function () {
    if (houses) houses.layer.remove();
    if (houseBar) houseBar.remove();
    houses = houseBar = null;
  };
  var drawHouses = function (found) {
    var pane = panes[0];
    if (chosen < 0 || rows[chosen][0] !== found.houses || data.periode[pane.state.period].id !== found.period) return;
    dropHouses();
    var all = L.latLngBounds([]), odd = [];
    houses = { layer: L.layerGroup().addTo(pane.map), period: pane.state.period };
    found.rows.forEach(function (one) {
      var at = [one.lat, one.lon], where = "RT " + (one.rt || "?") + " RW " + (one.rw || "?");
      var dot = L.circleMarker(at, { className: "titik-rumah", radius: 5, weight: 1.5, color: "#fff", fillColor: one.remark ? "#b91c1c" : "#0f172a", fillOpacity: 1 });
      var node = document.createElement("div");
      add(node, "strong", where);
      if (one.remark) { add(node, "div", one.remark); odd.push(where + ": " + one.remark); } else all.extend(at);
      dot.bindTooltip(node, { direction: "top" }).addTo(houses.layer);
      dot.on("click", function (event) { L.DomEvent.stopPropagation(event); dot.openTooltip(); });
    });
    houseBar = document.createElement("section");
    houseBar.className = "rumah";
    houseBar.setAttribute("aria-label", "Titik rumah");
    var said = add(houseBar, "p", "Titik rumah " + rows[chosen][1] + ". " + found.words);
    said.setAttribute("role", "status");
    if (odd.length) {
      var more = add(houseBar, "details"), list;
      add(more, "summary", "Titik yang perlu dicek letaknya");
      list = add(more, "ul");
      odd.forEach(function (text) { add(list, "li", text); });
    }
    button(houseBar, "Hapus titik", function () {
      dropHouses();
      fillCard();
      card.hidden = false;
      resize();
    });
    main.parentNode.insertBefore(houseBar, main.nextSibling);
    card.hidden = true;  // it would lie on what is said
    pane.measure();
    if (all.isValid()) { pane.map.fitBounds(all.pad(0.3), { animate: false, maxZoom: 15 }); pane.touched = true; }
    houseBar.scrollIntoView({ block: "nearest" });
  };
  var trend = function (parent, state) {
    if (data.periode.length < 2 || state.kind === "perubahan" || state.kind === "kelompok") return;
    var all = data.indikator[state.indicator].m[state.kind];
    var line = all.map(function (entry) { return entry ? read(entry)[chosen] : { state: UNSURVEYED }; }).reverse();
    var labels = data.periode.map(function (one) { return one.l; }).reverse();
    var values = line.map(function (f) { return f.state === NUMBER ? f.value : f.state === ZERO ? 0 : null; });
    var top = Math.max.apply(null, values.map(function (v) { return v || 0; })) || 1, wide = 248, tall = 64;
    var at = function (v, n) { return [12 + n * (wide - 24) / (values.length - 1), 54 - v / top * 42]; };
    var entry = all.find(Boolean) || EMPTY;
    var words = line.map(function (f, n) { return labels[n] + ": " + said(entry, f, true); }).join("; ");
    var box = svg(parent, "svg", { viewBox: "0 0 " + wide + " " + tall, class: "alur", role: "img", "aria-label": "Alur antarperiode. " + words });
    svg(box, "line", { x1: 12, x2: wide - 12, y1: 54, y2: 54, class: "dasar" });
    var run = [], flush = function () {
      if (run.length > 1) svg(box, "polyline", { points: run.map(function (p) { return p.join(","); }).join(" "), class: "garis" });
      run = [];
    };
    values.forEach(function (v, n) {
      if (v === null) { flush(); svg(box, "text", { x: at(0, n)[0], y: 50, class: "tanda-kosong" }).textContent = "?"; return; }
      run.push(at(v, n));
      svg(box, "circle", { cx: at(v, n)[0], cy: at(v, n)[1], r: 3.5, class: "titik" });
    });
    flush();
    var ends = add(parent, "p", undefined, "kecil ujung");
    add(ends, "span", labels[0] + ": " + said(entry, line[0], true));
    add(ends, "span", labels[labels.length - 1] + ": " + said(entry, line[line.length - 1], true));
  };

  // --- the table twin ---------------------------------------------------------------------------

  var tableBox = byId("tabel"), tableBody = byId("isi-tabel"), order = { by: -1, down: false };
  var drawTable = function (always) {
    if (!always && !tableBox.open) return;
    clear(tableBody);
    panes.forEach(function (pane) {
      var entry = pane.entry, figures = pane.figures, table = add(tableBody, "table");
      add(table, "caption", pane.title.textContent);
      var hasRange = figures.some(function (f) { return f.low !== undefined; });
      var hasParts = figures.some(function (f) { return f.below; });
      var heads = [[data.tempat.judul, function (n) { return rows[n][1]; }], ["Kecamatan", function (n) { return kecamatanOf(n); }],
        [entry.g ? "Kelompok" : unit(entry) || "Angka", function (n) { return said(entry, figures[n], true); }, function (n) {
          var f = figures[n]; return f.state === NUMBER ? (entry.g ? f.group || 0 : f.value) : f.state === ZERO ? 0 : -1e12 - f.state; }]];
      if (hasRange) heads.push(["Selang 95 %", function (n) { return between(entry, figures[n]); }]);
      if (hasParts) heads.push(["Pembilang", function (n) { return figures[n].below ? numeral(figures[n].above, 0) : ""; }, function (n) { return figures[n].above || -1; }],
        ["Penyebut", function (n) { return figures[n].below ? numeral(figures[n].below, 0) : ""; }, function (n) { return figures[n].below || -1; }]);
      var line = add(add(table, "thead"), "tr");
      heads.forEach(function (head, h) {
        var cell = add(line, "th");
        cell.scope = "col";
        if (h > 1) cell.className = "kanan";
        cell.setAttribute("aria-sort", order.by !== h ? "none" : order.down ? "descending" : "ascending");
        button(cell, head[0] + (order.by !== h ? "" : order.down ? " \u2193" : " \u2191"), function () {
          order = { by: h, down: order.by === h ? !order.down : h > 1 };
          drawTable();
          var again = tableBody.querySelectorAll("table")[panes.indexOf(pane)];
          again.querySelectorAll("th button")[h].focus();
        });
      });
      var fill = function (body, all) {
        all.forEach(function (n) {
          var tr = add(body, "tr");
          heads.forEach(function (head, h) {
            var cell = add(tr, h ? "td" : "th", head[1](n), h > 1 ? "kanan" : "");
            if (!h) cell.scope = "row";
          });
        });
      };
      var kel = places.map(function (_, n) { return n; }), head = heads[order.by];
      if (head) {
        kel.sort(function (a, b) {
          var left = (head[2] || head[1])(a), right = (head[2] || head[1])(b);
          var way = typeof left === "string" ? left.localeCompare(right, "id") : left - right;
          return order.down ? -way : way;
        });
      }
      fill(add(table, "tbody"), kel);
      var sums = rows.map(function (_, n) { return n; }).slice(places.length);
      if (sums.length) fill(add(table, "tbody", undefined, "gabungan"), sums);
    });
  };
  var kecamatanOf = function (n) {
    return rows[n][2] >= 0 ? data.kecamatan[rows[n][2]][1] : rows[n][2] === -1 ? "seluruh kecamatan" : "seluruhnya";
  };
  tableBox.addEventListener("toggle", function () { drawTable(); });

  // --- the page ---------------------------------------------------------------------------------

  var main = byId("lembar-lembar"), tools = byId("alat");
  finder(tools, "Cari " + data.tempat.kata, places.map(function (row, n) {
    return { value: n, text: row[1], also: row[3], more: data.kecamatan[row[2]][1] };
  }), function (n) {
    choose(n);
    var pane = panes[0];
    if (!pane.areas[n]) return;
    if (!pane.map.getBounds().contains(shapes.spots[n].at)) pane.map.panTo(shapes.spots[n].at, { animate: false });
    pane.rove(n);
    opener = pane.areas[n].getElement();
  });
  var compare = button(tools, "Bandingkan", function () {
    if (panes.length > 1) {
      var last = panes.pop();
      if (last.watch) last.watch.disconnect();
      last.map.remove();
      last.root.remove();
    } else {
      var first = panes[0].state, second = Object.assign({}, first);
      if (data.periode.length > first.period + 1) second.period = first.period + 1;
      panes.push(new Pane(main, second));
      panes[1].draw();
      if (PHONE.matches) panes[1].root.scrollIntoView({ block: "nearest" });
    }
    main.classList.toggle("dua", panes.length > 1);
    panes.forEach(function (pane) { pane.arrange(); });
    compare.setAttribute("aria-pressed", String(panes.length > 1));
    if (chosen >= 0) fillCard();
    resize();
    drawTable();
  });
  compare.setAttribute("aria-pressed", "false");
  button(tools, "Tabel", function () {
    tableBox.open = !tableBox.open;
    if (tableBox.open) { tableBox.scrollIntoView({ block: "start" }); tableBox.querySelector("summary").focus({ preventScroll: true }); }
  });
  panes.push(new Pane(main, data.pilih));
  panes[0].draw();
  document.addEventListener("keydown", function (event) { if (event.key === "Escape" && chosen >= 0) close(); });
  PHONE.addEventListener("change", function () { panes.forEach(function (pane) { pane.legend.open = !PHONE.matches; pane.arrange(); pane.label(); }); });
  var opened = [];
  window.addEventListener("beforeprint", function () {
    drawTable(true);
    opened = [tableBox].concat(panes.map(function (pane) { return pane.legend; })).filter(function (one) { return !one.open; });
    opened.forEach(function (one) { one.open = true; });
    document.body.classList.add("cetak");
    resize();
  });
  window.addEventListener("afterprint", function () {
    document.body.classList.remove("cetak");
    opened.forEach(function (one) { one.open = false; });
    resize();
  });
  window.addEventListener("message", function (event) {
    var more = event.data;
    if (event.source !== window.parent || !more || more.verval !== "peta") return;
    if (more.purposes) purposes = more.purposes;
    if (more.houses) drawHouses(more);
    if (!more.measure) return;
    var n = data.indikator.findIndex(function (one) { return one.n === more.indicator; });
    var period = data.periode.findIndex(function (one) { return one.id === more.period; });
    if (n < 0 || period < 0) return;
    data.indikator[n].m[more.measure][period] = more.pesan ? { w: more.pesan } : reader.take(more);
    panes.forEach(function (pane) { if (pane.state.indicator === n) pane.draw(); });
  });
  tell();
  document.body.dataset.siap = Math.round(performance.now() - started);
}(PETA));
