// What the phone keeps of a door. Read by the page and by its worker.
//   door-packs  packs: one a slot, its names locked; attention: what the server answered otherwise. Wiped after the event, and by a kiosk.
//   door-queue  scans: what waits to be sent; faults: what the server would not take; contact: one a slot.
//   door-typed  items: walk-ins that wait to be sent, locked under keys.device, which can be used and never read.
// The queue holds no names, and outlives a login: a fact that was scanned is never thrown away.
const opened = {};

function open(name, version, make) {
  if (!opened[name]) {
    opened[name] = new Promise((done, fail) => {
      const request = indexedDB.open(name, version);
      request.onupgradeneeded = () => make(request.result);
      request.onsuccess = () => {
        const database = request.result, forget = () => { delete opened[name]; };
        database.onversionchange = () => { database.close(); forget(); };
        database.onclose = forget;
        done(database);
      };
      request.onerror = () => { delete opened[name]; fail(request.error); };
    });
  }
  return opened[name];
}
const packs = () => open("door-packs", 1, (database) => {
  database.createObjectStore("packs", {keyPath: "slot"});
  database.createObjectStore("attention", {keyPath: "nonce"}).createIndex("slot", "slot");
});
const queue = () => open("door-queue", 1, (database) => {
  database.createObjectStore("scans", {keyPath: "nonce"}).createIndex("slot", "slot");
  database.createObjectStore("faults", {keyPath: "nonce"}).createIndex("slot", "slot");
  database.createObjectStore("contact", {keyPath: "slot"});
});
const typed = () => open("door-typed", 1, (database) => {
  database.createObjectStore("items", {keyPath: "nonce"}).createIndex("slot", "slot");
  database.createObjectStore("keys", {keyPath: "id"});
});

// Runs `work(store)`; the result of the request that it gives comes once everything is written.
async function within(opening, name, mode, work, durability = "default") {
  const database = await opening();
  return new Promise((done, fail) => {
    const transaction = database.transaction(name, mode, {durability}), request = work(transaction.objectStore(name));
    transaction.oncomplete = () => done(request ? request.result : undefined);
    transaction.onabort = transaction.onerror = () => fail(transaction.error);
  });
}
const read = (opening, name, work) => within(opening, name, "readonly", work);
const write = (opening, name, work) => within(opening, name, "readwrite", work);

export const pack = (slot) => read(packs, "packs", (store) => store.get(slot));
export const allPacks = () => read(packs, "packs", (store) => store.getAll());
// `change(kept)` alters the pack of a slot that has one.
export const changePack = (slot, change) => write(packs, "packs", (store) => {
  store.get(slot).onsuccess = (event) => {
    const kept = event.target.result;
    if (kept) { change(kept); store.put(kept); }
  };
});
export const keepPack = (kept) => write(packs, "packs", (store) => store.put(kept));

export const waiting = (slot) => read(queue, "scans", (store) => store.index("slot").getAll(slot));
export const allWaiting = () => read(queue, "scans", (store) => store.getAll());
// On the phone's memory itself when this comes back: a flat battery loses no scan.
export const enqueue = (scan) => within(queue, "scans", "readwrite", (store) => store.put(scan), "strict");
export const strike = (nonces) => write(queue, "scans", (store) => { nonces.forEach((nonce) => store.delete(nonce)); });

// What needs a person's eyes, until she has said so.
const ofSlot = (slot) => (store) => store.index("slot").getAll(slot);
export const attend = (entry) => write(packs, "attention", (store) => store.put(entry));
export const keepFault = (fault) => write(queue, "faults", (store) => store.put(fault));
export async function attention(slot) {
  return (await read(queue, "faults", ofSlot(slot))).concat(await read(packs, "attention", ofSlot(slot)));
}
export async function seen(nonces) {
  const strikeOut = (store) => { nonces.forEach((nonce) => store.delete(nonce)); };
  await write(packs, "attention", strikeOut);
  await write(queue, "faults", strikeOut);
}

// What was typed of people, each {nonce, slot, iv, data}.
export const keepTyped = (item) => within(typed, "items", "readwrite", (store) => store.put(item), "strict");
export const allTyped = (slot) => read(typed, "items", ofSlot(slot));
export const strikeTyped = (nonce) => write(typed, "items", (store) => store.delete(nonce));
// This phone's own key; `make` gives a new one where there is none.
export async function deviceKey(make) {
  const find = () => read(typed, "keys", (store) => store.get("device"));
  let kept = await find();
  if (!kept) {
    const key = await make();
    // Another tab may have been quicker: the first one counts.
    await write(typed, "keys", (store) => store.add({id: "device", key})).catch(() => null);
    kept = await find();
  }
  return kept.key;
}

// {slot, at (this device's clock), offset (ms to add to reach the server's clock)}
export const contact = (slot) => read(queue, "contact", (store) => store.get(slot));
export const keepContact = (kept) => write(queue, "contact", (store) => store.put(kept));

// Everything that a slot left on the phone, but what waits to be sent.
export async function wipe(slot, page) {
  await write(packs, "packs", (store) => store.delete(slot));
  await write(packs, "attention", (store) => {
    store.index("slot").openCursor(slot).onsuccess = (event) => {
      const cursor = event.target.result;
      if (cursor) { cursor.delete(); cursor.continue(); }
    };
  });
  if (typeof caches !== "undefined") {
    const names = (await caches.keys()).filter((name) => name.indexOf("door-") === 0);
    await Promise.all(names.map(async (name) => (await caches.open(name)).delete(page)));
  }
}

// What this browser shows of any door without network. What waits to be sent stays.
export async function wipeAll() {
  if (typeof caches !== "undefined") {
    const names = (await caches.keys()).filter((name) => name.indexOf("door-") === 0);
    await Promise.all(names.map(async (name) => {
      const cache = await caches.open(name), kept = await cache.keys();
      await Promise.all(kept.filter((one) => /\/checkin\/\d+$/.test(new URL(one.url).pathname)).map((one) => cache.delete(one)));
    }));
  }
  await write(packs, "packs", (store) => store.clear());
  await write(packs, "attention", (store) => store.clear());
}

// Wipes every slot whose time is over, however long the browser was closed. `pageOf(slot)` is its address.
export async function wipeExpired(pageOf, now = Date.now()) {
  for (const kept of await allPacks()) {
    if (now + (kept.offset || 0) > kept.expires_at) { await wipe(kept.slot, pageOf(kept.slot)); }
  }
}
