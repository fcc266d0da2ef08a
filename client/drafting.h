// Drafts that carry objects and keys: what the verbs about documents have in common. Who is
// granted what is for workflow::PlanGrants to say; here it is carried out.
//
// Thread safety: one thread at a time.

#ifndef AMPARO_CLIENT_DRAFTING_H_
#define AMPARO_CLIENT_DRAFTING_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/client.h"
#include "client/statement_author.h"
#include "client/workplace.h"
#include "crypto/manifest.h"

namespace amparo::client {

// A draft on a document, to be signed by this member.
Draft DraftOn(const SubjectId& subject, Act act);

// Who holds the devices.
std::set<MemberId> MembersOf(const std::vector<workflow::Grantee>& devices);

// Grants `object` to each of `devices`; returns how many members can open it now.
absl::StatusOr<std::size_t> GrantToEach(const Workplace& place, Draft& draft,
                                        const ObjectId& object, const FileKey& key,
                                        const std::vector<workflow::Grantee>& devices);

// Whether a key goes to somebody new, for whom somebody else must have seen this history:
// Workplace::CheckFreshEnoughToGrant. Without: a fresh view is enough.
enum class Readers { kNew, kOnTheCase };
// Grants the manifest of the newest source or translation, with the key this home was given
// itself. Nothing to do is no error. PERMISSION_DENIED: this home cannot open it.
absl::Status GrantExisting(Workplace& place, Draft& draft, const DocumentHistory& history,
                           Which which, const std::vector<workflow::Grantee>& devices,
                           Readers readers = Readers::kNew);

// Seals a small object, with grants to `devices` and recovery.
absl::Status AddSealedText(const Workplace& place, Draft& draft, ObjectClass object_class,
                           const SecretBuffer& text, const std::vector<workflow::Grantee>& devices);
// A note for `devices`. Does nothing when `text` is empty.
// INVALID_ARGUMENT: it is too long or no UTF-8.
absl::Status AddNote(const Workplace& place, Draft& draft, const std::string& text,
                     const std::vector<workflow::Grantee>& devices);
inline absl::Status AddNote(const Workplace& place, Draft& draft, const std::string& text,
                            const workflow::Document&,
                            const std::vector<workflow::Grantee>& devices) {
  return AddNote(place, draft, text, devices);
}

// The objects of a source or a translation.
struct SealedVersion {
  SealedSmall manifest;
  std::vector<ObjectRef> parts;
  std::vector<Hash> sha256;  // Of each file.
};
// Stands for one where only the rules are asked: of the right shape, sealing nothing.
SealedVersion TrialVersion(const std::vector<FileToSend>& files);
// Manifest first, then the parts.
void AddVersion(Draft& draft, const SealedVersion& version);

// A whole hour, `hours` after the newest tick.
UnixSeconds LeaseEnd(const Workplace& place, std::uint32_t hours);
// Weeks since Monday 1970-01-05 of "2026-12-04"; 0 for an empty date.
absl::StatusOr<std::uint16_t> WeekOf(const std::string& date);

// What a certificate will quote. INVALID_ARGUMENT: it is not one line of plain text.
absl::Status CheckOneLine(absl::string_view what, absl::string_view text);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_DRAFTING_H_
