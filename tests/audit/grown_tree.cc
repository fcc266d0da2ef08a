#include "tests/audit/grown_tree.h"

#include <bit>

#include "crypto/digest.h"

namespace amparo::audit {
namespace {

Hash RootOfSpan(std::span<const Hash> leaves) { return RootOf({leaves.begin(), leaves.end()}); }

// SUBPROOF(m, D[n], b) of RFC 6962, section 2.1.2.
std::vector<Hash> Subproof(std::size_t from, std::span<const Hash> leaves, bool is_known) {
  if (from == leaves.size()) {
    return is_known ? std::vector<Hash>() : std::vector<Hash>{RootOfSpan(leaves)};
  }
  const std::size_t left = std::bit_floor(leaves.size() - 1);
  std::vector<Hash> out;
  if (from <= left) {
    out = Subproof(from, leaves.first(left), is_known);
    out.push_back(RootOfSpan(leaves.subspan(left)));
  } else {
    out = Subproof(from - left, leaves.subspan(left), false);
    out.push_back(RootOfSpan(leaves.first(left)));
  }
  return out;
}

std::string SidesOfSubproof(std::uint64_t from, std::uint64_t size, bool is_known) {
  if (from == size) return is_known ? "" : "S";
  const std::uint64_t left = std::bit_floor(size - 1);
  return from <= left ? SidesOfSubproof(from, left, is_known) + "R"
                      : SidesOfSubproof(from - left, size - left, false) + "L";
}

}  // namespace

Hash LeafHashOf(ByteView input) {
  const std::uint8_t prefix = 0;
  return Sha256({ByteView(&prefix, 1), input});
}

std::vector<Hash> LeafHashes(std::size_t count) {
  std::vector<Hash> leaves;
  for (std::size_t i = 0; i < count; ++i) {
    leaves.push_back(LeafHashOf(Bytes(i, static_cast<std::uint8_t>(i))));
  }
  return leaves;
}

GrownTree::GrownTree(std::size_t leaves) : leaves_(LeafHashes(leaves)) {
  Frontier frontier;
  heads_.push_back({.size = {0}, .root = EmptyRoot()});
  for (const Hash& leaf : leaves_) {
    const std::uint64_t position = frontier.size().value;
    std::uint8_t level = 0;
    for (const Hash& root : frontier.Append(leaf)) {
      nodes_[{.level = level, .index = position >> level}] = root;
      ++level;
    }
    heads_.push_back({.size = frontier.size(), .root = frontier.Root()});
  }
}

NodeSource GrownTree::Nodes() const {
  return [this](const NodeId& id) -> absl::StatusOr<Hash> {
    const auto found = nodes_.find(id);
    if (found == nodes_.end()) return absl::NotFoundError("node");
    return found->second;
  };
}

std::vector<Hash> ReferencePath(std::size_t position, std::span<const Hash> leaves) {
  if (leaves.size() == 1) return {};
  const std::size_t left = std::bit_floor(leaves.size() - 1);
  std::vector<Hash> out;
  if (position < left) {
    out = ReferencePath(position, leaves.first(left));
    out.push_back(RootOfSpan(leaves.subspan(left)));
  } else {
    out = ReferencePath(position - left, leaves.subspan(left));
    out.push_back(RootOfSpan(leaves.first(left)));
  }
  return out;
}

std::vector<Hash> ReferenceProof(std::size_t from, std::span<const Hash> leaves) {
  return from == 0 ? std::vector<Hash>() : Subproof(from, leaves, true);
}

std::string SidesOfPath(std::uint64_t position, std::uint64_t size) {
  if (size == 1) return "";
  const std::uint64_t left = std::bit_floor(size - 1);
  return position < left ? SidesOfPath(position, left) + "R"
                         : SidesOfPath(position - left, size - left) + "L";
}

std::string SidesOfProof(std::uint64_t from, std::uint64_t to) {
  return SidesOfSubproof(from, to, true);
}

}  // namespace amparo::audit
