// The kinds of statements: docs/spec/statement.md, "Kinds".

export const directorySubject = 1;
export const caseSubject = 2;
export const documentSubject = 3;
export const logSubject = 4;

const rows = [
  ["policy", 1, directorySubject],
  ["certify", 2, directorySubject],
  ["endorse", 3, directorySubject],
  ["revoke", 4, directorySubject],
  ["invite", 5, directorySubject],
  ["directory_epoch", 6, directorySubject],
  ["describe", 7, directorySubject],
  ["recovery_tested", 8, directorySubject],
  ["tick", 9, logSubject],
  ["log_epoch", 10, logSubject],
  ["open_case", 32, caseSubject],
  ["share_case", 33, caseSubject, "remark"],
  ["note_case", 34, caseSubject, "remark"],
  ["submit", 64, documentSubject],
  ["assign", 65, documentSubject],
  ["unassign", 66, documentSubject],
  ["accept", 67, documentSubject],
  ["decline", 68, documentSubject],
  ["give_back", 69, documentSubject],
  ["hand_in", 70, documentSubject],
  ["return", 71, documentSubject],
  ["approve", 72, documentSubject],
  ["deliver", 73, documentSubject],
  ["receive", 74, documentSubject, "remark"],
  ["reopen", 75, documentSubject],
  ["withdraw", 76, documentSubject],
  ["share", 77, documentSubject, "remark"],
  ["note", 78, documentSubject, "remark"],
];

/**
 * By number: its name, the subject it is of, the class of its leaf, and whether it is a turn.
 * @type {Map<number, {name: string, subjectType: number, leafClass: number, isTurn: boolean}>}
 */
export const kinds = new Map(
  rows.map(([name, number, subjectType, remark]) => [
    number,
    {
      name,
      subjectType,
      leafClass: subjectType === directorySubject || subjectType === logSubject ? 1 : 0,
      isTurn: remark === undefined,
    },
  ]),
);
