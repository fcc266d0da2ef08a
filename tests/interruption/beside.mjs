// One `amparo` sends over a link on which nothing moves, and another is run in the same home: the
// outbox is shown meanwhile, a second submit says at once why it waits, and goes on when the first
// one is stopped, whose work is not lost.
//
//   node beside.mjs BUILD_DIR SOURCE_DIR

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';

import { Organisation } from '../transcripts/organisation.mjs';
import { SlowProxy } from './slow_proxy.mjs';

const [build, source] = process.argv.slice(2);
const kFileBytes = 8 << 20;
const kBytesPerSecond = 2 << 20;
const kHomeBusyCode = 5;

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
  writeFileSync(organisation.papers('about'), 'Family Desrosiers');
  const opened = JSON.parse(organisation.as('ines', '--json', 'case', 'new', '--desk', '1',
    '--about-file', organisation.papers('about'))).case;
  organisation.as('ines', 'case', 'share', opened, '--with', organisation.codes.get('marisol'));
  organisation.as('marisol', 'sync');
  organisation.as('marisol', 'proxy', proxy.url);

  assert.equal((await outbox()).at_work, false);
  const middle = proxy.reaches('up', proxy.up + kFileBytes / 2);
  const first = submit('first.bin', opened);
  await middle;
  organisation.server.kill('SIGSTOP');

  // The outbox answers, though the first one still holds the home and sends.
  const seen = await outbox();
  assert.equal(first.program.exitCode, null, 'the first submit should be held up');
  assert.equal(seen.at_work, true);
  assert.match(seen.notes, /another amparo is at work in this home now/);
  assert.deepEqual(seen.items.map(({ item, state }) => ({ item, state })),
    [{ item: 1, state: 'sending' }]);
  assert.deepEqual((await outbox('--all')).items, seen.items);

  // A second submit says why it waits, and what is on its way; then that it waits no longer.
  const refused = await submit('second.bin', opened).ended;
  assert.equal(refused.code, kHomeBusyCode, refused.notes);
  assert.match(refused.notes, /another amparo is at work in .*, and on its way is submit .* \(item 1\); waiting/);
  assert.match(refused.notes, /error: another amparo is at work in .* \(HOME_BUSY\)\nhint: amparo outbox/);
  assert.equal(first.program.exitCode, null, 'the first submit should be held up');
  assert.equal((await outbox()).items.length, 1, 'who was refused left something behind');

  // Whoever leaves locks the home at once; what is sent needs no keys from the holder.
  organisation.as('marisol', 'lock');
  organisation.as('marisol', 'outbox'); // With the passphrase now.

  // The first one is stopped while another waits for it: both are sent.
  const third = submit('third.bin', opened);
  await third.said('another amparo is at work');
  organisation.server.kill('SIGCONT');
  first.program.kill('SIGINT');
  assert.equal((await first.ended).signal, 'SIGINT');
  const { code, answer, notes } = await third.ended;
  assert.equal(code, 0, notes);
  assert.match(notes, /sent: submit .* \(item 1\)/);
  assert.match(JSON.parse(answer).submitted[0].document, /\/2$/);
  const left = await outbox('--all');
  assert.equal(left.at_work, false);
  assert.deepEqual(left.items.map(({ state }) => state), ['stored', 'stored']);
  console.log('the outbox was shown beside a submit that was held up, and a second one took over');
} finally {
  organisation.server?.kill('SIGCONT');
  proxy.end();
  await organisation.end();
}
