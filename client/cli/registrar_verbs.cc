// org pending | admit | endorse | reissue | revoke, invite: the registrar's verbs.

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/people.h"
#include "client/cli/verbs.h"
#include "client/enrolment.h"

namespace amparo::cli {
namespace {

struct Given {
  std::string output = "-";
  std::string member, name_file, device;
  std::vector<std::string> roles, languages;
  std::vector<Desk> desks = {1};
  bool submit_only = false;
  std::uint32_t valid_hours = 24 * 7;
  std::uint32_t valid_days = 365;
  std::uint16_t capacity = 0;
};

absl::Status GiveInvitation(Shell& shell, const Given& given,
                            const absl::StatusOr<SecretBuffer>& text) {
  if (!text.ok()) return text.status();
  if (absl::Status status = WriteNewFile(given.output, text->Expose()); !status.ok()) {
    return status;
  }
  shell.terminal->Note(absl::StrCat("the invitation is a secret for one person, good for ",
                                    given.valid_hours,
                                    " hours; hand it over in person or by "
                                    "a channel you trust"));
  return absl::OkStatus();
}

absl::Status Invite(Shell& shell, const Given& given) {
  absl::StatusOr<std::uint16_t> roles = ParseRoles(given.roles);
  if (!roles.ok()) return roles.status();
  absl::StatusOr<std::string> name =
      shell.terminal->Text(given.name_file, "the name colleagues know this person by", 128);
  if (!name.ok()) return name.status();
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient();
  if (!opened.ok()) return opened.status();
  client::Client::InviteOptions options{.roles = *roles,
                                        .desks = given.desks,
                                        .submit_only = given.submit_only,
                                        .attributes = {.display_name = *name,
                                                       .languages = given.languages,
                                                       .capacity = given.capacity},
                                        .member = std::nullopt,
                                        .valid_hours = given.valid_hours};
  if (!given.member.empty()) {
    absl::StatusOr<MemberId> member = (*opened)->FindMember(given.member, /*exact=*/true);
    if (!member.ok()) return member.status();
    options.member = *member;
  }
  return GiveInvitation(shell, given, (*opened)->Invite(options));
}

// A new certificate for a member whose keys are lost: an invitation bound to who they are.
absl::Status Reissue(Shell& shell, const Given& given) {
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient();
  if (!opened.ok()) return opened.status();
  absl::StatusOr<MemberId> member = (*opened)->FindMember(given.member, /*exact=*/true);
  if (!member.ok()) return member.status();
  const std::vector<client::MemberCard> cards = (*opened)->Members();
  for (const client::MemberCard& card : cards) {
    if (card.member != *member) continue;
    absl::Status yes = shell.terminal->Confirm(absl::StrCat(
        "invite ", SpellMember(card), " to a new device, as ", SpellRoles(card.roles), "?"));
    if (!yes.ok()) return yes;
    const absl::Status invited = GiveInvitation(
        shell, given,
        (*opened)->Invite({.roles = card.roles,
                           .desks = card.desks,
                           .submit_only = given.submit_only,
                           .attributes = {.display_name = card.name.empty() ? card.code : card.name,
                                          .languages = card.languages,
                                          .capacity = card.capacity},
                           .member = *member,
                           .valid_hours = given.valid_hours}));
    if (invited.ok()) {
      shell.terminal->Note(
          "once you have admitted it, another registrar must endorse the new device");
    }
    return invited;
  }
  return absl::NotFoundError(absl::StrCat("no member ", given.member));
}

absl::Status ShowPending(Shell& shell) {
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient();
  if (!opened.ok()) return opened.status();
  absl::StatusOr<std::vector<client::Client::PendingRequest>> pending = (*opened)->Pending();
  if (!pending.ok()) return pending.status();
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const auto& request : *pending) {
    shell.terminal->Line(
        absl::StrCat(request.member_code, "  ", request.display_name, ", ",
                     SpellRoles(request.roles), request.submit_only ? ", submit-only" : "",
                     request.authentic ? "" : absl::StrCat("  NOT AUTHENTIC: ", request.problem)));
    list.push_back({{"code", request.member_code},
                    {"name", request.display_name},
                    {"roles", RoleNames(request.roles)},
                    {"desks", request.desks},
                    {"submit_only", request.submit_only},
                    {"authentic", request.authentic},
                    {"problem", request.problem}});
  }
  for (const client::MemberCard& card : (*opened)->Members()) {
    if (!card.waits_for_endorsement) continue;
    shell.terminal->Line(absl::StrCat(SpellMember(card), ", ", SpellRoles(card.roles),
                                      ": admitted, waits for a second registrar"));
    list.push_back({{"code", card.code},
                    {"name", card.name},
                    {"roles", RoleNames(card.roles)},
                    {"waits_for_endorsement", true}});
  }
  if (list.empty()) shell.terminal->Line("nobody waits");
  shell.terminal->Json({{"pending", list}});
  return absl::OkStatus();
}

absl::Status Admit(Shell& shell, const Given& given) {
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient();
  if (!opened.ok()) return opened.status();
  absl::StatusOr<std::vector<client::Client::PendingRequest>> pending = (*opened)->Pending();
  if (!pending.ok()) return pending.status();
  const client::Client::PendingRequest* found = nullptr;
  for (const auto& request : *pending) {
    if (request.member_code != given.member && request.display_name != given.member) continue;
    if (found != nullptr) {
      return absl::NotFoundError(
          absl::StrCat("several who wait are called ", given.member, ": give the code"));
    }
    found = &request;
  }
  if (found == nullptr) {
    return absl::NotFoundError(absl::StrCat("nobody who waits is called ", given.member));
  }
  if (!found->authentic) {
    return absl::PermissionDeniedError(
        absl::StrCat("the request of ", found->member_code, " is not authentic: ", found->problem));
  }
  absl::Status yes = shell.terminal->Confirm(
      absl::StrCat("admit ", found->display_name, " (", found->member_code, ") as ",
                   SpellRoles(found->roles), " for ", given.valid_days, " days?"));
  if (!yes.ok()) return yes;
  absl::StatusOr<MemberId> member = (*opened)->Admit(*found, given.valid_days);
  if (!member.ok()) return member.status();
  const bool waits =
      !client::WaitingForEndorsement((*opened)->replica().directory(), *member).empty();
  shell.terminal->Line(absl::StrCat("admitted ", client::MemberCode(*member),
                                    waits ? "; a second registrar must endorse" : ""));
  return absl::OkStatus();
}

// What `--device` names; nothing: it was not given.
absl::StatusOr<std::optional<Hash>> DeviceOf(const Given& given) {
  if (given.device.empty()) return std::nullopt;
  const std::optional<Bytes> bytes = FromHex(given.device);
  const std::optional<Hash> certificate = bytes ? Hash::From(*bytes) : std::nullopt;
  if (certificate) return certificate;
  return absl::InvalidArgumentError(
      absl::StrCat("\"", given.device, "\" is no certificate: 64 hexadecimal digits"));
}

// Everything that a second registrar has to see of one device that waits.
void ShowWaiting(Shell& shell, const client::Client& client,
                 const directory::CertificateRecord& record) {
  const Certificate& certificate = record.certificate;
  const client::MemberCard card = CardOf(client, certificate.member);
  Terminal& terminal = *shell.terminal;
  terminal.Note(absl::StrCat("a device of ", SpellMember(card), " waits"));
  terminal.Note(absl::StrCat("  certified by: ", SpellMember(CardOf(client, record.certified_by))));
  terminal.Note(absl::StrCat("  roles: ", SpellRoles(certificate.roles)));
  terminal.Note(absl::StrCat("  desks: ", absl::StrJoin(certificate.desks, ", ")));
  terminal.Note(absl::StrCat("  devices they have already: ", card.devices));
  terminal.Note(absl::StrCat("  its words: ", client::DeviceWords(certificate)));
  terminal.Note(absl::StrCat("  --device ", ToHex(record.hash)));
}

absl::Status Endorse(Shell& shell, const Given& given) {
  absl::StatusOr<std::optional<Hash>> device = DeviceOf(given);
  if (!device.ok()) return device.status();
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient();
  if (!opened.ok()) return opened.status();
  absl::StatusOr<MemberId> member = (*opened)->FindMember(given.member, /*exact=*/true);
  if (!member.ok()) return member.status();
  const client::MemberCard card = CardOf(**opened, *member);
  std::size_t shown = 0;
  std::optional<Hash> seen;
  for (const directory::CertificateRecord* record :
       client::WaitingForEndorsement((*opened)->replica().directory(), *member)) {
    if (*device && record->hash != **device) continue;
    ShowWaiting(shell, **opened, *record);
    seen = record->hash;
    ++shown;
  }
  if (shown > 1) {
    return absl::FailedPreconditionError(
        absl::StrCat(shown, " devices of ", card.code, " wait: name one with --device"));
  }
  if (!seen) return (*opened)->Endorse(*member, *device);  // Says what is missing.
  absl::Status yes = shell.terminal->Confirm(
      absl::StrCat("did ", SpellMember(card), " read you these words, and do you endorse it?"));
  if (!yes.ok()) return yes;
  if (absl::Status status = (*opened)->Endorse(*member, seen); !status.ok()) return status;
  shell.terminal->Line(absl::StrCat("endorsed ", card.code));
  return absl::OkStatus();
}

absl::Status Revoke(Shell& shell, const Given& given) {
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient();
  if (!opened.ok()) return opened.status();
  absl::StatusOr<MemberId> member = (*opened)->FindMember(given.member, /*exact=*/true);
  if (!member.ok()) return member.status();
  absl::StatusOr<std::optional<Hash>> device = DeviceOf(given);
  if (!device.ok()) return device.status();
  const std::optional<Hash>& certificate = *device;
  const client::MemberCard card = CardOf(**opened, *member);
  absl::Status yes = shell.terminal->Confirm(
      absl::StrCat("revoke ", certificate ? "one device of " : "every device of ",
                   SpellMember(card), "? this cannot be undone"));
  if (!yes.ok()) return yes;
  if (absl::Status status = (*opened)->Revoke(*member, certificate); !status.ok()) return status;
  shell.terminal->Line(absl::StrCat("revoked ", card.code, "; what they have opened, they have"));
  return absl::OkStatus();
}

}  // namespace

