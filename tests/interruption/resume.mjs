// Transfers go on where they were when a program was killed: `amparo submit` and `amparo open`
// die of SIGKILL at random bytes of a transfer, again and again, and in the end no more than a
// quarter of the sealed bytes crossed the link a second time. When the server dies, or is
// restarted, the program says so, and goes on by itself.
//
//   node resume.mjs BUILD_DIR SOURCE_DIR        AMPARO_SEED=N repeats the places.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomFillSync } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

import { Organisation } from '../transcripts/organisation.mjs';
import { random } from './seeded.mjs';
import { SlowProxy } from './slow_proxy.mjs';

const [build, source] = process.argv.slice(2);
const kFileBytes = 24 << 20;
const kBytesPerSecond = 3 << 20;
const kKills = 4;
const kTwiceMax = 1.25;

const organisation = new Organisation(build, source);
const proxy = new SlowProxy(kBytesPerSecond);
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

// A verb beside this program, which carries its bytes. `until`: kills it then.
function run(person, until, ...words) {
  return new Promise((resolve, reject) => {
    const program = spawn(organisation.amparo,
      ['--home', organisation.home(person), '--yes', '--json', '--passphrase-file',
        organisation.passphraseFile, ...words],
      { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    let wrong = '';
    program.stdout.on('data', (bytes) => { said += bytes; });
    program.stderr.on('data', (bytes) => { wrong += bytes; });
    until?.then(() => program.kill('SIGKILL'));
    program.on('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve(null);
      else if (code === 0) resolve({ ...JSON.parse(said), wrong });
      else reject(new Error(`${person}: amparo ${words.join(' ')}\n${said}${wrong}`));
    });
  });
}

// Runs the verbs of `attempt` until one is not killed; each is, at a random byte of the rest.
async function killedAgainAndAgain(way, attempt) {
  const began = proxy[way];
  for (let kill = 0; kill < kKills; ++kill) {
    const share = ((kill + random()) / (kKills + 1)) * kFileBytes;
    const said = await attempt(proxy.reaches(way, began + Math.max(share, 512 << 10)));
    assert.equal(said, null, `attempt ${kill} was not interrupted`);
    await proxy.idle(); // What was on its way when it died arrives.
  }
  const said = await attempt(undefined);
  return { said, carried: proxy[way] - began };
}

// The server ends by `signal` at that moment, and is started again.
async function restartsWhen(moment, signal) {
  const { server } = organisation;
  await moment;
  server.kill(signal);
  await new Promise((ended) => server.once('close', ended));
  await organisation.startServer();
}

function report(what, carried, sealed) {
  const ratio = carried / sealed;
  console.log(`${what}: ${sealed} sealed bytes, ${carried} on the link, ` +
    `${ratio.toFixed(3)} times`);
  assert.ok(ratio <= kTwiceMax, `${what}: ${ratio} times its bytes`);
}

try {
  await organisation.startServer();
  await proxy.start();
  organisation.found();
  const opened = organisation.openSharedCase();
  organisation.as('marisol', 'sync');
  for (const person of ['ines', 'marisol']) organisation.as(person, 'proxy', proxy.url);

  const path = organisation.papers('scan.bin');
  const bytes = randomFillSync(Buffer.alloc(kFileBytes));
  writeFileSync(path, bytes);

  let begun = false;
  const sent = await killedAgainAndAgain('up', async (until) => {
    const words = begun ? ['sync'] : ['submit', path, '--case', opened];
    begun = true;
    return run('marisol', until, ...words);
  });
  rmSync(path);
  const [item] = (await run('marisol', undefined, 'outbox', '--all')).items;
  assert.equal(item.state, 'stored');
  report('submit', sent.carried, item.bytes);

  await run('ines', undefined, 'sync');
  const [document] = (await run('ines', undefined, 'case', 'show', opened)).documents;
  const output = organisation.papers('opened');
  const { said, carried } = await killedAgainAndAgain('down',
    (until) => run('ines', until, 'open', document.code, '--source', '-o', output));
  assert.equal(said.files.length, 1);
  assert.equal(sha256(readFileSync(said.files[0].path)), sha256(bytes));
  report('open', carried, item.bytes);

  writeFileSync(path, randomFillSync(Buffer.alloc(kFileBytes)));
  const began = proxy.up;
  const restarted = restartsWhen(proxy.reaches('up', began + (0.2 + 0.6 * random()) * kFileBytes),
    'SIGKILL');
  const outlived = await run('marisol', undefined, 'submit', path, '--case', opened);
  await restarted;
  assert.equal(outlived.submitted.length, 1);
  assert.match(outlived.wrong, /the link broke, and is tried again; nothing is lost/);
  // What it had and had not made durable is sent again: that of 5 seconds, and a window.
  const again = proxy.up - began - item.bytes;
  console.log(`submit while the server is killed: ${again} bytes again`);
  assert.ok(again <= 6 * kBytesPerSecond + (8 << 20), `${again} bytes again`);

  await run('ines', undefined, 'sync');
  const second = (await run('ines', undefined, 'case', 'show', opened)).documents.at(-1);
  const from = proxy.down;
  const stopped = restartsWhen(proxy.reaches('down', from + (0.2 + 0.6 * random()) * kFileBytes),
    'SIGTERM');
  const fetched = await run('ines', undefined, 'open', second.code, '--source', '-o',
    organisation.papers('fetched'));
  await stopped;
  assert.match(fetched.wrong, /the link broke, and is tried again; nothing is lost/);
  assert.equal(sha256(readFileSync(fetched.files[0].path)), sha256(readFileSync(path)));
  report('open while the server is restarted', proxy.down - from, item.bytes);
} finally {
  proxy.end();
  await organisation.end();
}
