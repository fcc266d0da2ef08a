// What a person reads, and the document of --json. docs/spec/receipt.md, "What a verifier prints".

/** JSON, with every BigInt as the exact integer that it is. */
export function toJson(value, indent = "") {
  if (typeof value === "bigint") return value.toString();
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const items = Array.isArray(value)
    ? value.map((item) => toJson(item, inner))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${toJson(item, inner)}`);
  if (items.length === 0) return open + close;
  return `${open}\n${items.map((item) => inner + item).join(",\n")}\n${indent}${close}`;
}

/** Text that somebody else wrote, with nothing in it that a terminal obeys or that misleads. */
export function escaped(text) {
  return text.replace(/[\p{C}\p{Z}\\]/gu, (character) =>
    character === " " ? character : `\\u{${character.codePointAt(0).toString(16)}}`,
  );
}

const lastYear = 253402300799n; // the last second of 9999

function atTime(seconds) {
  if (seconds > lastYear) return `second ${seconds}`;
  return new Date(Number(seconds) * 1000).toISOString().replace("T", " ").slice(0, 16);
}

const short = (hex) => hex.slice(0, 8);

const words = {
  DocumentSubmitted: "submitted the document",
  SourceReplaced: "replaced it by a better copy",
  TranslationAssigned: "assigned it",
  ReviewerChanged: "assigned it anew",
  AssignmentEnded: "ended the assignment",
  AssignmentAccepted: "accepted to translate it",
  TranslationHandedIn: "handed in a translation with its certificate",
  CorrectionHandedIn: "handed in a correction",
  TranslationReturned: "returned the translation",
  TranslationApproved: "approved the translation",
  DocumentDelivered: "delivered it",
  DocumentReceived: "received it",
  DocumentReopened: "reopened it",
  DocumentWithdrawn: "withdrew it",
  DocumentShared: "shared it",
  QuestionAsked: "asked a question",
  QuestionAnswered: "answered a question",
  Noted: "left a note",
};

const reasons = {
  MALFORMED: "it is damaged, or was never whole",
  WRONG_ORG: "its parts are of different organisations",
  CHECKPOINT_INVALID: "the log did not sign the checkpoint in it",
  NOT_INCLUDED: "a statement in it does not stand in the log",
  DIRECTORY_REFUSED: "a statement about who is who breaks the rules",
  TICK_REFUSED: "a statement about the time breaks the rules",
  HISTORY_REFUSED: "a statement about the document breaks the rules",
  HISTORY_MISSING: "it tells no history, or not what time it was",
  COSIGNATURE_WRONG: "a signature of a member or partner on it is wrong",
  OPENING_MISMATCH: "a key in it is not the key that an author committed to",
};

const verdicts = {
  UPDATE_REQUIRED: "This file needs a newer verifier. That is no reason for alarm.",
  NOT_EVIDENCE: "The file is in order, and shows nothing against the log.",
  PROVEN_EQUIVOCATION: "PROVEN: the log signed two histories of one size.",
  PROVEN_FORK: "PROVEN: the log signed a history that does not continue the one it signed before.",
  PROVEN_INVALID_HISTORY: "PROVEN: the log took a statement that the rules refuse.",
  REPORTED_ROLLBACK: "REPORTED: the log served an older state after a newer one.",
  REPORTED_WITHHOLDING: "REPORTED: the log holds a statement that it did not give out.",
};

const reported = "What was served, or not, and when, is the reporter's word; the rest is proven.";

function headline({ kind, verdict, reason, position }) {
  if (verdict === "VALID") return ["VALID. Everything below is proven by the file itself."];
  const at = position === null ? "" : ` (position ${position})`;
  if (verdict === "INVALID") {
    const what = kind === "unknown" ? "file" : kind;
    return [`INVALID: nothing is proven by this ${what}: ${reasons[reason]}${at}. ${reason}`];
  }
  const lines = [`${verdicts[verdict]}${at} ${verdict}`];
  if (verdict.startsWith("REPORTED")) lines.push(reported);
  return lines;
}

function cosignedLines({ cosigned, unknown_signers: unknown }) {
  const lines = cosigned.map(({ name, member, time }) => {
    const who = member === null ? escaped(name) : `member ${short(member)}`;
    return `cosigned      ${who}, ${atTime(time)} by their clock`;
  });
  if (lines.length === 0) lines.push("cosigned      by nobody: the log alone vouches for it");
  for (const name of unknown) {
    lines.push(`signed too    ${escaped(name)}, who is not known here and counts for nothing`);
  }
  return lines;
}

function historyLines({ history, directory_whole_to: whole }) {
  const lines = ["", "position  time (UTC, the log's)  member    what"];
  for (const step of history) {
    const what = step.events.map((event) => words[event]).join(", and so ");
    const position = String(step.position).padStart(8);
    lines.push(`${position}  ${atTime(step.time).padEnd(21)}  ${short(step.by)}  ${what}`);
  }
  lines.push(
    "",
    "Note: whoever made this file can leave out what came after the last step shown.",
  );
  if (history.some(({ position }) => position > whole)) {
    lines.push(
      "",
      `Note: who is who is shown whole up to position ${whole}. What stands after it could be by`,
      "somebody who was revoked in between.",
    );
  }
  return lines;
}

function fileLines(files, paths) {
  return files.map(({ sha256, object }, index) => {
    const path = escaped(paths[index]);
    const found =
      object === null
        ? "IS NOT in this receipt, or the receipt was made without files"
        : `is what was sealed as object ${short(object)}`;
    return `file          ${path} ${found}; SHA-256 ${sha256}`;
  });
}

/**
 * The result in words.
 * @param {object} result of judge()
 * @param {string[]} paths of the files that were compared
 */
export function toWords(result, paths) {
  const lines = headline(result);
  if (result.document !== null) lines.push(`document      ${result.document}`);
  if (result.org !== null) lines.push(`organisation  ${result.org}`);
  if (result.verdict === "VALID") {
    const { size, root } = result.checkpoint;
    lines.push(`log           ${size} entries, root ${root}`, `state         ${result.state}`);
    lines.push(...cosignedLines(result), ...fileLines(result.files, paths));
    lines.push(...historyLines(result));
  }
  return `${lines.join("\n")}\n`;
}
