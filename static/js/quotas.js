// The sum of the places while they are typed, and a suggestion for those that are empty. Plain ES5.
(function () {
  var form = document.querySelector("[data-quotas]");
  if (!form) { return; }
  var inputs = Array.prototype.slice.call(form.querySelectorAll("input.places"));
  var sum = form.querySelector("[data-sum]"), over = form.querySelector("[data-over]");
  var capacity = parseInt(form.getAttribute("data-capacity"), 10);
  function count() {
    var total = inputs.reduce(function (before, input) { return before + (parseInt(input.value, 10) || 0); }, 0);
    sum.textContent = String(total);
    over.hidden = !(total > capacity);
  }
  form.addEventListener("input", count);
  var suggest = form.querySelector("[data-suggest]");
  suggest.hidden = false;
  suggest.addEventListener("click", function () {
    inputs.forEach(function (input) { if (!input.value) { input.value = input.getAttribute("data-suggested"); } });
    count();
  });
})();
