// The projector: the code of this half minute, a ring that runs down, the count. Plain ES5.
(function () {
  var wall = document.getElementById("projector");
  if (!wall || !window.fetch) { return; }
  function by(id) { return document.getElementById(id); }
  var RING = 264, POLL = 2000, TIMEOUT = 6000;
  var state = JSON.parse(wall.getAttribute("data-state")), offset = 0, tag = "", lost = false, asking = false, shown = null;
  // The server's clock was read somewhere between question and answer: the middle errs by half of a slow one at most.
  function take(fresh, began, ended) { state = fresh; offset = Math.round(fresh.now_ms - (began + ended) / 2); }
  function now() { return Date.now() + offset; }
  function shows(stage) {
    Array.prototype.forEach.call(wall.querySelectorAll("[data-stages]"), function (part) {
      part.hidden = part.getAttribute("data-stages").split(" ").indexOf(stage) < 0;
    });
  }
  function code() {
    var steps = state.steps.filter(function (step) { return step.ends_ms > now(); }), last = state.steps[state.steps.length - 1];
    var step = steps[0] || last;
    by("symbol").style.display = by("dial").style.display = step ? "" : "none";
    if (!step) { return; }
    // The code before is still accepted for one step; after that an old one would only send people away.
    wall.classList.toggle("projector-dead", !steps.length && now() > last.ends_ms + state.step_ms);
    if (shown !== step.path) {
      shown = step.path;
      by("symbol").setAttribute("viewBox", "0 0 " + step.side + " " + step.side);
      by("dark").setAttribute("d", step.path);
      by("digits").textContent = step.digits;
    }
    var left = Math.max(0, step.ends_ms - now());
    by("seconds").textContent = Math.ceil(left / 1000);
    by("ring").setAttribute("stroke-dashoffset", RING * (1 - left / state.step_ms));
  }
  function show() {
    code();
    shows(state.stage);
    by("here").textContent = state.here;
    by("expected").textContent = state.expected;
    by("welcome").textContent = state.welcome;
    by("greeting").hidden = !state.welcome;
    by("nobody").hidden = Boolean(state.welcome);
    by("offline").hidden = !lost;
    by("offline").textContent = by("offline").getAttribute(wall.classList.contains("projector-dead") ? "data-dead" : "data-held");
  }
  function ask() {
    if (asking) { return; }
    asking = true;
    var began = Date.now();
    var wait = new Promise(function (_done, fail) { setTimeout(function () { fail(new Error("timeout")); }, TIMEOUT); });
    var question = fetch(wall.getAttribute("data-url"), {credentials: "same-origin", redirect: "error", cache: "no-store", headers: tag ? {"If-None-Match": tag} : {}});
    Promise.race([question, wait]).then(function (reply) {
      asking = false;
      lost = reply.status !== 200 && reply.status !== 304;
      if (reply.status !== 200) { return null; }
      tag = reply.headers.get("ETag") || "";
      var ended = Date.now();
      return reply.json().then(function (fresh) { take(fresh, began, ended); });
    }).catch(function () { asking = false; lost = true; }).then(show);
  }
  // The page itself may have been long under way; the first answer, asked for at once, says it better.
  var loading = (window.performance || {}).timing || {};
  take(state, loading.requestStart || Date.now(), loading.responseStart || Date.now());
  show(); ask();
  setInterval(ask, POLL);
  setInterval(show, 250);
  wall.addEventListener("click", function () {
    if (document.documentElement.requestFullscreen && !document.fullscreenElement) { document.documentElement.requestFullscreen().catch(function () {}); }
  });
  function stay() { if (navigator.wakeLock && !document.hidden) { navigator.wakeLock.request("screen").catch(function () {}); } }
  document.addEventListener("visibilitychange", stay);
  stay();
})();
