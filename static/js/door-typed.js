// Walk-ins that wait to be sent: kept on the phone, locked as the names of its list are, until the server has them.
import * as store from "./door-store.js";
import {lock, newKey, unlock} from "./door-crypto.js";

const door = window.door, slot = door && Number(door.page.dataset.slot);

async function keep(item) {
  const {address, fields, at} = item;
  const locked = await lock(await store.deviceKey(newKey), {address, fields, at});
  await store.keepTyped({nonce: fields.nonce, slot, iv: locked.iv, data: locked.data});
}

async function waiting() {
  const kept = await store.allTyped(slot), found = [];
  if (!kept.length) { return found; }
  const key = await store.deviceKey(newKey);
  for (const one of kept) { found.push(await unlock(key, one)); }
  return found;
}

if (door && window.indexedDB && window.isSecureContext && window.crypto.subtle) {
  door.typed = {keep, strike: store.strikeTyped};
  waiting().then((items) => door.resume(items)).catch(() => null);
}
