// Everything the engine asks before a statement may stand, in order. Pure but for reading
// the overlay. Spec: docs/spec/engine.md, "The life of a statement", step 6.
//
// Thread safety: the functions are independent.

#ifndef AMPARO_SERVER_JUDGE_H_
#define AMPARO_SERVER_JUDGE_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "server/overlay.h"
#include "server/submission.h"
#include "workflow/workflow.h"

namespace amparo::server {

struct Verdict {
  std::vector<workflow::Event> events;  // None for class 1.
  SubjectId case_id;                    // Zeros for class 1.
  // Of its subject before it; null for class 1.
  std::shared_ptr<const SubjectState> before;
};

// The statement as the next entry. Refusals carry their detail (server/refusal.h); other
// errors are the storage's.
absl::StatusOr<Verdict> Judge(const Submission& submission, const Overlay& overlay);

// Whether a grant is stored: what is made for somebody no longer valid is dropped, and is
// never a reason to refuse.
bool IsGranteeValid(const GrantRef& grant, const Overlay& overlay);

}  // namespace amparo::server

#endif  // AMPARO_SERVER_JUDGE_H_
