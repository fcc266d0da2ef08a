// ReplicaStage: one answer of the server, checked and replayed on top of a Replica. Dropped
// without Commit(), it leaves the replica as it was.
//
// Only client/replica*.cc include this header. Thread safety: one thread at a time.

#ifndef AMPARO_CLIENT_REPLICA_STAGE_H_
#define AMPARO_CLIENT_REPLICA_STAGE_H_

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/replica.h"
#include "client/replica_record.h"

namespace amparo::client {

class ReplicaStage {
 public:
  // Where chains come from: the server, or a record.
  using ChainSource =
      std::function<absl::StatusOr<RecordedChain>(SubjectType, const SubjectId&, std::uint32_t)>;

  explicit ReplicaStage(Replica& replica);
  ~ReplicaStage();  // Takes back whatever was not committed.
  ReplicaStage(const ReplicaStage&) = delete;

  // All checks of docs/spec/client-checks.md but those of the checkpoint's signature.
  // `now`: this computer's time, if ticks are to be held against it.
  absl::Status Take(const std::vector<SyncEntry>& entries, const audit::Checkpoint& head,
                    const ChainSource& chains, std::optional<UnixSeconds> now);
  void Commit(std::string note);
  // Take failed because the server hides what is ours to see.
  bool found_hidden() const { return found_hidden_; }

 private:
  // A statement at its place, decoded.
  struct Placed {
    Position position;
    SignedStatement statement;
    Body body;
  };
  using SubjectKey = std::pair<SubjectType, SubjectId>;

  absl::Status AppendLeaves(const std::vector<SyncEntry>& entries, const audit::Checkpoint& head);
  absl::Status ReadStatements(const std::vector<SyncEntry>& entries,
                              std::optional<UnixSeconds> now);
  // Decodes, and holds the statement against its leaf and the log.
  absl::StatusOr<Placed> Place(Position position, ByteView bytes);
  absl::Status CheckSequence(const Placed& placed);
  absl::Status ApplyToDirectory(const Placed& placed, std::optional<UnixSeconds> now);

  absl::Status ReplaySubjects(SubjectType type, const ChainSource& chains);
  template <class History>
  absl::Status ReplaySubject(const SubjectKey& key, History& history, const ChainSource& chains);
  // What comes of NOT_FOUND. `delivered`: of this subject, since it was last seen.
  template <class History>
  absl::Status LoseSight(const SubjectKey& key, History& history, std::vector<Placed> delivered);
  absl::StatusOr<std::vector<Placed>> PlaceChain(const RecordedChain& chain,
                                                 std::optional<Position> after);
  template <class History>
  absl::Status Replay(History& history, Placed placed);
  // Every leaf that carries the tag of this chain's next statements must be in the chain.
  template <class History>
  absl::Status CheckNothingWithheld(const History& history) const;
  void WatchAfter(const SubjectKey& key, const Hash& statement);
  template <class History>
  History& Touch(const SubjectId& id);
  absl::Status JoinCases();
  absl::Status CheckSubmitsToCases();
  absl::Status CheckSubmitToCase(const DocumentHistory& document);
  absl::Status CheckIntroduced() const;
  // The case's documents that are known, by the position of their first statement.
  std::map<Position, SubjectId> DocumentsOf(const SubjectId& case_id) const;
  // The case as it stood before `position`.
  workflow::Case CaseBefore(const CaseHistory& history, Position position) const;
  const DocumentHistory* FindDocument(const SubjectId& id) const;
  const CaseHistory* FindCase(const SubjectId& id) const;

  Replica& replica_;
  const TreeSize before_;
  bool committed_ = false;
  bool found_hidden_ = false;
  std::optional<UnixSeconds> now_;  // This computer's time; nothing: restored from a record.
  directory::Directory directory_;
  std::map<SubjectId, CaseHistory> cases_;  // Touched ones; likewise documents.
  std::map<SubjectId, DocumentHistory> documents_;
  std::vector<LogTag> watched_;                       // Added to the replica's.
  std::vector<std::pair<Hash, Position>> sequences_;  // Likewise.
  std::map<SubjectKey, std::vector<Placed>> delivered_;
  // Where the first statement stands that is in the log and was not delivered.
  std::map<SubjectKey, Position> gaps_;
  std::set<SubjectId> joined_;  // Documents whose first statement is new.
};

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_REPLICA_STAGE_H_
