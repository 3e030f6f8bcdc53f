// "Tick all" in the head of a table ticks the page's rows.
(function () {
  Array.prototype.forEach.call(document.querySelectorAll("[data-tick-all]"), function (head) {
    head.addEventListener("change", function () {
      Array.prototype.forEach.call(head.closest("form").querySelectorAll('tbody input[type="checkbox"]'), function (box) { box.checked = head.checked; });
    });
  });
})();
