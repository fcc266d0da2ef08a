// The primitives, from the @noble libraries, and the checks of keys that the pages ask for.
// docs/spec/statement.md, "Statement" and "Fields that several acts share".

import { ed25519 } from "@noble/curves/ed25519";
import { hkdf } from "@noble/hashes/hkdf";
import { sha256 as nobleSha256, sha512 } from "@noble/hashes/sha2";

import { ascii, compare, concat, equal, fromHex } from "./bytes.mjs";

const order = 2n ** 252n + 27742317777372353535851937790883648493n;
const Point = ed25519.ExtendedPoint;

/** SHA-256 over the pieces, joined. @returns {Uint8Array} */
export function sha256(...pieces) {
  const hash = nobleSha256.create();
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
}

/** SHA-256 over a label, its newline and NUL, and the pieces. */
export const labelled = (label, ...pieces) => sha256(ascii(`${label}\n\0`), ...pieces);

/** HKDF-SHA-256; `info` is bytes. */
export const derive = (key, salt, info, length) => hkdf(nobleSha256, key, salt, info, length);

function littleEndian(bytes) {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString("hex") || "0"}`);
}

/** A point whose encoding is canonical and whose order is not small; or null. */
function pointOf(bytes) {
  try {
    const point = Point.fromHex(bytes, false);
    return point.isSmallOrder() ? null : point;
  } catch {
    return null;
  }
}

/** Whether `key` is a canonical point of the prime-order group. */
export function isSigningKey(key) {
  const point = key.length === 32 ? pointOf(key) : null;
  return point !== null && point.isTorsionFree();
}

/**
 * Ed25519, strictly: RFC 8032 without the cofactor, and neither the key nor R of low order or not
 * canonical, nor S too large. This is what libsodium accepts; the vectors of CCTV tell them apart.
 */
export function verifies(signature, message, key) {
  if (signature.length !== 64 || key.length !== 32) return false;
  const encodedR = signature.subarray(0, 32);
  const s = littleEndian(signature.subarray(32));
  const publicPoint = pointOf(key);
  if (s >= order || publicPoint === null || pointOf(encodedR) === null) return false;
  const k = littleEndian(sha512(concat(encodedR, key, message))) % order;
  const expected = Point.BASE.multiplyUnsafe(s).add(publicPoint.negate().multiplyUnsafe(k));
  return equal(expected.toRawBytes(), encodedR);
}

// u coordinates, little-endian, of the points of X25519 whose order is small.
const lowOrder = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
].map(fromHex);
const prime = fromHex("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed");

/** Whether `key` is the canonical encoding of an X25519 point that is not of low order. */
export function isRecipientKey(key) {
  if (key.length !== 32 || lowOrder.some((point) => equal(point, key))) return false;
  return compare(Uint8Array.from(key).reverse(), prime) < 0;
}
