// Random histories: people who mostly do what they may, and sometimes what they may not. A walk
// ends with a statement that the rules refuse, or after enough that they took.
import { Refused, roles, zeros16, zeros32 } from "../../tools/verify/src/directory.mjs";
import { DirectoryMoves } from "./walk_directory.mjs";
import { WalkStage, deviceOf } from "./walk_stage.mjs";
import { hashOf, idOf, keyOf, policyHash, recipientOf } from "./writing.mjs";

const hour = 3600n;
const desk = 1;
const cast = {
  fay: roles.fellow,
  fern: roles.fellow,
  cleo: roles.coordinator,
  cora: roles.coordinator | roles.reviewer,
  carl: roles.coordinator,
  tina: roles.translator,
  tom: roles.translator | roles.fellow,
  rita: roles.reviewer,
  ron: roles.reviewer | roles.translator,
  ada: roles.attorney,
  alan: roles.attorney,
  uma: roles.auditor,
};
const people = Object.keys(cast);
const desksOf = (person) => (person === "carl" ? [2] : person[0] === "c" ? [desk] : []);
const waits = roles.coordinator | roles.attorney;

/** Numbers from a seed: xorshift, so that a run can be repeated. */
export function dice(seed) {
  let state = BigInt(seed) * 0x9e3779b97f4a7c15n + 1n;
  const mask = 2n ** 64n - 1n;
  const next = () => {
    state = (state ^ (state << 13n)) & mask;
    state ^= state >> 7n;
    state = (state ^ (state << 17n)) & mask;
    return Number(state >> 11n) / 2 ** 53;
  };
  const below = (count) => Math.floor(next() * count);
  return { below, chance: (one) => next() < one, pick: (items) => items[below(items.length)] };
}

function founding() {
  const registrar = (name) => deviceOf(name, name, roles.registrar);
  return {
    version: 1,
    previous: zeros32,
    roots: ["root a", "root b", "root c"].map(keyOf).sort(Buffer.compare),
    threshold: 2,
    logKey: keyOf("log"),
    recovery: { type: 1, key: recipientOf("recovery") },
    registrars: ["ria", "rob", "rosa"].map(registrar),
    quorum: 2,
    freshnessHours: 96,
    rulesVersion: 1,
  };
}

export class Walk {
  constructor(seed) {
    this.dice = dice(seed);
    this.stage = new WalkStage();
    this.counter = 0;
    /** Of who has several: the names of their devices. */
    this.devices = new Map();
    const act = founding();
    for (const name of ["ria", "rob", "rosa"]) {
      this.stage.certificates.set(name, deviceOf(name, name, roles.registrar));
    }
    this.stage.found(act);
    this.policy = act;
    this.moves = new DirectoryMoves(this);
    // Some walks are the registrars' rather than the document's.
    this.oddity = this.dice.pick([0.02, 0.02, 0.6]);
    this.stage.tick(60n);
    const isMissing = this.dice.chance(0.3) ? this.dice.pick(people) : null;
    for (const person of people) if (person !== isMissing) this.admit(person, person);
    this.stage.tick(60n);
    if (isMissing !== null) this.stage.certificates.set(isMissing, this.certificate(isMissing));
  }

  get document() {
    return this.stage.state.document;
  }

  certificate(device, person = device, more = {}) {
    const expiry = this.dice.chance(0.1) ? this.stage.now + 20n * 24n * hour : undefined;
    return deviceOf(device, person, cast[person], {
      desks: desksOf(person),
      ...(expiry === undefined ? {} : { expiry }),
      ...more,
    });
  }

