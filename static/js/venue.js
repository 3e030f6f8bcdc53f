// The page behind the venue's code: waits for the opening, and asks the phone for its place where the event does.
// Plain ES5: the WebViews of old phones.
(function () {
  function by(id) { return document.getElementById(id); }
  function all(query) { return Array.prototype.slice.call(document.querySelectorAll(query)); }

  // Waiting asks the server nothing: the button is here already, and is shown by the server's clock. What
  // people tap then arrives spread, for each phone waits up to four seconds longer.
  var wait = by("wait");
  if (wait) {
    var opens = Number(wait.getAttribute("data-opens")) + Math.random() * 4000, told = Number(wait.getAttribute("data-now"));
    // The page was made when its first byte came, not when this line runs.
    var timing = window.performance && window.performance.timing, made = timing && timing.responseStart ? timing.responseStart : Date.now();
    var steady = window.performance && window.performance.now ? window.performance.now() - (Date.now() - made) : null;
    var left = by("left"), timer = null;
    var now = function () {
      // Two clocks: the phone's, which someone may set, and one that only stands still while the phone sleeps.
      var byClock = told + Date.now() - made;
      return steady === null ? byClock : Math.max(byClock, told + window.performance.now() - steady);
    };
    var fill = function (name, values) {
      return left.getAttribute("data-" + name).replace(/\{(\w)\}/g, function (_all, key) { return String(values[key]); });
    };
    var wake = function () {
      clearInterval(timer);
      wait.hidden = true;
      all("[data-when-open]").forEach(function (part) { part.hidden = false; });
      document.title = wait.getAttribute("data-open-title");
      by("woken").textContent = by("woken").getAttribute("data-say");
      if (navigator.vibrate) { try { navigator.vibrate(200); } catch (_never) { /* a page that was never touched may not */ } }
      wait = null;
    };
    var tick = function () {
      if (!wait) { return; }
      var seconds = Math.ceil((opens - now()) / 1000);
      if (seconds <= 0) { wake(); return; }
      var minutes = Math.floor(seconds / 60);
      left.textContent = minutes >= 60
        ? fill("hours", {h: Math.floor(minutes / 60), m: minutes % 60})
        : fill("minutes", {m: minutes, s: seconds % 60});
      left.hidden = false;
    };
    timer = setInterval(tick, 500);
    // A locked phone stops the timer; whoever unlocks it sees at once what time it is.
    document.addEventListener("visibilitychange", tick);
    window.addEventListener("pageshow", tick);
    window.addEventListener("focus", tick);
    tick();
  }

  // The place: asked for at the tap, filled into the form, sent with it. What the phone does not say is sent empty.
  all("form[data-position]").forEach(function (form) {
    var asking = false, known = false;
    form.addEventListener("submit", function (event) {
      if (known) { return; }
      if (!navigator.geolocation) { return; }
      event.preventDefault();
      if (asking) { return; }
      asking = true;
      var note = by("locating"), chooser = event.submitter;
      note.textContent = note.getAttribute("data-say");
      var send = function () {
        known = true; asking = false;
        note.textContent = "";
        // The button that was pressed says what is meant (choosing a subdistrict without scripts).
        if (chooser && chooser.name) {
          var kept = document.createElement("input");
          kept.type = "hidden"; kept.name = chooser.name; kept.value = chooser.value;
          form.appendChild(kept);
        }
        form.submit();
      };
      navigator.geolocation.getCurrentPosition(function (found) {
        form.elements.latitude.value = found.coords.latitude;
        form.elements.longitude.value = found.coords.longitude;
        form.elements.accuracy.value = found.coords.accuracy;
        send();
      }, send, {enableHighAccuracy: true, timeout: 12000, maximumAge: 30000});
    });
    window.addEventListener("pageshow", function () { known = false; });
  });
})();
