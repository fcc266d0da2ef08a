#include "tests/client_verbs/town.h"

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "audit/cosignature.h"
#include "client/enrolment.h"
#include "client/membership.h"
#include "client/names.h"
#include "crypto/digest.h"

namespace amparo::testing {
namespace {

constexpr std::uint64_t kYearSeconds = 365 * 24 * 3600;
constexpr char kPassphrase[] = "one two three four";

// The scene must stand before anything is tested.
void Must(const absl::Status& status, const std::string& what) {
  if (status.ok()) return;
  std::cerr << what << ": " << status << "\n";
  std::abort();
}
template <class T>
T Must(absl::StatusOr<T> result, const std::string& what) {
  Must(result.status(), what);
  return std::move(*result);
}

std::uint16_t Bit(Role role) { return static_cast<std::uint16_t>(role); }

std::vector<std::string> LanguagesOf(const std::string& name) {
  if (name == "tina") return {"es", "ht", "pt"};
  if (name == "tom") return {"mam"};
  return {};
}

}  // namespace

Town::Town(std::int64_t log_clock_offset_s, const Tampering& from_the_start) {
  AddPerson("ria", Bit(Role::kRegistrar));
  AddPerson("rob", Bit(Role::kRegistrar));
  AddPerson("fay", Bit(Role::kFellow), /*submit_only=*/true);
  AddPerson("flo", Bit(Role::kFellow));
  AddPerson("mal", Bit(Role::kFellow));
  for (const char* name : {"cleo", "carl"}) AddPerson(name, Bit(Role::kCoordinator));
  for (const char* name : {"tina", "tom"}) AddPerson(name, Bit(Role::kTranslator));
  for (const char* name : {"rita", "rex"}) AddPerson(name, Bit(Role::kReviewer));
  for (const char* name : {"ada", "abe"}) AddPerson(name, Bit(Role::kAttorney));
  for (auto& [name, person] : people_) *person.tampering = from_the_start;
  FoundBy({"ria", "rob"}, log_clock_offset_s);

  ria_ = WorkplaceOf("ria");
  const auto rob = WorkplaceOf("rob");
  Must(ria_->Sync(), "ria synchronises");
  Must(client::PublishDirectoryEpoch(ria_->enrolment(),
                                     {{Id("ria"), {.display_name = "Ria", .languages = {}}},
                                      {Id("rob"), {.display_name = "Rob", .languages = {}}}}),
       "the directory starts");
  Must(client::PublishRecoveryTested(ria_->enrolment(), Hash::Filled(7)), "recovery is tested");
  for (const auto& [name, person] : people_) {
    if (name != "ria" && name != "rob") Enrol(name, *ria_);
  }
  Must(rob->Sync(), "rob synchronises");
  for (const char* name : {"cleo", "carl", "ada", "abe"}) {
    Must(client::EndorseMember(rob->enrolment(), Id(name)), "endorsing");
  }
  for (auto& [name, person] : people_) {
    if (name == "ria" || name == "rob" || name == "mal") continue;
    client::Home home = MakeHome(name);
    person.key_text = FormatKeyBundle(person.keys);
    person.client = Must(client::Client::Open(std::move(home), std::move(person.keys),
                                              [this, name = name](const client::Endpoint&) {
                                                return ConnectAs(name);
                                              }),
                         "opening " + name);
    As(name);
  }
  mal_ = WorkplaceOf("mal");
}

void Town::AddPerson(const std::string& name, std::uint16_t roles, bool submit_only) {
  Person person;
  person.keys.signing = SigningKey::Generate();
  person.signing = SigningKey::FromSeed(person.keys.signing->seed().Duplicate());
  person.keys.authentication = SigningKey::Generate();
  person.keys.home = Secret<32>::Random();
  person.certificate.member = RandomId<MemberId>();
  person.certificate.signing = person.keys.signing->verify_key();
  person.certificate.authentication = person.keys.authentication->verify_key();
  if (!submit_only) {
    person.keys.identity = Identity::Generate();
    person.identity = person.keys.identity->Duplicate();
    person.certificate.recipient = person.keys.identity->recipient();
  }
  person.certificate.roles = roles;
  person.certificate.desks = {1};
  person.certificate.expiry = UnixSeconds{client::SystemNow().value + kYearSeconds};
  people_.emplace(name, std::move(person));
}

void Town::FoundBy(const std::vector<std::string>& registrars, std::int64_t log_clock_offset_s) {
  std::vector<SigningKey> roots;
  for (int i = 0; i < 3; ++i) roots.push_back(SigningKey::Generate());
  Policy policy;
  for (const SigningKey& root : roots) policy.roots.push_back(root.verify_key());
  std::sort(policy.roots.begin(), policy.roots.end());
  policy.log_key = log_key_.verify_key();
  policy.recovery = recovery_.recipient();
  for (const std::string& name : registrars) {
    people_.at(name).certificate.desks = {};
    policy.registrars.push_back(people_.at(name).certificate);
  }
  std::sort(policy.registrars.begin(), policy.registrars.end(),
            [](const Certificate& a, const Certificate& b) { return a.member < b.member; });
  Statement statement;
  statement.kind = static_cast<std::uint16_t>(Kind::kPolicy);
  org_.bytes = HashOf(policy).bytes;
  statement.org = org_;
  statement.actor = RootActor();
  statement.actor_seq = policy.version;
  statement.subject_type = static_cast<std::uint8_t>(SubjectType::kDirectory);
  statement.claimed_time = client::SystemNow();
  statement.salt = RandomId<Salt>();
  statement.body = EncodeBody({.act = policy, .objects = {}, .grants = {}});
  const Bytes signed_bytes = EncodeStatement(statement);
  std::vector<StatementSignature> signatures;
  for (int i = 0; i < 2; ++i) {
    signatures.push_back({.key = roots[static_cast<std::size_t>(i)].verify_key(),
                          .signature = roots[static_cast<std::size_t>(i)].Sign(signed_bytes)});
  }
  engine_ = std::make_unique<Engine>(
      log_key_, Must(AssembleSigned(statement, std::move(signatures)), "signing the policy"),
      log_clock_offset_s);
}

// The passphrase is not what is tested here, and each use of it takes a second: one home is
// made, and the others are copies with keys of their own.
client::Home Town::MakeHome(const std::string& name) {
  const std::string pattern = scratch_.At("home");
  Person& person = people_.at(name);
  if (!std::filesystem::exists(pattern)) {
    const client::HomeCard card{.kind = "member", .address = "127.0.0.1:1", .member_code = {}};
    Must(client::Home::Create(pattern, card, person.keys, AsBytes(kPassphrase)).status(),
         "making a home");
  }
  const std::string directory = HomeOf(name);
  if (!std::filesystem::exists(directory)) {
    std::filesystem::copy(pattern, directory, std::filesystem::copy_options::recursive);
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all);
  }
  client::Home home = Must(client::Home::Open(directory), "opening the home of " + name);
  client::Membership membership;
  membership.org = org_;
  membership.log_key = log_key_.verify_key();
  membership.server = {.address = "127.0.0.1:1", .certificate_pem = "none"};
  membership.member = person.certificate.member;
  membership.certificate = HashOf(person.certificate);
  membership.invite = person.certificate.invite;
  Must(client::WriteMembership(home, *person.keys.home, membership), "writing the membership");
  return home;
}

