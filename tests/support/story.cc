#include "tests/support/story.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "crypto/recipient.h"

namespace amparo::testing {
namespace {

const SubjectId kCase = SubjectId::Filled(0xca);
const SubjectId kDocument = SubjectId::Filled(0xd0);

bool IsCaseKind(Kind kind) { return SubjectTypeOf(kind) == SubjectType::kCase; }

}  // namespace

std::vector<MemberId> MembersOf(const std::vector<workflow::Grantee>& devices) {
  std::vector<MemberId> members;
  for (const workflow::Grantee& device : devices) {
    if (members.empty() || members.back() != device.member) members.push_back(device.member);
  }
  return members;
}

std::vector<MemberId> MembersNamed(const std::vector<std::string>& names) {
  std::vector<MemberId> members;
  for (const std::string& name : names) members.push_back(Organisation::Member(name));
  std::sort(members.begin(), members.end());
  return members;
}

Story::Story(bool signs) : Story(Founding{}, signs) {}

Story::Story(Founding founding, bool signs) : signs_(signs), organisation_(std::move(founding)) {
  EnrolCast();
  OpenCase();
}

void Story::EnrolCast() {
  const auto fellow = RolesOf({Role::kFellow});
  const auto coordinator = RolesOf({Role::kCoordinator});
  const auto translator = RolesOf({Role::kTranslator});
  const auto reviewer = RolesOf({Role::kReviewer});
  const auto attorney = RolesOf({Role::kAttorney});
  for (const char* name : {"fay", "flo"}) organisation_.Enrol(name, fellow);
  organisation_.Enrol("sol", fellow, {}, /*submit_only=*/true);
  for (const char* name : {"cleo", "carl"}) organisation_.Enrol(name, coordinator, {1});
  organisation_.Enrol("dora", coordinator, {2});
  for (const char* name : {"tina", "tom"}) organisation_.Enrol(name, translator);
  for (const char* name : {"rita", "rex"}) organisation_.Enrol(name, reviewer);
  for (const char* name : {"ada", "abe"}) organisation_.Enrol(name, attorney);
  organisation_.Enrol("max", RolesOf({Role::kFellow, Role::kTranslator, Role::kReviewer}));
  organisation_.Enrol("una", RolesOf({Role::kAuditor}));
}

void Story::OpenCase() {
  if (organisation_.directory().IsRecoveryTested(organisation_.Here())) {
    Must("fay", amparo::OpenCase{.desk = 1, .deliver_on_approval = 1});
  }
}

void Story::Bring(Body& body, ObjectClass object_class) {
  ObjectRef ref;
  const Hash name = HashNamed(absl::StrCat("object ", ++objects_));
  ref.object = *ObjectId::From(ByteView(name.bytes).first(ObjectId::kSize));
  ref.object_class = object_class;
  ref.payload_length = 65536;
  body.objects.push_back(ref);
}

void Story::BringObjects(Body& body) {
  switch (KindOf(body.act)) {
    case Kind::kOpenCase:
      return Bring(body, ObjectClass::kCaseCard);
    case Kind::kAssign:
      return Bring(body, ObjectClass::kMessage);
    case Kind::kReturn:
    case Kind::kNote:
    case Kind::kNoteCase:
      return Bring(body, ObjectClass::kNote);
    case Kind::kSubmit:
    case Kind::kHandIn:
      for (const ObjectClass it :
           {ObjectClass::kManifest, ObjectClass::kPart, ObjectClass::kPart}) {
        Bring(body, it);
      }
      if (KindOf(body.act) == Kind::kHandIn && document_.state != workflow::State::kInReview) {
        Bring(body, ObjectClass::kCertificate);
      }
      return;
    default:
      return;
  }
}

void Story::Grant(Body& body, const ObjectId& object,
                  const std::vector<workflow::Grantee>& devices) const {
  for (const workflow::Grantee& device : devices) {
    GrantRef grant;
    grant.object = object;
    grant.grantee = device.member;
    grant.grantee_certificate = device.certificate;
    grant.purpose = device.purpose;
    grant.length = static_cast<std::uint16_t>(GrantLength(grant.type));
    body.grants.push_back(grant);
  }
}

void Story::GrantAsPlanned(Body& body, const MemberId& self) const {
  const workflow::GrantPlan plan = IsCaseKind(KindOf(body.act))
                                       ? workflow::PlanGrants(case_, Now(), self, body.act)
                                       : workflow::PlanGrants(document_, Now(), self, body.act);
  for (const ObjectRef& ref : body.objects) {
    switch (ref.object_class) {
      case ObjectClass::kManifest:
      case ObjectClass::kCaseCard:
        Grant(body, ref.object, plan.manifest);
        break;
      case ObjectClass::kCertificate:
        Grant(body, ref.object, plan.certificate);
        break;
      case ObjectClass::kNote:
      case ObjectClass::kMessage:
        Grant(body, ref.object, plan.note);
        break;
      default:
        break;
    }
  }
  if (IsCaseKind(KindOf(body.act))) {
    for (const ObjectRef& card : case_.objects) {
      Grant(body, card.object, plan.source);
    }
    return;
  }
  if (!document_.sources.empty()) {
    Grant(body, document_.sources.back().objects[0].object, plan.source);
  }
  if (!document_.translations.empty()) {
    Grant(body, document_.translations.back().objects[0].object, plan.translation);
  }
}

Said Story::Compose(const std::string& actor, const Act& act, const Bend& bend) {
  Device& device = organisation_.device(actor);
  const bool of_case = IsCaseKind(KindOf(act));
  Said said;
  said.body.act = act;
  BringObjects(said.body);
  GrantAsPlanned(said.body, device.certificate.member);
  if (bend) bend(said.body);
  Statement& statement = said.statement.statement;
  statement.kind = static_cast<std::uint16_t>(KindOf(said.body.act));
  statement.org = organisation_.directory().org();
  statement.actor = device.certificate.member;
  statement.actor_certificate = device.hash;
  statement.actor_seq = ++device.seq;
  statement.subject_type =
      static_cast<std::uint8_t>(of_case ? SubjectType::kCase : SubjectType::kDocument);
  statement.subject = of_case ? kCase : kDocument;
  statement.subject_prev = of_case ? case_.head : document_.head;
  if (signs_) {
    statement.body = EncodeBody(said.body);
    said.statement = SignStatement(statement, KeyNamed(actor));
  } else {
    said.statement.bytes = EncodeStatement(statement);
  }
  return said;
}

workflow::Decision Story::Judge(const Said& said) const {
  return IsCaseKind(static_cast<Kind>(said.statement.statement.kind))
             ? workflow::Decide(case_, Now(), said.statement, said.body)
             : workflow::Decide(document_, Now(), said.statement, said.body);
}

workflow::Decision Story::Try(const std::string& actor, const Act& act, const Bend& bend) {
  return Judge(Compose(actor, act, bend));
}

void Story::Apply(const Said& said, const workflow::Decision& decision) {
  organisation_.TakePosition();
  if (IsCaseKind(KindOf(said.body.act))) {
    case_ = workflow::Evolve(std::move(case_), decision.events, said.statement);
    return;
  }
  const bool first = document_.state == workflow::State::kNone;
  document_ = workflow::Evolve(std::move(document_), decision.events, said.statement);
  if (first) case_ = workflow::EvolveWithDocument(std::move(case_), document_.id);
}

workflow::Decision Story::Do(const std::string& actor, const Act& act, const Bend& bend) {
  const Said said = Compose(actor, act, bend);
  workflow::Decision decision = Judge(said);
  if (decision.ok()) Apply(said, decision);
  return decision;
}

Story& Story::Must(const std::string& actor, const Act& act, const Bend& bend) {
  const workflow::Decision decision = Do(actor, act, bend);
  if (!decision.ok()) {
    const absl::string_view name = workflow::RefusalName(*decision.refusal);
    std::fprintf(stderr, "the scene could not be set: kind %d by %s refused, %.*s\n",
                 static_cast<int>(KindOf(act)), actor.c_str(), static_cast<int>(name.size()),
                 name.data());
    std::abort();
  }
  return *this;
}

Submit Story::SubmitAct() const {
  const int last = document_.sources.empty() ? 0 : document_.sources.back().number;
  return {.case_id = kCase,
          .desk = 1,
          .deliver_on_approval = 1,
          .number = 1,
          .version = static_cast<std::uint16_t>(last + 1)};
}

Assign Story::AssignAct(const std::string& translator, const std::string& reviewer,
                        std::vector<std::string> attorneys) const {
  return {.translator = Organisation::Member(translator),
          .reviewer = Organisation::Member(reviewer),
          .attorneys = MembersNamed(attorneys),
          .lease_end = organisation_.In(48),
          .due_week = 0};
}

HandIn Story::HandInAct() const {
  const int last = document_.translations.empty() ? 0 : document_.translations.back().number;
  return {.version = static_cast<std::uint16_t>(last + 1),
          .source = document_.sources.empty() ? Hash{} : document_.sources.back().statement};
}

Approve Story::ApproveAct() const {
  return {.translation =
              document_.translations.empty() ? Hash{} : document_.translations.back().statement,
          .source = document_.sources.empty() ? Hash{} : document_.sources.back().statement};
}

Return Story::ReturnAct() const { return {.translation = ApproveAct().translation}; }

Deliver Story::DeliverAct(std::vector<std::string> attorneys) const {
  return {.attorneys = MembersNamed(attorneys), .already_in_target_language = 0};
}

Receive Story::ReceiveAct() const {
  const Approve texts = ApproveAct();
  return {.translation = texts.translation, .source = texts.source};
}

Story& Story::Submitted() { return Must("fay", SubmitAct()); }
Story& Story::Assigned() { return Submitted().Must("cleo", AssignAct("tina", "rita", {"ada"})); }
Story& Story::Translating() { return Assigned().Must("tina", Accept{}); }
Story& Story::InReview() {
  Translating();
  return Must("tina", HandInAct());
}
Story& Story::Approved() {
  InReview();
  return Must("rita", ApproveAct(), [](Body& body) { body.grants.clear(); });
}
Story& Story::Delivered() {
  InReview();
  return Must("rita", ApproveAct());
}

}  // namespace amparo::testing
