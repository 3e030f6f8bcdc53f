// What the offline door changes on the page: the queue's words, the switch, the list of people, what needs a look.
import {find} from "./door-search.js";
const by = (id) => document.getElementById(id);
const EXPECTED = ["trainee", "stand_in"], MOST_MISSING = 60;
let tools = null, door = null, words = null;

// Element.replaceChildren, which older browsers lack.
function fill(place, ...children) {
  while (place.firstChild) { place.removeChild(place.firstChild); }
  children.forEach((one) => place.appendChild(one));
}

export function wire(theDoor, given) {
  door = theDoor;
  tools = given;
  words = JSON.parse(door.page.dataset.words);
  by("mode").hidden = false;
  Array.from(by("mode").querySelectorAll("button")).forEach((button) => button.addEventListener("click", () => {
    door.direction = button.value;
    Array.from(by("mode").querySelectorAll("button")).forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
    by("door").classList.toggle("door-out", door.direction === "out");
    by("q").dispatchEvent(new Event("input"));
  }));
  by("undo").addEventListener("click", tools.undo);
  document.querySelector("[data-offline-banner]").textContent = words.alone;
  // Whom the phone knows it finds by itself; the rest is the server's.
  door.find = (text, place) => {
    const pack = tools.find();
    const hits = pack ? find(pack.names, pack.tickets, text) : [];
    if (!hits.length) { return false; }
    fill(place, list(hits.map((one) => row(one, pack))));
    return true;
  };
}

function list(rows) {
  const whole = document.createElement("ul");
  whole.className = "found";
  rows.forEach((one) => whole.appendChild(one));
  return whole;
}

// One person with what can be done for them.
function row(one, pack) {
  const line = document.importNode(by("person-row").content, true).firstElementChild;
  const ticket = pack.tickets.get(one.registration), inside = pack.inside.has(one.registration);
  line.querySelector("strong").textContent = one.name;
  line.querySelector(".muted").textContent = one.place;
  const button = line.querySelector("button"), note = line.querySelector(".mark");
  const out = door.direction === "out";
  // Whoever manages the door may let in by name who waits or was cancelled: the form asks for the reason.
  const forced = !out && !inside && ticket.state !== "c" && by("force");
  button.textContent = out ? words.check_out : forced ? words.force : words.check_in;
  button.classList.toggle("btn-primary", !forced);
  button.classList.toggle("btn-outline-primary", Boolean(forced));
  button.hidden = out ? !inside : inside || (ticket.state !== "c" && !forced);
  note.hidden = !button.hidden && !forced;
  note.className = inside ? "mark mark-present" : "mark muted";
  note.textContent = inside ? words.here : ticket.state === "w" ? words.waiting : ticket.state === "x" ? words.cancelled : out ? words.outside : words.not_here;
  button.addEventListener("click", () => {
    if (forced) {
      door.offerForce({registration_id: one.registration, source: "search"}, {name: one.name});
      by("force").open = true;
      by("force").scrollIntoView();
      by("force").querySelector("input:not([type=hidden]), textarea").focus();
      return;
    }
    tools.take({registration: one.registration, source: "search"});
    by("q").value = "";
    fill(by("found"));
  });
  return line;
}

const expected = (ticket) => ticket.state === "c" && EXPECTED.indexOf(ticket.as_whom) >= 0;

// The foot's figures by what the phone knows, on a page that was opened without network.
export function count(pack) {
  if (!by("kept-board")) { return; }
  let here = 0, all = 0;
  pack.tickets.forEach((ticket, registration) => {
    if (expected(ticket)) { all += 1; if (pack.inside.has(registration)) { here += 1; } }
  });
  by("here").textContent = here;
  by("expected").textContent = all;
}

// One more or one fewer than the server last said; its next answer replaces both figures.
function step(by_one) {
  const missing = document.querySelector("#missing > summary > strong");
  by("here").textContent = Math.max(0, Number(by("here").textContent) + by_one);
  if (missing) { missing.textContent = Math.max(0, Number(missing.textContent) - by_one); }
}

