// ReplicaFetch: what a replica asks of the server in one synchronisation, page by page, with a
// limit to what it takes. It believes nothing and checks only what nobody could check later.
// Spec: docs/spec/client-checks.md.
//
// Only client/replica*.cc include this header. Thread safety: one thread at a time.

#ifndef AMPARO_CLIENT_REPLICA_FETCH_H_
#define AMPARO_CLIENT_REPLICA_FETCH_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/connection.h"
#include "client/replica_record.h"
#include "client/sync_pace.h"

namespace amparo::client {

class ReplicaFetch {
 public:
  explicit ReplicaFetch(Connection& connection) : connection_(connection) {}

  Connection& connection() { return connection_; }

  // One answer of entries from `from` on, as many as the link carries in about two seconds.
  absl::StatusOr<SyncReply> Page(Position from);
  // Appends the entries from `from` to `size` to `entries`. `first`: the answer that is there
  // already. DATA_LOSS: the server withholds some.
  absl::Status Entries(SyncReply first, Position from, TreeSize size,
                       std::vector<SyncEntry>& entries);
  // All pages of a subject's chain, as far as they stand below `size`: what the log grew by
  // since is for the next time, and nobody would check it.
  absl::StatusOr<RecordedChain> Chain(SubjectType type, const SubjectId& subject,
                                      std::uint32_t from, TreeSize size);
  // The newest tick before each statement of the chain that `known` does not know.
  absl::Status TicksBefore(RecordedChain& chain, const std::function<bool(Position)>& known);
  // What Light gives of the directory, of time, and of what is visible, in the log's order.
  absl::StatusOr<std::vector<PositionedStatement>> Statements(Position from, TreeSize size);
  absl::StatusOr<std::vector<PositionedStatement>> Directory(Position from, TreeSize size);
  absl::StatusOr<std::vector<RecordedProof>> Proofs(TreeSize size,
                                                    const std::vector<Position>& positions);

 private:
  static constexpr std::uint64_t kBytesPerCall = 4'096;

  absl::Status Pages(LightWhich which, Position from, TreeSize size,
                     std::vector<PositionedStatement>& out);
  absl::Status Allow(ByteView statement);
  // Before each question: a server that gives little, but for ever, comes to an end.
  absl::Status AllowCall() { return Charge(kBytesPerCall); }
  absl::Status Charge(std::uint64_t bytes);

  Connection& connection_;
  SyncPace pace_;
  std::uint64_t used_ = 0;
};

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_REPLICA_FETCH_H_
