// The verifier's directory against docs/spec/directory.md: every refusal by its name.
import assert from "node:assert/strict";
import test from "node:test";

import { roles, zeros16, zeros32 } from "../../tools/verify/src/directory.mjs";
import {
  DirectoryStage,
  certificate,
  idOf,
  keyOf,
  policy,
  refusalOf,
  registrar,
  start,
} from "./directory_stage.mjs";

const founded = (more) => DirectoryStage.founded(more);
const two = ["root a", "root b"];

function isRefused(name, act) {
  assert.equal(refusalOf(act), name);
}

function next(stage, more = {}) {
  const { version, hash } = stage.directory.policy;
  return policy({ version: version + 1, previous: hash, ...more });
}

test("the first policy founds, under its own hash, by its own threshold", () => {
  const found = (act, signers, org) => () => {
    const stage = new DirectoryStage();
    stage.org = org ?? act.hash;
    stage.put("root", "policy", act, { signers });
  };
  isRefused(null, found(policy(), two));
  isRefused("ORG_MISMATCH", found(policy(), two, zeros32));
  isRefused("THRESHOLD_NOT_MET", found(policy(), ["root a"]));
  isRefused("BAD_SIGNATURE", found(policy(), [...two, "stranger"]));
  isRefused("POLICY_NOT_NEXT", found(policy({ version: 2 }), two));
  isRefused("POLICY_INVALID", found(policy({ quorum: 1 }), two));
  isRefused("POLICY_INVALID", found(policy({ quorum: 3 }), two));
  isRefused("POLICY_INVALID", found(policy({ freshnessHours: 0 }), two));
  isRefused("POLICY_INVALID", found(policy({ registrars: [] }), two));
  isRefused("POLICY_INVALID", found(policy({ logKey: keyOf("root a") }), two));
  const stage = new DirectoryStage();
  isRefused("NOT_FOUNDED", () => stage.tick());
});

test("a registrar of the policy is a registrar and nothing else", () => {
  const withRegistrar = (one) => () => founded({ registrars: [registrar("rob", "rob"), one] });
  isRefused(null, withRegistrar(certificate("ria", "ria", roles.registrar | roles.auditor)));
  const role = roles.registrar | roles.coordinator;
  isRefused("POLICY_INVALID", withRegistrar(certificate("ria", "ria", role)));
  isRefused("POLICY_INVALID", withRegistrar(certificate("ria", "ria", roles.auditor)));
  isRefused("POLICY_INVALID", withRegistrar(registrar("ria", "ria", { invite: idOf("x") })));
  isRefused("POLICY_INVALID", withRegistrar(registrar("rob", "ria", { id: idOf("other") })));
  const stage = founded();
  const old = registrar("old", "old", { expiry: stage.directory.now });
  const act = next(stage, { registrars: [registrar("ria", "ria"), old] });
  isRefused("POLICY_INVALID", () => stage.put("root", "policy", act, { signers: two }));
});

test("a policy follows the one before, by the roots of both", () => {
  const newRoots = ["new a", "new b"].map(keyOf);
  const change = (more, signers) => () => {
    const stage = founded();
    stage.put("root", "policy", next(stage, more), { signers });
  };
  isRefused(null, change({}, two));
  isRefused("POLICY_NOT_NEXT", change({ version: 3 }, two));
  isRefused("POLICY_INVALID", change({ logKey: keyOf("other log") }, two));
  isRefused("POLICY_NOT_NEXT", change({ previous: zeros32 }, two));
  isRefused("THRESHOLD_NOT_MET", change({}, ["root a"]));
  isRefused("THRESHOLD_NOT_MET", change({ roots: newRoots }, ["new a", "new b"]));
  isRefused("THRESHOLD_NOT_MET", change({ roots: newRoots }, two));
  isRefused("THRESHOLD_NOT_MET", change({ roots: newRoots }, ["root a", "new a", "new b"]));
  isRefused(null, change({ roots: newRoots }, [...two, "new a", "new b"]));
  const stage = founded();
  const byRia = { signers: two, bend: { actor: idOf("ria") } };
  isRefused("ACTOR_MISMATCH", () => stage.put("root", "policy", next(stage), byRia));
  const late = { signers: two, bend: { subjectPrev: zeros32 } };
  isRefused("STALE", () => stage.put("root", "policy", next(stage), late));
});

test("a registrar who was dropped or revoked is none, and comes back with other keys", () => {
  const stage = founded();
  stage.put("root", "policy", next(stage, { registrars: [registrar("ria", "ria")] }), {
    signers: two,
  });
  const byRob = () => stage.put("rob", "recovery_tested", { proof: "01" });
  isRefused("REVOKED", byRob);
  stage.put("ria", "recovery_tested", { proof: "01" });
  stage.put("ria", "revoke", { member: idOf("ria"), certificate: zeros32 });
  const again = next(stage, { registrars: [registrar("ria", "ria")] });
  isRefused("POLICY_INVALID", () => stage.put("root", "policy", again, { signers: two }));
  const fresh = next(stage, { registrars: [registrar("ria's second", "ria")] });
  stage.put("root", "policy", fresh, { signers: two });
});

