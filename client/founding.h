// Founding an organisation, and the homes that are not members': roots and recovery.
// Spec: docs/spec/directory.md, "Founding".
//
//   each root:       CreateRootHome -> amparo-root.pub text
//   recovery:        CreateRecoveryHome -> age1... text
//   each registrar:  CreateRegistrarHome -> registrar card text (keys, no secret)
//   founder:         DraftPolicy(token, roots, recovery, registrars) -> draft text
//   two roots:       SignPolicy(draft) -> signature text
//   founder:         Found(token, draft, signatures) -> the organisation stands
//
// Thread safety: the functions are independent.

#ifndef AMPARO_CLIENT_FOUNDING_H_
#define AMPARO_CLIENT_FOUNDING_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/connection.h"
#include "client/home.h"
#include "statement/bodies.h"

namespace amparo::client {

absl::StatusOr<std::string> CreateRootHome(const std::string& directory, ByteView passphrase);
absl::StatusOr<std::string> CreateRecoveryHome(const std::string& directory, ByteView passphrase);
// `display_name` stays in the sealed home until the directory starts; the card holds keys only.
absl::StatusOr<std::string> CreateRegistrarHome(const std::string& directory, ByteView passphrase,
                                                const std::string& display_name);

// What a policy draft says, for a person to check before signing.
struct PolicySummary {
  OrgId org;
  std::uint32_t version = 0;
  std::size_t roots = 0;
  std::uint8_t threshold = 0;
  std::string recovery;                 // age1...
  std::vector<std::string> registrars;  // Member codes.
  std::uint32_t freshness_limit_hours = 0;
  std::string fingerprint;  // Of the draft: 4 groups of words to read to each other.
};
absl::StatusOr<std::string> DraftPolicy(absl::string_view founding_token,
                                        const std::vector<std::string>& roots,
                                        const std::string& recovery,
                                        const std::vector<std::string>& registrars);
absl::StatusOr<PolicySummary> ReadPolicyDraft(absl::string_view draft);
// REQUIRES: keys.signing.
absl::StatusOr<std::string> SignPolicy(absl::string_view draft, const KeyBundle& keys);
// Sends the policy and makes `home` (a registrar's of it) a member of the organisation.
// The same call again is harmless. `proxy`, here and below: Endpoint::proxy, kept in the home;
// empty: what the home has already, or none.
absl::Status Found(Home& home, const KeyBundle& keys, absl::string_view founding_token,
                   absl::string_view draft, const std::vector<std::string>& signatures,
                   const Connector& connector = ConnectGrpc, const std::string& proxy = {});
// Other registrars of the policy join with the draft and the founding's outcome file.
absl::Status JoinAsRegistrar(Home& home, const KeyBundle& keys, absl::string_view org_card,
                             const std::string& proxy = {});
// Public: address, pinned certificate, org, log key. What `JoinAsRegistrar` needs.
absl::StatusOr<std::string> OrgCard(Home& home, const KeyBundle& keys);

// Joining by invitation: makes the home, sends the request.
absl::StatusOr<Home> Join(const std::string& directory, ByteView passphrase,
                          absl::string_view invitation, Connector connector,
                          const std::string& proxy = {});

// Recovery: opens a challenge sealed to the recovery recipient, so that no case opens before
// somebody showed that the key works. Makes the challenge file / answers it.
absl::StatusOr<std::string> MakeRecoveryChallenge(const std::string& recovery, Hash* proof);
absl::StatusOr<std::string> AnswerRecoveryChallenge(absl::string_view challenge,
                                                    const KeyBundle& keys);
// The proof to publish. PERMISSION_DENIED: the answer is not this challenge's.
absl::StatusOr<Hash> CheckRecoveryAnswer(absl::string_view challenge, absl::string_view answer);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_FOUNDING_H_
