// The rules of each act on a document: docs/spec/workflow.md. Every function takes the question
// (document, statement, author's certificate, directory, now, state, and the fields of the act),
// throws Refused, or returns the events and a function that makes them true.

import { objectClasses } from "./bodies.mjs";
import { insist, roles } from "./directory.mjs";
import { talking } from "./acts_talk.mjs";
import { isCoordinatorOf } from "./document.mjs";
import {
  countOf,
  insistOnObjects,
  manifestOf,
  toCoordinatorOf,
  toReviewer,
  toTranslator,
} from "./grants.mjs";
import { finishing } from "./acts_finish.mjs";
import {
  has,
  insistOnCoordinator,
  insistOnLease,
  insistOnState,
  noteAtMost,
} from "./acts_shared.mjs";

const beforeApproval = ["submitted", "assigned", "translating", "in_review"];
const hour = 3600n;
const week = 7n * 24n * hour;

function insistOnSubmitter({ document, author, desk }) {
  const mine = document.isSubmitter(author.member);
  if (mine && has(author, roles.fellow | roles.coordinator)) return;
  if (isCoordinatorOf(author, desk)) return;
  insist(!has(author, roles.fellow), "NOT_THE_SUBMITTER");
  insist(!has(author, roles.coordinator), "DESK_REQUIRED");
  insist(false, "ROLE_REQUIRED");
}

// That what the statement brings is usably granted to somebody who has to read it next.
function insistOnReader(act, { object }, questions) {
  const isGranted = questions.some((ask) => ask(act.directory, act.statement, object));
  insist(isGranted, "USABLE_GRANT_MISSING");
}

function submit(act) {
  const { document, statement, author, desk } = act;
  const isFirst = document.phase === "none";
  if (isFirst) {
    const mayOpen = has(author, roles.fellow) || isCoordinatorOf(author, desk);
    insist(mayOpen || has(author, roles.coordinator), "ROLE_REQUIRED");
    insist(mayOpen, "DESK_REQUIRED");
  } else {
    insistOnState(act, beforeApproval);
    insistOnSubmitter({ document, author, desk: document.caseFacts.desk });
  }
  const facts = {
    caseId: act.caseId,
    desk,
    deliverOnApproval: act.deliverOnApproval,
    number: act.number,
  };
  const isSame = (key) => document.caseFacts[key] === facts[key];
  insist(isFirst || Object.keys(facts).every(isSame), "CASE_MISMATCH");
  insist(act.version === document.sources.length + 1, "VERSION_NOT_NEXT");
  insistOnObjects(statement, { bringsText: true });
  insistOnReader(act, manifestOf(statement), [toCoordinatorOf(desk)]);
  return {
    events: [isFirst ? "DocumentSubmitted" : "SourceReplaced"],
    evolve() {
      document.caseFacts = facts;
      const { object } = manifestOf(statement);
      document.sources.push({ statement: statement.id, author: author.member, manifest: object });
      document.translations = [];
      endAssignment(document);
    },
  };
}

function endAssignment(document) {
  document.phase = "submitted";
  document.translator = null;
  document.reviewer = null;
}

function insistOnPeople({ document, directory, state, translator, reviewer, attorneys }) {
  insist(translator !== reviewer, "REVIEWER_IS_TRANSLATOR");
  insist(!document.isSubmitter(translator), "TRANSLATOR_IS_SUBMITTER");
  insist(!document.isSubmitter(reviewer), "REVIEWER_IS_SUBMITTER");
  insist(!document.isAuthor(reviewer), "APPROVER_IS_AUTHOR");
  const isDone = state === "in_review";
  insist(isDone || directory.hasRole(translator, roles.translator), "TRANSLATOR_INVALID");
  insist(directory.hasRole(reviewer, roles.reviewer), "REVIEWER_INVALID");
  for (const attorney of attorneys) {
    insist(directory.hasRole(attorney, roles.attorney), "ATTORNEY_INVALID");
  }
}