  admit(device, person) {
    const invite = idOf(`invite ${device}`);
    const had = this.stage.state.directory.entriesOf(idOf(person));
    this.stage.say("ria", "invite", {
      invite,
      roles: cast[person],
      desks: desksOf(person),
      member: had.length > 0 ? idOf(person) : zeros16,
      submitOnly: false,
      expiry: this.stage.now + 30n * 24n * hour,
    });
    const made = this.certificate(device, person, { invite });
    this.stage.say("ria", "certify", { certificate: made });
    this.stage.certificates.set(device, made);
    const isWaiting = (made.roles & waits) !== 0 || had.length > 0;
    if (isWaiting && !this.dice.chance(0.03)) {
      this.stage.say("rob", "endorse", { certificate: made.id });
    }
    if (had.length > 0) this.devices.set(person, [...this.devicesOf(person), device]);
  }

  devicesOf(person) {
    return this.devices.get(person) ?? [person];
  }

  deviceFor(person) {
    return this.dice.pick(this.devicesOf(person));
  }

  // ---- what is said -----------------------------------------------------------------------------

  mostly(right, ...others) {
    return others.length === 0 || !this.dice.chance(0.03) ? right : this.dice.pick(others);
  }

  nameOf(member) {
    return people.find((person) => idOf(person) === member);
  }

  newObject(objectClass) {
    this.counter += 1;
    const old = [...this.document.objects];
    const fresh = idOf(`object ${this.counter}`);
    const object = old.length > 0 && this.dice.chance(0.01) ? this.dice.pick(old) : fresh;
    return { object, objectClass };
  }

  objects(classes) {
    const wanted = this.mostly(classes, [], [...classes, 4], [9], classes.slice(0, -1), [1, 2, 2]);
    const made = wanted.map((one) => this.newObject(one));
    const isDistinct = new Set(made.map(({ object }) => object)).size === made.length;
    return isDistinct ? made : [];
  }

  grants(objects, persons) {
    const grants = new Map();
    const given = persons.filter((person) => person !== undefined && !this.dice.chance(0.08));
    if (this.dice.chance(0.1)) given.push(this.dice.pick(people));
    for (const person of given) {
      const certificate = this.stage.certificates.get(this.deviceFor(person));
      for (const object of objects) {
        const [grantee, id] = [certificate.member, certificate.id];
        const grant = { object, grantee, certificate: id, purpose: 1 + this.dice.below(7) };
        grants.set(`${object}${person}`, grant);
      }
    }
    return [...grants.values()];
  }

  texts() {
    return [this.document.source, this.document.translation]
      .filter((text) => text !== undefined)
      .map(({ manifest }) => manifest);
  }

  leaseEnd() {
    const hours = [1, 24, 24 * 7, 24 * 30, 24 * 90, 24 * 91, 0];
    const end = this.stage.now + BigInt(this.dice.pick(hours)) * hour;
    return end - (end % hour);
  }

  // Persons named: mostly the usual ones.
  named(usual) {
    return idOf(this.mostly(this.dice.pick(usual), ...people));
  }

  attorneys(least) {
    const chosen = ["ada", "alan"].filter(() => this.dice.chance(0.7));
    if (chosen.length < least) chosen.push("ada");
    if (this.dice.chance(0.04)) chosen.push("fern");
    return chosen.map(idOf).sort();
  }

  source() {
    const old = this.document.sources.map(({ statement }) => statement);
    return this.mostly(this.document.source?.statement ?? zeros32, zeros32, ...old);
  }

  translation() {
    const right = this.document.translation?.statement ?? zeros32;
    return this.mostly(right, zeros32, this.document.source?.statement ?? zeros32);
  }

  note(others, classes = [4]) {
    const objects = this.objects(classes);
    const ids = objects.map(({ object }) => object);
    return { objects, grants: this.grants(ids, others) };
  }

