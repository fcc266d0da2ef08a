// The bodies of statements: docs/spec/statement.md, "Bodies". Ids and hashes become hexadecimal.

import { Reader, UpdateRequired, demand, demandAscending, toHex } from "./bytes.mjs";
import { isRecipientKey, isSigningKey, labelled } from "./crypto.mjs";

export const objectClasses = Object.freeze({
  manifest: 1,
  part: 2,
  certificate: 3,
  note: 4,
  attributes: 5,
  card: 6,
  inviteSecret: 7,
  directoryKey: 8,
  message: 9,
});
const lengthsOfGrants = new Map([[1, 168]]);
const allRoles = 127;
const hour = 3600n;
const reservedMembers = ["00".repeat(16), "ff".repeat(16), "dd".repeat(16)];
const log = reservedMembers[1];
const rulesVersionKnown = 1;

const hash = (reader, field) => toHex(reader.take(field, 32));
const id = (reader, field) => toHex(reader.take(field, 16));

function nonZero(field, hex) {
  demand(!/^0+$/.test(hex), `${field}: zeros`);
  return hex;
}

function member(reader, field) {
  const value = id(reader, field);
  demand(!reservedMembers.includes(value), `${field}: a reserved member`);
  return value;
}

function memberOrZeros(reader, field) {
  const value = id(reader, field);
  demand(!reservedMembers.slice(1).includes(value), `${field}: a reserved member`);
  return value;
}

function recipient(reader, field) {
  const type = reader.oneOf(field, reader.u8(field), 0, 1);
  const key = reader.opaque(field, 2, 0, 32);
  if (type === 0) {
    demand(key.length === 0, `${field}: a key without a type`);
  } else {
    demand(isRecipientKey(key), `${field}: no key to seal to`);
  }
  return { type, key };
}

function realRecipient(reader, field) {
  const value = recipient(reader, field);
  demand(value.type !== 0, `${field}: none`);
  return value;
}

function roles(reader) {
  const value = reader.u16("roles");
  demand(value !== 0 && (value & ~allRoles) === 0, `roles: ${value}`);
  return value;
}

function desks(reader) {
  const list = reader.list("desks", 1, 0, 32, () => reader.ordinal("desks", reader.u16("desks")));
  for (let i = 1; i < list.length; ++i) demand(list[i - 1] < list[i], "desks: not ascending");
  return list;
}

function signingKey(reader, field) {
  const key = reader.take(field, 32);
  demand(isSigningKey(key), `${field}: no point of the prime-order group`);
  return key;
}

function certificate(reader) {
  const start = reader.at;
  const value = {
    member: member(reader, "member"),
    signing: signingKey(reader, "signing"),
    authentication: signingKey(reader, "authentication"),
    recipient: recipient(reader, "recipient"),
    roles: roles(reader),
    desks: desks(reader),
    invite: id(reader, "invite"),
    expiry: reader.u64("expiry"),
    attributes: hash(reader, "attributes_sha256"),
  };
  value.id = toHex(labelled("amparo/certificate/v1", reader.bytes.subarray(start, reader.at)));
  return value;
}

function policy(reader) {
  const start = reader.at;
  const value = { version: reader.ordinal("version", reader.u32("version")) };
  value.previous = hash(reader, "previous");
  const isFirst = value.version === 1;
  demand(/^0+$/.test(value.previous) === isFirst, "previous: zeros in version 1 only");
  value.roots = reader.list("roots", 1, 1, 8, () => signingKey(reader, "roots"));
  demandAscending(value.roots, "roots");
  value.threshold = reader.oneOf("threshold", reader.u8("threshold"), 1, value.roots.length);
  value.logKey = signingKey(reader, "log_key");
  value.recovery = realRecipient(reader, "recovery");
  value.registrars = reader.list("registrars", 1, 0, 16, certificate);
  const keys = value.registrars.map(({ signing }) => toHex(signing));
  demand(new Set(keys).size === keys.length, "registrars: two with one key");
  value.quorum = reader.ordinal("privileged_quorum", reader.u8("privileged_quorum"));
  value.freshnessHours = reader.u32("freshness_limit_hours");
  value.rulesVersion = reader.ordinal("rules_version", reader.u16("rules_version"));
  reader.oneOf("flags", reader.u16("flags"), 0, 0);
  value.hash = toHex(labelled("amparo/root-policy/v1", reader.bytes.subarray(start, reader.at)));
  return value;
}

function invite(reader) {
  return {
    invite: nonZero("invite", id(reader, "invite")),
    roles: roles(reader),
    desks: desks(reader),
    member: memberOrZeros(reader, "member"),
    submitOnly: reader.flag("submit_only"),
    expiry: reader.u64("expiry"),
    ticket: hash(reader, "ticket_sha256"),
  };
}

function note(reader) {
  const type = reader.oneOf("type", reader.u8("type"), 1, 3);
  const inReplyTo = hash(reader, "in_reply_to");
  demand(/^0+$/.test(inReplyTo) === (type !== 3), "in_reply_to: an answer names a question");
  return { type, inReplyTo };
}

function members(reader, field, least) {
  const list = reader.list(field, 1, least, 16, () => member(reader, field));
  for (let i = 1; i < list.length; ++i) demand(list[i - 1] < list[i], `${field}: not ascending`);
  return list;
}

