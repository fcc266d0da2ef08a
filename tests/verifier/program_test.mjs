// The program: arguments, exit codes, and that what others wrote cannot trick a terminal.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test, { after } from "node:test";
import { fileURLToPath } from "node:url";

import { escaped, toJson } from "../../tools/verify/src/print.mjs";
import { receiptCases } from "./receipt_cases.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const program = join(here, "..", "..", "tools", "verify", "amparo-verify.mjs");
const folder = mkdtempSync(join(tmpdir(), "amparo-verifier-"));
after(() => rmSync(folder, { recursive: true }));

const cases = receiptCases();
const caseOf = (name) => cases.find((one) => one.name === name);

function write(name, bytes) {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

function run(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

test("a receipt with its files, in words and as JSON", () => {
  const one = caseOf("with-files");
  const path = write("receipt.txt", one.text);
  const files = one.files.flatMap((bytes, at) => ["--file", write(`file-${at}`, bytes)]);
  const partners = one.partners.flatMap((partner) => ["--witness", partner]);
  const words = run(path, ...files, ...partners);
  assert.equal(words.status, one.exit, words.stderr);
  assert.match(words.stdout, /^VALID\./);
  assert.match(words.stdout, /witness\.example\.org/);
  const json = run("--json", path, ...files, ...partners);
  assert.equal(json.status, one.exit);
  assert.deepEqual(JSON.parse(json.stdout), one.expect);
});

test("exit codes tell valid, not valid, newer and unreadable apart", () => {
  assert.equal(run(write("good.txt", caseOf("good").text)).status, 0);
  assert.equal(run(write("cut.txt", caseOf("good").text.subarray(0, 9000))).status, 7);
  assert.equal(run(write("newer.txt", "amparo-receipt-v2\n")).status, 3);
  assert.equal(run(join(folder, "absent.txt")).status, 2);
  assert.equal(run().status, 2);
  assert.equal(run("--wrong", join(folder, "good.txt")).status, 2);
  assert.equal(run(join(folder, "good.txt"), "--witness", "nobody").status, 2);
  assert.equal(run(join(folder, "good.txt"), "--file", join(folder, "absent")).status, 2);
});

test("nothing that others wrote reaches a terminal unescaped", () => {
  const tricks = "a\u001b[31m\u202eb\u200b\\\n";
  assert.equal(escaped(tricks), "a\\u{1b}[31m\\u{202e}b\\u{200b}\\u{5c}\\u{a}");
  const absent = run(join(folder, "a\u001b[31m"));
  assert.ok(!absent.stderr.includes("\u001b"), absent.stderr);
});

test("numbers above 2^53 are printed as they are", () => {
  assert.equal(toJson({ n: 2n ** 64n - 1n }), '{\n  "n": 18446744073709551615\n}');
});
