// A real server on loopback and a small organisation with a home for each person, made with
// the programs that people use.

import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync }
  from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
function isListening(port) {
  return new Promise((resolve) => {
    const probe = connect(port, '127.0.0.1', () => resolve(true));
    probe.on('error', () => resolve(false));
    probe.on('connect', () => probe.destroy());
  });
}

export const kPassphrase = 'correct horse battery staple';

const kPeople = [
  ['marisol', 'Marisol Vega', ['--role', 'fellow', '--submit-only']],
  ['ines', 'Ines Caal', ['--role', 'coordinator']],
  ['tomas', 'Tomas Pereira', ['--role', 'coordinator']],
  ['jean', 'Jean Toussaint', ['--role', 'translator', '--language', 'ht']],
  ['ana', 'Ana Pierre-Louis',
    ['--role', 'translator', '--role', 'reviewer', '--language', 'ht', '--language', 'es']],
  ['bea', 'Beatriz Moreau', ['--role', 'reviewer']],
  ['lucia', 'Lucia Ferreira', ['--role', 'attorney']],
];

// A name that nobody can look up but the proxy, which is told in a hosts file of its own.
const kHiddenName = 'amparo.test';

export class Organisation {
  // `proxied`: everybody reaches the server through a proxy, and by a name that only it knows.
  constructor(build, source, { proxied = false } = {}) {
    this.proxied = proxied;
    this.amparod = join(build, 'server', 'amparod');
    this.amparo = join(build, 'client', 'cli', 'amparo');
    this.corpus = join(source, 'tests', 'corpus');
    this.root = mkdtempSync(join(tmpdir(), 'amparo-transcripts.'));
    this.codes = new Map(); // person -> member code
    for (const name of ['homes', 'desks', 'papers']) mkdirSync(join(this.root, name));
    this.passphraseFile = join(this.root, 'papers', 'passphrase');
    writeFileSync(this.passphraseFile, `${kPassphrase}\n`, { mode: 0o600 });
  }

  home(person) {
    return join(this.root, 'homes', person);
  }
  desk(person) {
    const path = join(this.root, 'desks', person);
    if (!existsSync(path)) mkdirSync(path);
    return path;
  }
  papers(name) {
    return join(this.root, 'papers', name);
  }

  // A verb without a terminal; fails loudly.
  as(person, ...words) {
    try {
      return execFileSync(
        this.amparo,
        ['--home', this.home(person), '--yes', '--passphrase-file', this.passphraseFile, ...words],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
      );
    } catch (error) {
      throw new Error(`${person}: amparo ${words.join(' ')}\n${error.stdout}${error.stderr}`);
    }
  }

