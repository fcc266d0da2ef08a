// Writes what the verifier reads: statements, receipts, evidence. From the same pages.
import { createRequire } from "node:module";

import { ascii, concat, fromHex, toHex, u64Bytes } from "../../tools/verify/src/bytes.mjs";
import { labelled, sha256 } from "../../tools/verify/src/crypto.mjs";
import { kinds } from "../../tools/verify/src/kinds.mjs";
import { emptyRoot, nodeHash } from "../../tools/verify/src/merkle.mjs";
import { logName } from "../../tools/verify/src/note.mjs";

const require = createRequire(new URL("../../tools/verify/package.json", import.meta.url));
const { ed25519, x25519 } = require("@noble/curves/ed25519");
const numbers = new Map([...kinds].map(([number, kind]) => [kind.name, { number, ...kind }]));

const seedOf = (name) => sha256(ascii(`seed of ${name}`));
export const keyOf = (name) => ed25519.getPublicKey(seedOf(name));
export const recipientOf = (name) => x25519.getPublicKey(seedOf(name));
export const sign = (name, message) => ed25519.sign(message, seedOf(name));
export const idOf = (name) => toHex(sha256(ascii(name)).subarray(0, 16));
export const hashOf = (name) => toHex(sha256(ascii(name)));

const u8 = (value) => Uint8Array.of(value);
const u16 = (value) => Uint8Array.of(value >> 8, value & 255);
const u32 = (value) => concat(u16(Math.floor(value / 65536)), u16(value % 65536));
const sized = (width, bytes) => concat(width(bytes.length), bytes);
const list = (width, items, write) => concat(width(items.length), ...items.map(write));
const flag = (value) => u8(value ? 1 : 0);

const writeRecipient = ({ type, key }) => concat(u8(type), sized(u16, key));

export function writeCertificate(one) {
  return concat(
    fromHex(one.member),
    one.signing,
    one.authentication,
    writeRecipient(one.recipient),
    u16(one.roles),
    list(u8, one.desks, u16),
    fromHex(one.invite),
    u64Bytes(one.expiry),
    fromHex(one.attributes),
  );
}

/** A certificate with its id. */
export const withId = (one) => ({
  ...one,
  id: toHex(labelled("amparo/certificate/v1", writeCertificate(one))),
});

const writeNote = ({ type, inReplyTo }) => concat(u8(type), fromHex(inReplyTo));
const writeTexts = ({ translation, source }) => concat(fromHex(translation), fromHex(source));
const nothing = () => new Uint8Array(0);

const acts = {
  policy: (a) =>
    concat(
      u32(a.version),
      fromHex(a.previous),
      list(u8, a.roots, (key) => key),
      u8(a.threshold),
      a.logKey,
      writeRecipient(a.recovery),
      list(u8, a.registrars, writeCertificate),
      u8(a.quorum),
      u32(a.freshnessHours),
      u16(a.rulesVersion),
      u16(0),
    ),
  certify: (a) => writeCertificate(a.certificate),
  endorse: (a) => fromHex(a.certificate),
  revoke: (a) => concat(fromHex(a.member), fromHex(a.certificate)),
  invite: (a) =>
    concat(
      fromHex(a.invite),
      u16(a.roles),
      list(u8, a.desks, u16),
      fromHex(a.member),
      flag(a.submitOnly),
      u64Bytes(a.expiry),
      fromHex(hashOf("ticket")),
    ),
  directory_epoch: (a) => concat(u32(a.epoch), writeRecipient(a.recipient)),
  describe: (a) => fromHex(a.member),
  recovery_tested: (a) => fromHex(a.proof),
  tick: (a) => concat(u64Bytes(a.now), fromHex(a.directoryHead)),
  log_epoch: (a) => concat(u32(a.epoch), u64Bytes(a.size), fromHex(a.root)),
  submit: (a) =>
    concat(
      fromHex(a.caseId),
      u16(a.desk),
      flag(a.deliverOnApproval),
      u16(a.number),
      u16(a.version),
    ),
  assign: (a) =>
    concat(
      fromHex(a.translator),
      fromHex(a.reviewer),
      list(u8, a.attorneys, fromHex),
      u64Bytes(a.leaseEnd),
      u16(0),
    ),
  unassign: nothing,
  accept: nothing,
  decline: nothing,
  give_back: nothing,
  hand_in: (a) => concat(u16(a.version), fromHex(a.source)),
  return: (a) => fromHex(a.translation),
  approve: writeTexts,
  deliver: (a) => concat(list(u8, a.attorneys, fromHex), flag(a.untranslated)),
  receive: writeTexts,
  reopen: (a) => u64Bytes(a.leaseEnd),
  withdraw: nothing,
  share: (a) => fromHex(a.with),
  note: writeNote,
};

