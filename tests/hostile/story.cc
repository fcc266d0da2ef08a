#include "tests/hostile/story.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <utility>

#include "client/founding.h"
#include "client/founding_homes.h"
#include "client/membership.h"
#include "client/policy_draft.h"
#include "crypto/digest.h"
#include "custody/judge.h"

namespace amparo::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kValidDays = 365;

void Must(const absl::Status& status, const std::string& what) {
  if (status.ok()) return;
  std::cerr << "the story: " << what << ": " << status << "\n";
  std::abort();
}
template <class T>
T Must(absl::StatusOr<T> result, const std::string& what) {
  Must(result.status(), what);
  return *std::move(result);
}

std::uint16_t Bit(Role role) { return static_cast<std::uint16_t>(role); }

client::Connector ConnectorOf(Act& act) {
  return [&act](const client::Endpoint&) -> absl::StatusOr<std::unique_ptr<client::Connection>> {
    return std::make_unique<HostileConnection>(act.stage, act.exchange);
  };
}

// What a person would read on the screen.
void Show(client::Client& client, Act& act) {
  for (const auto& card : client.Cases()) {
    act.shown["case " + ToHex(card.id)] = card.title;
    act.shown["case note " + ToHex(card.id)] = card.note;
  }
  for (const auto& card : client.Documents()) {
    const std::string id = ToHex(card.id);
    act.shown["document " + id] = card.title;
    act.shown["language " + id] = card.language;
    act.shown["due " + id] = card.due_date;
  }
  for (const auto& card : client.Members()) {
    const std::string id = ToHex(card.member);
    act.shown["member " + id] = card.name;
    act.shown["code " + id] = card.code;
  }
  if (act.facts.document.is_zero()) return;
  const auto talk = client.Conversation(act.facts.document);
  if (!talk.ok()) return;
  for (const auto& entry : *talk) act.shown["said " + ToHex(entry.statement)] = entry.text;
}

absl::Status AdmitAll(client::Client& client) {
  const auto pending = client.Pending();
  if (!pending.ok()) return pending.status();
  if (pending->empty()) return absl::NotFoundError("nobody waits");
  for (const auto& request : *pending) {
    const auto member = client.Admit(request, kValidDays);
    if (!member.ok()) return member.status();
  }
  return absl::OkStatus();
}

client::SubmitOptions SubmitOptionsFor(const Act& act) {
  client::SubmitOptions options;
  options.case_id = act.facts.case_id;
  options.title = "Sètifika nesans";
  options.language = "ht";
  options.due_date = "2026-12-04";
  return options;
}

client::CertificateDraft DraftOfCertificate() {
  return {.legal_name = "Christina Jean-Baptiste",
          .address = "7 Rue des Fleurs, Miami, FL 33127",
          .telephone = "+1 305 555 0199",
          .language = {},
          .variety = {},
          .date = "2026-11-21"};
}

}  // namespace

absl::StatusOr<KeyBundle> KeysIn(const std::string& home) {
  auto opened = client::Home::Open(home);
  if (!opened.ok()) return opened.status();
  return opened->Unlock(AsBytes(kPassphrase));
}

absl::StatusOr<std::unique_ptr<client::Client>> OpenClient(Act& act) {
  auto home = client::Home::Open(act.home);
  if (!home.ok()) return home.status();
  auto keys = home->Unlock(AsBytes(kPassphrase));
  if (!keys.ok()) return keys.status();
  return client::Client::Open(*std::move(home), *std::move(keys), ConnectorOf(act));
}

Story::Story(Stage& stage, const std::string& directory) : directory_(directory) {
  fs::create_directories(directory_ + "/homes");
  Prepare(stage);
  AddFounding();
  AddEnrolment("tina", Bit(Role::kTranslator), true);
  AddEnrolment("cleo", Bit(Role::kCoordinator), false);
  AddEnrolment("carl", Bit(Role::kCoordinator), false);
  AddEnrolment("fay", Bit(Role::kFellow), false);
  AddEnrolment("rita", Bit(Role::kReviewer), false);
  AddEnrolment("ada", Bit(Role::kAttorney), false);
  AddWork();
}

