// Export: every part of a document as a valid age file, so that its readers need nothing of
// ours. Spec: docs/spec/sealed-object.md, "Export".

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/fetching.h"
#include "client/opened_files.h"
#include "client/output_name.h"
#include "client/platform.h"
#include "client/subject_objects.h"
#include "client/verbs.h"
#include "crypto/digest.h"
#include "crypto/grant.h"

namespace amparo::client::verbs {
namespace {

constexpr char kIdentityFile[] = "identity.age";
constexpr std::uint64_t kIdentityBytesMax = 64 * 1024;

struct ExportedFile {
  platform::PendingFile file;
  std::string output;
};

class Exporter {
 public:
  Exporter(Workplace& place, const SubjectId& document, platform::OutputDirectory directory)
      : place_(place),
        document_(document),
        directory_(std::move(directory)),
        kept_(place.home.directory()) {}

  // Opens what says what there is to fetch.
  absl::Status Plan(const DocumentHistory& history, Which which) {
    absl::StatusOr<workflow::Version> version = CurrentVersion(history, which);
    if (!version.ok()) return version.status();
    absl::StatusOr<OpenedVersion> opened = OpenVersion(place_, history, *version, which);
    if (!opened.ok()) return opened.status();
    absl::StatusOr<Bytes> payload = Payload(opened->version.objects[0]);
    if (!payload.ok()) return payload.status();
    planned_.push_back({.prefix = which == Which::kSource ? "source-" : "translation-",
                        .opened = *std::move(opened),
                        .manifest = *std::move(payload)});
    return absl::OkStatus();
  }

  // The home is free meanwhile.
  absl::Status AddPlanned() {
    absl::Status added;
    const absl::Status held = place_.WhileHomeIsFree([&] {
      for (const Planned& version : planned_) {
        if (added.ok()) added = AddVersion(version);
      }
    });
    return added.ok() ? held : added;
  }

  absl::Status AddIdentity() {
    const std::string path = absl::StrCat(place_.home.directory(), "/", kIdentityFile);
    absl::StatusOr<Bytes> identity = platform::ReadFile(path, kIdentityBytesMax);
    if (!identity.ok()) return identity.status();
    return AddPlain(kIdentityFile, *identity);
  }

  absl::Status AddReadme(bool with_identity) {
    const std::string text = absl::StrCat(
        "These files open with the ordinary `age` program (https://age-encryption.org), without "
        "Amparo.\n\n1. Open the identity, which asks for the passphrase of the home:\n\n"
        "  age -d -o identity.txt identity.age\n",
        with_identity ? "" : "\n  (identity.age was not exported; it is in the home.)\n",
        "\n2. Open each file. Sealed files are padded with zeros; `head` cuts them to their true "
        "size:\n\n",
        recipe_,
        "\n3. Destroy identity.txt.\n\nThe manifests list the same files with sizes and hashes; "
        "docs/spec/sealed-object.md of Amparo says how to read them.\n");
    return AddPlain("README.txt", AsBytes(text));
  }

  // All names or none.
  absl::Status Publish() {
    absl::Status status;
    std::size_t named = 0;
    for (; named < files_.size() && status.ok(); ++named) {
      status = directory_.Publish(files_[named].file, files_[named].output);
    }
    if (status.ok()) status = directory_.Sync();
    if (status.ok()) {
      for (const ObjectId& object : fetched_) kept_.Forget(object);
      return status;
    }
    for (std::size_t i = 0; i + 1 < named; ++i) directory_.Withdraw(files_[i].output);
    return status;
  }

 private:
  struct Planned {
    std::string prefix;
    OpenedVersion opened;
    Bytes manifest;  // Sealed.
  };

