// Finds people in the pack's index as the server does: by Chinese name, pinyin, or initials.
const MOST = 20;

export function find(names, tickets, typed) {
  const spaced = typed.trim().toLowerCase(), plain = spaced.replace(/\s/g, "");
  if (!plain || /^\d+$/.test(plain)) { return []; }
  const latin = /^[\x00-\x7f]+$/.test(plain);
  const matches = (one) => one.name.indexOf(plain) >= 0 || (latin && (
    ` ${one.pinyin}`.indexOf(` ${plain}`) >= 0 || one.name.toLowerCase().indexOf(spaced) >= 0));
  const rank = (one) => (tickets.get(one.registration).state === "c" ? 0 : 1);
  return Array.from(names.values()).filter((one) => tickets.has(one.registration) && matches(one))
    .sort((one, other) => rank(one) - rank(other) || (one.pinyin < other.pinyin ? -1 : one.pinyin > other.pinyin ? 1 : one.registration - other.registration))
    .slice(0, MOST);
}
