// The acts that finish a document: approve, deliver, receive, reopen, withdraw.
// docs/spec/workflow.md, "Translating and reviewing" and "Delivering". Form: acts.mjs.

import {
  has,
  insistOnCoordinator,
  insistOnLease,
  insistOnState,
  noteAtMost,
} from "./acts_shared.mjs";
import { insist, roles, zeros32 } from "./directory.mjs";
import { isCoordinatorOf } from "./document.mjs";
import { toAttorney } from "./grants.mjs";

const beforeDelivery = ["submitted", "assigned", "translating", "in_review", "approved"];

// The current source, and its translation if there is one.
const textsOf = (document) =>
  [document.source, document.translation].filter((text) => text !== undefined);

function isGrantedAll({ document, statement, directory }, attorney) {
  const ask = toAttorney(attorney);
  return textsOf(document).every((text) => ask(directory, statement, text.manifest));
}

function deliverTo(document, attorneys) {
  document.phase = document.receivedBy.size > 0 ? "received" : "delivered";
  for (const attorney of attorneys) document.deliveredTo.add(attorney);
  document.attorneys = [...new Set([...document.attorneys, ...attorneys])];
}

function approve(act) {
  const { document, author } = act;
  insistOnState(act, ["in_review"]);
  insist(has(author, roles.reviewer), "ROLE_REQUIRED");
  insist(document.reviewer === author.member, "NOT_THE_REVIEWER");
  insist(!document.isAuthor(author.member), "APPROVER_IS_AUTHOR");
  insist(!document.isSubmitter(author.member), "APPROVER_IS_SUBMITTER");
  insist(act.translation === document.translation.statement, "TEXT_IS_NOT_CURRENT");
  insist(act.source === document.source.statement, "TEXT_IS_NOT_CURRENT");
  noteAtMost(act, 1);
  const attorneys = document.caseFacts.deliverOnApproval
    ? document.attorneys.filter((attorney) => isGrantedAll(act, attorney))
    : [];
  const isDelivered = attorneys.length > 0;
  return {
    events: isDelivered ? ["TranslationApproved", "DocumentDelivered"] : ["TranslationApproved"],
    evolve() {
      document.phase = "approved";
      if (isDelivered) deliverTo(document, attorneys);
    },
  };
}

function deliver(act) {
  const { document, directory, attorneys } = act;
  const untranslated = act.state === "submitted" && document.translations.length === 0;
  insistOnState(act, act.untranslated ? ["submitted"] : ["approved", "delivered", "received"]);
  insist(!act.untranslated || untranslated, "STATE_FORBIDS");
  insistOnCoordinator(act);
  for (const attorney of attorneys) {
    insist(directory.hasRole(attorney, roles.attorney), "ATTORNEY_INVALID");
  }
  noteAtMost(act, 1);
  insist(
    attorneys.every((attorney) => isGrantedAll(act, attorney)),
    "USABLE_GRANT_MISSING",
  );
  return { events: ["DocumentDelivered"], evolve: () => deliverTo(document, attorneys) };
}

function receive(act) {
  const { document, author } = act;
  insistOnState(act, ["delivered", "received"]);
  insist(has(author, roles.attorney), "ROLE_REQUIRED");
  insist(document.deliveredTo.has(author.member), "NOT_AN_ATTORNEY_OF_THIS");
  const translation = document.translation?.statement ?? zeros32;
  insist(act.translation === translation, "TEXT_IS_NOT_CURRENT");
  insist(act.source === document.source.statement, "TEXT_IS_NOT_CURRENT");
  insist(!document.receivedBy.has(author.member), "ALREADY_RECEIVED");
  noteAtMost(act, 0);
  return {
    events: ["DocumentReceived"],
    evolve() {
      document.phase = "received";
      document.receivedBy.add(author.member);
    },
  };
}

function insistOnReopener({ document, author }) {
  if (isCoordinatorOf(author, document.caseFacts.desk)) return;
  const isAttorney = has(author, roles.attorney);
  if (isAttorney && document.deliveredTo.has(author.member)) return;
  insist(!isAttorney, "NOT_AN_ATTORNEY_OF_THIS");
  insist(!has(author, roles.coordinator), "DESK_REQUIRED");
  insist(false, "ROLE_REQUIRED");
}

function reopen(act) {
  const { document, directory } = act;
  insistOnState(act, ["approved", "delivered", "received"]);
  insistOnReopener(act);
  insistOnLease(act);
  noteAtMost(act, 1);
  const { translator, translation } = document;
  const goesOn =
    translator !== null &&
    translation !== undefined &&
    directory.hasRole(translator, roles.translator);
  return {
    events: ["DocumentReopened"],
    evolve() {
      document.phase = goesOn ? "translating" : "submitted";
      for (const attorney of document.deliveredTo) document.deliveredBefore.add(attorney);
      document.deliveredTo.clear();
      document.receivedBy.clear();
      document.leaseEnd = act.leaseEnd;
      if (!goesOn) Object.assign(document, { translator: null, reviewer: null });
    },
  };
}

function withdraw(act) {
  const { document, author } = act;
  insistOnState(act, beforeDelivery);
  if (!isCoordinatorOf(author, document.caseFacts.desk)) {
    const isCurrent = document.source.author === author.member;
    const mayBe = has(author, roles.fellow | roles.coordinator);
    if (!isCurrent || !mayBe) {
      insist(!has(author, roles.fellow), "NOT_THE_SUBMITTER");
      insist(!has(author, roles.coordinator), "DESK_REQUIRED");
      insist(false, "ROLE_REQUIRED");
    }
  }
  noteAtMost(act, 1);
  return {
    events: ["DocumentWithdrawn"],
    evolve() {
      document.phase = "withdrawn";
    },
  };
}

/** By kind. */
export const finishing = { approve, deliver, receive, reopen, withdraw };
