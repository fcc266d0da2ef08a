// The verifier's primitives against vectors that other people published.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";

import { ascii, equal, fromHex, toHex } from "../../tools/verify/src/bytes.mjs";
import { isRecipientKey, isSigningKey, verifies } from "../../tools/verify/src/crypto.mjs";
import { padme } from "../../tools/verify/src/files.mjs";
import { emptyRoot, isContinued, isIncluded, leafHash } from "../../tools/verify/src/merkle.mjs";
import { demandSigned, readNote } from "../../tools/verify/src/note.mjs";
import { ours, published, readJson } from "./vector_file.mjs";

// Runs `check` with the folder, or skips by its name.
function testPublished(name, folder, check) {
  const path = published(folder);
  test(name, { skip: path === null && `no folder of vectors: ${folder}` }, () => check(path));
}

testPublished("Ed25519 accepts what libsodium does, and nothing else", "cctv-ed25519", (path) => {
  const vectors = readJson(join(path, "ed25519vectors.json"));
  assert.equal(vectors.length, 914);
  const accepted = vectors.filter(({ sig, msg, key }) =>
    verifies(fromHex(sig), ascii(msg), fromHex(key)),
  );
  const kinds = new Map();
  for (const { flags } of accepted) {
    const kind = (flags ?? []).join();
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  assert.deepEqual(Object.fromEntries(kinds), {
    "": 1,
    low_order_component_A: 7,
    "low_order_component_R,low_order_component_A": 35,
  });
});

testPublished("Ed25519 agrees with Wycheproof", "wycheproof", (path) => {
  let count = 0;
  for (const { publicKey, tests } of readJson(join(path, "ed25519_test.json")).testGroups) {
    for (const { tcId, sig, msg, result } of tests) {
      const is = verifies(fromHex(sig), fromHex(msg), fromHex(publicKey.pk));
      assert.equal(is, result === "valid", `test ${tcId}`);
      count += 1;
    }
  }
  assert.ok(count > 100, `${count} tests`);
});

testPublished("a recipient of low order is refused", "wycheproof", (path) => {
  const groups = readJson(join(path, "x25519_test.json")).testGroups;
  const tests = groups.flatMap((group) => group.tests);
  const lowOrder = tests.filter(({ shared }) => /^0+$/.test(shared));
  assert.ok(lowOrder.length > 5, `${lowOrder.length} tests`);
  for (const one of lowOrder) assert.ok(!isRecipientKey(fromHex(one.public)), `test ${one.tcId}`);
  const odd = ["NonCanonicalPublic", "LowOrderPublic"];
  const plain = tests.filter(({ flags }) => !flags.some((flag) => odd.includes(flag)));
  assert.ok(plain.length > 100, `${plain.length} tests`);
  const isTopBitSet = (hex) => fromHex(hex)[31] >= 128;
  for (const { tcId, public: key, shared } of plain) {
    if (isTopBitSet(key) || /^0+$/.test(shared)) continue;
    assert.ok(isRecipientKey(fromHex(key)), `test ${tcId}`);
  }
});

test("a signing key is a canonical point of the prime-order group", () => {
  const good = "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c";
  const bad = {
    identity: `01${"00".repeat(31)}`,
    "of order 2": `ec${"ff".repeat(30)}7f`,
    "of order 4": "00".repeat(32),
    "of order 8": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "not on the curve": `02${"00".repeat(31)}`,
    "not canonical": `f0${"ff".repeat(30)}7f`,
  };
  assert.ok(isSigningKey(fromHex(good)));
  for (const [what, key] of Object.entries(bad)) assert.ok(!isSigningKey(fromHex(key)), what);
});

testPublished("a signing key has no component of low order", "cctv-ed25519", (path) => {
  const vectors = readJson(join(path, "ed25519vectors.json"));
  const odd = vectors.filter(({ flags }) => flags?.includes("low_order_component_A"));
  assert.ok(odd.length > 100, `${odd.length} vectors`);
  for (const { number, key } of odd) assert.ok(!isSigningKey(fromHex(key)), `vector ${number}`);
});

function fromBase64(text) {
  return Uint8Array.from(Buffer.from(text ?? "", "base64"));
}

function jsonFilesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return jsonFilesBelow(path);
    return entry.name.endsWith(".json") ? [path] : [];
  });
}

