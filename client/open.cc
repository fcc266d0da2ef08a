// Opening: the parts of a version are fetched into files without a final name, each checked;
// when all of them are right they are named.

#include <utility>

#include "absl/strings/str_cat.h"
#include "client/fetching.h"
#include "client/opened_files.h"
#include "client/opened_record.h"
#include "client/output_name.h"
#include "client/subject_objects.h"
#include "client/verbs.h"

namespace amparo::client {

absl::Status PendingFiles::Fetch(Workplace& place, const SubjectId& document,
                                 const OpenedVersion& opened, absl::string_view prefix,
                                 const ProgressListener& progress) {
  absl::Status fetched;
  absl::Status held = place.WhileHomeIsFree(
      [&] { fetched = FetchParts(place, document, opened, prefix, progress); });
  return fetched.ok() ? held : fetched;
}

absl::Status PendingFiles::FetchParts(Workplace& place, const SubjectId& document,
                                      const OpenedVersion& opened, absl::string_view prefix,
                                      const ProgressListener& progress) {
  Progress made;
  kept_.emplace(place.home.directory());
  for (const ManifestPart& part : opened.manifest.parts) made.total_bytes += part.size;
  std::size_t number = 0;
  for (const ManifestPart& part : opened.manifest.parts) {
    absl::StatusOr<platform::PendingFile> file = directory_.Begin();
    if (!file.ok()) return file.status();
    const PartToFetch wanted{.subject = document,
                             .ref = opened.version.objects[++number],
                             .key = &part.key,
                             .size = part.size,
                             .sha256 = part.sha256};
    const PartSinks sinks{.plaintext = [&](ByteView bytes) { return file->Write(bytes); },
                          .payload = nullptr,
                          .moved =
                              [&](std::uint64_t bytes) {
                                made.done_bytes += bytes;
                                if (progress) progress(made);
                              }};
    absl::Status status = FetchPart({*place.connection, &*kept_}, wanted, sinks);
    if (status.ok()) status = file->Finish();
    if (!status.ok()) return status;
    files_.push_back({.file = std::move(*file),
                      .output = OutputName(prefix, number, part.name, part.media_type),
                      .name = part.name,
                      .sha256 = part.sha256});
    fetched_.push_back(wanted.ref.object);
  }
  return absl::OkStatus();
}

absl::Status PendingFiles::AddText(const std::string& output, absl::string_view text,
                                   const Hash& sha256) {
  absl::StatusOr<platform::PendingFile> file = directory_.Begin();
  if (!file.ok()) return file.status();
  absl::Status status = file->Write(AsBytes(text));
  if (status.ok()) status = file->Finish();
  if (!status.ok()) return status;
  files_.push_back({.file = std::move(*file), .output = output, .name = output, .sha256 = sha256});
  return absl::OkStatus();
}

absl::StatusOr<std::vector<OpenedFile>> PendingFiles::Publish() {
  std::vector<OpenedFile> opened;
  absl::Status status;
  for (Pending& pending : files_) {
    status = directory_.Publish(pending.file, pending.output);
    if (!status.ok()) break;
    opened.push_back({.path = absl::StrCat(directory_.path(), "/", pending.output),
                      .name = pending.name,
                      .sha256 = pending.sha256});
  }
  if (status.ok()) status = directory_.Sync();
  if (status.ok()) {
    for (const ObjectId& object : fetched_) kept_->Forget(object);
    return opened;
  }
  for (std::size_t i = 0; i < opened.size(); ++i) directory_.Withdraw(files_[i].output);
  return status;
}

namespace verbs {

absl::StatusOr<std::vector<OpenedFile>> OpenInto(Workplace& place, const SubjectId& document,
                                                 Which which, const std::string& directory,
                                                 const ProgressListener& progress) {
  absl::StatusOr<const DocumentHistory*> history = place.FindDocument(document);
  if (!history.ok()) return history.status();
  absl::StatusOr<workflow::Version> version = CurrentVersion(**history, which);
  if (!version.ok()) return version.status();
  absl::StatusOr<OpenedVersion> opened = OpenVersion(place, **history, *version, which);
  if (!opened.ok()) return opened.status();
  absl::StatusOr<platform::OutputDirectory> output = platform::OutputDirectory::Open(directory);
  if (!output.ok()) return output.status();
  PendingFiles files(std::move(*output));
  if (absl::Status s = files.Fetch(place, document, *opened, "", progress); !s.ok()) return s;
  absl::StatusOr<std::vector<OpenedFile>> published = files.Publish();
  if (!published.ok()) return published;
  if (absl::Status s = RecordOpened(place, version->statement); !s.ok()) return s;
  return published;
}

}  // namespace verbs
}  // namespace amparo::client
