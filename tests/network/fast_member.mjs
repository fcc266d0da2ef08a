// An organisation on the server's own host, for crowd_test.cc: it is founded, says `ready`, and
// when it hears a line does what a member does: sync, submit, open. Then it says `done`.
//
//   node fast_member.mjs BUILD_DIR SOURCE_DIR DATA ADDRESS      of the amparod that runs

import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Organisation } from '../transcripts/organisation.mjs';

const [build, source, data, address] = process.argv.slice(2);
const kFileBytes = 1 << 20;

const organisation = new Organisation(build, source);
const amparo = (person, ...words) => JSON.parse(organisation.as(person, '--json', ...words));
symlinkSync(data, join(organisation.root, 'server'));
organisation.address = address;

try {
  organisation.found(['marisol', 'ines']);
  const opened = organisation.openSharedCase();
  const bytes = randomFillSync(Buffer.alloc(kFileBytes));
  const path = organisation.papers('scan.bin');
  writeFileSync(path, bytes);
  console.log('ready');

  await once(process.stdin, 'data');
  process.stdin.destroy();
  amparo('marisol', 'sync');
  assert.equal(amparo('marisol', 'submit', path, '--case', opened).submitted.length, 1);
  amparo('ines', 'sync');
  const [document] = amparo('ines', 'case', 'show', opened).documents;
  const { files } = amparo('ines', 'open', document.code, '--source', '-o',
    organisation.papers('opened'));
  assert.deepEqual(readFileSync(files[0].path), bytes);
  console.log('done');
} finally {
  await organisation.end();
}
