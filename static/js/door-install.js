// The door as an application of its own: its worker, and the browser's offer to put it on the home screen.
const by = (id) => document.getElementById(id);

// Registers the worker and has it keep this door's page. Gives whether the page will open without network.
export async function keepPage(page) {
  if (!("serviceWorker" in navigator) || !window.MessageChannel) { return false; }
  const registered = await navigator.serviceWorker.register(page.dataset.worker, {type: "module", scope: page.dataset.scope, updateViaCache: "none"});
  if (page.dataset.kept) { return true; }
  await navigator.serviceWorker.ready;
  return new Promise((done) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = (event) => done(event.data === "kept");
    registered.active.postMessage({keep: Number(page.dataset.slot)}, [channel.port2]);
  });
}

// What the browser has queued is sent even when the page is gone, where the browser can.
export async function askForSync() {
  if (!("serviceWorker" in navigator) || !("SyncManager" in window)) { return; }
  const registered = await navigator.serviceWorker.getRegistration();
  if (registered && registered.sync) { await registered.sync.register("door-upload").catch(() => null); }
}

export function offerInstall() {
  const button = by("install");
  let offer = null;
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer = event;
    button.hidden = false;
  });
  button.addEventListener("click", () => { if (offer) { offer.prompt(); } button.hidden = true; });
  window.addEventListener("appinstalled", () => { button.hidden = true; });
  // Storage that the browser does not clear by itself.
  if (navigator.storage && navigator.storage.persist) { navigator.storage.persist().catch(() => false); }
}
