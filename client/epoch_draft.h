// A log epoch: the roots' word that the log goes on from a size after a backup was restored.
// Drafted by a member who saw more than the server has now, signed by roots off line, and
// carried to the server by any member.
// Spec: docs/spec/directory.md, "log_epoch"; docs/guides/operator.md, "After a restore".
//
// Thread safety: one thread at a time.

#ifndef AMPARO_CLIENT_EPOCH_DRAFT_H_
#define AMPARO_CLIENT_EPOCH_DRAFT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/client.h"
#include "client/connection.h"
#include "client/replica.h"
#include "crypto/identity_file.h"
#include "statement/statement.h"

namespace amparo::client {

struct LogEpochDraft {
  Statement statement;
  LogEpoch epoch;
};
// INVALID_ARGUMENT: not a draft of a log epoch.
absl::StatusOr<LogEpochDraft> ParseLogEpochDraft(absl::string_view text);

// Names the largest head that the server's log and this replica's have in common; `lost` is how
// many entries this home saw that the server has no more. Takes the server's word for what it
// has: a false one makes an epoch that the log refuses, or that other homes do.
// FAILED_PRECONDITION: the server's log continues ours, so that nothing is lost; or this replica
// is light and shares no head that it knows.
absl::StatusOr<std::string> DraftLogEpoch(Connection& connection, const Replica& replica,
                                          const OrgId& org, std::uint64_t& lost);

// A root's signature of the draft, as text. FAILED_PRECONDITION: these keys sign nothing.
absl::StatusOr<std::string> SignLogEpoch(const LogEpochDraft& draft, const KeyBundle& keys);
// INVALID_ARGUMENT: a signature is wrong, by no root of the policy, or there are too few.
absl::StatusOr<SignedStatement> AssembleLogEpoch(const LogEpochDraft& draft, const Policy& policy,
                                                 const std::vector<std::string>& signatures);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_EPOCH_DRAFT_H_
