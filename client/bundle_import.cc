#include "client/bundle_import.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/bundle_connection.h"
#include "client/bundle_documents.h"
#include "client/bundle_light.h"
#include "client/fetched.h"
#include "client/names.h"
#include "client/subject_objects.h"
#include "crypto/digest.h"

namespace amparo::client {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{256} << 10;

absl::Status Contradicts(absl::string_view what) {
  return Refused(absl::StatusCode::kFailedPrecondition, "BUNDLE_CONTRADICTS",
                 absl::StrCat("the bundle contradicts what this home knows: ", what));
}

absl::Status Judged(const absl::Status& synced) {
  return absl::IsDataLoss(synced) ? Contradicts(synced.message()) : synced;
}

absl::Status SyncFull(Workplace& place, const BundleDocuments& bundle) {
  BundleConnection connection(bundle);
  return Judged(SyncWithBundle(place, connection, Reach::kFull));
}

absl::Status SyncLight(Workplace& place, const BundleDocuments& bundle) {
  auto connection = LightBundleConnection::Make(bundle);
  if (absl::IsInvalidArgument(connection.status())) {
    return Contradicts(connection.status().message());
  }
  if (!connection.ok()) return connection.status();
  return Judged(SyncWithBundle(place, **connection, Reach::kLight));
}

// Whether it says more than is known, or the same. Older and true: there is nothing to take over.
absl::Status TakeLog(Workplace& place, const BundleDocuments& bundle) {
  const Replica& replica = place.replica;
  const Reach reach = replica.head().size.value == 0 ? UsualReach(place.keys) : replica.reach();
  auto head = audit::OpenCheckpoint(place.membership.org, replica.LogKeyNow(), bundle.head.note);
  if (!head.ok()) return Contradicts("its head is not signed by the log");
  if (bundle.leaves.size() + bundle.head.from.value != head->size.value) {
    return Contradicts("its entries are not as many as its head says");
  }
  if (head->size <= replica.head().size) {
    if (replica.RootAt(head->size) == head->root) return absl::OkStatus();
    // A light home knows few roots; what goes with it is held against what the home knows.
    const bool is_known = reach == Reach::kFull || replica.RootAt(head->size).has_value();
    if (!is_known) return absl::OkStatus();
    return Contradicts(absl::StrCat("another log of size ", head->size.value));
  }
  return reach == Reach::kFull ? SyncFull(place, bundle) : SyncLight(place, bundle);
}

absl::StatusOr<SubjectChain> FindChain(const Workplace& place, const SubjectKey& subject) {
  if (subject.first == SubjectType::kCase) {
    auto found = place.FindCase(subject.second);
    if (!found.ok()) return found.status();
    return ChainOf(**found);
  }
  auto found = place.FindDocument(subject.second);
  if (!found.ok()) return found.status();
  return ChainOf(**found);
}

absl::Status TakeObjects(Workplace& place, const BundleReader& file, const BundleSection& section) {
  auto read = ReadObjects(file, section);
  if (!read.ok()) return read.status();
  auto chain = FindChain(place, read->first);
  if (!chain.ok()) return absl::OkStatus();  // No longer ours to see.
  for (BundleObject& one : read->second) {
    absl::Status s = KeepBrought(place, *chain, one.object, std::move(one.payload), one.grants);
    if (!s.ok()) return s;
  }
  return absl::OkStatus();
}

// What is good already is not given up for what may not be.
absl::StatusOr<bool> IsThereAlready(const Fetched& kept, const ObjectRef& ref) {
  auto size = kept.SizeOf(ref.object);
  if (!size.ok()) return size.status();
  if (*size != ref.payload_length || *size == 0) return false;
  auto file = kept.Read(ref.object);
  if (!file.ok()) return file.status();
  Sha256Stream hash;
  Bytes piece(kPieceBytes);
  for (std::uint64_t at = 0; at < *size;) {
    auto got = (*file)->ReadAt(at, piece);
    if (!got.ok()) return got.status();
    if (*got == 0) return false;
    hash.Update(ByteView(piece).first(*got));
    at += *got;
  }
  return hash.Finish() == ref.payload_sha256;
}

// Into fetched/, if it is what the log says.
absl::Status TakePayload(Workplace& place, const BundleReader& file, const BundlePayload& payload,
                         const std::function<void(std::uint64_t)>& moved) {
  auto chain = FindChain(place, payload.subject);
  if (!chain.ok()) return absl::OkStatus();
  auto ref = FindRef(*chain, payload.object);
  if (!ref.ok() || ref->payload_length != payload.length()) {
    return Contradicts("a payload that no statement names");
  }
  Fetched kept(place.home.directory());
  auto has = IsThereAlready(kept, *ref);
  if (!has.ok()) return has.status();
  if (*has) return kept.MarkCarried(payload.object);
  auto output = kept.Append(payload.object, 0, payload.length());
  if (!output.ok()) return output.status();
  if (*output == nullptr) {
    return Refused(absl::StatusCode::kAborted, "HOME_BUSY",
                   absl::StrCat("another amparo is fetching object ", ToHex(payload.object)));
  }
  Sha256Stream hash;
  Bytes piece(kPieceBytes);
  absl::Status status;
  for (std::uint64_t at = 0; at < payload.length() && status.ok();) {
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), payload.length() - at));
    const auto view = MutableByteView(piece).first(size);
    status = file.ReadAt(payload.section, payload.start + at, view);
    if (status.ok()) status = (*output)->Write(view);
    hash.Update(view);
    at += size;
    if (moved) moved(size);
  }
  if (status.ok() && hash.Finish() != ref->payload_sha256) {
    status = Contradicts("a payload's bytes are not those that were logged");
  }
  if (status.ok()) status = (*output)->Sync();
  output->reset();
  if (status.ok()) status = kept.MarkCarried(payload.object);
  if (!status.ok()) kept.Remove(payload.object);
  return status;
}

}  // namespace

