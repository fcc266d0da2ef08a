// A subject, as the engine names one: its type and its id.
// Spec: docs/spec/statement.md, "Subjects". Thread safety: values.

#ifndef AMPARO_SERVER_SUBJECT_H_
#define AMPARO_SERVER_SUBJECT_H_

#include <compare>

#include "statement/ids.h"
#include "statement/kinds.h"
#include "statement/statement.h"

namespace amparo::server {

struct Subject {
  SubjectType type = SubjectType::kDirectory;
  SubjectId id;
  friend auto operator<=>(const Subject&, const Subject&) = default;
};

// REQUIRES: the statement's kind is known.
inline Subject SubjectOf(const Statement& statement) {
  return {.type = SubjectTypeOf(static_cast<Kind>(statement.kind)), .id = statement.subject};
}

// The certificate on whose behalf a request is made.
struct Caller {
  OrgId org;
  MemberId member;
  Hash certificate;
};

}  // namespace amparo::server

#endif  // AMPARO_SERVER_SUBJECT_H_
