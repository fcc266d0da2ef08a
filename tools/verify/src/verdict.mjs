// A verdict in the making, and the steps that receipts and evidence share. docs/spec/receipt.md.

import { Malformed, demand } from "./bytes.mjs";
import { readCheckpoint } from "./note.mjs";
import { decodeStatement } from "./statement.mjs";

/** Ends the judging: a verdict, its reason and position. */
export class Judged extends Error {
  constructor(verdict, reason = null, position = null) {
    super(`${verdict} ${reason ?? ""}`);
    Object.assign(this, { verdict, reason, position });
  }
}

/** Throws INVALID with this reason unless `condition` holds. */
export function orInvalid(condition, reason, position = null) {
  if (!condition) throw new Judged("INVALID", reason, position);
}

/** What `read` returns; when it throws Malformed, INVALID with this reason. */
export function readOr(reason, read) {
  try {
    return read();
  } catch (error) {
    if (error instanceof Malformed) throw new Judged("INVALID", reason);
    throw error;
  }
}

/** Decodes a statement that must be of a kind that `isMeant`. */
export function decodeMeant(bytes, isMeant) {
  const statement = decodeStatement(bytes);
  demand(isMeant(statement), `kind: ${statement.name} has no place in this list`);
  return statement;
}

/** The checkpoint of this log in `bytes`, or CHECKPOINT_INVALID. */
export const checkpointOr = (bytes, org, logKey) =>
  readOr("CHECKPOINT_INVALID", () => readCheckpoint(bytes, org, logKey));
