// Self check-in on a shared tablet: one thing at a time, and back to the start by itself. Plain ES5.
// scanner.js reads the camera; to it this page is a door.
(function () {
  var page = document.getElementById("kiosk");
  if (!page || !window.fetch) { return; }
  function by(id) { return document.getElementById(id); }
  function say(name) { return page.getAttribute("data-say-" + name) || ""; }
  function each(query, call) { Array.prototype.forEach.call(page.querySelectorAll(query), call); }
  var IDLE = 8000, TIMEOUT = 5000, TRIES = 3, HOLD = {accepted: 3500, again: 4500, refused: 7000, waiting: 7000};
  var PANELS = ["by-code", "by-name", "leave"], answer = by("answer"), trouble = by("trouble");
  var token = document.querySelector("meta[name=csrf-token]").getAttribute("content"), idle = null, closing = null, busy = false;

  // The start, the panels, and the way back when nobody touches anything.
  function open(name) {
    by("home").hidden = name !== "home";
    PANELS.forEach(function (one) {
      by(one).hidden = one !== name;
      if (one !== name) { by(one).reset(); }
    });
    if (name !== "home") { by(name).querySelector("input:not([type=hidden])").focus(); }
    else if (document.activeElement) { document.activeElement.blur(); }
    rest();
  }
  function at() { return PANELS.filter(function (one) { return !by(one).hidden; })[0] || "home"; }
  function rest() {
    clearTimeout(idle);
    if (at() !== "home") { idle = setTimeout(function () { open("home"); }, IDLE); }
  }
  ["pointerdown", "keydown", "input"].forEach(function (what) { page.addEventListener(what, rest); });
  each("[data-panel]", function (button) {
    button.addEventListener("click", function () { open(button.getAttribute("data-panel")); });
  });
  each("[data-home]", function (button) { button.addEventListener("click", function () { open("home"); }); });

  // The way out is for the volunteer: a long press, then the digits.
  var lock = by("lock"), pressed = null;
  function press() { if (!pressed) { pressed = setTimeout(function () { pressed = null; open("leave"); }, 2000); } }
  function release() { clearTimeout(pressed); pressed = null; }
  lock.addEventListener("pointerdown", press);
  ["pointerup", "pointerleave", "pointercancel", "keyup", "blur"].forEach(function (what) { lock.addEventListener(what, release); });
  lock.addEventListener("keydown", function (event) { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); press(); } });
  page.addEventListener("contextmenu", function (event) { event.preventDefault(); });

  // The answer fills the screen, then goes.
  var NOTES = {accepted: [880, 1320], again: [660, 660], refused: [220, 180], waiting: [440]}, sound = null;
  function signal(tone) {
    if (!sound) { return; }
    NOTES[tone].forEach(function (pitch, place) {
      var voice = sound.createOscillator(), loud = sound.createGain(), start = sound.currentTime + place * 0.14;
      voice.frequency.value = pitch;
      loud.gain.setValueAtTime(0.3, start);
      loud.gain.exponentialRampToValueAtTime(0.01, start + 0.13);
      voice.connect(loud); loud.connect(sound.destination);
      voice.start(start); voice.stop(start + 0.14);
    });
  }
  function show(result) {
    ["accepted", "again", "refused", "waiting"].forEach(function (tone) { answer.classList.toggle("answer-" + tone, tone === result.tone); });
    each("[data-sign]", function (sign) { sign.hidden = sign.getAttribute("data-sign") !== result.tone; });
    by("answer-name").textContent = result.name || "";
    by("answer-place").textContent = result.place || "";
    by("answer-line").textContent = (result.tone === "accepted" ? result.time + " " : "") + result.sentence + (result.mark ? " · " + result.mark : "");
    by("answer-first").textContent = result.tone === "again" && result.first ? say("first").replace("{time}", result.first) : "";
    by("next").hidden = Boolean(result.stays);
    answer.hidden = false;
    clearTimeout(closing);
    if (!result.stays) { signal(result.tone); open("home"); closing = setTimeout(close, HOLD[result.tone]); }
  }
  function close() { clearTimeout(closing); answer.hidden = true; by("answer-name").textContent = ""; by("answer-place").textContent = ""; }
  answer.addEventListener("click", function () { if (!busy) { close(); } });

  // A scan is sent with a number of its own, again under the same one while the network stumbles.
  function nonce() {
    var bytes = new Uint8Array(12), text = "";
    window.crypto.getRandomValues(bytes);
    for (var i = 0; i < bytes.length; i += 1) { text += ("0" + bytes[i].toString(16)).slice(-2); }
    return text;
  }
  function within(promise) {
    return Promise.race([promise, new Promise(function (_done, fail) { setTimeout(function () { fail(new Error("timeout")); }, TIMEOUT); })]);
  }
  function send(fields) {
    if (busy) { return; }
    busy = true;
    fields.nonce = nonce();
    var slow = setTimeout(function () { show({tone: "waiting", sentence: say("sending"), stays: true}); }, 700);
    attempt(fields, TRIES).then(function (result) { done(slow, result); }, function () { done(slow, {tone: "waiting", sentence: say("lost")}); });
  }
  function done(slow, result) { clearTimeout(slow); busy = false; show(result); }
  function attempt(fields, tries) {
    var body = Object.keys(fields).map(function (name) { return encodeURIComponent(name) + "=" + encodeURIComponent(fields[name]); }).join("&");
    return within(fetch(page.getAttribute("data-scan-url"), {
      method: "POST", credentials: "same-origin", redirect: "error", body: body,
      headers: {"Accept": "application/json", "X-CSRFToken": token, "Content-Type": "application/x-www-form-urlencoded"}
    }).then(function (reply) {
      return reply.json().then(function (found) {
        if (found.tone) { return found; }
        var error = found.error || {};
        if (reply.status === 400 && error.code === "csrf" && tries > 1) { return renew().then(function () { return attempt(fields, 1); }); }
        if (reply.status === 401 || reply.status === 403 || reply.status === 404) { return {tone: "refused", sentence: say("login")}; }
        if (reply.status >= 500) { throw new Error(String(reply.status)); }
        return {tone: "refused", sentence: error.sentence || say("lost")};
      });
    })).catch(function (fault) {
      if (tries <= 1) { throw fault; }
      return new Promise(function (go) { setTimeout(go, 800); }).then(function () { return attempt(fields, tries - 1); });
    });
  }
  function renew() {
    return fetch(page.getAttribute("data-csrf-url"), {credentials: "same-origin"}).then(function (reply) { return reply.json(); })
      .then(function (body) { token = body.token; });
  }
  ["by-code", "by-name"].forEach(function (name) {
    by(name).addEventListener("submit", function (event) {
      event.preventDefault();
      var fields = {};
      Array.prototype.forEach.call(by(name).elements, function (one) {
        if (one.name && one.name !== "csrf_token" && one.name !== "nonce") { fields[one.name] = one.value; }
      });
      send(fields);
    });
  });

  // Before check-in opens and after it is over, by the server's clock.
  var told = Number(page.getAttribute("data-now")), begun = Date.now();
  function stage() {
    if (page.getAttribute("data-held")) { return; }
    var now = told + Date.now() - begun;
    by("stage-before").hidden = now >= Number(page.getAttribute("data-opens"));
    by("stage-over").hidden = now <= Number(page.getAttribute("data-closes"));
  }
  setInterval(stage, 1000);

  // The whole screen, awake, with sound: all three want a touch first.
  function stay() { if (navigator.wakeLock && !document.hidden) { navigator.wakeLock.request("screen").catch(function () {}); } }
  document.addEventListener("visibilitychange", stay);
  document.addEventListener("click", function () {
    var Context = window.AudioContext || window.webkitAudioContext, whole = document.documentElement;
    if (!sound && Context) { sound = new Context(); }
    if (sound && sound.state === "suspended") { sound.resume(); }
    if (whole.requestFullscreen && !document.fullscreenElement) { whole.requestFullscreen().catch(function () {}); }
  });
  stay();

  window.door = {
    page: page,
    say: say,
    direction: "in",
    facing: page.getAttribute("data-facing"),
    tell: function (text) { trouble.textContent = text || ""; trouble.hidden = !text; },
    busy: function () { return busy || !answer.hidden || at() !== "home"; },
    scanned: function (text) { send({ticket: text}); }
  };
  // Where the camera was allowed before, nobody needs to switch it on.
  if (navigator.permissions && navigator.permissions.query) {
    navigator.permissions.query({name: "camera"}).then(function (found) {
      if (found.state === "granted") { window.addEventListener("load", function () { by("start").click(); }); if (document.readyState === "complete") { by("start").click(); } }
    }).catch(function () {});
  }
  if (at() !== "home") { by("home").hidden = true; rest(); }
})();