std::unique_ptr<client::Workplace> Town::WorkplaceOf(const std::string& name) {
  client::Home home = MakeHome(name);
  KeyBundle keys = std::move(people_.at(name).keys);
  auto membership = Must(client::ReadMembership(home, *keys.home), "reading the membership");
  auto replica =
      Must(client::RestoreReplica(home, *keys.home, membership), "restoring the replica");
  auto place = std::make_unique<client::Workplace>(
      std::move(home), std::move(keys), std::move(membership), ConnectAs(name), std::move(replica));
  place->outbox = Must(client::Outbox::Load(place->home, *place->keys.home), "its outbox");
  return place;
}

void Town::Enrol(const std::string& name, client::Workplace& registrar) {
  Certificate& certificate = people_.at(name).certificate;
  const Invite invite{.invite = RandomId<InviteId>(),
                      .roles = certificate.roles,
                      .desks = certificate.desks,
                      .member = {},
                      .submit_only = static_cast<std::uint8_t>(!people_.at(name).identity),
                      .expiry = certificate.expiry,
                      .ticket_sha256 = Hash::Filled(1)};
  client::Draft invited;
  invited.body.act = invite;
  Must(registrar.Publish(invited).status(), "inviting " + name);

  std::string display_name = name;
  display_name[0] = static_cast<char>(display_name[0] - 'a' + 'A');
  const SecretBuffer text =
      Must(Encode(Attributes{
               .display_name = display_name, .languages = LanguagesOf(name), .capacity = 3}),
           "describing " + name);
  const client::SealedSmall attributes =
      client::SealSmallObject(ObjectClass::kAttributes, text.Expose());
  certificate.invite = invite.invite;
  certificate.attributes_sha256 = attributes.ref.payload_sha256;
  client::Draft certified;
  certified.body.act = Certify{.certificate = certificate};
  client::AddObject(certified, attributes);
  Must(client::GrantToDirectory(certified, registrar.replica.directory(), attributes.ref.object,
                                attributes.key),
       "granting the attributes of " + name);
  Must(registrar.Publish(certified).status(), "certifying " + name);
}