std::string Story::Write(const std::string& name, const std::string& content) const {
  const std::string path = directory_ + "/" + name;
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

void Story::Prepare(Stage& stage) {
  std::vector<std::string> roots, registrars;
  for (const char* root : {"root-1", "root-2"}) {
    roots.push_back(Must(client::CreateRootHome(HomeOf(root), AsBytes(kPassphrase)), root));
  }
  const std::string recovery =
      Must(client::CreateRecoveryHome(HomeOf("recovery"), AsBytes(kPassphrase)), "recovery");
  for (const auto& [name, display_name] : {std::pair("ria", "Ria"), std::pair("rob", "Rob")}) {
    registrars.push_back(
        Must(client::CreateRegistrarHome(HomeOf(name), AsBytes(kPassphrase), display_name), name));
  }
  draft_ = Must(client::DraftPolicy(stage.token(), roots, recovery, registrars), "the policy");
  for (const char* root : {"root-1", "root-2"}) {
    const KeyBundle keys = Must(KeysIn(HomeOf(root)), root);
    signatures_.push_back(Must(client::SignPolicy(draft_, keys), "signing the policy"));
  }
  const auto draft = Must(client::ParsePolicyDraft(draft_), "the policy");
  known_.org = draft.statement.org;
  known_.log_key = draft.policy.log_key;
  recovery_ = std::move(Must(KeysIn(HomeOf("recovery")), "recovery").identity);
  Write("short.txt", "Mwen fèt nan Jakmèl.\n");
  std::string lines;
  for (int i = 0; lines.size() < 70'000; ++i) lines += "line " + std::to_string(i) + "\n";
  Write("long.txt", lines);
  Write("translation.txt", "I was born in Jacmel.\n");
}

std::map<std::string, Identity> Story::Identities() const {
  std::map<std::string, Identity> all;
  for (const auto& entry : fs::directory_iterator(directory_ + "/homes")) {
    KeyBundle keys = Must(KeysIn(entry.path().string()), entry.path().string());
    if (keys.identity.has_value()) {
      all.emplace(entry.path().filename().string(), std::move(*keys.identity));
    }
  }
  return all;
}

void Story::AddMember(const std::string& person, const std::string& name,
                      std::function<absl::Status(client::Client&, Act&)> work, bool is_new) {
  const auto run = [work = std::move(work)](Act& act) -> absl::Status {
    auto client = OpenClient(act);
    if (!client.ok()) return client.status();
    absl::Status status = (*client)->Sync();
    if (status.ok()) status = work(**client, act);
    Show(**client, act);
    return status;
  };
  verbs_.push_back({.person = person, .name = name, .is_new = is_new, .run = run, .again = {}});
}

void Story::AddFounding() {
  const auto found = [this](Act& act) -> absl::Status {
    auto home = client::Home::Open(act.home);
    if (!home.ok()) return home.status();
    auto keys = home->Unlock(AsBytes(kPassphrase));
    if (!keys.ok()) return keys.status();
    absl::Status status =
        client::Found(*home, *keys, act.stage.token(), draft_, signatures_, ConnectorOf(act));
    if (!status.ok()) return status;
    const auto membership = client::ReadMembership(*home, *keys->home);
    if (!membership.ok()) return membership.status();
    act.facts.members["ria"] = membership->member;
    return absl::OkStatus();
  };
  verbs_.push_back(
      {.person = "ria", .name = "found", .is_new = true, .run = found, .again = found});
  // The second registrar is told the organisation by the first, with no server.
  const auto settle = [](Act& act) -> absl::Status {
    const std::string of_ria = fs::path(act.home).parent_path().string() + "/ria";
    const KeyBundle ria = Must(KeysIn(of_ria), "ria");
    auto membership = client::ReadMembership(*client::Home::Open(of_ria), *ria.home);
    auto home = client::Home::Open(act.home);
    if (!membership.ok() || !home.ok()) return absl::InternalError("no homes");
    const KeyBundle keys = *home->Unlock(AsBytes(kPassphrase));
    const auto self = client::ReadRegistrarSelf(*home, *keys.home);
    membership->member = self->certificate.member;
    membership->certificate = HashOf(self->certificate);
    membership->display_name = self->display_name;
    act.facts.members["rob"] = membership->member;
    return client::WriteMembership(*home, *keys.home, *membership);
  };
  verbs_.push_back(
      {.person = "rob", .name = "settle", .is_new = false, .run = settle, .again = {}});
  AddMember("ria", "start the directory", [](client::Client& client, Act& act) {
    const auto& members = act.facts.members;
    return client.StartDirectory({{members.at("ria"), {.display_name = "Ria", .languages = {}}},
                                  {members.at("rob"), {.display_name = "Rob", .languages = {}}}});
  });
  AddMember(
      "ria", "confirm recovery",
      [](client::Client& client, Act&) { return client.ConfirmRecovery(Hash::Filled(7)); }, false);
  // Nobody gives a key to a new reader before somebody else has confirmed the history.
  AddMember("rob", "first look", [](client::Client&, Act&) { return absl::OkStatus(); });
}

void Story::AddEnrolment(const std::string& person, std::uint16_t roles, bool is_new) {
  const bool is_first_endorsed = person == "cleo";
  AddMember(
      "ria", "invite " + person,
      [person, roles](client::Client& client, Act& act) -> absl::Status {
        client::Client::InviteOptions options;
        options.roles = roles;
        options.desks = {1};
        options.submit_only = roles == Bit(Role::kFellow);
        options.attributes = {.display_name = "The name of " + person, .languages = {"ht"}};
        const auto text = client.Invite(options);
        if (!text.ok()) return text.status();
        act.facts.invitations[person] = std::string(AsText(text->Expose()));
        return absl::OkStatus();
      },
      is_new);
  const auto join = [person](Act& act) -> absl::Status {
    const auto home = client::Join(act.home, AsBytes(kPassphrase), act.facts.invitations.at(person),
                                   ConnectorOf(act));
    if (!home.ok()) return home.status();
    const auto keys = home->Unlock(AsBytes(kPassphrase));
    if (!keys.ok()) return keys.status();
    const auto membership = client::ReadMembership(*home, *keys->home);
    if (!membership.ok()) return membership.status();
    act.facts.members[person] = membership->member;
    return absl::OkStatus();
  };
  verbs_.push_back(
      {.person = person, .name = "join", .is_new = is_new, .run = join, .again = join});
  AddMember(
      "ria", "admit " + person, [](client::Client& client, Act&) { return AdmitAll(client); },
      is_new);
  if ((roles & kPrivilegedRoles) != 0) {
    AddMember(
        "rob", "endorse " + person,
        [person](client::Client& client, Act& act) {
          return client.Endorse(act.facts.members.at(person));
        },
        is_first_endorsed);
  }
  AddMember(
      person, "first look", [](client::Client&, Act&) { return absl::OkStatus(); }, is_new);
}

void Story::AddWork() {
  AddMember("cleo", "new case", [](client::Client& client, Act& act) -> absl::Status {
    const auto made = client.NewCase(1, {.title = "The family of E.", .note = "From Jacmel."},
                                     /*deliver_on_approval=*/false);
    if (made.ok()) act.facts.case_id = *made;
    return made.status();
  });
  AddMember("cleo", "share the case", [](client::Client& client, Act& act) {
    return client.ShareCase(act.facts.case_id, act.facts.members.at("fay"));
  });
  AddMember("fay", "submit", [this](client::Client& client, Act& act) -> absl::Status {
    const auto files = client::PlanFiles({directory_ + "/long.txt", directory_ + "/short.txt"}, {});
    if (!files.ok()) return files.status();
    const auto submitted = client.Submit(*files, SubmitOptionsFor(act), nullptr);
    if (submitted.ok()) act.facts.document = submitted->document;
    return submitted.status();
  });
  const auto open = [](client::Which which) {
    return [which](client::Client& client, Act& act) {
      return client.Open(act.facts.document, which, act.out, nullptr).status();
    };
  };
  AddMember("cleo", "open", open(client::Which::kSource), false);
  AddMember("cleo", "assign", [](client::Client& client, Act& act) {
    client::AssignOptions options;
    options.translator = act.facts.members.at("tina");
    options.reviewer = act.facts.members.at("rita");
    options.message = "for the hearing";
    return client.Assign(act.facts.document, options);
  });
  AddMember("tina", "accept",
            [](client::Client& client, Act& act) { return client.Accept(act.facts.document); });
  AddMember("tina", "open", open(client::Which::kSource));
  AddMember("tina", "ask", [](client::Client& client, Act& act) {
    return client.Ask(act.facts.document, "What does line 3 say?");
  });
  AddMember("cleo", "answer", [](client::Client& client, Act& act) {
    return client.Answer(act.facts.document, "It says Jacmel.", std::nullopt);
  });
  AddMember("tina", "hand in", [this](client::Client& client, Act& act) -> absl::Status {
    const auto files = client::PlanFiles({directory_ + "/translation.txt"}, {});
    if (!files.ok()) return files.status();
    const auto plan = client.PlanHandIn(act.facts.document, *files, DraftOfCertificate());
    if (!plan.ok()) return plan.status();
    return client.HandIn(*plan, nullptr);
  });
  AddMember("rita", "open the source", open(client::Which::kSource), false);
  AddMember("rita", "open the translation", open(client::Which::kTranslation));
  AddMember("rita", "approve",
            [](client::Client& client, Act& act) { return client.Approve(act.facts.document); });
  AddMember("cleo", "deliver", [](client::Client& client, Act& act) {
    return client.Deliver(act.facts.document, {act.facts.members.at("ada")}, false);
  });
  AddMember("ada", "receive", [](client::Client& client, Act& act) {
    return client.Receive(act.facts.document, act.out, nullptr).status();
  });
  AddEnding();
}

void Story::AddEnding() {
  // What it is judged as is shown: VALID, or nothing.
  AddMember("ada", "make a receipt", [](client::Client& client, Act& act) -> absl::Status {
    const auto receipt = client.MakeReceipt(act.facts.document, /*with_files=*/true);
    if (!receipt.ok()) return receipt.status();
    const custody::Judgement judged = custody::JudgeFile(custody::FormatReceipt(*receipt), {});
    act.shown["judgement of the receipt"] = std::string(custody::VerdictName(judged.verdict));
    return absl::OkStatus();
  });
  AddMember("ria", "revoke", [](client::Client& client, Act& act) {
    return client.Revoke(act.facts.members.at("carl"), std::nullopt);
  });
  for (const char* person : {"fay", "ada", "ria", "cleo", "tina", "rita"}) {
    const bool is_first = std::string(person) == "fay";
    AddMember(
        person, "last look",
        [](client::Client& client, Act&) { return client.Watch([] { return true; }); }, is_first);
  }
}

}  // namespace amparo::testing