  async startServer() {
    const data = join(this.root, 'server');
    if (!existsSync(data)) {
      execFileSync(this.amparod, ['init', '--data', data, '--listen', '127.0.0.1:0']);
    }
    const ready = join(this.root, 'ready');
    rmSync(ready, { force: true });
    const listen = this.address ?? '127.0.0.1:0';
    this.server = spawn(
      this.amparod, ['serve', '--data', data, '--listen', listen, '--ready-file', ready],
      { stdio: ['ignore', 'ignore', openSync(join(this.root, 'server.log'), 'a', 0o600)] },
    );
    const end = Date.now() + 30_000;
    while (!existsSync(ready) || readFileSync(ready, 'utf8').trim() === '') {
      if (this.server.exitCode !== null || Date.now() > end) throw new Error('amparod did not start');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    this.address = readFileSync(ready, 'utf8').trim().split('\n')[0];
  }

  async stopServer() {
    const ended = new Promise((resolve) => this.server.once('close', resolve));
    this.server.kill('SIGTERM');
    await ended;
  }

  // microsocks, in a mount namespace where /etc/hosts is ours.
  async startProxy() {
    const hosts = join(this.root, 'hosts');
    writeFileSync(hosts, `127.0.0.1 ${kHiddenName}\n`);
    this.proxyPort ??= await freePort();
    this.proxy = spawn('unshare', ['--map-root-user', '--mount', 'sh', '-c',
      'mount --bind "$1" /etc/hosts && exec microsocks -i 127.0.0.1 -p "$2"', 'sh', hosts,
      String(this.proxyPort)], { stdio: 'ignore' });
    const end = Date.now() + 10_000;
    while (!(await isListening(this.proxyPort))) {
      if (this.proxy.exitCode !== null || Date.now() > end) {
        throw new Error('microsocks did not start: does `unshare --map-root-user --mount true` work here?');
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  async stopProxy() {
    const ended = new Promise((resolve) => this.proxy.once('close', resolve));
    this.proxy.kill('SIGKILL');
    await ended;
  }
  get proxyOption() {
    return this.proxied ? ['--proxy', `socks5://127.0.0.1:${this.proxyPort}`] : [];
  }
  // As its members know it.
  get knownAddress() {
    return this.proxied ? `${kHiddenName}:${this.address.split(':').at(-1)}` : this.address;
  }

  // With those of its people.
  found(people = kPeople.map(([who]) => who)) {
    const token = this.papers('org.token');
    execFileSync(this.amparod, [
      'token', '--data', join(this.root, 'server'), '--address', this.knownAddress, '-o', token]);
    for (const n of [1, 2, 3]) this.as(`root${n}`, 'root', 'new', '-o', this.papers(`root${n}.pub`));
    this.as('keeper', 'recovery', 'new', '-o', this.papers('recovery.pub'));
    for (const [who, name] of [['rosa', 'Rosa Quispe'], ['pablo', 'Pablo Ixcoy']]) {
      writeFileSync(this.papers(`${who}.name`), name);
      this.as(who, 'org', 'prepare', '--name-file', this.papers(`${who}.name`),
        '-o', this.papers(`${who}.registrar`));
    }
    this.as('rosa', 'org', 'draft', '--token', token,
      '--root', ...[1, 2, 3].map((n) => this.papers(`root${n}.pub`)),
      '--recovery', this.papers('recovery.pub'),
      '--registrar', this.papers('rosa.registrar'), this.papers('pablo.registrar'),
      '-o', this.papers('policy.draft'));
    for (const n of [1, 2]) {
      this.as(`root${n}`, 'root', 'sign', this.papers('policy.draft'),
        '-o', this.papers(`root${n}.sig`));
    }
    this.as('rosa', 'org', 'found', '--token', token, '--draft', this.papers('policy.draft'),
      '--signature', this.papers('root1.sig'), this.papers('root2.sig'), ...this.proxyOption);
    this.as('rosa', 'unlock', '--for', '2h');
    this.as('rosa', 'org', 'card', '-o', this.papers('org.card'));
    this.as('pablo', 'org', 'join', this.papers('org.card'), ...this.proxyOption);
    this.as('pablo', 'unlock', '--for', '2h');
    this.as('rosa', 'org', 'challenge', '-o', this.papers('challenge'));
    this.as('keeper', 'recovery', 'test', this.papers('challenge'), '-o', this.papers('answer'));
    this.as('rosa', 'org', 'confirm', this.papers('challenge'), this.papers('answer'));
    for (const person of kPeople) if (people.includes(person[0])) this.enrol(...person);
  }

  enrol(who, name, invitation) {
    writeFileSync(this.papers(`${who}.name`), name);
    const file = this.papers(`${who}.invitation`);
    this.as('rosa', 'invite', '--name-file', this.papers(`${who}.name`), '-o', file, ...invitation);
    const joined = this.as(who, 'join', file, ...this.proxyOption);
    const code = /[a-z]+-\d{4}/.exec(joined)[0];
    this.as('rosa', 'org', 'admit', code);
    if (/coordinator|attorney/.test(invitation.join(' '))) this.as('pablo', 'org', 'endorse', code);
    this.as(who, 'unlock', '--for', '2h');
    this.as(who, 'sync'); // Somebody besides who admits and who is admitted confirms the log.
    this.codes.set(who, code);
    const desk = this.desk(who);
    cpSync(join(this.corpus, 'photos'), join(desk, 'photos'), { recursive: true });
    for (const file of ['es-declaracion.pdf', 'pt-declaracao.docx', 'en-translation.pdf', 'en.txt', 'es.txt']) {
      copyFileSync(join(this.corpus, file), join(desk, file));
    }
  }

  // A case of ines', which marisol is on, too. Its code.
  openSharedCase() {
    writeFileSync(this.papers('about'), 'Family Desrosiers');
    const opened = JSON.parse(this.as('ines', '--json', 'case', 'new', '--desk', '1',
      '--about-file', this.papers('about'))).case;
    this.as('ines', 'case', 'share', opened, '--with', this.codes.get('marisol'));
    return opened;
  }

  // Ends what was started and removes it.
  async end() {
    for (const person of [...this.codes.keys(), 'rosa', 'pablo']) {
      try { this.as(person, 'lock'); } catch { /* Its home may be damaged on purpose. */ }
    }
    if (this.server && this.server.exitCode === null) await this.stopServer();
    if (this.proxy && this.proxy.exitCode === null && !this.proxy.killed) await this.stopProxy();
    rmSync(this.root, { recursive: true, force: true });
  }
}
