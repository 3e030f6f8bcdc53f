// Asks the worker to keep this ticket and what its page needs. Plain ES5; where there is no worker, nothing happens.
(function () {
  var script = document.currentScript;
  if (!("serviceWorker" in navigator) || !window.MessageChannel) { return; }
  var note = document.querySelector("[data-kept]");
  navigator.serviceWorker.register(script.getAttribute("data-worker")).then(function () {
    return navigator.serviceWorker.ready;
  }).then(function (registered) {
    var needed = [window.location.pathname, script.getAttribute("data-picture")];
    Array.prototype.forEach.call(document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src]"), function (part) {
      needed.push(part.href || part.src);
    });
    var channel = new MessageChannel();
    channel.port1.onmessage = function () { if (note) { note.hidden = false; } };
    registered.active.postMessage({ keep: needed }, [channel.port2]);
  }, function () { return null; });
})();
