// Whether a file is one that the receipt names: sealed again with the key that the receipt opens,
// and compared. docs/spec/receipt.md, "A file"; sealed-object.md, "Payload" and "Padding".

import { chacha20poly1305 } from "@noble/ciphers/chacha";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2";

import { ascii, toHex } from "./bytes.mjs";
import { derive, sha256 } from "./crypto.mjs";

const chunkLength = 65536;
const tagLength = 16;
const leastLength = 65536;

/** Padmé: at most 12 per cent more, and few different lengths. */
export function padme(length) {
  if (length < 2) return length;
  const exponent = Math.floor(Math.log2(length));
  const bits = Math.floor(Math.log2(exponent)) + 1;
  const unit = 2 ** Math.max(0, exponent - bits);
  return Math.ceil(length / unit) * unit;
}

const payloadLength = (padded) =>
  16 + padded + tagLength * Math.max(1, Math.ceil(padded / chunkLength));

function nonceOf(index, isLast) {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setBigUint64(3, BigInt(index));
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

/** SHA-256 of the payload that `plain` seals to, with zeros behind it up to `padded` bytes. */
export function hashOfPayload(plain, padded, fileKey, nonce) {
  const key = derive(fileKey, nonce, ascii("payload"), 32);
  const hash = nobleSha256.create().update(nonce);
  const count = Math.max(1, Math.ceil(padded / chunkLength));
  for (let i = 0; i < count; ++i) {
    const start = i * chunkLength;
    const chunk = new Uint8Array(Math.min(chunkLength, padded - start));
    chunk.set(plain.subarray(start, start + chunk.length));
    hash.update(chacha20poly1305(key, nonceOf(i, i === count - 1)).encrypt(chunk));
  }
  return toHex(hash.digest());
}

/**
 * Which opening's object the file is, the first of several.
 * @param {Uint8Array} plain
 * @param {object[]} openings of judgeReceipt
 * @returns {{sha256: string, object: string | null}}
 */
export function matchFile(plain, openings) {
  const padded = Math.max(leastLength, padme(plain.length));
  const match = openings.find(
    ({ named, fileKey, nonce }) =>
      named.length === BigInt(payloadLength(padded)) &&
      named.sha256 === hashOfPayload(plain, padded, fileKey, nonce),
  );
  return { sha256: toHex(sha256(plain)), object: match?.object ?? null };
}
