// A document or case as it will be once the statements that wait on this device stand in the log.
// Spec: docs/spec/outbox.md, "What waits counts as done".
//
// Thread safety: pure functions.

#ifndef AMPARO_CLIENT_WAITING_STATEMENTS_H_
#define AMPARO_CLIENT_WAITING_STATEMENTS_H_

#include <vector>

#include "client/replica.h"
#include "statement/statement.h"
#include "workflow/workflow.h"

namespace amparo::client {

// What the rules would not allow now changes nothing. Nothing known of `id`: as it begins.
workflow::Document DocumentAfter(const Replica& replica, const SubjectId& id,
                                 const std::vector<SignedStatement>& waiting);
// Of the submits that wait it counts the documents too.
workflow::Case CaseAfter(const Replica& replica, const SubjectId& id,
                         const std::vector<SignedStatement>& waiting);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_WAITING_STATEMENTS_H_
