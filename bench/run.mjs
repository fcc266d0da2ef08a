// ./dev bench: measures every row of goals.mjs beside its peer, in one run, in rounds.
//
//   node bench/run.mjs BUILD_DIR [--quick] [--rounds N] [--only GROUP,...] [--publish]
//
// --quick: everything small and one round, to try it. --publish: writes docs/performance.svg and
// the tables of docs/performance.md. Everything made lies in a folder under TMPDIR (default
// /var/tmp), which has to be on a disk; results: BUILD_DIR/results.json.

import { execFileSync } from 'node:child_process';
import { readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { arch, cpus, loadavg, release, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { measureFunctions, measureLog, measureScale, measureServerMemory, measureSync,
  measureTransitions } from './engines.mjs';
import { ratiosOf, rowOf, spreadOf, verdictOf } from './goals.mjs';
import { kPeerPackages, peerVersions } from './peers.mjs';
import { Workshop } from './processes.mjs';
import { drawChart, printTable, publish } from './report.mjs';
import { measureSealing, measureTransfers } from './transfers.mjs';

const kMiB = 2 ** 20;
const kGroups = {
  sealing: measureSealing,
  transfers: measureTransfers,
  transitions: measureTransitions,
  memory: measureServerMemory,
  log: measureLog,
  sync: measureSync,
  scale: measureScale,
  functions: measureFunctions,
};
const kFull = {
  seal: 1024 * kMiB, file: 256 * kMiB, large: 2048 * kMiB, photos: 200, turns_s: 8,
  upload_mib: 8, documents: 1_000_000, scale_turns: 800, leaves: 100_000, members: 300,
};
const kQuick = {
  seal: 16 * kMiB, file: 16 * kMiB, large: 16 * kMiB, photos: 20, turns_s: 2,
  upload_mib: 1, documents: 3_000, scale_turns: 200, leaves: 2_000, members: 10,
};
const kBudget_ms = 90 * 60_000;
const kRoundsDefault = 5;
const kFree_gib = 20;

// One run: how large, how often, and what came out.
class Run {
  constructor(workshop, source, options) {
    Object.assign(this, { workshop, source, quick: options.quick, count: options.rounds });
    this.sizes = options.quick ? kQuick : kFull;
    this.results = { rows: [], facts: [], notes: {} };
    this.end = Date.now() + kBudget_ms;
    this.stopped = false;
  }
  say(text) {
    console.log(text);
  }
  checkTime() {
    if (this.stopped) throw new Error('stopped');
    if (Date.now() > this.end) throw new Error(`it took longer than ${kBudget_ms / 60_000} min`);
  }
  // Every variant in turn, again and again: { name: [a value of each round] }.
  async rounds(what, variants) {
    const values = Object.fromEntries(Object.keys(variants).map((name) => [name, []]));
    for (let round = 0; round < this.count; ++round) {
      for (const [name, measure] of Object.entries(variants)) {
        this.checkTime();
        // Whoever is measured after somebody gets a turn of the event loop, and so do signals.
        await new Promise((resolve) => setImmediate(resolve));
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
    this.results.rows.push({ id, min, median, max, verdict, ...sides });
  }
  fact(what, unit, values) {
    const { min, median, max } = Array.isArray(values) ? spreadOf(values) : values;
    this.results.facts.push({ what, unit, min, median, max });
  }
  note(id, text) {
    this.results.notes[id] = text;
  }
}

function optionsOf(words) {
  const options = { quick: false, rounds: undefined, only: Object.keys(kGroups), publish: false };
  for (let i = 0; i < words.length; ++i) {
    if (words[i] === '--quick') options.quick = true;
    else if (words[i] === '--publish') options.publish = true;
    else if (words[i] === '--rounds') options.rounds = Number(words[++i]);
    else if (words[i] === '--only') options.only = String(words[++i]).split(',');
    else throw new Error(`unknown argument: ${words[i]}`);
  }
  options.rounds ??= options.quick ? 1 : kRoundsDefault;
  const isCount = Number.isInteger(options.rounds) && options.rounds >= 1;
  if (!isCount) throw new Error('--rounds N: 1 or more');
  const unknown = options.only.filter((name) => !(name in kGroups));
  if (unknown.length > 0) throw new Error(`there is no ${unknown}, but ${Object.keys(kGroups)}`);
  return options;
}

function machine(folder) {
  const filesystem = execFileSync('stat', ['-f', '-c', '%T', folder], { encoding: 'utf8' }).trim();
  if (/tmpfs|ramfs/.test(filesystem)) {
    throw new Error(`${folder} is ${filesystem}, where nothing is durable; set TMPDIR to a disk`);
  }
  const { bavail, bsize } = statfsSync(folder);
  return {
    processor: cpus()[0]?.model ?? arch(), cores: cpus().length, kernel: release(),
    memory_gib: Math.round(totalmem() / 2 ** 30), filesystem,
    free_gib: Math.floor((bavail * bsize) / 2 ** 30),
    system: /^PRETTY_NAME="(.*)"/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '',
  };
}

async function main(build, words) {
  const options = optionsOf(words);
  const source = dirname(dirname(fileURLToPath(import.meta.url)));
  const parent = process.env.TMPDIR ?? '/var/tmp';
  const where = machine(parent);
  if (!options.quick && where.free_gib < kFree_gib) {
    throw new Error(`${parent} has ${where.free_gib} GiB free, ${kFree_gib} are needed`);
  }
  const versions = peerVersions();
  console.log(`${where.processor}, ${where.cores} cores, ${where.memory_gib} GiB, ${where.system}, `
    + `kernel ${where.kernel}, ${where.filesystem}`);
  console.log(kPeerPackages.map((name) => `${name} ${versions[name]}`).join(', '));
  const begun = new Date();
  const load = { before: loadavg() };
  const workshop = new Workshop(build, parent);
  const run = new Run(workshop, source, options);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => { run.stopped = true; });
  try {
    for (const name of options.only) {
      console.log(`${name}:`);
      run.checkTime();
      await kGroups[name](run);
    }
  } finally {
    await workshop.close();
  }
  load.after = loadavg();
  const results = {
    begun: begun.toISOString(), minutes: (Date.now() - begun) / 60_000, quick: options.quick,
    rounds: options.rounds, sizes: run.sizes, machine: where, versions, load, ...run.results,
  };
  const file = join(build, 'results.json');
  writeFileSync(file, `${JSON.stringify(results, null, 1)}\n`);
  writeFileSync(join(build, 'performance.svg'), drawChart(results));
  printTable(results);
  console.log(`all numbers: ${file}`);
  if (options.publish) publish(results, join(source, 'docs'));
}

const [build, ...words] = process.argv.slice(2);
main(build, words).catch((error) => {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
});
