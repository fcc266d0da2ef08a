// What was to be done with files, so that an act which was interrupted while they were sealed can
// be done again from the files: options, and the files as they were.
// Spec: docs/spec/outbox.md, "Plans"; this file is its only reader and writer.
//
// Thread safety: one thread at a time per workplace.

#ifndef AMPARO_CLIENT_PLANS_H_
#define AMPARO_CLIENT_PLANS_H_

#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/client.h"
#include "client/outbox_item.h"
#include "client/workplace.h"
#include "crypto/bytes.h"

namespace amparo::client {

struct SubmitPlan {
  std::vector<FileToSend> files;
  SubmitOptions options;
  SubjectId document;  // The one it will be.
};
using Plan = std::variant<SubmitPlan, HandInPlan>;

// With the absolute paths of the files, and when they were changed last.
absl::StatusOr<Bytes> EncodePlan(const Plan& plan);
// FAILED_PRECONDITION, reason FILE_CHANGED: a file is not there any more, or another one.
// DATA_LOSS: not what EncodePlan writes.
absl::StatusOr<Plan> DecodePlan(ByteView bytes);

// Seals again what was interrupted; the item is waiting then. REQUIRES: a sealing item.
absl::Status TakeUp(Workplace& place, const OutboxItem& item);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_PLANS_H_
