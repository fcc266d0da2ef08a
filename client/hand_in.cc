// Handing in: a translator's files with a certificate, or a reviewer's correction without
// one. The wrong file is refused before anything is sent.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/certificate.h"
#include "client/drafting.h"
#include "client/names.h"
#include "client/opened_record.h"
#include "client/plans.h"
#include "client/sealing.h"
#include "client/sending.h"
#include "client/subject_objects.h"
#include "client/verbs.h"
#include "client/word_count.h"

namespace amparo::client::verbs {
namespace {

constexpr absl::string_view kTargetLanguage = "en";

struct Work {
  const DocumentHistory* history = nullptr;
  OpenedVersion source;
};

absl::StatusOr<Work> OpenWork(Workplace& place, const SubjectId& document) {
  absl::StatusOr<const DocumentHistory*> history = place.FindDocument(document);
  if (!history.ok()) return history.status();
  absl::StatusOr<workflow::Version> version = CurrentVersion(**history, Which::kSource);
  if (!version.ok()) return version.status();
  absl::StatusOr<OpenedVersion> source = OpenVersion(place, **history, *version, Which::kSource);
  if (!source.ok()) return source.status();
  return Work{.history = *history, .source = std::move(*source)};
}

std::vector<Hash> HashesOf(const Manifest& manifest) {
  std::vector<Hash> hashes;
  for (const ManifestPart& part : manifest.parts) hashes.push_back(part.sha256);
  return hashes;
}

absl::Status WrongFile(const FileToSend& file, absl::string_view what) {
  return Refused(absl::StatusCode::kFailedPrecondition, "WRONG_FILE",
                 absl::StrCat(file.path, " ", what, "; name the file of this translation"));
}

// Byte for byte what should not be handed in here.
absl::Status CheckNotTheWrongFile(Workplace& place, const Work& work, const FileToSend& file,
                                  const Hash& sha256) {
  const auto among = [&](const Manifest& manifest) {
    const std::vector<Hash> hashes = HashesOf(manifest);
    return std::find(hashes.begin(), hashes.end(), sha256) != hashes.end();
  };
  if (among(work.source.manifest)) return WrongFile(file, "is the source itself");
  for (const workflow::Version& version : work.history->document.translations) {
    absl::StatusOr<OpenedVersion> earlier =
        OpenVersion(place, *work.history, version, Which::kTranslation);
    if (absl::IsDataLoss(earlier.status())) return earlier.status();
    if (earlier.ok() && among(earlier->manifest)) {
      return WrongFile(file, absl::StrCat("is version ", version.number, " again"));
    }
  }
  absl::StatusOr<std::vector<HandedInFile>> handed_in = HandedInFiles(place);
  if (!handed_in.ok()) return handed_in.status();
  for (const HandedInFile& one : *handed_in) {
    if (one.sha256 != sha256) continue;
    return WrongFile(file, one.document == work.history->document.id
                               ? "was handed in before, as an earlier version"
                               : "was handed in for another document");
  }
  return absl::OkStatus();
}

std::uint16_t NextVersion(const workflow::Document& document) {
  const int last = document.translations.empty() ? 0 : document.translations.back().number;
  return static_cast<std::uint16_t>(last + 1);
}

TranslatorCertificate::Covered CoveredBy(const Work& work, const std::vector<Hash>& translation) {
  const Manifest& source = work.source.manifest;
  const workflow::Document& document = work.history->document;
  // A court asks which document is meant: one without a title is called by its code.
  return {.title =
              source.title.empty() ? DocumentCode(document.case_id, document.number) : source.title,
          .pages = source.pages,
          .source_sha256 = DocumentHash(HashesOf(source)),
          .translation_sha256 = DocumentHash(translation)};
}

absl::StatusOr<HandInPlan> Plan(Workplace& place, const Work& work,
                                const std::vector<FileToSend>& files,
                                const CertificateDraft* draft) {
  if (files.empty()) return absl::InvalidArgumentError("no file was named; name at least one");
  HandInPlan plan{.document = work.history->document.id,
                  .files = files,
                  .version = NextVersion(work.history->document),
                  .certificate_text = {},
                  .draft = {}};
  std::vector<Hash> hashes;
  for (const FileToSend& file : files) {
    absl::StatusOr<Hash> sha256 = HashFile(file.path, file.size);
    if (!sha256.ok()) return sha256.status();
    absl::Status right = CheckNotTheWrongFile(place, work, file, *sha256);
    if (!right.ok()) return right;
    hashes.push_back(*sha256);
    plan.words += CountWords(file);
  }
  if (draft == nullptr) return plan;
  plan.draft = *draft;
  plan.certificate_text = CertificateText(*draft, {CoveredBy(work, hashes)});
  return plan;
}

Manifest Outline(const Workplace& place, const Work& work, const HandInPlan& plan,
                 const std::vector<TranslatorCertificate::Covered>& covered) {
  const workflow::Document& document = work.history->document;
  Manifest manifest;
  manifest.case_id.bytes = document.case_id.bytes;
  manifest.document.bytes = document.id.bytes;
  manifest.author.bytes = place.self().bytes;
  manifest.version = plan.version;
  manifest.role = 2;
  manifest.language = std::string(kTargetLanguage);
  manifest.title = work.source.manifest.title;
  manifest.pages = work.source.manifest.pages;
  manifest.content_warnings = work.source.manifest.content_warnings;
  manifest.due_date = work.source.manifest.due_date;
  manifest.source = work.source.version.statement;
  if (!plan.certificate_text.empty()) {
    manifest.certificate = CertificateTextWithoutPerson(plan.draft, covered);
  }
  return manifest;
}

absl::StatusOr<SecretBuffer> EncodeCertificate(
    const HandInPlan& plan, const std::vector<TranslatorCertificate::Covered>& covered) {
  return Encode(TranslatorCertificate{.text = plan.certificate_text,
                                      .legal_name = plan.draft.legal_name,
                                      .address = plan.draft.address,
                                      .telephone = plan.draft.telephone,
                                      .date = plan.draft.date,
                                      .language = plan.draft.language,
                                      .variety = plan.draft.variety,
                                      .covered = covered});
}

absl::StatusOr<Draft> DraftHandIn(const Workplace& place, const Work& work, const HandInPlan& plan,
                                  const SealedVersion& version, const SecretBuffer* certificate) {
  const workflow::Document& document = work.history->document;
  const amparo::HandIn act{.version = plan.version, .source = work.source.version.statement};
  const workflow::GrantPlan grants =
      workflow::PlanGrants(document, place.context(), place.self(), act);
  Draft draft = DraftOn(document.id, act);
  AddVersion(draft, version);
  const ObjectId& manifest = version.manifest.ref.object;
  absl::Status status =
      GrantToEach(place, draft, manifest, version.manifest.key, grants.manifest).status();
  if (!status.ok()) return status;
  status = GrantToRecovery(draft, place.replica.directory(), manifest, version.manifest.key);
  if (!status.ok()) return status;
  if (certificate != nullptr) {
    status =
        AddSealedText(place, draft, ObjectClass::kCertificate, *certificate, grants.certificate);
    if (!status.ok()) return status;
  }
  return draft;
}

// What the certificate says was computed before the files were sealed: they must not have
// changed in between.
absl::Status CheckStillTheSame(const HandInPlan& plan,
                               const std::vector<TranslatorCertificate::Covered>& covered) {
  if (plan.certificate_text.empty() ||
      plan.certificate_text == CertificateText(plan.draft, covered)) {
    return absl::OkStatus();
  }
  return Refused(absl::StatusCode::kFailedPrecondition, "FILE_CHANGED",
                 "a file changed after its certificate was made; hand in again");
}

}  // namespace

absl::StatusOr<HandInPlan> PlanHandIn(Workplace& place, const SubjectId& document,
                                      const std::vector<FileToSend>& files,
                                      const CertificateDraft& draft) {
  absl::StatusOr<Work> work = OpenWork(place, document);
  if (!work.ok()) return work.status();
  CertificateDraft filled = draft;
  if (filled.language.empty()) filled.language = work->source.manifest.language;
  if (filled.variety.empty()) filled.variety = work->source.manifest.variety;
  if (absl::Status s = CheckCertificateDraft(filled); !s.ok()) return s;
  return Plan(place, *work, files, &filled);
}

absl::StatusOr<HandInPlan> PlanCorrection(Workplace& place, const SubjectId& document,
                                          const std::vector<FileToSend>& files) {
  absl::StatusOr<Work> work = OpenWork(place, document);
  if (!work.ok()) return work.status();
  return Plan(place, *work, files, nullptr);
}

namespace {

absl::Status HandInAs(Workplace& place, const HandInPlan& plan,
                      std::optional<std::uint64_t> taken_up, const ProgressListener& progress) {
  absl::StatusOr<Work> work = OpenWork(place, plan.document);
  if (!work.ok()) return work.status();
  const bool certified = !plan.certificate_text.empty();
  std::vector<Hash> hashes;
  for (const FileToSend& file : plan.files) {
    absl::StatusOr<Hash> sha256 = HashFile(file.path, file.size);
    if (!sha256.ok()) return sha256.status();
    hashes.push_back(*sha256);
  }
  const std::vector<TranslatorCertificate::Covered> covered = {CoveredBy(*work, hashes)};
  if (absl::Status s = CheckStillTheSame(plan, covered); !s.ok()) return s;
  SecretBuffer certificate;
  if (certified) {
    absl::StatusOr<SecretBuffer> encoded = EncodeCertificate(plan, covered);
    if (!encoded.ok()) return encoded.status();
    certificate = std::move(*encoded);
  }
  const SecretBuffer* attached = certified ? &certificate : nullptr;
  absl::StatusOr<Draft> trial = DraftHandIn(place, *work, plan, TrialVersion(plan.files), attached);
  if (!trial.ok()) return trial.status();
  if (absl::Status s = place.author->Foresee(*trial).status(); !s.ok()) return s;
  absl::StatusOr<Bytes> encoded = EncodePlan(plan);
  if (!encoded.ok()) return encoded.status();

  const workflow::Document& document = work->history->document;
  FilesAct act{.kind = Kind::kHandIn,
               .subject = plan.document,
               .about = DocumentCode(document.case_id, document.number),
               .files = plan.files,
               .plan = *std::move(encoded),
               .outline = Outline(place, *work, plan, covered),
               .draft = [&](const SealedVersion& version) -> absl::StatusOr<Draft> {
                 if (version.sha256 == hashes) {
                   return DraftHandIn(place, *work, plan, version, attached);
                 }
                 return Refused(absl::StatusCode::kFailedPrecondition, "FILE_CHANGED",
                                "a file changed while it was sealed; hand in again");
               }};
  if (absl::Status s = DoWithFiles(place, std::move(act), taken_up, progress); !s.ok()) return s;
  for (const Hash& sha256 : hashes) {
    absl::Status kept = RecordHandedIn(place, {.document = plan.document, .sha256 = sha256});
    if (!kept.ok()) return kept;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status HandIn(Workplace& place, const HandInPlan& plan, const ProgressListener& progress) {
  return HandInAs(place, plan, std::nullopt, progress);
}

absl::Status HandInAgain(Workplace& place, const HandInPlan& plan, std::uint64_t number) {
  return HandInAs(place, plan, number, nullptr);
}

}  // namespace amparo::client::verbs
