// Checks a certificate's file without sending it: its fingerprints are reckoned here, and only they are sent. Plain ES5.
// What this page cannot do (no WebCrypto without HTTPS), the form does by itself: then the file is sent.
// training_app/certificates/fingerprints.py reckons the same.
(function () {
  var form = document.querySelector("[data-verify-file]");
  var subtle = window.crypto && window.crypto.subtle;
  if (!form || !subtle || !window.Uint8Array || !window.FileReader || !window.Promise) { return; }
  var ENDS = 3, LARGEST = 20 * 1024 * 1024, MARK = [37, 37, 69, 79, 70]; // %%EOF
  var input = form.querySelector("input[type=file]"), drop = form.querySelector("[data-drop]");
  var problem = form.querySelector("[data-problem]"), busy = form.querySelector("[data-busy]");
  form.querySelector("[data-stays]").hidden = false;
  form.querySelector("[data-is-sent]").hidden = true;

  function say(which) {
    busy.hidden = true;
    problem.hidden = !which;
    problem.textContent = which ? form.getAttribute("data-" + which) : "";
  }
  function marked(bytes, at) {
    for (var n = 0; n < MARK.length; n += 1) { if (bytes[at + n] !== MARK[n]) { return false; } }
    return true;
  }
  function isPaper(bytes) {
    if (bytes[0] === 137 && bytes[1] === 80 && bytes[2] === 78 && bytes[3] === 71) { return true; }
    var last = Math.min(1019, bytes.length - 5);
    for (var n = 0; n <= last; n += 1) {
      if (bytes[n] === 37 && bytes[n + 1] === 80 && bytes[n + 2] === 68 && bytes[n + 3] === 70 && bytes[n + 4] === 45) { return true; }
    }
    return false;
  }
  function lengths(bytes) {
    var found = [bytes.length], at = bytes.length - MARK.length, ends = 0;
    for (; at >= 0 && ends < ENDS; at -= 1) {
      if (marked(bytes, at)) {
        var end = at + MARK.length;
        var line = bytes[end] === 13 && bytes[end + 1] === 10 ? 2 : bytes[end] === 13 || bytes[end] === 10 ? 1 : 0;
        if (found.indexOf(end + line) < 0) { found.push(end + line); }
        if (found.indexOf(end) < 0) { found.push(end); }
        ends += 1;
      }
    }
    return found;
  }
  function hex(buffer) {
    return Array.prototype.map.call(new Uint8Array(buffer), function (byte) { return ("0" + byte.toString(16)).slice(-2); }).join("");
  }
  function send(digests) {
    digests.forEach(function (digest) {
      var field = document.createElement("input");
      field.type = "hidden"; field.name = "sha256"; field.value = digest;
      form.appendChild(field);
    });
    input.disabled = true;
    form.submit();
  }
  function check(file) {
    if (!file) { say("none"); return; }
    if (file.size > LARGEST) { say("large"); return; }
    say("");
    busy.hidden = false;
    var reader = new FileReader();
    reader.onerror = function () { say("unread"); };
    reader.onload = function () {
      var bytes = new Uint8Array(reader.result);
      if (!isPaper(bytes)) { say("foreign"); return; }
      Promise.all(lengths(bytes).map(function (length) { return subtle.digest("SHA-256", bytes.subarray(0, length)); }))
        .then(function (found) { send(found.map(hex)); }, function () { say("unread"); });
    };
    reader.readAsArrayBuffer(file);
  }

  form.addEventListener("submit", function (event) { event.preventDefault(); check(input.files[0]); });
  input.addEventListener("change", function () { if (input.files[0]) { check(input.files[0]); } });
  ["dragenter", "dragover"].forEach(function (name) {
    drop.addEventListener(name, function (event) { event.preventDefault(); drop.classList.add("over"); });
  });
  drop.addEventListener("dragleave", function () { drop.classList.remove("over"); });
  drop.addEventListener("drop", function (event) {
    event.preventDefault();
    drop.classList.remove("over");
    check(event.dataTransfer.files[0]);
  });
  // A page that comes back from the browser's memory starts anew.
  window.addEventListener("pageshow", function () {
    input.disabled = false;
    say("");
    Array.prototype.forEach.call(form.querySelectorAll("[name=sha256]"), function (field) { field.parentNode.removeChild(field); });
  });
})();
