// Rules of a document that the matrix does not show: docs/spec/workflow.md.
import assert from "node:assert/strict";
import test from "node:test";

import { Refused, zeros32 } from "../../tools/verify/src/directory.mjs";
import { actsOfMatrix as acts, assign, stageIn } from "./matrix_stage.mjs";

const hour = 3600n;
const day = 24n * hour;

function isRefused(name, act) {
  assert.throws(act, (error) => error instanceof Refused && error.refusal === name);
}

const comment = { type: 1, inReplyTo: zeros32 };
const note = { classes: [4], grants: [["C"]] };

test("an object is brought once, and granted by those who bring it", () => {
  const stage = stageIn("submitted");
  const [manifest] = stage.texts;
  isRefused("MALFORMED", () => stage.put("C", "note", comment, { ...note, named: manifest }));
  const grants = [["C", manifest]];
  isRefused("MALFORMED", () => stage.put("C", "note", comment, { ...note, grants }));
  stage.put("C", "note", comment, note);
});

test("a lease ends within 90 days, later than now, and then frees the document", () => {
  const stage = stageIn("submitted");
  const { now } = stage.directory;
  isRefused("LEASE_INVALID", () => assign(stage, "C", "T", "R", now));
  isRefused("LEASE_INVALID", () => assign(stage, "C", "T", "R", now + 90n * day + hour));
  assign(stage, "C", "T", "R", now + 90n * day);
  assert.equal(stage.document.stateAt(now + 90n * day - 1n), "assigned");
  assert.equal(stage.document.stateAt(now + 90n * day), "submitted");
});

test("after a return there is a week at least, up to a whole hour", () => {
  const stage = stageIn("in_review");
  stage.directory.now += 6n * day + 1n;
  acts.return(stage, "R");
  assert.equal(stage.document.leaseEnd, stage.directory.now - 1n + 7n * day + hour);
  assert.equal(stage.document.leaseEnd % hour, 0n);
});

test("four eyes: no reviewer of one's own source, translation or correction", () => {
  const stage = stageIn("submitted");
  isRefused("REVIEWER_IS_TRANSLATOR", () => assign(stage, "C", "T", "T"));
  isRefused("TRANSLATOR_IS_SUBMITTER", () => assign(stage, "C", "S", "R"));
  isRefused("REVIEWER_IS_SUBMITTER", () => assign(stage, "C", "T", "S"));
  const corrected = stageIn("in_review");
  acts.hand_in(corrected, "R");
  acts.hand_in(corrected, "T");
  isRefused("APPROVER_IS_AUTHOR", () => acts.approve(corrected, "R"));
  isRefused("APPROVER_IS_AUTHOR", () => assign(corrected, "C", "T", "R"));
  acts["assign, another reviewer"](corrected, "C");
  acts.approve(corrected, "r");
});

test("no other translator is assigned before the one there is unassigned", () => {
  for (const state of ["assigned", "translating", "in_review"]) {
    const stage = stageIn(state);
    for (const by of ["C", "c", "u"]) {
      isRefused("STATE_FORBIDS", () => assign(stage, by, "t", "R"));
    }
  }
});

test("a document that was delivered untranslated is reopened without its translator", () => {
  const stage = stageIn("lease ended");
  acts["deliver, untranslated"](stage, "C");
  acts.reopen(stage, "C");
  assert.equal(stage.document.phase, "submitted");
  isRefused("STATE_FORBIDS", () => acts.hand_in(stage, "T"));
  acts.assign(stage, "C");
});

test("an answer names a question that was asked", () => {
  const stage = stageIn("submitted");
  const answer = (inReplyTo) => () => stage.put("C", "note", { type: 3, inReplyTo }, note);
  isRefused("QUESTION_UNKNOWN", answer(stage.source));
  stage.put("C", "note", { type: 2, inReplyTo: zeros32 }, note);
  answer(`statement ${stage.count}`)();
});

test("a reopened document is delivered anew, and seen by whoever had it", () => {
  const stage = stageIn("received");
  isRefused("ALREADY_RECEIVED", () => acts.receive(stage, "A"));
  acts.reopen(stage, "A");
  acts.note(stage, "A");
  acts.hand_in(stage, "T");
  acts.approve(stage, "R");
  isRefused("NOT_AN_ATTORNEY_OF_THIS", () => acts.reopen(stage, "A"));
  acts.deliver(stage, "C");
  isRefused("NOT_AN_ATTORNEY_OF_THIS", () => acts.receive(stage, "A"));
  assert.equal(stage.document.stateAt(stage.directory.now), "delivered");
  acts.receive(stage, "a");
});

test("a turn follows the newest turn, a remark anything of the document", () => {
  const stage = stageIn("assigned");
  isRefused("STALE", () => stage.put("T", "accept", {}, { previous: stage.source }));
  isRefused("UNKNOWN_PREVIOUS", () => stage.put("C", "note", comment, { ...note, previous: "x" }));
  stage.put("C", "note", comment, { ...note, previous: stage.source });
  stage.put("T", "accept", {});
});

test("a text must be the current one, and a better copy makes the old translations void", () => {
  const stage = stageIn("in_review");
  const old = stage.translation;
  const texts = { translation: old, source: zeros32 };
  isRefused("TEXT_IS_NOT_CURRENT", () => stage.put("R", "approve", texts));
  acts["submit, a better copy"](stage, "S");
  assert.equal(stage.translation, zeros32);
  assign(stage, "C", "T", "R");
  acts.accept(stage, "T");
  acts.hand_in(stage, "T");
  isRefused("TEXT_IS_NOT_CURRENT", () => stage.put("R", "return", { translation: old }, note));
  acts.return(stage, "R");
});

test("a translation is of the current source, with a certificate, and the next", () => {
  const stage = stageIn("translating");
  const act = { version: 1, source: stage.source };
  const brings = (classes) => ({ classes, grants: [["C"]] });
  const handIn = (more, classes = [1, 2, 3]) => () =>
    stage.put("T", "hand_in", { ...act, ...more }, brings(classes));
  isRefused("SOURCE_IS_NOT_CURRENT", handIn({ source: zeros32 }));
  isRefused("VERSION_NOT_NEXT", handIn({ version: 2 }));
  isRefused("CERTIFICATE_MISSING", handIn({}, [1, 2]));
  isRefused("MALFORMED", handIn({}, [1, 2, 3, 3]));
  isRefused("MALFORMED", handIn({}, [1, 3]));
  isRefused("USABLE_GRANT_MISSING", () =>
    stage.put("T", "hand_in", act, { classes: [1, 2, 3], grants: [["A"]] }),
  );
  handIn({})();
});

test("a better copy is of the same case, and the next version", () => {
  const stage = stageIn("submitted");
  const facts = { caseId: "case", desk: 1, deliverOnApproval: false, number: 1, version: 2 };
  const submit = (more) => () =>
    stage.put("C", "submit", { ...facts, ...more }, { classes: [1, 2], grants: [["C"]] });
  isRefused("CASE_MISMATCH", submit({ caseId: "other" }));
  isRefused("CASE_MISMATCH", submit({ number: 2 }));
  isRefused("CASE_MISMATCH", submit({ deliverOnApproval: true }));
  isRefused("VERSION_NOT_NEXT", submit({ version: 3 }));
  submit({})();
});
