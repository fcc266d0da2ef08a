// The two files: text, and structure. docs/spec/receipt.md, "Text", "Receipt" and "Evidence".

import { Reader, UpdateRequired, demand, demandAscending, toHex } from "./bytes.mjs";
import { maxSignedStatement } from "./statement.mjs";

const maxText = 32 * 1024 * 1024;
const maxNote = 16384;
const maxStatements = 100000;
const header = /^amparo-(receipt|evidence)-v([0-9]+)$/;

/**
 * What the first line of a file says that it is.
 * @param {Uint8Array} bytes
 * @returns {{kind: "receipt" | "evidence" | "unknown", isNewer: boolean, start: number}}
 */
export function readHeader(bytes) {
  const newline = bytes.indexOf(0x0a);
  const end = newline < 0 ? bytes.length : newline;
  const line = end > 100000 ? "" : Buffer.from(bytes.subarray(0, end)).toString("latin1");
  const parts = header.exec(line);
  if (parts === null) return { kind: "unknown", isNewer: false, start: 0 };
  return { kind: parts[1], isNewer: parts[2] !== "1", start: end };
}

/** The bytes of a file whose header was read; throws Malformed, or UpdateRequired. */
export function readText(bytes, { kind, isNewer, start }) {
  demand(kind !== "unknown", "header: neither a receipt nor evidence");
  if (isNewer) throw new UpdateRequired("header: of a newer version");
  demand(bytes.length <= maxText, `text: ${bytes.length} bytes`);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, bytes.length - start);
  const content = Buffer.from(text.toString("latin1").replaceAll("\n", ""), "base64");
  const lines = content.toString("base64").match(/.{1,64}/g) ?? [];
  const written = Buffer.from(["", ...lines, ""].join("\n"), "latin1");
  demand(written.equals(text), "text: not as it is written");
  return Uint8Array.from(content);
}

const path = (reader) => reader.list("path", 1, 0, 64, () => reader.take("path", 32));
const note = (reader, field) => reader.opaque(field, 2, 1, maxNote);

const placed = (reader) => ({
  position: reader.u64("position"),
  bytes: reader.opaque("statement", 4, 1, maxSignedStatement),
  path: path(reader),
});

const opening = (reader) => ({
  object: toHex(reader.take("object", 16)),
  fileKey: reader.take("file_key", 16),
  nonce: reader.take("nonce", 16),
});

function demandOrder(receipt) {
  const lists = [receipt.directory, receipt.ticks, receipt.history];
  for (const list of lists) {
    for (let i = 1; i < list.length; ++i) {
      demand(list[i - 1].position < list[i].position, "positions: not ascending");
    }
  }
  const all = lists.flat().map(({ position }) => position);
  demand(new Set(all).size === all.length, "positions: one stands twice");
  const objects = receipt.openings.map(({ object }) => Buffer.from(object, "hex"));
  demandAscending(objects, "openings");
}

/** Decodes a Receipt: structure and order, not the statements. Throws Malformed. */
export function decodeReceipt(bytes) {
  const reader = new Reader(bytes);
  const receipt = {
    org: toHex(reader.take("org", 32)),
    document: toHex(reader.take("document", 16)),
    checkpoint: note(reader, "checkpoint"),
    directory: reader.list("directory", 4, 1, maxStatements, placed),
    ticks: reader.list("ticks", 4, 0, maxStatements, placed),
    history: reader.list("history", 4, 0, maxStatements, placed),
    openings: reader.list("openings", 2, 0, 210, opening),
  };
  reader.end("receipt");
  demandOrder(receipt);
  return receipt;
}

function readLeaf(reader) {
  const leaf = reader.take("leaf", 49);
  reader.oneOf("leaf", leaf[0], 0, 1);
  return leaf;
}

// The fields of each type, in their order.
const types = new Map([
  [1, (r) => ({ notes: [note(r, "first"), note(r, "second")] })],
  [
    2,
    (r) => ({
      notes: [note(r, "earlier"), note(r, "later")],
      otherRoot: r.take("other_root", 32),
      path: path(r),
    }),
  ],
  [3, (r) => ({ notes: [note(r, "larger"), note(r, "smaller")], path: path(r) })],
  [4, (r) => ({ notes: [], receipt: decodeReceipt(r.opaque("receipt", 4, 0, maxText)) })],
  [
    5,
    (r) => ({
      notes: [note(r, "checkpoint")],
      position: r.u64("position"),
      leaf: readLeaf(r),
      path: path(r),
      subject: toHex(r.take("subject", 16)),
      previous: toHex(r.take("previous", 32)),
    }),
  ],
]);

/** Decodes an Evidence: its structure, and in type 4 that of its receipt. Throws Malformed. */
export function decodeEvidence(bytes) {
  const reader = new Reader(bytes);
  const evidence = {
    org: toHex(reader.take("org", 32)),
    policies: reader.list("policies", 2, 1, 1000, () =>
      reader.opaque("policies", 4, 1, maxSignedStatement),
    ),
    noticedAt: reader.u64("noticed_at"),
    type: reader.u8("type"),
  };
  demand(types.has(evidence.type), `type: ${evidence.type}`);
  Object.assign(evidence, types.get(evidence.type)(reader));
  reader.end("evidence");
  return evidence;
}
