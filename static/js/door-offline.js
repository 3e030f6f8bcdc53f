// The door that goes on without network: decides by the pack, writes down, shows, and lets the server confirm.
import * as store from "./door-store.js";
import {decide} from "./door-decide.js";
import {moved, personOf, ready, refresh} from "./door-pack.js";
import {deliverAlone, difference, useToken} from "./door-upload.js";
import {askForSync, keepPage, offerInstall} from "./door-install.js";
import * as view from "./door-view.js";

const door = window.door, page = door && door.page;
// How often an unsent scan is tried, news are asked for, and a sign of life is given.
const RETRY = 3000, NEWS = 20000, LIFE = 60000, DEAD = 30000, PATIENCE = 7000;
// An answer that comes so late is not thrown over what is on the screen now.
const FRESH = 20000;
const slot = Number(page.dataset.slot);
const at = {slot, holder: page.dataset.holder, scans: page.dataset.scansUrl, pack: page.dataset.packUrl, csrf: page.dataset.csrfUrl};
const address = new URL(page.dataset.doorUrl, location.href).pathname;
let pack = null, kept = null, contact = null, dead = false, sending = null, again = false, asking = null;
const shown = new Map();

const words = JSON.parse(page.dataset.words);
const clock = () => Date.now() + door.offset;

async function make() {
  pack = kept ? await ready(kept, await store.waiting(slot), page.dataset.noble) : null;
  if (pack) { door.offset = pack.offset; }
  view.board(pack);
}

async function begin() {
  await store.wipeExpired((one) => address.replace(/\d+$/, one));
  kept = await store.pack(slot).catch(() => null) || null;
  // Another login than the one that this was kept for: nothing of it is shown.
  if (kept && !page.dataset.kept && kept.holder !== at.holder) { await store.wipe(slot, address); kept = null; }
  contact = await store.contact(slot) || null;
  if (contact) { door.offset = contact.offset; }
  useToken(page.dataset.kept ? "" : document.querySelector("meta[name=csrf-token]").content);
  if (kept) { await make().catch(() => { pack = null; }); }
}

// An answer of the phone itself, in the words of the page.
function answerOf(decision, person, moment) {
  const ticket = pack.tickets.get(decision.registration), before = pack.inside.get(decision.registration);
  return {
    tone: decision.tone, sentence: words.sentences[decision.code] || "", name: person.name, place: person.place,
    time: door.hour(moment), first: decision.code === "duplicate" && before ? door.hour(before + door.offset) : "",
    mark: (ticket && words.marks[ticket.as_whom]) || ""
  };
}

// Everything that is shown at this door comes in here: {text} or {registration}, with its source.
async function take(what) {
  await starting;
  const moment = Date.now(), nonce = door.nonce(), direction = what.direction || door.direction;
  let decision = null, person = null;
  if (pack && clock() <= pack.expires_at) {
    try {
      decision = await decide(what, pack, moment + door.offset, direction);
      person = await personOf(decision, pack);
    } catch (_unable) { decision = null; }
  }
  const scan = {nonce, slot, source: what.source, direction, at: moment, said: decision ? decision.code : "", who: decision ? decision.registration : 0};
  if (what.text === undefined) { scan.registration = what.registration; } else { scan.ticket = what.text.trim().slice(0, 600); }
  // Written down before it is shown.
  try { await store.enqueue(scan); } catch (_full) { door.tell(door.say("full")); return; }
  shown.set(nonce, {moment, decided: Boolean(decision), what, direction});
  if (decision) {
    door.show(Object.assign({nonce}, answerOf(decision, person, moment + door.offset)));
    requestAnimationFrame(() => performance.mark("door-shown"));
    view.arrived(decision, person, pack, direction, door.hour(moment + door.offset));
    moved(pack, decision.registration, decision.code, direction, moment);
    if (direction === "undo") { view.withdrawn(decision.registration); }
    offerUndo(decision.code, person.name, what, decision.registration, direction);
    view.board(pack);
  } else {
    setTimeout(() => waitFor(nonce), navigator.onLine ? PATIENCE : 0);
  }
  counted();
  send();
}

// Nobody could decide yet: said once, so that the queue at the door goes on.
function waitFor(nonce) {
  const one = shown.get(nonce);
  if (one && !one.answered) { door.show({nonce, tone: "waiting", sentence: door.say("kept"), name: "", place: ""}); }
}

