// The verifier against tests/vectors/receipt: of every case the whole result, to the letter.
import assert from "node:assert/strict";
import test from "node:test";

import { exitCode, judge } from "../../tools/verify/src/judge.mjs";
import { readWitness } from "../../tools/verify/src/note.mjs";
import { toJson, toWords } from "../../tools/verify/src/print.mjs";
import { receiptCases } from "./receipt_cases.mjs";
import { parseJson } from "./vector_file.mjs";

const cases = receiptCases();

test("there are cases of every verdict", () => {
  const verdicts = new Set(cases.map(({ expect }) => expect.verdict));
  assert.ok(verdicts.size >= 9, [...verdicts].join());
  assert.ok(cases.length >= 100, `${cases.length} cases`);
});

for (const { name, comment, text, files, partners, expect, exit } of cases) {
  test(`${name}: ${comment}`, () => {
    const result = judge(text, { files, witnesses: partners.map(readWitness) });
    assert.deepEqual(parseJson(toJson(result)), expect);
    assert.equal(exitCode(result), exit);
    const words = toWords(result, files.map((_, index) => `file ${index}`));
    assert.match(words, new RegExp(expect.verdict.replace(/_.*/, "")));
  });
}
