#include "client/bundle_connection.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/refused.h"

namespace amparo::client {

BundleConnection::BundleConnection(const BundleDocuments& bundle)
    : RefusingConnection(absl::UnavailableError("a bundle does not answer this")),
      bundle_(bundle) {}

absl::StatusOr<SyncReply> BundleConnection::Sync(Position from, std::uint32_t limit) {
  const BundleHead& head = bundle_.head;
  if (from < head.from) {
    return Refused(absl::StatusCode::kFailedPrecondition, "BUNDLE_STARTS_LATER",
                   absl::StrCat("the bundle begins at entry ", head.from.value,
                                ", and this home knows the log up to entry ", from.value));
  }
  SyncReply reply{.entries = {}, .checkpoint = head.note};
  const std::uint64_t first = from.value - head.from.value;
  for (std::uint64_t i = first; i < bundle_.leaves.size() && i - first < limit; ++i) {
    const auto statement = bundle_.statements.find(Position{head.from.value + i});
    reply.entries.push_back(
        {.leaf = bundle_.leaves[i],
         .statement = statement == bundle_.statements.end() ? Bytes() : statement->second});
  }
  return reply;
}

absl::StatusOr<SubjectReply> BundleConnection::Subject(SubjectType type, const SubjectId& subject,
                                                       std::uint32_t from) {
  const SubjectKey key{type, subject};
  const auto found = bundle_.visible.find(key);
  if (found == bundle_.visible.end()) {
    const auto& hidden = bundle_.hidden;
    if (std::find(hidden.begin(), hidden.end(), key) != hidden.end()) {
      return absl::NotFoundError("no longer for this member to see");
    }
    return Refused(absl::StatusCode::kFailedPrecondition, "BUNDLE_LACKS",
                   absl::StrCat("the bundle lacks what was said of ",
                                type == SubjectType::kCase ? "case " : "document ", ToHex(subject),
                                ", which this home has to see: whoever made it does not see it"));
  }
  SubjectReply reply;
  reply.total = static_cast<std::uint32_t>(found->second.size());
  for (std::size_t i = from; i < found->second.size(); ++i) {
    const Position position = found->second[i];
    reply.statements.push_back({position, bundle_.statements.at(position)});
  }
  return reply;
}

}  // namespace amparo::client
