#include "audit/merkle.h"

#include <bit>
#include <cassert>

#include "absl/strings/str_cat.h"
#include "crypto/digest.h"
#include "statement/codec.h"

namespace amparo::audit {
namespace {

constexpr std::uint8_t kNodePrefix = 0x01;

Hash RootOfRange(std::span<const Hash> leaf_hashes) {
  if (leaf_hashes.size() == 1) return leaf_hashes.front();
  const std::size_t left = std::bit_floor(leaf_hashes.size() - 1);
  return NodeHash(RootOfRange(leaf_hashes.first(left)), RootOfRange(leaf_hashes.subspan(left)));
}

}  // namespace

Hash EmptyRoot() { return Sha256(ByteView()); }

Hash NodeHash(const Hash& left, const Hash& right) {
  return Sha256({ByteView(&kNodePrefix, 1), left.view(), right.view()});
}

std::vector<Hash> Frontier::Append(const Hash& leaf_hash) {
  assert(subtrees_.size() == static_cast<std::size_t>(std::popcount(size_.value)));
  std::vector<Hash> completed = {leaf_hash};
  // Each trailing one bit of the size is a full subtree that the new leaf completes.
  for (std::uint64_t rest = size_.value; (rest & 1) != 0; rest >>= 1) {
    completed.push_back(NodeHash(subtrees_.back(), completed.back()));
    subtrees_.pop_back();
  }
  subtrees_.push_back(completed.back());
  ++size_.value;
  return completed;
}

Hash Frontier::Root() const {
  if (subtrees_.empty()) return EmptyRoot();
  Hash root = subtrees_.back();
  for (std::size_t i = subtrees_.size() - 1; i > 0; --i) root = NodeHash(subtrees_[i - 1], root);
  return root;
}

Bytes Frontier::Encode() const {
  Writer out;
  out.U64(size_.value);
  for (const Hash& subtree : subtrees_) out.Fixed(subtree);
  return out.Take();
}

absl::StatusOr<Frontier> Frontier::Decode(ByteView bytes) {
  Reader in(bytes);
  Frontier out;
  out.size_.value = in.U64("size");
  const int count = std::popcount(out.size_.value);
  for (int i = 0; i < count && in.ok(); ++i) out.subtrees_.push_back(in.Fixed<Hash>("subtree"));
  if (absl::Status status = in.Finish("frontier"); !status.ok()) return status;
  return out;
}

Hash RootOf(const std::vector<Hash>& leaf_hashes) {
  return leaf_hashes.empty() ? EmptyRoot() : RootOfRange(leaf_hashes);
}

}  // namespace amparo::audit
