// What a phone may answer by itself: the server's rules over a slot's pack, with the server's codes.
// Pure: the pack brings what it takes to check a signature (`verify`) and to look up typed characters (`digest`).
const LONGEST = 512, SIGNATURE = 86;
const WHOLE = /^1\.(\d{1,9})\.(\d{1,9})\.(\d{1,6})\.([A-Za-z0-9_-]+)$/;
const BEGUN = /^1(\.\d{0,9}){0,3}(\.[A-Za-z0-9_-]*)?$/;
const NOT_HELD = {cancelled: "event_cancelled", closed: "event_closed", draft: "not_published"};
const NOT_REGISTERED = {x: "cancelled", w: "waiting"};
// A ticket's own fault is said instead of these.
const WEAKER = [null, "unknown", "too_early", "too_late"];
// "proven": genuine, but not on this phone's list; the server has the last word.
const ACCEPTED = ["ok", "late", "duplicate", "out", "undo", "proven"];

export function outcomeOf(code) { return ACCEPTED.indexOf(code) >= 0 ? "accepted" : "refused"; }
export function toneOf(code) {
  if (code === "duplicate") { return "again"; }
  return outcomeOf(code);
}

// The ten characters of a ticket, however they were typed; "" when the text is anything else.
export function typedCode(text) {
  const typed = text.toUpperCase().replace(/[ \-·\t\r\n]/g, "");
  return /^[A-Z0-9]{10}$/.test(typed) ? typed : "";
}

// What a scanned text claims to be, or {fault}: the code of why it is no ticket.
export function claimOf(scanned) {
  if (scanned.length > LONGEST) { return {fault: "too_long"}; }
  const token = scanned.trim().split("?")[0].split("#")[0].replace(/\/+$/, "").split("/").pop();
  const whole = WHOLE.exec(token);
  if (!whole || whole[4].length < SIGNATURE) { return {fault: token && BEGUN.test(token) ? "truncated" : "not_a_ticket"}; }
  return {
    event: Number(whole[1]), registration: Number(whole[2]), revision: Number(whole[3]),
    text: token.slice(0, token.lastIndexOf(".")), signature: whole[4]
  };
}

function refusal(pack, state, at, direction) {
  const slot = pack.slot;
  if (!state) { return "unknown"; }
  if (NOT_HELD[slot.state]) { return NOT_HELD[slot.state]; }
  if (direction !== "in") { return null; }
  if (NOT_REGISTERED[state]) { return NOT_REGISTERED[state]; }
  if (at < slot.opens_at) { return "too_early"; }
  return at > slot.closes_at ? "too_late" : null;
}

// What is wrong with a claim ("" is nothing) and whether its signature is right.
async function proof(claim, pack, ticket) {
  // Another event's key is not on this phone: its tickets are told by what they say of themselves.
  if (claim.event !== pack.slot.event_id) { return {fault: "other_event", proven: false}; }
  if (!await pack.verify(claim.text, claim.signature)) { return {fault: "forged", proven: false}; }
  // A ticket with a higher revision was issued after the pack.
  return {fault: ticket && claim.revision < ticket.revision ? "revoked" : "", proven: true};
}

// Decide on what was shown: {text} that a camera read or someone typed, or {registration} of the list.
// `now` in milliseconds by the server's clock. Gives {code, outcome, tone, registration, proven, claim}.
export async function decide(shown, pack, now, direction = "in") {
  let registration = shown.registration || 0, claim = null, fault = "", proven = false;
  if (shown.text !== undefined) {
    const typed = typedCode(shown.text);
    if (typed) {
      registration = pack.codes.get(await pack.digest(typed)) || 0;
    } else {
      claim = claimOf(shown.text);
      registration = claim.fault ? 0 : claim.registration;
      fault = claim.fault || "";
    }
  }
  let ticket = pack.tickets.get(registration);
  let reason = refusal(pack, ticket && ticket.state, now, direction);
  if (claim && !claim.fault) {
    const found = await proof(claim, pack, ticket);
    fault = found.fault;
    proven = found.proven;
    if (!proven) { ticket = undefined; reason = refusal(pack, undefined, now, direction); }
    // Registered after this phone last heard from the server: everything else must be right.
    if (proven && !ticket) { reason = refusal(pack, "c", now, direction); }
  }
  if (fault && (!ticket || WEAKER.indexOf(reason) >= 0)) { reason = fault; }
  const code = reason || accepted(pack, ticket, registration, now, direction);
  return {
    code, outcome: outcomeOf(code), tone: toneOf(code), claim, proven,
    registration: ticket || (proven && !fault) ? registration : 0
  };
}

function accepted(pack, ticket, registration, now, direction) {
  if (direction !== "in") { return direction; }
  if (pack.inside.has(registration)) { return "duplicate"; }
  if (!ticket) { return "proven"; }
  return now > pack.slot.late_after ? "late" : "ok";
}
