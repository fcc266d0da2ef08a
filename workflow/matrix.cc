// The printed matrix: every act, in every state, by everybody, put to Decide.
// Spec: docs/spec/workflow.md, "Matrix", which holds what this prints.

#include <algorithm>
#include <cassert>
#include <functional>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "crypto/recipient.h"
#include "workflow/document_rules.h"
#include "workflow/matrix_stage.h"

namespace amparo::workflow {
namespace {

constexpr std::uint64_t kLeaseHours = 48;

struct Column {
  std::string name;
  Document document;
  std::uint64_t hours = 1;
};

// An act as its author would make it of the document they see.
struct Row {
  std::string name;
  std::function<Act(const Document&)> act;
};

Hash Newest(const std::vector<Version>& versions) {
  return versions.empty() ? Hash{} : versions.back().statement;
}

std::uint16_t Next(const std::vector<Version>& versions) {
  return static_cast<std::uint16_t>(versions.empty() ? 1 : versions.back().number + 1);
}

class Matrix {
 public:
  Matrix() { MakeColumns(); }
  std::string Print();

 private:
  void MakeColumns();
  std::vector<Row> Rows() const;
  Body MakeBody(const Document& document, Act act);
  void Bring(Body& body, ObjectClass object_class);
  SignedStatement Say(const Document& document, Person person, const Body& body) const;
  Decision Ask(const Column& column, Person person, const Row& row);
  Document Do(const Document& document, Person person, Act act);
  std::string Cell(const Column& column, const Row& row);
  std::string Refused(const Row& row);
  Submit SubmitAct(std::uint16_t version) const {
    return {.case_id = SubjectId::Filled(7),
            .desk = MatrixStage::kDesk,
            .deliver_on_approval = 0,
            .number = 1,
            .version = version};
  }
  Assign AssignAct(Person translator, Person reviewer) const {
    return {.translator = MatrixStage::Member(translator),
            .reviewer = MatrixStage::Member(reviewer),
            .attorneys = {},
            .lease_end = stage_.Time(kLeaseHours),
            .due_week = 0};
  }

