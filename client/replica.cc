#include "client/replica.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "client/replica_alarm.h"
#include "client/replica_fetch.h"
#include "client/replica_record.h"
#include "client/replica_stage.h"

namespace amparo::client {
namespace {

// How often sight may end between two answers of one server before it is called a liar.
constexpr int kRoundsMax = 5;

std::string Describe(const audit::Checkpoint& head) {
  return absl::StrCat("size ", head.size.value, " root ", ToHex(head.root));
}

UnixSeconds SystemClock() {
  return UnixSeconds{
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(
                                     std::chrono::system_clock::now().time_since_epoch())
                                     .count())};
}

// A record that could not be read back would close the home for ever.
absl::StatusOr<Bytes> EncodeReadably(const ReplicaRecord& received) {
  Bytes bytes = EncodeReplicaRecord(received);
  auto again = DecodeReplicaRecord(bytes);
  if (!again.ok()) return again.status();
  if (EncodeReplicaRecord(*again) != bytes) {
    return Alarm("what the server gives cannot be kept as it is");
  }
  return bytes;
}

}  // namespace

Replica::Replica(const OrgId& org, const VerifyKey& log_key) : Replica(org, log_key, SystemClock) {}

Replica::Replica(const OrgId& org, const VerifyKey& log_key, Clock clock)
    : org_(org), log_key_(log_key), clock_(std::move(clock)) {}

directory::Moment Replica::now() const { return directory_.MomentAt(Position{log_.size().value}); }
audit::Checkpoint Replica::head() const { return {.size = log_.size(), .root = log_.Root()}; }

Hash Replica::OwnNewest(const Hash& certificate) const {
  const auto found = sequences_.find(certificate);
  if (found == sequences_.end() || found->second.empty()) return Hash{};
  return log_.At(found->second.rbegin()->first).statement;
}

std::uint64_t Replica::OwnSequence(const Hash& certificate) const {
  const auto found = sequences_.find(certificate);
  if (found == sequences_.end() || found->second.empty()) return 0;
  return found->second.rbegin()->second.sequence;
}

std::optional<Hash> Replica::RootAt(TreeSize size) const { return log_.RootAt(size); }

std::optional<std::uint64_t> Replica::SecondsSinceTick(UnixSeconds clock) const {
  const UnixSeconds tick = directory_.newest_tick();
  if (tick.value == 0) return std::nullopt;
  return clock > tick ? clock.value - tick.value : 0;
}

VerifyKey Replica::LogKeyNow() const {
  return directory_.founded() ? directory_.policy().log_key : log_key_;
}

absl::StatusOr<audit::Checkpoint> Replica::OpenNote(absl::string_view note) const {
  auto opened = audit::OpenCheckpoint(org_, LogKeyNow(), note);
  if (!opened.ok()) {
    return Alarm("the server's checkpoint is not the log's: ", opened.status().message());
  }
  return opened;
}

audit::Checkpoint Replica::Foothold() const {
  if (log_.size().value > 0) return head();
  return expected_.introduced.value_or(head());
}

Replica Replica::Anew(Reach reach) const {
  Replica anew(org_, log_key_, clock_);
  anew.log_ = LogIndex(reach == Reach::kLight);
  anew.expected_ = expected_;
  if (log_.size().value == 0) return anew;
  anew.anew_ = true;
  anew.expected_.introduced = head();
  return anew;
}

absl::Status Replica::Sync(Connection& connection, const Recorder& record,
                           std::optional<Reach> reach) {
  if (reach.value_or(this->reach()) == this->reach()) return SyncRounds(connection, record);
  Replica other = Anew(*reach);
  if (auto status = other.SyncRounds(connection, record); !status.ok()) return status;
  other.expected_ = expected_;
  *this = std::move(other);
  return absl::OkStatus();
}

// What ended our sight of a subject may stand beyond the head that was asked for. Then the log
// is longer by now, and its next entries say so.
absl::Status Replica::SyncRounds(Connection& connection, const Recorder& record) {
  TreeSize before;
  for (int rounds = 1;; ++rounds) {
    Round round;
    absl::Status status = SyncOnce(connection, record, round);
    if (!round.hidden || round.target == before || rounds == kRoundsMax) return status;
    before = round.target;
  }
}

absl::Status Replica::CheckNotShorter(const audit::Checkpoint& target,
                                      const audit::Checkpoint& remembered) const {
  if (target.size < remembered.size) {
    return Alarm("the log was rolled back: this home remembers ", Describe(remembered),
                 ", the server signed ", Describe(target));
  }
  if (expected_.introduced.has_value() && target.size < expected_.introduced->size) {
    return Alarm("the log is not the one this home was introduced to: it was named ",
                 Describe(*expected_.introduced), ", the server signed ", Describe(target));
  }
  return absl::OkStatus();
}

absl::Status Replica::CheckSameRoot(const audit::Checkpoint& target) const {
  if (target.root == log_.Root()) return absl::OkStatus();
  return Alarm("the log was forked: this home remembers ", Describe(head()), ", the server signed ",
               Describe(target));
}