std::unique_ptr<client::Connection> Town::ConnectAs(const std::string& name) {
  return std::make_unique<TamperingConnection>(engine_->Connect(), people_.at(name).tampering);
}

std::unique_ptr<client::Client> Town::Beside(const std::string& name) {
  client::Home home = Must(client::Home::Open(HomeOf(name)), "opening the home beside another");
  KeyBundle keys = Must(ParseKeyBundle(people_.at(name).key_text.Expose()), "the keys");
  return Must(client::Client::Open(std::move(home), std::move(keys),
                                   [&](const client::Endpoint&) { return ConnectAs(name); }),
              "a client beside another");
}

std::string Town::SignedByLog(const audit::Checkpoint& head) const {
  return audit::SignCheckpoint(org_, head, log_key_);
}

std::string Town::CosignatureOf(const std::string& name, UnixSeconds time,
                                const std::string& note) const {
  const Person& person = people_.at(name);
  return Must(
      audit::Cosign(audit::CosignerNameOf(HashOf(person.certificate)), *person.signing, time, note),
      name + " cosigns");
}

client::Client& Town::As(const std::string& name) {
  client::Client& client = *people_.at(name).client;
  Must(client.Sync(), name + " synchronises");
  return client;
}

SubjectId Town::OpenCase(bool deliver_on_approval) {
  const CaseCard card{.title = "The family of E.", .note = ""};
  const SubjectId case_id = Must(As("cleo").NewCase(1, card, deliver_on_approval), "a case");
  for (const char* name : {"fay", "flo", "mal", "ada"}) {
    Must(As("cleo").ShareCase(case_id, Id(name)), std::string("sharing it with ") + name);
  }
  return case_id;
}

SubjectId Town::Submit(const SubjectId& case_id, const std::vector<std::string>& paths,
                       const std::string& fellow, client::SubmitOptions options) {
  const auto files = Must(client::PlanFiles(paths, {}), "planning the files");
  options.case_id = case_id;
  if (options.language.empty()) options.language = "ht";
  if (options.title.empty()) options.title = "Sètifika nesans";
  return Must(As(fellow).Submit(files, options, nullptr), "submitting").document;
}

void Town::Assign(const SubjectId& document, const std::string& translator,
                  const std::string& reviewer) {
  Must(As("cleo").Assign(document, People(translator, reviewer)), "assigning");
  Must(As(translator).Accept(document), "accepting");
}

void Town::HandIn(const SubjectId& document, const std::string& path,
                  const std::string& translator) {
  client::Client& client = As(translator);
  const auto files = Must(client::PlanFiles({path}, {}), "planning the files");
  const auto plan =
      Must(client.PlanHandIn(document, files, DraftOfCertificate()), "planning the hand-in");
  Must(client.HandIn(plan, nullptr), "handing in");
}

void Town::Read(const SubjectId& document, const std::string& reviewer) {
  client::Client& client = As(reviewer);
  Must(client.Open(document, client::Which::kSource, Fresh(), nullptr).status(), "the source");
  Must(client.Open(document, client::Which::kTranslation, Fresh(), nullptr).status(),
       "the translation");
}

client::CertificateDraft Town::DraftOfCertificate() {
  return {.legal_name = "Christina Jean-Baptiste",
          .address = "7 Rue des Fleurs, Miami, FL 33127",
          .telephone = "+1 305 555 0199",
          .language = {},
          .variety = {},
          .date = "2026-11-21"};
}

void Town::Revoke(const std::string& name) {
  Must(ria_->Sync(), "ria synchronises");
  Must(client::RevokeMember(ria_->enrolment(), Id(name), std::nullopt), "revoking " + name);
}

client::AssignOptions Town::People(const std::string& translator,
                                   const std::string& reviewer) const {
  client::AssignOptions options;
  options.translator = Id(translator);
  options.reviewer = Id(reviewer);
  options.message = "for the hearing";
  return options;
}

client::SubmitOptions Town::To(const SubjectId& case_id) {
  client::SubmitOptions options;
  options.case_id = case_id;
  return options;
}

std::string PictureOf(const client::Replica& replica) {
  std::string out = absl::StrCat(replica.head().size.value, ToHex(replica.head().root),
                                 ToHex(replica.directory().head()), replica.now().now.value);
  for (const auto& [id, history] : replica.cases()) {
    absl::StrAppend(&out, "\ncase ", ToHex(id), ToHex(history.subject.head),
                    history.subject.documents.size());
  }
  for (const auto& [id, history] : replica.documents()) {
    absl::StrAppend(&out, "\ndocument ", ToHex(id), ToHex(history.document.head),
                    workflow::StateName(history.document.state));
    for (const client::HistoryEntry& entry : history.entries) {
      absl::StrAppend(&out, " ", entry.position.value, "@", entry.log_time.value);
    }
  }
  return out;
}

}  // namespace amparo::testing