absl::StatusOr<BundleTaken> TakeDocuments(Workplace& place, const BundleReader& file,
                                          const ProgressListener& progress) {
  auto bundle = ReadDocuments(file);
  if (!bundle.ok()) return bundle.status();
  if (bundle->head.member != place.self()) {
    return Refused(absl::StatusCode::kFailedPrecondition, "BUNDLE_FOR_ANOTHER",
                   absl::StrCat("the bundle is for ", MemberCode(bundle->head.member),
                                ", and this is ", MemberCode(place.self()), "'s home"));
  }
  if (absl::Status s = TakeLog(place, *bundle); !s.ok()) return s;
  if (auto found = place.FindOwnCertificate(); !found.ok()) return found.status();
  // What of it is a fork was found above, if it is our history at all.
  if (absl::Status s = LearnSightingsFrom(place, bundle->cosigned); !s.ok()) {
    return Contradicts(s.message());
  }
  for (const BundleSection& section : bundle->objects) {
    if (absl::Status s = TakeObjects(place, file, section); !s.ok()) return s;
  }
  Progress made;
  for (const BundlePayload& payload : bundle->payloads) made.total_bytes += payload.length();
  BundleTaken taken{.size = place.replica.head().size};
  for (const BundlePayload& payload : bundle->payloads) {
    absl::Status s = TakePayload(place, file, payload, [&](std::uint64_t bytes) {
      made.done_bytes += bytes;
      if (progress) progress(made);
    });
    if (!s.ok()) return s;
    const auto document = place.replica.documents().find(payload.subject.second);
    if (document == place.replica.documents().end()) continue;
    const auto& state = document->second.document;
    std::string code = DocumentCode(state.case_id, state.number);
    const auto& listed = taken.documents;
    if (std::find(listed.begin(), listed.end(), code) == listed.end()) {
      taken.documents.push_back(std::move(code));
    }
  }
  return taken;
}

absl::StatusOr<BundleTaken> ImportBundle(Workplace& place, const std::string& path,
                                         const std::string& receipts,
                                         const ProgressListener& progress) {
  auto file = BundleReader::Open(path);
  if (!file.ok()) return file.status();
  if (file->org() != place.membership.org) {
    return Refused(absl::StatusCode::kFailedPrecondition, "WRONG_ORGANIZATION",
                   "the bundle is of another organisation");
  }
  if (file->kind() == BundleKind::kActs) return ForwardActs(place, *file, receipts, progress);
  if (!receipts.empty()) {
    return absl::InvalidArgumentError(
        "receipts are of acts that are sent on; this bundle has none");
  }
  return file->kind() == BundleKind::kDocuments ? TakeDocuments(place, *file, progress)
                                                : TakeReceipts(place, *file);
}

}  // namespace amparo::client
