// Transitions against PostgreSQL and etcd, and what our own programs of bench/ measure by
// themselves: cost as work grows, memory, the log, synchronising, single functions.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { makeCertificate, startEtcd, startPostgres } from './peers.mjs';
import { spreadsIn } from './processes.mjs';

const kFew = 16;
const kMany = 64;
const kSlowLink_bits = 32_000;

export async function measureTransitions(run) {
  const { workshop, sizes } = run;
  const tls = makeCertificate(workshop);
  const postgres = await startPostgres(workshop, tls, kMany);
  const etcd = await startEtcd(workshop, tls);
  const few = await workshop.converse('transitions', kFew);
  const many = await workshop.converse('transitions', kMany);
  const seconds = sizes.turns_s;
  const names = {
    few: `amparo, ${kFew}`, fewPostgres: `postgres, ${kFew}`, fewEtcd: `etcd, ${kFew}`,
    many: `amparo, ${kMany}`, manyPostgres: `postgres, ${kMany}`, manyEtcd: `etcd, ${kMany}`,
  };
  const reached = await run.rounds('transitions per second', {
    [names.few]: async () => Number(await few.ask(seconds)),
    [names.fewPostgres]: () => postgres.turnsPerSecond(kFew, seconds),
    [names.fewEtcd]: () => etcd.turnsPerSecond(kFew, seconds),
    [names.many]: async () => Number(await many.ask(seconds)),
    [names.manyPostgres]: () => postgres.turnsPerSecond(kMany, seconds),
    [names.manyEtcd]: () => etcd.turnsPerSecond(kMany, seconds),
  });
  await few.end();
  await many.end();
  run.compare('turns-16', reached[names.few], reached[names.fewPostgres], '/s', 'rate');
  run.compare('turns-64', reached[names.many], reached[names.manyPostgres], '/s', 'rate');
  run.compare('turns-etcd', reached[names.few], reached[names.fewEtcd], '/s', 'rate');
  run.fact(`etcd, ${kMany} clients`, '/s', reached[names.manyEtcd]);
}

// Every line that the program printed as it measured; `name` stands before each.
function keep(run, name, spreads) {
  for (const [what, { unit, ...spread }] of spreads) run.fact(`${name}: ${what}`, unit, spread);
  return spreads;
}

export async function measureScale(run) {
  const { documents, scale_turns: turns, blobs_mib: blobs } = run.sizes;
  const output = run.workshop.run('scale_cost', documents, run.count, turns, blobs);
  const spreads = keep(run, `${documents} documents`, spreadsIn(output));
  run.note('scale', `${documents} documents in process`);
  run.record('scale', spreads.get('ratio: many over 1,000'));
  const grows = (what, few, many) => run.grows(`${what}: 1,000 and ${documents} documents`,
    spreads.get(many)?.unit, spreads.get(few), spreads.get(many));
  grows('a transition', 'a transition with 1,000 documents', 'a transition with many documents');
  grows(`opening the database, with ${blobs} MiB of blobs in the large one`,
    'opening the database with 1,000 documents', 'opening the database with many documents');
  grows('restart of the organisation, in process',
    'restart with 1,000 documents', 'restart with many documents');
}

// What a coordinator's real commands take on a real amparod, and that one's own restart.
export async function measureListing(run) {
  const { few, many } = run.sizes;
  const both = [few, many].map((documents) =>
    spreadsIn(run.workshop.run('listing_cost', documents, run.count)));
  for (const [what, { unit, ...spread }] of both[0]) {
    run.grows(`${what}: ${few} and ${many} documents`, unit, spread, both[1].get(what));
  }
}

export async function measureServerMemory(run) {
  const spreads = spreadsIn(run.workshop.run('upload_memory', run.sizes.upload_mib));
  run.record('server-memory', spreads.get("server's peak with 64 uploads at once"));
  run.fact('server with 64 uploads: before', 'MiB', spreads.get("server's peak before"));
}

export async function measureLog(run) {
  const spreads = keep(run, 'log', spreadsIn(run.workshop.run('log_cost', run.count)));
  const left = spreads.get('ratio: what doing it once more leaves');
  const costOf = (ratio) => 100 * (1 - ratio);
  run.record('log',
    { min: costOf(left.max), median: costOf(left.median), max: costOf(left.min) });
}

export async function measureSync(run) {
  const { leaves, members } = run.sizes;
  const output = run.workshop.run('sync_cost', leaves, members, run.count);
  const spreads = keep(run, `${members} members, ${leaves} leaves`, spreadsIn(output));
  const light = spreads.get('first synchronisation, light: received');
  const secondsOf = (kib) => (kib * 1024 * 8) / kSlowLink_bits;
  for (const reach of ['full', 'light']) {
    run.grows(`synchronising, ${reach}: 100 new leaves, and the first time`, 's',
      spreads.get(`100 new leaves, ${reach}: time`),
      spreads.get(`first synchronisation, ${reach}: time`));
  }
  run.note('first-contact', `${members} members, ${leaves} leaves`);
  run.record('first-contact', {
    min: secondsOf(light.min), median: secondsOf(light.median), max: secondsOf(light.max),
  });
}

// Google Benchmark's programs: the time of each loop, and its counters.
export async function measureFunctions(run) {
  const programs = readdirSync(join(run.workshop.build, 'bench')).filter((name) =>
    name.endsWith('_bench'));
  for (const program of programs.sort()) {
    run.say(`${program}`);
    const report = JSON.parse(run.workshop.run(program, '--benchmark_format=json',
      `--benchmark_repetitions=${run.count}`, `--benchmark_min_time=${run.quick ? 0.01 : 0.1}`,
      ...(run.quick ? ['--benchmark_filter=-/10000000'] : [])));
    const loops = new Map();
    for (const one of report.benchmarks.filter((each) => each.run_type === 'iteration')) {
      if (one.error_occurred) throw new Error(`${one.run_name}: ${one.error_message}`);
      const loop = loops.get(one.run_name) ?? { unit: one.time_unit, times: [], last: one };
      loop.times.push(one.real_time);
      loops.set(one.run_name, loop);
    }
    for (const [name, { unit, times, last }] of loops) {
      run.fact(`${program}: ${name}`, unit, times);
      for (const counter of ['bytes', 'bytes_max', 'nodes', 'statements']) {
        if (last[counter] === undefined) continue;
        run.fact(`${program}: ${name}: ${counter}`, '', [last[counter]]);
      }
    }
  }
}
