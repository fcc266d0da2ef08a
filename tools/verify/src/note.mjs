// Signed notes, checkpoints and cosignatures: docs/spec/log.md.

import { Malformed, ascii, concat, demand, equal, toHex } from "./bytes.mjs";
import { isSigningKey, sha256, verifies } from "./crypto.mjs";
import { emptyRoot } from "./merkle.mjs";

const maxNote = 16384;
const maxSignatures = 32;
const noteSignature = 0x01;
const cosignature = 0x04;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Base64 with padding, in its one spelling; throws Malformed. */
export function decodeBase64(text, field) {
  const bytes = Uint8Array.from(Buffer.from(text, "base64"));
  demand(Buffer.from(bytes).toString("base64") === text, `${field}: not canonical base64`);
  return bytes;
}

const utf8Bytes = (text) => Uint8Array.from(Buffer.from(text, "utf8"));

function keyId(name, type, key) {
  return toHex(sha256(utf8Bytes(`${name}\n`), Uint8Array.of(type), key).subarray(0, 4));
}

function readSignatureLine(line) {
  const parts = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line);
  demand(parts !== null, "signature line: its form");
  const bytes = decodeBase64(parts[2], "signature line");
  demand(bytes.length > 4, "signature line: no signature");
  return { name: parts[1], id: toHex(bytes.subarray(0, 4)), signature: bytes.subarray(4) };
}

/**
 * Takes a signed note apart; throws Malformed.
 * @returns {{text: string, lines: {name: string, id: string, signature: Uint8Array}[]}}
 */
export function readNote(bytes) {
  demand(bytes.length <= maxNote, `note: ${bytes.length} bytes`);
  let whole;
  try {
    whole = utf8.decode(bytes);
  } catch {
    throw new Malformed("note: no UTF-8");
  }
  demand(!/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.test(whole), "note: a control character");
  const split = whole.lastIndexOf("\n\n");
  demand(split >= 0 && whole.endsWith("\n"), "note: no empty line, or no last newline");
  const rest = whole.slice(split + 2);
  demand(rest !== "", "note: no signature");
  const lines = rest.slice(0, -1).split("\n");
  demand(lines.length <= maxSignatures, `note: ${lines.length} signatures`);
  return { text: whole.slice(0, split + 1), lines: lines.map(readSignatureLine) };
}

/** Demands a signature by this key under this name, and that all of them are right. */
export function demandSigned(note, name, key) {
  const id = keyId(name, noteSignature, key);
  const ours = note.lines.filter((line) => line.name === name && line.id === id);
  demand(ours.length > 0, "note: not signed by the log");
  const message = utf8Bytes(note.text);
  demand(
    ours.every(({ signature }) => verifies(signature, message, key)),
    "note: the log's signature is wrong",
  );
}

/** The name of a log, and of the key that signs its checkpoints. */
export const logName = (org) => `amparo.invalid/log/${org}`;

/**
 * Reads a checkpoint of the log of `org`, signed with `logKey`; throws Malformed.
 * @returns {{size: bigint, root: Uint8Array, note: object}}
 */
export function readCheckpoint(bytes, org, logKey) {
  const note = readNote(bytes);
  const lines = note.text.split("\n");
  demand(lines.length === 4 && lines[3] === "", "checkpoint: not three lines");
  demand(lines[0] === logName(org), "checkpoint: of another log");
  demand(/^(0|[1-9][0-9]{0,19})$/.test(lines[1]), "checkpoint: size");
  const size = BigInt(lines[1]);
  demand(size < 2n ** 64n, "checkpoint: size");
  const root = decodeBase64(lines[2], "checkpoint root");
  demand(root.length === 32, "checkpoint: root");
  demand(size > 0n || equal(root, emptyRoot), "checkpoint: the root of an empty tree");
  demandSigned(note, logName(org), logKey);
  return { size, root, note };
}

/** The key id of a cosigner. */
export const cosignerId = (name, key) => keyId(name, cosignature, key);

/** The name under which the holder of a certificate cosigns. */
export const cosignerName = (certificate) => `amparo.invalid/certificate/${certificate}`;

/** The name and key id of the log's own signature, which is no cosignature. */
export const logSigner = (org, logKey) => ({
  name: logName(org),
  id: keyId(logName(org), noteSignature, logKey),
});

/**
 * The time that a cosignature/v1 line states, or null if the line is not by `key`.
 * @returns {bigint | null}
 */
export function timeOfCosignature(note, line, key) {
  if (line.signature.length !== 72) return null;
  const time = Buffer.from(line.signature).readBigUInt64BE(0);
  if (time >= 2n ** 63n) return null;
  const message = concat(ascii(`cosignature/v1\ntime ${time}\n`), utf8Bytes(note.text));
  return verifies(line.signature.subarray(8), message, key) ? time : null;
}

/** Reads a verifier key of a cosigner, `name+id+base64`; throws Malformed. */
export function readWitness(text) {
  const parts = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/u.exec(text);
  demand(parts !== null, "witness: name+id+key expected");
  const bytes = decodeBase64(parts[3], "witness");
  const key = bytes.subarray(1);
  demand(bytes[0] === cosignature && isSigningKey(key), "witness: no key that cosigns");
  demand(cosignerId(parts[1], key) === parts[2], "witness: the id is not the key's");
  return { name: parts[1], id: parts[2], key };
}
