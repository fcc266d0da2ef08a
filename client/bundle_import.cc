#include "client/bundle_import.h"

#include <algorithm>
#include <set>
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

// A payload on its way from the bundle into fetched/.
class TakingPayload {
 public:
  // All borrowed.
  TakingPayload(const BundleReader& file, const BundlePayload& payload, const ObjectRef& ref,
                const std::function<void(std::uint64_t)>& moved)
      : file_(file), payload_(payload), ref_(ref), moved_(moved) {}

  // On an error what lies there of a download stays, as far as the bundle did not say otherwise.
  absl::Status Run(Fetched& kept) {
    auto size = kept.SizeOf(ref_.object);
    if (!size.ok()) return size.status();
    auto output =
        kept.Append(ref_.object, *size, payload_.length() - std::min(payload_.length(), *size));
    if (!output.ok()) return output.status();
    if (*output == nullptr) {
      return Refused(absl::StatusCode::kAborted, "HOME_BUSY",
                     absl::StrCat("another amparo is fetching object ", ToHex(ref_.object)));
    }
    auto same = SameAs(kept, *size);
    if (!same.ok()) return same.status();
    if (*same < *size) {
      // Which of the two is wrong, the log knows.
      if (absl::Status s = CheckBundle(); !s.ok()) return s;
      if (absl::Status s = (*output)->Truncate(*same); !s.ok()) return s;
    }
    absl::Status status = Write(**output, *same);
    if (!status.ok()) (void)(*output)->Truncate(*same);
    output->reset();
    if (status.ok()) return kept.MarkCarried(ref_.object);
    if (*same == 0) kept.Remove(ref_.object);
    return status;
  }

 private:
  // The next bytes of the payload.
  absl::StatusOr<ByteView> Read(std::uint64_t at, std::uint64_t end) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(piece_.size(), end - at));
    const auto view = MutableByteView(piece_).first(size);
    if (absl::Status s = file_.ReadAt(payload_.section, payload_.start + at, view); !s.ok()) {
      return s;
    }
    return view;
  }

  // How much of what lies there the bundle has, too. hash_ has seen that.
  absl::StatusOr<std::uint64_t> SameAs(const Fetched& kept, std::uint64_t size) {
    if (size == 0) return 0;
    auto lies = kept.Read(ref_.object);
    if (!lies.ok()) return lies.status();
    const std::uint64_t end = std::min(size, payload_.length());
    Bytes there(kPieceBytes);
    std::uint64_t at = 0;
    while (at < end) {
      auto piece = Read(at, end);
      if (!piece.ok()) return piece.status();
      const auto view = MutableByteView(there).first(piece->size());
      auto got = (*lies)->ReadAt(at, view);
      if (!got.ok()) return got.status();
      if (*got != view.size() || !std::ranges::equal(*piece, view)) break;
      hash_.Update(*piece);
      at += piece->size();
      if (moved_) moved_(piece->size());
    }
    return at;
  }

  absl::Status CheckBundle() {
    Sha256Stream hash;
    for (std::uint64_t at = 0; at < payload_.length();) {
      auto piece = Read(at, payload_.length());
      if (!piece.ok()) return piece.status();
      hash.Update(*piece);
      at += piece->size();
    }
    return Judge(hash);
  }

  absl::Status Write(platform::OutputFile& output, std::uint64_t from) {
    for (std::uint64_t at = from; at < payload_.length();) {
      auto piece = Read(at, payload_.length());
      if (!piece.ok()) return piece.status();
      if (absl::Status s = output.Write(*piece); !s.ok()) return s;
      hash_.Update(*piece);
      at += piece->size();
      if (moved_) moved_(piece->size());
    }
    if (absl::Status s = Judge(hash_); !s.ok()) return s;
    return output.Sync();
  }

  absl::Status Judge(Sha256Stream& hash) const {
    if (hash.Finish() == ref_.payload_sha256) return absl::OkStatus();
    return Contradicts("a payload's bytes are not those that were logged");
  }

  const BundleReader& file_;
  const BundlePayload& payload_;
  const ObjectRef& ref_;
  const std::function<void(std::uint64_t)>& moved_;
  Bytes piece_ = Bytes(kPieceBytes);
  Sha256Stream hash_;
};

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
  return TakingPayload(file, payload, *ref, moved).Run(kept);
}

// Those of which all that the bundle has lies here whole, and which are this member's to see.
std::vector<std::string> Openable(const Workplace& place,
                                  const std::vector<BundlePayload>& payloads) {
  const Fetched kept(place.home.directory());
  std::vector<SubjectId> documents;
  std::set<SubjectId> lacking;
  for (const BundlePayload& payload : payloads) {
    const auto& [type, id] = payload.subject;
    if (type != SubjectType::kDocument) continue;
    if (std::ranges::find(documents, id) == documents.end()) documents.push_back(id);
    const auto size = kept.SizeOf(payload.object);
    if (!size.ok() || *size != payload.length()) lacking.insert(id);
  }
  std::vector<std::string> codes;
  for (const SubjectId& id : documents) {
    const auto found = place.FindDocument(id);
    if (!found.ok() || lacking.contains(id)) continue;
    codes.push_back(DocumentCode((*found)->document.case_id, (*found)->document.number));
  }
  return codes;
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
  Progress made;
  for (const BundlePayload& payload : bundle->payloads) made.total_bytes += payload.length();
  if (absl::Status s = CheckPayloadBytes(made.total_bytes); !s.ok()) return s;
  if (absl::Status s = TakeLog(place, *bundle); !s.ok()) return s;
  if (auto found = place.FindOwnCertificate(); !found.ok()) return found.status();
  // What of it is a fork was found above, if it is our history at all.
  if (absl::Status s = LearnSightingsFrom(place, bundle->cosigned); !s.ok()) {
    return Contradicts(s.message());
  }
  for (const BundleSection& section : bundle->objects) {
    if (absl::Status s = TakeObjects(place, file, section); !s.ok()) return s;
  }
  for (const BundlePayload& payload : bundle->payloads) {
    absl::Status s = TakePayload(place, file, payload, [&](std::uint64_t bytes) {
      made.done_bytes += bytes;
      if (progress) progress(made);
    });
    if (!s.ok()) return s;
  }
  // The last of them may have pushed out the first.
  return BundleTaken{.size = place.replica.head().size,
                     .documents = Openable(place, bundle->payloads)};
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
