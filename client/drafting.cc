#include "client/drafting.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "client/subject_objects.h"
#include "crypto/digest.h"
#include "crypto/padding.h"
#include "crypto/sealed_object.h"

namespace amparo::client {
Draft DraftOn(const SubjectId& subject, Act act) {
  Draft draft;
  draft.subject = subject;
  draft.body.act = std::move(act);
  return draft;
}

std::set<MemberId> MembersOf(const std::vector<workflow::Grantee>& devices) {
  std::set<MemberId> out;
  for (const workflow::Grantee& device : devices) out.insert(device.member);
  return out;
}

absl::StatusOr<std::size_t> GrantToEach(const Workplace& place, Draft& draft,
                                        const ObjectId& object, const FileKey& key,
                                        const std::vector<workflow::Grantee>& devices) {
  std::set<MemberId> readers;
  for (const workflow::Grantee& device : devices) {
    const auto* record = place.replica.directory().Find(device.certificate);
    if (record == nullptr) {
      return absl::InternalError(
          absl::StrCat("certificate ", ToHex(device.certificate), " is not in the directory"));
    }
    absl::Status granted =
        GrantToCertificate(draft, object, key, record->certificate, device.purpose);
    if (!granted.ok()) return granted;
    readers.insert(device.member);
  }
  return readers.size();
}

absl::Status GrantExisting(Workplace& place, Draft& draft, const DocumentHistory& history,
                           Which which, const std::vector<workflow::Grantee>& devices,
                           Readers readers) {
  if (devices.empty()) return absl::OkStatus();
  absl::Status fresh = readers == Readers::kNew
                           ? place.CheckFreshEnoughToGrant(history.document.id, MembersOf(devices))
                           : place.CheckViewIsFresh();
  if (!fresh.ok()) return fresh;
  absl::StatusOr<workflow::Version> version = CurrentVersion(history, which);
  if (!version.ok()) return version.status();
  absl::StatusOr<OpenedVersion> opened = OpenVersion(place, history, *version, which);
  if (!opened.ok()) return opened.status();
  return GrantToEach(place, draft, version->objects[0].object, opened->manifest_key, devices)
      .status();
}

absl::Status AddSealedText(const Workplace& place, Draft& draft, ObjectClass object_class,
                           const SecretBuffer& text,
                           const std::vector<workflow::Grantee>& devices) {
  const SealedSmall sealed = SealSmallObject(object_class, text.Expose());
  AddObject(draft, sealed);
  const ObjectId& object = sealed.ref.object;
  absl::Status status = GrantToEach(place, draft, object, sealed.key, devices).status();
  if (!status.ok()) return status;
  return GrantToRecovery(draft, place.replica.directory(), object, sealed.key);
}

absl::Status AddNote(const Workplace& place, Draft& draft, const std::string& text,
                     const std::vector<workflow::Grantee>& devices) {
  if (text.empty()) return absl::OkStatus();
  absl::StatusOr<SecretBuffer> encoded = Encode(NoteText{.text = text});
  if (!encoded.ok()) return encoded.status();
  return AddSealedText(place, draft, ObjectClass::kNote, *encoded, devices);
}

SealedVersion TrialVersion(const std::vector<FileToSend>& files) {
  SealedVersion version{.manifest = SealSmallObject(ObjectClass::kManifest, AsBytes("trial")),
                        .parts = {},
                        .sha256 = {}};
  for (const FileToSend& file : files) {
    ObjectRef& part = version.parts.emplace_back();
    part.object = RandomId<ObjectId>();
    part.payload_length = SealedLength(PaddedPartLength(file.size));
  }
  return version;
}

void AddVersion(Draft& draft, const SealedVersion& version) {
  if (version.manifest.ref.payload_length > kSmallObjectBytesMax) {
    AddBlob(draft, version.manifest.ref);
  } else {
    AddObject(draft, version.manifest);
  }
  for (const ObjectRef& part : version.parts) AddBlob(draft, part);
}

UnixSeconds LeaseEnd(const Workplace& place, std::uint32_t hours) {
  constexpr std::uint64_t kHour = 3600;
  const std::uint64_t now = std::max(place.replica.now().now.value, SystemNow().value);
  return UnixSeconds{(now / kHour + hours) * kHour};
}

absl::StatusOr<std::uint16_t> WeekOf(const std::string& date) {
  if (date.empty()) return 0;
  absl::CivilDay day;
  if (!IsDate(date) || !absl::ParseCivilTime(date, &day)) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", date, "\" is no date; write it as 2026-12-04"));
  }
  const absl::civil_diff_t days = day - absl::CivilDay(1970, 1, 5);
  if (days < 7) return absl::InvalidArgumentError(absl::StrCat(date, " is long past"));
  return static_cast<std::uint16_t>(std::min<absl::civil_diff_t>(days / 7, 0xffff));
}

}  // namespace amparo::client
