// What several acts on a document ask: docs/spec/workflow.md.

import { objectClasses } from "./bodies.mjs";
import { insist, roles } from "./directory.mjs";
import { isCoordinatorOf } from "./document.mjs";
import { insistOnObjects } from "./grants.mjs";

const longestLease = 90n * 24n * 3600n;

export const has = (certificate, role) => (certificate.roles & role) !== 0;

export function insistOnState({ state }, states) {
  insist(states.includes(state), "STATE_FORBIDS");
}

export function insistOnCoordinator({ document, author }) {
  insist(has(author, roles.coordinator), "ROLE_REQUIRED");
  insist(isCoordinatorOf(author, document.caseFacts.desk), "DESK_REQUIRED");
}

export function insistOnLease({ leaseEnd, now }) {
  insist(leaseEnd > now && leaseEnd <= now + longestLease, "LEASE_INVALID");
}

/** No object but notes, and `most` of those. */
export function noteAtMost({ statement }, most) {
  const extra = objectClasses.note;
  insistOnObjects(statement, { bringsText: false, extra, most });
}