function leaseEnd(reader) {
  const value = reader.u64("lease_end");
  demand(value % hour === 0n, "lease_end: no whole hour");
  return value;
}

const ordinal16 = (reader, field) => reader.ordinal(field, reader.u16(field));
const texts = (reader) => ({
  translation: hash(reader, "translation"),
  source: hash(reader, "source"),
});
const nothing = () => ({});

// The fields of each act. Object literals are evaluated in the order in which they are written.
const acts = {
  policy,
  certify: (r) => ({ certificate: certificate(r) }),
  endorse: (r) => ({ certificate: hash(r, "certificate") }),
  revoke: (r) => ({ member: member(r, "member"), certificate: hash(r, "certificate") }),
  invite,
  directory_epoch: (r) => ({
    epoch: r.ordinal("epoch", r.u32("epoch")),
    recipient: realRecipient(r, "recipient"),
  }),
  describe: (r) => ({ member: member(r, "member") }),
  recovery_tested: (r) => ({ proof: nonZero("proof", hash(r, "proof")) }),
  tick: (r) => ({ now: r.u64("now"), directoryHead: hash(r, "directory_head") }),
  log_epoch: (r) => ({
    epoch: r.ordinal("epoch", r.u32("epoch")),
    size: r.u64("size"),
    root: hash(r, "root"),
  }),
  open_case: (r) => ({ desk: ordinal16(r, "desk"), deliverOnApproval: r.flag("deliver") }),
  share_case: (r) => ({ with: member(r, "with") }),
  note_case: note,
  submit: (r) => ({
    caseId: nonZero("case_id", id(r, "case_id")),
    desk: ordinal16(r, "desk"),
    deliverOnApproval: r.flag("deliver_on_approval"),
    number: ordinal16(r, "number"),
    version: ordinal16(r, "version"),
  }),
  assign: (r) => ({
    translator: member(r, "translator"),
    reviewer: member(r, "reviewer"),
    attorneys: members(r, "attorneys", 0),
    leaseEnd: leaseEnd(r),
    dueWeek: r.u16("due_week"),
  }),
  unassign: nothing,
  accept: nothing,
  decline: nothing,
  give_back: nothing,
  hand_in: (r) => ({ version: ordinal16(r, "version"), source: hash(r, "source") }),
  return: (r) => ({ translation: hash(r, "translation") }),
  approve: texts,
  deliver: (r) => ({
    attorneys: members(r, "attorneys", 1),
    untranslated: r.flag("already_in_target_language"),
  }),
  receive: texts,
  reopen: (r) => ({ leaseEnd: leaseEnd(r) }),
  withdraw: nothing,
  share: (r) => ({ with: member(r, "with") }),
  note,
};

function objectRef(reader) {
  const object = {
    object: id(reader, "object"),
    objectClass: reader.oneOf("objects", reader.u8("object_class"), 1, 9),
    commitment: hash(reader, "commitment"),
    length: reader.u64("payload_length"),
    sha256: hash(reader, "payload_sha256"),
  };
  const isSmall = object.objectClass !== objectClasses.part;
  demand(!isSmall || object.length <= 65536n, `objects: payload_length ${object.length}`);
  return object;
}

function grantRef(reader) {
  const grant = {
    object: id(reader, "object"),
    grantee: id(reader, "grantee"),
    certificate: hash(reader, "grantee_certificate"),
    purpose: reader.oneOf("grants", reader.u8("purpose"), 1, 7),
    type: reader.u8("type"),
    length: reader.u16("length"),
    sha256: hash(reader, "sha256"),
  };
  demand(grant.grantee !== log, "grants: a reserved member");
  demand(lengthsOfGrants.get(grant.type) === grant.length, "grants: type or length");
  return grant;
}

// At most one manifest, then its parts, then the rest.
function demandOrder(objects) {
  const rank = ({ objectClass }) => Math.min(objectClass, objectClasses.certificate);
  for (let i = 1; i < objects.length; ++i) {
    demand(rank(objects[i - 1]) <= rank(objects[i]), "objects: order");
  }
  const manifests = objects.filter(({ objectClass }) => objectClass === objectClasses.manifest);
  demand(manifests.length <= 1, "objects: two manifests");
}

function demandDistinct(field, items, keyOf) {
  demand(new Set(items.map(keyOf)).size === items.length, `${field}: one stands twice`);
}

/**
 * Decodes the body of a statement of a known kind.
 * @returns {{act: object, objects: object[], grants: object[]}}
 */
export function decodeBody(kindName, bytes) {
  const reader = new Reader(bytes);
  const act = acts[kindName](reader);
  const objects = reader.list("objects", 2, 0, 210, objectRef);
  demandOrder(objects);
  demandDistinct("objects", objects, ({ object }) => object);
  const grants = reader.list("grants", 2, 0, 256, grantRef);
  demandDistinct("grants", grants, (grant) =>
    [grant.object, grant.grantee, grant.certificate, grant.purpose].join(),
  );
  reader.end("body");
  if (kindName === "policy" && act.rulesVersion !== rulesVersionKnown) {
    throw new UpdateRequired(`rules_version: ${act.rulesVersion}`);
  }
  return { act, objects, grants };
}
