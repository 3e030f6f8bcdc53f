// The pack of a slot on this phone: fetched, kept with its names locked, and made ready to decide by.
import * as store from "./door-store.js";
import * as crypto from "./door-crypto.js";
import {outcomeOf} from "./door-decide.js";
import {refused, within} from "./door-upload.js";

// A kept pack made ready: what `decide` asks for, the names, and the clock.
export async function ready(kept, waiting, noble) {
  const names = new Map();
  for (const [registration, name, pinyin, community, subdistrict] of await crypto.unlock(kept.key, kept.names)) {
    names.set(registration, {registration, name, pinyin, place: [subdistrict, community].filter(Boolean).join(" · ")});
  }
  const pack = {
    slot: kept.body.slot, offset: kept.offset || 0, expires_at: kept.expires_at, names,
    tickets: new Map(), codes: new Map(), inside: new Map(), excused: new Set(kept.body.excused || []),
    verify: await crypto.verifier(kept.body.public_key, noble),
    digest: (code) => crypto.digest(kept.body.slot.event_id, code)
  };
  for (const [registration, revision, state, as_whom, code, sealed] of kept.body.tickets) {
    pack.tickets.set(registration, {revision, state, as_whom, sealed});
    pack.codes.set(code, registration);
  }
  for (const registration of kept.body.arrived) { pack.inside.set(registration, 0); }
  for (const scan of waiting.sort((one, other) => one.at - other.at)) { moved(pack, scan.who, scan.said, scan.direction, scan.at); }
  return pack;
}

// Notes in the pack that someone came in or went out; `at` by this device's clock.
export function moved(pack, registration, code, direction, at) {
  if (!registration || outcomeOf(code) !== "accepted") { return; }
  if (direction !== "in") { pack.inside.delete(registration); return; }
  if (!pack.inside.has(registration)) { pack.inside.set(registration, at); }
}

// Who a decision is about: what the ticket itself opens, else the index.
export async function personOf(decision, pack) {
  const nobody = {name: "", place: ""};
  const ticket = pack.tickets.get(decision.registration);
  if (!ticket) { return nobody; }
  if (decision.claim && decision.claim.revision === ticket.revision) {
    try {
      const details = await crypto.unseal(ticket.sealed, decision.claim.signature);
      return {name: details.name, place: [details.subdistrict, details.community].filter(Boolean).join(" · ")};
    } catch (_changed) { /* The index knows the name too. */ }
  }
  return pack.names.get(decision.registration) || nobody;
}

// Asks the server for news. Gives {state: "new" | "same" | "dead" | "fault", kept}; raises what fetch raises.
export async function refresh(door, kept) {
  const address = door.pack + (kept ? `?have=${encodeURIComponent(kept.body.roster)}` : "");
  const headers = {Accept: "application/json"};
  if (kept) { headers["If-None-Match"] = `"${kept.body.tag}"`; }
  const began = Date.now();
  const reply = await within(fetch(address, {credentials: "same-origin", cache: "no-store", headers}));
  if (reply.status === 304) { return {state: "same", kept}; }
  if (refused(reply)) { return {state: "dead", kept: null}; }
  if (reply.status !== 200) { return {state: "fault", kept}; }
  const body = await within(reply.json(), 30000);
  const offset = Math.round(body.server_time - (began + Date.now()) / 2);
  const key = kept ? kept.key : await crypto.newKey();
  let names = kept && kept.names;
  if (body.names) { names = await crypto.lock(key, body.names); } else { body.tickets = kept.body.tickets; }
  delete body.names;
  const now = {slot: door.slot, holder: door.holder, key, names, body, offset, server_time: body.server_time, expires_at: body.expires_at};
  await store.keepPack(now);
  await store.keepContact({slot: door.slot, at: Date.now(), offset});
  return {state: "new", kept: now};
}
