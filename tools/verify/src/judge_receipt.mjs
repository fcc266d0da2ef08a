// What a receipt proves: docs/spec/receipt.md, "Judging a receipt", steps 1 to 8 in their order.

import { concat, fromHex, ascii, toHex } from "./bytes.mjs";
import { derive } from "./crypto.mjs";
import { Directory, Refused, insist, zeros16 } from "./directory.mjs";

import { applyToDocument } from "./decide.mjs";
import { Document } from "./document.mjs";
import { judgeCosignatures } from "./judge_cosignatures.mjs";
import { directorySubject, documentSubject, kinds } from "./kinds.mjs";
import { applyToDirectory } from "./members.mjs";
import { hashOfLeaf, isIncluded, leafOf } from "./merkle.mjs";
import { checkpointOr, decodeMeant, orInvalid } from "./verdict.mjs";

const isOfDirectory = ({ kind, name }) =>
  kinds.get(kind).subjectType === directorySubject || name === "log_epoch";
const isTick = ({ name }) => name === "tick";
const isOfDocument = ({ kind }) => kinds.get(kind).subjectType === documentSubject;
const byPosition = (a, b) => (a.position < b.position ? -1 : 1);

/** Step 1 for the statements, list after list. Throws Malformed or UpdateRequired. */
export function decodeStatements({ directory, ticks, history }) {
  const decoded = (list, isMeant) =>
    list.map((placed) => ({ ...placed, statement: decodeMeant(placed.bytes, isMeant) }));
  return {
    directory: decoded(directory, isOfDirectory),
    ticks: decoded(ticks, isTick),
    history: decoded(history, isOfDocument),
  };
}

/** Steps 2 to 4. @returns {{size: bigint, root: Uint8Array, note: object}} the checkpoint */
export function judgeProofs(receipt, lists, org) {
  const all = [...lists.directory, ...lists.ticks, ...lists.history];
  const first = lists.directory[0];
  const isFounding =
    first.statement.name === "policy" &&
    first.statement.act.version === 1 &&
    first.position === 0n &&
    first.statement.act.hash === org;
  orInvalid(receipt.org === org && isFounding, "WRONG_ORG");
  orInvalid(
    all.every(({ statement }) => statement.org === org),
    "WRONG_ORG",
  );
  const newest = lists.directory.filter(({ statement }) => statement.name === "policy").at(-1);
  const checkpoint = checkpointOr(receipt.checkpoint, org, newest.statement.act.logKey);
  orInvalid(
    all.every(({ position }) => position < checkpoint.size),
    "CHECKPOINT_INVALID",
  );
  for (const { position, statement, path } of all) {
    const hash = hashOfLeaf(leafOf(statement));
    const isThere = isIncluded(hash, position, checkpoint.size, path, checkpoint.root);
    orInvalid(isThere, "NOT_INCLUDED", position);
  }
  return checkpoint;
}

/** Where a replay stopped: the placed statement, the list it is of, and the refusal's name. */
export class Stopped extends Error {
  constructor(placed, reason, refusal, isByAuthor) {
    super(`${reason}: ${refusal}`);
    Object.assign(this, { placed, reason, refusal, isByAuthor });
  }
}

/** Judges one statement at the end of a replay, and applies it. Throws Refused. */
export function replayOne({ directory, document }, receipt, placed) {
  const { statement } = placed;
  if (!isOfDocument(statement)) {
    applyToDirectory(directory, statement, placed.position);
    return null;
  }
  insist(statement.subject === receipt.document, "SUBJECT_IS_ANOTHER");
  const author = directory.checkAuthor(statement);
  placed.isAuthored = true;
  const time = directory.now;
  return { placed, time, events: applyToDocument(document, statement, author, directory) };
}

function reasonOf(statement) {
  if (isTick(statement)) return "TICK_REFUSED";
  return isOfDocument(statement) ? "HISTORY_REFUSED" : "DIRECTORY_REFUSED";
}

/**
 * Step 5: replays everything by position. Throws Stopped at the first refusal; `state` then is as
 * it was before it.
 * @param {{directory: Directory, document: Document}} state what is replayed into
 * @returns {{placed: object, time: bigint, events: string[]}[]} the steps of the history
 */
export function replay(state, receipt, lists) {
  const all = [...lists.directory, ...lists.ticks, ...lists.history].sort(byPosition);
  const steps = [];
  for (const placed of all) {
    try {
      const step = replayOne(state, receipt, placed);
      if (step !== null) steps.push(step);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const isByAuthor = placed.isAuthored !== true;
      throw new Stopped(placed, reasonOf(placed.statement), error.refusal, isByAuthor);
    }
  }
  return steps;
}

/** A replay's beginning. */
export const newState = () => ({ directory: new Directory(), document: new Document() });

function judgeHistory(receipt, { history, ticks }) {
  const isComplete =
    history.length > 0 &&
    receipt.document !== zeros16 &&
    ticks.length > 0 &&
    ticks[0].position < history[0].position;
  orInvalid(isComplete, "HISTORY_MISSING");
}

/** The commitment to a file key; arguments and result hexadecimal but for the key. */
function commitmentTo(fileKey, object) {
  const info = concat(ascii("amparo/v1/file-key-commitment\0"), fromHex(object));
  return toHex(derive(fileKey, new Uint8Array(0), info, 32));
}

// Step 8. Returns the openings with the object that each opens.
function judgeOpenings({ openings }, { history }) {
  const objects = new Map();
  for (const { statement } of history) {
    for (const object of statement.objects) objects.set(object.object, object);
  }
  return openings.map((opening) => {
    const named = objects.get(opening.object);
    const isRight =
      named !== undefined && named.commitment === commitmentTo(opening.fileKey, opening.object);
    orInvalid(isRight, "OPENING_MISMATCH");
    return { ...opening, named };
  });
}

function describeStep({ placed, time, events }) {
  const { statement, position } = placed;
  return {
    position,
    kind: statement.name,
    by: statement.actor,
    certificate: statement.certificate,
    time,
    events,
    statement: statement.id,
  };
}

/**
 * Judges a decoded receipt. Throws Judged, Malformed or UpdateRequired unless it is VALID.
 * @param {object} receipt of decodeReceipt
 * @param {object[]} witnesses of readWitness
 * @returns what VALID comes with, and the openings
 */
export function judgeReceipt(receipt, witnesses) {
  const lists = decodeStatements(receipt);
  const checkpoint = judgeProofs(receipt, lists, receipt.org);
  const state = newState();
  let steps;
  try {
    steps = replay(state, receipt, lists);
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    orInvalid(false, error.reason, error.placed.position);
  }
  judgeHistory(receipt, lists);
  const signers = judgeCosignatures(checkpoint.note, state.directory, receipt.org, witnesses);
  const openings = judgeOpenings(receipt, lists);
  return {
    checkpoint: { size: checkpoint.size, root: toHex(checkpoint.root) },
    state: state.document.stateAt(state.directory.now),
    directory_whole_to: lists.ticks.at(-1).position,
    ...signers,
    history: steps.map(describeStep),
    openings,
  };
}
