// What registrars, roots and the log say on a random walk, right and wrong.
import { roles, zeros16, zeros32 } from "../../tools/verify/src/directory.mjs";
import { deviceOf } from "./walk_stage.mjs";
import { hashOf, idOf, keyOf, policyHash, recipientOf } from "./writing.mjs";

const day = 24n * 3600n;
const attributes = 5;
const inviteSecret = 7;
const directoryKey = 8;
const none = { type: 0, key: new Uint8Array(0) };

export class DirectoryMoves {
  constructor(walk) {
    this.walk = walk;
    this.stage = walk.stage;
    this.dice = walk.dice;
    this.invites = [idOf("no invite")];
  }

  get directory() {
    return this.stage.state.directory;
  }

  objects(objectClass) {
    const classes = [[], [], [objectClass], [objectClass], [objectClass, objectClass], [4]];
    return this.dice.pick(classes).map((one) => this.walk.newObject(one));
  }

  registrar() {
    return this.dice.pick(["ria", "rob", "rosa", "ria", "rob", "fay"]);
  }

  member() {
    return this.dice.pick([zeros16, zeros16, ...["fay", "cleo", "tina", "nobody"].map(idOf)]);
  }

  invite() {
    const { dice, stage } = this;
    const invite = dice.chance(0.1) ? this.invites[0] : idOf(`odd invite ${stage.placed.length}`);
    const act = {
      invite,
      roles: dice.pick([1, 1, 4, 4, 8, 2, 16, 64, 65, 32, 96]),
      desks: dice.pick([[], [1], [1, 2]]),
      member: this.member(),
      submitOnly: dice.chance(0.3),
      expiry: stage.now + dice.pick([0n, 60n, day, 30n * day]),
    };
    stage.say(this.registrar(), "invite", act, { objects: this.objects(inviteSecret) });
    this.invites.unshift(invite);
  }

  certify() {
    const { dice, stage } = this;
    const known = this.directory.invitations.get(this.invites[0])?.act;
    const device = `odd device ${stage.placed.length}`;
    const right = {
      invite: this.invites[0],
      desks: known?.desks ?? [],
      ...(known?.submitOnly ? { recipient: none } : {}),
    };
    const objects = dice.chance(0.6) ? [] : this.objects(attributes);
    if (objects.length > 0) right.attributes = hashOf(`payload ${objects[0].object}`);
    const odd = dice.pick([
      {},
      {},
      {},
      {},
      { roles: 4 },
      { desks: [3] },
      { recipient: none },
      { signing: keyOf("ria") },
      { authentication: keyOf("root a") },
      { signing: keyOf("log") },
      { authentication: keyOf(device) },
      { recipient: { type: 1, key: recipientOf("recovery") } },
      { recipient: { type: 1, key: recipientOf("cleo") } },
      { expiry: stage.now },
      { attributes: hashOf("other") },
      { member: idOf("ria") },
      { member: idOf("fay") },
      { invite: dice.pick(this.invites) },
    ]);
    const member = known === undefined || known.member === zeros16 ? device : null;
    const made = deviceOf(device, member ?? "x", known?.roles ?? 4, {
      ...(member === null ? { member: known.member } : {}),
      ...right,
      ...odd,
    });
    const by = this.registrar();
    stage.say(by, "certify", { certificate: made }, { objects });
    stage.certificates.set(device, made);
  }

  certificateId() {
    const ids = [...this.directory.certificates.keys()];
    return this.dice.chance(0.5) ? ids.at(-1) : this.dice.pick([...ids, zeros32]);
  }

  endorse() {
    const objects = this.dice.chance(0.8) ? [] : this.objects(directoryKey);
    const byRoot = this.dice.chance(0.15);
    const by = byRoot ? "root" : this.registrar();
    const signers = byRoot ? ["root a", "root b"] : [by];
    const act = { certificate: this.certificateId() };
    this.stage.say(by, "endorse", act, { objects, signers });
  }

  revoke() {
    const certificate = this.dice.chance(0.5) ? zeros32 : this.certificateId();
    const entry = this.directory.certificates.get(certificate);
    const people = ["tom", "ron", "rosa", "nobody"].map(idOf);
    const member = entry?.certificate.member ?? this.dice.pick(people);
    this.stage.say(this.registrar(), "revoke", { member, certificate });
  }

  describe() {
    const act = { member: idOf(this.dice.pick(["fay", "tina", "nobody"])) };
    this.stage.say(this.registrar(), "describe", act, { objects: this.objects(attributes) });
  }

  epoch() {
    const { dice, stage } = this;
    const epoch = this.directory.directoryEpoch + dice.pick([1, 1, 1, 2]);
    const key = dice.pick([recipientOf(`epoch ${epoch}`), recipientOf("cleo")]);
    const objects = this.objects(directoryKey);
    const act = { epoch, recipient: { type: 1, key } };
    stage.say(this.registrar(), "directory_epoch", act, { objects });
  }