test("the author is a valid certificate, its member, and its key", () => {
  const stage = founded();
  const fay = stage.admit("fay", "fay", roles.fellow, { more: { expiry: start + 3600n } });
  const say = (by, options) => () => stage.put(by, "recovery_tested", { proof: "01" }, options);
  isRefused("UNKNOWN_CERTIFICATE", say("stranger"));
  isRefused("ACTOR_MISMATCH", say("ria", { bend: { actor: idOf("rob") } }));
  isRefused("BAD_SIGNATURE", say("ria", { signers: ["rob"] }));
  isRefused("BAD_SIGNATURE", say("ria", { signers: ["ria", "rob"] }));
  isRefused("ROLE_REQUIRED", say("fay"));
  isRefused("ORG_MISMATCH", say("ria", { bend: { org: zeros32 } }));
  isRefused("STALE", say("ria", { bend: { subjectPrev: zeros32 } }));
  isRefused("SEQUENCE_NOT_RISING", say("ria", { bend: { seq: 1n } }));
  isRefused("MALFORMED", say("ria", { bend: { subjectType: 4 } }));
  isRefused("MALFORMED", say("ria", { bend: { subject: idOf("x") } }));
  isRefused("MALFORMED", say("ria", { bend: { objects: [{ objectClass: 4 }] } }));
  stage.tick(3600n - (stage.directory.now - start));
  isRefused("EXPIRED", say("fay"));
  stage.put("ria", "revoke", { member: fay.member, certificate: fay.id });
  isRefused("REVOKED", say("fay"));
});

test("who is certified was invited, to this and once", () => {
  const stage = founded();
  const invite = stage.invite("tina", roles.translator, { desks: [1], expiry: start + 3600n });
  const made = (more) =>
    certificate("tina", "tina", roles.translator, { invite, desks: [1], ...more });
  const certify = (more, by = "ria", bend = {}) => () =>
    stage.put(by, "certify", { certificate: made(more) }, { bend });
  isRefused("INVITATION_UNKNOWN", certify({ invite: idOf("x") }));
  isRefused("INVITATION_MISMATCH", certify({ roles: roles.fellow }));
  isRefused("INVITATION_MISMATCH", certify({ desks: [1, 2] }));
  isRefused("INVITATION_MISMATCH", certify({ recipient: { type: 0, key: new Uint8Array(0) } }));
  isRefused("INVITATION_MISMATCH", certify({ member: idOf("rob") }));
  isRefused("OWN_CERTIFICATE", certify({ member: idOf("ria") }));
  isRefused("REGISTRARS_COME_FROM_POLICY", certify({ roles: roles.registrar }));
  isRefused("EXPIRED", certify({ expiry: stage.directory.now }));
  isRefused("CERTIFICATE_EXISTS", certify({ signing: keyOf("rob") }));
  isRefused("CERTIFICATE_EXISTS", certify({ authentication: keyOf("rob") }));
  isRefused("CERTIFICATE_EXISTS", certify({ authentication: keyOf("tina") }));
  isRefused("MALFORMED", certify({ attributes: idOf("x") }));
  const object = { objectClass: 5, sha256: "aa" };
  isRefused("MALFORMED", certify({}, "ria", { objects: [object] }));
  isRefused("MALFORMED", certify({ attributes: "aa" }, "ria", { objects: [object, object] }));
  isRefused(null, certify({ attributes: "aa" }, "ria", { objects: [object] }));
  isRefused("INVITATION_USED", certify({}));
  isRefused("INVITATION_USED", () => stage.invite("tina", roles.translator));
  stage.invite("late", roles.translator, { expiry: stage.directory.now + 60n });
  stage.tick(60n);
  const late = certificate("late", "late", roles.translator, { invite: idOf("invite late") });
  isRefused("INVITATION_EXPIRED", () => stage.put("ria", "certify", { certificate: late }));
});

test("an invitation is for no registrar, and submit-only for fellows and auditors", () => {
  const stage = founded();
  const submitOnly = { submitOnly: true };
  isRefused("REGISTRARS_COME_FROM_POLICY", () => stage.invite("x", roles.registrar));
  isRefused("MALFORMED", () => stage.invite("y", roles.translator, submitOnly));
  isRefused(null, () => stage.invite("z", roles.fellow | roles.auditor, submitOnly));
  const late = { expiry: stage.directory.now };
  isRefused("INVITATION_EXPIRED", () => stage.invite("late", roles.fellow, late));
  const nobodys = { member: idOf("nobody") };
  isRefused("INVITATION_MISMATCH", () => stage.invite("nobody", roles.fellow, nobodys));
});