// Who is missing, on a page that was opened without network.
export function board(pack) {
  const missing = by("kept-missing");
  if (pack) { count(pack); }
  if (!missing || !door) { return; }
  if (!pack) { fill(missing); return; }
  const absent = Array.from(pack.names.values()).filter((one) => {
    const ticket = pack.tickets.get(one.registration);
    return ticket && expected(ticket) && !pack.inside.has(one.registration) && !pack.excused.has(one.registration);
  }).sort((one, other) => (one.place < other.place ? -1 : one.place > other.place ? 1 : one.pinyin < other.pinyin ? -1 : 1));
  by("kept-absent").textContent = absent.length;
  const own = Array.from(pack.inside).filter(([registration, at]) => at && pack.names.has(registration)).sort((one, other) => other[1] - one[1]);
  if (own.length) {
    fill(document.querySelector("#kept-board .arrivals"), ...own.slice(0, 8).map(([registration, at]) => arrival(registration, pack.names.get(registration), door.hour(at + pack.offset))));
  }
  fill(missing, ...absent.slice(0, MOST_MISSING).map((one) => row(one, pack)));
}

// The newest arrival stands on top at once.
export function arrived(decision, person, pack, direction, time) {
  const arrivals = document.querySelector("#board .arrivals");
  if (!arrivals || direction !== "in" || decision.tone !== "accepted") { return; }
  const line = arrival(decision.registration, person, time), ticket = pack.tickets.get(decision.registration);
  if (!navigator.onLine && !by("kept-board") && ticket && expected(ticket)) {
    line.dataset.counted = "1";
    step(1);
  }
  const nobody = arrivals.querySelector(".muted");
  if (nobody) { nobody.remove(); }
  arrivals.insertBefore(line, arrivals.firstChild);
  while (arrivals.children.length > 8) { arrivals.lastElementChild.remove(); }
}

function arrival(registration, person, time) {
  const line = document.createElement("li"), when = document.createElement("time"), who = document.createElement("span"), name = document.createElement("strong");
  line.dataset.registration = registration;
  when.textContent = time;
  name.textContent = person.name || "—";
  who.append(name, ` ${person.place.split(" · ").pop()}`);
  line.append(when, who);
  return line;
}

// Undone: off the list at once, and out of the figures where only this phone had put it in.
export function withdrawn(registration) {
  const line = document.querySelector(`#board .arrivals [data-registration="${registration}"]`);
  if (!line) { return; }
  if (line.dataset.counted) { step(-1); }
  line.remove();
}

export function undo(text) {
  by("last").hidden = !text;
  by("last-who").textContent = text;
}

// 2 分钟前同步
export function synced(age, all) {
  const minutes = Math.floor(age / 60000);
  let text = all.never;
  if (age !== null && age !== undefined && age !== false) {
    text = minutes < 1 ? all.now : minutes < 60 ? all.minutes.replace("{count}", minutes) : all.hours.replace("{count}", Math.floor(minutes / 60));
  }
  if (by("synced").textContent !== text) { by("synced").textContent = text; }
}

// What the server answered otherwise than this phone had, each until someone has seen it.
export function attention(entries, all, theDoor, seen) {
  const place = by("attention"), others = entries.filter((one) => one.differs === "other"), notes = entries.filter((one) => one.differs === "note");
  const known = entries.map((one) => one.nonce).join();
  if (place.dataset.known === known) { return; }
  place.dataset.known = known;
  Array.from(place.querySelectorAll("[data-entry]")).forEach((line) => line.remove());
  others.sort((one, other) => other.at - one.at).forEach((one) => {
    const name = one.name || (one.scan || {}).ticket || "", meanwhile = one.outcome === "refused" ? all.let_in : all.sent_away;
    place.appendChild(entry(`${theDoor.hour(one.at + theDoor.offset)} ${name} ${one.said ? meanwhile : all.later} ${one.sentence}`, "flash-error", all.seen, () => seen([one.nonce])));
  });
  if (notes.length) {
    place.appendChild(entry(all.elsewhere.replace("{count}", notes.length), "flash-warning", all.seen, () => seen(notes.map((one) => one.nonce))));
  }
}

function entry(text, tone, label, done) {
  const line = document.createElement("li"), what = document.createElement("span"), button = document.createElement("button");
  line.className = `flash ${tone}`;
  line.dataset.entry = "1";
  what.textContent = text;
  button.type = "button";
  button.className = "btn btn-quiet";
  button.textContent = label;
  button.addEventListener("click", done);
  line.append(what, button);
  return line;
}
