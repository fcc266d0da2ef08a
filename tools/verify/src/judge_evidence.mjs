// What evidence proves: docs/spec/receipt.md, "Judging evidence".

import { equal, toHex } from "./bytes.mjs";
import { Refused, zeros16, zeros32 } from "./directory.mjs";
import { Stopped, decodeStatements, judgeProofs, newState, replay } from "./judge_receipt.mjs";
import { hashOfLeaf, isContinued, isIncluded, tagOf } from "./merkle.mjs";
import { insistOnNext, insistOnRoots } from "./policy.mjs";
import { Judged, checkpointOr, decodeMeant, orInvalid } from "./verdict.mjs";

// Refusals that cannot come of what was left out, nor of time: "Refusals that count".
const byAuthor = ["ACTOR_MISMATCH", "BAD_SIGNATURE", "REVOKED"];
const byAuthorIfWhole = ["UNKNOWN_CERTIFICATE", "NOT_YET_ENDORSED"];
const byRules = [
  "MALFORMED",
  "SUBJECT_EXISTS",
  "ROLE_REQUIRED",
  "DESK_REQUIRED",
  "NOT_THE_ASSIGNEE",
  "NOT_THE_REVIEWER",
  "NOT_THE_SUBMITTER",
  "REVIEWER_IS_TRANSLATOR",
  "REVIEWER_IS_SUBMITTER",
  "TRANSLATOR_IS_SUBMITTER",
  "APPROVER_IS_AUTHOR",
  "APPROVER_IS_SUBMITTER",
  "TEXT_IS_NOT_CURRENT",
  "SOURCE_IS_NOT_CURRENT",
  "VERSION_NOT_NEXT",
  "CASE_MISMATCH",
  "CERTIFICATE_MISSING",
  "NOTE_MISSING",
];
const byRulesIfWhole = [
  "TRANSLATOR_INVALID",
  "REVIEWER_INVALID",
  "ATTORNEY_INVALID",
  "USABLE_GRANT_MISSING",
];

// Steps 1 and 2. Returns the newest policy's log key.
function judgePolicies({ org }, statements) {
  let before = null;
  for (const statement of statements) {
    const policy = statement.act;
    try {
      insistOnRoots(statement, before === null ? [policy] : [before, policy]);
      insistOnNext(before, policy);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      orInvalid(false, "WRONG_ORG");
    }
    const isFirst = before === null;
    orInvalid(statement.org === org && (!isFirst || policy.hash === org), "WRONG_ORG");
    before = policy;
  }
  return before.logKey;
}

// Whether every position between the newest tick below and this one is in the receipt.
function isWhole({ placed }, lists) {
  const below = lists.ticks.filter(({ position }) => position < placed.position).at(-1);
  if (below === undefined) return false;
  const all = [...lists.directory, ...lists.ticks, ...lists.history];
  const between = all.filter(
    ({ position }) => position > below.position && position < placed.position,
  );
  return BigInt(between.length) === placed.position - below.position - 1n;
}

function historyCounts(stopped, { document }, lists) {
  const { refusal, placed } = stopped;
  if (placed.statement.subject !== document.subject) return false;
  const isWholeThere = isWhole(stopped, lists);
  if (stopped.isByAuthor) {
    return byAuthor.includes(refusal) || (isWholeThere && byAuthorIfWhole.includes(refusal));
  }
  const { isTurn, subjectPrev } = placed.statement;
  if (!isTurn || subjectPrev !== document.head) return false;
  if (byRules.includes(refusal)) return true;
  // Whether an assign goes on or is a new one follows from the lease: from ticks further back.
  const isOfLease = placed.statement.name === "assign" && refusal === "USABLE_GRANT_MISSING";
  return isWholeThere && !isOfLease && byRulesIfWhole.includes(refusal);
}

function counts(stopped, state, lists) {
  const { statement } = stopped.placed;
  const { head } = state.directory;
  if (stopped.reason === "HISTORY_REFUSED") return historyCounts(stopped, state, lists);
  if (statement.name === "log_epoch") return false;
  if (statement.name === "tick") {
    const shows = !["TICK_NOT_RISING", "STALE"].includes(stopped.refusal);
    return shows && statement.act.directoryHead === head;
  }
  const shows = !["STALE", "EXPIRED", "INVITATION_EXPIRED"].includes(stopped.refusal);
  return shows && statement.subjectPrev === head;
}

function judgeInvalidHistory({ org, receipt }, lists) {
  judgeProofs(receipt, lists, org);
  const state = newState();
  state.document.subject = receipt.document;
  const all = [...lists.directory, ...lists.ticks, ...lists.history];
  try {
    replay(state, receipt, lists);
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    const { position } = error.placed;
    const isHighest = all.every((placed) => placed.position <= position);
    if (isHighest && counts(error, state, lists)) {
      return new Judged("PROVEN_INVALID_HISTORY", null, position);
    }
  }
  return new Judged("NOT_EVIDENCE");
}

function judgeEquivocation(evidence, [first, second]) {
  const isProven = first.size === second.size && !equal(first.root, second.root);
  return new Judged(isProven ? "PROVEN_EQUIVOCATION" : "NOT_EVIDENCE");
}

function judgeFork({ otherRoot, path }, [earlier, later]) {
  const isProven =
    earlier.size > 0n &&
    earlier.size < later.size &&
    !equal(otherRoot, earlier.root) &&
    isContinued(earlier.size, otherRoot, later.size, later.root, path);
  return new Judged(isProven ? "PROVEN_FORK" : "NOT_EVIDENCE");
}

function judgeRollback({ path }, [larger, smaller]) {
  const isReported =
    smaller.size < larger.size &&
    isContinued(smaller.size, smaller.root, larger.size, larger.root, path);
  return new Judged(isReported ? "REPORTED_ROLLBACK" : "NOT_EVIDENCE");
}

function judgeWithholding({ org, position, leaf, path, subject, previous }, [checkpoint]) {
  const isThere = isIncluded(hashOfLeaf(leaf), position, checkpoint.size, path, checkpoint.root);
  const isMeant =
    leaf[0] === 1
      ? subject === zeros16 && previous === zeros32
      : toHex(leaf.subarray(1, 17)) === toHex(tagOf(org, subject, previous));
  return new Judged(isThere && isMeant ? "REPORTED_WITHHOLDING" : "NOT_EVIDENCE");
}

const judgesOfNotes = new Map([
  [1, judgeEquivocation],
  [2, judgeFork],
  [3, judgeRollback],
  [5, judgeWithholding],
]);

/**
 * Judges decoded evidence. Throws Malformed or UpdateRequired, or Judged with INVALID.
 * @returns {Judged}
 */
export function judgeEvidence(evidence) {
  const isPolicy = ({ name }) => name === "policy";
  const policies = evidence.policies.map((bytes) => decodeMeant(bytes, isPolicy));
  const lists = evidence.type === 4 ? decodeStatements(evidence.receipt) : null;
  const logKey = judgePolicies(evidence, policies);
  const checkpoints = evidence.notes.map((bytes) => checkpointOr(bytes, evidence.org, logKey));
  if (lists !== null) return judgeInvalidHistory(evidence, lists);
  return judgesOfNotes.get(evidence.type)(evidence, checkpoints);
}
