// Runs transcripts against a real server and compares every line.
//
//   node run.mjs [--proxied] BUILD_DIR SOURCE_DIR FILE...
//
// --proxied: everybody reaches the server through a proxy ($PROXY), and in no other way.
// The files run in order, in one organisation (organisation.mjs). $HOME_OF_ana, $CODE_OF_ana and
// $PAPERS are set for every command.

import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { Bindings } from './expectation.mjs';
import { Organisation } from './organisation.mjs';
import { runAtTerminal } from './terminal.mjs';
import { parseTranscript } from './transcript.mjs';

const proxied = process.argv[2] === '--proxied';
const [build, source, ...files] = process.argv.slice(proxied ? 3 : 2);
const organisation = new Organisation(build, source, { proxied });

function environment(person) {
  const env = {
    PATH: `${dirname(organisation.amparo)}:${dirname(organisation.amparod)}:${join(build, 'witness')}:${process.env.PATH}`,
    AMPARO_HOME: organisation.home(person),
    PASSPHRASE_FILE: organisation.passphraseFile,
    PAPERS: organisation.papers(''),
    CORPUS: organisation.corpus,
    ROOT: organisation.root,
    ADDRESS: organisation.address,
    PROXY: organisation.proxyOption.at(-1) ?? '',
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    TMPDIR: organisation.papers(''),
  };
  for (const [who, code] of organisation.codes) {
    env[`CODE_OF_${who}`] = code;
    env[`HOME_OF_${who}`] = organisation.home(who);
  }
  return env;
}

// Nothing when the step went as written, else what is wrong.
async function runStep(step, bindings) {
  if (step.command === 'server stop') return void (await organisation.stopServer());
  if (step.command === 'server start') return void (await organisation.startServer());
  if (step.command === 'proxy stop') return void (await organisation.stopProxy());
  if (step.command === 'proxy start') return void (await organisation.startProxy());
  const answers = step.answers.map(({ prompt, text }) => ({ prompt: bindings.fill(prompt), text }));
  const { code, output, unasked } = await runAtTerminal(bindings.fill(step.command), {
    cwd: organisation.desk(step.person),
    env: environment(step.person),
    answers,
  });
  const printed = output.replace(/\n+$/, '').split('\n').map(asShown);
  if (step.quiet) return code === 0 ? null : `exit ${code}\n${output}`;
  const wrong = compare(step.expected, printed, bindings);
  if (wrong) return `${wrong}\n--- all it printed:\n${output}`;
  if (unasked.length > 0) return `never asked: ${unasked[0].prompt}`;
  if (code !== step.code) return `exit ${code}, expected ${step.code}\n${output}`;
  return null;
}

// A line as the terminal leaves it: what was overwritten after a carriage return is gone.
function asShown(line) {
  return line.split('\r').at(-1).replaceAll('\x1b[K', '');
}

// "…" alone stands for any number of lines.
function compare(expected, printed, bindings) {
  const lines = printed.length === 1 && printed[0] === '' ? [] : printed;
  let at = 0;
  for (let i = 0; i < expected.length; ++i) {
    if (expected[i] === '…') {
      if (i + 1 === expected.length) return null;
      while (at < lines.length && !bindings.matches(expected[i + 1], lines[at])) ++at;
      if (at === lines.length) return `not printed: ${bindings.fill(expected[i + 1])}`;
      continue;
    }
    if (at === lines.length) return `not printed: ${bindings.fill(expected[i])}`;
    if (!bindings.matches(expected[i], lines[at])) {
      return `expected: ${bindings.fill(expected[i])}\nprinted:  ${lines[at]}`;
    }
    ++at;
  }
  return at === lines.length ? null : `printed besides: ${lines[at]}`;
}

let passed = 0;
let failed = 0;
try {
  await organisation.startServer();
  if (proxied) await organisation.startProxy();
  organisation.found();
  for (const file of files) {
    const bindings = new Bindings();
    for (const step of parseTranscript(readFileSync(join(source, file), 'utf8'), basename(file))) {
      const wrong = await runStep(step, bindings).catch((error) => error.message);
      if (!wrong) {
        ++passed;
        continue;
      }
      ++failed;
      console.log(`FAILED ${step.where}: ${step.person ?? ''}$ ${step.command}\n${wrong}\n`);
    }
  }
} finally {
  await organisation.end();
}
console.log(`${passed} steps as written, ${failed} that differ`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
