// The communities follow the chosen subdistrict at once. Plain ES5: Chromium 64 and later.
(function () {
  function follow(box) {
    var first = box.querySelector("select[name=subdistrict]"), second = box.querySelector("select[name=division]");
    var button = box.querySelector("[data-places-fetch]"), asked = 0;
    if (!first || !second || !window.fetch) { return; }
    // Taken out, not hidden: Enter in a field would press it.
    var home = button.parentNode, after = button.nextSibling;
    home.removeChild(button);
    function fill(rows) {
      while (second.options.length > 1) { second.remove(1); }
      rows.forEach(function (row) { second.add(new Option(row.name, row.code)); });
      second.disabled = false;
    }
    first.addEventListener("change", function () {
      var mine = asked += 1, code = first.value;
      if (!code) { fill([]); return; }
      // A step on the way: the server offers what lies below it.
      if (code.length < 9) { home.insertBefore(button, after); button.click(); return; }
      second.disabled = true;
      fetch(box.getAttribute("data-places").replace("000000000", code)).then(function (answer) { return answer.json(); })
        .then(function (found) { if (mine === asked) { fill(found.communities); } })
        .catch(function () { second.disabled = false; home.insertBefore(button, after); });
    });
  }
  Array.prototype.forEach.call(document.querySelectorAll("[data-places]"), follow);
})();
