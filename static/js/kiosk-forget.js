// A door that was kept on this tablet for a hall without network would open behind the kiosk's back, names and all.
// A module: a browser that knows none never kept a door.
import * as store from "./door-store.js";

const page = document.getElementById("kiosk");
if (page && window.indexedDB) {
  store.wipeAll().then(() => { page.dataset.forgotten = "1"; }).catch(() => null);
}
