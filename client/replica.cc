#include "client/replica.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "client/replica_alarm.h"
#include "client/replica_record.h"
#include "client/replica_stage.h"

namespace amparo::client {
namespace {

constexpr std::uint32_t kEntriesPerSync = 1'000;
constexpr std::size_t kChainStatementsMax = 100'000;
// What one Sync holds in memory and writes as one record. A larger organisation's first
// synchronisation is far below it: a statement has about 1 KiB.
constexpr std::uint64_t kReceivedBytesMax = std::uint64_t{256} << 20;
constexpr std::uint64_t kBytesPerItem = 64;  // Beside its statement.
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

// What was received so far in one Sync.
class Allowance {
 public:
  absl::Status Take(ByteView statement) {
    if (statement.size() > kSignedStatementBytesMax) {
      return Alarm("the server gives a statement of ", statement.size(), " bytes, allowed are ",
                   kSignedStatementBytesMax);
    }
    used_ += kBytesPerItem + statement.size();
    if (used_ <= kReceivedBytesMax) return absl::OkStatus();
    return absl::ResourceExhaustedError(absl::StrCat("the server gives ", used_,
                                                     " bytes in one synchronisation, allowed are ",
                                                     kReceivedBytesMax));
  }

 private:
  std::uint64_t used_ = 0;
};

// All pages of a subject's chain, as far as they stand below `size`: what the log grew by since
// is for the next time, and nobody would check it.
absl::StatusOr<RecordedChain> FetchChain(Connection& connection, SubjectType type,
                                         const SubjectId& subject, std::uint32_t from,
                                         TreeSize size, Allowance& allowance) {
  RecordedChain chain{
      .type = type, .subject = subject, .from = from, .visible = true, .statements = {}};
  std::uint64_t given = 0;
  while (true) {
    const auto next = static_cast<std::uint32_t>(from + given);
    auto page = connection.Subject(type, subject, next);
    if (absl::IsNotFound(page.status())) {
      chain.visible = false;
      chain.statements.clear();
      return chain;
    }
    if (!page.ok()) return page.status();
    given += page->statements.size();
    for (PositionedStatement& statement : page->statements) {
      if (auto status = allowance.Take(statement.statement); !status.ok()) return status;
      if (statement.position.value >= size.value) continue;
      chain.statements.push_back(std::move(statement));
    }
    if (from + given >= page->total) return chain;
    if (page->statements.empty() || given > kChainStatementsMax) {
      return Alarm("the server gives ", given, " statements of a subject from ", from,
                   " on and says there are ", page->total);
    }
  }
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
  return found->second.rbegin()->second;
}

std::optional<Hash> Replica::RootAt(TreeSize size) const {
  if (size > log_.size()) return std::nullopt;
  return log_.RootAt(size);
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

// What ended our sight of a subject may stand beyond the head that was asked for. Then the log
// is longer by now, and its next entries say so.
absl::Status Replica::Sync(Connection& connection,
                           const std::function<absl::Status(ByteView)>& record) {
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

absl::Status Replica::SyncOnce(Connection& connection,
                               const std::function<absl::Status(ByteView)>& record, Round& round) {
  const audit::Checkpoint remembered = head();
  ReplicaRecord received;
  Allowance allowance;
  std::optional<audit::Checkpoint> target;
  while (!target.has_value() ||
         remembered.size.value + received.entries.size() < target->size.value) {
    const Position from{remembered.size.value + received.entries.size()};
    auto reply = connection.Sync(from, kEntriesPerSync);
    if (!reply.ok()) return reply.status();
    if (!target.has_value()) {
      auto opened = OpenNote(reply->checkpoint);
      if (!opened.ok()) return opened.status();
      target = *opened;
      round.target = target->size;
      received.note = reply->checkpoint;
      if (auto status = CheckNotShorter(*target, remembered); !status.ok()) return status;
    }
    const std::uint64_t wanted = target->size.value - from.value;
    if (reply->entries.empty() && wanted > 0) {
      return Alarm("the server withholds entries from position ", from.value, " of a log of size ",
                   target->size.value);
    }
    // The log may have grown since: what stands beyond the head is for the next time.
    const std::size_t taken = std::min<std::uint64_t>(wanted, reply->entries.size());
    for (std::size_t i = 0; i < taken; ++i) {
      if (auto status = allowance.Take(reply->entries[i].statement); !status.ok()) return status;
    }
    received.entries.insert(
        received.entries.end(), std::make_move_iterator(reply->entries.begin()),
        std::make_move_iterator(reply->entries.begin() + static_cast<std::ptrdiff_t>(taken)));
  }
  if (received.entries.empty()) {
    if (target->root != remembered.root) {
      return Alarm("the log was forked: this home remembers ", Describe(remembered),
                   ", the server signed ", Describe(*target));
    }
    note_ = received.note;
    return absl::OkStatus();
  }
  ReplicaStage stage(*this);
  const auto fetch = [&](SubjectType type, const SubjectId& subject, std::uint32_t from) {
    auto chain = FetchChain(connection, type, subject, from, target->size, allowance);
    if (chain.ok()) received.chains.push_back(*chain);
    return chain;
  };
  auto status = stage.Take(received.entries, *target, fetch, clock_());
  round.hidden = stage.found_hidden();
  if (!status.ok()) return status;
  auto bytes = EncodeReadably(received);
  if (!bytes.ok()) return bytes.status();
  status = record(*bytes);
  if (!status.ok()) return status;
  stage.Commit(received.note);
  return absl::OkStatus();
}

absl::Status Replica::Restore(ByteView recorded) {
  auto received = DecodeReplicaRecord(recorded);
  if (!received.ok()) return received.status();
  auto target = OpenNote(received->note);
  if (!target.ok()) return target.status();
  std::size_t next = 0;
  const auto replay = [&](SubjectType type, const SubjectId& subject,
                          std::uint32_t from) -> absl::StatusOr<RecordedChain> {
    if (next == received->chains.size() || received->chains[next].type != type ||
        received->chains[next].subject != subject || received->chains[next].from != from) {
      return Alarm("the home's replica lacks the chain of subject ", ToHex(subject));
    }
    return received->chains[next++];
  };
  ReplicaStage stage(*this);
  auto status = stage.Take(received->entries, *target, replay, std::nullopt);
  if (!status.ok()) return status;
  stage.Commit(received->note);
  return absl::OkStatus();
}

}  // namespace amparo::client
