// What one Sync received, as the home keeps it: enough to verify and replay it again.
// Spec: docs/spec/home.md, "Replica"; this file is its only reader and writer.
// Thread safety: values; pure functions.

#ifndef AMPARO_CLIENT_REPLICA_RECORD_H_
#define AMPARO_CLIENT_REPLICA_RECORD_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/connection.h"
#include "statement/ids.h"
#include "statement/kinds.h"

namespace amparo::client {

// The answer to one request for a subject's chain.
struct RecordedChain {
  SubjectType type = SubjectType::kDocument;
  SubjectId subject;
  std::uint32_t from = 0;
  bool visible = true;  // False: NOT_FOUND.
  std::vector<PositionedStatement> statements;
  // Light: the newest tick before each statement that had not come otherwise. Ascending.
  std::vector<PositionedStatement> ticks;
};
// That a statement stands where the server says.
struct RecordedProof {
  Position position;
  std::vector<Hash> path;
};
struct ReplicaRecord {
  bool light = false;
  // From nothing: what was known before was of the other reach, or, with `epoch`, its end was
  // lost, and this statement says where the log goes on.
  bool anew = false;
  std::optional<PositionedStatement> epoch;
  std::string note;                // The checkpoint that the rest leads to.
  std::vector<SyncEntry> entries;  // Full: every leaf since the last record.
  // Light: the path from the head before, and the statements. Ascending.
  std::vector<Hash> consistency;
  std::vector<PositionedStatement> statements;
  std::vector<RecordedChain> chains;
  std::vector<RecordedProof> proofs;  // Light.
};

Bytes EncodeReplicaRecord(const ReplicaRecord& record);
// DATA_LOSS: not what EncodeReplicaRecord writes.
absl::StatusOr<ReplicaRecord> DecodeReplicaRecord(ByteView bytes);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_REPLICA_RECORD_H_
