#include "client/replica_fetch.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "client/replica_alarm.h"
#include "statement/statement.h"

namespace amparo::client {
namespace {

constexpr std::size_t kChainStatementsMax = 100'000;
// What one Sync holds in memory and writes as one record. A larger organisation's first
// synchronisation is far below it: a statement has about 1 KiB.
constexpr std::uint64_t kReceivedBytesMax = std::uint64_t{256} << 20;
constexpr std::uint64_t kBytesPerItem = 64;  // Beside its statement.
constexpr std::size_t kPositionsPerProve = 256;

}  // namespace

absl::Status ReplicaFetch::Allow(ByteView statement) {
  if (statement.size() > kSignedStatementBytesMax) {
    return Alarm("the server gives a statement of ", statement.size(), " bytes, allowed are ",
                 kSignedStatementBytesMax);
  }
  return Charge(kBytesPerItem + statement.size());
}

absl::Status ReplicaFetch::Charge(std::uint64_t bytes) {
  used_ += bytes;
  if (used_ <= kReceivedBytesMax) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("the server gives ", used_,
                                                   " bytes in one synchronisation, allowed are ",
                                                   kReceivedBytesMax));
}

absl::StatusOr<SyncReply> ReplicaFetch::Page(Position from) {
  using std::chrono::steady_clock;
  const auto asked = steady_clock::now();
  auto reply = connection_.Sync(from, pace_.limit());
  if (!reply.ok()) return reply;
  pace_.Answered(reply->entries.size(), std::chrono::duration_cast<std::chrono::microseconds>(
                                            steady_clock::now() - asked));
  return reply;
}

absl::Status ReplicaFetch::Entries(SyncReply first, Position from, TreeSize size,
                                   std::vector<SyncEntry>& entries) {
  SyncReply reply = std::move(first);
  while (true) {
    const std::uint64_t wanted = size.value - from.value;
    if (wanted == 0) return absl::OkStatus();
    if (reply.entries.empty()) {
      return Alarm("the server withholds entries from position ", from.value, " of a log of size ",
                   size.value);
    }
    // The log may have grown since: what stands beyond the head is for the next time.
    const std::size_t taken = std::min<std::uint64_t>(wanted, reply.entries.size());
    for (std::size_t i = 0; i < taken; ++i) {
      if (auto status = Allow(reply.entries[i].statement); !status.ok()) return status;
      entries.push_back(std::move(reply.entries[i]));
    }
    from.value += taken;
    if (from.value == size.value) return absl::OkStatus();
    if (auto status = AllowCall(); !status.ok()) return status;
    auto next = Page(from);
    if (!next.ok()) return next.status();
    reply = *std::move(next);
  }
}

absl::StatusOr<RecordedChain> ReplicaFetch::Chain(SubjectType type, const SubjectId& subject,
                                                  std::uint32_t from, TreeSize size) {
  RecordedChain chain{.type = type,
                      .subject = subject,
                      .from = from,
                      .visible = true,
                      .statements = {},
                      .ticks = {}};
  std::uint64_t given = 0;
  while (true) {
    const auto next = static_cast<std::uint32_t>(from + given);
    if (auto status = AllowCall(); !status.ok()) return status;
    auto page = connection_.Subject(type, subject, next);
    if (absl::IsNotFound(page.status())) {
      chain.visible = false;
      chain.statements.clear();
      return chain;
    }
    if (!page.ok()) return page.status();
    given += page->statements.size();
    for (PositionedStatement& statement : page->statements) {
      if (auto status = Allow(statement.statement); !status.ok()) return status;
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

absl::Status ReplicaFetch::TicksBefore(RecordedChain& chain,
                                       const std::function<bool(Position)>& known) {
  // From the last to the first: one tick is often the newest before several.
  for (auto it = chain.statements.rbegin(); it != chain.statements.rend(); ++it) {
    if (known(it->position)) continue;
    if (!chain.ticks.empty() && chain.ticks.back().position < it->position) continue;
    if (auto status = AllowCall(); !status.ok()) return status;
    auto reply = connection_.Light(LightWhich::kTick, Position{0}, TreeSize{it->position.value});
    if (!reply.ok()) return reply.status();
    if (reply->statements.empty()) continue;  // Before the first tick.
    PositionedStatement& tick = reply->statements.back();
    if (tick.position >= it->position) {
      return AlarmAt(it->position, "the server gives the tick of position ", tick.position.value,
                     " as one before it");
    }
    if (auto status = Allow(tick.statement); !status.ok()) return status;
    chain.ticks.push_back(std::move(tick));
  }
  std::reverse(chain.ticks.begin(), chain.ticks.end());
  return absl::OkStatus();
}

absl::Status ReplicaFetch::Pages(LightWhich which, Position from, TreeSize size,
                                 std::vector<PositionedStatement>& out) {
  while (true) {
    if (auto status = AllowCall(); !status.ok()) return status;
    auto reply = connection_.Light(which, from, size);
    if (!reply.ok()) return reply.status();
    for (PositionedStatement& statement : reply->statements) {
      if (statement.position.value >= size.value) {
        return AlarmAt(statement.position, "a statement beyond the head that was asked for, ",
                       size.value);
      }
      if (auto status = Allow(statement.statement); !status.ok()) return status;
      out.push_back(std::move(statement));
    }
    if (reply->next.value >= size.value || which == LightWhich::kTick) return absl::OkStatus();
    if (reply->next <= from) {
      return Alarm("the server's statements do not go on after position ", from.value);
    }
    from = reply->next;
  }
}

absl::StatusOr<std::vector<PositionedStatement>> ReplicaFetch::Directory(Position from,
                                                                         TreeSize size) {
  std::vector<PositionedStatement> out;
  if (auto s = Pages(LightWhich::kDirectory, from, size, out); !s.ok()) return s;
  return out;
}

absl::StatusOr<std::vector<PositionedStatement>> ReplicaFetch::Statements(Position from,
                                                                          TreeSize size) {
  std::vector<PositionedStatement> out;
  for (const LightWhich which : {LightWhich::kDirectory, LightWhich::kTick, LightWhich::kVisible}) {
    if (auto status = Pages(which, from, size, out); !status.ok()) return status;
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& left, const auto& right) {
    return left.position < right.position;
  });
  // The same statement may come in two of the lists; the same position twice is the stage's to
  // judge.
  out.erase(std::unique(out.begin(), out.end(),
                        [](const auto& left, const auto& right) {
                          return left.position == right.position &&
                                 left.statement == right.statement;
                        }),
            out.end());
  return out;
}

absl::StatusOr<std::vector<RecordedProof>> ReplicaFetch::Proofs(
    TreeSize size, const std::vector<Position>& positions) {
  std::vector<RecordedProof> out;
  for (std::size_t first = 0; first < positions.size(); first += kPositionsPerProve) {
    const std::size_t end = std::min(positions.size(), first + kPositionsPerProve);
    const std::vector<Position> batch(positions.begin() + static_cast<std::ptrdiff_t>(first),
                                      positions.begin() + static_cast<std::ptrdiff_t>(end));
    auto paths = connection_.Prove(size, batch);
    if (!paths.ok()) return paths.status();
    if (paths->size() != batch.size()) {
      return Alarm("the server gives ", paths->size(), " proofs for ", batch.size(), " positions");
    }
    for (std::size_t i = 0; i < batch.size(); ++i) {
      out.push_back({.position = batch[i], .path = std::move((*paths)[i])});
    }
  }
  return out;
}

}  // namespace amparo::client
