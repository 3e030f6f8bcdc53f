// Follows the device's light or dark setting; runs before the first paint. Plain ES5 for old WebViews.
(function () {
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function set() { document.documentElement.setAttribute("data-bs-theme", dark.matches ? "dark" : "light"); }
  set();
  if (dark.addListener) { dark.addListener(set); }
})();
