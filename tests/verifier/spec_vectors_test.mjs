// The verifier against the vectors of statement.md and log.md.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import test from "node:test";

import { ascii, concat, fromHex, toHex } from "../../tools/verify/src/bytes.mjs";
import { Malformed, UpdateRequired, equal } from "../../tools/verify/src/bytes.mjs";
import {
  emptyRoot,
  hashOfLeaf,
  isContinued,
  isIncluded,
  leafOf,
  nodeHash,
} from "../../tools/verify/src/merkle.mjs";
import { cosignerName, readCheckpoint } from "../../tools/verify/src/note.mjs";
import { readWitness, timeOfCosignature } from "../../tools/verify/src/note.mjs";
import { decodeStatement, isSignedBy } from "../../tools/verify/src/statement.mjs";
import { signaturesVerify } from "../../tools/verify/src/statement.mjs";
import { ours, readLines, readVectors } from "./vector_file.mjs";

const require = createRequire(new URL("../../tools/verify/package.json", import.meta.url));
const { ed25519 } = require("@noble/curves/ed25519");

function outcomeOf(bytes) {
  try {
    const statement = decodeStatement(bytes);
    return { outcome: signaturesVerify(statement) ? "ok" : "bad-signature", statement };
  } catch (error) {
    if (error instanceof Malformed) return { outcome: "malformed" };
    if (error instanceof UpdateRequired) return { outcome: "unknown-kind" };
    throw error;
  }
}

const vectors = readVectors("statement");

test("every vector of a statement has its outcome and its hash", () => {
  assert.ok(vectors.length >= 60, `${vectors.length} vectors`);
  for (const vector of vectors) {
    const { outcome, statement } = outcomeOf(fromHex(vector.bytes));
    assert.equal(outcome, vector.expect, vector.name);
    if (outcome === "ok") assert.equal(statement.id, vector["statement-hash"], vector.name);
  }
});

test("a statement with one bit changed is another, or none", () => {
  for (const { name, bytes, expect } of vectors.filter((vector) => vector.expect === "ok")) {
    const whole = fromHex(bytes);
    const id = decodeStatement(whole).id;
    for (let at = 0; at < whole.length; at += 7) {
      const changed = Uint8Array.from(whole);
      changed[at] ^= 1 << at % 8;
      const { outcome, statement } = outcomeOf(changed);
      assert.ok(outcome !== expect || statement.id !== id, `${name}, byte ${at}`);
    }
  }
});

test("a statement with two right signatures is signed by neither alone", () => {
  const vectorOf = (name) => vectors.find((vector) => vector.name === name);
  const two = decodeStatement(fromHex(vectorOf("good_log_epoch.txt").bytes));
  assert.ok(signaturesVerify(two));
  for (const { key } of two.signatures) assert.ok(!isSignedBy(two, key));
  const one = decodeStatement(fromHex(vectorOf("good_tick.txt").bytes));
  const [{ key }] = one.signatures;
  assert.ok(isSignedBy(one, key));
  const other = two.signatures.find((signature) => !equal(signature.key, key));
  assert.ok(!isSignedBy(one, other.key));
});

test("every statement that is cut short is malformed", () => {
  for (const { name, bytes } of vectors.filter((vector) => vector.expect === "ok")) {
    const whole = fromHex(bytes);
    for (let length = 0; length < whole.length; length += 13) {
      assert.equal(outcomeOf(whole.subarray(0, length)).outcome, "malformed", `${name}, ${length}`);
    }
  }
});

function rootOf(hashes) {
  if (hashes.length === 0) return emptyRoot;
  if (hashes.length === 1) return hashes[0];
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return nodeHash(rootOf(hashes.slice(0, split)), rootOf(hashes.slice(split)));
}

// The log's key in the vectors: the seed is 32 x 04.
const logKey = fromHex("ca93ac1705187071d67b83c7ff0efe8108e8ec4530575d7726879333dbdabe7c");
const org = "0a".repeat(32);
const log = readLines(join(ours, "log", "three_leaves.txt"));
const notes = log.get("checkpoint").map((line) => line.replaceAll("\\n", "\n"));
const noteBytes = (note) => Uint8Array.from(Buffer.from(note, "utf8"));

test("leaves, roots and checkpoints are those of the vector", () => {
  const names = log.get("statement");
  const hashes = [];
  names.forEach((name, index) => {
    const { bytes } = vectors.find((vector) => vector.name === `${name}.txt`);
    const leaf = leafOf(decodeStatement(fromHex(bytes)));
    const input = concat(ascii("amparo/leaf/v1\n\0"), leaf);
    assert.equal(toHex(input), log.get("leaf-input")[index], name);
    hashes.push(hashOfLeaf(leaf));
    assert.equal(toHex(hashes[index]), log.get("leaf-hash")[index], name);
    assert.equal(toHex(rootOf(hashes)), log.get("root")[index], name);
    const checkpoint = readCheckpoint(noteBytes(notes[index]), org, logKey);
    assert.equal(checkpoint.size, BigInt(index + 1));
    assert.ok(equal(checkpoint.root, rootOf(hashes)));
  });
  assert.ok(names.length >= 3);
});

