#include "server/cosignatures.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "audit/cosignature.h"
#include "crypto/digest.h"
#include "server/refusal.h"
#include "statement/codec.h"

namespace amparo::server {
namespace {

// A setting's key has no room for two hashes.
Bytes SettingKey(const OrgId& org, const Hash& cosigner) {
  Writer writer;
  writer.Raw(AsBytes("cosignature/"));
  writer.Fixed(Sha256({org.view(), cosigner.view()}));
  return writer.Take();
}

// Members read by the later of the log's time and the clock; so are their cosignatures.
directory::Moment MomentOf(const Organization& organization, const Snapshot& snapshot) {
  directory::Moment moment = snapshot.directory->MomentAt(Position{snapshot.size().value});
  moment.now = std::max(moment.now, organization.now());
  return moment;
}

absl::Status NotTheirs() {
  return Refuse(Reason::kBadSignature, "no cosignature of the caller over this log's checkpoint");
}

absl::StatusOr<std::string> WithLines(std::string note, const std::vector<std::string>& lines) {
  const std::size_t count = std::min(lines.size(), kCosignaturesPerNoteMax);
  for (std::size_t i = 0; i < count; ++i) {
    auto attached = audit::AttachSignature(note, lines[i]);
    if (!attached.ok()) return absl::DataLossError(attached.status().message());
    note = *std::move(attached);
  }
  return note;
}

}  // namespace

absl::StatusOr<audit::Witness> Cosignatures::WitnessOf(const Organization& organization,
                                                       const Caller& caller) const {
  if (caller.is_witness) {
    for (audit::Witness& witness : witnesses_(organization.id())) {
      if (witness.key.bytes == caller.certificate.bytes) return std::move(witness);
    }
    return NotTheirs();
  }
  const auto snapshot = organization.snapshot();
  const directory::CertificateRecord* record = snapshot->directory->Find(caller.certificate);
  if (record == nullptr) return NotTheirs();
  return audit::Witness{.name = audit::CosignerNameOf(record->hash),
                        .key = record->certificate.signing};
}

absl::Status Cosignatures::Leave(const Organization& organization, const Caller& caller,
                                 TreeSize size, absl::string_view line) {
  if (line.size() > kCosignatureLineBytesMax) {
    return Refuse(Reason::kTooLarge, absl::StrCat("a line of ", line.size(), " bytes, at most ",
                                                  kCosignatureLineBytesMax));
  }
  const auto witness = WitnessOf(organization, caller);
  if (!witness.ok()) return witness.status();
  const auto bare = organization.SignedCheckpoint(size);
  if (!bare.ok()) return bare.status();
  const auto note = audit::AttachSignature(*bare, line);
  if (!note.ok()) return Refuse(Reason::kMalformed, note.status().message());
  const auto cosigned = audit::VerifyCosignatures(*note, std::span(&*witness, 1));
  if (!cosigned.ok() || cosigned->size() != 1) return NotTheirs();
  const UnixSeconds time = cosigned->front().time;
  const UnixSeconds now = organization.now();
  if (time.value > now.value + kCosignatureAhead_s) {
    return Refuse(Reason::kTimeAhead, absl::StrCat("a cosignature of ", time.value, ", ",
                                                   time.value - now.value, " s ahead"));
  }
  const auto root = organization.rows().RootAt(size);
  if (!root.ok()) return root.status();
  const std::lock_guard lock(leaving_);
  const auto before = Find(organization, caller.certificate);
  if (!before.ok()) return before.status();
  if (before->has_value()) {
    const Kept& kept = **before;
    const bool is_older = std::tie(kept.size, kept.time) >= std::tie(size, time);
    const bool is_soon = kept.size == size && now.value < kept.written.value + kCosignatureEvery_s;
    if (is_older || is_soon) return absl::OkStatus();
  }
  const Kept kept{
      .size = size, .time = time, .root = root->value(), .line = std::string(line), .written = now};
  Writer value;
  value.U64(size.value);
  value.U64(time.value);
  value.Fixed(kept.root);
  value.Vec16(AsBytes(line));
  if (auto status =
          store_->PutSetting(SettingKey(organization.id(), caller.certificate), value.bytes());
      !status.ok()) {
    return absl::IsResourceExhausted(status)
               ? Refuse(Reason::kStorageFull, "the server's disk has no room")
               : status;
  }
  const std::lock_guard keeping(mutex_);
  kept_[{organization.id(), caller.certificate}] = kept;
  return absl::OkStatus();
}

// A cosignature over a head that this log does not have is of no use to anybody here: it was
// made before an older backup was restored.
absl::StatusOr<std::optional<Cosignatures::Kept>> Cosignatures::Load(
    const Organization& organization, const Hash& cosigner) const {
  const auto setting = store_->GetSetting(SettingKey(organization.id(), cosigner));
  if (!setting.ok()) return setting.status();
  if (!setting->has_value()) return std::optional<Kept>();
  Reader reader(**setting);
  Kept kept;
  kept.size = TreeSize{reader.U64("size")};
  kept.time = UnixSeconds{reader.U64("time")};
  kept.root = reader.Fixed<Hash>("root");
  kept.line = std::string(AsText(reader.Vec16(kCosignatureLineBytesMax, "line")));
  if (!reader.Finish("cosignature").ok()) return absl::DataLossError("a malformed cosignature");
  const auto root = organization.rows().RootAt(kept.size);
  if (!root.ok()) return root.status();
  if (*root != kept.root) return std::optional<Kept>();
  return std::optional(std::move(kept));
}

absl::StatusOr<std::optional<Cosignatures::Kept>> Cosignatures::Find(
    const Organization& organization, const Hash& cosigner) {
  const Key key{organization.id(), cosigner};
  {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(key);
    if (found != kept_.end()) return found->second;
  }
  auto loaded = Load(organization, cosigner);
  if (!loaded.ok()) return loaded.status();
  const std::lock_guard lock(mutex_);
  // Somebody may have left a newer one meanwhile: that one stands.
  return kept_.try_emplace(key, *std::move(loaded)).first->second;
}

std::vector<Cosignatures::Cosigner> Cosignatures::CosignersOf(
    const Organization& organization) const {
  std::vector<Cosigner> cosigners;
  for (const audit::Witness& witness : witnesses_(organization.id())) {
    cosigners.push_back({.id = Hash{witness.key.bytes}, .is_witness = true});
  }
  const auto snapshot = organization.snapshot();
  const directory::Moment moment = MomentOf(organization, *snapshot);
  for (const directory::CertificateRecord& record : snapshot->directory->records()) {
    if (snapshot->directory->IsValid(record, moment)) cosigners.push_back({.id = record.hash});
  }
  return cosigners;
}

absl::StatusOr<Cosignatures::BySize> Cosignatures::LinesBySize(const Organization& organization) {
  struct Line {
    bool is_witness;
    Kept kept;
  };
  std::map<TreeSize, std::vector<Line>> lines;
  for (const Cosigner& cosigner : CosignersOf(organization)) {
    auto kept = Find(organization, cosigner.id);
    if (!kept.ok()) return kept.status();
    if (!kept->has_value()) continue;
    const TreeSize size = (*kept)->size;
    lines[size].push_back({.is_witness = cosigner.is_witness, .kept = **std::move(kept)});
  }
  BySize by_size;
  for (auto& [size, of_size] : lines) {
    std::stable_sort(of_size.begin(), of_size.end(), [](const Line& a, const Line& b) {
      return std::tie(b.is_witness, b.kept.time) < std::tie(a.is_witness, a.kept.time);
    });
    for (Line& line : of_size) by_size[size].push_back(std::move(line.kept.line));
  }
  return by_size;
}

absl::StatusOr<std::string> Cosignatures::Attach(const Organization& organization, TreeSize size,
                                                 std::string note) {
  const auto by_size = LinesBySize(organization);
  if (!by_size.ok()) return by_size.status();
  const auto found = by_size->find(size);
  if (found == by_size->end()) return note;
  return WithLines(std::move(note), found->second);
}

absl::StatusOr<std::vector<std::string>> Cosignatures::Newest(const Organization& organization) {
  const auto by_size = LinesBySize(organization);
  if (!by_size.ok()) return by_size.status();
  std::vector<std::string> notes;
  for (auto it = by_size->rbegin(); it != by_size->rend(); ++it) {
    if (notes.size() == kCosignedNotesMax) break;
    auto note = organization.SignedCheckpoint(it->first);
    if (!note.ok()) return note.status();
    auto cosigned = WithLines(*std::move(note), it->second);
    if (!cosigned.ok()) return cosigned.status();
    notes.push_back(*std::move(cosigned));
  }
  return notes;
}

}  // namespace amparo::server
