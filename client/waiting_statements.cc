#include "client/waiting_statements.h"

#include <utility>
#include <variant>

#include "statement/bodies.h"

namespace amparo::client {
namespace {

template <class Subject>
Subject Replayed(const Replica& replica, Subject subject, SubjectType type,
                 const std::vector<SignedStatement>& waiting) {
  const workflow::Context context{.directory = replica.directory(), .moment = replica.now()};
  for (const SignedStatement& one : waiting) {
    if (one.statement.subject_type != static_cast<std::uint8_t>(type) ||
        one.statement.subject != subject.id) {
      continue;
    }
    const auto body = DecodeBody(one.statement.kind, one.statement.body);
    if (!body.ok()) continue;
    const workflow::Decision decision = workflow::Decide(subject, context, one, *body);
    if (decision.ok()) subject = workflow::Evolve(std::move(subject), decision.events, one);
  }
  return subject;
}

}  // namespace

workflow::Document DocumentAfter(const Replica& replica, const SubjectId& id,
                                 const std::vector<SignedStatement>& waiting) {
  const auto found = replica.documents().find(id);
  workflow::Document document;
  document.id = id;
  if (found != replica.documents().end()) document = found->second.document;
  return Replayed(replica, std::move(document), SubjectType::kDocument, waiting);
}

workflow::Case CaseAfter(const Replica& replica, const SubjectId& id,
                         const std::vector<SignedStatement>& waiting) {
  const auto found = replica.cases().find(id);
  workflow::Case subject;
  subject.id = id;
  if (found != replica.cases().end()) subject = found->second.subject;
  subject = Replayed(replica, std::move(subject), SubjectType::kCase, waiting);
  for (const SignedStatement& one : waiting) {
    const auto body = DecodeBody(one.statement.kind, one.statement.body);
    if (!body.ok()) continue;
    const auto* submit = std::get_if<Submit>(&body->act);
    if (submit == nullptr || submit->case_id != id || submit->version > 1) continue;
    subject = workflow::EvolveWithDocument(std::move(subject), one.statement.subject);
  }
  return subject;
}

}  // namespace amparo::client
