// Small objects and grants: the builder's half of client/statement_author.h.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/statement_author.h"
#include "crypto/digest.h"
#include "crypto/grant.h"
#include "crypto/padding.h"
#include "crypto/sealed_object.h"
#include "workflow/workflow.h"

namespace amparo::client {
namespace {

bool HasGrant(const Draft& draft, const ObjectId& object, const MemberId& grantee,
              const Hash& certificate) {
  return std::any_of(draft.body.grants.begin(), draft.body.grants.end(), [&](const auto& ref) {
    return ref.object == object && ref.grantee == grantee && ref.grantee_certificate == certificate;
  });
}

absl::Status AddGrant(Draft& draft, const ObjectId& object, const FileKey& key,
                      const Recipient& recipient, const MemberId& grantee, const Hash& certificate,
                      Purpose purpose) {
  if (HasGrant(draft, object, grantee, certificate)) return absl::OkStatus();
  auto grant = MakeGrant(key, recipient);
  if (!grant.ok()) return grant.status();
  draft.body.grants.push_back({.object = object,
                               .grantee = grantee,
                               .grantee_certificate = certificate,
                               .purpose = purpose,
                               .type = recipient.type,
                               .length = static_cast<std::uint16_t>(grant->size()),
                               .sha256 = Sha256(*grant)});
  draft.grants.push_back({.object = object, .grantee = grantee, .grant = *std::move(grant)});
  return absl::OkStatus();
}

}  // namespace

SealedSmall SealSmallObject(ObjectClass object_class, ByteView plaintext) {
  SealedSmall out;
  out.key = FileKey::Random();
  out.ref.object = RandomId<ObjectId>();
  out.ref.object_class = object_class;
  out.ref.commitment = CommitTo(out.key, out.ref.object);
  out.payload = SealSmall(out.key, plaintext, PaddedSmallLength(plaintext.size()));
  out.ref.payload_length = out.payload.size();
  out.ref.payload_sha256 = Sha256(out.payload);
  return out;
}

absl::StatusOr<SecretBuffer> OpenSmallObject(const ObjectRef& ref, const FileKey& key,
                                             ByteView payload) {
  if (payload.size() != ref.payload_length) {
    return absl::DataLossError(absl::StrCat("object ", ToHex(ref.object), " has ", payload.size(),
                                            " bytes, its statement says ", ref.payload_length));
  }
  if (Sha256(payload) != ref.payload_sha256) {
    return absl::DataLossError(
        absl::StrCat("object ", ToHex(ref.object), " is not what its statement names"));
  }
  if (!EqualConstantTime(CommitTo(key, ref.object).view(), ref.commitment.view())) {
    return absl::DataLossError(
        absl::StrCat("object ", ToHex(ref.object), ": the key is not the one committed to"));
  }
  return OpenSmall(key, payload);
}

absl::StatusOr<FileKey> OpenNamedGrant(const GrantRef& named, const ObjectRef& ref, ByteView grant,
                                       const Identity& identity) {
  if (grant.size() != named.length || Sha256(grant) != named.sha256) {
    return absl::DataLossError(absl::StrCat("the grant of object ", ToHex(ref.object),
                                            " is not what its statement names"));
  }
  auto key = OpenGrant(grant, identity);
  if (absl::IsPermissionDenied(key.status())) return key.status();
  if (!key.ok()) return absl::DataLossError(key.status().message());
  if (!EqualConstantTime(CommitTo(*key, ref.object).view(), ref.commitment.view())) {
    return absl::DataLossError(
        absl::StrCat("object ", ToHex(ref.object), ": the key is not the one committed to"));
  }
  return key;
}

void AddObject(Draft& draft, const SealedSmall& object) {
  draft.body.objects.push_back(object.ref);
  draft.objects.push_back({.object = object.ref.object, .payload = object.payload});
}

void AddBlob(Draft& draft, const ObjectRef& ref) { draft.body.objects.push_back(ref); }

absl::StatusOr<std::size_t> GrantTo(Draft& draft, const directory::Directory& directory,
                                    directory::Moment moment, const ObjectId& object,
                                    const FileKey& key, const MemberId& member, Purpose purpose) {
  std::size_t granted = 0;
  for (const auto* record : directory.ValidCertificates(member, moment)) {
    if (!record->certificate.recipient.can_receive()) continue;
    if (!workflow::MayHold(*record, purpose, 0)) continue;
    auto status =
        AddGrant(draft, object, key, record->certificate.recipient, member, record->hash, purpose);
    if (!status.ok()) return status;
    ++granted;
  }
  return granted;
}

absl::Status GrantToCertificate(Draft& draft, const ObjectId& object, const FileKey& key,
                                const Certificate& certificate, Purpose purpose) {
  return AddGrant(draft, object, key, certificate.recipient, certificate.member,
                  HashOf(certificate), purpose);
}

absl::Status GrantToRecovery(Draft& draft, const directory::Directory& directory,
                             const ObjectId& object, const FileKey& key) {
  if (!directory.founded()) return absl::FailedPreconditionError("there is no policy yet");
  return AddGrant(draft, object, key, directory.policy().recovery, RecoveryGrantee(),
                  directory.policy_hash(), Purpose::kRecovery);
}

absl::Status GrantToDirectory(Draft& draft, const directory::Directory& directory,
                              const ObjectId& object, const FileKey& key) {
  const auto* epoch = directory.epoch();
  if (epoch == nullptr) {
    return absl::FailedPreconditionError("the directory was not started yet");
  }
  return AddGrant(draft, object, key, epoch->epoch.recipient, DirectoryGrantee(), epoch->statement,
                  Purpose::kDirectory);
}

}  // namespace amparo::client
