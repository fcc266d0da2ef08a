#include "server/proving.h"

#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "audit/proof.h"
#include "server/log_reader.h"
#include "server/refusal.h"

namespace amparo::server {
namespace {

// Paths of one answer share most of what is near the root: each row is read once.
audit::NodeSource NodesOf(const Organization& organization) {
  auto known = std::make_shared<std::map<audit::NodeId, Hash>>();
  return [&rows = organization.rows(), known](const audit::NodeId& node) -> absl::StatusOr<Hash> {
    const auto found = known->find(node);
    if (found != known->end()) return found->second;
    auto read = rows.NodeAt(node);
    if (read.ok()) known->emplace(node, *read);
    return read;
  };
}

absl::StatusOr<std::optional<ChainStatement>> NewestLogEpoch(const Organization& organization,
                                                             TreeSize size) {
  const auto position = organization.rows().NewestLogEpoch(Position{size.value});
  if (!position.ok()) return position.status();
  if (!position->has_value()) return std::optional<ChainStatement>();
  const LogReader log(organization.storage().ledger, organization.storage().shelf);
  auto stored = log.At(**position);
  if (!stored.ok()) return stored.status();
  return std::optional(
      ChainStatement{.position = **position, .statement = std::move(stored->statement.bytes)});
}

absl::StatusOr<Hash> RootAt(const Organization& organization, TreeSize size) {
  if (size.value == 0) return audit::EmptyRoot();
  const auto root = organization.rows().RootAt(size);
  if (!root.ok()) return root.status();
  if (!root->has_value()) {
    return absl::DataLossError(absl::StrCat("no root of size ", size.value, " in the view"));
  }
  return **root;
}

}  // namespace

absl::StatusOr<ProvenHead> ProveHead(const Organization& organization, TreeSize old_size) {
  const auto snapshot = organization.snapshot();
  ProvenHead head{.size = snapshot->size(),
                  .checkpoint = snapshot->checkpoint,
                  .old_root = {},
                  .consistency = {},
                  .log_epoch = {}};
  auto epoch = NewestLogEpoch(organization, head.size);
  if (!epoch.ok()) return epoch.status();
  head.log_epoch = *std::move(epoch);
  if (old_size > head.size) return head;
  const auto root = RootAt(organization, old_size);
  if (!root.ok()) return root.status();
  head.old_root = *root;
  auto path = audit::ProveConsistency(old_size, head.size, NodesOf(organization));
  if (!path.ok()) return path.status();
  head.consistency = *std::move(path);
  return head;
}

absl::StatusOr<std::vector<std::vector<Hash>>> ProvePositions(const Organization& organization,
                                                              TreeSize size,
                                                              std::span<const Position> positions) {
  const TreeSize log_size = organization.snapshot()->size();
  if (positions.size() > kPositionsProvedMax) {
    return Refuse(Reason::kTooLarge,
                  absl::StrCat(positions.size(), " positions, at most ", kPositionsProvedMax));
  }
  if (size > log_size) {
    return Refuse(Reason::kSizeUnknown,
                  absl::StrCat("size ", size.value, " of a log of ", log_size.value));
  }
  std::vector<std::vector<Hash>> paths;
  const audit::NodeSource nodes = NodesOf(organization);
  for (const Position position : positions) {
    if (position.value >= size.value) {
      return Refuse(Reason::kMalformed,
                    absl::StrCat("position ", position.value, " is not below size ", size.value));
    }
    auto path = audit::ProveInclusion(position, size, nodes);
    if (!path.ok()) return path.status();
    paths.push_back(*std::move(path));
  }
  return paths;
}

}  // namespace amparo::server