let last = null;
function offerUndo(code, name, what, registration, direction) {
  if (direction === "in" && ["ok", "late", "proven"].indexOf(code) < 0) { return; }
  last = direction === "in" ? {what, registration} : null;
  view.undo(last ? `${door.hour(clock())} ${name}`.trim() : "");
}
function undo() {
  if (!last) { return; }
  const {what} = last;
  last = null;
  view.undo("");
  take(Object.assign({}, what, {direction: "undo"}));
}

// The server has the last word.
function answered(scan, answer) {
  const one = shown.get(scan.nonce), result = Object.assign({nonce: scan.nonce}, answer);
  shown.delete(scan.nonce);
  if (!one || answer.error) { return; }
  one.answered = true;
  if (answer.force) { door.offerForce({ticket: scan.ticket, registration_id: scan.registration, source: scan.source}, answer); }
  const onScreen = door.shown === scan.nonce, free = !door.shown, fresh = Date.now() - one.moment < FRESH;
  if (!one.decided) {
    if (onScreen || (free && fresh)) { door.show(result); }
    offerUndo(answer.code, answer.name, one.what, 0, one.direction);
  } else if (difference(scan.said, answer) === "other") {
    if (onScreen || (free && fresh)) { door.show(result); }
    if (last && last.what === one.what) { last = null; view.undo(""); }
  } else if (onScreen) { door.show(result, difference(scan.said, answer) === "same"); }
}

function send() {
  if (sending) { again = true; return; }
  sending = deliverAlone(at).then(async (done) => {
    done.answers.forEach(([scan, answer]) => answered(scan, answer));
    if (done.state === "dead") { await end(); }
    if (done.state === "ok") {
      if (dead) { dead = false; door.tell(""); ask(); }
      if (done.offset !== undefined) { door.offset = done.offset; if (pack) { pack.offset = done.offset; } }
    }
    if (done.answers.length) { door.follow(true); }
    if (done.answers.some(([scan, answer]) => answer.error || difference(scan.said, answer) !== "same")) { ask(); }
    return done.state;
  }).catch(() => "lost").then(async (state) => {
    sending = null;
    await counted();
    const more = again;
    again = false;
    if (more && state === "ok") { send(); } else if (state === "lost") { askForSync(); }
  });
}

// News of the server: who was registered, moved, cancelled, and who arrived by other doors.
function ask() {
  if (asking || !window.isSecureContext || !window.crypto.subtle) { return asking; }
  asking = refresh(at, kept).then(async (news) => {
    if (news.state === "dead") { await end(); return; }
    if (news.state === "new") { kept = news.kept; await make(); }
    if (news.state === "new" || news.state === "same") {
      await store.keepContact({slot, at: Date.now(), offset: door.offset});
      if (dead) { dead = false; door.tell(""); }
    }
  }).catch(() => null).then(() => { asking = null; return counted(); });
  return asking;
}

// Logged out, revoked, or no longer for this door: the list goes at once, the queue stays.
async function end() {
  dead = true;
  kept = pack = null;
  await store.wipe(slot, address);
  door.tell(door.say("login"));
  view.board(null);
}

async function counted() {
  door.kept = (await store.waiting(slot)).length;
  contact = await store.contact(slot) || contact;
  door.count();
  view.synced(contact && Date.now() - contact.at, words);
  view.attention(await store.attention(slot), words, door, (nonces) => store.seen(nonces).then(counted));
}

function live() {
  let retried = 0;
  setInterval(() => {
    view.synced(contact && Date.now() - contact.at, words);
    const now = Date.now(), quiet = !contact || now - contact.at > LIFE;
    if (now - retried < (dead ? DEAD : RETRY)) { return; }
    if (door.kept || quiet || dead) { retried = now; send(); }
  }, 1000);
  setInterval(() => { if (!document.hidden && !dead) { ask(); } }, NEWS);
  window.addEventListener("online", () => { send(); ask(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { send(); ask(); } });
  setInterval(() => { if (kept && clock() > kept.expires_at) { kept = pack = null; store.wipe(slot, address).then(() => view.board(null)); } }, LIFE);
}

let starting = Promise.resolve();
if (page && window.indexedDB) {
  starting = begin();
  starting.then(async () => {
    offerInstall();
    view.wire(door, {undo, find: () => pack, take});
    view.board(pack);
    await counted();
    live();
    send();
    await ask();
    page.dataset.ready = await keepPage(page).then((open) => (open ? "offline" : "online"), () => "online");
  }).catch(() => { delete door.take; });
  door.take = take;
}
