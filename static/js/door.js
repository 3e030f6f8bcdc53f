// The door: sends scans, keeps those that the network would not take, shows answers, follows the live count.
// Plain ES5: Chromium 64 and later. scanner.js hands over what the camera reads by `door.scanned`.
// Where the browser can do more, door-offline.js sets `door.take`: scans are then decided and kept there,
// and what stands here remains for walk-ins and for old browsers.
(function () {
  var page = document.getElementById("door");
  if (!page || !window.fetch) { return; }
  function by(id) { return document.getElementById(id); }
  function say(name) { return page.getAttribute("data-say-" + name); }
  var KEY = "door-queue-" + page.getAttribute("data-slot"), TIMEOUT = 7000, RETRY = 3000, FRESH = 20000;
  var HOLD = {accepted: 1500, again: 2600, refused: 4000, waiting: 2000};
  var SIGNS = ["accepted", "again", "refused", "waiting"];
  var answer = by("answer"), trouble = by("trouble"), closing = null, closed = null, sound = null;
  var token = document.querySelector("meta[name=csrf-token]").getAttribute("content");

  var door = window.door = {page: page, say: say, kept: 0, offset: 0, direction: "in", shown: "", nonce: nonce};

  // The queue: written down before it is sent, struck out once it is answered.
  var queue = [];
  function load() {
    try { queue = JSON.parse(localStorage.getItem(KEY) || "[]"); } catch (e) { queue = []; }
    queue.forEach(function (item) { item.busy = false; });
  }
  function keep() {
    by("queued").textContent = queue.filter(function (item) { return item.failed; }).length + door.kept;
    var plain = queue.filter(function (item) { return !item.typed; });
    try { localStorage.setItem(KEY, JSON.stringify(plain)); return true; } catch (e) { return false; }
  }
  function strike(item) {
    queue = queue.filter(function (one) { return one !== item; });
    keep();
    if (item.locked) { door.typed.strike(item.fields.nonce).catch(function () {}); }
  }
  function nonce() {
    var bytes = new Uint8Array(12), text = "";
    window.crypto.getRandomValues(bytes);
    for (var i = 0; i < bytes.length; i += 1) { text += ("0" + bytes[i].toString(16)).slice(-2); }
    return text;
  }
  function encode(fields) {
    return Object.keys(fields).map(function (name) { return encodeURIComponent(name) + "=" + encodeURIComponent(fields[name]); }).join("&");
  }
  function within(promise) {
    return Promise.race([promise, new Promise(function (_done, fail) { setTimeout(function () { fail(new Error("timeout")); }, TIMEOUT); })]);
  }
  function ask(address, fields) {
    return within(fetch(address, {
      method: "POST", credentials: "same-origin", redirect: "error", body: encode(fields),
      headers: {"Accept": "application/json", "X-CSRFToken": token, "Content-Type": "application/x-www-form-urlencoded"}
    })).then(function (reply) {
      return reply.json().then(function (body) { return {status: reply.status, body: body}; });
    });
  }
  function tell(text) { trouble.textContent = text || ""; trouble.hidden = !text; }

  // `typed`: the fields tell of a person. door-typed.js keeps them, locked; where the browser cannot, this page alone.
  function submit(address, fields, done, typed) {
    var item = {address: address, fields: fields, at: Date.now(), failed: false, busy: false, shown: false, typed: Boolean(typed)};
    function go() { attempt(item, done); }
    if (!item.fields.nonce) { item.fields.nonce = nonce(); }
    queue.push(item);
    if (!keep()) { tell(say("full")); }
    if (!typed || !door.typed) { go(); return; }
    within(door.typed.keep(item)).then(function () { item.locked = true; }).catch(function () {}).then(go);
  }
  function attempt(item, done) {
    if (item.busy) { return; }
    item.busy = true;
    var waited = Date.now() - item.at, fields = {};
    Object.keys(item.fields).forEach(function (name) { fields[name] = item.fields[name]; });
    if (waited > 2000) { fields.waited_ms = waited; }
    ask(item.address, fields).then(function (reply) {
      item.busy = false;
      var error = reply.body.error || {};
      if (reply.status >= 500) { failed(item); return; }
      if (reply.status === 400 && error.code === "csrf" && !item.renewed) { item.renewed = true; renew(item, done); return; }
      if (reply.status === 401 || reply.status === 403 || reply.status === 404) { item.failed = true; keep(); tell(say("login")); return; }
      strike(item);
      tell("");
      if (reply.status === 422 && reply.body.fields && done && !item.shown) { done(reply.body.fields); return; }
      settle(item, reply.body, error, done);
    }).catch(function () { item.busy = false; failed(item); });
  }
  function renew(item, done) {
    within(fetch(page.getAttribute("data-csrf-url"), {credentials: "same-origin"})).then(function (reply) { return reply.json(); })
      .then(function (body) { token = body.token; attempt(item, done); }).catch(function () { failed(item); });
  }
  function failed(item) {
    item.failed = true; keep();
    if (item.typed && !item.locked) { tell(say("open")); }
    if (!item.shown) { item.shown = true; show({tone: "waiting", sentence: say("kept"), name: "", place: ""}); }
  }
  function settle(item, body, error, done) {
    var result = body.tone ? body : {tone: "refused", name: item.fields.name || "", place: "", time: "", sentence: error.sentence || fieldText(body.fields)};
    if (!item.shown || (Date.now() - item.at < FRESH && answer.hidden)) {
      show(result);
      if (done && result.tone !== "refused") { done(null); }
      if (result.force) { offerForce(item.fields, result); }
    } else if (result.tone === "refused") {
      var line = document.createElement("li");
      line.className = "flash flash-error";
      line.textContent = say("later") + " " + (result.name || item.fields.ticket || "") + " " + result.sentence;
      by("attention").appendChild(line);
    }
    follow(true);
  }
  // Whoever manages the door may overrule this refusal, with a reason.
  function offerForce(fields, result) {
    var panel = by("force"), form = panel && panel.querySelector("form");
    if (!form) { return; }
    form.reset();
    form.elements.ticket.value = fields.ticket || "";
    form.elements.registration_id.value = fields.registration_id || "";
    form.elements.source.value = fields.source || "";
    by("force-who").textContent = result.name;
    panel.hidden = false;
  }
  function fieldText(fields) { return fields ? Object.keys(fields).map(function (name) { return fields[name]; }).join(" ") : ""; }
  setInterval(function () {
    queue.filter(function (item) { return item.failed && !item.busy; }).slice(0, 2).forEach(function (item) { attempt(item); });
  }, RETRY);
  window.addEventListener("online", function () { queue.forEach(function (item) { if (item.failed) { attempt(item); } }); });

  // The answer: colour, shape, sound, vibration. `result.nonce` is the scan's; `quiet` only mends the words.
  function show(result, quiet) {
    SIGNS.forEach(function (name) { answer.classList.remove("answer-" + name); });
    answer.classList.add("answer-" + result.tone);
    Array.prototype.forEach.call(answer.querySelectorAll("[data-sign]"), function (sign) { sign.hidden = sign.getAttribute("data-sign") !== result.tone; });
    by("answer-name").textContent = result.name;
    by("answer-place").textContent = result.place;
    by("answer-line").textContent = (result.tone === "accepted" ? result.time + " " : "") + result.sentence + (result.mark ? " · " + result.mark : "");
    by("answer-first").textContent = result.tone === "again" && result.first ? say("first").replace("{time}", result.first) : "";
    by("answer-clock").textContent = hour(Date.now() + door.offset);
    answer.hidden = false;
    door.shown = result.nonce || "";
    door.tone = result.tone;
    if (quiet) { return; }
    door.since = Date.now();
    signal(result.tone);
    clearTimeout(closing);
    closing = setTimeout(close, HOLD[result.tone]);
  }
  // A moment as the academy's clocks show it.
  function hour(moment) { return new Date(moment + Number(page.getAttribute("data-clock-offset")) * 60000).toISOString().slice(11, 16); }
  function close() {
    clearTimeout(closing);
    answer.hidden = true;
    door.shown = "";
    closed = Date.now();
  }
  answer.addEventListener("click", close);
  document.addEventListener("keydown", function (event) { if (!answer.hidden && (event.key === "Escape" || event.key === "Enter")) { close(); event.preventDefault(); } });
  var NOTES = {accepted: [[880, 0], [1320, 0.1]], again: [[660, 0], [660, 0.18]], refused: [[220, 0], [180, 0.22]], waiting: [[440, 0]]};
  var BUZZ = {accepted: 80, again: [80, 80, 80], refused: [300, 100, 300], waiting: 40};
  function signal(tone) {
    if (navigator.vibrate) { navigator.vibrate(BUZZ[tone]); }
    if (!sound) { return; }
    NOTES[tone].forEach(function (note) {
      var voice = sound.createOscillator(), loudness = sound.createGain(), start = sound.currentTime + note[1];
      voice.type = tone === "refused" ? "sawtooth" : "sine";
      voice.frequency.value = note[0];
      loudness.gain.setValueAtTime(0.35, start);
      loudness.gain.exponentialRampToValueAtTime(0.01, start + 0.17);
      voice.connect(loudness); loudness.connect(sound.destination);
      voice.start(start); voice.stop(start + 0.18);
    });
  }
  // Sound may only begin with a touch.
  function wake() {
    var Context = window.AudioContext || window.webkitAudioContext;
    if (!sound && Context) { sound = new Context(); }
    if (sound && sound.state === "suspended") { sound.resume(); }
  }
  document.addEventListener("click", wake);

  // Names, typed codes, walk-ins.
  var search = by("search"), q = by("q"), found = by("found"), asked = 0, pause = null;
  // Ten characters of a ticket? One in twenty has no digit and could as well be pinyin: then the names come first.
  function codeOf(text) {
    var code = text.toUpperCase().replace(/[\s·-]/g, "");
    return /^[A-Z0-9]{10}$/.test(code) && (/[0-9]/.test(code) || (/^[A-HJKMNP-Z]{10}$/.test(code) && door.find && !door.find(text, found))) ? code : "";
  }
  function look() {
    var mine = asked += 1, text = q.value.trim();
    if (!text || codeOf(text)) { found.innerHTML = ""; return; }
    if (door.find && door.find(text, found)) { return; }
    within(fetch(page.getAttribute("data-people-url") + "?q=" + encodeURIComponent(text), {credentials: "same-origin", redirect: "error"}))
      .then(function (reply) { if (!reply.ok) { throw new Error(reply.status); } return reply.text(); })
      .then(function (html) { if (mine === asked) { found.innerHTML = html; } }).catch(function () {});
  }
  q.addEventListener("input", function () { clearTimeout(pause); pause = setTimeout(look, 250); });
  search.addEventListener("submit", function (event) {
    event.preventDefault();
    var code = codeOf(q.value.trim());
    if (code) {
      asked += 1;
      door.scanned(code, "typed");
      q.value = ""; found.innerHTML = "";
    } else { look(); }
  });
  function values(form) {
    var fields = {};
    Array.prototype.forEach.call(form.elements, function (one) { if (one.name && one.name !== "csrf_token" && one.type !== "submit") { fields[one.name] = one.value; } });
    return fields;
  }
  function complain(form, faults) {
    Array.prototype.forEach.call(form.querySelectorAll(".field-error"), function (line) { line.parentNode.removeChild(line); });
    Object.keys(faults).forEach(function (name) {
      var input = form.querySelector("[name=" + name + "]");
      if (!input) { tell(faults[name]); return; }
      var line = document.createElement("p");
      line.className = "field-error"; line.setAttribute("role", "alert"); line.textContent = faults[name];
      input.setAttribute("aria-invalid", "true");
      input.parentNode.appendChild(line);
      input.focus();
    });
  }
  page.addEventListener("submit", function (event) {
    var form = event.target, button;
    if (form.hasAttribute("data-scan")) {
      event.preventDefault();
      button = form.querySelector("button"); button.disabled = true;
      if (door.take) {
        door.take({registration: Number(form.elements.registration_id.value), source: "search"});
        q.value = ""; found.innerHTML = "";
      } else { submit(form.action, values(form), function () { q.value = ""; found.innerHTML = ""; }); }
      setTimeout(function () { button.disabled = false; }, 1500);
    } else if (form.parentNode === by("force")) {
      event.preventDefault();
      var forced = values(form);
      forced.nonce = nonce();
      submit(form.action, forced, function (faults) {
        complain(form, faults || {});
        if (!faults) { form.parentNode.removeAttribute("open"); form.parentNode.hidden = true; }
      }, true);
    } else if (form.hasAttribute("data-walk-in")) {
      event.preventDefault();
      button = form.querySelector("button.btn-primary"); button.disabled = true;
      setTimeout(function () { button.disabled = false; }, 1500);
      var fields = values(form);
      fields.nonce = nonce();
      submit(form.action, fields, function (faults) {
        complain(form, faults || {});
        if (!faults) { form.reset(); by("walk-in").removeAttribute("open"); }
      }, true);
    }
  });

  // The live count: a cheap question every few seconds, answered by 304 while nothing happens.
  var board = by("board"), following = false;
  function tag() { var part = board.firstElementChild; return part ? part.getAttribute("data-tag") : ""; }
  function follow(now) {
    if (following || (document.hidden && !now)) { return; }
    following = true;
    within(fetch(page.getAttribute("data-board-url"), {
      credentials: "same-origin", redirect: "error", cache: "no-store", headers: {"If-None-Match": "\"" + tag() + "\""}
    })).then(function (reply) {
      following = false;
      if (reply.status === 403 || reply.status === 404) { tell(say("login")); }
      if (reply.status !== 200) { return null; }
      return reply.text().then(function (html) {
        var open = {}, inside = board.contains(document.activeElement) && document.activeElement !== document.body;
        if (inside) { return; }
        Array.prototype.forEach.call(board.querySelectorAll("[data-keep-open]"), function (one) { open[one.id] = one.open; });
        board.innerHTML = html;
        Array.prototype.forEach.call(board.querySelectorAll("[data-keep-open]"), function (one) { one.open = Boolean(open[one.id]); });
        var part = board.firstElementChild;
        by("here").textContent = part.getAttribute("data-here");
        by("expected").textContent = part.getAttribute("data-expected");
      });
    }).catch(function () { following = false; });
  }
  setInterval(function () { follow(false); }, 4000);

  door.tell = tell;
  door.offerForce = offerForce;
  door.show = show;
  door.close = close;
  door.hour = hour;
  door.count = keep;
  // What waited when the page was closed.
  door.resume = function (items) {
    items.filter(function (item) {
      return !queue.some(function (one) { return one.fields.nonce === item.fields.nonce; });
    }).forEach(function (item) {
      item.typed = item.locked = item.failed = item.shown = true;
      queue.push(item);
      attempt(item);
    });
    keep();
  };
  door.follow = follow;
  // Whether the answer on the screen must stand a little longer before the next one may take its place.
  door.busy = function () { return !answer.hidden && Date.now() - door.since < (door.tone === "refused" ? 1500 : 700); };
  door.scanned = function (text, source) {
    if (door.take) { return door.take({text: text, source: source}); }
    submit(page.getAttribute("data-scan-url"), {ticket: text, source: source, direction: door.direction});
  };
  load(); keep();
  queue.forEach(function (item) { item.failed = true; item.shown = true; });
  if (queue.length) { keep(); queue.forEach(function (item) { attempt(item); }); }
})();
