// Both ends of the nod. Plain ES5.
(function () {
  // The phone that waits: asks every few seconds, and at once when it is taken up again.
  var wait = document.querySelector("[data-nod-url]"), pause = null;
  function ask() {
    window.clearTimeout(pause);
    if (document.hidden) { return; }
    fetch(wait.getAttribute("data-nod-url"), {credentials: "same-origin", headers: {Accept: "application/json"}, cache: "no-store"})
      .then(function (reply) { return reply.json(); })
      .then(function (found) { if (found.state && found.state !== "asked") { window.location.reload(); } else { later(); } })
      .catch(later);
  }
  function later() { window.clearTimeout(pause); pause = window.setTimeout(ask, 3000 + Math.random() * 1000); }
  if (wait && window.fetch) {
    document.addEventListener("visibilitychange", ask);
    window.addEventListener("pageshow", ask);
    window.addEventListener("online", ask);
    later();
  }

  // The door: the answer is sent without leaving the page, whose camera runs on.
  document.addEventListener("submit", function (event) {
    var form = event.target, door = document.getElementById("door"), button;
    if (!door || !window.fetch || !form.hasAttribute || !form.hasAttribute("data-nod")) { return; }
    button = event.submitter || document.activeElement;
    if (!button || button.form !== form) { return; }
    event.preventDefault();
    event.stopPropagation();
    button.disabled = true;
    fetch(form.action, {
      method: "POST", credentials: "same-origin", redirect: "error",
      body: "answer=" + encodeURIComponent(button.value),
      headers: {
        "Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded",
        "X-CSRFToken": document.querySelector("meta[name=csrf-token]").getAttribute("content")
      }
    }).then(function (reply) {
      if (reply.status >= 500) { throw new Error(String(reply.status)); }
      var row = form.parentNode;
      button.blur();
      row.parentNode.removeChild(row);
    }).catch(function () { button.disabled = false; });
  }, true);
})();
