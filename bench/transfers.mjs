// Whole commands on files: sealing and opening against age; sending and fetching, through a real
// amparod and the real client, against curl and nginx.

import { execFileSync } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync,
  writeSync } from 'node:fs';
import { join } from 'node:path';

import { Organisation } from '../tests/transcripts/organisation.mjs';
import { ratiosOf } from './goals.mjs';
import { makeCertificate, startNginx } from './peers.mjs';

const kCoordinator = 'ines';

// Bytes that do not compress.
export function writeRandomFile(path, size) {
  const file = openSync(path, 'w', 0o600);
  const block = Buffer.alloc(Math.min(size, 1 << 20));
  for (let left = size; left > 0; left -= block.length) {
    randomFillSync(block);
    writeSync(file, block, 0, Math.min(left, block.length));
  }
  closeSync(file);
}

export async function measureSealing(run) {
  const { workshop, sizes } = run;
  const [plain, sealed, out] = ['plain', 'sealed.age', 'out'].map((name) => workshop.path(name));
  const keys = workshop.path('age.key');
  writeRandomFile(plain, sizes.seal);
  execFileSync('age-keygen', ['-o', keys], { stdio: 'ignore' });
  const recipient = execFileSync('age-keygen', ['-y', keys], { encoding: 'utf8' }).trim();
  const ours = workshop.program('seal_file');
  execFileSync(ours, ['seal', recipient, plain, sealed]);
  const digest = (path) => execFileSync('sha256sum', [path], { encoding: 'utf8' }).slice(0, 64);
  const wanted = digest(plain);
  const variant = (script, check) => () => {
    const { seconds } = workshop.timedShell(script);
    if (check && digest(out) !== wanted) throw new Error(`wrong bytes: ${script}`);
    rmSync(out);
    return seconds;
  };
  const age = {
    seal: `age -r ${recipient} -o ${out} ${plain}`,
    open: `age -d -i ${keys} -o ${out} ${sealed}`,
  };
  const our = {
    seal: `${ours} seal ${recipient} ${plain} ${out}`,
    open: `${ours} open ${keys} ${sealed} ${out}`,
  };
  const measure = async (what) => {
    const check = what === 'open';
    const took = await run.rounds(what, {
      'amparo, durable': variant(`${our[what]} --sync`, check),
      'age, then sync': variant(`${age[what]} && sync -d ${out}`, check),
      amparo: variant(our[what], check),
      age: variant(age[what], check),
    }, run.sizes);
    run.compare(what, took['amparo, durable'], took['age, then sync'], 's', 'times');
    run.compare(`${what}-unsynced`, took.amparo, took.age, 's', 'times');
  };
  for (const what of ['seal', 'open']) {
    await run.part([what, `${what}-unsynced`], () => measure(what));
  }
  for (const path of [plain, sealed]) rmSync(path);
}

// A registrar's organisation with one coordinator: who submits may open, too.
class SmallOrganisation extends Organisation {
  enrol(who, ...rest) {
    if (who === kCoordinator) super.enrol(who, ...rest);
  }
}

// What a coordinator does, as whole commands from the unlocked identity on.
class Desk {
  constructor(run, organisation, caseCode) {
    this.run = run;
    this.organisation = organisation;
    this.caseCode = caseCode;
    this.outputs = 0;
  }
  #timed(...words) {
    const { workshop } = this.run;
    return workshop.timed([this.organisation.amparo, '--home', this.organisation.home(kCoordinator),
      '--yes', ...words]);
  }
  submit(...files) {
    const done = this.#timed('submit', ...files, '--case', this.caseCode, '--from', 'es');
    return { ...done, document: /submitted (\S+)/.exec(done.output)[1] };
  }
  open(document) {
    const folder = this.run.workshop.path(`opened-${++this.outputs}`);
    return { ...this.#timed('open', document, '--source', '-o', folder), folder };
  }
  unlock() {
    const words = ['--home', this.organisation.home(kCoordinator)];
    execFileSync(this.organisation.amparo, [...words, 'lock'], { stdio: 'ignore' });
    return this.run.workshop.timed([this.organisation.amparo, ...words, '--yes',
      '--passphrase-file', this.organisation.passphraseFile, 'unlock', '--for', '4h']);
  }
}

async function foundOrganisation(run) {
  process.env.TMPDIR = run.workshop.root;
  const organisation = new SmallOrganisation(run.workshop.build, run.source);
  run.workshop.atEnd(() => organisation.end());
  await organisation.startServer();
  organisation.found();
  const about = organisation.papers('case');
  writeFileSync(about, 'A case of large files\n');
  const made = organisation.as(kCoordinator, 'case', 'new', '--desk', '1', '--about-file', about);
  return new Desk(run, organisation, /[a-z]+-[a-z]+-\d+/.exec(made)[0]);
}

