// What one group of measurements finds: rows that are compared with a goal, facts beside them, what
// grows with the work, and failures by name.

import { execFileSync } from 'node:child_process';

import { kRows, ratiosOf, rowOf, spreadOf, verdictOf } from './goals.mjs';

// Somebody asked to stop, or the time is over: the one error that ends the whole run.
export class Stopped extends Error {}

export class GroupRun {
  #measured = new Set();

  constructor(group, workshop, source, { rounds, sizes, quick, stop }) {
    Object.assign(this, { group, workshop, source, count: rounds, sizes, quick, stop });
    this.found = { rows: [], facts: [], growth: [], notes: {}, failures: [] };
  }
  say(text) {
    console.log(text);
  }
  checkTime() {
    if (this.stop.asked) throw new Stopped('stopped');
    if (Date.now() > this.stop.end) throw new Stopped('the whole run took too long');
  }
  // Runs a part of the group. If it fails, so do the rows `ids` (null: all of the group) that it
  // did not come to, by name, and whoever called goes on. False: it failed.
  async part(ids, measure) {
    try {
      this.checkTime();
      await measure();
      return true;
    } catch (error) {
      if (error instanceof Stopped) throw error;
      console.error(`  FAILED: ${error.message}`);
      const what = error.message.split('\n').filter((line) => line.trim()).slice(0, 3).join('; ');
      this.found.failures.push(`${ids?.join(', ') ?? this.group}: ${what.slice(0, 300)}`);
      for (const id of ids ?? kRows.filter(({ group }) => group === this.group).map((r) => r.id)) {
        if (this.#measured.has(id)) continue;
        this.#measured.add(id);
        this.found.rows.push({ id, verdict: 'failed', why: what.slice(0, 200) });
      }
      return false;
    }
  }
  // Every variant in turn, again and again: { name: [a value of each round] }. Each begins with a
  // disk that has nothing left to write: what one leaves behind is not paid by the next. `touched`:
  // the bytes of memory that each may fill.
  async rounds(what, variants, { touched = 0 } = {}) {
    const values = Object.fromEntries(Object.keys(variants).map((name) => [name, []]));
    for (let round = 0; round < this.count; ++round) {
      for (const [name, measure] of Object.entries(variants)) {
        this.checkTime();
        // Whoever is measured after somebody gets a turn of the event loop, and so do signals.
        await new Promise((resolve) => setImmediate(resolve));
        execFileSync('sync');
        this.workshop.touchMemory(touched);
        values[name].push(await measure());
      }
      const line = Object.entries(values).map(
        ([name, list]) => `${name} ${list.at(-1).toPrecision(4)}`);
      this.say(`  ${what}, round ${round + 1}: ${line.join('   ')}`);
    }
    return values;
  }
  // `kind`: the values are times, or rates; a ratio above 1 says that we are faster.
  compare(id, ours, theirs, unit, kind) {
    this.record(id, kind === 'times' ? ratiosOf(theirs, ours) : ratiosOf(ours, theirs),
      { unit, ours: spreadOf(ours), theirs: spreadOf(theirs) });
  }
  // `values`: of each round, or their spread.
  record(id, values, sides = {}) {
    const { min, median, max } = Array.isArray(values) ? spreadOf(values) : values;
    const verdict = verdictOf(rowOf(id), median);
    this.#measured.add(id);
    this.found.rows.push({ id, min, median, max, verdict, ...sides });
  }
  fact(what, unit, values) {
    if (values === undefined) throw new Error(`nothing was measured: ${what}`);
    const { min, median, max } = Array.isArray(values) ? spreadOf(values) : values;
    this.found.facts.push({ what, unit, min, median, max });
  }
  // The same work at two sizes: spreads of both.
  grows(what, unit, few, many) {
    if (!few || !many) throw new Error(`nothing was measured: ${what}`);
    this.found.growth.push({ what, unit, few, many });
  }
  note(id, text) {
    this.found.notes[id] = text;
  }
}
