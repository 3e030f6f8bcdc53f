// A quiz on the phone: each answer is sent as it is given, and waits on the phone while there is no network. Plain ES5.
(function () {
  var done = document.querySelector("[data-quiz-done]");
  function forget(id) { try { window.localStorage.removeItem("quiz-" + id); } catch (_error) { /* no storage: nothing was kept */ } }
  if (done) { forget(done.getAttribute("data-quiz-done")); return; }
  var form = document.getElementById("try");
  if (!form || !window.fetch || !window.URLSearchParams) { return; }
  var id = form.getAttribute("data-try"), url = form.getAttribute("data-answers");
  var token = document.querySelector("meta[name=csrf-token]").getAttribute("content");
  var state = form.querySelector("[data-state]"), busy = false, waiting = read(), leaving = false;

  function read() { try { return JSON.parse(window.localStorage.getItem("quiz-" + id)) || {}; } catch (_error) { return {}; } }
  function write() {
    try {
      if (Object.keys(waiting).length) { window.localStorage.setItem("quiz-" + id, JSON.stringify(waiting)); } else { forget(id); }
    } catch (_error) { /* no storage: the answers are sent all the same */ }
  }
  function say(name) { state.textContent = name ? form.getAttribute("data-" + name) : ""; }
  function inputs(question) { return Array.prototype.slice.call(form.querySelectorAll("[name=q" + question + "]")); }
  function chosen(question) { return inputs(question).filter(function (one) { return one.checked; }).map(function (one) { return one.value; }); }
  function each(selector, call) { Array.prototype.forEach.call(form.querySelectorAll(selector), call); }

  function paint() {
    var count = 0;
    each("[data-question]", function (box) { if (chosen(box.getAttribute("data-question")).length) { count += 1; box.classList.remove("question-open"); } });
    each(".option", function (option) { option.classList.toggle("is-chosen", option.querySelector("input").checked); });
    form.querySelector("[data-answered]").textContent = count;
    form.querySelector("[data-progress]").value = count;
  }
  function send() {
    var question = Object.keys(waiting)[0];
    if (busy || leaving || question === undefined) { return; }
    var options = waiting[question], body = new URLSearchParams();
    body.append("question", question);
    options.forEach(function (option) { body.append("option", option); });
    busy = true; say("keeping");
    fetch(url, { method: "POST", credentials: "same-origin", body: body, headers: { "X-CSRFToken": token, Accept: "application/json" } })
      .then(function (answer) {
        if (answer.status === 409) { forget(id); leaving = true; window.location.reload(); return; }
        if (!answer.ok || answer.redirected) { throw new Error(String(answer.status)); }
        // What was chosen meanwhile is sent next.
        if (String(waiting[question]) === String(options)) { delete waiting[question]; write(); }
        form.querySelector("[name=w" + question + "]").value = options.join(",");
        busy = false; say("kept"); send();
      })
      .catch(function () { busy = false; say("offline"); window.setTimeout(send, 5000); });
  }
  form.addEventListener("change", function (event) {
    var found = /^q(\d+)$/.exec(event.target.name || "");
    if (!found) { return; }
    waiting[found[1]] = chosen(found[1]);
    write(); paint(); send();
  });
  form.addEventListener("submit", function () { leaving = true; });
  window.addEventListener("pageshow", function () { leaving = false; send(); });
  window.addEventListener("online", send);

  var left = form.getAttribute("data-seconds");
  if (left !== null) {
    // By how long it takes, not by what the phone's clock says.
    var ends = Date.now() + Number(left) * 1000, shown = form.querySelector("[data-time]"), clock = window.setInterval(function () {
      var seconds = Math.max(0, Math.round((ends - Date.now()) / 1000)), rest = seconds % 60;
      if (seconds < 3600) { shown.textContent = form.getAttribute("data-left") + " " + Math.floor(seconds / 60) + ":" + (rest < 10 ? "0" : "") + rest; }
      shown.parentNode.classList.toggle("is-short", seconds <= 60);
      if (!seconds) {
        window.clearInterval(clock);
        var sure = document.createElement("input");
        sure.type = "hidden"; sure.name = "do"; sure.value = "time";
        form.appendChild(sure); form.submit();
      }
    }, 500);
  }
  // What this phone kept while there was no network.
  Object.keys(waiting).forEach(function (question) {
    if (!form.querySelector("[name=w" + question + "]")) { delete waiting[question]; return; }
    inputs(question).forEach(function (one) { one.checked = waiting[question].indexOf(one.value) >= 0; });
  });
  // What was tapped before this script had come.
  each("[data-question]", function (box) {
    var question = box.getAttribute("data-question");
    if (chosen(question).join(",") !== form.querySelector("[name=w" + question + "]").value) { waiting[question] = chosen(question); }
  });
  write();
  var open = form.querySelector("[data-open-questions]");
  if (open) { open.focus(); }
  paint(); send();
})();
