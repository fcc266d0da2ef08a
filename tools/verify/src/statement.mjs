// The signed statement: its envelope, its hash, its signatures. docs/spec/statement.md.

import { decodeBody } from "./bodies.mjs";
import {
  Reader,
  UpdateRequired,
  ascii,
  demand,
  demandAscending,
  equal,
  isZero,
  toHex,
} from "./bytes.mjs";
import { labelled, verifies } from "./crypto.mjs";
import { kinds } from "./kinds.mjs";

export const maxSignedStatement = 61440;
const maxBody = 57344;
const label = ascii("amparo/statement/v1\n\0");

export const root = "00".repeat(16);
export const log = "ff".repeat(16);
const directoryRecipient = "dd".repeat(16);
const reserved = [root, log, directoryRecipient];

function readEnvelope(bytes) {
  const reader = new Reader(bytes);
  demand(equal(reader.take("label", label.length), label), "label: another");
  const statement = {
    kind: reader.u16("kind"),
    org: toHex(reader.take("org", 32)),
    actor: toHex(reader.take("actor", 16)),
    certificate: toHex(reader.take("actor_certificate", 32)),
    seq: reader.u64("actor_seq"),
    actorPrev: toHex(reader.take("actor_prev", 32)),
    subjectType: reader.oneOf("subject_type", reader.u8("subject_type"), 1, 4),
    subject: toHex(reader.take("subject", 16)),
    subjectPrev: toHex(reader.take("subject_prev", 32)),
    seenTreeSize: reader.u64("seen_tree_size"),
  };
  const seenRoot = reader.take("seen_root", 32);
  demand(statement.seenTreeSize > 0n || isZero(seenRoot), "seen_root: of an empty tree");
  statement.claimedTime = reader.u64("claimed_time");
  reader.take("salt", 32);
  statement.bodyBytes = reader.opaque("body", 4, 0, maxBody);
  reader.end("statement");
  demand(
    !reserved.includes(statement.actor) || /^0+$/.test(statement.certificate),
    "actor_certificate: of a reserved actor",
  );
  return statement;
}

/**
 * Decodes a signed statement: the envelope and, if the kind is known, the body.
 * Throws Malformed; throws UpdateRequired for a kind or rules version of a newer build.
 * @param {Uint8Array} bytes
 */
export function decodeStatement(bytes) {
  demand(bytes.length <= maxSignedStatement, `statement: ${bytes.length} bytes`);
  const reader = new Reader(bytes);
  const signedBytes = reader.opaque("statement", 4, 0, maxSignedStatement);
  const signatures = reader.list("signatures", 1, 1, 8, () => ({
    key: reader.take("key", 32),
    signature: reader.take("signature", 64),
  }));
  reader.end("statement");
  demandAscending(signatures, "signatures", ({ key }) => key);
  const statement = readEnvelope(signedBytes);
  statement.signedBytes = signedBytes;
  statement.signatures = signatures;
  statement.hash = labelled("amparo/signed-statement/v1", bytes);
  statement.id = toHex(statement.hash);
  const kind = kinds.get(statement.kind);
  if (kind === undefined) throw new UpdateRequired(`kind: ${statement.kind}`);
  Object.assign(statement, { name: kind.name, leafClass: kind.leafClass, isTurn: kind.isTurn });
  Object.assign(statement, decodeBody(kind.name, statement.bodyBytes));
  return statement;
}

/** Whether every signature of the statement is right, by whoever's key. */
export function signaturesVerify(statement) {
  return statement.signatures.every(({ key, signature }) =>
    verifies(signature, statement.signedBytes, key),
  );
}

/** Whether the statement has one signature, by `key`, and it is right. */
export function isSignedBy(statement, key) {
  return (
    statement.signatures.length === 1 &&
    equal(statement.signatures[0].key, key) &&
    signaturesVerify(statement)
  );
}
