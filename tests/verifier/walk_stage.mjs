// A log that grows by what people say, true or not, and the files that are made of it.
import { zeros16, zeros32 } from "../../tools/verify/src/directory.mjs";
import { kinds } from "../../tools/verify/src/kinds.mjs";
import { hashOfLeaf, leafOf } from "../../tools/verify/src/merkle.mjs";
import { decodeStatement } from "../../tools/verify/src/statement.mjs";
import { newState, replayOne } from "../../tools/verify/src/judge_receipt.mjs";
import { textOf } from "./receipt_cases.mjs";
import {
  idOf,
  invalidHistory,
  keyOf,
  policyHash,
  recipientOf,
  treeOf,
  withId,
  writeCheckpoint,
  writeEvidence,
  writeReceipt,
  writeStatement,
} from "./writing.mjs";

export const start = 1700002800n; // a whole hour
const logActor = "ff".repeat(16);
const farAway = start + 10n * 365n * 86400n;

/** The certificate of a device. */
export const deviceOf = (device, member, roles, more = {}) =>
  withId({
    member: idOf(member),
    signing: keyOf(device),
    authentication: keyOf(`${device}'`),
    recipient: { type: 1, key: recipientOf(device) },
    roles,
    desks: [],
    invite: zeros16,
    expiry: farAway,
    attributes: zeros32,
    ...more,
  });

export class WalkStage {
  constructor() {
    this.document = idOf("the document");
    this.placed = [];
    this.certificates = new Map();
    this.state = newState();
    this.ticks = zeros32;
  }

  get now() {
    return this.state.directory.now;
  }

  /** The bytes of what a device, "root" or "log" says; `bend` changes fields of the statement. */
  compose(by, name, act, { objects = [], grants = [], signers = [by], bend = {} } = {}) {
    const { subjectType } = [...kinds.values()].find((kind) => kind.name === name);
    const certificate = this.certificates.get(by);
    const heads = { 1: this.state.directory.head, 3: this.state.document.head, 4: this.ticks };
    const statement = {
      org: this.org,
      actor: { root: zeros16, log: logActor }[by] ?? certificate.member,
      certificate: certificate?.id ?? zeros32,
      seq: BigInt(this.placed.length + 1),
      subject: subjectType === 3 ? this.document : zeros16,
      subjectPrev: heads[subjectType],
      act,
      objects,
      grants,
      ...bend,
    };
    return writeStatement(name, statement, signers);
  }

  /** Appends it to the log, whatever the rules say. */
  append(bytes) {
    const statement = decodeStatement(bytes);
    const placed = { position: BigInt(this.placed.length), bytes, statement };
    this.placed.push(placed);
    return placed;
  }

  /** Appends it, and applies it if the rules take it; else throws Refused. */
  say(...said) {
    const placed = this.append(this.compose(...said));
    replayOne(this.state, { document: this.document }, placed);
    if (placed.statement.name === "tick") this.ticks = placed.statement.id;
    return placed;
  }

  /** Takes back the last of the log, which the rules refused. */
  forget() {
    this.placed.pop();
  }

  found(act) {
    this.org = policyHash(act);
    this.say("root", "policy", act, { signers: ["root a", "root b"] });
  }

  tick(seconds) {
    const now = (this.now || start) + seconds;
    this.say("log", "tick", { now, directoryHead: this.state.directory.head });
  }

  receipt(keep = () => true) {
    const leaves = this.placed.map(({ statement }) => hashOfLeaf(leafOf(statement)));
    const { root, paths } = treeOf(leaves);
    const kept = this.placed.map((one, at) => ({ ...one, path: paths[at] })).filter(keep);
    const of = (test) => kept.filter(({ statement }) => test(statement));
    return writeReceipt({
      org: this.org,
      document: this.document,
      checkpoint: writeCheckpoint(this.org, this.placed.length, root, "log"),
      directory: of(({ name, kind }) => kind <= 10 && name !== "tick"),
      ticks: of(({ name }) => name === "tick"),
      history: of(({ kind }) => kind >= 64),
    });
  }

  receiptText(keep) {
    return textOf("amparo-receipt-v1", this.receipt(keep));
  }

  /** Evidence of an invalid history, or of another type with these fields. */
  evidenceText(keep, type = 4, fields = invalidHistory(this.receipt(keep))) {
    const policies = this.placed.filter(({ statement }) => statement.name === "policy");
    const all = policies.map(({ bytes }) => bytes);
    return textOf("amparo-evidence-v1", writeEvidence(this.org, all, type, fields));
  }
}
