// "Tick all" in the head of a table ticks the page's rows; above a list it ticks the list, and is shown by this script alone.
(function () {
  Array.prototype.forEach.call(document.querySelectorAll("[data-tick-all]"), function (head) {
    head.addEventListener("change", function () {
      Array.prototype.forEach.call(head.closest("form").querySelectorAll('tbody input[type="checkbox"]'), function (box) { box.checked = head.checked; });
    });
  });
  Array.prototype.forEach.call(document.querySelectorAll("[data-tick-list]"), function (head) {
    var list = document.getElementById(head.getAttribute("data-tick-list"));
    head.closest("label").hidden = false;
    head.addEventListener("change", function () {
      Array.prototype.forEach.call(list.querySelectorAll('input[type="checkbox"]'), function (box) { box.checked = head.checked; });
    });
  });
})();