void AddRegistrarVerbs(CLI::App& org, CLI::App& app, Shell& shell) {
  auto given = std::make_shared<Given>();
  const auto invitation = [&](CLI::App* verb) {
    verb->add_option("-o,--output", given->output, "new file for it; - is standard output");
    verb->add_option("--valid-hours", given->valid_hours, "how long it can be used, in hours")
        ->check(CLI::Range(1, 24 * 30));
    verb->add_flag("--submit-only", given->submit_only,
                   "a device that can submit and open nothing");
  };

  CLI::App* pending = AddVerb(org, "pending", "who waits to be admitted or endorsed",
                              "amparo org pending --home ME");
  SetWork(pending, shell, [&shell] { return ShowPending(shell); });
  CLI::App* admit = AddVerb(org, "admit", "admit somebody who answered an invitation",
                            "amparo org admit heron-4821 --home ME");
  admit->add_option("member", given->member, "code or exact name, from `org pending`")->required();
  admit->add_option("--valid-days", given->valid_days, "days until the certificate expires")
      ->check(CLI::Range(1, 1100));
  SetWork(admit, shell, [&shell, given] { return Admit(shell, *given); });
  CLI::App* endorse =
      AddVerb(org, "endorse", "second signature for a coordinator, an attorney or a further device",
              "amparo org endorse heron-4821 --home ME");
  endorse->add_option("member", given->member, "full code or exact name")->required();
  endorse->add_option("--device", given->device, "which one, if several wait: its 64 digits");
  SetWork(endorse, shell, [&shell, given] { return Endorse(shell, *given); });
  CLI::App* reissue = AddVerb(org, "reissue", "invite a member to a new device",
                              "amparo org reissue heron-4821 --home ME -o heron.invitation");
  reissue->add_option("member", given->member, "full code or exact name")->required();
  invitation(reissue);
  SetWork(reissue, shell, [&shell, given] { return Reissue(shell, *given); });
  CLI::App* revoke = AddVerb(org, "revoke", "take a member's devices out, at once",
                             "amparo org revoke heron-4821 --home ME");
  revoke->add_option("member", given->member, "full code or exact name")->required();
  revoke->add_option("--device", given->device, "one certificate only: its 64 digits");
  SetWork(revoke, shell, [&shell, given] { return Revoke(shell, *given); });

  CLI::App* invite = AddVerb(app, "invite", "invite somebody to a role",
                             "amparo invite --role translator --language ht --home ME -o "
                             "ana.invitation");
  invite
      ->add_option("--role", given->roles,
                   "fellow, coordinator, translator, reviewer, attorney, auditor")
      ->required();
  invite->add_option("--desk", given->desks, "desks they work for, from 1")->capture_default_str();
  invite->add_option("--language", given->languages, "languages they work with, as BCP 47 tags");
  invite->add_option("--capacity", given->capacity, "documents at a time; 0: not said");
  invite->add_option("--name-file", given->name_file, "file with their name; - is standard input");
  invite->add_option("--member", given->member, "a further device of this member");
  invitation(invite);
  SetWork(invite, shell, [&shell, given] { return Invite(shell, *given); });
}

}  // namespace amparo::cli
