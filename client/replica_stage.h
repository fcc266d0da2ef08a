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
#include "crypto/digest.h"

namespace amparo::client {

// What is said, whoever signed it: of a statement of the roots any set of them that reaches the
// threshold is enough, and each set makes another statement hash.
inline Hash HashOfSaid(const Statement& statement) { return Sha256(EncodeStatement(statement)); }

// A tick or a log epoch.
inline bool IsOfTheLog(const SignedStatement& statement) {
  return statement.statement.subject_type == static_cast<std::uint8_t>(SubjectType::kLog);
}

class ReplicaStage {
 public:
  // Where the rest of an answer comes from: the server, or a record.
  struct Sources {
    std::function<absl::StatusOr<RecordedChain>(SubjectType, const SubjectId&, std::uint32_t)>
        chain;
    // Light: that statements stand at these positions (ascending), under the head.
    std::function<absl::StatusOr<std::vector<RecordedProof>>(const std::vector<Position>&)> proofs;
  };

  explicit ReplicaStage(Replica& replica);
  ~ReplicaStage();  // Takes back whatever was not committed.
  ReplicaStage(const ReplicaStage&) = delete;

  // All checks of docs/spec/client-checks.md but those of the checkpoint's signature and, light,
  // that `head` continues what is known. `answer`: its entries or statements count. `now`: this
  // computer's time, if ticks are to be held against it.
  absl::Status Take(const ReplicaRecord& answer, const audit::Checkpoint& head,
                    const Sources& sources, std::optional<UnixSeconds> now);
  void Commit(std::string note);
  // Take failed because the server hides what is ours to see.
  bool found_hidden() const { return found_hidden_; }
  // Take failed because the head does not continue what is known.
  bool found_fork() const { return found_fork_; }
  // What Take's alarm can be shown by, for replica_evidence.cc.
  struct Accusation {
    Position position;
    SubjectType type = SubjectType::kDirectory;
    SubjectId subject;
    // Refused by the rules: it, after what is known of its document. Empty: withheld, and of a
    // subject it comes after `previous`.
    std::vector<PositionedStatement> refused;
    Hash previous;
  };
  const std::optional<Accusation>& accusation() const { return accusation_; }
  // As signed, those of this answer too.
  std::vector<Bytes> policies() const;
  // Likewise: what the directory is made of, and where the newest log epoch stands. The
  // statements live as long as nothing is taken over.
  std::map<Position, const SignedStatement*> everybodys() const;
  std::optional<Position> newest_epoch() const;

 private:
  // A statement at its place, decoded.
  struct Placed {
    Position position;
    SignedStatement statement;
    Body body;
  };
  using SubjectKey = std::pair<SubjectType, SubjectId>;

  absl::Status AppendLeaves(const std::vector<SyncEntry>& entries, const audit::Checkpoint& head);
  absl::Status ReadEntries(const std::vector<SyncEntry>& entries);
  absl::Status ReadStatement(Position position, ByteView bytes);
  // Decodes, and holds the statement against its leaf and the log.
  absl::StatusOr<Placed> Place(Position position, ByteView bytes);
  absl::Status CheckLeaf(const Placed& placed);
  absl::Status CheckWhatItsAuthorSaw(const Placed& placed) const;
  absl::Status CheckSequence(const Placed& placed);
  absl::Status ApplyToDirectory(const Placed& placed);
  absl::Status CheckClock(const Placed& placed) const;

  void AccuseOfRefused(const Placed& placed, const std::vector<HistoryEntry>& before);
  void AccuseOfWithheld(Position position, const SubjectKey& key, const Hash& previous);

  // replica_stage_light.cc: what a light replica does instead of appending leaves.
  absl::Status PlaceHead(const audit::Checkpoint& head);
  absl::Status ReadStatements(const std::vector<PositionedStatement>& statements);
  absl::Status CheckTimeIsTold(const audit::Checkpoint& head) const;
  absl::Status InsertTicks(const RecordedChain& chain);
  absl::Status RebuildDirectory();
  std::vector<Position> PositionsToProve() const;
  absl::Status CheckPlaces(const audit::Checkpoint& head, const Sources& sources);

  absl::Status ReplaySubjects(SubjectType type, const Sources& sources);
  template <class History>
  absl::Status ReplaySubject(const SubjectKey& key, History& history, const Sources& sources);
  // Whether these go on from what is known, nothing between: a light replica sees no gaps.
  template <class History>
  bool Continues(const History& history, const std::vector<Placed>& delivered) const;
  // What comes of NOT_FOUND. `delivered`: of this subject, since it was last seen.
  template <class History>
  absl::Status LoseSight(const SubjectKey& key, History& history, std::vector<Placed> delivered);
  absl::StatusOr<std::vector<Placed>> PlaceChain(const RecordedChain& chain,
                                                 std::optional<Position> after);
  template <class History>
  absl::Status Replay(History& history, Placed placed);
  // Every leaf that carries the tag of this chain's next statements must be in the chain.
  template <class History>
  absl::Status CheckNothingWithheld(const SubjectKey& key, const History& history);
  void WatchAfter(const SubjectKey& key, const Hash& statement);
  template <class History>
  History& Touch(const SubjectId& id);
  // A case's documents by the position of their first statement.
  using DocumentsByCase = std::map<SubjectId, std::map<Position, SubjectId>>;
  absl::Status JoinCases();
  absl::Status CheckSubmitsToCases(const DocumentsByCase& joined);
  // Those at or after `since`. `documents`: all of the case that are known.
  absl::Status CheckSubmitsToCase(const SubjectId& case_id, Position since,
                                  const std::map<Position, SubjectId>& documents);
  absl::Status CheckIntroduced();
  DocumentsByCase JoinedByCase() const;
  // All that are known.
  std::map<Position, SubjectId> DocumentsOf(const SubjectId& case_id,
                                            const DocumentsByCase& joined) const;
  const DocumentHistory* FindDocument(const SubjectId& id) const;
  const CaseHistory* FindCase(const SubjectId& id) const;

  Replica& replica_;
  const TreeSize before_;
  bool committed_ = false;
  bool found_hidden_ = false;
  bool found_fork_ = false;
  std::optional<Accusation> accusation_;
  std::optional<UnixSeconds> now_;  // This computer's time; nothing: restored from a record.
  directory::Directory directory_;
  std::map<SubjectId, CaseHistory> cases_;  // Touched ones; likewise documents.
  std::map<SubjectId, DocumentHistory> documents_;
  std::vector<LogTag> watched_;                       // Added to the replica's.
  std::vector<std::pair<Hash, Position>> sequences_;  // Likewise.
  std::map<Position, SignedStatement> everybodys_;    // Likewise.
  std::vector<Bytes> policies_;                       // Likewise.
  std::vector<std::pair<Position, Hash>> epochs_;     // Likewise; the hash: HashOfSaid.
  // Light: what was placed at the server's word, until CheckPlaces.
  std::set<Position> placed_;
  std::set<Position> proven_;
  std::map<SubjectKey, std::vector<Placed>> delivered_;
  // Where the first statement stands that is in the log and was not delivered.
  std::map<SubjectKey, Position> gaps_;
  std::set<SubjectId> joined_;  // Documents whose first statement is new.
};

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_REPLICA_STAGE_H_
