// Sharing and talking: docs/spec/workflow.md, "Sharing and talking". Form: acts.mjs.

import { has, insistOnCoordinator, noteAtMost } from "./acts_shared.mjs";
import { objectClasses } from "./bodies.mjs";
import { insist, roles } from "./directory.mjs";
import { isCoordinatorOf, maySee } from "./document.mjs";
import { countOf, hasUsableGrant, insistOnObjects } from "./grants.mjs";

const answer = 3;
const question = 2;
const atWork = ["assigned", "translating", "in_review"];

// Whether the person may be handed keys on this device: not as a submitter, who holds none.
function mayBeHanded({ document, state }, person, certificate) {
  if (certificate.member !== person) return false;
  if (isCoordinatorOf(certificate, document.caseFacts.desk)) return true;
  if (atWork.includes(state)) {
    if (person === document.translator && has(certificate, roles.translator)) return true;
    if (person === document.reviewer && has(certificate, roles.reviewer)) return true;
  }
  return document.deliveredTo.has(person) && has(certificate, roles.attorney);
}

function share(act) {
  const { document, statement, directory } = act;
  insistOnCoordinator(act);
  const isMeant = (certificate) => mayBeHanded(act, act.with, certificate);
  insist(directory.someValid(act.with, isMeant), "GRANTEE_INVALID");
  const extra = objectClasses.message;
  insistOnObjects(statement, { bringsText: false, extra, most: 1 });
  const isTheirs = (certificate) =>
    certificate.member === act.with && maySee(document, certificate, act.now);
  const isGranted = [...document.texts].some((object) =>
    hasUsableGrant(directory, statement, object, isTheirs),
  );
  insist(isGranted, "USABLE_GRANT_MISSING");
  return { events: ["DocumentShared"], evolve() {} };
}

function note(act) {
  const { document, statement, author, directory, now, type } = act;
  insist(maySee(document, author, now), "NOT_ON_THIS_CASE");
  insist(type !== answer || document.questions.has(act.inReplyTo), "QUESTION_UNKNOWN");
  insist(countOf(statement, objectClasses.note) > 0, "NOTE_MISSING");
  noteAtMost(act, 1);
  const [{ object }] = statement.objects;
  const isReader = (certificate) => maySee(document, certificate, now);
  insist(
    hasUsableGrant(directory, statement, object, isReader),
    "USABLE_GRANT_MISSING",
  );
  const names = { [question]: "QuestionAsked", [answer]: "QuestionAnswered" };
  return {
    events: [names[type] ?? "Noted"],
    evolve() {
      if (type === question) document.questions.add(statement.id);
    },
  };
}

/** By kind. */
export const talking = { share, note };
