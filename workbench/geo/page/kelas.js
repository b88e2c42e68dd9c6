/* Classes of a legend as workbench.geo.classes makes them: {limit, range, count} from low to high.
   Where that rounds to single precision (natural breaks), so does this: a test compares both. */
var KELAS = (function () {
  "use strict";
  var f = Math.fround;
  var different = function (sorted) {
    return sorted.filter(function (v, n) { return n === 0 || v !== sorted[n - 1]; });
  };
  var filled = function (limits, sorted) {
    var at = 0;
    return limits.map(function (limit) {
      var from = at;
      while (at < sorted.length && sorted[at] <= limit) at += 1;
      return { limit: limit, range: at > from ? [sorted[from], sorted[at - 1]] : null, count: at - from };
    });
  };

  /* Natural breaks: the classes whose values lie closest around their means (Fisher 1958). */
  var alami = function (sorted, k) {
    var n = sorted.length, from = [], best = [], l, m, j, start, value, sum, square, spread, cuts = [];
    for (l = 0; l <= n; l += 1) {
      from.push(new Array(k + 1).fill(l === 1 ? 1 : 0));
      best.push(new Array(k + 1).fill(l > 1 ? Infinity : 0));
    }
    for (l = 2; l <= n; l += 1) {
      sum = square = 0;
      for (m = 1; m <= l; m += 1) {
        start = l - m + 1;
        value = f(sorted[start - 1]);
        square = f(square + f(value * value));
        sum = f(sum + value);
        spread = f(square - f(f(sum * sum) / m));
        for (j = 2; start > 1 && j <= k; j += 1) {
          if (best[l][j] >= f(spread + best[start - 1][j - 1])) {
            from[l][j] = start;
            best[l][j] = f(spread + best[start - 1][j - 1]);
          }
        }
      }
      from[l][1] = 1;
      best[l][1] = spread;
    }
    for (l = n, j = k; j > 1; j -= 1) {
      cuts.unshift(sorted[Math.max(from[l][j] - 2, 0)]);
      l = from[l][j] - 1;
    }
    return cuts;
  };
  var kuantil = function (sorted, k) {
    var cuts = [], step = 100 / k, j, place, below;
    for (j = 1; j < k; j += 1) {
      place = (step + (j - 1) * step) / 100 * (sorted.length - 1);
      below = Math.floor(place);
      cuts.push(place === below ? sorted[below]
        : (sorted[below] * (below + 1 - place) + sorted[below + 1] * (place - below)) / (below + 1 - place + (place - below)));
    }
    return cuts;
  };
  var sama = function (sorted, k) {
    var width = (sorted[sorted.length - 1] - sorted[0]) / k, cuts = [];
    for (var j = 0; j < k - 1; j += 1) cuts.push(sorted[0] + width + j * width);
    return cuts;
  };
  var MAKERS = { alami: alami, kuantil: kuantil, sama: sama };

  var classify = function (values, scheme, k, own) {
    var sorted = values.slice().sort(function (a, b) { return a - b; }), top = sorted[sorted.length - 1];
    var single = different(sorted), limits;
    if (scheme === "sendiri") {
      return filled(sorted.length && top > own[own.length - 1] ? own.concat(top) : own, sorted);
    }
    if (single.length <= k) return filled(single, sorted);
    limits = different(MAKERS[scheme](sorted, k).sort(function (a, b) { return a - b; }))
      .filter(function (limit) { return limit < top; }).concat(top);
    var found = filled(limits, sorted);
    return scheme === "sama" ? found : found.filter(function (one) { return one.range; });
  };
  return { classify: classify };
}());
