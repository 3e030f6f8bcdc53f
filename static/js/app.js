// Copy buttons, forms sent once, the offline banner, the rail's menu on phones. Plain ES5: Chromium 64 and later.
(function () {
  function copied(button) {
    var words = button.getAttribute("data-copied");
    if (words) { button.textContent = words; }
  }
  function copyByHand(text) {
    var area = document.createElement("textarea");
    area.value = text; area.className = "visually-hidden"; document.body.appendChild(area); area.select();
    var done = document.execCommand("copy");
    document.body.removeChild(area);
    return done;
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-copy]");
    if (!button) { return; }
    var source = document.querySelector(button.getAttribute("data-copy"));
    if (!source) { return; }
    var text = source.value === undefined ? source.textContent : source.value;
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(text).then(function () { copied(button); }, function () { if (copyByHand(text)) { copied(button); } });
    } else if (copyByHand(text)) { copied(button); }
  });
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post" || event.defaultPrevented) { return; }
    if (form.getAttribute("data-sent")) { event.preventDefault(); return; }
    if (form.classList.contains("logout") && window.caches && window.indexedDB) { event.preventDefault(); forgetDoors(function () { form.submit(); }); }
    form.setAttribute("data-sent", "1");
  });
  // Whoever logs out leaves no list of a door behind; what waits to be sent stays for the next login.
  function forgetDoors(done) {
    var left = function () { if (done) { done(); } done = null; };
    setTimeout(left, 1000);
    window.indexedDB.deleteDatabase("door-packs");
    window.caches.keys().then(function (names) {
      return Promise.all(names.filter(function (name) { return name.indexOf("door-") === 0; }).map(function (name) { return window.caches.delete(name); }));
    }).then(left, left);
  }
  window.addEventListener("pageshow", function () {
    Array.prototype.forEach.call(document.querySelectorAll("form[data-sent]"), function (form) { form.removeAttribute("data-sent"); });
  });
  var banner = document.querySelector("[data-offline-banner]");
  function network() { if (banner) { banner.hidden = navigator.onLine; } }
  window.addEventListener("online", network); window.addEventListener("offline", network); network();
  var menu = document.querySelector("[data-rail-menu]");
  if (menu && window.innerWidth < 900) { menu.removeAttribute("open"); }
  // Tabs that do not fit on a phone slide sideways; the open one stands in view.
  Array.prototype.forEach.call(document.querySelectorAll(".tabs [aria-current]"), function (tab) {
    var row = tab.parentNode;
    row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  });
})();
