// Matchers for what Decide says.
//
// Thread safety: functions without state.

#ifndef AMPARO_TESTS_WORKFLOW_DECISION_MATCHERS_H_
#define AMPARO_TESTS_WORKFLOW_DECISION_MATCHERS_H_

#include <gmock/gmock.h>

#include <string>

#include "workflow/workflow.h"

namespace amparo::workflow {

// "TranslationApproved, DocumentDelivered", or "refused ROLE_REQUIRED".
inline std::string Outcome(const Decision& decision) {
  if (decision.refusal) return "refused " + std::string(RefusalName(*decision.refusal));
  std::string out;
  for (const Event& event : decision.events) {
    if (!out.empty()) out += ", ";
    out += std::string(EventName(event));
  }
  return out;
}

MATCHER_P(Emits, names, "") {
  *result_listener << Outcome(arg);
  return Outcome(arg) == names;
}

MATCHER_P(IsRefused, refusal, "") {
  *result_listener << Outcome(arg);
  return arg.refusal == refusal;
}

}  // namespace amparo::workflow

#endif  // AMPARO_TESTS_WORKFLOW_DECISION_MATCHERS_H_
