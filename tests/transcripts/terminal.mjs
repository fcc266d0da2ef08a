// A person at a terminal: runs a command line under a pseudo-terminal and types answers when
// their questions appear. `script` (util-linux) is the terminal.

import { spawn } from 'node:child_process';

const kDeadlineMs = 90_000;

// Runs `command` with bash. `answers` are {prompt, text}: `text` is typed once the output,
// after what was matched before, contains `prompt`. Resolves to {code, output}; an answer whose
// prompt never came stays in `unasked`.
export function runAtTerminal(command, { cwd, env, answers = [] }) {
  return new Promise((resolve, reject) => {
    const line = `stty -echo cols 400 2>/dev/null; stty echo; ${command}`;
    const child = spawn('script', ['-qefc', `bash -c ${quote(line)}`, '/dev/null'], {
      cwd,
      env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let output = '';
    let seen = 0;
    const waiting = [...answers];
    const typeNext = () => {
      while (waiting.length > 0) {
        const at = output.indexOf(waiting[0].prompt, seen);
        if (at < 0) return;
        seen = at + waiting[0].prompt.length;
        child.stdin.write(`${waiting.shift().text}\n`);
      }
    };
    const deadline = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`no end after ${kDeadlineMs / 1000} s: ${command}\n${output}`));
    }, kDeadlineMs);
    child.stdout.on('data', (data) => {
      output += data.toString('utf8').replaceAll('\r\n', '\n');
      typeNext();
    });
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(deadline);
      resolve({ code, output, unasked: waiting });
    });
    typeNext();
  });
}

export function quote(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
