// Where the vectors are, and how ours are written: `key: value` lines; a key that stands on several
// lines is one value, joined.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

/** Ours: tests/vectors. */
export const ours = join(here, "..", "vectors");

/** Other people's, where they are; see the environment variable AMPARO_VECTORS. */
const theirs = process.env.AMPARO_VECTORS ?? join(here, "..", "..", "..", "shared", "vectors");

/** The folder of published vectors, or null; the test then names what it skipped. */
export function published(folder) {
  const path = join(theirs, folder);
  return existsSync(path) ? path : null;
}

/** JSON in which an integer that a number would round comes as the text of its digits. */
export function parseJson(text) {
  return JSON.parse(text.replace(/([:[,]\s*)(\d{16,})(?=\s*[,}\]])/g, '$1"$2"'));
}

export const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));

/** The values of every key, in their order. @returns {Map<string, string[]>} */
export function readLines(path) {
  const values = new Map();
  for (const line of readFileSync(path, "utf8").split("\n")) {
    const split = line.indexOf(": ");
    if (split < 0) continue;
    const key = line.slice(0, split);
    values.set(key, [...(values.get(key) ?? []), line.slice(split + 2)]);
  }
  return values;
}

/** Every vector of a folder of ours: its name, and one value per key. */
export function readVectors(folder) {
  const names = readdirSync(join(ours, folder)).filter((name) => name.endsWith(".txt"));
  return names.sort().map((name) => {
    const entries = [...readLines(join(ours, folder, name))];
    return { name, ...Object.fromEntries(entries.map(([key, values]) => [key, values.join("")])) };
  });
}
