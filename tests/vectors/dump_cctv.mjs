// Writes every vector of the npm package cctv-age into a folder, one file each.
//   node tests/vectors/dump_cctv.mjs FOLDER
// Exit status 77: the package is not installed (`npm install --no-package-lock` in tests/).
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2];
if (!folder) {
  console.error("usage: node dump_cctv.mjs FOLDER");
  process.exit(2);
}

let vectors;
try {
  vectors = await import("cctv-age");
} catch (error) {
  console.error(`skipped: no vectors: cctv-age from npm (${error.code})`);
  process.exit(77);
}

mkdirSync(folder, { recursive: true });
const names = Object.keys(vectors).filter((name) => vectors[name] instanceof Uint8Array);
for (const name of names) writeFileSync(join(folder, name), vectors[name]);
console.log(`${names.length} vectors in ${folder}`);
if (names.length !== 143) {
  console.error(`expected 143 vectors, the package has ${names.length}`);
  process.exit(1);
}
