// Runs test files of this folder under node's own runner.
//   node tests/verifier/run.mjs TEST...
// Exit status 77: the packages are not installed (`npm ci` in tools/verify).
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

try {
  await import("../../tools/verify/src/judge.mjs");
} catch (error) {
  if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
  console.error("skipped: the npm packages of tools/verify are not installed");
  process.exit(77);
}

const tests = process.argv.slice(2).map((name) => join(here, name));
const { status } = spawnSync(process.execPath, ["--test", ...tests], { stdio: "inherit" });
process.exit(status ?? 1);
