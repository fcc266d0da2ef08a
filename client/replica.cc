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

// A head that the end of the log took with it is nothing to expect any more.
void Replica::Expect(const Expected& expected) {
  expected_ = expected;
  if (!restarted_at_.has_value() || !expected_.introduced.has_value()) return;
  if (expected_.introduced->size > restarted_at_->size) expected_.introduced = restarted_at_;
}

absl::Status Replica::Sync(Connection& connection, const Recorder& record,
                           std::optional<Reach> reach) {
  evidence_.reset();
  epoch_offer_.reset();
  const bool stays = reach.value_or(this->reach()) == this->reach();
  // Of another reach: first whether it is the log that is known.
  if (stays || log_.size().value > 0) {
    if (auto status = SyncRounds(connection, record); !status.ok() || stays) return status;
  }
  return SyncAnew(connection, record, *reach);
}

// What ended our sight of a subject may stand beyond the head that was asked for. Then the log
// is longer by now, and its next entries say so.
absl::Status Replica::SyncRounds(Connection& connection, const Recorder& record) {
  TreeSize before;
  for (int rounds = 1;; ++rounds) {
    Round round;
    absl::Status status = SyncOnce(connection, record, round);
    if (round.forked) return Confront(connection, round, std::move(status));
    if (!round.hidden || round.target.size == before || rounds == kRoundsMax) return status;
    before = round.target.size;
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

absl::Status Replica::CheckHoldsEpoch() const {
  if (!anew_at_epoch_.has_value()) return absl::OkStatus();
  if (log_.Find(HashOf(anew_at_epoch_->statement)) == anew_at_epoch_->position) {
    return absl::OkStatus();
  }
  return AlarmAt(anew_at_epoch_->position, "the log does not hold its own log epoch");
}

absl::Status Replica::TakeNote(const std::string& note, ReplicaRecord& received,
                               Round& round) const {
  auto target = OpenNote(note);
  if (!target.ok()) return target.status();
  received.note = round.note = note;
  round.target = *target;
  auto status = CheckNotShorter(*target, head());
  if (status.ok() && target->size == log_.size()) status = CheckSameRoot(*target);
  round.forked = !status.ok();
  return status;
}

absl::Status Replica::FetchEntries(ReplicaFetch& fetch, ReplicaRecord& received,
                                   Round& round) const {
  const Position from{log_.size().value};
  auto first = fetch.Page(from);
  if (!first.ok()) return first.status();
  if (auto s = TakeNote(first->checkpoint, received, round); !s.ok()) return s;
  return fetch.Entries(*std::move(first), from, round.target.size, received.entries);
}

absl::Status Replica::FetchLight(ReplicaFetch& fetch, ReplicaRecord& received, Round& round) const {
  auto reply = fetch.connection().Checkpoint(Foothold().size);
  if (!reply.ok()) return reply.status();
  if (auto s = TakeNote(reply->checkpoint, received, round); !s.ok()) return s;
  round.told_epoch = std::move(reply->log_epoch);
  if (round.target.size == log_.size()) return absl::OkStatus();
  received.consistency = std::move(reply->consistency);
  auto status = CheckContinues(Foothold(), round.target, received.consistency);
  round.forked = !status.ok();
  if (!status.ok()) return status;
  auto statements = fetch.Statements(Position{log_.size().value}, round.target.size);
  if (!statements.ok()) return statements.status();
  received.statements = *std::move(statements);
  return absl::OkStatus();
}

absl::Status Replica::SyncOnce(Connection& connection, const Recorder& record, Round& round) {
  ReplicaRecord received;
  received.light = log_.light();
  received.anew = anew_;
  received.epoch = anew_at_epoch_;
  ReplicaFetch fetch(connection);
  auto status =
      received.light ? FetchLight(fetch, received, round) : FetchEntries(fetch, received, round);
  if (!status.ok()) return status;
  if (round.target.size == log_.size()) {
    const auto newest = epochs_.empty() ? std::nullopt : std::optional(epochs_.back());
    if (log_.light()) status = CheckToldEpoch(round.told_epoch, newest);
    if (status.ok()) note_ = received.note;
    return status;
  }
  ReplicaStage stage(*this);
  const ReplicaStage::Sources sources{
      .chain = [&](SubjectType type, const SubjectId& subject,
                   std::uint32_t from) -> absl::StatusOr<RecordedChain> {
        auto chain = fetch.Chain(type, subject, from, round.target.size);
        if (!chain.ok()) return chain;
        if (received.light) {
          const auto known = [&](Position position) { return log_.Knows(position); };
          if (auto s = fetch.TicksBefore(*chain, known); !s.ok()) return s;
        }
        received.chains.push_back(*chain);
        return chain;
      },
      .proofs =
          [&](const std::vector<Position>& positions) {
            auto proofs = fetch.Proofs(round.target.size, positions);
            if (proofs.ok()) received.proofs = *proofs;
            return proofs;
          }};
  status = stage.Take(received, round.target, sources, clock_());
  round.hidden = stage.found_hidden();
  round.forked = stage.found_fork();
  if (absl::IsDataLoss(status)) Accuse(fetch, stage, round);
  if (status.ok()) status = CheckHoldsEpoch();
  if (status.ok() && received.light) {
    status = CheckToldEpoch(round.told_epoch, stage.newest_epoch());
  }
  if (!status.ok()) return status;
  auto bytes = EncodeReadably(received);
  if (!bytes.ok()) return bytes.status();
  status = record(*bytes);
  if (!status.ok()) return status;
  stage.Commit(received.note);
  anew_ = false;
  anew_at_epoch_.reset();
  return absl::OkStatus();
}

absl::Status Replica::Restore(ByteView recorded) {
  auto received = DecodeReplicaRecord(recorded);
  if (!received.ok()) return received.status();
  if (received->light == log_.light() && !received->anew) return Replay(*received);
  if (log_.size().value > 0 && !received->anew) {
    return Alarm("the home's replica goes on as one of another reach");
  }
  audit::Checkpoint introduced = head();
  std::optional<audit::Checkpoint> restarted_at;
  if (received->epoch.has_value()) {
    const auto offer = JudgeEpoch(*received->epoch);
    if (!offer.has_value()) return Alarm("the home's replica goes on after no log epoch");
    introduced = {.size = offer->epoch.size, .root = offer->epoch.root};
    restarted_at = introduced;
  }
  Replica other = Anew(received->light ? Reach::kLight : Reach::kFull, introduced);
  other.anew_at_epoch_ = received->epoch;
  if (auto status = other.Replay(*received); !status.ok()) return status;
  other.anew_ = false;
  if (!received->epoch.has_value()) {
    if (auto status = CarryOver(other); !status.ok()) return status;
  }
  GiveWayTo(std::move(other), restarted_at);
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
  if (status.ok()) status = CheckHoldsEpoch();
  if (!status.ok()) return status;
  anew_at_epoch_.reset();
  stage.Commit(received.note);
  return absl::OkStatus();
}

}  // namespace amparo::client
