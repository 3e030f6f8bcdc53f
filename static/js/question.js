// The fields of a question follow its kind. Plain ES5.
(function () {
  var form = document.querySelector("[data-question]"), kind = form && form.querySelector("[name=kind]");
  if (!kind) { return; }
  function follow() {
    Array.prototype.forEach.call(form.querySelectorAll("[data-for]"), function (part) {
      part.hidden = part.getAttribute("data-for").split(" ").indexOf(kind.value) < 0;
    });
  }
  kind.addEventListener("change", follow);
  follow();
})();
