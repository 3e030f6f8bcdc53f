// Copies the pinned third-party files from node_modules to where the application serves them,
// each with its licence. Run by `npm run vendor`; package.json names the versions.
import {copyFileSync, mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

const files = {
  "bootstrap/dist/css/bootstrap.min.css": "static/vendor/bootstrap/bootstrap.min.css",
  "bootstrap/LICENSE": "static/vendor/bootstrap/LICENSE",
  "htmx.org/dist/htmx.min.js": "static/vendor/htmx/htmx.min.js",
  "htmx.org/LICENSE": "static/vendor/htmx/LICENSE",
  "zxing-wasm/dist/es/reader/index.js": "static/vendor/zxing-wasm/reader/index.js",
  "zxing-wasm/dist/es/share.js": "static/vendor/zxing-wasm/share.js",
  "zxing-wasm/dist/reader/zxing_reader.wasm": "static/vendor/zxing-wasm/reader/zxing_reader.wasm",
  "zxing-wasm/LICENSE": "static/vendor/zxing-wasm/LICENSE",
  "qr/index.js": "static/vendor/qr/index.js",
  "qr/decode.js": "static/vendor/qr/decode.js",
  "qr/LICENSE": "static/vendor/qr/LICENSE",
  "qr/LICENSE-MIT": "static/vendor/qr/LICENSE-MIT",
  "@noble/ed25519/index.js": "static/vendor/noble-ed25519/index.js",
  "@noble/ed25519/LICENSE": "static/vendor/noble-ed25519/LICENSE",
  "axe-core/axe.min.js": "tests/browser/vendor/axe.min.js",
  "axe-core/LICENSE": "tests/browser/vendor/axe-LICENSE",
  "@expo-google-fonts/noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf":
    "training_app/fonts/NotoSerifSC_400Regular.ttf",
  "@expo-google-fonts/noto-serif-sc/700Bold/NotoSerifSC_700Bold.ttf":
    "training_app/fonts/NotoSerifSC_700Bold.ttf",
  "@expo-google-fonts/noto-serif-sc/LICENSE_FONT": "training_app/fonts/OFL-NotoSerifSC.txt",
  "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf":
    "training_app/fonts/NotoSansSC_400Regular.ttf",
  "@expo-google-fonts/noto-sans-sc/LICENSE_FONT": "training_app/fonts/OFL-NotoSansSC.txt",
};

// A source map's name at the end of a file would make browsers ask for a file that is not here.
const sourceMap = /\n?(\/\/# sourceMappingURL=\S+|\/\*# sourceMappingURL=\S+ \*\/)\s*$/;

for (const [from, to] of Object.entries(files)) {
  const source = join(root, "node_modules", from);
  const target = join(root, to);
  mkdirSync(dirname(target), {recursive: true});
  if (/\.(js|css)$/.test(to)) {
    writeFileSync(target, readFileSync(source, "utf8").replace(sourceMap, "\n"));
  } else {
    copyFileSync(source, target);
  }
  console.log(to);
}
