// The verifier's workflow against the matrix of docs/spec/workflow.md: who may do what, when, how
// the others are refused, and who may see. The page's tables are printed by the other
// implementation.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

import { Refused } from "../../tools/verify/src/directory.mjs";
import { maySee } from "../../tools/verify/src/document.mjs";
import { actsOfMatrix, everybody, stageIn } from "./matrix_stage.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const page = readFileSync(join(here, "..", "..", "docs", "spec", "workflow.md"), "utf8");
const [, printed] = /<!-- matrix[^\n]*\n(.*)<!-- \/matrix -->/s.exec(page);
const [matrix, refusals, seeing] = printed.split("\n\n").map((table) => {
  const rows = table.trim().split("\n");
  const cells = rows.map((row) => row.split("|").slice(1, -1).map((cell) => cell.trim()));
  return { head: cells[0], rows: cells.slice(2) };
});

// Nothing, or the name of the refusal.
function refusalOf(act, state, person) {
  const stage = stageIn(state);
  try {
    actsOfMatrix[act](stage, person);
    return null;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return error.refusal;
  }
}

test("every act in every state is open to those of the matrix, and to nobody else", () => {
  const states = matrix.head.slice(1);
  assert.equal(states.length, 10);
  assert.deepEqual(
    matrix.rows.map(([act]) => act),
    Object.keys(actsOfMatrix),
  );
  for (const [act, ...cells] of matrix.rows) {
    states.forEach((state, column) => {
      const allowed = everybody.filter((person) => refusalOf(act, state, person) === null);
      const expected = cells[column] === "-" ? [] : [...cells[column]];
      assert.deepEqual(allowed, everybody.filter((p) => expected.includes(p)), `${act}, ${state}`);
    });
  }
});

test("everybody else is refused by the name in the page", () => {
  assert.ok(refusals.rows.length >= 18);
  for (const [act, state, refused] of refusals.rows) {
    for (const group of refused.split(", ")) {
      const [letters, name] = group.split(" ");
      for (const person of letters) {
        assert.equal(refusalOf(act, state, person), name, `${act}, ${state}, ${person}`);
      }
    }
  }
});

test("a document is seen by those of the page", () => {
  assert.equal(seeing.rows.length, 10);
  for (const [state, who] of seeing.rows) {
    const stage = stageIn(state);
    const sees = (person) =>
      maySee(stage.document, stage.certificate(person), stage.directory.now);
    const expected = everybody.filter((person) => who.includes(person));
    assert.deepEqual(everybody.filter(sees), expected, state);
  }
});
