// The outbox loses nothing: `amparo submit` and `amparo sync` are killed with SIGKILL at random
// moments, and so is the server. What the program said is kept stands in the log in the end, once,
// and opens to the bytes of its file, which was deleted meanwhile; each item is in one state.
//
//   node outbox.mjs BUILD_DIR SOURCE_DIR        AMPARO_SEED=N repeats the moments.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Organisation } from '../transcripts/organisation.mjs';
import { random } from './seeded.mjs';

const [build, source] = process.argv.slice(2);
const kRounds = 24;
const kStates = new Set(['sealing', 'waiting', 'sending', 'refused', 'stored']);

const organisation = new Organisation(build, source);
const home = organisation.home('marisol');
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

function amparo(person, ...words) {
  return JSON.parse(organisation.as(person, '--json', ...words));
}

// Runs a verb of marisol's and kills it after a while. What it printed; null: it was killed.
function killed(after_ms, ...words) {
  return new Promise((resolve) => {
    const program = spawn(organisation.amparo,
      ['--home', home, '--yes', '--json', '--passphrase-file', organisation.passphraseFile, ...words],
      { stdio: ['ignore', 'pipe', 'ignore'] });
    let said = '';
    program.stdout.on('data', (bytes) => { said += bytes; });
    const timer = setTimeout(() => program.kill('SIGKILL'), after_ms);
    program.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve(signal === null && code === 0 ? JSON.parse(said) : null);
    });
  });
}

function crashServer() {
  return new Promise((resolve) => {
    organisation.server.once('close', resolve);
    organisation.server.kill('SIGKILL');
  });
}

// Every open item, by number; each in one named state. What a kill left of a spool that nobody needs
// any more goes with the next verb that does not only look.
function outbox() {
  const items = amparo('marisol', 'outbox').items;
  amparo('marisol', '--offline', 'case', 'list');
  const numbers = new Set(items.map((item) => item.item));
  assert.equal(numbers.size, items.length, 'an item twice');
  for (const item of items) assert.ok(kStates.has(item.state), `state ${item.state}`);
  const folder = join(home, 'outbox');
  for (const file of existsSync(folder) ? readdirSync(folder) : []) {
    assert.ok(numbers.has(Number.parseInt(file, 10)), `${file} has no item`);
  }
  return items;
}

try {
  await organisation.startServer();
  organisation.found();
  const opened = organisation.openSharedCase();
  const begun_ms = performance.now();
  amparo('marisol', 'sync');
  // A kill comes within twice what a command takes on this machine: about every other one hits.
  const longest_ms = 2 * (performance.now() - begun_ms);

  const promised = new Map(); // sha-256 of the file -> what was said of it
  const tried = new Map();
  let kills = 0;
  writeFileSync(join(home, 'outbox', '999.spool'), 'left by a kill', { mode: 0o600 });
  for (let round = 0; round < kRounds; ++round) {
    const bytes = Buffer.alloc(1 + Math.floor(random() * 3_000_000), round + 1);
    bytes.writeUInt32LE(Math.floor(random() * 2 ** 32), 0);
    const path = organisation.papers(`page-${round}.bin`);
    writeFileSync(path, bytes);
    tried.set(sha256(bytes), round);
    const offline = random() < 0.3 ? ['--offline'] : [];
    if (random() < 0.2) await crashServer();
    const said = await killed(random() * longest_ms, ...offline, 'submit', path, '--case', opened);
    if (said === null) ++kills;
    const items = outbox();
    // What is sealed needs its file no more; what is being sealed does.
    const sealing = items.some((item) => item.state === 'sealing');
    if (said !== null) promised.set(sha256(bytes), said.submitted[0]);
    if (!sealing) rmSync(path);
    if (organisation.server.exitCode !== null || organisation.server.signalCode !== null) {
      await organisation.startServer();
    }
    if (random() < 0.5 && (await killed(random() * longest_ms, 'sync')) === null) ++kills;
    const before = items.filter((item) => item.state !== 'stored').length;
    assert.ok(outbox().length <= before, 'an item came from nowhere');
  }
  console.log(`${kills} commands were killed`);
  assert.ok(kills > 0, 'nothing was killed: choose another seed');

  amparo('marisol', 'sync');
  const left = outbox();
  assert.deepEqual(left.map((item) => item.state), left.map(() => 'refused'));
  for (const item of left) assert.equal(item.reason, 'FILE_CHANGED');

  // Everything that was promised stands there, once, byte for byte, and nothing else does.
  amparo('ines', 'sync');
  const documents = amparo('ines', 'case', 'show', opened).documents;
  const found = new Map();
  for (const document of documents) {
    const output = organisation.papers(`out-${document.code.replace('/', '-')}`);
    const { files } = amparo('ines', 'open', document.code, '--source', '-o', output);
    assert.equal(files.length, 1);
    assert.equal(sha256(readFileSync(files[0].path)), files[0].sha256);
    assert.ok(!found.has(files[0].sha256), `${document.code} stands twice`);
    assert.ok(tried.has(files[0].sha256), `${document.code} is nothing that was submitted`);
    found.set(files[0].sha256, document.code);
  }
  for (const [hash, said] of promised) assert.ok(found.has(hash), `lost: ${JSON.stringify(said)}`);
  console.log(`${kRounds} submissions, ${kills} programs killed, ${promised.size} promised, ` +
    `${found.size} in the log, ${left.length} given up while sealing`);
} finally {
  await organisation.end();
}
