#include "client/founding.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "audit/checkpoint.h"
#include "client/founding_homes.h"
#include "client/membership.h"
#include "client/names.h"
#include "client/org_card.h"
#include "client/policy_draft.h"
#include "statement/invitation.h"

namespace amparo::client {
namespace {

// Makes a registrar's home a member of `org`. The same again changes nothing.
absl::Status Settle(Home& home, const KeyBundle& keys, const RegistrarSelf& self,
                    Membership membership) {
  auto before = ReadMembership(home, *keys.home);
  if (before.ok() && before->org != membership.org) {
    return absl::FailedPreconditionError(absl::StrCat(
        "this home belongs to organisation ", ToHex(before->org), ", not ", ToHex(membership.org)));
  }
  if (!before.ok() && !absl::IsNotFound(before.status())) return before.status();
  membership.member = self.certificate.member;
  membership.certificate = HashOf(self.certificate);
  membership.display_name = self.display_name;
  if (auto status = WriteMembership(home, *keys.home, membership); !status.ok()) return status;
  HomeCard card = home.card();
  card.address = membership.server.address;
  card.member_code = MemberCode(membership.member);
  return home.WriteCard(card);
}

absl::StatusOr<RegistrarSelf> SelfOf(const Home& home, const KeyBundle& keys) {
  if (!keys.home.has_value()) return absl::FailedPreconditionError("the keys have no home key");
  return ReadRegistrarSelf(home, *keys.home);
}

// What was asked for, else what an earlier attempt left: nobody goes without it unasked.
absl::StatusOr<std::string> ProxyOf(const Home& home, const KeyBundle& keys,
                                    const std::string& asked) {
  if (!asked.empty()) return asked;
  auto before = ReadMembership(home, *keys.home);
  if (absl::IsNotFound(before.status())) return std::string();
  if (!before.ok()) return before.status();
  return before->server.proxy;
}

}  // namespace

absl::Status Found(Home& home, const KeyBundle& keys, absl::string_view founding_token,
                   absl::string_view draft, const std::vector<std::string>& signatures,
                   const Connector& connector, const std::string& proxy) {
  auto token = ParseFoundingToken(founding_token);
  if (!token.ok()) return token.status();
  auto parsed = ParsePolicyDraft(draft);
  if (!parsed.ok()) return parsed.status();
  auto self = SelfOf(home, keys);
  if (!self.ok()) return self.status();
  const auto& registrars = parsed->policy.registrars;
  if (std::find(registrars.begin(), registrars.end(), self->certificate) == registrars.end()) {
    return absl::FailedPreconditionError("the draft does not list this home's registrar");
  }
  if (parsed->policy.log_key != token->log_key) {
    return absl::FailedPreconditionError("the draft was made with another founding token");
  }
  auto policy = AssemblePolicy(*parsed, signatures);
  if (!policy.ok()) return policy.status();
  auto kept_proxy = ProxyOf(home, keys, proxy);
  if (!kept_proxy.ok()) return kept_proxy.status();
  const Endpoint server{.address = token->server_address,
                        .certificate_pem = token->server_certificate,
                        .proxy = *std::move(kept_proxy)};
  auto connection = connector(server);
  if (!connection.ok()) return connection.status();
  auto reply = (*connection)->Found(token->token.view(), token->secret.Expose(), policy->bytes);
  if (!reply.ok()) return reply.status();
  const OrgId org = parsed->statement.org;
  auto head = audit::OpenCheckpoint(org, token->log_key, reply->checkpoint);
  if (!head.ok()) {
    return absl::DataLossError(
        absl::StrCat("the server's checkpoint is not the log's: ", head.status().message()));
  }
  return Settle(home, keys, *self,
                {.org = org,
                 .log_key = token->log_key,
                 .server = server,
                 .member = {},
                 .certificate = {},
                 .invite = {},
                 .display_name = {},
                 .introduced = *head});
}

absl::StatusOr<std::string> OrgCard(Home& home, const KeyBundle& keys) {
  if (!keys.home.has_value()) return absl::FailedPreconditionError("the keys have no home key");
  auto membership = ReadMembership(home, *keys.home);
  if (!membership.ok()) return membership.status();
  // The newest head this home verified; the one it was introduced with before its first sync.
  auto replica = RestoreReplica(home, *keys.home, *membership);
  if (!replica.ok()) return replica.status();
  audit::Checkpoint head = replica->head();
  if (head.size.value == 0 && membership->introduced.has_value()) head = *membership->introduced;
  return FormatOrgCard({.server = membership->server,  // Without the proxy, which is ours alone.
                        .org = membership->org,
                        .log_key = membership->log_key,
                        .head = head,
                        .note = replica->checkpoint_note(),
                        .policies = replica->policies()});
}

absl::Status JoinAsRegistrar(Home& home, const KeyBundle& keys, absl::string_view org_card,
                             const std::string& proxy) {
  auto self = SelfOf(home, keys);
  if (!self.ok()) return self.status();
  auto card = ParseOrgCard(org_card);
  if (!card.ok()) return card.status();
  Membership membership;
  auto kept_proxy = ProxyOf(home, keys, proxy);
  if (!kept_proxy.ok()) return kept_proxy.status();
  membership.server = card->server;
  membership.server.proxy = *std::move(kept_proxy);
  membership.org = card->org;
  membership.log_key = card->log_key;
  membership.introduced = card->head;
  // Fails now, not at the first sync, if the card is not usable.
  if (auto connection = ConnectGrpc(membership.server); !connection.ok()) {
    return connection.status();
  }
  return Settle(home, keys, *self, std::move(membership));
}

}  // namespace amparo::client
