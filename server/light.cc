#include "server/light.h"

#include <zlib.h>

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/log_reader.h"
#include "server/refusal.h"
#include "statement/codec.h"

namespace amparo::server {
namespace {

constexpr std::size_t kRowsRead = 1024;            // Of each list, for one answer.
constexpr std::size_t kStatementOverhead = 8 + 4;  // Position and length.
constexpr int kCompressionLevel = 9;

// Statements that go into one answer.
class Page {
 public:
  explicit Page(const Organization& organization)
      : log_(organization.storage().ledger, organization.storage().shelf) {}

  // All of them, or none: then it is false, the answer is full.
  absl::StatusOr<bool> Add(const std::vector<Position>& together) {
    std::vector<ChainStatement> read;
    std::size_t bytes = bytes_;
    for (const Position position : together) {
      auto stored = log_.At(position);
      if (!stored.ok()) return stored.status();
      bytes += kStatementOverhead + stored->statement.bytes.size();
      if (bytes > kLightBytesMax) return false;
      read.push_back({.position = position, .statement = std::move(stored->statement.bytes)});
    }
    bytes_ = bytes;
    std::move(read.begin(), read.end(), std::back_inserter(statements_));
    return true;
  }
  std::vector<ChainStatement> Take() { return std::move(statements_); }

 private:
  const LogReader log_;
  std::size_t bytes_ = 0;
  std::vector<ChainStatement> statements_;
};

absl::StatusOr<Visible> FindTurnsOfTheDirectory(const Organization& organization, Position from,
                                                Position end) {
  const auto found = organization.rows().DirectoryPositions(from, end, kRowsRead);
  if (!found.ok()) return found.status();
  Visible turns{.positions = {found->begin(), found->end()}, .end = end};
  if (found->size() == kRowsRead) turns.end = Position{found->back().value + 1};
  return turns;
}

absl::StatusOr<LightAnswer> ReadTick(const Organization& organization, TreeSize size) {
  LightAnswer answer{.statements = {}, .next = Position{size.value}};
  const auto tick = organization.rows().NewestTick(Position{size.value});
  if (!tick.ok()) return tick.status();
  if (!tick->has_value()) return answer;
  Page page(organization);
  const auto added = page.Add({**tick});
  if (!added.ok()) return added.status();
  answer.statements = page.Take();
  return answer;
}

}  // namespace

absl::StatusOr<LightAnswer> ReadLight(const Organization& organization, const Caller& caller,
                                      LightWhich which, Position from, TreeSize size) {
  const auto snapshot = organization.snapshot();
  if (size > snapshot->size()) {
    return Refuse(Reason::kSizeUnknown,
                  absl::StrCat("size ", size.value, " of a log of ", snapshot->size().value));
  }
  if (which == LightWhich::kTick) return ReadTick(organization, size);
  const Position end{size.value};
  const auto found = which == LightWhich::kDirectory
                         ? FindTurnsOfTheDirectory(organization, from, end)
                         : FindVisible(organization, caller, *snapshot, from, end, kRowsRead);
  if (!found.ok()) return found.status();
  Page page(organization);
  LightAnswer answer{.statements = {}, .next = found->end};
  std::optional<Position> given_tick;
  for (const Position position : found->positions) {
    std::vector<Position> together = {position};
    if (which == LightWhich::kVisible) {
      const auto tick = organization.rows().NewestTick(position);
      if (!tick.ok()) return tick.status();
      if (tick->has_value() && *tick != given_tick) together.insert(together.begin(), **tick);
      given_tick = *tick;
    }
    const auto added = page.Add(together);
    if (!added.ok()) return added.status();
    if (*added) continue;
    answer.next = position;
    break;
  }
  answer.statements = page.Take();
  return answer;
}

PackedStatements PackStatements(const std::vector<ChainStatement>& statements) {
  Writer writer;
  for (const ChainStatement& one : statements) {
    writer.U64(one.position.value);
    writer.U32(static_cast<std::uint32_t>(one.statement.size()));
    writer.Raw(one.statement);
  }
  const Bytes plain = writer.Take();
  assert(plain.size() <= kLightBytesMax);
  uLongf size = compressBound(plain.size());
  Bytes packed(size);
  const int result = compress2(packed.data(), &size, plain.data(), plain.size(), kCompressionLevel);
  assert(result == Z_OK);  // The room is enough; and without memory nothing else goes on.
  static_cast<void>(result);
  packed.resize(size);
  return {.bytes = std::move(packed), .length = static_cast<std::uint32_t>(plain.size())};
}

}  // namespace amparo::server
