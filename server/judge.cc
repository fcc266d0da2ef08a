#include "server/judge.h"

#include <algorithm>
#include <optional>
#include <variant>

#include "absl/strings/str_cat.h"
#include "server/refusal.h"

namespace amparo::server {
namespace {

absl::Status CheckSequence(const Statement& said, const Overlay& overlay) {
  if (said.actor_certificate.is_zero()) return absl::OkStatus();  // The roots count versions.
  const auto last = overlay.LastSequence(said.actor_certificate);
  if (!last.ok()) return last.status();
  if (said.actor_seq <= *last) {
    return Refuse(Reason::kSequenceNotRising,
                  absl::StrCat("sequence ", said.actor_seq, " is not above ", *last));
  }
  return absl::OkStatus();
}

absl::Status CheckPrevious(const Statement& said, const Overlay& overlay) {
  if (said.actor_prev.is_zero()) return absl::OkStatus();
  const auto row = overlay.FindStatement(said.actor_prev);
  if (!row.ok()) return row.status();
  if (!row->has_value() || (*row)->certificate != said.actor_certificate) {
    return Refuse(Reason::kPreviousUnknown, "actor_prev is no logged statement of its author");
  }
  return absl::OkStatus();
}

// A head of nothing is told only by those who could not have seen one: the roots, and a
// certificate with its first statement.
absl::Status CheckSeenHead(const Statement& said, const Overlay& overlay) {
  if (said.seen_tree_size.value == 0) {
    const auto last = overlay.LastSequence(said.actor_certificate);
    if (!last.ok()) return last.status();
    if (said.seen_root.is_zero() && *last == 0) return absl::OkStatus();
    return Refuse(Reason::kSeenHeadUnknown, "an empty head, after the first statement");
  }
  const auto root = overlay.RootAt(said.seen_tree_size);
  if (!root.ok()) return root.status();
  if (!root->has_value() || **root != said.seen_root) {
    return Refuse(Reason::kSeenHeadUnknown,
                  absl::StrCat("the head seen at size ", said.seen_tree_size.value,
                               " is none of this log, which has ", overlay.base_size().value));
  }
  return absl::OkStatus();
}

absl::Status JudgeDirectory(const Submission& submission, const Overlay& overlay) {
  const directory::Directory& directory = overlay.directory();
  if (const auto* epoch = std::get_if<LogEpoch>(&submission.body.act)) {
    const auto root = overlay.RootAt(epoch->size);
    if (!root.ok()) return root.status();
    if (!root->has_value() || **root != epoch->root) {
      return Refuse(Reason::kSeenHeadUnknown,
                    absl::StrCat("the head named at size ", epoch->size.value,
                                 " is none of this log, which has ", overlay.base_size().value));
    }
  }
  if (const auto refusal = directory.Check(submission.statement, overlay.next())) {
    return Refuse(*refusal, directory.head());
  }
  const auto* policy = std::get_if<Policy>(&submission.body.act);
  if (policy != nullptr && directory.founded() && policy->log_key != directory.policy().log_key) {
    return Refuse(Reason::kLogKeyMismatch, "the policy names another log key than the server's");
  }
  return absl::OkStatus();
}

absl::Status NotVisible() { return Refuse(Reason::kNotVisible, "no such subject for this author"); }

// Whom a document names as at work on it: a translator who hands in after the lease sees it no
// more, and is heard all the same.
bool IsNamedAtWork(const SubjectValue& value, const MemberId& member) {
  const auto* document = std::get_if<workflow::Document>(&value);
  return document != nullptr && (member == document->translator || member == document->reviewer ||
                                 document->submitters.contains(member));
}

// Whether the author may be told anything of the subject, its head above all. What it may not
// see and what does not exist have one answer. REQUIRES: its certificate was checked.
absl::Status CheckMaySpeakOf(const SubjectState& state, const Submission& submission,
                             const workflow::Context& context) {
  const Statement& said = submission.statement.statement;
  if (state.chain.statements == 0) {
    const auto* submit = std::get_if<Submit>(&submission.body.act);
    const bool begins = std::holds_alternative<OpenCase>(submission.body.act) ||
                        (submit != nullptr && submit->version == 1);
    return begins ? absl::OkStatus() : NotVisible();
  }
  const directory::CertificateRecord* record = context.directory.Find(said.actor_certificate);
  const bool may_see = record != nullptr && MaySeeSubject(state.value, context, *record);
  return may_see || IsNamedAtWork(state.value, said.actor) ? absl::OkStatus() : NotVisible();
}

// The case's say on a submit to it.
absl::Status JudgeCase(const Submission& submission, const Submit& submit,
                       const workflow::Context& context, const Overlay& overlay) {
  const auto state = overlay.StateOf({.type = SubjectType::kCase, .id = submit.case_id});
  if (!state.ok()) return state.status();
  const auto& subject = std::get<workflow::Case>((*state)->value);
  const auto* record = context.directory.Find(submission.statement.statement.actor_certificate);
  if (record == nullptr || !workflow::MaySee(subject, context, *record)) return NotVisible();
  const auto refusal = workflow::DecideSubmitToCase(subject, context, submission.statement, submit);
  if (!refusal) return absl::OkStatus();
  const auto next_number = static_cast<std::uint32_t>(subject.documents.size() + 1);
  const bool is_number = *refusal == workflow::Refusal::kNumberTaken;
  return Refuse(*refusal, std::nullopt, is_number ? next_number : 0);
}

absl::StatusOr<Verdict> JudgeSubject(const Submission& submission, const Overlay& overlay) {
  const directory::Moment moment = overlay.moment();
  // Prepare has verified the signature.
  if (const auto refusal =
          overlay.directory().CheckAuthorOfVerified(submission.statement, moment)) {
    return Refuse(*refusal, std::nullopt);
  }
  const Subject subject = SubjectOf(submission.statement.statement);
  const auto state = overlay.StateOf(subject);
  if (!state.ok()) return state.status();
  const workflow::Context context{.directory = overlay.directory(), .moment = moment};
  if (auto status = CheckMaySpeakOf(**state, submission, context); !status.ok()) return status;
  workflow::Decision decision =
      DecideOn((*state)->value, context, submission.statement, submission.body);
  if (!decision.ok()) return Refuse(*decision.refusal, HeadOf((*state)->value));
  Verdict verdict{.events = std::move(decision.events), .case_id = subject.id, .before = *state};
  if (const auto* submit = std::get_if<Submit>(&submission.body.act)) {
    if (auto status = JudgeCase(submission, *submit, context, overlay); !status.ok()) {
      return status;
    }
    verdict.case_id = submit->case_id;
  } else if (const auto* document = std::get_if<workflow::Document>(&(*state)->value)) {
    verdict.case_id = document->case_id;
  }
  return verdict;
}

// Every object is here, and its id is new: to name an object is to bring it, and nobody brings
// another's as their own. (The same statement again was answered by its hash before.)
absl::Status CheckObjects(const Submission& submission, const Overlay& overlay) {
  for (const ObjectRef& ref : submission.body.objects) {
    const auto row = overlay.FindObject(ref.object);
    if (!row.ok()) return row.status();
    if (row->has_value()) return Refuse(Reason::kObjectTaken, "an object id that is taken");
    if (submission.objects.contains(ref.object) || submission.sealed_blobs.contains(ref.object)) {
      continue;
    }
    if (ref.payload_length > kSmallObjectBytesMax) {
      return Refuse(Reason::kBlobMissing, absl::StrCat("a blob of ", ref.payload_length,
                                                       " bytes is not sealed with these bytes"));
    }
    return Refuse(Reason::kObjectMissing, absl::StrCat("an object of ", ref.payload_length,
                                                       " bytes is not in the request"));
  }
  return absl::OkStatus();
}

bool Brought(const SubjectState& state, const ObjectId& object) {
  return std::visit([&](const auto& subject) { return subject.brought.contains(object); },
                    state.value);
}

// Whose a granted object is: named here, or by this case before.
absl::Status CheckGrantedObject(const GrantRef& grant, const Submission& submission,
                                const Verdict& verdict, const Overlay& overlay) {
  const auto& objects = submission.body.objects;
  if (std::any_of(objects.begin(), objects.end(),
                  [&](const ObjectRef& ref) { return ref.object == grant.object; })) {
    return absl::OkStatus();
  }
  if (verdict.before != nullptr && Brought(*verdict.before, grant.object)) return absl::OkStatus();
  const auto row = overlay.FindObject(grant.object);
  if (!row.ok()) return row.status();
  if (row->has_value()) {
    const auto case_id = overlay.CaseOf((*row)->subject);
    if (!case_id.ok()) return case_id.status();
    if (*case_id == verdict.case_id) return absl::OkStatus();
  }
  return Refuse(Reason::kGrantOfOtherCase, "a grant to an object that this case does not name");
}

absl::Status CheckGrants(const Submission& submission, const Verdict& verdict,
                         const Overlay& overlay) {
  for (const GrantRef& grant : submission.body.grants) {
    if (auto status = CheckGrantedObject(grant, submission, verdict, overlay); !status.ok()) {
      return status;
    }
    if (IsGranteeValid(grant, overlay) && !submission.grants.contains(grant.sha256)) {
      return Refuse(Reason::kGrantMissing, "a grant to a valid member is not in the request");
    }
  }
  return absl::OkStatus();
}

}  // namespace

bool IsGranteeValid(const GrantRef& grant, const Overlay& overlay) {
  if (grant.grantee == RecoveryGrantee() || grant.grantee == DirectoryGrantee()) return true;
  const directory::Directory& directory = overlay.directory();
  const directory::CertificateRecord* record = directory.Find(grant.grantee_certificate);
  return record != nullptr && record->certificate.member == grant.grantee &&
         directory.IsValid(*record, overlay.moment());
}

absl::StatusOr<Verdict> Judge(const Submission& submission, const Overlay& overlay) {
  const Statement& said = submission.statement.statement;
  if (auto status = CheckSequence(said, overlay); !status.ok()) return status;
  if (auto status = CheckPrevious(said, overlay); !status.ok()) return status;
  if (auto status = CheckSeenHead(said, overlay); !status.ok()) return status;
  Verdict verdict;
  if (LeafClassOf(static_cast<Kind>(said.kind)) == 1) {
    if (auto status = JudgeDirectory(submission, overlay); !status.ok()) return status;
  } else {
    auto judged = JudgeSubject(submission, overlay);
    if (!judged.ok()) return judged.status();
    verdict = *std::move(judged);
  }
  if (auto status = CheckObjects(submission, overlay); !status.ok()) return status;
  if (auto status = CheckGrants(submission, verdict, overlay); !status.ok()) return status;
  return verdict;
}

}  // namespace amparo::server
