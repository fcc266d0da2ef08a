// The directory: who is who, at the position that a replay has come to. docs/spec/directory.md.

import { toHex } from "./bytes.mjs";
import { isSignedBy } from "./statement.mjs";

export const roles = Object.freeze({
  fellow: 1,
  coordinator: 2,
  translator: 4,
  reviewer: 8,
  attorney: 16,
  registrar: 32,
  auditor: 64,
});
export const privileged = roles.coordinator | roles.attorney;
export const zeros16 = "00".repeat(16);
export const zeros32 = "00".repeat(32);

/** The rules say no. `name` is the refusal's, from the tables of directory.md and workflow.md. */
export class Refused extends Error {
  constructor(name) {
    super(name);
    this.refusal = name;
  }
}

/** Throws the refusal unless `condition` holds. */
export function insist(condition, name) {
  if (!condition) throw new Refused(name);
}

/** The two keys of a certificate that sign, hexadecimal. */
export const keysOf = ({ signing, authentication }) => [signing, authentication].map(toHex);

/**
 * What the statements replayed so far came to. `now` and every answer are of this moment: a replay
 * applies statements in the order of their positions and asks in between.
 */
export class Directory {
  constructor() {
    /** @type {object[]} the acts of the policies, in order */
    this.policies = [];
    /** By id: certificate, certifier (a certificate's id, or null), isInEffect, isEnded. */
    this.certificates = new Map();
    /** Of each member, the entries of certificates, valid or not. */
    this.entries = new Map();
    /** The keys that sign of all certificates, hexadecimal. */
    this.keys = new Set();
    /** By id: the act of the invite statement, and isUsed. */
    this.invitations = new Map();
    this.seqs = new Map();
    this.head = zeros32;
    this.directoryEpoch = 0;
    this.logEpoch = 0;
    this.now = 0n;
  }

  get policy() {
    return this.policies.at(-1);
  }

  isExpired(certificate) {
    return this.now >= certificate.expiry;
  }

  /** The certificate with this id if it is valid now, else null. */
  valid(id) {
    const entry = this.certificates.get(id);
    if (entry === undefined || entry.isEnded || !entry.isInEffect) return null;
    return this.isExpired(entry.certificate) ? null : entry.certificate;
  }

  /** Takes a certificate in; `certifier` is the id of the one that certified it, or null. */
  add(certificate, certifier, isInEffect) {
    const entry = { certificate, certifier, isInEffect, isEnded: false };
    this.certificates.set(certificate.id, entry);
    this.entries.set(certificate.member, [...this.entriesOf(certificate.member), entry]);
    for (const key of keysOf(certificate)) this.keys.add(key);
  }

  /** All entries of a member, valid or not. */
  entriesOf(member) {
    return this.entries.get(member) ?? [];
  }

  /** Whether some valid certificate of the member satisfies `test`. */
  someValid(member, test) {
    return this.entriesOf(member).some(
      ({ certificate }) => this.valid(certificate.id) !== null && test(certificate),
    );
  }

  /** Whether the member has this role by any valid certificate. */
  hasRole(member, role) {
    return this.someValid(member, (certificate) => (certificate.roles & role) !== 0);
  }

  /**
   * The valid certificate that speaks for the statement's author, or a refusal. Every statement
   * that is neither the roots' nor the log's passes this first.
   */
  checkAuthor(statement) {
    const entry = this.certificates.get(statement.certificate);
    insist(entry !== undefined, "UNKNOWN_CERTIFICATE");
    insist(entry.certificate.member === statement.actor, "ACTOR_MISMATCH");
    insist(isSignedBy(statement, entry.certificate.signing), "BAD_SIGNATURE");
    insist(!entry.isEnded, "REVOKED");
    insist(entry.isInEffect, "NOT_YET_ENDORSED");
    insist(!this.isExpired(entry.certificate), "EXPIRED");
    return entry.certificate;
  }
}
