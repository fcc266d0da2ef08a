// Replica: the client's verified copy of the log, replayed with the same pure rules as the
// server. It believes nothing: leaves are hashed into a root of its own, every statement is
// held against its leaf, the directory and every visible subject are replayed with the
// directory as it was at each position, and a history the rules do not allow stops the client.
// Spec: docs/spec/client-checks.md.
//
// Thread safety: one thread at a time.

#ifndef AMPARO_CLIENT_REPLICA_H_
#define AMPARO_CLIENT_REPLICA_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "audit/checkpoint.h"
#include "audit/log_entry.h"
#include "client/connection.h"
#include "client/log_index.h"
#include "custody/receipt.h"
#include "directory/directory.h"
#include "statement/bodies.h"
#include "statement/statement.h"
#include "workflow/workflow.h"

namespace amparo::client {

// One statement of a visible subject, as replayed.
struct HistoryEntry {
  Position position;
  SignedStatement statement;
  Body body;
  std::vector<std::string> events;  // EventName of each.
  UnixSeconds log_time;             // The newest tick before it.
};

struct DocumentHistory {
  workflow::Document document;
  std::vector<HistoryEntry> entries;
  bool visible = true;  // False once the server answers NOT_FOUND: no longer ours to see.
};
struct CaseHistory {
  workflow::Case subject;
  std::vector<HistoryEntry> entries;
  bool visible = true;
};

// How much of the log a replica holds. A full one has every leaf and computes the root itself;
// a light one has the head, the directory's chain, the newest time, what is its own to see, and
// proofs that these stand in the log. docs/spec/client-checks.md, "Full and light".
enum class Reach { kFull, kLight };

// The roots' word that the log goes on from `epoch` after its end was lost, as
// client/replica_epoch.cc judged it against what this home knows.
struct EpochOffer {
  LogEpoch epoch;
  PositionedStatement statement;
  // Light: whether the roots said it of what stands here, or long before, is not known. Ask.
  bool needs_confirmation = false;
};
// A statement of this home's own that stood in the log and does no longer.
struct LostStatement {
  Position position;  // Where it stood.
  Hash statement;
  Kind kind = Kind::kPolicy;
};
struct EpochRestart {
  LogEpoch epoch;
  std::vector<LostStatement> lost;
};

class ReplicaStage;
class ReplicaFetch;
struct ReplicaRecord;

class Replica {
 public:
  using Clock = std::function<UnixSeconds()>;  // A tick far ahead of it is refused.
  Replica(const OrgId& org, const VerifyKey& log_key);
  Replica(const OrgId& org, const VerifyKey& log_key, Clock clock);

  // What the home knows by itself; each may be missing. `certificate`: this device's, so that
  // NOT_FOUND for what is still its own to see is an alarm; zeros: not known yet.
  // `introduced`: a head that must be part of the log.
  struct Expected {
    Hash certificate;
    std::optional<audit::Checkpoint> introduced;
  };
  void Expect(const Expected& expected);

  // Brings the replica up to the server's checkpoint. A subject that becomes visible has its
  // chain fetched from its first statement. `reach`: nothing: as before, and kFull at first. Of
  // another reach than before: everything is fetched anew, and must continue what was known.
  // DATA_LOSS: the server contradicts itself, the log or the rules (an alarm: the message
  //     says what and at which position; nothing of the answer was taken over).
  // FAILED_PRECONDITION, reason UPDATE_REQUIRED: a newer kind or rules version. Reason
  //     LOG_EPOCH: the log lost its end, and the roots say where it goes on: epoch_offer().
  // RESOURCE_EXHAUSTED: the answer is larger than this computer should hold at once.
  // `record` is called with each batch to persist, before it takes effect.
  absl::Status Sync(Connection& connection, const std::function<absl::Status(ByteView)>& record,
                    std::optional<Reach> reach = std::nullopt);
  // What the last Sync's alarm can show to others; nothing: it was none, or shows nothing.
  const std::optional<custody::Evidence>& evidence() const { return evidence_; }
  // `theirs`, which the log signed as `note` for somebody else, is not our history: evidence()
  // shows it, as far as anything does. `reply`: the server's to a Checkpoint request for its size.
  void AccuseNote(const std::string& note, const audit::Checkpoint& theirs,
                  const absl::StatusOr<CheckpointReply>& reply);
  // What the directory is made of, and what tells the time: what everybody has.
  const std::map<Position, SignedStatement>& everybodys() const { return everybodys_; }
  // REQUIRES: a full replica, and a position below its head.
  const audit::Leaf& LeafAt(Position position) const { return log_.At(position); }
  // The newest log epoch. Nothing: the log never lost its end.
  std::optional<Position> NewestEpoch() const {
    return epochs_.empty() ? std::nullopt : std::optional(epochs_.back());
  }
  // The key that signs the log's heads now.
  VerifyKey LogKeyNow() const;
  // Every policy as it was signed, from the first on.
  const std::vector<Bytes>& policies() const { return policies_; }
  // After the last Sync: FAILED_PRECONDITION, reason LOG_EPOCH.
  const std::optional<EpochOffer>& epoch_offer() const { return epoch_offer_; }
  // Accepts the offer: everything is fetched anew, and must continue the epoch's head. What was
  // known before stays in the home's records. Errors as of Sync; on an error nothing changed.
  // REQUIRES: epoch_offer().
  absl::StatusOr<EpochRestart> RestartAtEpoch(Connection& connection,
                                              const std::function<absl::Status(ByteView)>& record);
  // Replays what `record` was given, with every check but that of the clock.
  absl::Status Restore(ByteView recorded);

