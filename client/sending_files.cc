// Acts that hand over files: sealed into the spool and sent at the same time; what makes them
// readable exists in this function alone, until the grants are made.

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/outbox.h"
#include "client/part_uploads.h"
#include "client/sealing.h"
#include "client/sending.h"
#include "client/sending_item.h"
#include "crypto/digest.h"
#include "crypto/padding.h"
#include "crypto/sealed_object.h"

namespace amparo::client {
namespace {

// An object that may be too large for an Append; then it is one more part.
absl::StatusOr<SealedSmall> SealManifest(const Manifest& manifest) {
  absl::StatusOr<SecretBuffer> bytes = EncodeManifest(manifest);
  if (!bytes.ok()) return bytes.status();
  if (SealedLength(PaddedSmallLength(bytes->size())) <= kSmallObjectBytesMax) {
    return SealSmallObject(ObjectClass::kManifest, bytes->Expose());
  }
  SealedSmall sealed{.ref = {}, .key = FileKey::Random(), .payload = {}};
  sealed.ref.object = RandomId<ObjectId>();
  sealed.ref.object_class = ObjectClass::kManifest;
  sealed.payload = SealSmall(sealed.key, bytes->Expose(), PaddedSmallLength(bytes->size()));
  sealed.ref.commitment = CommitTo(sealed.key, sealed.ref.object);
  sealed.ref.payload_length = sealed.payload.size();
  sealed.ref.payload_sha256 = Sha256(sealed.payload);
  return sealed;
}

absl::StatusOr<SealedVersion> Assemble(const std::vector<FileToSend>& files, Manifest outline,
                                       std::vector<SealedPart> sealed) {
  std::vector<ObjectRef> refs;
  std::vector<Hash> sha256;
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    refs.push_back(sealed[i].ref);
    sha256.push_back(sealed[i].sha256);
    outline.parts.push_back({.object = sealed[i].ref.object,
                             .key = std::move(sealed[i].key),
                             .name = files[i].name,
                             .media_type = files[i].media_type,
                             .size = files[i].size,
                             .sha256 = sealed[i].sha256});
  }
  absl::StatusOr<SealedSmall> manifest = SealManifest(outline);
  if (!manifest.ok()) return manifest.status();
  return SealedVersion{
      .manifest = std::move(*manifest), .parts = std::move(refs), .sha256 = std::move(sha256)};
}

std::vector<PartToSend> ToSend(FileSealing& sealing) {
  std::vector<PartToSend> parts;
  for (std::size_t i = 0; i < sealing.size(); ++i) {
    parts.push_back({.object = sealing.object(i),
                     .length = sealing.part(i).length(),
                     .source = &sealing.part(i)});
  }
  return parts;
}

// From what was sealed to what is signed; with it every file key is gone.
absl::Status Sign(Workplace& place, FilesAct& act, FileSealing& sealing, platform::SpoolFile& spool,
                  OutboxItem& item) {
  absl::StatusOr<std::vector<SealedPart>> sealed = sealing.Wait();
  if (!sealed.ok()) return sealed.status();
  absl::StatusOr<SealedVersion> version =
      Assemble(act.files, std::move(act.outline), std::move(*sealed));
  if (!version.ok()) return version.status();
  for (std::size_t i = 0; i < version->parts.size(); ++i) {
    item.parts.push_back({.object = version->parts[i].object,
                          .start = sealing.start(i),
                          .length = version->parts[i].payload_length,
                          .sha256 = version->parts[i].payload_sha256});
  }
  if (version->manifest.ref.payload_length > kSmallObjectBytesMax) {
    const ObjectRef& ref = version->manifest.ref;
    if (absl::Status s = spool.WriteAt(item.bytes, version->manifest.payload); !s.ok()) return s;
    item.parts.push_back({.object = ref.object,
                          .start = item.bytes,
                          .length = ref.payload_length,
                          .sha256 = ref.payload_sha256});
    item.bytes += ref.payload_length;
  }
  absl::StatusOr<Draft> draft = act.draft(*version);
  if (!draft.ok()) return draft.status();
  absl::StatusOr<Prepared> prepared =
      place.author->Prepare(*draft, WaitingBefore(place, item.number));
  if (!prepared.ok()) return prepared.status();
  item.statement = prepared->statement.bytes;
  item.events = prepared->events;
  item.grants = std::move(draft->grants);
  item.objects = std::move(draft->objects);
  item.plan.clear();
  return spool.Sync();
}

}  // namespace

absl::Status DoWithFiles(Workplace& place, FilesAct act, std::optional<std::uint64_t> taken_up,
                         const ProgressListener& progress) {
  OutboxItem item{.state = ItemState::kSealing,
                  .made_at = place.clock(),
                  .kind = act.kind,
                  .subject = act.subject,
                  .about = act.about,
                  .files = static_cast<std::uint16_t>(act.files.size()),
                  .plan = act.plan};
  if (taken_up.has_value()) {
    item.number = *taken_up;
  } else {
    absl::StatusOr<std::uint64_t> number = place.outbox->Add(item);
    if (!number.ok()) return number.status();
    item.number = *number;
  }
  item.bytes = SpoolBytesOf(act.files);
  const bool send = !place.offline && !taken_up.has_value();
  const auto give_up = [&](absl::Status why) {
    if (!taken_up.has_value()) (void)place.outbox->Remove(item.number);
    return why;
  };
  auto spool = place.outbox->MakeSpool(item.number, item.bytes);
  if (!spool.ok()) return give_up(spool.status());
  auto claim = place.outbox->Claim(item.number);
  if (!claim.ok()) return give_up(claim.status());
  FileSealing sealing(act.files, **spool);
  std::optional<PartUploads> uploads;
  if (send) uploads.emplace(*place.connection, ToSend(sealing), false);
  absl::Status signed_now = Sign(place, act, sealing, **spool, item);
  if (signed_now.ok()) {
    item.state = send ? ItemState::kSending : ItemState::kWaiting;
    signed_now = place.outbox->Update(item);
  }
  if (!signed_now.ok()) {
    sealing.Stop(signed_now);
    uploads.reset();
    return give_up(signed_now);
  }
  place.last_act = item;
  if (!send) return absl::OkStatus();
  const auto sent = [&](std::uint64_t bytes) {
    if (progress) progress({.done_bytes = bytes, .total_bytes = item.bytes});
  };
  const bool all_parts = item.parts.size() == sealing.size();
  absl::Status uploaded;
  absl::Status held = place.WhileHomeIsFree([&] {
    uploaded = uploads->Wait(sent);
    uploads.reset();  // No thread of it sees how the home is read anew.
  });
  if (!held.ok()) return held;
  claim->reset();  // What has to be sent again is claimed by whoever sends it, in this process too.
  return FinishSending(place, item, uploaded, all_parts ? Parts::kSent : Parts::kToSend, sent);
}

}  // namespace amparo::client
