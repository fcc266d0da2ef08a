// Invitations, certificates, endorsements, revocations: docs/spec/directory.md, "Members".

import { objectClasses } from "./bodies.mjs";
import { insist, keysOf, privileged, roles, zeros16, zeros32 } from "./directory.mjs";
import { applyLogEpoch, applyPolicy, applyTick, insistOnRoots } from "./policy.mjs";
import { root } from "./statement.mjs";
import { directorySubject, logSubject } from "./kinds.mjs";

const submitOnlyRoles = roles.fellow | roles.auditor;

function applyInvite(directory, { act }) {
  insist((act.roles & roles.registrar) === 0, "REGISTRARS_COME_FROM_POLICY");
  insist(!act.submitOnly || (act.roles & ~submitOnlyRoles) === 0, "MALFORMED");
  insist(!directory.invitations.has(act.invite), "INVITATION_USED");
  insist(directory.now < act.expiry, "INVITATION_EXPIRED");
  const isSomebody = act.member === zeros16 || directory.entriesOf(act.member).length > 0;
  insist(isSomebody, "INVITATION_MISMATCH");
  directory.invitations.set(act.invite, { act, isUsed: false });
}

function insistOnInvitation(directory, certificate) {
  const invitation = directory.invitations.get(certificate.invite);
  insist(invitation !== undefined, "INVITATION_UNKNOWN");
  insist(!invitation.isUsed, "INVITATION_USED");
  const { act } = invitation;
  insist(directory.now < act.expiry, "INVITATION_EXPIRED");
  const isExpected =
    act.member === zeros16
      ? directory.entriesOf(certificate.member).length === 0
      : act.member === certificate.member;
  insist(
    isExpected &&
      act.roles === certificate.roles &&
      act.desks.join() === certificate.desks.join() &&
      act.submitOnly === (certificate.recipient.type === 0),
    "INVITATION_MISMATCH",
  );
  return invitation;
}

function applyCertify(directory, { act, objects }, author) {
  const { certificate } = act;
  const brought = objects.length === 0 ? zeros32 : objects[0].sha256;
  insist(certificate.attributes === brought, "MALFORMED");
  insist(certificate.member !== author.member, "OWN_CERTIFICATE");
  insist((certificate.roles & roles.registrar) === 0, "REGISTRARS_COME_FROM_POLICY");
  const invitation = insistOnInvitation(directory, certificate);
  insist(!directory.isExpired(certificate), "EXPIRED");
  const [signing, authentication] = keysOf(certificate);
  const isTaken = directory.keys.has(signing) || directory.keys.has(authentication);
  insist(!isTaken && signing !== authentication, "CERTIFICATE_EXISTS");
  const isFurther = directory.entriesOf(certificate.member).length > 0;
  const waits = (certificate.roles & privileged) !== 0 || isFurther;
  invitation.isUsed = true;
  directory.add(certificate, author.id, !waits);
}

// The roots endorse while the policy has one registrar; then two people are still asked.
function applyEndorse(directory, statement, author) {
  const entry = directory.certificates.get(statement.act.certificate);
  insist(entry !== undefined, "UNKNOWN_CERTIFICATE");
  insist(entry.certificate.member !== author?.member, "OWN_CERTIFICATE");
  insist(!entry.isEnded, "REVOKED");
  insist(!entry.isInEffect, "ALREADY_ENDORSED");
  const certifier = directory.certificates.get(entry.certifier).certificate;
  insist(certifier.member !== author?.member, "SAME_REGISTRAR");
  insist(!directory.isExpired(entry.certificate), "EXPIRED");
  insist(directory.hasRole(certifier.member, roles.registrar), "ROLE_REQUIRED");
  entry.isInEffect = true;
}

function applyRevoke(directory, { act }) {
  const entries = directory
    .entriesOf(act.member)
    .filter(({ certificate }) => act.certificate === zeros32 || certificate.id === act.certificate)
    .filter(({ isEnded }) => !isEnded);
  insist(entries.length > 0, "NOTHING_TO_REVOKE");
  for (const entry of entries) entry.isEnded = true;
}

function applyDescribe(directory, { act }) {
  insist(directory.entriesOf(act.member).length > 0, "UNKNOWN_CERTIFICATE");
}

function applyDirectoryEpoch(directory, { act }) {
  insist(act.epoch === directory.directoryEpoch + 1, "EPOCH_NOT_NEXT");
  directory.directoryEpoch = act.epoch;
}

// What a registrar says, and the objects that it brings: class, at least, at most.
const acts = {
  certify: { apply: applyCertify, brings: [objectClasses.attributes, 0, 1] },
  endorse: { apply: applyEndorse, brings: [0, 0, 0] },
  revoke: { apply: applyRevoke, brings: [0, 0, 0] },
  invite: { apply: applyInvite, brings: [objectClasses.inviteSecret, 0, 1] },
  directory_epoch: { apply: applyDirectoryEpoch, brings: [objectClasses.directoryKey, 0, 1] },
  describe: { apply: applyDescribe, brings: [objectClasses.attributes, 1, 1] },
  recovery_tested: { apply: () => {}, brings: [0, 0, 0] },
};

function insistOnObjects(objects, [objectClass, least, most]) {
  const isRight = objects.every((object) => object.objectClass === objectClass);
  insist(isRight && objects.length >= least && objects.length <= most, "MALFORMED");
}

/** Members among the policy's registrars who were not revoked, whatever the time. */
function countRegistrars(directory) {
  const standing = directory.policy.registrars.filter(
    ({ id }) => !directory.certificates.get(id).isEnded,
  );
  return new Set(standing.map(({ member }) => member)).size;
}

function authorOf(directory, statement) {
  if (statement.name === "endorse" && statement.actor === root) {
    insistOnRoots(statement, [directory.policy]);
    insist(countRegistrars(directory) < 2, "ROLE_REQUIRED");
    return null;
  }
  const author = directory.checkAuthor(statement);
  insist(statement.seq > (directory.seqs.get(author.id) ?? -1n), "SEQUENCE_NOT_RISING");
  insist((author.roles & roles.registrar) !== 0, "ROLE_REQUIRED");
  return author;
}

/**
 * Judges a statement of the directory or of the log at a position, and applies it. Ticks and log
 * epochs are taken without their `subject_prev` ("Without every tick"). Throws Refused, and then
 * changed nothing.
 */
export function applyToDirectory(directory, statement, position) {
  const isOfLog = statement.name === "tick" || statement.name === "log_epoch";
  insist(statement.subjectType === (isOfLog ? logSubject : directorySubject), "MALFORMED");
  insist(statement.subject === zeros16, "MALFORMED");
  const isFounding = directory.policy === undefined;
  insist(!isFounding || statement.name === "policy", "NOT_FOUNDED");
  insist(isFounding || statement.org === directory.policies[0].hash, "ORG_MISMATCH");
  if (isOfLog) insist(statement.objects.length === 0, "MALFORMED");
  if (statement.name === "tick") return applyTick(directory, statement);
  if (statement.name === "log_epoch") return applyLogEpoch(directory, statement, position);
  const act = acts[statement.name];
  const author = act === undefined ? null : authorOf(directory, statement);
  insist(statement.subjectPrev === directory.head, "STALE");
  insistOnObjects(statement.objects, act?.brings ?? [0, 0, 0]);
  if (act === undefined) {
    applyPolicy(directory, statement);
  } else {
    act.apply(directory, statement, author);
  }
  if (author !== null) directory.seqs.set(author.id, statement.seq);
  directory.head = statement.id;
  return undefined;
}
