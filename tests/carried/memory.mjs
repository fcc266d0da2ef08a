// A video of a third of a gibibyte goes by hand, out of one home and on from another, and comes to
// a third; so does a stick full of acts that are nobody's. No program takes more than 64 MiB of
// memory for it.
//
//   node memory.mjs BUILD_DIR SOURCE_DIR TIMED

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, readFileSync, readSync, rmSync, statSync,
  writeSync } from 'node:fs';

import { Organisation } from '../transcripts/organisation.mjs';

const [build, source, timed] = process.argv.slice(2);
const kVideoBytes = 320 << 20;
const kResidentKibMax = 64 << 10;
const kExitRefused = 3;

const organisation = new Organisation(build, source);

// A verb, held to its memory. What it printed.
function measured(person, expected, ...words) {
  const report = organisation.papers('measured');
  const ended = spawnSync(timed,
    [report, organisation.amparo, '--home', organisation.home(person), '--yes', '--json',
      '--passphrase-file', organisation.passphraseFile, ...words],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  assert.equal(ended.status, expected, `${words.join(' ')}\n${ended.stdout}${ended.stderr}`);
  const { peak_kib: peak } = JSON.parse(readFileSync(report, 'utf8'));
  console.log(`${words.filter((word) => word !== '--offline').slice(0, 2).join(' ')}: at most ${(peak / 1024).toFixed(1)} MiB resident`);
  assert.ok(peak <= kResidentKibMax, `${words.join(' ')}: ${peak} KiB resident`);
  return ended.stdout === '' ? null : JSON.parse(ended.stdout);
}

function sha256(path) {
  const hash = createHash('sha256');
  const file = openSync(path, 'r');
  const piece = Buffer.alloc(1 << 20);
  for (let got; (got = readSync(file, piece)) > 0;) hash.update(piece.subarray(0, got));
  closeSync(file);
  return hash.digest('hex');
}

// Acts of nearly the largest size, whose statements are none, as docs/spec/bundle.md says it.
function writeForeignActs(path, org, count) {
  const u32 = (value) => { const out = Buffer.alloc(4); out.writeUInt32BE(value); return out; };
  const u16 = (value) => u32(value).subarray(2);
  const object = Buffer.concat([Buffer.alloc(16, 7), u32(65536), Buffer.alloc(65536, 1)]);
  const objects = 60;
  const content = Buffer.concat([u32(100), Buffer.alloc(100), u16(0), u16(objects),
    ...Array(objects).fill(object), u16(0)]);
  const hash = createHash('sha256');
  const file = openSync(path, 'w');
  const put = (bytes) => { hash.update(bytes); writeSync(file, bytes); };
  put(Buffer.from('amparo/bundle/v1\n\0'));
  put(Buffer.concat([Buffer.from([2]), org]));
  for (let i = 0; i < count; ++i) {
    put(Buffer.concat([Buffer.from([1]), u32(0), u32(content.length)]));
    put(content);
  }
  put(Buffer.from([0]));
  writeSync(file, hash.digest());
  closeSync(file);
}

try {
  await organisation.startServer();
  organisation.found();
  const opened = organisation.openSharedCase();
  organisation.as('marisol', 'sync');

  const video = organisation.papers('video.mp4');
  const file = openSync(video, 'w');
  writeSync(file, 'a video that begins and ends');
  ftruncateSync(file, kVideoBytes);
  closeSync(file);
  measured('marisol', 0, '--offline', 'submit', video, '--case', opened);
  const stick = organisation.papers('stick.bundle');
  measured('marisol', 0, '--offline', 'bundle', 'export', '-o', stick);
  assert.ok(statSync(stick).size > kVideoBytes);

  const sent = measured('lucia', 0, 'bundle', 'import', stick, '--receipts',
    organisation.papers('receipts.bundle'));
  assert.deepEqual(sent.acts.map((act) => act.taken), [true]);
  assert.equal(measured('marisol', 0, '--offline', 'bundle', 'import',
    organisation.papers('receipts.bundle')).acts.length, 1);

  organisation.as('ines', 'sync');
  const [document] = JSON.parse(organisation.as('ines', '--json', 'case', 'show', opened)).documents;
  organisation.as('ines', 'assign', document.code, '--translator', organisation.codes.get('ana'),
    '--reviewer', organisation.codes.get('bea'));
  const back = organisation.papers('to-ana.bundle');
  measured('ines', 0, 'bundle', 'export', '--for', organisation.codes.get('ana'), document.code,
    '-o', back);
  measured('ana', 0, '--offline', 'bundle', 'import', back);
  await organisation.stopServer();
  const { files } = measured('ana', 0, '--offline', 'open', document.code, '--source', '-o',
    organisation.papers('opened'));
  assert.equal(sha256(files[0].path), sha256(video));
  await organisation.startServer();
  for (const path of [files[0].path, back]) rmSync(path);

  // Acts together larger than memory, each refused for itself.
  const org = readFileSync(stick).subarray(19, 51);
  const foreign = organisation.papers('foreign.bundle');
  writeForeignActs(foreign, org, 80);
  assert.ok(statSync(foreign).size > 256 << 20);
  const { acts } = measured('lucia', kExitRefused, 'bundle', 'import', foreign);
  assert.equal(acts.length, 80);
  assert.ok(acts.every((act) => !act.taken));
} finally {
  await organisation.end();
}
