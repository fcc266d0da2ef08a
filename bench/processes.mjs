// Commands that are timed, programs that stay, and the folder they all work in: every process
// started here is ended by its id, and the folder goes with them.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const kStart_ms = 60_000;
const kEnd_ms = 20_000;
const kCommand_ms = 20 * 60_000;

export class Workshop {
  #running = [];
  #endings = [];

  constructor(build, parent) {
    this.build = build;
    this.root = mkdtempSync(join(parent, 'amparo-bench.'));
  }
  path(...names) {
    return join(this.root, ...names);
  }
  program(name) {
    return join(this.build, 'bench', name);
  }

  // Runs to its end; what it took, as bench/timed.cc says, and what it printed.
  timed(command, options = {}) {
    const report = this.path('timed.json');
    const done = spawnSync(this.program('timed'), [report, ...command], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: kCommand_ms,
      maxBuffer: 64 << 20,
      ...options,
    });
    if (done.status !== 0) {
      throw new Error(`${command.join(' ')}\nexit ${done.status ?? done.signal}\n${done.stderr}`);
    }
    return { ...JSON.parse(readFileSync(report, 'utf8')), output: done.stdout };
  }
  // The host of a virtual machine gives memory when it is touched, and takes back what is free for
  // some seconds; whoever fills the page cache with it would pay for that. So much is warm now.
  touchMemory(bytes) {
    const path = this.path('touched');
    const file = openSync(path, 'w', 0o600);
    const block = Buffer.alloc(1 << 20);
    for (let left = bytes; left > 0; left -= block.length) writeSync(file, block);
    closeSync(file);
    rmSync(path);
  }
  // A pipeline, or several commands.
  timedShell(script) {
    return this.timed(['bash', '-c', `set -euo pipefail; ${script}`]);
  }
  // What one of our programs of bench/ printed; its temporary files are in the folder.
  run(name, ...words) {
    return execFileSync(this.program(name), words.map(String), {
      encoding: 'utf8',
      env: { ...process.env, TMPDIR: this.root },
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: kCommand_ms,
      maxBuffer: 64 << 20,
    });
  }

  // Starts a program that stays; `isReady` is asked until it says true. Its output: NAME.log.
  async start(name, command, isReady) {
    const log = openSync(this.path(`${name}.log`), 'a', 0o600);
    const child = spawn(command[0], command.slice(1), {
      stdio: ['ignore', log, log],
      cwd: this.root,
    });
    this.#running.push(child);
    const end = Date.now() + kStart_ms;
    while (!(await isReady())) {
      if (child.exitCode !== null || Date.now() > end) {
        const said = readFileSync(this.path(`${name}.log`), 'utf8');
        throw new Error(`${name} did not start:\n${said}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return child;
  }
  // A program of ours that says "ready", then answers each line of its standard input with one.
  async converse(name, ...words) {
    const child = spawn(this.program(name), words.map(String), {
      env: { ...process.env, TMPDIR: this.root },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#running.push(child);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async () => {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${name} ended`);
      return value;
    };
    while ((await next()) !== 'ready');
    return {
      ask: async (line) => {
        child.stdin.write(`${line}\n`);
        return next();
      },
      end: () => endOf(child, () => child.stdin.end()),
    };
  }
  atEnd(ending) {
    this.#endings.push(ending);
  }

  async close() {
    for (const ending of this.#endings.reverse()) {
      try { await ending(); } catch (error) { console.error(`at the end: ${error.message}`); }
    }
    for (const child of this.#running.reverse()) await endOf(child, () => child.kill('SIGTERM'));
    rmSync(this.root, { recursive: true, force: true });
  }
}

// Asks it to end, and after kEnd_ms no longer asks.
async function endOf(child, ask) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const timer = setTimeout(() => child.kill('SIGKILL'), kEnd_ms);
  ask();
  await ended;
  clearTimeout(timer);
}

// Free a moment ago.
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// The lines that bench/rounds.h prints: name -> { min, median, max, unit }.
export function spreadsIn(output) {
  const spreads = new Map();
  for (const line of output.split('\n')) {
    const found = /^(.+?) +([\d.e+-]+) +([\d.e+-]+) +([\d.e+-]+) ?(\S*)$/.exec(line);
    if (!found) continue;
    const [, name, min, median, max, unit] = found;
    spreads.set(name, { min: Number(min), median: Number(median), max: Number(max), unit });
  }
  return spreads;
}