  // Who acts, what, and what comes with it, by kind.
  sayings() {
    const { translator, reviewer } = this.document;
    const [now, nowReviewer] = [translator, reviewer].map((member) => this.nameOf(member));
    const coordinator = () => this.dice.pick(["cleo", "cleo", "cora"]);
    const attorneys = this.attorneys(1);
    const names = attorneys.map((member) => this.nameOf(member));
    const granting = (persons) => ({ grants: this.grants(this.texts(), persons) });
    return {
      submit: () => this.submit(),
      assign: () => {
        const isSame = translator !== null && this.dice.chance(0.7);
        const act = {
          translator: isSame ? translator : this.named(["tina", "tom", "ron"]),
          reviewer: this.named(["rita", "ron", "cora"]),
          attorneys: this.attorneys(0),
          leaseEnd: this.leaseEnd(),
        };
        const readers = [act.translator, act.reviewer].map((member) => this.nameOf(member));
        return [coordinator(), act, granting([...new Set(readers)])];
      },
      unassign: () => [coordinator(), {}, this.note(["cleo"], [])],
      accept: () => [now, {}],
      decline: () => [now, {}, this.note(["cleo"], this.dice.pick([[], [4]]))],
      give_back: () => [now, {}, this.note(["cleo"], this.dice.pick([[], [4]]))],
      hand_in: () => this.handIn(now, nowReviewer),
      return: () => [nowReviewer, { translation: this.translation() }, this.note(["cleo"])],
      approve: () => [
        nowReviewer,
        { translation: this.translation(), source: this.source() },
        granting(["ada", "alan"]),
      ],
      deliver: () => {
        const isEarly = ["submitted", "assigned"].includes(this.document.phase);
        const untranslated = this.mostly(isEarly, !isEarly);
        return [coordinator(), { attorneys, untranslated }, granting(names)];
      },
      receive: () => [
        this.dice.pick(["ada", "alan"]),
        { translation: this.translation(), source: this.source() },
      ],
      reopen: () => [this.dice.pick(["ada", "cleo"]), { leaseEnd: this.leaseEnd() }],
      withdraw: () => [this.dice.pick(["fay", "cleo", ...people]), {}],
      share: () => {
        const person = this.mostly(now ?? "cleo", ...people);
        return [coordinator(), { with: idOf(person) }, granting([person])];
      },
      note: () => {
        const questions = [...this.document.questions];
        const type = this.dice.pick(questions.length > 0 ? [1, 2, 3] : [1, 2]);
        const inReplyTo = type === 3 ? this.mostly(questions[0], hashOf("none")) : zeros32;
        const by = this.dice.pick(["fay", "cleo", now ?? "cleo"]);
        return [by, { type, inReplyTo }, this.note(["cleo", "cora"])];
      },
    };
  }

  submit() {
    const facts = { caseId: idOf("case"), desk, deliverOnApproval: true, number: 1 };
    if (this.dice.chance(0.03)) facts.number = 2;
    if (this.dice.chance(0.03)) facts.desk = 2;
    const right = this.document.sources.length + 1;
    const objects = this.objects([1, 2, 2]);
    const ids = objects.slice(0, 1).map(({ object }) => object);
    return [
      this.dice.pick(["fay", "fay", "cleo", "tom"]),
      { ...facts, version: this.mostly(right, 1, right + 1) },
      { objects, grants: this.grants(ids, ["cleo"]) },
    ];
  }

  handIn(translator, reviewer) {
    const isCorrection = this.document.phase === "in_review";
    const objects = this.objects(isCorrection ? [1, 2] : [1, 2, 3]);
    const right = this.document.translations.length + 1;
    const ids = objects.slice(0, 1).map(({ object }) => object);
    return [
      isCorrection ? reviewer : translator,
      { version: this.mostly(right, right + 1, 1), source: this.source() },
      { objects, grants: this.grants(ids, [translator, reviewer]) },
    ];
  }

  usualKinds() {
    const { phase } = this.document;
    const byPhase = {
      none: ["submit"],
      submitted: [...Array(8).fill("assign"), "submit", "deliver"],
      assigned: ["accept", "accept", "accept", "decline", "unassign", "assign", "submit"],
      translating: ["hand_in", "hand_in", "hand_in", "give_back", "unassign", "assign", "submit"],
      in_review: ["approve", "approve", "approve", "return", "hand_in", "assign", "submit"],
      approved: ["deliver", "deliver", "deliver", "reopen"],
      delivered: ["receive", "receive", "deliver", "reopen"],
      received: ["receive", "deliver", "reopen"],
      withdrawn: ["note"],
    };
    return [...byPhase[phase], ...(phase === "none" ? [] : ["note", "share"])];
  }