  logEpoch() {
    const { dice, stage } = this;
    const epoch = this.directory.logEpoch + dice.pick([1, 1, 1, 2]);
    const signers = dice.pick([["root a", "root b"], ["root a"], ["root b", "log"]]);
    const size = BigInt(stage.placed.length + dice.pick([0, 1, -1, -9]));
    const objects = dice.chance(0.9) ? [] : this.objects(4);
    stage.say("root", "log_epoch", { epoch, size, root: hashOf("root") }, { signers, objects });
  }

  recoveryTested() {
    const objects = this.dice.chance(0.7) ? [] : this.objects(4);
    this.stage.say(this.registrar(), "recovery_tested", { proof: hashOf("proof") }, { objects });
  }

  badTick() {
    const { dice, stage } = this;
    const now = stage.now + dice.pick([0n, 60n, 60n]);
    const directoryHead = dice.pick([this.directory.head, zeros32]);
    const by = dice.pick(["log", "log", "ria"]);
    stage.say(by, "tick", { now, directoryHead });
  }

  oddRegistrar() {
    const { dice, stage } = this;
    const device = `registrar ${stage.placed.length}`;
    return dice.pick([
      () => deviceOf(device, device, roles.registrar),
      () => deviceOf(device, "ria", roles.registrar | roles.auditor),
      () => deviceOf(device, "cleo", roles.registrar),
      () => deviceOf(device, device, roles.registrar | roles.fellow),
      () => deviceOf(device, device, roles.auditor),
      () => deviceOf(device, device, roles.registrar, { invite: idOf("x") }),
      () => deviceOf(device, device, roles.registrar, { expiry: stage.now }),
      () => deviceOf(device, device, roles.registrar, { attributes: hashOf("x") }),
      () => deviceOf(device, device, roles.registrar, { desks: [1] }),
      () => deviceOf(device, device, roles.registrar, { recipient: none }),
      () => deviceOf(device, device, roles.registrar, { signing: keyOf("fay") }),
      () => deviceOf(device, device, roles.registrar, { authentication: keyOf("root a") }),
      () => deviceOf(device, device, roles.registrar, { authentication: keyOf(device) }),
      () => deviceOf("rosa", "rosa", roles.registrar),
      () => deviceOf("rob", "rob", roles.registrar),
    ])();
  }

  policy() {
    const { dice, stage, walk } = this;
    const before = walk.policy;
    const added = this.oddRegistrar();
    const isListed = before.registrars.some(({ id }) => id === added.id);
    const registrars = [
      () => before.registrars,
      () => before.registrars.slice(0, 2),
      () => before.registrars.slice(0, 1),
      () => (isListed ? before.registrars : [...before.registrars, added]),
      () => (isListed ? before.registrars : [...before.registrars, added]),
      () => [],
    ];
    const odd = [
      {},
      {},
      {},
      { quorum: 1 },
      { quorum: 3 },
      { freshnessHours: 0 },
      { version: before.version + 2 },
      { previous: hashOf("other") },
      { logKey: keyOf("root a") },
      { recovery: { type: 1, key: recipientOf("cleo") } },
      { recovery: { type: 1, key: recipientOf("ria") } },
      { roots: ["root b", "root c"].map(keyOf).sort(Buffer.compare) },
      { roots: ["root b", "root d"].map(keyOf).sort(Buffer.compare) },
      { roots: ["root a", "root b", "fay"].map(keyOf).sort(Buffer.compare) },
      { threshold: 1 },
      { threshold: 3 },
    ];
    const act = {
      ...before,
      version: before.version + 1,
      previous: policyHash(before),
      registrars: dice.pick(registrars)(),
      ...dice.pick(odd),
    };
    act.threshold = Math.min(act.threshold, act.roots.length);
    const sets = [["root a", "root b"], ["root b", "root c"], ["root a", "root b", "root c"]];
    const signers = dice.pick([...sets, ["root b"], ["root b", "root c", "root d"]]);
    const objects = dice.chance(0.95) ? [] : this.objects(4);
    stage.say("root", "policy", act, { signers, objects });
    walk.policy = act;
    for (const one of act.registrars) {
      const known = [...stage.certificates].find(([, { id }]) => id === one.id);
      if (known === undefined) stage.certificates.set(`registrar ${one.id}`, one);
    }
  }

  step() {
    const moves = ["invite", "certify", "certify", "certify", "endorse", "endorse", "revoke"];
    const rare = ["describe", "epoch", "logEpoch", "recoveryTested", "badTick", "policy", "policy"];
    return this[this.dice.pick([...moves, ...rare])]();
  }
}
