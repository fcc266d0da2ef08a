#include "client/bundle_light.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "audit/log_entry.h"
#include "audit/proof.h"
#include "client/refused.h"
#include "statement/kinds.h"
#include "statement/statement.h"

namespace amparo::client {
namespace {

// The newest below `end`.
std::optional<Position> NewestBelow(const std::vector<Position>& positions, Position end) {
  const auto after = std::lower_bound(positions.begin(), positions.end(), end);
  if (after == positions.begin()) return std::nullopt;
  return *std::prev(after);
}

}  // namespace

absl::StatusOr<std::unique_ptr<LightBundleConnection>> LightBundleConnection::Make(
    const BundleDocuments& bundle) {
  if (bundle.head.from.value > 0) {
    return Refused(absl::StatusCode::kFailedPrecondition, "HOME_IS_LIGHT",
                   absl::StrCat("the bundle begins at entry ", bundle.head.from.value,
                                ", and this home, which holds the head of the log and not every "
                                "entry, needs one that was made without --since"));
  }
  std::unique_ptr<LightBundleConnection> connection(new LightBundleConnection(bundle));
  if (absl::Status s = connection->Index(); !s.ok()) return s;
  return connection;
}

absl::Status LightBundleConnection::Index() {
  for (std::size_t at = 0; at < bundle().leaves.size(); ++at) {
    auto leaf = audit::DecodeLeaf(bundle().leaves[at]);
    if (!leaf.ok()) return leaf.status();
    tree_.Append(audit::LeafHash(*leaf));
  }
  for (const auto& [position, statement] : bundle().statements) {
    auto said = DecodeSigned(statement);
    if (!said.ok()) return said.status();
    const auto type = static_cast<SubjectType>(said->statement.subject_type);
    const auto kind = static_cast<Kind>(said->statement.kind);
    if (kind == Kind::kTick) {
      ticks_.push_back(position);
    } else if (type == SubjectType::kCase || type == SubjectType::kDocument) {
      visible_.push_back(position);
    } else {
      turns_.push_back(position);
      if (kind == Kind::kLogEpoch) epochs_.push_back(position);
    }
  }
  return absl::OkStatus();
}

PositionedStatement LightBundleConnection::At(Position position) const {
  return {position, bundle().statements.at(position)};
}

absl::StatusOr<CheckpointReply> LightBundleConnection::Checkpoint(TreeSize old_size) {
  CheckpointReply reply;
  reply.checkpoint = bundle().head.note;
  const auto epoch = NewestBelow(epochs_, Position{tree_.size().value});
  if (epoch.has_value()) reply.log_epoch = At(*epoch);
  if (old_size > tree_.size()) return reply;
  reply.old_root = tree_.RootAt(old_size);
  auto path = audit::ProveConsistency(old_size, tree_.size(), tree_.Nodes());
  if (!path.ok()) return path.status();
  reply.consistency = *std::move(path);
  return reply;
}

// Before each the newest tick before it, as a server gives it.
void LightBundleConnection::AddVisible(Position from, TreeSize size, LightReply& reply) const {
  std::optional<Position> given;
  for (const Position position : visible_) {
    if (position < from || position.value >= size.value) continue;
    const auto tick = NewestBelow(ticks_, position);
    if (tick.has_value() && tick != given) reply.statements.push_back(At(*tick));
    given = tick;
    reply.statements.push_back(At(position));
  }
}

absl::StatusOr<LightReply> LightBundleConnection::Light(LightWhich which, Position from,
                                                        TreeSize size) {
  LightReply reply{.statements = {}, .next = Position{size.value}};
  switch (which) {
    case LightWhich::kDirectory:
      for (const Position position : turns_) {
        if (position >= from && position.value < size.value) {
          reply.statements.push_back(At(position));
        }
      }
      break;
    case LightWhich::kVisible:
      AddVisible(from, size, reply);
      break;
    case LightWhich::kTick:
      if (const auto tick = NewestBelow(ticks_, Position{size.value}); tick.has_value()) {
        reply.statements.push_back(At(*tick));
      }
      break;
  }
  return reply;
}

absl::StatusOr<std::vector<std::vector<Hash>>> LightBundleConnection::Prove(
    TreeSize size, const std::vector<Position>& positions) {
  if (size > tree_.size()) return absl::NotFoundError("the bundle's log is shorter");
  std::vector<std::vector<Hash>> paths;
  for (const Position position : positions) {
    auto path = audit::ProveInclusion(position, size, tree_.Nodes());
    if (!path.ok()) return path.status();
    paths.push_back(*std::move(path));
  }
  return paths;
}

}  // namespace amparo::client