  // One statement about the document, or one of the directory, or time.
  step() {
    const { dice } = this;
    const days = (count) => count * 24n * hour;
    if (dice.chance(0.2)) return this.stage.tick(dice.pick([60n, hour, days(3n), days(9n)]));
    if (dice.chance(0.08)) return this.directoryStep();
    if (dice.chance(this.oddity)) return this.moves.step();
    const sayings = this.sayings();
    const isOdd = dice.chance(0.06) && this.document.phase !== "none";
    const kind = dice.pick(isOdd ? Object.keys(sayings) : this.usualKinds());
    const [usual, act, more = {}] = sayings[kind]();
    const by = this.mostly(usual ?? dice.pick(people), ...people);
    const bend = {};
    if (dice.chance(0.01)) bend.subjectPrev = dice.pick([zeros32, hashOf("none")]);
    if (dice.chance(0.005)) bend.subjectType = 2;
    const isRemark = ["note", "share", "receive"].includes(kind);
    const statements = [...this.document.statements];
    const isOlder = isRemark && statements.length > 0 && dice.chance(0.5);
    if (isOlder) bend.subjectPrev = dice.pick(statements);
    const device = this.deviceFor(by);
    const signers = dice.chance(0.01) ? ["ria"] : [device];
    return this.stage.say(device, kind, act, { ...more, bend, signers });
  }

  directoryStep() {
    const { dice, stage } = this;
    const person = dice.pick(people);
    const device = `${person} ${stage.placed.length}`;
    const { id } = stage.certificates.get(person);
    const moves = [
      () => stage.say("rob", "revoke", { member: idOf(person), certificate: zeros32 }),
      () => this.admit(device, person),
      () => stage.say(dice.pick(["ria", "rosa"]), "endorse", { certificate: id }),
      () => stage.say("ria", "recovery_tested", { proof: hashOf("proof") }),
      () => this.newPolicy(),
      () => stage.say(person, "revoke", { member: idOf("fern"), certificate: zeros32 }),
    ];
    return dice.pick(moves)();
  }

  newPolicy() {
    const before = this.policy;
    const registrars = this.dice.chance(0.3) ? before.registrars.slice(0, 2) : before.registrars;
    const previous = policyHash(before);
    const act = { ...before, registrars, version: before.version + 1, previous };
    const signers = this.mostly(["root a", "root c"], ["root a"], ["root b", "ria"]);
    this.stage.say("root", "policy", act, { signers });
    this.policy = act;
  }

  /** Goes on until the rules refuse something that is kept, or `most` steps. @returns {boolean} */
  go(most) {
    for (let i = 0; i < most; ++i) {
      try {
        this.step();
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        this.refusal = error.refusal;
        const isTold = this.document.phase !== "none" && this.dice.chance(0.1);
        if (isTold) return true;
        this.stage.forget();
      }
    }
    return false;
  }

  /** The position of the newest statement. */
  get last() {
    return BigInt(this.stage.placed.length - 1);
  }

  /** Leaves things out: nothing, ticks, remarks, the end of the directory, or anything. */
  omission() {
    const { dice } = this;
    const share = 0.5;
    const cut = BigInt(dice.below(this.stage.placed.length) + 1);
    return dice.pick([
      () => true,
      () => true,
      ({ statement }) => statement.name !== "tick" || dice.chance(share),
      ({ statement }) => statement.kind < 64 || statement.isTurn || dice.chance(share),
      ({ statement, position }) => statement.kind > 10 || position < cut,
      ({ position }) => position === 0n || dice.chance(0.97),
      ({ position }) => position < cut,
    ]);
  }
}
