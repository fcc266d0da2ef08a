// What is true of one document: its state, and who may see it. docs/spec/workflow.md.

import { roles, zeros32 } from "./directory.mjs";

const atWork = ["assigned", "translating", "in_review"];

/** The state of a document after the statements replayed so far. */
export class Document {
  constructor() {
    this.phase = "none";
    this.head = zeros32;
    this.statements = new Set();
    /** Ids of objects that any statement brought. */
    this.objects = new Set();
    /** Ids of those among them that came with a source or a translation. */
    this.texts = new Set();
    this.caseFacts = null;
    /** Each: statement, author, manifest. */
    this.sources = [];
    /** Of the current source: each as above. */
    this.translations = [];
    this.translator = null;
    this.reviewer = null;
    /** Of the newest assign, and those to whom it was delivered since. */
    this.attorneys = [];
    this.leaseEnd = 0n;
    this.deliveredTo = new Set();
    /** To whom it was delivered before it was reopened. */
    this.deliveredBefore = new Set();
    this.receivedBy = new Set();
    this.questions = new Set();
  }

  get source() {
    return this.sources.at(-1);
  }

  /** The newest translation of the current source, or undefined. */
  get translation() {
    return this.translations.at(-1);
  }

  /** The state as it counts at this time: an ended lease frees the document. */
  stateAt(now) {
    const isLeased = this.phase === "assigned" || this.phase === "translating";
    return isLeased && now >= this.leaseEnd ? "submitted" : this.phase;
  }

  isSubmitter(member) {
    return this.sources.some(({ author }) => author === member);
  }

  isAuthor(member) {
    return this.translations.some(({ author }) => author === member);
  }
}

export const isCoordinatorOf = (certificate, desk) =>
  (certificate.roles & roles.coordinator) !== 0 && certificate.desks.includes(desk);

/** Whether a valid certificate may see the document, at this time. */
export function maySee(document, certificate, now) {
  const { member } = certificate;
  const has = (role) => (certificate.roles & role) !== 0;
  if (document.phase === "none") return false;
  if (isCoordinatorOf(certificate, document.caseFacts.desk)) return true;
  if (document.isSubmitter(member) && has(roles.fellow | roles.coordinator)) return true;
  if (atWork.includes(document.stateAt(now))) {
    if (member === document.translator && has(roles.translator)) return true;
    if (member === document.reviewer && has(roles.reviewer)) return true;
  }
  const isDelivered = document.deliveredTo.has(member) || document.deliveredBefore.has(member);
  return isDelivered && has(roles.attorney);
}
