// The cases of tests/vectors/receipt: a file, or a file with a few bytes changed. See its README.
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { ours, parseJson } from "./vector_file.mjs";

const folder = join(ours, "receipt");
const bytesOf = (name) => new Uint8Array(readFileSync(join(folder, name)));

// `at` counts in the unedited bytes, and the edits ascend: so the last is made first.
function edited(bytes, edits) {
  return edits.reduceRight((whole, { at, remove, insert }) => {
    const pieces = [whole.subarray(0, at), Buffer.from(insert, "hex"), whole.subarray(at + remove)];
    return Buffer.concat(pieces);
  }, Buffer.from(bytes));
}

/** A file's text around these bytes. */
export function textOf(header, bytes) {
  const lines = Buffer.from(bytes).toString("base64").match(/.{1,64}/g) ?? [];
  return new Uint8Array(Buffer.from([header, ...lines, ""].join("\n"), "latin1"));
}

/** The header and the bytes of a file's text. */
export function contentOf(text) {
  const [header, ...lines] = Buffer.from(text).toString("latin1").split("\n");
  return { header, bytes: new Uint8Array(Buffer.from(lines.join(""), "base64")) };
}

function judged({ base, on, edits }) {
  const text = bytesOf(base);
  if (on === "text") return new Uint8Array(edited(text, edits));
  const { header, bytes } = contentOf(text);
  return textOf(header, edited(bytes, edits));
}

/**
 * Every case: its name, the text to be judged, files and partners beside it, and what is expected.
 * @returns {{name, text, files, partners, expect, exit}[]}
 */
export function receiptCases() {
  const { cases } = parseJson(readFileSync(join(folder, "index.json"), "utf8"));
  return cases.map((one) => ({
    name: one.name,
    comment: one.comment,
    text: judged(one),
    files: one.files.map(bytesOf),
    partners: one.partners,
    expect: one.expect,
    exit: one.exit,
  }));
}
