// Keeps tickets that were opened, so that they open in a hall without network. Scope: tickets alone.
var KEPT = "tickets-1";

self.addEventListener("install", function () { self.skipWaiting(); });

self.addEventListener("activate", function (event) {
  event.waitUntil(caches.keys().then(function (names) {
    return Promise.all(names.map(function (name) {
      if (name.indexOf("tickets-") === 0 && name !== KEPT) { return caches.delete(name); }
    }));
  }).then(function () { return self.clients.claim(); }));
});

function remember(request, response) {
  var copy = response.clone();
  return caches.open(KEPT).then(function (cache) {
    // A ticket that no longer counts is not kept either.
    return response.ok ? cache.put(request, copy) : cache.delete(request);
  });
}

function fromNetwork(request) {
  return new Promise(function (resolve, reject) {
    var timer = setTimeout(reject, 4000);
    fetch(request).then(function (response) {
      clearTimeout(timer);
      if (response.status < 500) { remember(request, response); }
      resolve(response);
    }, function (fault) { clearTimeout(timer); reject(fault); });
  });
}

self.addEventListener("fetch", function (event) {
  var request = event.request;
  var address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) { return; }
  if (address.pathname.indexOf("/t/") !== 0 && address.pathname.indexOf("/static/") !== 0) { return; }
  event.respondWith(fromNetwork(request).catch(function () {
    return caches.match(request).then(function (found) { return found || Response.error(); });
  }));
});

self.addEventListener("message", function (event) {
  var keep = event.data && event.data.keep;
  if (!keep) { return; }
  event.waitUntil(Promise.all(keep.map(function (address) {
    return fetch(address, { credentials: "same-origin" }).then(function (response) {
      return response.ok ? remember(address, response) : null;
    });
  })).then(function () { event.ports[0].postMessage("kept"); }, function () { return null; }));
});
