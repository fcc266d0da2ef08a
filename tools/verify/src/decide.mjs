// Decide and Evolve for documents: whether the rules allow a statement, and what it makes true.
// docs/spec/workflow.md, rules version 1. The rules of each act: acts.mjs.

import { acts } from "./acts.mjs";
import { insist } from "./directory.mjs";
import { insistOnGrantedObjects, insistOnNewObjects } from "./grants.mjs";
import { documentSubject } from "./kinds.mjs";

const hasBegun = (document) => document.phase !== "none";

function insistOnPlace(document, statement) {
  insist(statement.subjectType === documentSubject, "MALFORMED");
  const isFirst = statement.name === "submit" && statement.act.version === 1;
  insist(hasBegun(document) || isFirst, "SUBJECT_UNKNOWN");
  insist(!hasBegun(document) || !isFirst, "SUBJECT_EXISTS");
  if (statement.isTurn) {
    insist(statement.subjectPrev === document.head, "STALE");
  } else {
    insist(document.statements.has(statement.subjectPrev), "UNKNOWN_PREVIOUS");
  }
}

/**
 * Judges a statement by a valid certificate and, if the rules allow it, applies it.
 * Throws Refused, and then the document is as it was.
 * @returns {string[]} the names of its events
 */
export function applyToDocument(document, statement, author, directory) {
  insistOnPlace(document, statement);
  insistOnNewObjects(document, statement);
  insist(document.phase !== "withdrawn", "STATE_FORBIDS");
  insistOnGrantedObjects(document, statement);
  const act = {
    document,
    statement,
    author,
    directory,
    now: directory.now,
    state: document.stateAt(directory.now),
    ...statement.act,
  };
  const { events, evolve } = acts[statement.name](act);
  evolve();
  document.statements.add(statement.id);
  const isText = ["submit", "hand_in"].includes(statement.name);
  for (const { object } of statement.objects) {
    document.objects.add(object);
    if (isText) document.texts.add(object);
  }
  if (statement.isTurn) document.head = statement.id;
  return events;
}
