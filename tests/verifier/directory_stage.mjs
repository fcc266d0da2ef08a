// A directory, and people who sign what is put to it. Statements are made as the decoder gives
// them, with true signatures over bytes that mean nothing else.
import { createRequire } from "node:module";

import { ascii, toHex } from "../../tools/verify/src/bytes.mjs";
import { sha256 } from "../../tools/verify/src/crypto.mjs";
import {
  Directory,
  Refused,
  roles,
  zeros16,
  zeros32,
} from "../../tools/verify/src/directory.mjs";
import { kinds } from "../../tools/verify/src/kinds.mjs";
import { applyToDirectory } from "../../tools/verify/src/members.mjs";

const require = createRequire(new URL("../../tools/verify/package.json", import.meta.url));
const { ed25519 } = require("@noble/curves/ed25519");

const numbers = new Map([...kinds].map(([number, { name }]) => [name, number]));
export const start = 1700000000n;
const never = start * 2n;
const logOrder = ["tick", "log_epoch"];

const seedOf = (name) => sha256(ascii(`seed of ${name}`));
export const keyOf = (name) => ed25519.getPublicKey(seedOf(name));
export const idOf = (name) => toHex(sha256(ascii(name)).subarray(0, 16));

/** A device's certificate; the device's name makes its keys, the member's name its member. */
export function certificate(device, member, role, more = {}) {
  return {
    id: toHex(sha256(ascii(`certificate of ${device} ${role}`))),
    member: idOf(member),
    signing: keyOf(device),
    authentication: keyOf(`${device}, at the door`),
    recipient: { type: 1, key: sha256(ascii(`recipient of ${device}`)) },
    roles: role,
    desks: [],
    invite: zeros16,
    expiry: never,
    attributes: zeros32,
    ...more,
  };
}

export const registrar = (device, member, more) =>
  certificate(device, member, roles.registrar, more);

/** A policy of version 1 by three roots, two of whom are needed, with two registrars. */
export function policy(more = {}) {
  const act = {
    version: 1,
    previous: zeros32,
    roots: ["root a", "root b", "root c"].map(keyOf),
    threshold: 2,
    logKey: keyOf("log"),
    recovery: { type: 1, key: sha256(ascii("recovery")) },
    registrars: [registrar("ria", "ria"), registrar("rob", "rob")],
    quorum: 2,
    freshnessHours: 96,
    rulesVersion: 1,
    ...more,
  };
  const keys = act.registrars.map(({ id }) => id).join();
  return { ...act, hash: toHex(sha256(ascii(`policy ${act.version} ${keys}`))) };
}

export class DirectoryStage {
  constructor() {
    this.directory = new Directory();
    this.count = 0;
  }

  /** A stage with a first policy and a tick. */
  static founded(more = {}) {
    const stage = new DirectoryStage();
    const act = policy(more);
    stage.org = act.hash;
    stage.put("root", "policy", act, { signers: ["root a", "root b"] });
    stage.tick();
    return stage;
  }

  /** Makes `by` (a device, "root" or "log") say it. Throws Refused. */
  put(by, name, act, { signers = [by], bend = {} } = {}) {
    this.count += 1;
    const signedBytes = ascii(`statement ${this.count}`);
    const entry = this.certificateOf(by);
    const reserved = { root: zeros16, log: "ff".repeat(16) }[by];
    const statement = {
      id: toHex(sha256(signedBytes)),
      kind: numbers.get(name),
      name,
      org: this.org,
      actor: reserved ?? entry.member,
      certificate: reserved === undefined ? entry.id : zeros32,
      seq: BigInt(this.count),
      subjectType: logOrder.includes(name) ? 4 : 1,
      subject: zeros16,
      subjectPrev: this.directory.head,
      signedBytes,
      act,
      objects: [],
      grants: [],
      ...bend,
    };
    statement.signatures = signers.map((signer) => ({
      key: keyOf(signer),
      signature: ed25519.sign(signedBytes, seedOf(signer)),
    }));
    applyToDirectory(this.directory, statement, BigInt(this.count));
    return statement;
  }

  /** The certificate of a device that took part, or one that nobody knows. */
  certificateOf(device) {
    const key = toHex(keyOf(device));
    const known = [...this.directory.certificates.values()].map((entry) => entry.certificate);
    return known.find(({ signing }) => toHex(signing) === key) ?? registrar(device, device);
  }

  tick(seconds = 60n, { signers = ["log"], bend = {}, head = this.directory.head } = {}) {
    const now = (this.directory.now || start) + seconds;
    return this.put("log", "tick", { now, directoryHead: head }, { signers, bend });
  }

  invite(name, role, more = {}) {
    const act = {
      invite: idOf(`invite ${name}`),
      roles: role,
      desks: [],
      member: zeros16,
      submitOnly: false,
      expiry: never,
      ...more,
    };
    this.put("ria", "invite", act);
    return act.invite;
  }

  /** Invites and certifies; returns the certificate. */
  admit(device, member, role, { by = "ria", invited = {}, more = {} } = {}) {
    const invite = this.invite(device, role, invited);
    const made = certificate(device, member, role, { invite, ...more });
    this.put(by, "certify", { certificate: made });
    return made;
  }

  endorse({ id }, by = "rob", options = {}) {
    return this.put(by, "endorse", { certificate: id }, options);
  }
}

/** The name of the refusal that `act` ends in, or null. */
export function refusalOf(act) {
  try {
    act();
    return null;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return error.refusal;
  }
}
