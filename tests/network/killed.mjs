// At 32 kbit/s, 600 ms and 5 % loss `amparo submit` and then `amparo open` are killed with SIGKILL
// in the middle of the transfer and started again: what crossed the link before is not sent again.
//
//   network_carried 32000 300 5 SEED node killed.mjs BUILD_DIR SOURCE_DIR [submit|open]...

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

import { Organisation } from '../transcripts/organisation.mjs';

const [build, source, ...verbs] = process.argv.slice(2);
const kFileBytes = verbs.includes('open') ? 800_000 : 400_000;
// Of the file, when the program is killed. From the beginning it would be that much more; half of it is
// for what was under way, for a chunk that was not whole, and for the answers to a second command.
const kSentBefore = 0.6;
const kLostAndHeaders = 0.125;
const kCarriedMost = 1 + kLostAndHeaders + kSentBefore / 2;
const kLook_ms = 50;

const organisation = new Organisation(build, source);
organisation.address = '10.77.0.1:7443';
const enter = ['nsenter', `--net=${process.env.AMPARO_CLIENT_HOST}`];

// Bytes of IP packets that a host sent into the link; those that were lost too.
function sentBy(host) {
  const command = host === 'client' ? [...enter, 'cat', '/proc/net/dev'] : ['cat', '/proc/net/dev'];
  const text = execFileSync(command[0], command.slice(1), { encoding: 'utf8' });
  const words = text.split('\n').find((line) => line.includes('amparo0')).split(':')[1].trim();
  return Number(words.split(/\s+/)[8]);
}

// A verb on the client's host. `until`: kills it once that host or the other sent so much.
function run(person, until, ...words) {
  return new Promise((resolve, reject) => {
    const program = spawn(enter[0],
      [...enter.slice(1), organisation.amparo, '--home', organisation.home(person), '--yes',
        '--json', '--passphrase-file', organisation.passphraseFile, ...words],
      { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    let wrong = '';
    program.stdout.on('data', (bytes) => { said += bytes; });
    program.stderr.on('data', (bytes) => { wrong += bytes; });
    const looking = setInterval(() => {
      if (until !== undefined && sentBy(until.host) >= until.bytes) program.kill('SIGKILL');
    }, kLook_ms);
    program.on('close', (code, signal) => {
      clearInterval(looking);
      if (signal === 'SIGKILL') resolve(null);
      else if (code === 0) resolve(JSON.parse(said));
      else reject(new Error(`${person}: amparo ${words.join(' ')}\n${said}${wrong}`));
    });
  });
}

// Runs `words` and kills that in the middle, then runs `again` to its end.
async function killedInTheMiddle(host, bytes, words, again) {
  const began = sentBy(host);
  const killed = await run(...words({ host, bytes: began + bytes * kSentBefore }));
  assert.equal(killed, null, 'it was there before it could be killed');
  const said = await run(...again(undefined));
  return { said, carried: sentBy(host) - began };
}

function report(verb, carried, sealed) {
  console.log(`${verb}: ${sealed} sealed bytes, ${carried} on the link with a kill: ` +
    `${(carried / sealed).toFixed(3)} times, at most ${kCarriedMost}`);
  assert.ok(carried <= sealed * kCarriedMost, `${verb}: ${carried} bytes for ${sealed}`);
}

try {
  await organisation.startServer();
  organisation.found(['marisol', 'ines']);
  const opened = organisation.openSharedCase();
  organisation.as('marisol', 'sync');
  const path = organisation.papers('scan.bin');
  const bytes = randomFillSync(Buffer.alloc(kFileBytes));
  writeFileSync(path, bytes);

  const submit = (until) => ['marisol', until, 'submit', path, '--case', opened];
  let sent;
  if (verbs.includes('submit')) {
    sent = await killedInTheMiddle('client', kFileBytes, submit,
      (until) => ['marisol', until, 'sync']);
  } else {
    organisation.as('marisol', 'submit', path, '--case', opened);
  }
  rmSync(path);
  const [item] = JSON.parse(organisation.as('marisol', '--json', 'outbox', '--all')).items;
  assert.equal(item.state, 'stored');
  if (sent !== undefined) report('submit', sent.carried, item.bytes);

  organisation.as('ines', 'sync');
  const [document] = JSON.parse(organisation.as('ines', '--json', 'case', 'show', opened)).documents;
  const open = (until) => ['ines', until, 'open', document.code, '--source', '-o',
    organisation.papers('opened')];
  let read;
  if (verbs.includes('open')) {
    const { said, carried } = await killedInTheMiddle('server', item.bytes, open, open);
    report('open', carried, item.bytes);
    read = said;
  } else {
    read = JSON.parse(organisation.as('ines', '--json', ...open(undefined).slice(2)));
  }
  assert.deepEqual(readFileSync(read.files[0].path), bytes);
} finally {
  await organisation.end();
}
