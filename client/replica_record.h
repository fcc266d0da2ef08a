// What one Sync received, as the home keeps it: enough to verify and replay it again.
// Spec: docs/spec/home.md, "Replica"; this file is its only reader and writer.
// Thread safety: values; pure functions.

#ifndef AMPARO_CLIENT_REPLICA_RECORD_H_
#define AMPARO_CLIENT_REPLICA_RECORD_H_

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
};
struct ReplicaRecord {
  std::string note;  // The checkpoint that the entries lead to.
  std::vector<SyncEntry> entries;
  std::vector<RecordedChain> chains;
};

Bytes EncodeReplicaRecord(const ReplicaRecord& record);
// DATA_LOSS: not what EncodeReplicaRecord writes.
absl::StatusOr<ReplicaRecord> DecodeReplicaRecord(ByteView bytes);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_REPLICA_RECORD_H_
