// What is measured against whom, and what is wanted: the rows of the table, in its order.
//
// `better`: which way is good. A ratio of speeds is theirs over ours in seconds, or ours over
// theirs per second: above 1 we are faster. `peer` null: a limit, and the value itself is compared.
// `group`: which of run.mjs measures it.

export const kRows = [
  { id: 'seal', group: 'sealing', work: 'seal 1 GiB, whole command, durable',
    peer: 'age -r, then sync',
    better: 'more', floor: 1.25, goal: 2 },
  { id: 'seal-unsynced', group: 'sealing', work: 'the same, neither of them synced',
    peer: 'age -r',
    better: 'more', floor: 1.25, goal: 2 },
  { id: 'open', group: 'sealing', work: 'open 1 GiB, whole command, durable',
    peer: 'age -d, then sync',
    better: 'more', floor: 1.25, goal: 2 },
  { id: 'open-unsynced', group: 'sealing', work: 'the same, neither of them synced',
    peer: 'age -d',
    better: 'more', floor: 1.25, goal: 2 },
  { id: 'upload', group: 'transfers', work: 'upload 256 MiB: sealed, hashed at both ends, durable',
    peer: 'curl -T to nginx over TLS, then sync', better: 'more', floor: 0.5, goal: 0.6 },
  { id: 'upload-age', group: 'transfers', work: 'the same', peer: 'age | curl -T, then sync',
    better: 'more', floor: 0.9, goal: 1 },
  { id: 'download', group: 'transfers', work: 'download 256 MiB: opened, verified, durable',
    peer: 'curl GET over TLS, not synced', better: 'more', floor: 0.5, goal: 0.7 },
  { id: 'download-synced', group: 'transfers', work: 'the same',
    peer: 'curl GET over TLS, then sync',
    better: 'more', floor: 0.5, goal: 0.7 },
  { id: 'photos', group: 'transfers', work: '200 photos of 300 KiB, one command: its time',
    peer: 'one curl, 200 PUTs, not synced', better: 'less', floor: 2, goal: 1.3 },
  { id: 'photos-synced', group: 'transfers', work: 'the same',
    peer: 'one curl, 200 PUTs, then sync of each',
    better: 'less', floor: 2, goal: 1.3 },
  { id: 'turns-16', group: 'transitions', work: 'transitions per second, 16 clients',
    peer: 'PostgreSQL over TLS',
    better: 'more', floor: 0.8, goal: 1 },
  { id: 'turns-64', group: 'transitions', work: 'transitions per second, 64 clients',
    peer: 'PostgreSQL over TLS',
    better: 'more', floor: 1.2, goal: 1.5 },
  { id: 'turns-etcd', group: 'transitions', work: 'transitions per second, 16 clients',
    peer: 'etcd over TLS, Txn of two puts', better: 'more', floor: 1.2, goal: 1.5 },
  { id: 'scale', group: 'scale', work: 'cost of a transition with 10^6 documents',
    peer: 'with 10^3 documents',
    better: 'less', floor: 1.15, goal: 1.05 },
  { id: 'server-memory', group: 'memory', work: "server's memory, 64 uploads at once",
    peer: null, unit: 'MiB',
    better: 'less', floor: 256, goal: 128 },
  { id: 'client-memory', group: 'transfers', work: "client's memory, submitting 2 GiB",
    peer: null, unit: 'MiB',
    better: 'less', floor: 64, goal: 32 },
  { id: 'client-memory-open', group: 'transfers', work: "client's memory, opening 2 GiB",
    peer: null, unit: 'MiB',
    better: 'less', floor: 64, goal: 32 },
  { id: 'server-memory-large', group: 'transfers',
    work: "server's memory, 2 GiB up and down, after all transfers", peer: null, unit: 'MiB',
    better: 'less', floor: 256, goal: 128 },
  { id: 'log', group: 'log', work: "the log's share of an append, 16 clients",
    peer: null, unit: '%',
    better: 'less', floor: 10, goal: 10 },
  { id: 'first-contact', group: 'sync', work: 'first light synchronisation at 32 kbit/s, by its bytes',
    peer: null, unit: 's', better: 'less', floor: 120, goal: 120 },
];

export function rowOf(id) {
  return kRows.find((row) => row.id === id);
}

export function spreadOf(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 === 1 ? sorted[middle]
    : (sorted[middle - 1] + sorted[middle]) / 2;
  return { min: sorted[0], median, max: sorted.at(-1) };
}

// Of the same round each.
export function ratiosOf(over, under) {
  return over.map((value, i) => value / under[i]);
}

// "met", "floor" (only that), or "missed".
export function verdictOf(row, median) {
  const reaches = (bound) => (row.better === 'more' ? median >= bound : median <= bound);
  if (reaches(row.goal)) return 'met';
  return reaches(row.floor) ? 'floor' : 'missed';
}
