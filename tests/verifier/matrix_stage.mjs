// A document brought into every state of the matrix of workflow.md, and every act on it. Nothing is
// signed here: who may do what is asked of the rules alone.
import { ascii } from "../../tools/verify/src/bytes.mjs";
import { Directory, roles, zeros32 } from "../../tools/verify/src/directory.mjs";
import { applyToDocument } from "../../tools/verify/src/decide.mjs";
import { Document } from "../../tools/verify/src/document.mjs";
import { documentSubject, kinds } from "../../tools/verify/src/kinds.mjs";

const desk = 1;
const day = 86400n;
const start = 1700002800n; // a whole hour
const numbers = new Map([...kinds].map(([number, { name }]) => [name, number]));

// The letters of the page: role, and desk.
const people = {
  S: [roles.fellow],
  f: [roles.fellow],
  C: [roles.coordinator, desk],
  c: [roles.coordinator, desk + 1],
  T: [roles.translator],
  t: [roles.translator],
  R: [roles.reviewer],
  r: [roles.reviewer],
  A: [roles.attorney],
  a: [roles.attorney],
  u: [roles.auditor],
  g: [roles.registrar],
};
export const everybody = Object.keys(people);

function directoryOfAll() {
  const directory = new Directory();
  for (const [id, [role, theirDesk]] of Object.entries(people)) {
    const certificate = {
      id,
      member: id,
      signing: ascii(id),
      authentication: ascii(`${id}'`),
      roles: role,
      desks: theirDesk === undefined ? [] : [theirDesk],
      recipient: { type: 1, key: ascii(`${id}"`) },
      expiry: start + 365n * day,
    };
    directory.add(certificate, null, true);
  }
  directory.now = start;
  return directory;
}

/** A document with its directory, and the verbs that move it. */
export class Stage {
  constructor() {
    this.directory = directoryOfAll();
    this.document = new Document();
    this.count = 0;
  }

  certificate(person) {
    return this.directory.certificates.get(person).certificate;
  }

  /** Puts a statement to the rules; throws Refused. @returns {string[]} its events */
  put(person, name, act, { classes = [], grants = [], named = null, previous } = {}) {
    this.count += 1;
    const { isTurn } = kinds.get(numbers.get(name));
    const objects = classes.map((objectClass, at) => ({
      object: named ?? `object ${this.count}.${at}`,
      objectClass,
    }));
    const statement = {
      id: `statement ${this.count}`,
      name,
      isTurn,
      subjectType: documentSubject,
      subjectPrev: previous ?? this.document.head,
      act,
      objects,
      grants: grants.flatMap(([to, ...existing]) =>
        [...objects.slice(0, 1).map(({ object }) => object), ...existing].map((object) => ({
          object,
          grantee: to,
          certificate: to,
          type: 1,
        })),
      ),
    };
    return applyToDocument(this.document, statement, this.certificate(person), this.directory);
  }

  get source() {
    return this.document.source?.statement ?? zeros32;
  }

  get translation() {
    return this.document.translation?.statement ?? zeros32;
  }

  /** Ids of the texts there are, for grants. */
  get texts() {
    return [this.document.source, this.document.translation]
      .filter((text) => text !== undefined)
      .map(({ manifest }) => manifest);
  }

  get leaseEnd() {
    return this.directory.now + 7n * day - (this.directory.now % 3600n);
  }
}

const text = [1, 2];
const submit = (stage, by, version) =>
  stage.put(
    by,
    "submit",
    { caseId: "case", desk, deliverOnApproval: false, number: 1, version },
    { classes: text, grants: [["C"]] },
  );
export const assign = (stage, by, translator, reviewer, leaseEnd = stage.leaseEnd) =>
  stage.put(
    by,
    "assign",
    { translator, reviewer, attorneys: ["A"], leaseEnd },
    { grants: [translator, reviewer].map((person) => [person, ...stage.texts]) },
  );
const plain = (name, act = {}) => (stage, by) => stage.put(by, name, act);
const handIn = (stage, by) => {
  const { source } = stage;
  const version = stage.document.translations.length + 1;
  const isCorrection = stage.document.phase === "in_review";
  const grants = [["C"]];
  const classes = isCorrection ? text : [...text, 3];
  return stage.put(by, "hand_in", { version, source }, { classes, grants });
};
const deliver = (untranslated, to) => (stage, by) =>
  stage.put(
    by,
    "deliver",
    { attorneys: [to], untranslated },
    { grants: [[to, ...stage.texts]] },
  );
const naming = (name, options) => (stage, by) => {
  const { translation, source } = stage;
  return stage.put(by, name, { translation, source }, options);
};
const note = { classes: [4], grants: [["C"]] };

/** By the name in the page: what is tried. */
export const actsOfMatrix = {
  submit: (stage, by) => submit(stage, by, 1),
  "submit, a better copy": (stage, by) => submit(stage, by, 2),
  assign: (stage, by) => assign(stage, by, "t", "R"),
  "assign, another reviewer": (stage, by) => assign(stage, by, "T", "r"),
  unassign: plain("unassign"),
  accept: plain("accept"),
  decline: plain("decline"),
  give_back: plain("give_back"),
  hand_in: handIn,
  return: naming("return", note),
  approve: naming("approve"),
  deliver: deliver(false, "a"),
  "deliver, untranslated": deliver(true, "a"),
  receive: naming("receive"),
  reopen: (stage, by) => stage.put(by, "reopen", { leaseEnd: stage.leaseEnd }),
  withdraw: plain("withdraw"),
  "share, with the coordinator": (stage, by) =>
    stage.put(by, "share", { with: "C" }, { grants: [["C", ...stage.texts]] }),
  note: (stage, by) => stage.put(by, "note", { type: 1, inReplyTo: zeros32 }, note),
};

const steps = {
  submitted: (stage) => submit(stage, "S", 1),
  assigned: (stage) => assign(stage, "C", "T", "R"),
  translating: (stage) => stage.put("T", "accept", {}),
  in_review: (stage) => handIn(stage, "T"),
  approved: (stage) => naming("approve")(stage, "R"),
  delivered: (stage) => deliver(false, "A")(stage, "C"),
  received: (stage) => naming("receive")(stage, "A"),
};

/** A stage in a state of the matrix. */
export function stageIn(state) {
  const stage = new Stage();
  if (state === "none") return stage;
  if (state === "lease ended") {
    for (const step of ["submitted", "assigned", "translating"]) steps[step](stage);
    stage.directory.now = stage.document.leaseEnd;
    return stage;
  }
  if (state === "withdrawn") {
    steps.submitted(stage);
    stage.put("S", "withdraw", {});
    return stage;
  }
  for (const [name, step] of Object.entries(steps)) {
    step(stage);
    if (name === state) return stage;
  }
  throw new Error(`no such state: ${state}`);
}
