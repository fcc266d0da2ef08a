// Delivering to attorneys, receiving, and what may follow.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/certificate.h"
#include "client/drafting.h"
#include "client/opened_files.h"
#include "client/opened_record.h"
#include "client/sending.h"
#include "client/subject_objects.h"
#include "client/verbs.h"
#include "crypto/digest.h"

namespace amparo::client::verbs {
namespace {

// The certificate as its translator signed it, held against the texts it speaks of.
absl::StatusOr<TranslatorCertificate> OpenCertificate(Workplace& place,
                                                      const DocumentHistory& history,
                                                      const OpenedVersion& translation) {
  for (const ObjectRef& ref : translation.version.objects) {
    if (ref.object_class != ObjectClass::kCertificate) continue;
    absl::StatusOr<SecretBuffer> content = OpenObject(place, ChainOf(history), ref.object);
    if (!content.ok()) return content.status();
    absl::StatusOr<TranslatorCertificate> certificate =
        DecodeTranslatorCertificate(content->Expose());
    if (!certificate.ok()) return absl::DataLossError(certificate.status().message());
    return certificate;
  }
  return absl::NotFoundError("this translation has no certificate");
}

Hash HashOfParts(const Manifest& manifest) {
  std::vector<Hash> hashes;
  for (const ManifestPart& part : manifest.parts) hashes.push_back(part.sha256);
  return DocumentHash(hashes);
}

absl::Status CheckCovers(const TranslatorCertificate& certificate, const OpenedVersion& source,
                         const OpenedVersion& translation) {
  const Hash from = HashOfParts(source.manifest), to = HashOfParts(translation.manifest);
  const bool covers =
      std::any_of(certificate.covered.begin(), certificate.covered.end(),
                  [&](const TranslatorCertificate::Covered& covered) {
                    return covered.source_sha256 == from && covered.translation_sha256 == to;
                  });
  if (covers) return absl::OkStatus();
  return absl::DataLossError("the certificate is not about this source and this translation");
}

absl::Status AddCertificate(Workplace& place, const DocumentHistory& history,
                            const OpenedVersion& source, const OpenedVersion& translation,
                            PendingFiles& files) {
  absl::StatusOr<TranslatorCertificate> certificate = OpenCertificate(place, history, translation);
  if (certificate.ok()) {
    if (absl::Status s = CheckCovers(*certificate, source, translation); !s.ok()) return s;
    return files.AddText("certificate.txt", certificate->text, Sha256(AsBytes(certificate->text)));
  }
  // An attorney who joined the case after the hand-in: only its translator can give the rest.
  const std::string& text = translation.manifest.certificate;
  if (absl::IsPermissionDenied(certificate.status()) && !text.empty()) {
    return files.AddText("certificate-without-name.txt", text, Sha256(AsBytes(text)));
  }
  return absl::IsNotFound(certificate.status()) ? absl::OkStatus() : certificate.status();
}

absl::StatusOr<OpenedVersion> OpenCurrent(Workplace& place, const DocumentHistory& history,
                                          Which which) {
  absl::StatusOr<workflow::Version> version = CurrentVersion(history, which);
  if (!version.ok()) return version.status();
  return OpenVersion(place, history, *version, which);
}

// Source, translation and certificate, all of them checked before one has a name.
// REQUIRES: `history` is the caller's own, not the replica's.
absl::StatusOr<std::vector<OpenedFile>> FetchAll(Workplace& place, const DocumentHistory& history,
                                                 const std::string& directory,
                                                 const ProgressListener& progress) {
  absl::StatusOr<OpenedVersion> source = OpenCurrent(place, history, Which::kSource);
  if (!source.ok()) return source.status();
  absl::StatusOr<platform::OutputDirectory> output = platform::OutputDirectory::Open(directory);
  if (!output.ok()) return output.status();
  PendingFiles files(std::move(*output));
  absl::Status status = files.Fetch(place, history.document.id, *source, "source-", progress);
  if (!status.ok()) return status;
  if (!history.document.translations.empty()) {
    absl::StatusOr<OpenedVersion> translation = OpenCurrent(place, history, Which::kTranslation);
    if (!translation.ok()) return translation.status();
    status = files.Fetch(place, history.document.id, *translation, "translation-", progress);
    if (!status.ok()) return status;
    status = AddCertificate(place, history, *source, *translation, files);
    if (!status.ok()) return status;
  }
  return files.Publish();
}

// The attorneys that the assignment named, and those who had it before, are on the case.
Readers ReadersOf(const workflow::Document& document, const amparo::Deliver& act) {
  const bool known =
      std::all_of(act.attorneys.begin(), act.attorneys.end(), [&](const MemberId& attorney) {
        return document.delivered_to.contains(attorney) ||
               std::find(document.attorneys.begin(), document.attorneys.end(), attorney) !=
                   document.attorneys.end();
      });
  return known ? Readers::kOnTheCase : Readers::kNew;
}

absl::Status CheckMayReceive(const Workplace& place, const workflow::Document& document) {
  if (document.delivered_to.contains(place.self())) return absl::OkStatus();
  return Refused(absl::StatusCode::kPermissionDenied, "NOT_AN_ATTORNEY_OF_THIS",
                 "this document was not delivered to you");
}

}  // namespace

absl::Status Deliver(Workplace& place, const SubjectId& document,
                     const std::vector<MemberId>& attorneys, bool already_in_target_language) {
  absl::StatusOr<const DocumentHistory*> history = place.FindDocument(document);
  if (!history.ok()) return history.status();
  const workflow::Document& subject = (*history)->document;
  amparo::Deliver act{
      .attorneys = attorneys,
      .already_in_target_language = static_cast<std::uint8_t>(already_in_target_language)};
  std::sort(act.attorneys.begin(), act.attorneys.end());
  act.attorneys.erase(std::unique(act.attorneys.begin(), act.attorneys.end()), act.attorneys.end());
  const workflow::GrantPlan plan =
      workflow::PlanGrants(subject, place.context(), place.self(), act);
  Draft draft = DraftOn(document, act);
  const Readers readers = ReadersOf(subject, act);
  absl::Status granted =
      GrantExisting(place, draft, **history, Which::kSource, plan.source, readers);
  if (!granted.ok()) return granted;
  granted = GrantExisting(place, draft, **history, Which::kTranslation, plan.translation, readers);
  if (!granted.ok()) return granted;
  return place.Publish(draft).status();
}

absl::StatusOr<std::vector<OpenedFile>> Receive(Workplace& place, const SubjectId& document,
                                                const std::string& directory,
                                                const ProgressListener& progress) {
  absl::StatusOr<const DocumentHistory*> found = place.FindDocument(document);
  if (!found.ok()) return found.status();
  const DocumentHistory history = **found;  // Ours: what it points into may be read anew.
  if (absl::Status s = CheckMayReceive(place, history.document); !s.ok()) return s;
  absl::StatusOr<std::vector<OpenedFile>> files = FetchAll(place, history, directory, progress);
  if (!files.ok()) return files;
  amparo::Receive act{.translation = {}, .source = history.document.sources.back().statement};
  if (!history.document.translations.empty()) {
    act.translation = history.document.translations.back().statement;
    if (absl::Status s = RecordOpened(place, act.translation); !s.ok()) return s;
  }
  if (absl::Status s = RecordOpened(place, act.source); !s.ok()) return s;
  if (history.document.received_by.contains(place.self())) return files;
  if (absl::Status s = Do(place, DraftOn(document, act)); !s.ok()) return s;
  return files;
}

absl::Status Reopen(Workplace& place, const SubjectId& document, const std::string& reason,
                    std::uint32_t lease_hours) {
  absl::StatusOr<const DocumentHistory*> history = place.FindDocument(document);
  if (!history.ok()) return history.status();
  const workflow::Document& subject = (*history)->document;
  const amparo::Reopen act{.lease_end = LeaseEnd(place, lease_hours)};
  Draft draft = DraftOn(document, act);
  const workflow::GrantPlan plan =
      workflow::PlanGrants(subject, place.context(), place.self(), act);
  if (absl::Status s = AddNote(place, draft, reason, plan.note); !s.ok()) return s;
  return place.Publish(draft).status();
}

absl::Status Withdraw(Workplace& place, const SubjectId& document) {
  absl::StatusOr<const DocumentHistory*> history = place.FindDocument(document);
  if (!history.ok()) return history.status();
  return Do(place, DraftOn(document, amparo::Withdraw{}));
}

absl::Status Share(Workplace& place, const SubjectId& document, const MemberId& with) {
  absl::StatusOr<const DocumentHistory*> history = place.FindDocument(document);
  if (!history.ok()) return history.status();
  const amparo::Share act{.with = with};
  const workflow::GrantPlan plan =
      workflow::PlanGrants((*history)->document, place.context(), place.self(), act);
  Draft draft = DraftOn(document, act);
  absl::Status granted = GrantExisting(place, draft, **history, Which::kSource, plan.source);
  if (!granted.ok()) return granted;
  granted = GrantExisting(place, draft, **history, Which::kTranslation, plan.translation);
  if (!granted.ok()) return granted;
  return place.Publish(draft).status();
}

}  // namespace amparo::client::verbs
