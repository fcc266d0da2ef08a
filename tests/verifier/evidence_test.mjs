// What evidence must not be made of: docs/spec/receipt.md, "Judging evidence" and "Refusals that
// count". Each of these files is in order, and shows nothing.
import assert from "node:assert/strict";
import test from "node:test";

import { roles, zeros32 } from "../../tools/verify/src/directory.mjs";
import { judge } from "../../tools/verify/src/judge.mjs";
import { emptyRoot, hashOfLeaf, leafOf } from "../../tools/verify/src/merkle.mjs";
import { Walk } from "./walk.mjs";
import { fork, hashOf, idOf, invalidHistory, treeOf, writeCheckpoint } from "./writing.mjs";

const verdictOf = (text) => judge(text).verdict;
const submitted = { caseId: idOf("case"), desk: 1, deliverOnApproval: true, number: 1, version: 1 };
const text = [1, 2].map((objectClass) => ({ object: idOf(`part ${objectClass}`), objectClass }));

// A log with its people, everybody certified, and nothing of the document yet.
function newStage() {
  for (let seed = 1; ; ++seed) {
    const { stage } = new Walk(seed);
    const isThere = (person, role) => stage.state.directory.hasRole(idOf(person), role);
    if (isThere("fay", roles.fellow) && isThere("uma", roles.auditor)) return stage;
  }
}

function submit(stage, by, more = {}) {
  const { member, id } = stage.certificates.get("cleo");
  const grants = [{ object: text[0].object, grantee: member, certificate: id, purpose: 2 }];
  return stage.append(stage.compose(by, "submit", submitted, { objects: text, grants, ...more }));
}

test("a submission by an auditor is evidence, and not of another document", () => {
  const stage = newStage();
  submit(stage, "uma");
  assert.equal(verdictOf(stage.evidenceText()), "PROVEN_INVALID_HISTORY");
  const other = newStage();
  submit(other, "uma", { bend: { subject: idOf("another document") } });
  assert.equal(verdictOf(other.evidenceText()), "NOT_EVIDENCE");
  const forged = newStage();
  submit(forged, "uma", { signers: ["ria"], bend: { subject: idOf("another document") } });
  assert.equal(verdictOf(forged.evidenceText()), "NOT_EVIDENCE");
});

test("a remark that is refused is no evidence: what it answers may have been left out", () => {
  const stage = newStage();
  const { member, id } = stage.certificates.get("cleo");
  const grants = [{ object: text[0].object, grantee: member, certificate: id, purpose: 2 }];
  stage.say("fay", "submit", submitted, { objects: text, grants });
  const shared = stage.compose("fay", "share", { with: member });
  stage.append(shared);
  assert.equal(verdictOf(stage.evidenceText()), "NOT_EVIDENCE");
});

test("an author whom nobody certified is evidence where the directory is whole alone", () => {
  const stage = newStage();
  submit(stage, "fay", { bend: { certificate: hashOf("nobody's") } });
  assert.equal(verdictOf(stage.evidenceText()), "PROVEN_INVALID_HISTORY");
  const withoutTicks = ({ statement }) => statement.name !== "tick";
  assert.equal(verdictOf(stage.evidenceText(withoutTicks)), "NOT_EVIDENCE");
  const withGap = ({ position }) => position !== BigInt(stage.placed.length - 2);
  assert.equal(verdictOf(stage.evidenceText(withGap)), "NOT_EVIDENCE");
});

test("a log epoch is no evidence, whatever it names before it", () => {
  const stage = newStage();
  const act = { epoch: 1, size: 1n, root: zeros32 };
  const bend = { subjectPrev: stage.state.directory.head };
  stage.append(stage.compose("root", "log_epoch", act, { signers: ["root a"], bend }));
  assert.equal(verdictOf(stage.evidenceText()), "NOT_EVIDENCE");
});

test("a fork needs an earlier tree that is not empty, is smaller, and has another root", () => {
  const stage = newStage();
  const leaves = stage.placed.map(({ statement }) => hashOfLeaf(leafOf(statement)));
  const { root } = treeOf(leaves.slice(0, 2));
  const note = (size, its) => writeCheckpoint(stage.org, size, its, "log");
  const path = [leaves[1]];
  const told = (...fields) => verdictOf(stage.evidenceText(null, 2, fork(...fields)));
  const other = treeOf([leaves[1]]).root;
  assert.equal(told(note(1, other), note(2, root), leaves[0], path), "PROVEN_FORK");
  assert.equal(told(note(1, leaves[0]), note(2, root), leaves[0], path), "NOT_EVIDENCE");
  assert.equal(told(note(1, other), note(2, root), other, path), "NOT_EVIDENCE");
  assert.equal(told(note(2, other), note(2, root), root, []), "NOT_EVIDENCE");
  assert.equal(told(note(0, emptyRoot), note(2, root), emptyRoot, []), "NOT_EVIDENCE");
  assert.equal(told(note(0, emptyRoot), note(2, root), other, []), "NOT_EVIDENCE");
});

test("policies that name another organisation are those of another", () => {
  const stage = newStage();
  submit(stage, "uma");
  assert.equal(verdictOf(stage.evidenceText()), "PROVEN_INVALID_HISTORY");
  const fields = invalidHistory(stage.receipt());
  const { act } = stage.placed[0].statement;
  const bend = { org: hashOf("another"), subjectPrev: zeros32, seq: 1n };
  const signers = ["root a", "root b"];
  const bytes = stage.compose("root", "policy", act, { signers, bend });
  stage.placed[0] = { ...stage.placed[0], bytes };
  assert.equal(judge(stage.evidenceText(null, 4, fields)).reason, "WRONG_ORG");
});
