// The table of scores by keyboard: Enter and the arrows move within a column; the result follows what is typed.
(function () {
  var form = document.querySelector("[data-scores]");
  if (!form) { return; }
  var mark = parseFloat(form.getAttribute("data-mark"));
  function column(field) { return Array.prototype.slice.call(form.querySelectorAll('input[data-try="' + field.getAttribute("data-try") + '"]')); }
  function points(field) { return parseFloat(field.value.replace(",", ".")); }
  form.addEventListener("keydown", function (event) {
    var field = event.target;
    if (!field.getAttribute || !field.getAttribute("data-try")) { return; }
    var step = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" || event.key === "Enter" ? 1 : 0;
    if (!step || event.ctrlKey || event.metaKey) { return; }
    event.preventDefault();
    var fields = column(field), next = fields[fields.indexOf(field) + step];
    if (next) { next.focus(); next.select(); }
  });
  form.addEventListener("input", function (event) {
    var row = event.target.closest("tr");
    if (!row || isNaN(mark)) { return; }
    var typed = Array.prototype.map.call(row.querySelectorAll("input[data-try]"), points).filter(function (value) { return !isNaN(value); });
    var cell = row.querySelector("[data-result]");
    var counted = form.getAttribute("data-latest") === "1" ? typed[typed.length - 1] : Math.max.apply(null, typed);
    cell.textContent = !typed.length ? "" : form.getAttribute(counted >= mark ? "data-passed" : "data-failed");
  });
})();
