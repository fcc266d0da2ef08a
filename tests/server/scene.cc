#include "tests/server/scene.h"

#include <cstdio>
#include <cstdlib>
#include <future>

#include "absl/strings/str_cat.h"

namespace amparo::server::testing {
namespace {

[[noreturn]] void Abort(absl::string_view what, const absl::Status& status) {
  std::fprintf(stderr, "the scene could not be set: %s: %s %s\n", std::string(what).c_str(),
               ReasonOf(status).c_str(), status.ToString().c_str());
  std::abort();
}

}  // namespace

std::string ReasonOf(const absl::Status& status) {
  if (status.ok()) return "OK";
  const auto detail = DetailOf(status);
  return detail ? detail->reason : status.ToString();
}

Scene::Scene(storage::Store* store, std::string salt) : store_(store) {
  if (store_ == nullptr) {
    own_store_ = storage::OpenMemoryStore();
    store_ = own_store_.get();
  }
  log_key_name_ = absl::StrCat("log", salt);
  const Policy policy = People::FirstPolicy(KeyNamed(log_key_name_).verify_key(), salt);
  org_ = OrgId{HashOf(policy).bytes};
  if (auto status = Reopen(); !status.ok()) Abort("opening", status);
  const auto founded = Answer(People::FoundingStatement(policy));
  if (!founded.ok()) Abort("founding", founded.status());
  Must("ria", RecoveryTested{.proof = HashNamed("challenge")});
  const auto enrol = [&](const char* name, Role role, std::vector<Desk> desks) {
    people_.Enrol(name, RolesOf({role}), std::move(desks),
                  [&](const char* who, const Act& act) { Must(who, act); });
  };
  enrol("fay", Role::kFellow, {});
  enrol("cleo", Role::kCoordinator, {1});
  enrol("carl", Role::kCoordinator, {1});
  enrol("dora", Role::kCoordinator, {2});
  enrol("tina", Role::kTranslator, {});
  enrol("tom", Role::kTranslator, {});
  enrol("rita", Role::kReviewer, {});
  enrol("ada", Role::kAttorney, {});
  Must("fay", OpenCase{.desk = 1, .deliver_on_approval = 1},
       {.subject = SubjectNamed("case"), .prev = {}});
}

absl::Status Scene::Reopen(Opening opening) {
  organization_.reset();
  const auto opened = store_->Open(org_);
  if (!opened.ok()) return opened.status();
  auto organization = Organization::Open({.org = org_,
                                          .storage = *opened,
                                          .log_key = KeyNamed(log_key_name_),
                                          .clock = [this] { return UnixSeconds{now_}; },
                                          .timer_poll_ms = 5,
                                          .opening = opening});
  if (!organization.ok()) return organization.status();
  organization_ = *std::move(organization);
  return absl::OkStatus();
}

absl::StatusOr<Appended> Scene::Answer(AppendInput input) {
  auto submission = Prepare(std::move(input));
  if (!submission.ok()) return submission.status();
  std::promise<absl::StatusOr<Appended>> promise;
  organization_->Submit(*std::move(submission), [&](absl::StatusOr<Appended> appended) {
    promise.set_value(std::move(appended));
  });
  return promise.get_future().get();
}

void Scene::AwaitTick() {
  const auto has_come = [&] {
    return organization_->snapshot()->directory->newest_tick().value == now_;
  };
  std::promise<void> come;
  std::atomic<bool> is_told = false;
  const auto follower = organization_->Follow([&](TreeSize) {
    if (has_come() && !is_told.exchange(true)) come.set_value();
  });
  if (!has_come()) come.get_future().wait();
}

AppendInput Scene::Compose(const std::string& name, const Act& act, const About& about,
                           const std::vector<MadeObject>& objects,
                           const std::vector<MadeGrant>& grants) {
  const auto snapshot = organization_->snapshot();
  Body body{.act = act, .objects = {}, .grants = {}};
  AppendInput input;
  for (const MadeObject& made : objects) {
    body.objects.push_back(made.ref);
    if (made.payload.size() > kSmallObjectBytesMax) continue;
    input.objects.push_back({.object = made.ref.object, .payload = made.payload});
  }
  for (const MadeGrant& made : grants) {
    body.grants.push_back(made.ref);
    input.grants.push_back(
        {.object = made.ref.object, .grantee = made.ref.grantee, .grant = made.bytes});
  }
  input.statement =
      people_
          .Say(name, body, {.directory = *snapshot->directory, .frontier = snapshot->frontier},
               about)
          .bytes;
  return input;
}

absl::StatusOr<Appended> Scene::Try(const std::string& name, const Act& act, const About& about) {
  return Answer(Compose(name, act, about));
}

void Scene::Must(const std::string& name, const Act& act, const About& about) {
  const auto answer = Try(name, act, about);
  if (!answer.ok()) Abort(absl::StrCat(name, " says ", KindName(KindOf(act))), answer.status());
}

SubjectId Scene::SubjectNamed(absl::string_view name) {
  const Hash hash = HashNamed(absl::StrCat("subject ", name));
  return *SubjectId::From(hash.view().first(SubjectId::kSize));
}

Hash Scene::HeadOf(const Subject& subject) {
  const auto snapshot = organization_->snapshot();
  const auto state =
      organization_->subjects().Load(subject, *snapshot->directory, snapshot->size());
  if (!state.ok()) Abort("a head", state.status());
  return server::HeadOf((*state)->value);
}

About Scene::AboutDocument(absl::string_view name) {
  const SubjectId id = SubjectNamed(name);
  return {.subject = id, .prev = HeadOf({.type = SubjectType::kDocument, .id = id})};
}

About Scene::AboutCase(absl::string_view name) {
  const SubjectId id = SubjectNamed(name);
  return {.subject = id, .prev = HeadOf({.type = SubjectType::kCase, .id = id})};
}

AppendInput Scene::SubmitBy(const std::string& name, absl::string_view document,
                            std::uint16_t number) {
  const MadeObject manifest =
      ObjectNamed(absl::StrCat(document, " manifest"), ObjectClass::kManifest);
  const MadeObject part = ObjectNamed(absl::StrCat(document, " part"), ObjectClass::kPart);
  const std::vector<MadeGrant> grants = {
      GrantNamed(manifest.ref.object, People::CertificateOf("cleo")),
      GrantNamed(manifest.ref.object, People::CertificateOf("carl"))};
  const Submit act{.case_id = SubjectNamed("case"),
                   .desk = 1,
                   .deliver_on_approval = 1,
                   .number = number,
                   .version = 1};
  return Compose(name, act, {.subject = SubjectNamed(document), .prev = {}}, {manifest, part},
                 grants);
}

Assign Scene::AssignTo(const std::string& translator) const {
  const std::uint64_t hour = 3600;
  return {.translator = Organisation::Member(translator),
          .reviewer = Organisation::Member("rita"),
          .attorneys = {},
          .lease_end = UnixSeconds{(now_ / hour + 48) * hour},
          .due_week = 0};
}

AppendInput Scene::AssignBy(const std::string& coordinator, const std::string& translator,
                            absl::string_view document) {
  const ObjectId manifest =
      ObjectNamed(absl::StrCat(document, " manifest"), ObjectClass::kManifest).ref.object;
  const MadeObject message =
      ObjectNamed(absl::StrCat(coordinator, " to ", translator, document), ObjectClass::kMessage);
  return Compose(coordinator, AssignTo(translator), AboutDocument(document), {message},
                 {GrantNamed(manifest, People::CertificateOf(translator)),
                  GrantNamed(manifest, People::CertificateOf("rita")),
                  GrantNamed(message.ref.object, People::CertificateOf(translator)),
                  GrantNamed(message.ref.object, People::CertificateOf("rita"))});
}

}  // namespace amparo::server::testing
