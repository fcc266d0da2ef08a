// Both ways between us and npm age-encryption, an independent implementation of age.
//   node tests/interop/age_encryption.mjs AGE_INTEROP
// AGE_INTEROP is the program of age_interop.cc.
// Exit status 77: the package is not installed (`npm install --no-package-lock` in tests/).
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

let age;
try {
  age = await import("age-encryption");
} catch (error) {
  console.error(`skipped: npm package age-encryption is not installed (${error.code})`);
  process.exit(77);
}

const program = process.argv[2];
if (!program) {
  console.error("usage: node age_encryption.mjs AGE_INTEROP");
  process.exit(2);
}

const sizes = [0, 1, 65535, 65536, 65537, 131072, 1000000];
const folder = mkdtempSync(join(tmpdir(), "amparo-npm-"));
const read = (name) => new Uint8Array(readFileSync(join(folder, name)));
const text = (name) => readFileSync(join(folder, name), "utf8");

try {
  execFileSync(program, ["write", folder], { stdio: "inherit" });

  // What we sealed opens there.
  let opened = 0;
  for (const name of readdirSync(folder).filter((n) => /^from-amparo-.*\.age$/.test(n))) {
    const decrypter = new age.Decrypter();
    decrypter.addIdentity(text("identity.txt"));
    const plaintext = await decrypter.decrypt(read(name));
    assert.deepEqual(plaintext, read(name.replace(".age", ".txt")), name);
    opened += 1;
  }
  assert.equal(opened, sizes.length);
  assert.equal(await age.identityToRecipient(text("identity.txt")), text("recipient.txt"));

  const unlocker = new age.Decrypter();
  unlocker.addPassphrase(text("passphrase.txt"));
  assert.equal(await unlocker.decrypt(read("keys.age"), "text"), text("keys.txt"));

  // A changed bit does not.
  const changed = read("from-amparo-65537.age");
  changed[changed.length - 1] ^= 1;
  const refuser = new age.Decrypter();
  refuser.addIdentity(text("identity.txt"));
  await assert.rejects(refuser.decrypt(changed));

  // What is sealed there opens here.
  for (const size of sizes) {
    const plaintext = new Uint8Array(randomBytes(size));
    const encrypter = new age.Encrypter();
    encrypter.addRecipient(text("recipient.txt"));
    writeFileSync(join(folder, `from-npm-${size}.txt`), plaintext);
    writeFileSync(join(folder, `from-npm-${size}.age`), await encrypter.encrypt(plaintext));
  }
  const locker = new age.Encrypter();
  locker.setPassphrase(text("passphrase.txt"));
  locker.setScryptWorkFactor(12);
  writeFileSync(join(folder, "from-npm-passphrase.txt"), "locked\n");
  writeFileSync(join(folder, "from-npm-passphrase.age"), await locker.encrypt("locked\n"));
  execFileSync(program, ["check", folder], { stdio: "inherit" });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
