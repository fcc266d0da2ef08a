// Who cosigned a checkpoint: docs/spec/receipt.md, step 7, and log.md, "Cosignature".

import { toHex } from "./bytes.mjs";
import { cosignerId, cosignerName, logSigner, timeOfCosignature } from "./note.mjs";
import { orInvalid } from "./verdict.mjs";

// Everybody whose lines must be right, by name and key id.
function cosigners(directory, witnesses) {
  const known = new Map();
  for (const [id, { certificate }] of directory.certificates) {
    const name = cosignerName(id);
    const key = certificate.signing;
    const counts = directory.valid(id) !== null;
    known.set(`${name} ${cosignerId(name, key)}`, { key, member: certificate.member, counts });
  }
  for (const { name, id, key } of witnesses) {
    known.set(`${name} ${id}`, { key, member: null, counts: true });
  }
  return known;
}

/**
 * Judges every line of the note that is not the log's own.
 * @returns {{cosigned: {name, member, time}[], unknown_signers: string[]}}
 */
export function judgeCosignatures(note, directory, org, witnesses) {
  const known = cosigners(directory, witnesses);
  const own = logSigner(org, directory.policy.logKey);
  const newest = new Map();
  const unknown = new Set();
  note.lines.forEach((line, index) => {
    if (line.name === own.name && line.id === own.id) return;
    const signer = known.get(`${line.name} ${line.id}`);
    if (signer === undefined) {
      unknown.add(line.name);
      return;
    }
    const time = timeOfCosignature(note, line, signer.key);
    orInvalid(time !== null, "COSIGNATURE_WRONG");
    if (!signer.counts) {
      unknown.add(line.name);
      return;
    }
    const key = toHex(signer.key);
    const before = newest.get(key);
    if (before !== undefined && before.time >= time) return;
    newest.set(key, { name: line.name, member: signer.member, time, index });
  });
  const cosigned = [...newest.values()]
    .sort((a, b) => a.index - b.index)
    .map(({ name, member, time }) => ({ name, member, time }));
  return { cosigned, unknown_signers: [...unknown] };
}
