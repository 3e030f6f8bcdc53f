// Sends what waits, as often as it takes: the server answers each nonce once and for all. Page and worker use it alike.
import * as store from "./door-store.js";
import {outcomeOf, toneOf} from "./door-decide.js";

const TIMEOUT = 10000, BATCH = 100;
let token = "";
// What the server could not even read: kept, and tried again when the page is opened next.
const stuck = new Set();

export function within(promise, ms = TIMEOUT) {
  return Promise.race([promise, new Promise((_done, fail) => { setTimeout(() => fail(new Error("timeout")), ms); })]);
}
// A page brings its own token; without one it is asked for.
export function useToken(text) { token = text; }
async function renew(csrf) {
  const reply = await within(fetch(csrf, {credentials: "same-origin"}));
  token = (await within(reply.json())).token;
}

// Whether an answer says that this phone may no longer see the door. Whoever is logged out is sent to the login
// page of this same site; a hall's own network page is another site, and fetch fails on it.
export function refused(reply) { return reply.status === 401 || reply.status === 403 || reply.status === 404 || (reply.redirected && reply.ok); }

async function post(door, body, again = true) {
  if (!token) { await renew(door.csrf); }
  const reply = await within(fetch(door.scans, {
    method: "POST", credentials: "same-origin", redirect: "error", body: JSON.stringify(body),
    headers: {"Accept": "application/json", "Content-Type": "application/json", "X-CSRFToken": token}
  }));
  const answer = reply.status < 500 ? await within(reply.json()) : {};
  if (reply.status === 400 && (answer.error || {}).code === "csrf" && again) {
    await renew(door.csrf);
    return post(door, body, false);
  }
  return {status: reply.status, answer};
}

function sent(scan) {
  const {nonce, ticket, registration, source, direction, at, said} = scan;
  return {nonce, ticket, registration, source, direction, at, said};
}

// How an answer stands to what was shown: "same", "note" (accepted either way), or "other".
export function difference(said, answer) {
  if (!said) { return answer.outcome === "refused" ? "other" : "same"; }
  if (outcomeOf(said) !== answer.outcome) { return "other"; }
  return toneOf(said) === answer.tone ? "same" : "note";
}

async function settle(scan, answer) {
  const {slot, nonce, said, at} = scan;
  if (answer.error) {
    // Kept whole, so that someone can look at it.
    await store.keepFault({slot, nonce, said, at, differs: "other", outcome: "refused", name: "", sentence: answer.error.sentence, scan: sent(scan)});
  } else {
    const differs = difference(said, answer);
    if (differs !== "same") { await store.attend(Object.assign({}, answer, {slot, nonce, said, at, differs})); }
  }
  await store.strike([nonce]);
}

// What was answered is known from now on, also when the browser is closed before the next pack.
function remember(slot, answered) {
  return store.changePack(slot, (kept) => {
    const arrived = new Set(kept.body.arrived);
    for (const [scan, answer] of answered) {
      if (!scan.who || answer.outcome !== "accepted") { continue; }
      if (scan.direction === "in") { arrived.add(scan.who); } else { arrived.delete(scan.who); }
    }
    kept.body.arrived = Array.from(arrived);
  });
}

// One delivery: {state: "ok" | "dead" | "fault", answers: [[scan, answer]…], offset}.
// `door` = {slot, scans, csrf}; an empty queue is a sign of life all the same. Raises what fetch raises.
export async function deliver(door) {
  const all = (await store.waiting(door.slot)).sort((one, other) => one.at - other.at);
  const answers = [];
  let rest = all.filter((scan) => !stuck.has(scan.nonce)), size = BATCH, offset;
  do {
    const batch = rest.slice(0, size), began = Date.now();
    const {status, answer} = await post(door, {sent_at: began, queued: all.length - answers.length, scans: batch.map(sent)});
    if (refused({status})) { return {state: "dead", answers}; }
    if (status >= 500 || status === 429) { return {state: "fault", answers}; }
    if (status !== 200) {
      // Something in this batch cannot be read: one by one, so that it stops no other.
      if (batch.length > 1) { size = 1; continue; }
      if (!batch.length) { return {state: "fault", answers}; }
      stuck.add(batch[0].nonce);
      rest = rest.slice(1);
      continue;
    }
    offset = Math.round(answer.server_time - (began + Date.now()) / 2);
    const byNonce = new Map(answer.answers.map((one) => [one.nonce, one]));
    const answered = batch.filter((scan) => byNonce.has(scan.nonce)).map((scan) => [scan, byNonce.get(scan.nonce)]);
    if (answered.length) { await remember(door.slot, answered); }
    for (const [scan, one] of answered) { await settle(scan, one); answers.push([scan, one]); }
    if (answered.length < batch.length) { return {state: "fault", answers}; }
    await store.keepContact({slot: door.slot, at: Date.now(), offset});
    rest = rest.slice(batch.length);
  } while (rest.length);
  return {state: "ok", answers, offset};
}

// Only one of a phone's tabs and its worker delivers at a time; where locks are missing, the nonce keeps it harmless.
export function deliverAlone(door) {
  if (!navigator.locks) { return deliver(door); }
  return navigator.locks.request(`door-upload-${door.slot}`, () => deliver(door));
}
