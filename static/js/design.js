// The picture of a certificate follows what is typed. Without this script a button shows it. Plain ES5.
(function () {
  var form = document.querySelector("form[data-design]");
  if (!form || !window.fetch || !window.FormData || !window.URL) { return; }
  var image = document.getElementById("preview"), said = document.getElementById("preview-said");
  var waiting = null, asked = 0, shown = null, busy = false, again = false;
  form.querySelector("[data-preview-button]").hidden = true;

  function marks(fields) {
    Array.prototype.forEach.call(form.querySelectorAll("[data-live-error]"), function (old) {
      var input = document.getElementById(old.getAttribute("data-live-error"));
      if (input) { input.removeAttribute("aria-invalid"); }
      old.parentNode.removeChild(old);
    });
    Object.keys(fields).forEach(function (name) {
      var input = document.getElementById(name);
      if (!input || !input.parentNode) { return; }
      var note = document.createElement("p");
      note.className = "field-error";
      note.setAttribute("data-live-error", name);
      note.textContent = fields[name];
      input.setAttribute("aria-invalid", "true");
      (input.closest ? input.closest(".field") : input.parentNode).appendChild(note);
      var part = input.closest && input.closest("details");
      if (part) { part.open = true; }
    });
  }

  function draw() {
    if (busy) { again = true; return; }
    busy = true;
    var number = ++asked;
    fetch(form.getAttribute("data-design"), {method: "POST", body: new FormData(form), credentials: "same-origin"})
      .then(function (answer) {
        if (answer.ok) {
          return answer.blob().then(function (blob) {
            if (number !== asked) { return; }
            var address = URL.createObjectURL(blob);
            image.src = address;
            if (shown) { URL.revokeObjectURL(shown); }
            shown = address;
            said.textContent = "";
            marks({});
          });
        }
        return answer.json().then(function (wrong) {
          said.textContent = wrong.sentence || said.getAttribute("data-late");
          marks(wrong.fields || {});
        });
      })
      .catch(function () { said.textContent = said.getAttribute("data-late"); })
      .then(function () { busy = false; if (again) { again = false; draw(); } });
  }

  function soon() { clearTimeout(waiting); waiting = setTimeout(draw, 500); }
  form.addEventListener("input", soon);
  form.addEventListener("change", function (event) {
    if (event.target.name === "kind") {
      Array.prototype.forEach.call(form.querySelectorAll("details[data-kind]"), function (part) {
        part.open = part.getAttribute("data-kind") === event.target.value;
      });
    }
    soon();
  });
})();