testPublished("inclusion agrees with transparency-dev", "transparency-dev-merkle", (path) => {
  const files = jsonFilesBelow(join(path, "testdata", "inclusion"));
  assert.ok(files.length > 50, `${files.length} files`);
  for (const file of files) {
    const { leafIdx, treeSize, root, leafHash: leaf, proof, wantErr } = readJson(file);
    const hashes = (proof ?? []).map(fromBase64);
    const isThere =
      leafIdx >= 0 &&
      [...hashes, fromBase64(leaf)].every(({ length }) => length === 32) &&
      isIncluded(fromBase64(leaf), BigInt(leafIdx), BigInt(treeSize), hashes, fromBase64(root));
    assert.equal(isThere, !wantErr, file);
  }
});

testPublished("consistency agrees with transparency-dev", "transparency-dev-merkle", (path) => {
  const files = jsonFilesBelow(join(path, "testdata", "consistency"));
  assert.ok(files.length > 50, `${files.length} files`);
  for (const file of files) {
    const { size1, size2, root1, root2, proof, wantErr } = readJson(file);
    if (size1 === 0) continue; // an error to them; docs/spec/log.md gives it a meaning
    const hashes = (proof ?? []).map(fromBase64);
    const roots = [root1, root2].map(fromBase64);
    const sizes = [size1, size2].map((size) => BigInt(size));
    const isProven =
      hashes.every(({ length }) => length === 32) &&
      isContinued(sizes[0], roots[0], sizes[1], roots[1], hashes);
    assert.equal(isProven, !wantErr, file);
  }
});

testPublished("proofs agree with Certificate Transparency", "ct-known-answers", (path) => {
  const answers = readJson(join(path, "known_answers.json"));
  const roots = answers.roots_by_size_hex.map(fromHex);
  assert.equal(toHex(emptyRoot), answers.empty_root);
  const leaves = answers.leaf_inputs_hex.map((input) => leafHash(fromHex(input)));
  assert.ok(equal(leaves[0], roots[0]));
  for (const one of answers.inclusion_paths.filter((entry) => entry.tree_size > 0)) {
    const index = one.leaf_index_1based - 1;
    const size = one.tree_size;
    const hashes = one.path_hex.map(fromHex);
    const ask = (at) =>
      isIncluded(leaves[index], BigInt(at), BigInt(size), hashes, roots[size - 1]);
    assert.ok(ask(index), JSON.stringify(one));
    assert.ok(!ask(index + 1));
  }
  for (const { size1, size2, proof_hex: proof } of answers.consistency_proofs) {
    if (size1 === 0 || size2 === 0) continue;
    const hashes = proof.map(fromHex);
    const ask = (root) =>
      isContinued(BigInt(size1), root, BigInt(size2), roots[size2 - 1], hashes);
    assert.ok(ask(roots[size1 - 1]), `${size1} to ${size2}`);
    assert.ok(!ask(emptyRoot), `${size1} to ${size2}`);
  }
});

testPublished("a signed note is read as its specification's example is", "c2sp-notes", (path) => {
  const { vkey, note } = readJson(join(path, "signed_note_spec_example.json"));
  const [name, , key] = vkey.split(/\+(.{8})\+(.*)$/s);
  const signer = fromBase64(vkey.slice(name.length + 10));
  assert.ok(key.length > 0);
  const parsed = readNote(Uint8Array.from(Buffer.from(note, "utf8")));
  demandSigned(parsed, name, signer.subarray(1));
  parsed.text = parsed.text.replace("example", "exbmple");
  assert.throws(() => demandSigned(parsed, name, signer.subarray(1)));
});

test("padded lengths are those of our table", () => {
  const rows = readFileSync(join(ours, "padme", "padme.csv"), "utf8").trim().split("\n").slice(1);
  assert.ok(rows.length > 20, `${rows.length} rows`);
  for (const row of rows) {
    const [length, padded] = row.split(",").map(Number);
    assert.equal(padme(length), padded, row);
  }
});
