// The Merkle tree of RFC 6962 and its two proofs, as RFC 9162 section 2.1 checks them.
// docs/spec/log.md, "Leaf", "Tree" and "Proofs".

import { ascii, equal, fromHex } from "./bytes.mjs";
import { labelled, sha256 } from "./crypto.mjs";

const leafLabel = ascii("amparo/leaf/v1\n\0");
const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);

export const emptyRoot = sha256();
export const nodeHash = (left, right) => sha256(nodePrefix, left, right);

/** The hash of a leaf's input. */
export const leafHash = (input) => sha256(leafPrefix, input);

/** What stands in the tree for a leaf of 49 bytes: class, tag, statement hash. */
export const hashOfLeaf = (leaf) => sha256(leafPrefix, leafLabel, leaf);

/** The 16 bytes that name "what comes after `previous` on `subject`"; arguments hexadecimal. */
export function tagOf(org, subject, previous) {
  const pieces = [org, subject, previous].map(fromHex);
  return labelled("amparo/tag/v1", ...pieces).subarray(0, 16);
}

/** The leaf of a decoded statement: class, tag, hash. */
export function leafOf(statement) {
  const tag = tagOf(statement.org, statement.subject, statement.subjectPrev);
  return Uint8Array.of(statement.leafClass, ...tag, ...statement.hash);
}

/**
 * Whether `path` leads from the leaf with this hash, at `index`, to the root of `size` leaves.
 * @param {bigint} index @param {bigint} size
 */
export function isIncluded(hash, index, size, path, root) {
  if (index >= size) return false;
  let node = index;
  let last = size - 1n;
  let result = hash;
  for (const sibling of path) {
    if (last === 0n) return false;
    if (node % 2n === 1n || node === last) {
      result = nodeHash(sibling, result);
      while (node % 2n === 0n && node !== 0n) {
        node >>= 1n;
        last >>= 1n;
      }
    } else {
      result = nodeHash(result, sibling);
    }
    node >>= 1n;
    last >>= 1n;
  }
  return last === 0n && equal(result, root);
}

/**
 * Whether `path` proves that the tree of `larger` leaves continues the one of `smaller` leaves.
 * An empty tree, and a tree of the same size and root, are continued by an empty path.
 * @param {bigint} smaller @param {bigint} larger
 */
export function isContinued(smaller, smallerRoot, larger, largerRoot, path) {
  if (smaller > larger) return false;
  if (smaller === larger) return path.length === 0 && equal(smallerRoot, largerRoot);
  if (smaller === 0n) return path.length === 0 && equal(smallerRoot, emptyRoot);
  let node = smaller - 1n;
  let last = larger - 1n;
  while (node % 2n === 1n) {
    node >>= 1n;
    last >>= 1n;
  }
  // A full tree is its own first node, and is not repeated in the path.
  const nodes = node === 0n ? [smallerRoot, ...path] : path;
  if (nodes.length === 0) return false;
  let first = nodes[0];
  let second = nodes[0];
  for (const sibling of nodes.slice(1)) {
    if (last === 0n) return false;
    if (node % 2n === 1n || node === last) {
      first = nodeHash(sibling, first);
      second = nodeHash(sibling, second);
      while (node % 2n === 0n && node !== 0n) {
        node >>= 1n;
        last >>= 1n;
      }
    } else {
      second = nodeHash(second, sibling);
    }
    node >>= 1n;
    last >>= 1n;
  }
  return last === 0n && equal(first, smallerRoot) && equal(second, largerRoot);
}
