// A waiting device asks every few seconds and goes in by itself once it is accepted. Plain ES5.
(function () {
  var form = document.querySelector("[data-claim]");
  if (!form || !window.fetch) { return; }
  function again() { window.setTimeout(ask, 4000); }
  function ask() {
    if (document.hidden) { again(); return; }
    fetch(form.getAttribute("data-claim"), { credentials: "same-origin", headers: { Accept: "application/json" } })
      .then(function (answer) { return answer.json(); })
      .then(function (found) {
        if (found.state === "accepted") { form.submit(); } else if (found.state === "refused") { window.location.reload(); } else { again(); }
      }).catch(again);
  }
  ask();
})();
