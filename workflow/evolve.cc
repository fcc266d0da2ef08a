// What events make of a document or a case. Total: it judges nothing.
// Spec: docs/spec/workflow.md, "Events".

#include <algorithm>

#include "workflow/workflow.h"

namespace amparo::workflow {
namespace {

void InsertAscending(std::vector<MemberId>& members, const MemberId& member) {
  const auto at = std::lower_bound(members.begin(), members.end(), member);
  if (at == members.end() || *at != member) members.insert(at, member);
}

void MarkAnswered(std::vector<Question>& questions, const Hash& hash) {
  for (Question& question : questions) {
    if (question.statement == hash) question.answered = true;
  }
}

class DocumentChange {
 public:
  DocumentChange(Document& document, const SignedStatement& statement)
      : document_(document), statement_(statement) {}

  void operator()(const DocumentSubmitted& event) {
    document_.id = statement_.statement.subject;
    document_.case_id = event.act.case_id;
    document_.desk = event.act.desk;
    document_.deliver_on_approval = event.act.deliver_on_approval != 0;
    document_.number = event.act.number;
    TakeSource(event.by, event.source);
  }
  void operator()(const SourceReplaced& event) {
    document_.translations.clear();
    document_.authors.clear();
    EndAssignment();
    TakeSource(event.by, event.source);
  }
  void operator()(const TranslationAssigned& event) {
    document_.translator = event.act.translator;
    TakeTerms(event.act);
    document_.state = State::kAssigned;
  }
  void operator()(const ReviewerChanged& event) { TakeTerms(event.act); }
  void operator()(const AssignmentEnded&) {
    EndAssignment();
    document_.state = State::kSubmitted;
  }
  void operator()(const AssignmentAccepted&) { document_.state = State::kTranslating; }
  void operator()(const TranslationHandedIn& event) {
    TakeTranslation(event.translation);
    document_.state = State::kInReview;
  }
  void operator()(const CorrectionHandedIn& event) {
    TakeTranslation(event.translation);
    document_.lease_end = event.lease_end;
    document_.state = State::kTranslating;
  }
  void operator()(const TranslationReturned& event) {
    ++document_.returns;
    document_.lease_end = event.lease_end;
    document_.state = State::kTranslating;
  }
  void operator()(const TranslationApproved&) { document_.state = State::kApproved; }
  void operator()(const DocumentDelivered& event) {
    for (const MemberId& member : event.attorneys) {
      document_.delivered_to.insert(member);
      InsertAscending(document_.attorneys, member);
    }
    document_.state = document_.received_by.empty() ? State::kDelivered : State::kReceived;
  }
  void operator()(const DocumentReceived& event) {
    document_.received_by.insert(event.by);
    document_.state = State::kReceived;
  }
  void operator()(const DocumentReopened& event) {
    document_.delivered_before.insert(document_.delivered_to.begin(), document_.delivered_to.end());
    document_.delivered_to.clear();
    document_.received_by.clear();
    if (event.to_translator) {
      document_.lease_end = event.lease_end;
      document_.state = State::kTranslating;
    } else {
      EndAssignment();
      document_.state = State::kSubmitted;
    }
  }
  void operator()(const DocumentWithdrawn&) {
    EndAssignment();
    document_.state = State::kWithdrawn;
  }
  void operator()(const DocumentShared& event) { document_.shared_with.insert(event.with); }
  void operator()(const QuestionAsked& event) { document_.questions.push_back(event.question); }
  void operator()(const QuestionAnswered& event) {
    MarkAnswered(document_.questions, event.question);
  }
  void operator()(const Noted&) {}
  void operator()(const CaseOpened&) {}
  void operator()(const CaseShared&) {}

 private:
  void TakeSource(const MemberId& by, const Version& source) {
    document_.submitter = by;
    document_.submitters.insert(by);
    document_.sources.push_back(source);
    Know(source);
    document_.state = State::kSubmitted;
  }
  void TakeTranslation(const Version& translation) {
    document_.authors.insert(translation.author);
    document_.translations.push_back(translation);
    Know(translation);
  }
  void TakeTerms(const Assign& act) {
    document_.reviewer = act.reviewer;
    document_.attorneys = act.attorneys;
    document_.lease_end = act.lease_end;
    document_.due_week = act.due_week;
  }
  void EndAssignment() {
    document_.translator = {};
    document_.reviewer = {};
    document_.lease_end = {};
  }
  void Know(const Version& version) {
    for (const ObjectRef& ref : version.objects) document_.known_objects.insert(ref.object);
  }

  Document& document_;
  const SignedStatement& statement_;
};

template <class Subject>
void JoinChain(Subject& subject, const SignedStatement& statement) {
  const Hash hash = HashOf(statement);
  const std::uint16_t kind = statement.statement.kind;
  if (IsKnownKind(kind) && IsTurn(static_cast<Kind>(kind))) subject.head = hash;
  subject.statements.push_back(hash);
  const absl::StatusOr<Body> body = DecodeBody(kind, statement.statement.body);
  if (!body.ok()) return;  // Of a kind to come: it brings nothing that is known here.
  for (const ObjectRef& ref : body->objects) subject.brought.insert(ref.object);
}

}  // namespace

State Document::StateAt(UnixSeconds now) const {
  const bool leased = state == State::kAssigned || state == State::kTranslating;
  return leased && lease_end <= now ? State::kSubmitted : state;
}

Document Evolve(Document document, const std::vector<Event>& events,
                const SignedStatement& statement) {
  DocumentChange change(document, statement);
  for (const Event& event : events) std::visit(change, event);
  JoinChain(document, statement);
  return document;
}

Case Evolve(Case subject, const std::vector<Event>& events, const SignedStatement& statement) {
  for (const Event& event : events) {
    if (const auto* opened = std::get_if<CaseOpened>(&event)) {
      subject.id = statement.statement.subject;
      subject.open = true;
      subject.desk = opened->act.desk;
      subject.deliver_on_approval = opened->act.deliver_on_approval != 0;
      subject.opener = opened->by;
      subject.objects = opened->objects;
    } else if (const auto* shared = std::get_if<CaseShared>(&event)) {
      subject.shared_with.insert(shared->with);
      if (shared->as_attorney) InsertAscending(subject.attorneys, shared->with);
    } else if (const auto* asked = std::get_if<QuestionAsked>(&event)) {
      subject.questions.push_back(asked->question);
    } else if (const auto* answered = std::get_if<QuestionAnswered>(&event)) {
      MarkAnswered(subject.questions, answered->question);
    }
  }
  JoinChain(subject, statement);
  return subject;
}

Case EvolveWithDocument(Case subject, const SubjectId& document) {
  subject.documents.push_back(document);
  return subject;
}

}  // namespace amparo::workflow
