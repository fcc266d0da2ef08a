// An organisation's card: public, what somebody needs who is not invited: the other registrars,
// and a partner organisation's witness. Spec: docs/spec/witness.md, "The card".
//
// Thread safety: values; pure functions.

#ifndef AMPARO_CLIENT_ORG_CARD_H_
#define AMPARO_CLIENT_ORG_CARD_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "audit/checkpoint.h"
#include "client/connection.h"
#include "statement/ids.h"

namespace amparo::client {

struct OrgCardFields {
  Endpoint server;  // Its address and pinned certificate.
  OrgId org;
  VerifyKey log_key;
  audit::Checkpoint head;  // That the log must contain.
  // The head as the log signed it, and every policy as it was signed, so that a witness who never
  // sees a statement can accuse the log before a third person; empty: not known to the maker.
  std::string note;
  std::vector<Bytes> policies;
};
std::string FormatOrgCard(const OrgCardFields& card);
// INVALID_ARGUMENT: not a card. The note and the policies are not judged.
absl::StatusOr<OrgCardFields> ParseOrgCard(absl::string_view text);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_ORG_CARD_H_
