// The peers, started beside us on loopback, each in a folder of its own and tuned as its
// documentation says. TLS everywhere, with one certificate made for the run.

import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { totalmem, userInfo } from 'node:os';
import { join } from 'node:path';

import { freePort } from './processes.mjs';

const kPostgresVersion = 15;
const kPostgresPrograms = `/usr/lib/postgresql/${kPostgresVersion}/bin`;
export const kEntryBytes = 600; // About what a signed turn takes in our log.

export const kPeerPackages = ['age', 'curl', 'nginx', `postgresql-${kPostgresVersion}`,
  'etcd-server'];

export function peerVersions() {
  const versions = {};
  for (const name of kPeerPackages) {
    const asked = spawnSync('dpkg-query', ['-W', '-f', '${Version}', name], { encoding: 'utf8' });
    versions[name] = asked.status === 0 ? asked.stdout : 'not of a package';
  }
  return versions;
}

export function makeCertificate(workshop) {
  const certificate = workshop.path('tls.crt');
  const key = workshop.path('tls.key');
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
    '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1',
    '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  return { certificate, key };
}

// Storage for PUT and GET, over TLS 1.3.
export async function startNginx(workshop, tls) {
  const port = await freePort();
  const folder = workshop.path('nginx');
  for (const name of ['', 'files', 'bodies']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'nginx.conf'), `
daemon off;
${userInfo().uid === 0 ? 'user root;' : ''}
worker_processes auto;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 512; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  client_max_body_size 0;
  client_body_buffer_size 1m;
  client_body_temp_path ${folder}/bodies;
  proxy_temp_path ${folder}/bodies/proxy;
  fastcgi_temp_path ${folder}/bodies/fastcgi;
  uwsgi_temp_path ${folder}/bodies/uwsgi;
  scgi_temp_path ${folder}/bodies/scgi;
  keepalive_requests 10000;
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${tls.certificate};
    ssl_certificate_key ${tls.key};
    ssl_protocols TLSv1.3;
    root ${folder}/files;
    location / { dav_methods PUT DELETE; create_full_put_path on; }
  }
}
`);
  const url = `https://127.0.0.1:${port}`;
  await workshop.start('nginx', ['nginx', '-p', folder, '-c', join(folder, 'nginx.conf')],
    () => spawnSync('curl', ['-s', '--cacert', tls.certificate, url]).status === 0);
  return { url, files: join(folder, 'files'), curl: `curl -sSf --cacert ${tls.certificate}` };
}

// PostgreSQL refuses root: then it runs as the user that Debian's package made for it.
export async function startPostgres(workshop, tls, clients) {
  const port = await freePort();
  const data = workshop.path('postgres', 'data');
  mkdirSync(workshop.path('postgres'));
  const programs = (name) => join(kPostgresPrograms, name);
  let become = [];
  if (userInfo().uid === 0) {
    const idOf = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
    chownSync(workshop.path('postgres'), idOf('-u'), idOf('-g'));
    chmodSync(workshop.root, 0o711);
    become = ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'];
  }
  const as = (...command) => [...become, ...command];
  const run = (command) =>
    execFileSync(command[0], command.slice(1), { cwd: '/', stdio: 'ignore' });
  run(as(programs('initdb'), '-D', data, '-A', 'trust', '-U', 'bench', '-N'));
  const folderOfTls = workshop.path('postgres');
  run(['install', '-m', '600', ...(become.length > 0 ? ['-o', 'postgres'] : []), tls.key,
    tls.certificate, folderOfTls]);
  const buffers_mib = Math.floor(totalmem() / 4 / 2 ** 20);
  const settings = {
    port, listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: clients + 20,
    ssl: 'on', ssl_cert_file: join(folderOfTls, 'tls.crt'),
    ssl_key_file: join(folderOfTls, 'tls.key'), ssl_min_protocol_version: 'TLSv1.3',
    fsync: 'on', synchronous_commit: 'on', shared_buffers: `${Math.min(buffers_mib, 4096)}MB`,
    max_wal_size: '8GB', checkpoint_timeout: '30min', wal_buffers: '16MB',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const database = `host=127.0.0.1 port=${port} user=bench dbname=postgres sslmode=require`;
  const psql = (sql) => spawnSync('psql', [database, '-qtAc', sql], { encoding: 'utf8' });
  await workshop.start('postgres', as(programs('postgres'), '-D', data, ...options),
    () => psql('SELECT 1').status === 0);
  const made = psql(`
    CREATE TABLE document (id int PRIMARY KEY, revision int, head text) WITH (fillfactor = 50);
    INSERT INTO document SELECT id, 0, '' FROM generate_series(0, ${clients}) AS id;
    CREATE TABLE log (position bigserial PRIMARY KEY, document int, entry text);`);
  if (made.status !== 0) throw new Error(made.stderr);
  writeFileSync(workshop.path('turn.sql'), `BEGIN;
UPDATE document SET revision = revision + 1, head = :head WHERE id = :client_id;
INSERT INTO log (document, entry) VALUES (:client_id, :entry);
COMMIT;
`);
  const turnsPerSecond = (count, seconds) => {
    const done = spawnSync(programs('pgbench'), ['-n', '-M', 'prepared', '-f',
      workshop.path('turn.sql'), '-c', String(count), '-j', '2', '-T', String(seconds),
      '-D', `head=${'h'.repeat(43)}`, '-D', `entry=${'e'.repeat(kEntryBytes)}`, database],
    { encoding: 'utf8' });
    const found = /^tps = ([\d.]+)/m.exec(done.stdout);
    if (done.status !== 0 || !found) throw new Error(done.stdout + done.stderr);
    return Number(found[1]);
  };
  return { turnsPerSecond };
}

// A single node; defaults but for a database that may grow to 8 GiB.
export async function startEtcd(workshop, tls) {
  const [port, peerPort] = [await freePort(), await freePort()];
  const url = `https://127.0.0.1:${port}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  await workshop.start('etcd', ['etcd', '--data-dir', workshop.path('etcd'), '--name', 'bench',
    '--cert-file', tls.certificate, '--key-file', tls.key, '--listen-client-urls', url,
    '--advertise-client-urls', url, '--listen-peer-urls', peerUrl,
    '--initial-advertise-peer-urls', peerUrl, '--initial-cluster', `bench=${peerUrl}`,
    '--quota-backend-bytes', String(8 * 2 ** 30), '--logger', 'zap', '--log-level', 'warn'],
  () => {
    const asked = spawnSync('curl',
      ['-s', '--cacert', tls.certificate, `${url}/health`], { encoding: 'utf8' });
    return asked.stdout.includes('"true"');
  });
  const turnsPerSecond = (count, seconds) => Number(
    workshop.run('etcd_txn', `127.0.0.1:${port}`, tls.certificate, count, seconds, kEntryBytes));
  return { turnsPerSecond };
}
