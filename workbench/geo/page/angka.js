/* Reads the figures and lines that workbench.geo.page packed. */
var ANGKA = (function () {
  "use strict";
  var DIGITS = {}, BASE, signs = [];
  for (var code = 35; code < 127; code += 1) {
    if ("&<>\\".indexOf(String.fromCharCode(code)) < 0) signs.push(String.fromCharCode(code));
  }
  signs.forEach(function (sign, n) { DIGITS[sign] = n; });
  BASE = signs.length >> 1;
  var unpack = function (text) {
    var found = [], number = 0, weight = 1;
    for (var n = 0; n < text.length; n += 1) {
      var digit = DIGITS[text[n]];
      if (digit < BASE) { found.push(number + digit * weight); number = 0; weight = 1; }
      else { number += (digit - BASE) * weight; weight *= BASE; }
    }
    return found;
  };
  var signed = function (n) { return n & 1 ? -(n + 1) / 2 : n / 2; };

  /* A figure's state; what is less than ZERO has no number. */
  var HIDDEN = 0, UNSURVEYED = 1, BARE = 2, ZERO = 3, NUMBER = 4, FIRST = 3;
  var Z = 1.959963984540054;
  var wilson = function (n, d) {
    var share = n / d, z = Z * Z / d, half = Z * Math.sqrt(share * (1 - share) / d + z / d / 4);
    return [Math.max(0, (share + z / 2 - half) / (1 + z)), Math.min(1, (share + z / 2 + half) / (1 + z))];
  };

  /* Gives `read(entry)`: the figures of a measure in the order of the rows. */
  var reader = function (data) {
    var columns = {}, limits = {};
    var column = function (kind, n) {
      var name = kind + n;
      return columns[name] || (columns[name] = unpack(data[kind][n]));
    };
    var learn = function (packed) {
      packed[0].forEach(function (n, place) { limits[n] = [packed[1][place], packed[2][place]]; });
    };
    learn(data.selang);
    var figure = function (entry, place) {
      var n = column("kolom", entry.n === undefined ? entry.v : entry.n)[place], scale, d, around;
      if (entry.m !== undefined) {
        d = column("kolom", entry.m)[place];
        if (n < FIRST || d < FIRST) return { state: n === UNSURVEYED || d === UNSURVEYED ? UNSURVEYED : HIDDEN };
        return { state: n === d ? ZERO : NUMBER, value: n - d };
      }
      if (n < FIRST) return { state: n };
      n -= FIRST;
      if (entry.g) return { state: NUMBER, group: n >> 1, firm: n & 1 };
      if (entry.n === undefined) {
        scale = Math.pow(10, entry.p);
        var part = function (which) {
          var found = which === undefined ? 0 : column("kolom", which)[place];
          return found < FIRST ? undefined : (found - FIRST + entry.o) / scale;
        };
        n = part(entry.v);
        return { state: n ? NUMBER : ZERO, value: n, low: part(entry.l), high: part(entry.h) };
      }
      d = column("penyebut", entry.d)[place];
      if (!d) return { state: BARE };
      if (entry.e && data.baris[place][2] >= 0) {
        scale = entry.e[0] + (entry.e[1] ? entry.e[1] / (entry.e[1] + entry.e[0] / d) * (n / d - entry.e[0]) : 0);
        return { state: scale ? NUMBER : ZERO, value: scale * entry.f, above: n, below: d };
      }
      around = entry.i === "w" ? wilson(n, d) : entry.i === "p" ? [limits[n][0] / d, limits[n][1] / d] : [];
      return { state: n ? NUMBER : ZERO, value: n / d * entry.f, above: n, below: d,
        low: around.length ? around[0] * entry.f : undefined, high: around.length ? around[1] * entry.f : undefined };
    };
    var read = function (entry) {
      if (!entry.siap) entry.siap = data.baris.map(function (_, place) { return figure(entry, place); });
      return entry.siap;
    };
    /* An entry that came later, with columns and texts of its own. */
    var take = function (more) {
      var entry = more.entri, at = { kolom: data.kolom.length, penyebut: data.penyebut.length, kata: data.kata.length };
      Object.keys(at).forEach(function (name) { data[name] = data[name].concat(more[name]); });
      learn(more.selang);
      ["n", "m", "v", "l", "h"].forEach(function (key) { if (entry[key] !== undefined) entry[key] += at.kolom; });
      if (entry.d !== undefined) entry.d += at.penyebut;
      ["t", "u"].forEach(function (key) { entry[key] += at.kata; });
      ["k", "g"].forEach(function (key) {
        if (entry[key]) entry[key] = entry[key].map(function (n) { return n + at.kata; });
      });
      return entry;
    };
    return { read: read, take: take };
  };
  return { unpack: unpack, signed: signed, reader: reader,
    HIDDEN: HIDDEN, UNSURVEYED: UNSURVEYED, BARE: BARE, ZERO: ZERO, NUMBER: NUMBER };
}());
