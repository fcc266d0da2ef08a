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

// On whose behalf a request is made: a member's certificate, or a witness that the operator
// named, who is no member.
struct Caller {
  OrgId org;
  MemberId member;   // Zeros: a witness.
  Hash certificate;  // A witness: their public key.
  bool is_witness = false;
};

}  // namespace amparo::server

#endif  // AMPARO_SERVER_SUBJECT_H_
