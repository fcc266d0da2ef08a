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

std::string Describe(const audit::Checkpoint& head) {
  return absl::StrCat("size ", head.size.value, " root ", ToHex(head.root));
}

UnixSeconds SystemClock() {
  return UnixSeconds{
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(
                                     std::chrono::system_clock::now().time_since_epoch())
                                     .count())};
}

// All pages of a subject's chain.
absl::StatusOr<RecordedChain> FetchChain(Connection& connection, SubjectType type,
                                         const SubjectId& subject, std::uint32_t from) {
  RecordedChain chain{
      .type = type, .subject = subject, .from = from, .visible = true, .statements = {}};
  while (true) {
    const auto next = from + static_cast<std::uint32_t>(chain.statements.size());
    auto page = connection.Subject(type, subject, next);
    if (absl::IsNotFound(page.status())) {
      chain.visible = false;
      chain.statements.clear();
      return chain;
    }
    if (!page.ok()) return page.status();
    for (PositionedStatement& statement : page->statements) {
      chain.statements.push_back(std::move(statement));
    }
    if (from + chain.statements.size() >= page->total) return chain;
    if (page->statements.empty() || chain.statements.size() > kChainStatementsMax) {
      return Alarm("the server gives ", chain.statements.size(), " statements of a subject from ",
                   from, " on and says there are ", page->total);
    }
  }
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

absl::Status Replica::Sync(Connection& connection,
                           const std::function<absl::Status(ByteView)>& record) {
  const audit::Checkpoint remembered = head();
  ReplicaRecord received;
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
      received.note = reply->checkpoint;
      if (target->size < remembered.size) {
        return Alarm("the log was rolled back: this home remembers ", Describe(remembered),
                     ", the server signed ", Describe(*target));
      }
    }
    const std::uint64_t wanted = target->size.value - from.value;
    if (reply->entries.empty() && wanted > 0) {
      return Alarm("the server withholds entries from position ", from.value, " of a log of size ",
                   target->size.value);
    }
    // The log may have grown since: what stands beyond the head is for the next time.
    const std::size_t taken = std::min<std::uint64_t>(wanted, reply->entries.size());
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
    auto chain = FetchChain(connection, type, subject, from);
    if (chain.ok()) received.chains.push_back(*chain);
    return chain;
  };
  auto status = stage.Take(received.entries, *target, fetch, clock_());
  if (!status.ok()) return status;
  status = record(EncodeReplicaRecord(received));
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