test("a privileged certificate waits for a second registrar", () => {
  const stage = founded();
  const cleo = stage.admit("cleo", "cleo", roles.coordinator);
  assert.equal(stage.directory.valid(cleo.id), null);
  isRefused("NOT_YET_ENDORSED", () => stage.put("cleo", "recovery_tested", { proof: "01" }));
  isRefused("SAME_REGISTRAR", () => stage.endorse(cleo, "ria"));
  isRefused("UNKNOWN_CERTIFICATE", () => stage.endorse({ id: zeros32 }));
  isRefused("ROLE_REQUIRED", () => stage.endorse(cleo, "root", { signers: two }));
  isRefused(null, () => stage.endorse(cleo));
  assert.notEqual(stage.directory.valid(cleo.id), null);
  isRefused("ALREADY_ENDORSED", () => stage.endorse(cleo));
  const tina = stage.admit("tina", "tina", roles.translator);
  assert.notEqual(stage.directory.valid(tina.id), null);
});

test("every further device of a member waits, whatever its roles, also after a revocation", () => {
  for (const [first, further] of [
    [roles.attorney, roles.fellow],
    [roles.translator, roles.translator],
    [roles.fellow, roles.auditor],
  ]) {
    for (const isRevoked of [false, true]) {
      const stage = founded();
      const { member } = stage.admit("first", "ada", first);
      if (isRevoked) stage.put("ria", "revoke", { member, certificate: zeros32 });
      const second = stage.admit("second", "ada", further, { invited: { member } });
      assert.equal(stage.directory.valid(second.id), null);
      stage.endorse(second);
      assert.notEqual(stage.directory.valid(second.id), null);
    }
  }
});

test("nobody endorses themselves, and no word of a registrar who is none any more counts", () => {
  const three = ["ria", "rob", "rosa"].map((name) => registrar(name, name));
  const stage = founded({ registrars: three });
  const invited = { member: idOf("rob") };
  const robs = stage.admit("rob's second", "rob", roles.coordinator, { invited });
  isRefused("OWN_CERTIFICATE", () => stage.endorse(robs, "rob"));
  const cleo = stage.admit("cleo", "cleo", roles.coordinator);
  stage.put("rob", "revoke", { member: idOf("ria"), certificate: zeros32 });
  isRefused("ROLE_REQUIRED", () => stage.endorse(cleo, "rosa"));
  stage.put("rob", "revoke", { member: cleo.member, certificate: cleo.id });
  isRefused("REVOKED", () => stage.endorse(cleo, "rosa"));
});

test("with one registrar left the roots endorse", () => {
  const left = founded();
  const late = left.admit("late", "late", roles.coordinator);
  isRefused("ROLE_REQUIRED", () => left.endorse(late, "root", { signers: two }));
  left.put("ria", "revoke", { member: idOf("rob"), certificate: zeros32 });
  isRefused(null, () => left.endorse(late, "root", { signers: two }));
  const stage = founded({ registrars: [registrar("ria", "ria")] });
  const cleo = stage.admit("cleo", "cleo", roles.coordinator);
  isRefused("THRESHOLD_NOT_MET", () => stage.endorse(cleo, "root", { signers: ["root a"] }));
  isRefused("BAD_SIGNATURE", () => stage.endorse(cleo, "root", { signers: ["root a", "ria"] }));
  isRefused(null, () => stage.endorse(cleo, "root", { signers: two }));
});

test("a revocation is of something that stands", () => {
  const stage = founded();
  const fay = stage.admit("fay", "fay", roles.fellow);
  const revoke = (member, id) => () => stage.put("ria", "revoke", { member, certificate: id });
  isRefused("NOTHING_TO_REVOKE", revoke(idOf("nobody"), zeros32));
  isRefused("NOTHING_TO_REVOKE", revoke(idOf("rob"), fay.id));
  isRefused(null, revoke(fay.member, fay.id));
  isRefused("NOTHING_TO_REVOKE", revoke(fay.member, fay.id));
  isRefused("NOTHING_TO_REVOKE", revoke(fay.member, zeros32));
});

test("epochs are numbered from 1", () => {
  const stage = founded();
  const directoryEpoch = (epoch) => () => stage.put("ria", "directory_epoch", { epoch });
  isRefused("EPOCH_NOT_NEXT", directoryEpoch(2));
  isRefused(null, directoryEpoch(1));
  isRefused("EPOCH_NOT_NEXT", directoryEpoch(1));
  const logEpoch = (epoch, signers, size = 1n) => () =>
    stage.put("root", "log_epoch", { epoch, size }, { signers });
  isRefused("EPOCH_NOT_NEXT", logEpoch(2, two));
  isRefused("THRESHOLD_NOT_MET", logEpoch(1, ["root c"]));
  isRefused("BAD_SIGNATURE", logEpoch(1, ["root a", "log"]));
  isRefused("MALFORMED", logEpoch(1, two, 1000n));
  isRefused(null, logEpoch(1, two));
  isRefused(null, logEpoch(2, two));
});

test("a tick is the log's, later than the last, and names the directory's head", () => {
  const stage = founded();
  isRefused("TICK_NOT_BY_LOG", () => stage.tick(60n, { signers: ["root a"] }));
  isRefused("TICK_NOT_BY_LOG", () => stage.tick(60n, { bend: { actor: zeros16 } }));
  isRefused("TICK_NOT_RISING", () => stage.tick(0n));
  isRefused("STALE", () => stage.tick(60n, { head: zeros32 }));
  isRefused(null, () => stage.tick(60n, { bend: { subjectPrev: idOf("any") } }));
});
