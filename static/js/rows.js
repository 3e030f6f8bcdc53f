// Rows of a form are added and dropped at once; without this script the same buttons ask the server. Plain ES5.
(function () {
  function lastPlace(list, name) {
    var last = -1;
    Array.prototype.forEach.call(list.querySelectorAll("[name]"), function (field) {
      var found = new RegExp("^" + name + "-(\\d+)-").exec(field.name);
      if (found) { last = Math.max(last, Number(found[1])); }
    });
    return last;
  }
  function add(button, name) {
    var list = document.querySelector("[data-rows='" + name + "']");
    var template = document.querySelector("template[data-row-of='" + name + "']");
    if (!list || !template || !template.content) { return false; }
    var place = lastPlace(list, name) + 1;
    var box = document.createElement("div");
    box.innerHTML = template.innerHTML.replace(/__n__/g, String(place));
    var row = box.firstElementChild;
    list.appendChild(row);
    var first = row.querySelector("input:not([type=hidden]), select");
    if (first) { first.focus(); }
    return true;
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[name='rows_wish']");
    if (!button) { return; }
    var wish = button.value.split("-");
    if (wish[0] === "add" && add(button, wish[1])) { event.preventDefault(); }
    if (wish[0] === "drop") {
      var row = button.closest("[data-row]");
      if (!row) { return; }
      event.preventDefault();
      var list = row.parentNode;
      var next = row.nextElementSibling || row.previousElementSibling;
      list.removeChild(row);
      var target = next && next.querySelector("input:not([type=hidden]), select");
      if (target) { target.focus(); }
    }
  });
})();
