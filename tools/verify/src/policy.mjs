// Policies, the founding one and its successors; and what the root keys and the log say.
// docs/spec/directory.md, "Policy" and "Time".

import { equal, toHex } from "./bytes.mjs";
import { Refused, insist, keysOf, roles, zeros16, zeros32 } from "./directory.mjs";
import { isSignedBy, log, root, signaturesVerify } from "./statement.mjs";

const quorum = 2;

const isOneOf = (keys, key) => keys.some((one) => equal(one, key));

function countBy(signatures, roots) {
  return signatures.filter(({ key }) => isOneOf(roots, key)).length;
}

/**
 * Demands that the statement is the roots': right signatures, by keys of these policies only, and
 * of each policy no fewer than its threshold.
 */
export function insistOnRoots(statement, policies) {
  insist(statement.actor === root && statement.certificate === zeros32, "ACTOR_MISMATCH");
  const keys = policies.flatMap((policy) => policy.roots);
  insist(statement.signatures.every(({ key }) => isOneOf(keys, key)), "BAD_SIGNATURE");
  insist(signaturesVerify(statement), "BAD_SIGNATURE");
  for (const { roots, threshold } of policies) {
    insist(countBy(statement.signatures, roots) >= threshold, "THRESHOLD_NOT_MET");
  }
}

/** Demands that `next` follows `before` (null: is the first) by version and hash. */
export function insistOnNext(before, next) {
  const version = before === null ? 1 : before.version + 1;
  const previous = before === null ? zeros32 : before.hash;
  insist(next.version === version && next.previous === previous, "POLICY_NOT_NEXT");
}

function allKeysOf(policy) {
  const own = [...policy.roots, policy.logKey, policy.recovery.key].map(toHex);
  return [...own, ...policy.registrars.flatMap(keysOf)];
}

function insistOnRegistrar(directory, certificate) {
  const entry = directory.certificates.get(certificate.id);
  const isTaken = keysOf(certificate).some((key) => directory.keys.has(key));
  const otherRoles = certificate.roles & ~(roles.registrar | roles.auditor);
  insist(
    !directory.isExpired(certificate) &&
      (entry === undefined ? !isTaken : !entry.isEnded) &&
      certificate.invite === zeros16 &&
      (certificate.roles & roles.registrar) !== 0 &&
      otherRoles === 0,
    "POLICY_INVALID",
  );
}

function insistOnContent(directory, policy) {
  const keys = allKeysOf(policy);
  const isSameLog = directory.policy === undefined || equal(policy.logKey, directory.policy.logKey);
  insist(
    policy.quorum === quorum &&
      policy.freshnessHours > 0 &&
      policy.registrars.length > 0 &&
      isSameLog &&
      new Set(keys).size === keys.length,
    "POLICY_INVALID",
  );
  for (const certificate of policy.registrars) insistOnRegistrar(directory, certificate);
}

/** Applies a policy; the statement's place in the chain was judged. */
export function applyPolicy(directory, statement) {
  const policy = statement.act;
  const before = directory.policy ?? null;
  if (before === null) insist(policy.hash === statement.org, "ORG_MISMATCH");
  insistOnRoots(statement, before === null ? [policy] : [before, policy]);
  insistOnNext(before, policy);
  insistOnContent(directory, policy);
  const listed = new Set(policy.registrars.map(({ id }) => id));
  for (const { id } of before?.registrars ?? []) {
    if (!listed.has(id)) directory.certificates.get(id).isEnded = true;
  }
  for (const certificate of policy.registrars) {
    if (directory.certificates.has(certificate.id)) continue;
    directory.add(certificate, null, true);
  }
  directory.policies.push(policy);
}

/** Applies a log epoch that stands at `position`. */
export function applyLogEpoch(directory, statement, position) {
  insistOnRoots(statement, [directory.policy]);
  insist(statement.act.size <= position, "MALFORMED");
  insist(statement.act.epoch === directory.logEpoch + 1, "EPOCH_NOT_NEXT");
  directory.logEpoch = statement.act.epoch;
}

/** Applies a tick. */
export function applyTick(directory, statement) {
  const isLogs = statement.actor === log && statement.certificate === zeros32;
  if (!isLogs || !isSignedBy(statement, directory.policy.logKey)) {
    throw new Refused("TICK_NOT_BY_LOG");
  }
  insist(statement.act.directoryHead === directory.head, "STALE");
  insist(statement.act.now > directory.now, "TICK_NOT_RISING");
  directory.now = statement.act.now;
}
