// What the door checks, opens and locks on the phone itself, with the browser's own cryptography.
const text = (bytes) => new TextDecoder().decode(bytes);
const bytes = (string) => new TextEncoder().encode(string);
const subtle = () => window.crypto.subtle;

export function fromBase64(encoded) {
  const plain = atob(encoded.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}
export function toBase64(raw) {
  return btoa(Array.from(raw, (byte) => String.fromCharCode(byte)).join("")).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

// A function (text, signature) → whether this key signed it. Browsers without Ed25519 load `fallback`.
export async function verifier(publicKey, fallback) {
  const raw = fromBase64(publicKey);
  let check;
  try {
    const key = await subtle().importKey("raw", raw, {name: "Ed25519"}, false, ["verify"]);
    check = (signature, message) => subtle().verify({name: "Ed25519"}, key, signature, message);
  } catch (_missing) {
    const noble = await import(fallback);
    check = (signature, message) => noble.verifyAsync(signature, message, raw, {zip215: false});
  }
  return async (message, encoded) => {
    const signature = signatureOf(encoded);
    return signature !== null && check(signature, bytes(message));
  };
}

// The 64 bytes of a signature. Only one way of writing one is right: the last character has idle bits.
function signatureOf(encoded) {
  let raw;
  try { raw = fromBase64(encoded); } catch (_nonsense) { return null; }
  return raw.length === 64 && toBase64(raw) === encoded ? raw : null;
}

// What stands for typed characters in a pack.
export async function digest(event, code) {
  const whole = await subtle().digest("SHA-256", bytes(`${event}:${code}`));
  return toBase64(new Uint8Array(whole).slice(0, 8));
}

// The details that only the ticket's signature opens.
export async function unseal(sealed, encoded) {
  const raw = fromBase64(sealed);
  const secret = await subtle().importKey("raw", signatureOf(encoded), "HKDF", false, ["deriveKey"]);
  const derivation = {name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: bytes("fulei ticket details")};
  const key = await subtle().deriveKey(derivation, secret, {name: "AES-GCM", length: 256}, false, ["decrypt"]);
  return JSON.parse(text(await subtle().decrypt({name: "AES-GCM", iv: raw.slice(0, 12)}, key, raw.slice(12))));
}

// The key of this phone: it can be used and stored, never read.
export function newKey() { return subtle().generateKey({name: "AES-GCM", length: 256}, false, ["encrypt", "decrypt"]); }

export async function lock(key, value) {
  const iv = window.crypto.getRandomValues(new Uint8Array(12));
  return {iv, data: await subtle().encrypt({name: "AES-GCM", iv}, key, bytes(JSON.stringify(value)))};
}
export async function unlock(key, locked) {
  return JSON.parse(text(await subtle().decrypt({name: "AES-GCM", iv: locked.iv}, key, locked.data)));
}