function peakMibOf(process) {
  const status = readFileSync(`/proc/${process.pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+)/m.exec(status)[1]) / 1024;
}

export async function measureTransfers(run) {
  const { workshop } = run;
  const desk = await foundOrganisation(run);
  const nginx = await startNginx(workshop, makeCertificate(workshop));
  await run.part([], async () => {
    const took = await run.rounds('unlock', { amparo: () => desk.unlock().seconds });
    run.fact('unlocking: whole command', 's', took.amparo);
  });
  await run.part(['upload', 'upload-age', 'download', 'download-synced'],
    () => measureOneFile(run, desk, nginx));
  await run.part(['photos', 'photos-synced'], () => measurePhotos(run, desk, nginx));
  await run.part(['client-memory', 'client-memory-open'], () => measureClientMemory(run, desk));
  run.record('server-memory-large', [peakMibOf(desk.organisation.server)]);
}

async function measureOneFile(run, desk, nginx) {
  const { workshop, sizes } = run;
  const file = workshop.path('scan.pdf');
  writeRandomFile(file, sizes.file);
  const keys = workshop.path('upload.key');
  execFileSync('age-keygen', ['-o', keys], { stdio: 'ignore' });
  const recipient = execFileSync('age-keygen', ['-y', keys], { encoding: 'utf8' }).trim();
  let document;
  let stored = 0;
  const put = (send) => () => {
    const name = `stored-${++stored}`;
    const path = join(nginx.files, name);
    const { seconds } = workshop.timedShell(`${send(name)} && sync -d ${path}`);
    rmSync(path);
    return seconds;
  };
  const sent = await run.rounds('upload', {
    amparo: () => {
      const done = desk.submit(file);
      document = done.document;
      return done.seconds;
    },
    'curl, then sync': put((name) => `${nginx.curl} -T ${file} ${nginx.url}/${name}`),
    'age | curl, then sync': put(
      (name) => `age -r ${recipient} ${file} | ${nginx.curl} -T - ${nginx.url}/${name}`),
  }, run.sizes);
  run.compare('upload', sent.amparo, sent['curl, then sync'], 's', 'times');
  run.compare('upload-age', sent.amparo, sent['age | curl, then sync'], 's', 'times');

  workshop.timedShell(`${nginx.curl} -T ${file} ${nginx.url}/scan.pdf`);
  const out = workshop.path('fetched');
  const get = (more) => () => {
    const { seconds } = workshop.timedShell(`${nginx.curl} -o ${out} ${nginx.url}/scan.pdf${more}`);
    rmSync(out);
    return seconds;
  };
  const fetched = await run.rounds('download', {
    amparo: () => {
      const { seconds, folder } = desk.open(document);
      rmSync(folder, { recursive: true });
      return seconds;
    },
    curl: get(''),
    'curl, then sync': get(` && sync -d ${out}`),
  }, run.sizes);
  run.compare('download', fetched.amparo, fetched.curl, 's', 'times');
  run.compare('download-synced', fetched.amparo, fetched['curl, then sync'], 's', 'times');
  for (const path of [file, join(nginx.files, 'scan.pdf')]) rmSync(path);
}

async function measurePhotos(run, desk, nginx) {
  const { workshop, sizes } = run;
  const folder = workshop.path('photos');
  mkdirSync(folder);
  const photos = [];
  for (let i = 1; i <= sizes.photos; ++i) {
    photos.push(join(folder, `photo-${i}.jpg`));
    writeRandomFile(photos.at(-1), 300 * 1024);
  }
  const put = (more) => () => {
    const { seconds } = workshop.timedShell(
      `${nginx.curl} -T '${folder}/photo-[1-${sizes.photos}].jpg' ${nginx.url}/photos/${more}`);
    const stored = readdirSync(join(nginx.files, 'photos')).length;
    if (stored !== sizes.photos) throw new Error(`${stored} photos of ${sizes.photos} came`);
    rmSync(join(nginx.files, 'photos'), { recursive: true });
    return seconds;
  };
  const took = await run.rounds('photos', {
    amparo: () => desk.submit(...photos).seconds,
    curl: put(''),
    'curl, then sync of each': put(` && sync -d ${nginx.files}/photos/*`),
  }, run.sizes);
  run.record('photos', ratiosOf(took.amparo, took.curl));
  run.record('photos-synced', ratiosOf(took.amparo, took['curl, then sync of each']));
  rmSync(folder, { recursive: true });
}

async function measureClientMemory(run, desk) {
  const { workshop, sizes } = run;
  const file = workshop.path('film.mp4');
  writeRandomFile(file, sizes.large);
  const submitted = desk.submit(file);
  rmSync(file);
  const opened = desk.open(submitted.document);
  rmSync(opened.folder, { recursive: true });
  run.record('client-memory', [submitted.peak_kib / 1024]);
  run.record('client-memory-open', [opened.peak_kib / 1024]);
  run.fact('submitting that file', 's', [submitted.seconds]);
  run.fact('opening that file', 's', [opened.seconds]);
}