  const directory::Directory& directory() const { return directory_; }
  directory::Moment now() const;  // The moment of the next entry.
  Reach reach() const { return log_.light() ? Reach::kLight : Reach::kFull; }
  // How long ago the log last told the time, by `clock`; 0 if it is ahead. Nothing: it never did.
  std::optional<std::uint64_t> SecondsSinceTick(UnixSeconds clock) const;
  audit::Checkpoint head() const;
  const std::string& checkpoint_note() const { return note_; }
  const std::map<SubjectId, CaseHistory>& cases() const { return cases_; }
  const std::map<SubjectId, DocumentHistory>& documents() const { return documents_; }
  // The newest own statement known to be logged, and the highest own sequence number seen.
  // Zeros, 0: none.
  Hash OwnNewest(const Hash& certificate) const;
  std::uint64_t OwnSequence(const Hash& certificate) const;
  // The root at an earlier size. Nothing: the log is shorter, or this replica is light and has
  // not verified a head of that size.
  std::optional<Hash> RootAt(TreeSize size) const;
  // Where a statement stands. Nothing: not in the log, as far as this replica holds it.
  std::optional<Position> Find(const Hash& statement) const { return log_.Find(statement); }

 private:
  friend class ReplicaStage;
  struct Watched {
    SubjectType type = SubjectType::kDocument;
    SubjectId subject;
  };

  // Of one statement: to find one's own, and what a sequence number was used for.
  struct Signed {
    std::uint64_t sequence = 0;
    Kind kind = Kind::kPolicy;
  };
  using Recorder = std::function<absl::Status(ByteView)>;

  // One answer of the server, as far as Sync has to know to ask again, or to hold it against it.
  struct Round {
    audit::Checkpoint target;
    std::string note;
    bool hidden = false;  // NOT_FOUND, for what is ours to see as far as the target says.
    bool forked = false;  // The target and what is remembered are not of one log.
    std::optional<PositionedStatement> told_epoch;  // Light: the newest, says the server.
  };
  // replica_reach.cc
  Replica Anew(Reach reach, const audit::Checkpoint& introduced) const;
  absl::Status SyncAnew(Connection& connection, const Recorder& record, Reach reach);
  absl::Status CarryOver(Replica& other) const;
  template <class History>
  absl::Status CarryOver(const SubjectId& id, SubjectType type, const History& history,
                         std::map<SubjectId, History>& to, Replica& other) const;
  void GiveWayTo(Replica&& other, const std::optional<audit::Checkpoint>& restarted_at);
  absl::Status SyncRounds(Connection& connection, const Recorder& record);
  absl::Status SyncOnce(Connection& connection, const Recorder& record, Round& round);
  absl::Status FetchEntries(ReplicaFetch& fetch, ReplicaRecord& received, Round& round) const;
  absl::Status FetchLight(ReplicaFetch& fetch, ReplicaRecord& received, Round& round) const;
  absl::Status TakeNote(const std::string& note, ReplicaRecord& received, Round& round) const;
  absl::Status CheckNotShorter(const audit::Checkpoint& target,
                               const audit::Checkpoint& remembered) const;
  absl::Status CheckSameRoot(const audit::Checkpoint& target) const;
  absl::Status CheckHoldsEpoch() const;
  absl::Status Replay(const ReplicaRecord& received);
  absl::StatusOr<audit::Checkpoint> OpenNote(absl::string_view note) const;
  // What the next head has to be proven to continue; of size 0: nothing yet.
  audit::Checkpoint Foothold() const;

  // replica_evidence.cc: what an alarm leaves behind. Best effort: the alarm stands anyway.
  void Accuse(ReplicaFetch& fetch, const ReplicaStage& stage, const Round& round);
  void AccuseHeads(const Round& round, const absl::StatusOr<CheckpointReply>& reply);
  void Keep(decltype(custody::Evidence::what) what, std::vector<Bytes> policies);
  // replica_epoch.cc. Confront: `alarm`, with evidence, or the roots' offer.
  absl::Status Confront(Connection& connection, const Round& round, absl::Status alarm);
  std::optional<EpochOffer> FindEpoch(Connection& connection, const CheckpointReply& reply) const;
  std::optional<EpochOffer> JudgeEpoch(const PositionedStatement& statement) const;
  absl::Status CheckToldEpoch(const std::optional<PositionedStatement>& told,
                              std::optional<Position> newest) const;

  OrgId org_;
  VerifyKey log_key_;
  Clock clock_;
  Expected expected_;
  directory::Directory directory_;
  LogIndex log_;
  std::string note_;
  // Its first record replaces those before, after which statement of the log.
  bool anew_ = false;
  std::optional<PositionedStatement> anew_at_epoch_;
  std::optional<audit::Checkpoint> restarted_at_;  // The smallest head that an epoch named.
  std::optional<custody::Evidence> evidence_;
  std::optional<EpochOffer> epoch_offer_;
  std::map<SubjectId, CaseHistory> cases_;
  std::map<SubjectId, DocumentHistory> documents_;
  std::map<SubjectId, std::map<Position, SubjectId>> case_documents_;  // By first statement.
  // The tags that the next statements of subjects seen so far would carry.
  absl::flat_hash_map<LogTag, Watched> watched_;
  std::vector<Bytes> policies_;   // As signed, oldest first.
  std::vector<Position> epochs_;  // Of the log epochs.
  // HashOfSaid of every log epoch seen here, those that an end of the log took with it too.
  std::set<Hash> epochs_said_;
  // By certificate, every statement seen.
  std::map<Hash, std::map<Position, Signed>> sequences_;
  // The statements that directory_ was made of, and, light, those among the directory's whose
  // position is the server's word so far.
  std::map<Position, SignedStatement> everybodys_;
  std::set<Position> claimed_;
};

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_REPLICA_H_
