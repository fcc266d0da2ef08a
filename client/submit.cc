// Submit: a fellow's files become a document that its case's coordinators can read, and
// nobody on this device any more.

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/drafting.h"
#include "client/names.h"
#include "client/plans.h"
#include "client/sending.h"
#include "client/verbs.h"
#include "client/waiting_statements.h"
#include "crypto/manifest_fields.h"

namespace amparo::client {

absl::Status CheckLanguage(const std::string& tag) {
  if (tag.empty()) return absl::OkStatus();
  const std::size_t primary = std::min(tag.find('-'), tag.size());
  const bool letters =
      std::all_of(tag.begin(), tag.begin() + static_cast<std::ptrdiff_t>(primary),
                  [](char c) { return absl::ascii_islower(static_cast<unsigned char>(c)); });
  if (IsLanguageTag(tag) && letters && (primary == 2 || primary == 3)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("\"", tag,
                   "\" is no language tag; write es, ht, pt, mam, quc or kek, or leave "
                   "it unknown"));
}

absl::Status CheckOneLine(absl::string_view what, absl::string_view text) {
  if (IsLine(text)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(what,
                   " must be one line of plain text, without control characters and marks of "
                   "direction: it will stand in a certificate"));
}

namespace verbs {
namespace {

constexpr std::uint64_t kEverything = std::numeric_limits<std::uint64_t>::max();

struct Submission {
  SubjectId document;
  workflow::Document before;  // Nothing yet, or what is replaced.
  amparo::Submit act;
};

absl::StatusOr<Submission> Begin(Workplace& place, const SubmitOptions& options) {
  if (options.replaces.has_value()) {
    absl::StatusOr<const DocumentHistory*> history = place.FindDocument(*options.replaces);
    if (!history.ok()) return history.status();
    const workflow::Document& document = (*history)->document;
    return Submission{
        .document = document.id,
        .before = document,
        .act = {.case_id = document.case_id,
                .desk = document.desk,
                .deliver_on_approval = static_cast<std::uint8_t>(document.deliver_on_approval),
                .number = document.number,
                .version = static_cast<std::uint16_t>(document.sources.back().number + 1)}};
  }
  if (absl::Status s = place.FindCase(options.case_id).status(); !s.ok()) return s;
  // What waits to be sent has its number already.
  const workflow::Case subject =
      CaseAfter(place.replica, options.case_id, WaitingBefore(place, kEverything));
  return Submission{
      .document = RandomId<SubjectId>(),
      .before = {},
      .act = {.case_id = options.case_id,
              .desk = subject.desk,
              .deliver_on_approval = static_cast<std::uint8_t>(subject.deliver_on_approval),
              .number = static_cast<std::uint16_t>(subject.documents.size() + 1),
              .version = 1}};
}

Manifest Outline(const Workplace& place, const Submission& submission,
                 const SubmitOptions& options) {
  Manifest manifest;
  manifest.case_id.bytes = submission.act.case_id.bytes;
  manifest.document.bytes = submission.document.bytes;
  manifest.author.bytes = place.self().bytes;
  manifest.version = submission.act.version;
  manifest.role = 1;
  manifest.language = options.language;
  manifest.variety = options.variety;
  manifest.title = options.title;
  manifest.pages = options.pages;
  manifest.content_warnings = options.content_warnings;
  manifest.due_date = options.due_date;
  return manifest;
}

// Grants the manifest to those the rules name; `readers` says how many can open it.
absl::StatusOr<Draft> DraftSubmission(const Workplace& place, const Submission& submission,
                                      const SealedVersion& version, std::size_t& readers) {
  Draft draft = DraftOn(submission.document, submission.act);
  AddVersion(draft, version);
  const workflow::GrantPlan plan =
      workflow::PlanGrants(submission.before, place.context(), place.self(), submission.act);
  const ObjectId& manifest = version.manifest.ref.object;
  absl::StatusOr<std::size_t> granted =
      GrantToEach(place, draft, manifest, version.manifest.key, plan.manifest);
  if (!granted.ok()) return granted.status();
  readers = *granted;
  absl::Status recovery =
      GrantToRecovery(draft, place.replica.directory(), manifest, version.manifest.key);
  if (!recovery.ok()) return recovery;
  return draft;
}

absl::Status CheckOptions(const SubmitOptions& options) {
  if (absl::Status s = CheckLanguage(options.language); !s.ok()) return s;
  if (absl::Status s = CheckOneLine("the title", options.title); !s.ok()) return s;
  if (absl::Status s = CheckOneLine("the variety", options.variety); !s.ok()) return s;
  return WeekOf(options.due_date).status();
}

// Sealed and sent, or taken up again.
absl::StatusOr<std::size_t> SubmitAs(Workplace& place, const SubmitPlan& plan,
                                     const Submission& submission,
                                     std::optional<std::uint64_t> taken_up,
                                     const ProgressListener& progress) {
  // The rules are asked before anything is sealed: a refusal must not cost an hour.
  std::size_t readers = 0;
  absl::StatusOr<Draft> trial =
      DraftSubmission(place, submission, TrialVersion(plan.files), readers);
  if (!trial.ok()) return trial.status();
  if (readers == 0) {
    return Refused(absl::StatusCode::kFailedPrecondition, "NO_READER",
                   absl::StrCat("no coordinator of desk ", submission.act.desk,
                                " could open this; ask a registrar to enrol one"));
  }
  if (absl::Status s = place.author->Foresee(*trial).status(); !s.ok()) return s;
  absl::StatusOr<Bytes> encoded = EncodePlan(plan);
  if (!encoded.ok()) return encoded.status();
  FilesAct act{.kind = Kind::kSubmit,
               .subject = submission.document,
               .about = DocumentCode(submission.act.case_id, submission.act.number),
               .files = plan.files,
               .plan = *std::move(encoded),
               .outline = Outline(place, submission, plan.options),
               .draft = [&](const SealedVersion& version) {
                 return DraftSubmission(place, submission, version, readers);
               }};
  absl::Status done = DoWithFiles(place, std::move(act), taken_up, progress);
  if (!done.ok()) return done;
  return readers;
}

}  // namespace

absl::StatusOr<Client::Submitted> Submit(Workplace& place, const std::vector<FileToSend>& files,
                                         const SubmitOptions& options,
                                         const ProgressListener& progress) {
  if (files.empty()) return absl::InvalidArgumentError("no file was named; name at least one");
  if (absl::Status s = CheckOptions(options); !s.ok()) return s;
  absl::StatusOr<Submission> submission = Begin(place, options);
  if (!submission.ok()) return submission.status();

  const SubmitPlan plan{.files = files, .options = options, .document = submission->document};
  absl::StatusOr<std::size_t> readers = SubmitAs(place, plan, *submission, std::nullopt, progress);
  if (!readers.ok()) return readers.status();
  Client::Submitted submitted{
      .document = submission->document, .code = place.last_act->about, .warnings = {}};
  if (*readers == 1) {
    submitted.warnings.push_back("only one coordinator can read this; ask for a second one");
  }
  return submitted;
}

absl::Status SubmitAgain(Workplace& place, const SubmitPlan& plan, std::uint64_t number) {
  absl::StatusOr<Submission> submission = Begin(place, plan.options);
  if (!submission.ok()) return submission.status();
  submission->document = plan.document;
  return SubmitAs(place, plan, *submission, number, nullptr).status();
}

}  // namespace verbs
}  // namespace amparo::client