  absl::Status AddVersion(const Planned& version) {
    absl::Status status =
        AddSealed(absl::StrCat(version.prefix, "manifest.age"), version.opened.manifest_key,
                  [&](const TransferSink& sink) { return sink(version.manifest); });
    if (!status.ok()) return status;
    std::size_t number = 0;
    for (const ManifestPart& part : version.opened.manifest.parts) {
      const PartToFetch wanted{.subject = document_,
                               .ref = version.opened.version.objects[++number],
                               .key = &part.key,
                               .size = part.size,
                               .sha256 = part.sha256};
      const std::string output = OutputName(version.prefix, number, part.name, part.media_type);
      status = AddSealed(output + ".age", part.key, [&](const TransferSink& sink) {
        return FetchPart({*place_.connection, &kept_}, wanted, {.payload = sink});
      });
      if (!status.ok()) return status;
      fetched_.push_back(wanted.ref.object);
      absl::StrAppend(&recipe_, "  age -d -i identity.txt ", output, ".age | head -c ", part.size,
                      " > ", output, "\n      SHA-256 ", ToHex(part.sha256), "\n");
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Bytes> Payload(const ObjectRef& ref) {
    const auto kept = place_.objects.find(ref.object);
    if (kept != place_.objects.end() && !kept->second.payload.empty()) {
      return kept->second.payload;
    }
    return FetchPayload({*place_.connection, &kept_}, SubjectType::kDocument, document_, ref,
                        2 * kManifestBytesMax);
  }

  // A header for this home's own recipient, then the payload that `produce` gives.
  template <class Produce>
  absl::Status AddSealed(const std::string& output, const FileKey& key, const Produce& produce) {
    absl::StatusOr<Bytes> header = MakeGrant(key, place_.keys.identity->recipient());
    if (!header.ok()) return header.status();
    absl::StatusOr<platform::PendingFile> file = directory_.Begin();
    if (!file.ok()) return file.status();
    absl::Status status = file->Write(*header);
    if (status.ok()) status = produce([&](ByteView bytes) { return file->Write(bytes); });
    if (status.ok()) status = file->Finish();
    if (!status.ok()) return status;
    files_.push_back({.file = std::move(*file), .output = output});
    return absl::OkStatus();
  }

  absl::Status AddPlain(const std::string& output, ByteView bytes) {
    absl::StatusOr<platform::PendingFile> file = directory_.Begin();
    if (!file.ok()) return file.status();
    absl::Status status = file->Write(bytes);
    if (status.ok()) status = file->Finish();
    if (!status.ok()) return status;
    files_.push_back({.file = std::move(*file), .output = output});
    return absl::OkStatus();
  }

  Workplace& place_;
  const SubjectId document_;
  platform::OutputDirectory directory_;
  Fetched kept_;
  std::vector<Planned> planned_;
  std::vector<ObjectId> fetched_;
  std::vector<ExportedFile> files_;
  std::string recipe_;
};

bool IsNotOurs(const absl::Status& status) {
  const std::optional<ErrorDetail> detail = DetailOf(status);
  return detail.has_value() &&
         (detail->reason == "NOT_GRANTED" || detail->reason == "NO_TRANSLATION");
}

}  // namespace

absl::Status Export(Workplace& place, const SubjectId& document, const std::string& directory,
                    bool with_identity) {
  absl::StatusOr<const DocumentHistory*> history = place.FindDocument(document);
  if (!history.ok()) return history.status();
  if (!place.keys.identity.has_value()) {
    return Refused(absl::StatusCode::kPermissionDenied, "NOT_GRANTED",
                   "this device can open nothing, so there is nothing to export");
  }
  absl::StatusOr<platform::OutputDirectory> output = platform::OutputDirectory::Open(directory);
  if (!output.ok()) return output.status();
  Exporter exported(place, document, std::move(*output));
  absl::Status status = exported.Plan(**history, Which::kSource);
  if (!status.ok()) return status;
  status = exported.Plan(**history, Which::kTranslation);
  if (!status.ok() && !IsNotOurs(status)) return status;
  if (absl::Status s = exported.AddPlanned(); !s.ok()) return s;
  if (with_identity) {
    if (absl::Status s = exported.AddIdentity(); !s.ok()) return s;
  }
  if (absl::Status s = exported.AddReadme(with_identity); !s.ok()) return s;
  return exported.Publish();
}

}  // namespace amparo::client::verbs
