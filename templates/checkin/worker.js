// Keeps the doors that were opened, so that they open without network, also after the browser was closed.
// Scope: doors alone. It keeps their pages without anybody's name in them, and the files that they need.
import * as store from "{{ url_for('static', filename='js/door-store.js') }}";
import {deliverAlone, refused} from "{{ url_for('static', filename='js/door-upload.js') }}";

const VERSION = "{{ version }}";
const KEPT = `door-${VERSION}`;
// Path → version of every file.
const PARTS = new Map({{ parts|tojson }}.map((address) => { const one = new URL(address, self.location.href); return [one.pathname, one.searchParams.get("v")]; }));
const CSRF = "{{ url_for('web.csrf') }}", OPEN = "{{ url_for('checkin.open_door') }}";
const BASE = "{{ url_for('checkin.index') }}/";
// With a kept page at hand the network gets so long, in milliseconds.
const SHORT = 2500, LONG = 30000;
// Pages that came newer than this worker: their files are not mixed with its own.
const newer = new Set();

const pageOf = (slot) => BASE + slot;
function slotOf(path) {
  const found = path.indexOf(BASE) === 0 && /^\d+$/.exec(path.slice(BASE.length));
  return found ? Number(found[0]) : 0;
}
function within(promise, ms) {
  return Promise.race([promise, new Promise((_done, fail) => { setTimeout(() => fail(new Error("timeout")), ms); })]);
}

// A page for the shelf. Gone is gone: what is not answered with a page is not kept either.
async function keepPage(cache, slot) {
  const reply = await fetch(`${pageOf(slot)}?kept=1`, {credentials: "same-origin", cache: "no-store"});
  if (reply.status >= 500) { throw new Error(String(reply.status)); }
  if (!reply.ok || reply.redirected) { await cache.delete(pageOf(slot)); return false; }
  await cache.put(pageOf(slot), reply);
  return true;
}

async function install() {
  const cache = await caches.open(KEPT);
  // All or nothing: while one file is missing the old version goes on.
  await Promise.all(Array.from(PARTS.entries()).map(async ([path, version]) => {
    const reply = await fetch(`${path}?v=${version}`, {cache: "no-cache"});
    if (!reply.ok) { throw new Error(path); }
    await cache.put(path, reply);
  }));
  for (const kept of await store.allPacks()) { await keepPage(cache, kept.slot); }
  await self.skipWaiting();
}
self.addEventListener("install", (event) => event.waitUntil(install()));

async function activate() {
  const names = (await caches.keys()).filter((name) => name.indexOf("door-") === 0 && name !== KEPT);
  await Promise.all(names.map((name) => caches.delete(name)));
  await store.wipeExpired(pageOf);
  await self.clients.claim();
}
self.addEventListener("activate", (event) => event.waitUntil(activate()));

async function part(request, path, version, client) {
  const kept = await (await caches.open(KEPT)).match(path);
  if (kept && !newer.has(client) && (version === null || version === PARTS.get(path))) { return kept; }
  try { return await fetch(request); } catch (fault) { if (kept) { return kept; } throw fault; }
}

// The page was not given: is this phone still allowed to keep it?
async function askWhether(slot) {
  const kept = await store.pack(slot);
  const reply = await fetch(`${pageOf(slot)}/pack?have=${kept ? kept.body.roster : ""}`, {credentials: "same-origin", cache: "no-store"});
  if (refused(reply)) { await store.wipe(slot, pageOf(slot)); }
}

// Network first; the kept page when that is late or gone.
async function page(event, slot) {
  await store.wipeExpired(pageOf);
  const kept = await (await caches.open(KEPT)).match(pageOf(slot));
  try {
    const reply = await within(fetch(event.request), kept ? SHORT : LONG);
    if (reply.status >= 500 && kept) { return kept; }
    if (!reply.ok) { event.waitUntil(askWhether(slot)); }
    const version = reply.headers.get("X-Door-Version");
    if (version && version !== VERSION) { newer.add(event.resultingClientId); event.waitUntil(self.registration.update()); }
    return reply;
  } catch (fault) {
    if (kept) { return kept; }
    throw fault;
  }
}

// The installed application opens: without network the kept door that is open or opens next.
async function opening(event) {
  try { return await within(fetch(event.request), SHORT); } catch (fault) {
    const packs = (await store.allPacks()).sort((one, other) => one.body.slot.opens_at - other.body.slot.opens_at);
    const next = packs.find((kept) => kept.body.slot.closes_at >= Date.now() + (kept.offset || 0)) || packs.pop();
    if (!next) { throw fault; }
    return Response.redirect(pageOf(next.slot));
  }
}

self.addEventListener("fetch", (event) => {
  const request = event.request, address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) { return; }
  if (PARTS.has(address.pathname)) {
    event.respondWith(part(request, address.pathname, address.searchParams.get("v"), event.clientId));
  } else if (request.mode === "navigate" && slotOf(address.pathname)) {
    event.respondWith(page(event, slotOf(address.pathname)));
  } else if (request.mode === "navigate" && address.pathname === OPEN) {
    event.respondWith(opening(event));
  }
});

self.addEventListener("message", (event) => {
  const slot = event.data && event.data.keep;
  if (!slot) { return; }
  event.waitUntil(caches.open(KEPT).then((cache) => keepPage(cache, slot))
    .then((done) => event.ports[0].postMessage(done ? "kept" : "gone"), () => event.ports[0].postMessage("fault")));
});

// The network is back and no page may be open: what waits is sent, slot by slot.
async function deliverAll() {
  const slots = new Set((await store.allWaiting()).map((scan) => scan.slot));
  for (const slot of slots) {
    const done = await deliverAlone({slot, scans: `${pageOf(slot)}/scans`, csrf: CSRF});
    if (done.state === "fault") { throw new Error("later"); }
  }
}
self.addEventListener("sync", (event) => { if (event.tag === "door-upload") { event.waitUntil(deliverAll()); } });
