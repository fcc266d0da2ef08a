// The draft of a root policy: the one statement that every root signs, and their signatures.
// Spec: docs/spec/directory.md, "Founding". Thread safety: pure functions.

#ifndef AMPARO_CLIENT_POLICY_DRAFT_H_
#define AMPARO_CLIENT_POLICY_DRAFT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "statement/bodies.h"
#include "statement/statement.h"

namespace amparo::client {

struct PolicyDraft {
  Statement statement;
  Policy policy;
};
// INVALID_ARGUMENT: not a draft, or its org is not its policy's.
absl::StatusOr<PolicyDraft> ParsePolicyDraft(absl::string_view text);
// INVALID_ARGUMENT: a signature of another draft, by no root, wrong, twice, or too few.
absl::StatusOr<SignedStatement> AssemblePolicy(const PolicyDraft& draft,
                                               const std::vector<std::string>& signatures);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_POLICY_DRAFT_H_