export const policyHash = (act) => toHex(labelled("amparo/root-policy/v1", acts.policy(act)));

const writeObject = ({ object, objectClass }) =>
  concat(
    fromHex(object),
    u8(objectClass),
    fromHex(hashOf(`commitment ${object}`)),
    u64Bytes(4096n),
    fromHex(hashOf(`payload ${object}`)),
  );

const writeGrant = ({ object, grantee, certificate, purpose }) =>
  concat(
    fromHex(object),
    fromHex(grantee),
    fromHex(certificate),
    u8(purpose),
    u8(1),
    u16(168),
    fromHex(hashOf("grant")),
  );

/** A signed statement; `signers` are names. Fields as the decoder calls them. */
export function writeStatement(name, statement, signers) {
  const { number, subjectType } = numbers.get(name);
  const body = concat(
    acts[name](statement.act),
    list(u16, statement.objects, writeObject),
    list(u16, statement.grants, writeGrant),
  );
  const signed = concat(
    ascii("amparo/statement/v1\n\0"),
    u16(number),
    fromHex(statement.org),
    fromHex(statement.actor),
    fromHex(statement.certificate),
    u64Bytes(statement.seq),
    new Uint8Array(32),
    u8(statement.subjectType ?? subjectType),
    fromHex(statement.subject),
    fromHex(statement.subjectPrev),
    u64Bytes(0n),
    new Uint8Array(32),
    u64Bytes(1700000000n),
    sha256(ascii(`salt ${statement.seq}`)),
    sized(u32, body),
  );
  const signatures = signers
    .map((signer) => ({ key: keyOf(signer), signature: sign(signer, signed) }))
    .sort((a, b) => Buffer.compare(a.key, b.key));
  const one = ({ key, signature }) => concat(key, signature);
  return concat(sized(u32, signed), list(u8, signatures, one));
}

/** The root over leaf hashes, and the path of each leaf. */
export function treeOf(hashes) {
  if (hashes.length === 0) return { root: emptyRoot, paths: [] };
  if (hashes.length === 1) return { root: hashes[0], paths: [[]] };
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  const left = treeOf(hashes.slice(0, split));
  const right = treeOf(hashes.slice(split));
  return {
    root: nodeHash(left.root, right.root),
    paths: [
      ...left.paths.map((path) => [...path, right.root]),
      ...right.paths.map((path) => [...path, left.root]),
    ],
  };
}

/** A checkpoint of the log, signed by `signer`. */
export function writeCheckpoint(org, size, root, signer) {
  const name = logName(org);
  const text = `${name}\n${size}\n${Buffer.from(root).toString("base64")}\n`;
  const id = sha256(ascii(`${name}\n`), u8(1), keyOf(signer)).subarray(0, 4);
  const line = Buffer.from(concat(id, sign(signer, ascii(text)))).toString("base64");
  return Uint8Array.from(Buffer.from(`${text}\n\u2014 ${name} ${line}\n`, "utf8"));
}

const writePlaced = ({ position, bytes, path }) =>
  concat(u64Bytes(position), sized(u32, bytes), list(u8, path, (hash) => hash));

/** A Receipt, canonical bytes. */
export function writeReceipt({ org, document, checkpoint, directory, ticks, history }) {
  return concat(
    fromHex(org),
    fromHex(document),
    sized(u16, checkpoint),
    list(u32, directory, writePlaced),
    list(u32, ticks, writePlaced),
    list(u32, history, writePlaced),
    u16(0),
  );
}

/** Evidence of a type around the bytes of its fields. */
export function writeEvidence(org, policies, type, fields) {
  const statements = list(u16, policies, (bytes) => sized(u32, bytes));
  return concat(fromHex(org), statements, u64Bytes(1800000000n), u8(type), fields);
}

export const invalidHistory = (receipt) => sized(u32, receipt);
export const fork = (earlier, later, otherRoot, path) =>
  concat(sized(u16, earlier), sized(u16, later), otherRoot, list(u8, path, (hash) => hash));
