// ./dev bench: measures every row of goals.mjs beside its peer, in one run, in rounds.
//
//   node bench/run.mjs BUILD_DIR [--quick] [--rounds N] [--only GROUP,...] [--publish]
//
// --quick: everything small and one round, to try it. --publish: after each group writes
// docs/performance.json, and from it docs/performance.svg and the tables of docs/performance.md; a
// group that was not measured keeps what stands there, with its date. What fails is named in its
// row, and the rest goes on. Everything made lies in a folder under TMPDIR (default /var/tmp),
// which has to be on a disk; results: BUILD_DIR/results.json.

import { execFileSync } from 'node:child_process';
import { readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { arch, cpus, loadavg, release, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { measureFunctions, measureListing, measureLog, measureScale, measureServerMemory,
  measureSync, measureTransitions } from './engines.mjs';
import { kPeerPackages, peerVersions } from './peers.mjs';
import { Workshop } from './processes.mjs';
import { drawChart, printTable, publish } from './report.mjs';
import { GroupRun, Stopped } from './results.mjs';
import { measureSealing, measureTransfers } from './transfers.mjs';

const kMiB = 2 ** 20;
const kGroups = {
  sealing: measureSealing,
  transfers: measureTransfers,
  transitions: measureTransitions,
  memory: measureServerMemory,
  log: measureLog,
  sync: measureSync,
  listing: measureListing,
  scale: measureScale,
  functions: measureFunctions,
};
// `few` and `many`: documents of an organisation that a real amparod serves.
const kFull = {
  touched: 2048 * kMiB, seal: 1024 * kMiB, file: 256 * kMiB, large: 2048 * kMiB, photos: 200,
  turns_s: 8, upload_mib: 8, documents: 1_000_000, scale_turns: 800, blobs_mib: 20 * 1024,
  leaves: 100_000, members: 300, few: 500, many: 5_000,
};
const kQuick = {
  touched: 0, seal: 16 * kMiB, file: 16 * kMiB, large: 16 * kMiB, photos: 20, turns_s: 2,
  upload_mib: 1, documents: 3_000, scale_turns: 200, blobs_mib: 64,
  leaves: 2_000, members: 10, few: 100, many: 300,
};
const kBudget_ms = 60 * 60_000;
const kRoundsDefault = 5;
const kFree_gib = 20;
const kFreeForScale_gib = 45;

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
  if (options.quick && options.publish) throw new Error('what --quick measures is not published');
  return options;
}

function machineAt(folder) {
  const filesystem = execFileSync('stat', ['-f', '-c', '%T', folder], { encoding: 'utf8' }).trim();
  if (/tmpfs|ramfs/.test(filesystem)) {
    throw new Error(`${folder} is ${filesystem}, where nothing is durable; set TMPDIR to a disk`);
  }
  return {
    processor: cpus()[0]?.model ?? arch(), cores: cpus().length, kernel: release(),
    memory_gib: Math.round(totalmem() / 2 ** 30), filesystem,
    system: /^PRETTY_NAME="(.*)"/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '',
  };
}

function checkSpace(folder, options) {
  if (options.quick) return;
  const { bavail, bsize } = statfsSync(folder);
  const free_gib = Math.floor((bavail * bsize) / 2 ** 30);
  const needed_gib = options.only.includes('scale') ? kFreeForScale_gib : kFree_gib;
  if (free_gib >= needed_gib) return;
  throw new Error(`${folder} has ${free_gib} GiB free, ${needed_gib} are needed`);
}

// One group in a folder of its own, which goes with it. What it found, failures among it.
async function measureGroup(name, build, source, parent, options, stop) {
  console.log(`${name}:`);
  const begun = new Date();
  const load = [loadavg()[0]];
  const workshop = new Workshop(build, parent);
  const run = new GroupRun(name, workshop, source, {
    rounds: options.rounds, sizes: options.quick ? kQuick : kFull, quick: options.quick, stop });
  try {
    await run.part(null, () => kGroups[name](run));
  } finally {
    await workshop.close();
  }
  load.push(loadavg()[0]);
  return {
    begun: begun.toISOString(), minutes: (Date.now() - begun) / 60_000, rounds: options.rounds,
    load, ...run.found,
  };
}

async function main(build, words) {
  const options = optionsOf(words);
  const source = dirname(dirname(fileURLToPath(import.meta.url)));
  const parent = process.env.TMPDIR ?? '/var/tmp';
  const machine = machineAt(parent);
  checkSpace(parent, options);
  const versions = peerVersions();
  console.log(`${machine.processor}, ${machine.cores} cores, ${machine.memory_gib} GiB, `
    + `${machine.system}, kernel ${machine.kernel}, ${machine.filesystem}`);
  console.log(kPeerPackages.map((name) => `${name} ${versions[name]}`).join(', '));
  const stop = { asked: false, end: Date.now() + kBudget_ms };
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => { stop.asked = true; });
  const results = { quick: options.quick, groups: {} };
  const file = join(build, 'results.json');
  for (const name of options.only) {
    try {
      const found = await measureGroup(name, build, source, parent, options, stop);
      results.groups[name] = { ...found, machine, versions };
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      console.error(`bench: ${name}: ${error.message}; what was measured before it is kept`);
      process.exitCode = 1;
      break;
    }
    writeFileSync(file, `${JSON.stringify(results, null, 1)}\n`);
    if (options.publish) publish(results, join(source, 'docs'));
  }
  writeFileSync(join(build, 'performance.svg'), drawChart(results));
  printTable(results);
  console.log(`all numbers: ${file}`);
  const failed = Object.values(results.groups).flatMap(({ failures }) => failures);
  if (failed.length > 0) process.exitCode = 1;
}

const [build, ...words] = process.argv.slice(2);
main(build, words).catch((error) => {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
});