absl::StatusOr<audit::Checkpoint> Replica::FetchEntries(ReplicaFetch& fetch,
                                                        ReplicaRecord& received, Round& round) {
  const Position from{log_.size().value};
  auto first = fetch.connection().Sync(from, ReplicaFetch::kEntriesPerSync);
  if (!first.ok()) return first.status();
  received.note = first->checkpoint;
  auto target = OpenNote(received.note);
  if (!target.ok()) return target;
  round.target = target->size;
  if (auto status = CheckNotShorter(*target, head()); !status.ok()) return status;
  auto status = fetch.Entries(*std::move(first), from, target->size, received.entries);
  if (!status.ok()) return status;
  return target;
}

absl::StatusOr<audit::Checkpoint> Replica::FetchLight(ReplicaFetch& fetch, ReplicaRecord& received,
                                                      Round& round) {
  auto reply = fetch.connection().Checkpoint(Foothold().size);
  if (!reply.ok()) return reply.status();
  received.note = reply->checkpoint;
  received.consistency = std::move(reply->consistency);
  auto target = OpenNote(received.note);
  if (!target.ok()) return target;
  round.target = target->size;
  if (auto status = CheckNotShorter(*target, head()); !status.ok()) return status;
  if (target->size == log_.size()) return target;
  auto status = CheckContinues(Foothold(), *target, received.consistency);
  if (!status.ok()) return status;
  auto statements = fetch.Statements(Position{log_.size().value}, target->size);
  if (!statements.ok()) return statements.status();
  received.statements = *std::move(statements);
  return target;
}

absl::Status Replica::SyncOnce(Connection& connection, const Recorder& record, Round& round) {
  ReplicaRecord received;
  received.light = log_.light();
  received.anew = anew_;
  ReplicaFetch fetch(connection);
  const auto target =
      received.light ? FetchLight(fetch, received, round) : FetchEntries(fetch, received, round);
  if (!target.ok()) return target.status();
  if (target->size == log_.size()) {
    if (auto status = CheckSameRoot(*target); !status.ok()) return status;
    note_ = received.note;
    return absl::OkStatus();
  }
  ReplicaStage stage(*this);
  const ReplicaStage::Sources sources{
      .chain = [&](SubjectType type, const SubjectId& subject,
                   std::uint32_t from) -> absl::StatusOr<RecordedChain> {
        auto chain = fetch.Chain(type, subject, from, target->size);
        if (!chain.ok()) return chain;
        if (received.light) {
          const auto known = [&](Position position) { return log_.Knows(position); };
          if (auto status = fetch.TicksBefore(*chain, known); !status.ok()) return status;
        }
        received.chains.push_back(*chain);
        return chain;
      },
      .proofs =
          [&](const std::vector<Position>& positions) {
            auto proofs = fetch.Proofs(target->size, positions);
            if (proofs.ok()) received.proofs = *proofs;
            return proofs;
          }};
  auto status = stage.Take(received, *target, sources, clock_());
  round.hidden = stage.found_hidden();
  if (!status.ok()) return status;
  auto bytes = EncodeReadably(received);
  if (!bytes.ok()) return bytes.status();
  status = record(*bytes);
  if (!status.ok()) return status;
  stage.Commit(received.note);
  anew_ = false;
  return absl::OkStatus();
}

absl::Status Replica::Restore(ByteView recorded) {
  auto received = DecodeReplicaRecord(recorded);
  if (!received.ok()) return received.status();
  if (received->light == log_.light() && !received->anew) return Replay(*received);
  if (log_.size().value > 0 && !received->anew) {
    return Alarm("the home's replica goes on as one of another reach");
  }
  Replica other = Anew(received->light ? Reach::kLight : Reach::kFull);
  if (auto status = other.Replay(*received); !status.ok()) return status;
  other.anew_ = false;
  other.expected_ = expected_;
  *this = std::move(other);
  return absl::OkStatus();
}

absl::Status Replica::Replay(const ReplicaRecord& received) {
  auto target = OpenNote(received.note);
  if (!target.ok()) return target.status();
  if (received.light) {
    auto status = CheckContinues(Foothold(), *target, received.consistency);
    if (!status.ok()) return status;
  }
  std::size_t next = 0;
  const ReplicaStage::Sources sources{
      .chain = [&](SubjectType type, const SubjectId& subject,
                   std::uint32_t from) -> absl::StatusOr<RecordedChain> {
        if (next == received.chains.size() || received.chains[next].type != type ||
            received.chains[next].subject != subject || received.chains[next].from != from) {
          return Alarm("the home's replica lacks the chain of subject ", ToHex(subject));
        }
        return received.chains[next++];
      },
      .proofs = [&](const std::vector<Position>&) -> absl::StatusOr<std::vector<RecordedProof>> {
        return received.proofs;
      }};
  ReplicaStage stage(*this);
  auto status = stage.Take(received, *target, sources, std::nullopt);
  if (!status.ok()) return status;
  stage.Commit(received.note);
  return absl::OkStatus();
}

}  // namespace amparo::client
