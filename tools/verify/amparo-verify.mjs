#!/usr/bin/env node
// Judges a receipt or evidence of Amparo, with no network, no account and no Amparo program.
//   node amparo-verify.mjs FILE [--file PATH]... [--witness VKEY]... [--json]

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { Malformed } from "./src/bytes.mjs";
import { exitCode, judge } from "./src/judge.mjs";
import { readWitness } from "./src/note.mjs";
import { escaped, toJson, toWords } from "./src/print.mjs";

const usage = `usage: amparo-verify FILE [--file PATH]... [--witness VKEY]... [--json]

  FILE             a receipt or evidence, as Amparo wrote it
  --file PATH      is this file, byte for byte, one that the receipt names?
  --witness VKEY   the verifier key of a partner whose cosignature counts: name+id+key
  --json           the result for a program

Exit code 0: valid, and every file matches; or proven, or reported. 7: not valid, or shows nothing,
or a file does not match. 3: a newer verifier is needed. 2: a file or an argument cannot be read.
`;

function fail(message) {
  process.stderr.write(`error: ${message}\n`);
  process.exit(2);
}

function readArguments() {
  const options = {
    file: { type: "string", multiple: true, default: [] },
    witness: { type: "string", multiple: true, default: [] },
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  };
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (values.help) {
      process.stdout.write(usage);
      process.exit(0);
    }
    if (positionals.length !== 1) throw new Error("one FILE is expected");
    return { ...values, path: positionals[0] };
  } catch (error) {
    return fail(`${escaped(error.message)}\n${usage}`);
  }
}

function read(path) {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    return fail(`cannot read ${escaped(path)}: ${error.code}`);
  }
}

function witnessOf(text) {
  try {
    return readWitness(text);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return fail(error.message);
  }
}

const { path, file: paths, witness, json } = readArguments();
const result = judge(read(path), { files: paths.map(read), witnesses: witness.map(witnessOf) });
process.stdout.write(json ? `${toJson(result)}\n` : toWords(result, paths));
process.exitCode = exitCode(result);
