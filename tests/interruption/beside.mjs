// One `amparo` sends over a link on which nothing moves, and others are run in the same home: the
// outbox is shown, a second submit goes its own way to its end, and what the first one sends is
// its own. Who watches lets others work, and who holds the home is waited for.
//
//   node beside.mjs BUILD_DIR SOURCE_DIR

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Organisation } from '../transcripts/organisation.mjs';
import { SlowProxy } from './slow_proxy.mjs';

const [build, source] = process.argv.slice(2);
const kFileBytes = 8 << 20;
const kBytesPerSecond = 2 << 20;
const kBusyCode = 5;

const organisation = new Organisation(build, source);
const proxy = new SlowProxy(kBytesPerSecond);

// A verb of marisol's beside this program. `said(text)` resolves once it said so on standard error;
// `ended` to its code, its answer and what it said.
function start(...words) {
  const program = spawn(organisation.amparo,
    ['--home', organisation.home('marisol'), '--yes', '--json', '--passphrase-file',
      organisation.passphraseFile, ...words],
    { stdio: ['ignore', 'pipe', 'pipe'] });
  let answer = '';
  let notes = '';
  const waiting = [];
  program.stdout.on('data', (bytes) => { answer += bytes; });
  program.stderr.on('data', (bytes) => {
    notes += bytes;
    for (const { text, resolve } of waiting) if (notes.includes(text)) resolve();
  });
  const ended = new Promise((resolve) => {
    program.on('close', (code, signal) => resolve({ code, signal, answer, notes }));
  });
  const said = (text) => Promise.race([
    new Promise((resolve) => { waiting.push({ text, resolve }); }),
    ended.then(() => assert.ok(notes.includes(text), `never said: ${text}\n${notes}`)),
  ]);
  return { program, ended, said };
}

function submit(name, opened) {
  const path = organisation.papers(name);
  writeFileSync(path, randomFillSync(Buffer.alloc(kFileBytes)));
  return start('submit', path, '--case', opened);
}

async function outbox(...words) {
  const { code, answer, notes } = await start('outbox', ...words).ended;
  assert.equal(code, 0, notes);
  return { ...JSON.parse(answer), notes };
}

try {
  await organisation.startServer();
  await proxy.start();
  organisation.found(['marisol', 'ines']);
  const opened = organisation.openSharedCase();
  organisation.as('marisol', 'sync');
  organisation.as('marisol', 'proxy', proxy.url);

  assert.equal((await outbox()).at_work, false);
  const middle = proxy.reaches('up', proxy.up + kFileBytes / 2);
  const first = submit('first.bin', opened);
  await middle;
  proxy.hold();

  // The outbox says what is sent at this moment.
  const seen = await outbox();
  assert.equal(first.program.exitCode, null, 'the first submit should be held up');
  assert.equal(seen.at_work, true);
  assert.match(seen.notes, /another amparo is at work in this home now/);
  assert.deepEqual(seen.items.map(({ item, state, now }) => ({ item, state, now })),
    [{ item: 1, state: 'sending', now: true }]);
  assert.deepEqual((await outbox('--all')).items, seen.items);

  // Others work in the home meanwhile, and write there; over another link, one is done before it.
  organisation.as('marisol', 'proxy', 'none');
  const second = await submit('second.bin', opened).ended;
  assert.equal(second.code, 0, second.notes);
  assert.match(JSON.parse(second.answer).submitted[0].document, /\/1$/);
  assert.equal(first.program.exitCode, null, 'the first submit should be held up');
  assert.doesNotMatch(second.notes, /item 1/, 'what another one sends was touched');
  const beside = await outbox('--all');
  assert.deepEqual(beside.items.map(({ item, state, now }) => ({ item, state, now })),
    [{ item: 2, state: 'stored', now: false }, { item: 1, state: 'sending', now: true }]);

  // What is sent now cannot be dropped under it.
  const busy = await start('outbox', 'drop', '1').ended;
  assert.equal(busy.code, kBusyCode, busy.notes);
  assert.match(busy.notes, /error: another amparo sends item 1 now \(ITEM_BUSY\)\nhint: wait/);

  // Whoever leaves locks the home at once; what is sent needs no keys from the holder.
  organisation.as('marisol', 'lock');

  // The first one goes on, in a home that became another one.
  proxy.letGo();
  const done = await first.ended;
  assert.equal(done.code, 0, done.notes);
  assert.match(JSON.parse(done.answer).submitted[0].document, /\/2$/);
  const stored = await outbox('--all');
  assert.equal(stored.at_work, false);
  assert.deepEqual(stored.items.map(({ state, now }) => ({ state, now })),
    [{ state: 'stored', now: false }, { state: 'stored', now: false }]);

  // Of one that was killed the next one sends the rest.
  organisation.as('marisol', 'proxy', proxy.url);
  const again = proxy.reaches('up', proxy.up + kFileBytes / 2);
  const third = submit('third.bin', opened);
  await again;
  proxy.hold();
  third.program.kill('SIGKILL');
  assert.equal((await third.ended).signal, 'SIGKILL');
  const left = await outbox();
  assert.equal(left.at_work, false);
  assert.deepEqual(left.items.map(({ item, state, now }) => ({ item, state, now })),
    [{ item: 3, state: 'sending', now: false }]);
  organisation.as('marisol', 'proxy', 'none');
  const { code, notes } = await start('sync').ended;
  assert.equal(code, 0, notes);
  assert.match(notes, /sent: submit .* \(item 3\)/);

  // Who watches took the home, and gave it up again.
  const word = () => readFileSync(join(organisation.home('marisol'), 'lock'), 'hex');
  const before = word();
  const watching = start('watch');
  while (word() === before || (await outbox()).at_work) {
    assert.equal(watching.program.exitCode, null, 'the watch ended');
  }
  const watched = await submit('fourth.bin', opened).ended;
  assert.equal(watched.code, 0, watched.notes);
  assert.equal(watching.program.exitCode, null, 'the watch should go on');
  watching.program.kill('SIGINT');
  await watching.ended;

  // Who asks the server holds the home. Another one says why it waits, for a minute at most.
  organisation.server.kill('SIGSTOP');
  const asking = start('sync');
  while (!(await outbox()).at_work) assert.equal(asking.program.exitCode, null, 'the sync ended');
  const waits = start('inbox', '--offline');
  await waits.said('another amparo is at work');
  const refused = await waits.ended;
  assert.equal(refused.code, kBusyCode, refused.notes);
  assert.match(refused.notes, /error: another amparo is at work in .* \(HOME_BUSY\)\nhint: wait/);
  assert.equal(asking.program.exitCode, null, 'the server should be silent');
  const patient = start('inbox', '--offline');
  await patient.said('another amparo is at work');
  asking.program.kill('SIGINT');
  assert.equal((await patient.ended).code, 0);
  await asking.ended;
  console.log('beside a submit that was held up another one ended, and nothing of either was lost');
} finally {
  organisation.server?.kill('SIGCONT');
  proxy.letGo();
  proxy.end();
  await organisation.end();
}
