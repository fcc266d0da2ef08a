#include "server/statement_queue.h"

#include "absl/strings/str_cat.h"
#include "server/refusal.h"

namespace amparo::server {

absl::Status QueueIsFull(std::size_t waiting) {
  return Refuse(Reason::kServerBusy, absl::StrCat(waiting, " statements are waiting already"));
}

absl::Status CarrierIsAhead() {
  return Refuse(Reason::kServerBusy,
                absl::StrCat(kQueueStatementsPerCarrierMax,
                             " statements that this member carries are waiting already"));
}

absl::Status DayIsFull(std::uint64_t per_day) {
  return Refuse(Reason::kQuotaReached, absl::StrCat("this member carried ", per_day,
                                                    " statements today, which is all for a day"));
}

}  // namespace amparo::server
