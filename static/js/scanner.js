// The camera of the door page: zxing-wasm reads, `qr` where WebAssembly is missing, then a photo.
const door = window.door;
const by = (id) => document.getElementById(id);
const WIDEST = 1280, PHOTO_WIDEST = 1800, PAUSE = 90;
// A code that stays in view is sent once; it counts as gone after it was out of view for so long.
const GONE = 2500;
let decode = null, loading = null, stream = null;
const held = new Map();

function load() {
  // Tried again when the network failed meanwhile.
  if (!loading) { loading = withWasm().catch(withScript).catch(() => { loading = null; }); }
  return loading;
}
async function withWasm() {
  if (typeof WebAssembly !== "object") { throw new Error("no WebAssembly"); }
  const zxing = await import(door.page.dataset.zxing);
  await zxing.prepareZXingModule({overrides: {locateFile: () => door.page.dataset.wasm}, fireImmediately: true});
  decode = async (image, hard) => {
    const found = await zxing.readBarcodes(image, {formats: ["QRCode"], tryHarder: hard, maxNumberOfSymbols: 1});
    return found.length && found[0].isValid ? found[0].text : "";
  };
  door.page.dataset.reader = "zxing-wasm";
}
async function withScript() {
  const qr = await import(door.page.dataset.qr);
  decode = async (image) => { try { return qr.decodeQR(image) || ""; } catch (_nothing) { return ""; } };
  door.page.dataset.reader = "qr";
}

const canvas = document.createElement("canvas");
const drawing = canvas.getContext("2d", {willReadFrequently: true});
function pixels(source, width, height, widest) {
  const scale = Math.min(1, widest / Math.max(width, height));
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  drawing.drawImage(source, 0, 0, canvas.width, canvas.height);
  return drawing.getImageData(0, 0, canvas.width, canvas.height);
}

function seen(text) {
  const now = performance.now(), one = `${door.direction} ${text}`;
  held.forEach((at, gone) => { if (now - at >= GONE) { held.delete(gone); } });
  if (held.has(one)) { held.set(one, now); return; }
  // Another ticket while the last answer is read: taken as soon as that has stood long enough.
  if (door.busy()) { return; }
  held.set(one, now);
  performance.mark("door-read");
  door.scanned(text, "camera");
}

const video = by("video"), start = by("start"), torch = by("torch"), photo = by("photo"), file = by("photo-file");
async function watch() {
  if (!stream) { return; }
  if (!decode) { await load(); }
  if (decode && video.readyState >= 2 && video.videoWidth && !document.hidden) {
    const text = await decode(pixels(video, video.videoWidth, video.videoHeight, WIDEST), true).catch(() => "");
    if (text) { seen(text); }
  }
  setTimeout(watch, PAUSE);
}
async function open() {
  start.disabled = true;
  try {
    stream = await navigator.mediaDevices.getUserMedia({audio: false, video: {facingMode: door.facing || "environment", width: {ideal: 1280}, height: {ideal: 720}}});
  } catch (problem) {
    start.disabled = false;
    door.tell(door.say(problem.name === "NotAllowedError" ? "denied" : "nocamera"));
    return;
  }
  door.tell("");
  start.hidden = true;
  video.srcObject = stream;
  await video.play().catch(() => {});
  by("camera").classList.add("camera-on");
  const track = stream.getVideoTracks()[0];
  const able = track.getCapabilities ? track.getCapabilities() : {};
  torch.hidden = !able.torch;
  track.addEventListener("ended", () => { stream = null; start.hidden = false; start.disabled = false; });
  if (navigator.wakeLock) { navigator.wakeLock.request("screen").catch(() => {}); }
  watch();
}

let lit = false;
torch.addEventListener("click", () => {
  lit = !lit;
  stream.getVideoTracks()[0].applyConstraints({advanced: [{torch: lit}]}).catch(() => {});
  torch.setAttribute("aria-pressed", String(lit));
});
start.addEventListener("click", open);
file.addEventListener("change", () => {
  const chosen = file.files[0];
  if (!chosen) { return; }
  const picture = new Image();
  picture.onload = async () => {
    await load();
    let text = "";
    for (const widest of decode ? [PHOTO_WIDEST, 900] : []) {
      text = text || await decode(pixels(picture, picture.naturalWidth, picture.naturalHeight, widest), true).catch(() => "");
    }
    URL.revokeObjectURL(picture.src);
    file.value = "";
    if (text) { door.tell(""); door.scanned(text, "camera"); } else { door.tell(door.say("nothing")); }
  };
  picture.onerror = () => { file.value = ""; door.tell(door.say("nothing")); };
  picture.src = URL.createObjectURL(chosen);
});

if (door) {
  photo.hidden = false;
  if (navigator.mediaDevices && navigator.mediaDevices.getUserMedia) { by("camera").hidden = false; } else { door.tell(door.say("nocamera")); }
  load();
}
