// Receipts and evidence with something changed: the two implementations say the same to each.
//   node tests/verifier/run.mjs mutations_test.mjs
// The program in RECEIPT_MUTATIONS writes the files, and what the C++ judge says to them, a line of
// JSON each. AMPARO_SEED repeats a run; AMPARO_MUTATIONS says how many.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import test from "node:test";

import { exitCode, judge } from "../../tools/verify/src/judge.mjs";
import { readWitness } from "../../tools/verify/src/note.mjs";
import { toJson } from "../../tools/verify/src/print.mjs";
import { parseJson } from "./vector_file.mjs";

const program = process.env.RECEIPT_MUTATIONS;
const seed = process.env.AMPARO_SEED ?? String(Math.floor(Math.random() * 2 ** 31));
const count = process.env.AMPARO_MUTATIONS ?? "400";
const fromBase64 = (text) => new Uint8Array(Buffer.from(text, "base64"));

async function* written() {
  const child = spawn(program, [seed, count], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.on("close", resolve));
  for await (const line of createInterface({ input: child.stdout })) yield parseJson(line);
  assert.equal(await ended, 0, `${program} ${seed} ${count}`);
}

function judged({ text, files, partners }) {
  const beside = { files: files.map(fromBase64), witnesses: partners.map(readWitness) };
  const result = judge(fromBase64(text), beside);
  return { expect: parseJson(toJson(result)), exit: exitCode(result) };
}

test("two implementations say the same to everything that was changed", async () => {
  const outcomes = new Map();
  let total = 0;
  for await (const mutation of written()) {
    const where = `seed ${seed}, number ${mutation.n}: ${mutation.what}`;
    const { expect, exit } = mutation;
    assert.deepEqual(judged(mutation), { expect, exit }, where);
    const outcome = [expect.verdict, expect.reason].filter((word) => word !== null).join(" ");
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    total += 1;
  }
  console.log(`seed ${seed}: the same verdict on ${total} files`);
  for (const [outcome, times] of [...outcomes].sort()) console.log(`  ${times} ${outcome}`);
  assert.equal(total, Number(count));
  assert.ok(outcomes.size >= 10, "too few kinds of verdict for a comparison");
});