  MatrixStage stage_;
  std::vector<Column> columns_;
  std::uint8_t object_ = 0;
};

void Matrix::Bring(Body& body, ObjectClass object_class) {
  ObjectRef ref;
  ref.object.bytes[0] = ++object_;
  ref.object.bytes[1] = static_cast<std::uint8_t>(object_class);
  ref.object_class = object_class;
  body.objects.push_back(ref);
}

// With what the act needs to bring, and granted to everybody: the matrix is about who and when.
Body Matrix::MakeBody(const Document& document, Act act) {
  Body body{.act = std::move(act), .objects = {}, .grants = {}};
  const Kind kind = KindOf(body.act);
  if (kind == Kind::kSubmit || kind == Kind::kHandIn) {
    Bring(body, ObjectClass::kManifest);
    Bring(body, ObjectClass::kPart);
    if (kind == Kind::kHandIn && document.state != State::kInReview) {
      Bring(body, ObjectClass::kCertificate);
    }
  }
  if (kind == Kind::kReturn || kind == Kind::kNote) Bring(body, ObjectClass::kNote);
  std::vector<ObjectId> objects;
  for (const ObjectRef& ref : body.objects) objects.push_back(ref.object);
  if (kind == Kind::kAssign || kind == Kind::kDeliver || kind == Kind::kShare) {
    objects.insert(objects.end(), document.known_objects.begin(), document.known_objects.end());
  }
  for (const ObjectId& object : objects) {
    for (const Person person : stage_.people()) {
      GrantRef grant;
      grant.object = object;
      grant.grantee = MatrixStage::Member(person);
      grant.grantee_certificate = stage_.CertificateOf(person);
      grant.length = static_cast<std::uint16_t>(GrantLength(grant.type));
      body.grants.push_back(grant);
    }
  }
  return body;
}

// Unsigned: whose signature it is was judged before Decide is asked.
SignedStatement Matrix::Say(const Document& document, Person person, const Body& body) const {
  SignedStatement said;
  said.statement.kind = static_cast<std::uint16_t>(KindOf(body.act));
  said.statement.actor = MatrixStage::Member(person);
  said.statement.actor_certificate = stage_.CertificateOf(person);
  said.statement.subject_type = static_cast<std::uint8_t>(SubjectType::kDocument);
  said.statement.subject = SubjectId::Filled(9);
  said.statement.subject_prev = document.head;
  said.statement.actor_seq = document.statements.size();
  said.statement.body = EncodeBody(body);
  said.bytes = EncodeStatement(said.statement);
  return said;
}

Decision Matrix::Ask(const Column& column, Person person, const Row& row) {
  object_ = 128;
  const Body body = MakeBody(column.document, row.act(column.document));
  return Decide(column.document, stage_.At(column.hours), Say(column.document, person, body), body);
}

Document Matrix::Do(const Document& document, Person person, Act act) {
  const Body body = MakeBody(document, std::move(act));
  const SignedStatement statement = Say(document, person, body);
  const Decision decision = Decide(document, stage_.At(1), statement, body);
  assert(decision.ok());
  return Evolve(document, decision.events, statement);
}

void Matrix::MakeColumns() {
  const Document submitted = Do({}, Person::kSubmitter, SubmitAct(1));
  const Document assigned =
      Do(submitted, Person::kCoordinator, AssignAct(Person::kTranslator, Person::kReviewer));
  const Document translating = Do(assigned, Person::kTranslator, Accept{});
  const Document in_review = Do(translating, Person::kTranslator,
                                HandIn{.version = 1, .source = Newest(assigned.sources)});
  const Document approved = Do(
      in_review, Person::kReviewer,
      Approve{.translation = Newest(in_review.translations), .source = Newest(in_review.sources)});
  const Document delivered = Do(approved, Person::kCoordinator,
                                Deliver{.attorneys = {MatrixStage::Member(Person::kAttorney)},
                                        .already_in_target_language = 0});
  const Document received = Do(
      delivered, Person::kAttorney,
      Receive{.translation = Newest(delivered.translations), .source = Newest(delivered.sources)});
  const Document withdrawn = Do(submitted, Person::kCoordinator, Withdraw{});
  columns_ = {{.name = "none", .document = {}},
              {.name = "submitted", .document = submitted},
              {.name = "assigned", .document = assigned},
              {.name = "translating", .document = translating},
              {.name = "lease ended", .document = translating, .hours = kLeaseHours},
              {.name = "in_review", .document = in_review},
              {.name = "approved", .document = approved},
              {.name = "delivered", .document = delivered},
              {.name = "received", .document = received},
              {.name = "withdrawn", .document = withdrawn}};
}

std::vector<Row> Matrix::Rows() const {
  const std::vector<MemberId> other = {MatrixStage::Member(Person::kOtherAttorney)};
  const UnixSeconds lease = stage_.Time(2 * kLeaseHours);
  const auto assign = [this, lease](Person translator, Person reviewer) {
    Assign act = AssignAct(translator, reviewer);
    act.lease_end = lease;
    return act;
  };
  return {
      {"submit", [this](const Document&) { return SubmitAct(1); }},
      {"submit, a better copy",
       [this](const Document& d) {
         return SubmitAct(std::max<std::uint16_t>(2, Next(d.sources)));
       }},
      {"assign", [=](const auto&) { return assign(Person::kOtherTranslator, Person::kReviewer); }},
      {"assign, another reviewer",
       [=](const auto&) { return assign(Person::kTranslator, Person::kOtherReviewer); }},
      {"unassign", [](const auto&) { return Unassign{}; }},
      {"accept", [](const auto&) { return Accept{}; }},
      {"decline", [](const auto&) { return Decline{}; }},
      {"give_back", [](const auto&) { return GiveBack{}; }},
      {"hand_in",
       [](const Document& d) {
         return HandIn{.version = Next(d.translations), .source = Newest(d.sources)};
       }},
      {"return", [](const Document& d) { return Return{.translation = Newest(d.translations)}; }},
      {"approve",
       [](const Document& d) {
         return Approve{.translation = Newest(d.translations), .source = Newest(d.sources)};
       }},
      {"deliver",
       [=](const auto&) { return Deliver{.attorneys = other, .already_in_target_language = 0}; }},
      {"deliver, untranslated",
       [=](const auto&) { return Deliver{.attorneys = other, .already_in_target_language = 1}; }},
      {"receive",
       [](const Document& d) {
         return Receive{.translation = Newest(d.translations), .source = Newest(d.sources)};
       }},
      {"reopen", [=](const auto&) { return Reopen{.lease_end = lease}; }},
      {"withdraw", [](const auto&) { return Withdraw{}; }},
      {"share, with the coordinator",
       [](const auto&) { return Share{.with = MatrixStage::Member(Person::kCoordinator)}; }},
      {"note", [](const auto&) { return Note{}; }},
  };
}

// The letters of those whose statement is accepted.
std::string Matrix::Cell(const Column& column, const Row& row) {
  std::string letters;
  for (const Person person : stage_.people()) {
    if (Ask(column, person, row).ok()) letters += static_cast<char>(person);
  }
  return letters;
}

// What the others hear in the first state that has such an act at all.
std::string Matrix::Refused(const Row& row) {
  const auto column = std::find_if(columns_.begin(), columns_.end(),
                                   [&](const Column& it) { return !Cell(it, row).empty(); });
  assert(column != columns_.end());
  std::map<Refusal, std::string> heard;
  for (const Person person : stage_.people()) {
    const Decision decision = Ask(*column, person, row);
    if (!decision.ok()) heard[*decision.refusal] += static_cast<char>(person);
  }
  std::vector<std::string> parts;
  for (const auto& [refusal, letters] : heard) {
    parts.push_back(absl::StrCat(letters, " ", RefusalName(refusal)));
  }
  return absl::StrCat("| ", row.name, " | ", column->name, " | ", absl::StrJoin(parts, ", "),
                      " |\n");
}

std::string Matrix::Print() {
  std::string out = "| act |";
  std::string rule = "|---|";
  for (const Column& column : columns_) {
    absl::StrAppend(&out, " ", column.name, " |");
    rule += "---|";
  }
  absl::StrAppend(&out, "\n", rule, "\n");
  const std::vector<Row> rows = Rows();
  for (const Row& row : rows) {
    absl::StrAppend(&out, "| ", row.name, " |");
    for (const Column& column : columns_) {
      const std::string cell = Cell(column, row);
      absl::StrAppend(&out, " ", cell.empty() ? "-" : cell, " |");
    }
    out += "\n";
  }
  out += "\n| act | in state | refused |\n|---|---|---|\n";
  for (const Row& row : rows) out += Refused(row);
  out += "\n| state | may see it |\n|---|---|\n";
  for (const Column& column : columns_) {
    std::string letters;
    for (const Person person : stage_.people()) {
      if (MaySee(column.document, stage_.At(column.hours), MatrixStage::Member(person))) {
        letters += static_cast<char>(person);
      }
    }
    absl::StrAppend(&out, "| ", column.name, " | ", letters.empty() ? "-" : letters, " |\n");
  }
  return out;
}

}  // namespace

std::string PrintMatrix() { return Matrix().Print(); }

}  // namespace amparo::workflow