test("a checkpoint with any byte changed is refused", () => {
  const note = noteBytes(notes[0]);
  for (let at = 0; at < note.length; ++at) {
    const changed = Uint8Array.from(note);
    changed[at] ^= 1;
    assert.throws(() => readCheckpoint(changed, org, logKey), Malformed, `byte ${at}`);
  }
});

test("a line of the log's name and key that does not verify counts, beside one that does", () => {
  const [whole] = notes;
  const wrong = notes[1].split("\n\n")[1];
  assert.throws(() => readCheckpoint(noteBytes(whole + wrong), org, logKey), Malformed);
});

test("of size 0 the root is that of the empty tree", () => {
  const name = `amparo.invalid/log/${org}`;
  const logSeed = new Uint8Array(32).fill(4);
  const idOfKey = Buffer.from(notes[0].split(" ").at(-1), "base64").subarray(0, 4);
  const signed = (root) => {
    const text = `${name}\n0\n${Buffer.from(root).toString("base64")}\n`;
    const signature = Buffer.from(ed25519.sign(noteBytes(text), logSeed));
    const base64 = Buffer.concat([idOfKey, signature]).toString("base64");
    return noteBytes(`${text}\n\u2014 ${name} ${base64}\n`);
  };
  assert.equal(readCheckpoint(signed(emptyRoot), org, logKey).size, 0n);
  const other = fromHex(log.get("root")[0]);
  assert.throws(() => readCheckpoint(signed(other), org, logKey), Malformed);
});

test("a checkpoint is refused in every other spelling", () => {
  const [text, signature] = notes[2].split("\n\n");
  const others = {
    "a line more": `${text}\nmore\n\n${signature}`,
    "a size with a zero before it": notes[2].replace("\n3\n", "\n03\n"),
    "no signature": `${text}\n\n`,
    "no last newline": notes[2].slice(0, -1),
    "carriage returns": notes[2].replaceAll("\n", "\r\n"),
    "another log": notes[2].replaceAll("/0a0a", "/0b0a"),
    "33 signatures": `${text}\n\n${signature.repeat(33)}`,
    "a signature without padding": notes[2].replace(/=\n$/, "\n"),
    empty: "",
  };
  for (const [what, note] of Object.entries(others)) {
    assert.throws(() => readCheckpoint(noteBytes(note), org, logKey), Malformed, what);
  }
  readCheckpoint(noteBytes(`${text}\n\n${signature.repeat(32)}`), org, logKey);
});

const proofs = readLines(join(ours, "log", "proofs.txt"));

test("proofs are those of the vector, and no hash of them is idle", () => {
  const leaves = log.get("leaf-hash").map(fromHex);
  const roots = [emptyRoot, ...log.get("root").map(fromHex)];
  const inclusion = (at, size, path) =>
    isIncluded(leaves[at], BigInt(at), BigInt(size), path, roots[size]);
  const consistency = (from, to, path) =>
    isContinued(BigInt(from), roots[from], BigInt(to), roots[to], path);
  for (const [key, ask] of Object.entries({ inclusion, consistency })) {
    assert.ok(proofs.get(key).length >= 6, key);
    for (const line of proofs.get(key)) {
      const [first, second, ...hashes] = line.split(" ");
      const path = hashes.map(fromHex);
      assert.ok(ask(Number(first), Number(second), path), line);
      assert.ok(!ask(Number(first), Number(second), [...path, roots[1]]), line);
      path.forEach((_, index) => {
        const changed = path.map((hash) => Uint8Array.from(hash));
        changed[index][31] ^= 1;
        assert.ok(!ask(Number(first), Number(second), changed), line);
      });
    }
  }
});

test("cosignatures are those of the vector, under name, key and time", () => {
  const vector = readLines(join(ours, "log", "cosigned.txt"));
  const [whole] = vector.get("cosigned").map((line) => line.replaceAll("\\n", "\n"));
  const { note } = readCheckpoint(noteBytes(whole), org, logKey);
  const witnesses = vector.get("witness").map(readWitness);
  assert.equal(witnesses[0].name, cosignerName(vector.get("certificate")[0]));
  witnesses.forEach(({ name, id, key }, index) => {
    const line = note.lines.find((one) => one.name === name && one.id === id);
    assert.equal(timeOfCosignature(note, line, key), BigInt(vector.get("time")[index]));
    for (let at = 0; at < line.signature.length; ++at) {
      const signature = Uint8Array.from(line.signature);
      signature[at] ^= 4;
      assert.equal(timeOfCosignature(note, { ...line, signature }, key), null);
    }
    const other = witnesses[1 - index].key;
    assert.equal(timeOfCosignature(note, line, other), null);
  });
});

test("a verifier key with another id, type or spelling is refused", () => {
  const [key] = readLines(join(ours, "log", "cosigned.txt")).get("witness");
  const [name, id, bytes] = /^([^+]+)\+([^+]+)\+(.*)$/.exec(key).slice(1);
  const others = [
    `${name}+00000000+${bytes}`,
    `${name}+${id.toUpperCase()}+${bytes}x`,
    `other+${id}+${bytes}`,
    `${name}+${id}+AQ${bytes.slice(2)}`,
    `${name}+${id}`,
    "",
  ];
  for (const one of others) assert.throws(() => readWitness(one), Malformed, one);
});
