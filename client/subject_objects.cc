#include "client/subject_objects.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/client.h"
#include "client/fetching.h"
#include "crypto/digest.h"
#include "crypto/grant.h"
#include "crypto/padding.h"
#include "crypto/sealed_object.h"
#include "statement/codec.h"

namespace amparo::client {
namespace {

constexpr std::uint64_t kBlobManifestBytesMax = kManifestBytesMax + 1024;
constexpr std::size_t kKeptGrantsMax = 64;

absl::Status NotGranted(const ObjectId& object) {
  return Refused(absl::StatusCode::kPermissionDenied, "NOT_GRANTED",
                 absl::StrCat("nobody gave this home the key of object ", ToHex(object)));
}

absl::Status Contradicts(const workflow::Version& version, absl::string_view field) {
  return absl::DataLossError(absl::StrCat("the manifest of statement ", ToHex(version.statement),
                                          " contradicts it in: ", field));
}

Bytes EncodeKept(const ObjectId& object, const KeptObject& kept) {
  Writer writer;
  writer.Fixed(object);
  writer.Vec32(kept.payload);
  writer.U8(static_cast<std::uint8_t>(kept.grants.size()));
  for (const Bytes& grant : kept.grants) writer.Vec16(grant);
  return writer.Take();
}

// What the log says was granted of `object` to this home, newest first.
std::vector<GrantRef> NamedGrants(const Workplace& place, const SubjectChain& chain,
                                  const ObjectId& object) {
  std::vector<GrantRef> named;
  for (auto entry = chain.entries->rbegin(); entry != chain.entries->rend(); ++entry) {
    for (const GrantRef& grant : entry->body.grants) {
      if (grant.object == object && grant.grantee == place.self() &&
          grant.grantee_certificate == place.membership.certificate) {
        named.push_back(grant);
      }
    }
  }
  return named;
}

// One that the log names, and that is not kept already: whatever else the server says of itself
// has no place here.
bool IsWorthKeeping(const Bytes& grant, const std::vector<GrantRef>& named,
                    const KeptObject& kept) {
  if (grant.size() != GrantLength(RecipientType::kX25519)) return false;
  if (kept.grants.size() == kKeptGrantsMax) return false;
  const Hash sha256 = Sha256(grant);
  const bool is_named = std::any_of(named.begin(), named.end(),
                                    [&](const GrantRef& ref) { return ref.sha256 == sha256; });
  return is_named && std::find(kept.grants.begin(), kept.grants.end(), grant) == kept.grants.end();
}

// Keeps what the log names of the object. True: there were grants, and none is a logged one.
absl::StatusOr<bool> Fetch(Workplace& place, const SubjectChain& chain, const ObjectRef& ref,
                           const std::vector<GrantRef>& named) {
  absl::StatusOr<ObjectsReply> reply =
      place.connection->Objects(chain.type, chain.id, {ref.object}, place.self());
  if (!reply.ok()) return reply.status();
  KeptObject kept;
  for (ObjectBytes& one : reply->objects) {
    if (one.object == ref.object && one.payload.size() <= kSmallObjectBytesMax &&
        Sha256(one.payload) == ref.payload_sha256) {
      kept.payload = std::move(one.payload);
    }
  }
  bool others = false;
  for (GrantBytes& grant : reply->grants) {
    if (grant.object != ref.object || grant.grantee != place.self()) continue;
    others = true;
    if (IsWorthKeeping(grant.grant, named, kept)) kept.grants.push_back(std::move(grant.grant));
  }
  others = others && kept.grants.empty();
  place.objects[ref.object] = std::move(kept);
  return others;
}

// Only what was checked is worth keeping.
absl::Status Keep(Workplace& place, const ObjectId& object) {
  KeptObject& kept = place.objects[object];
  if (kept.in_home) return absl::OkStatus();
  kept.in_home = true;
  return place.home.AppendSealed(*place.keys.home, kObjectsLog, EncodeKept(object, kept));
}

// The first grant among `kept` that `named` names.
const Bytes* MatchGrant(const GrantRef& named, const KeptObject& kept) {
  for (const Bytes& grant : kept.grants) {
    if (Sha256(grant) == named.sha256) return &grant;
  }
  return nullptr;
}

absl::StatusOr<FileKey> TryGrants(Workplace& place, const std::vector<GrantRef>& named,
                                  const ObjectRef& ref) {
  const KeptObject& kept = place.objects[ref.object];
  absl::Status last = absl::NotFoundError(
      absl::StrCat("the server has no grant of object ", ToHex(ref.object), " for this home"));
  // A later grant may be somebody's mistake or malice; the earlier ones open all the same.
  for (const GrantRef& grant : named) {
    const Bytes* bytes = MatchGrant(grant, kept);
    if (bytes == nullptr) continue;
    absl::StatusOr<FileKey> key = OpenNamedGrant(grant, ref, *bytes, *place.keys.identity);
    if (key.ok()) return key;
    last = key.status();
  }
  return last;
}

absl::Status CheckParts(const workflow::Version& version, const Manifest& manifest) {
  std::vector<const ObjectRef*> parts;
  for (const ObjectRef& ref : version.objects) {
    if (ref.object_class == ObjectClass::kPart) parts.push_back(&ref);
  }
  if (parts.size() != manifest.parts.size()) return Contradicts(version, "number of parts");
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const ManifestPart& part = manifest.parts[i];
    if (part.object != parts[i]->object) return Contradicts(version, "object of a part");
    const Commitment commitment = CommitTo(part.key, part.object);
    if (!EqualConstantTime(commitment.view(), parts[i]->commitment.view())) {
      return Contradicts(version, "key of a part");
    }
    if (parts[i]->payload_length != SealedLength(PaddedPartLength(part.size))) {
      return Contradicts(version, "length of a part");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckManifest(const DocumentHistory& history, const workflow::Version& version,
                           Which which, const Manifest& manifest) {
  const workflow::Document& document = history.document;
  if (manifest.case_id.bytes != document.case_id.bytes) return Contradicts(version, "case");
  if (manifest.document.bytes != document.id.bytes) return Contradicts(version, "document");
  if (manifest.author.bytes != version.author.bytes) return Contradicts(version, "author");
  if (manifest.version != version.number) return Contradicts(version, "version");
  if (manifest.role != (which == Which::kSource ? 1 : 2)) return Contradicts(version, "role");
  if (which == Which::kTranslation &&
      (document.sources.empty() || manifest.source != document.sources.back().statement)) {
    return Contradicts(version, "source");
  }
  return CheckParts(version, manifest);
}

}  // namespace

SubjectChain ChainOf(const DocumentHistory& history) {
  return {.type = SubjectType::kDocument, .id = history.document.id, .entries = &history.entries};
}

SubjectChain ChainOf(const CaseHistory& history) {
  return {.type = SubjectType::kCase, .id = history.subject.id, .entries = &history.entries};
}

absl::StatusOr<ObjectRef> FindRef(const SubjectChain& chain, const ObjectId& object) {
  for (const HistoryEntry& entry : *chain.entries) {
    for (const ObjectRef& ref : entry.body.objects) {
      if (ref.object == object) return ref;
    }
  }
  return absl::NotFoundError(absl::StrCat("no statement names object ", ToHex(object)));
}

absl::StatusOr<FileKey> OpenKey(Workplace& place, const SubjectChain& chain,
                                const ObjectId& object) {
  absl::StatusOr<ObjectRef> ref = FindRef(chain, object);
  if (!ref.ok()) return ref.status();
  const std::vector<GrantRef> named = NamedGrants(place, chain, object);
  if (named.empty() || !place.keys.identity.has_value()) return NotGranted(object);
  if (place.objects.contains(object)) {
    absl::StatusOr<FileKey> key = TryGrants(place, named, *ref);
    if (key.ok()) return key;
  }
  absl::StatusOr<bool> others = Fetch(place, chain, *ref, named);
  if (!others.ok()) return others.status();
  absl::StatusOr<FileKey> key = TryGrants(place, named, *ref);
  if (!key.ok()) place.objects.erase(object);
  if (*others) {
    return absl::DataLossError(
        absl::StrCat("the server's grant of object ", ToHex(object), " is not the one logged"));
  }
  return key;
}

absl::StatusOr<SecretBuffer> OpenObjectWith(Workplace& place, const SubjectChain& chain,
                                            const ObjectRef& ref, const FileKey& key) {
  if (ref.payload_length > kSmallObjectBytesMax) {
    Fetched kept(place.home.directory());
    absl::StatusOr<Bytes> payload =
        FetchPayload({*place.connection, &kept}, chain.type, chain.id, ref, kBlobManifestBytesMax);
    if (!payload.ok()) return payload.status();
    return OpenSmallObject(ref, key, *payload);
  }
  if (!place.objects.contains(ref.object)) {
    const auto named = NamedGrants(place, chain, ref.object);
    if (auto fetched = Fetch(place, chain, ref, named); !fetched.ok()) return fetched.status();
  }
  absl::StatusOr<SecretBuffer> content =
      OpenSmallObject(ref, key, place.objects[ref.object].payload);
  if (!content.ok()) place.objects.erase(ref.object);
  return content;
}

namespace {

absl::StatusOr<SecretBuffer> OpenAndKeep(Workplace& place, const SubjectChain& chain,
                                         const ObjectId& object, const FileKey& key) {
  absl::StatusOr<ObjectRef> ref = FindRef(chain, object);
  if (!ref.ok()) return ref.status();
  absl::StatusOr<SecretBuffer> content = OpenObjectWith(place, chain, *ref, key);
  if (content.ok()) {
    if (absl::Status s = Keep(place, object); !s.ok()) return s;
  }
  return content;
}

}  // namespace

absl::StatusOr<SecretBuffer> OpenObject(Workplace& place, const SubjectChain& chain,
                                        const ObjectId& object) {
  absl::StatusOr<FileKey> key = OpenKey(place, chain, object);
  if (!key.ok()) return key.status();
  return OpenAndKeep(place, chain, object, *key);
}

absl::StatusOr<OpenedVersion> OpenVersion(Workplace& place, const DocumentHistory& history,
                                          const workflow::Version& version, Which which) {
  if (version.objects.empty() || version.objects[0].object_class != ObjectClass::kManifest) {
    return Contradicts(version, "objects");
  }
  const SubjectChain chain = ChainOf(history);
  const ObjectId& object = version.objects[0].object;
  absl::StatusOr<FileKey> key = OpenKey(place, chain, object);
  if (!key.ok()) return key.status();
  absl::StatusOr<SecretBuffer> content = OpenAndKeep(place, chain, object, *key);
  if (!content.ok()) return content.status();
  absl::StatusOr<Manifest> manifest = DecodeManifest(content->Expose());
  if (!manifest.ok()) {
    return absl::DataLossError(absl::StrCat("the manifest of statement ", ToHex(version.statement),
                                            " is none: ", manifest.status().message()));
  }
  if (absl::Status s = CheckManifest(history, version, which, *manifest); !s.ok()) return s;
  return OpenedVersion{
      .version = version, .manifest = std::move(*manifest), .manifest_key = std::move(*key)};
}

absl::StatusOr<workflow::Version> CurrentVersion(const DocumentHistory& history, Which which) {
  const std::vector<workflow::Version>& versions =
      which == Which::kSource ? history.document.sources : history.document.translations;
  if (!versions.empty()) return versions.back();
  return Refused(absl::StatusCode::kFailedPrecondition, "NO_TRANSLATION",
                 "nothing was handed in yet");
}

absl::Status KeepBrought(Workplace& place, const SubjectChain& chain, const ObjectId& object,
                         Bytes payload, const std::vector<Bytes>& grants) {
  absl::StatusOr<ObjectRef> ref = FindRef(chain, object);
  if (!ref.ok()) return absl::OkStatus();
  const std::vector<GrantRef> named = NamedGrants(place, chain, object);
  const auto known = place.objects.find(object);
  KeptObject brought = known == place.objects.end() ? KeptObject{} : known->second;
  const std::size_t had = brought.grants.size();
  if (payload.size() <= kSmallObjectBytesMax && Sha256(payload) == ref->payload_sha256) {
    brought.payload = std::move(payload);
  }
  for (const Bytes& grant : grants) {
    if (IsWorthKeeping(grant, named, brought)) brought.grants.push_back(grant);
  }
  const bool is_blob = ref->payload_length > kSmallObjectBytesMax;
  if (brought.grants.empty() || (brought.payload.empty() && !is_blob)) return absl::OkStatus();
  if (brought.in_home && brought.grants.size() == had) return absl::OkStatus();
  brought.in_home = false;
  place.objects[object] = std::move(brought);
  return Keep(place, object);
}

absl::Status RestoreObjects(Workplace& place) {
  absl::StatusOr<std::vector<Bytes>> records =
      place.home.ReadSealedLog(*place.keys.home, kObjectsLog);
  if (!records.ok())
    return absl::IsNotFound(records.status()) ? absl::OkStatus() : records.status();
  for (const Bytes& record : *records) {
    Reader reader(record);
    KeptObject kept;
    const auto object = reader.Fixed<ObjectId>("object");
    const ByteView payload = reader.Vec32(kSmallObjectBytesMax, "payload");
    kept.payload.assign(payload.begin(), payload.end());
    const std::size_t grants = reader.U8("grants");
    for (std::size_t i = 0; i < grants && reader.ok(); ++i) {
      const ByteView grant = reader.Vec16(kSmallObjectBytesMax, "grant");
      kept.grants.emplace_back(grant.begin(), grant.end());
    }
    if (absl::Status s = reader.Finish("a kept object"); !s.ok()) {
      return absl::DataLossError(s.message());
    }
    kept.in_home = true;
    place.objects[object] = std::move(kept);
  }
  return absl::OkStatus();
}

}  // namespace amparo::client
