// Random histories, judged by this verifier and by `amparo verify`: the two say the same to each,
// as a receipt and as evidence, whole and with something left out.
//   AMPARO=build/.../amparo node tests/verifier/run.mjs walk_test.mjs
// AMPARO_SEED repeats a run; AMPARO_WALKS says how many histories.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";

import { exitCode, judge } from "../../tools/verify/src/judge.mjs";
import { toJson } from "../../tools/verify/src/print.mjs";
import { parseJson } from "./vector_file.mjs";
import { Walk } from "./walk.mjs";

const seed = Number(process.env.AMPARO_SEED ?? Math.floor(Math.random() * 2 ** 31));
const count = Number(process.env.AMPARO_WALKS ?? 20);
const folder = mkdtempSync(join(tmpdir(), "amparo-walk-"));
after(() => rmSync(folder, { recursive: true }));

function theirs(text) {
  const path = join(folder, "file.txt");
  writeFileSync(path, text);
  const run = spawnSync(process.env.AMPARO, ["verify", "--json", path], { encoding: "utf8" });
  assert.ok(run.stdout.startsWith("{"), `${run.stdout}${run.stderr}`);
  return { result: parseJson(run.stdout), exit: run.status };
}

test("two implementations say the same to every history", () => {
  const outcomes = new Map();
  for (let number = 0; number < count; ++number) {
    const walk = new Walk(seed + number);
    const end = walk.go(60) ? walk.refusal : "no refusal";
    const files = {
      receipt: walk.stage.receiptText(),
      "receipt up to its end": walk.stage.receiptText(({ position }) => position < walk.last),
      "receipt with gaps": walk.stage.receiptText(walk.omission()),
      evidence: walk.stage.evidenceText(),
      "evidence with gaps": walk.stage.evidenceText(walk.omission()),
    };
    for (const [kind, text] of Object.entries(files)) {
      const where = `AMPARO_SEED=${seed + number}, ${kind}, ending with ${end}`;
      const result = judge(text);
      const other = theirs(text);
      assert.deepEqual(parseJson(toJson(result)), other.result, where);
      assert.equal(exitCode(result), other.exit, where);
      const outcome = `${kind}: ${result.verdict} ${result.reason ?? ""}`;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  }
  console.log(`seed ${seed}: the same result on ${count} histories`);
  for (const [outcome, times] of [...outcomes].sort()) console.log(`  ${times} ${outcome}`);
});
