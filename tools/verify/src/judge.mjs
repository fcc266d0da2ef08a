// From the bytes of a file to the verdict that --json prints: docs/spec/receipt.md.

import { Malformed, UpdateRequired } from "./bytes.mjs";
import { zeros16, zeros32 } from "./directory.mjs";
import { matchFile } from "./files.mjs";
import { judgeEvidence } from "./judge_evidence.mjs";
import { judgeReceipt } from "./judge_receipt.mjs";
import { decodeEvidence, decodeReceipt, readHeader, readText } from "./receipt.mjs";
import { Judged } from "./verdict.mjs";

const unlessZeros = (hex) => ([undefined, zeros16, zeros32].includes(hex) ? null : hex);

const nothing = (kind) => ({
  kind,
  verdict: null,
  reason: null,
  position: null,
  org: null,
  document: null,
  checkpoint: null,
  state: null,
  directory_whole_to: null,
  cosigned: [],
  unknown_signers: [],
  history: [],
  files: [],
});

function judgeInto(result, bytes, header, { files, witnesses }) {
  const content = readText(bytes, header);
  const isReceipt = header.kind === "receipt";
  const decoded = isReceipt ? decodeReceipt(content) : decodeEvidence(content);
  result.org = unlessZeros(decoded.org);
  result.document = unlessZeros(isReceipt ? decoded.document : decoded.receipt?.document);
  if (!isReceipt) throw judgeEvidence(decoded);
  const { openings, ...found } = judgeReceipt(decoded, witnesses);
  Object.assign(result, found, { files: files.map((file) => matchFile(file, openings)) });
  throw new Judged("VALID");
}

/**
 * Judges a file. Never throws for what stands in it.
 * @param {Uint8Array} bytes the file
 * @param {{files?: Uint8Array[], witnesses?: object[]}} beside plaintexts, and verifier keys
 *     (readWitness) of partners
 * @returns {object} the document of --json; positions, sizes and times are BigInt
 */
export function judge(bytes, { files = [], witnesses = [] } = {}) {
  const header = readHeader(bytes);
  const result = nothing(header.kind);
  try {
    judgeInto(result, bytes, header, { files, witnesses });
  } catch (error) {
    if (error instanceof UpdateRequired) {
      result.verdict = "UPDATE_REQUIRED";
    } else if (error instanceof Malformed) {
      Object.assign(result, { verdict: "INVALID", reason: "MALFORMED" });
    } else if (error instanceof Judged) {
      const { verdict, reason, position } = error;
      Object.assign(result, { verdict, reason, position });
    } else {
      throw error;
    }
  }
  return result;
}

/** The exit code that goes with a result. */
export function exitCode({ verdict, files }) {
  if (verdict === "UPDATE_REQUIRED") return 3;
  if (verdict === "INVALID" || verdict === "NOT_EVIDENCE") return 7;
  return files.every(({ object }) => object !== null) ? 0 : 7;
}