function assign(act) {
  const { document, statement, directory, state, translator, reviewer } = act;
  insistOnState(act, beforeApproval);
  const isFresh = state === "submitted";
  insist(isFresh || translator === document.translator, "STATE_FORBIDS");
  insistOnCoordinator(act);
  insistOnPeople(act);
  insistOnLease(act);
  insistOnObjects(statement, { bringsText: false, extra: objectClasses.message, most: 1 });
  const isOtherReviewer = isFresh || reviewer !== document.reviewer;
  const isGranted = (ask, text) => ask(directory, statement, text.manifest);
  if (isFresh) {
    insist(isGranted(toTranslator(translator), document.source), "USABLE_GRANT_MISSING");
  }
  if (isOtherReviewer) {
    const texts = [document.source, document.translation].filter((text) => text !== undefined);
    const needed = isFresh ? [document.source] : texts;
    insist(
      needed.every((text) => isGranted(toReviewer(reviewer), text)),
      "USABLE_GRANT_MISSING",
    );
  }
  return {
    events: [isFresh ? "TranslationAssigned" : "ReviewerChanged"],
    evolve() {
      if (isFresh) document.phase = "assigned";
      const { attorneys, leaseEnd } = act;
      Object.assign(document, { translator, reviewer, attorneys, leaseEnd });
    },
  };
}

function insistOnTranslator({ document, author }) {
  insist(has(author, roles.translator), "ROLE_REQUIRED");
  insist(document.translator === author.member, "NOT_THE_ASSIGNEE");
}

function insistOnReviewer({ document, author }) {
  insist(has(author, roles.reviewer), "ROLE_REQUIRED");
  insist(document.reviewer === author.member, "NOT_THE_REVIEWER");
}

function unassign(act) {
  insist(["assigned", "translating"].includes(act.document.phase), "STATE_FORBIDS");
  insistOnCoordinator(act);
  noteAtMost(act, 1);
  return { events: ["AssignmentEnded"], evolve: () => endAssignment(act.document) };
}

const end = (state) => (act) => {
  insistOnState(act, [state]);
  insistOnTranslator(act);
  noteAtMost(act, 1);
  return { events: ["AssignmentEnded"], evolve: () => endAssignment(act.document) };
};

function accept(act) {
  insistOnState(act, ["assigned"]);
  insistOnTranslator(act);
  noteAtMost(act, 0);
  return {
    events: ["AssignmentAccepted"],
    evolve() {
      act.document.phase = "translating";
    },
  };
}

// Work that was asked for again has a week at least, up to a whole hour, whatever was left.
function backToTranslator(document, now) {
  document.phase = "translating";
  const weekOn = ((now + week + hour - 1n) / hour) * hour;
  if (document.leaseEnd < weekOn) document.leaseEnd = weekOn;
}

function handIn(act) {
  const { document, statement, author, now } = act;
  insist(["translating", "in_review"].includes(document.phase), "STATE_FORBIDS");
  const isCorrection = document.phase === "in_review";
  if (isCorrection) {
    insistOnReviewer(act);
  } else {
    insistOnTranslator(act);
  }
  insist(act.source === document.source.statement, "SOURCE_IS_NOT_CURRENT");
  insist(act.version === document.translations.length + 1, "VERSION_NOT_NEXT");
  const certificates = countOf(statement, objectClasses.certificate);
  insist(isCorrection || certificates > 0, "CERTIFICATE_MISSING");
  const most = isCorrection ? 0 : 1;
  insistOnObjects(statement, { bringsText: true, extra: objectClasses.certificate, most });
  const reader = isCorrection ? toTranslator(document.translator) : toReviewer(document.reviewer);
  const coordinator = toCoordinatorOf(document.caseFacts.desk);
  insistOnReader(act, manifestOf(statement), [reader, coordinator]);
  return {
    events: [isCorrection ? "CorrectionHandedIn" : "TranslationHandedIn"],
    evolve() {
      document.translations.push({
        statement: statement.id,
        author: author.member,
        manifest: manifestOf(statement).object,
      });
      if (isCorrection) {
        backToTranslator(document, now);
      } else {
        document.phase = "in_review";
      }
    },
  };
}

function returnToTranslator(act) {
  const { document, statement, now } = act;
  insistOnState(act, ["in_review"]);
  insistOnReviewer(act);
  insist(act.translation === document.translation.statement, "TEXT_IS_NOT_CURRENT");
  insist(countOf(statement, objectClasses.note) > 0, "NOTE_MISSING");
  noteAtMost(act, 1);
  const coordinator = toCoordinatorOf(document.caseFacts.desk);
  const [note] = statement.objects;
  insistOnReader(act, note, [toTranslator(document.translator), coordinator]);
  return { events: ["TranslationReturned"], evolve: () => backToTranslator(document, now) };
}

/** By kind. */
export const acts = {
  submit,
  assign,
  unassign,
  accept,
  decline: end("assigned"),
  give_back: end("translating"),
  hand_in: handIn,
  return: returnToTranslator,
  ...finishing,
  ...talking,
};
