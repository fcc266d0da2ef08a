#include "client/workplace.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace amparo::client {

absl::Status Refused(absl::StatusCode code, absl::string_view reason, absl::string_view message) {
  absl::Status status(code, message);
  AttachDetail(status, {.reason = std::string(reason), .head = std::nullopt});
  return status;
}

Workplace::Workplace(Home the_home, KeyBundle the_keys, Membership the_membership,
                     std::unique_ptr<Connection> the_connection, Replica the_replica)
    : home(std::move(the_home)),
      keys(std::move(the_keys)),
      membership(std::move(the_membership)),
      connection(std::move(the_connection)),
      replica(std::move(the_replica)) {
  BecomeAuthor();
}

void Workplace::BecomeAuthor() {
  replica.Expect(ExpectedBy(membership));
  connection->UseSession(SessionKeysOf(membership, keys));
  author.emplace(*connection, replica,
                 AuthorKeys{.org = membership.org,
                            .member = membership.member,
                            .certificate = membership.certificate,
                            .signing = &*keys.signing},
                 [this] { return SyncReplicaOnly(); });
}

absl::Status Workplace::SyncReplicaOnly() {
  return SyncReplica(replica, *connection, home, *keys.home);
}

absl::Status Workplace::Sync() {
  if (absl::Status s = SyncReplicaOnly(); !s.ok()) return s;
  const Hash certificate = FindOwnCertificate(replica.directory(), membership, keys);
  if (certificate == membership.certificate || certificate.is_zero()) return absl::OkStatus();
  membership.certificate = certificate;
  if (absl::Status s = WriteMembership(home, *keys.home, membership); !s.ok()) return s;
  BecomeAuthor();
  // What is visible to the certificate was not visible to its request.
  return SyncReplicaOnly();
}

EnrolmentContext Workplace::enrolment() {
  return {.connection = *connection, .author = *author, .keys = keys, .membership = membership};
}

bool Workplace::HasRole(Role role) const {
  return replica.directory().HasRole(self(), role, replica.now());
}

absl::StatusOr<const DocumentHistory*> Workplace::FindDocument(const SubjectId& document) const {
  const auto found = replica.documents().find(document);
  if (found == replica.documents().end()) {
    return absl::NotFoundError(absl::StrCat("no document ", ToHex(document), " is known here"));
  }
  if (!found->second.visible) {
    return absl::NotFoundError(
        absl::StrCat("document ", ToHex(document), " is no longer yours to see"));
  }
  return &found->second;
}

absl::StatusOr<const CaseHistory*> Workplace::FindCase(const SubjectId& case_id) const {
  const auto found = replica.cases().find(case_id);
  if (found == replica.cases().end()) {
    return absl::NotFoundError(absl::StrCat("no case ", ToHex(case_id), " is known here"));
  }
  if (!found->second.visible) {
    return absl::NotFoundError(absl::StrCat("case ", ToHex(case_id), " is no longer yours to see"));
  }
  return &found->second;
}

absl::Status Workplace::CheckFreshEnoughToGrant() const {
  if (!replica.directory().founded()) {
    return absl::FailedPreconditionError("nothing is known of the organisation; synchronise first");
  }
  const std::uint64_t limit_s =
      std::uint64_t{3600} * replica.directory().policy().freshness_limit_hours;
  const std::uint64_t now = SystemNow().value;
  const std::uint64_t tick = replica.directory().newest_tick().value;
  if (tick + limit_s >= now) return absl::OkStatus();
  return Refused(
      absl::StatusCode::kFailedPrecondition, "VIEW_TOO_OLD",
      absl::StrCat("the newest news of the organisation is ", (now - tick) / 3600,
                   " hours old, over the limit of ", limit_s / 3600,
                   " for a key to a new reader; ask any colleague to run `amparo sync`"));
}

}  // namespace amparo::client
