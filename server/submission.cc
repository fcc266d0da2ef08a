#include "server/submission.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crypto/digest.h"
#include "server/pieces.h"
#include "server/refusal.h"

namespace amparo::server {
namespace {

constexpr std::size_t kReadBytes = 1024 * 1024;

absl::Status CheckSizes(const AppendInput& input) {
  std::size_t objects_bytes = 0;
  for (const ObjectBytes& object : input.objects) objects_bytes += object.payload.size();
  if (input.statement.size() > kSignedStatementBytesMax) {
    return Refuse(Reason::kTooLarge, absl::StrCat("a statement of ", input.statement.size(),
                                                  " bytes, at most ", kSignedStatementBytesMax));
  }
  if (input.grants.size() > kGrantsMax) {
    return Refuse(Reason::kTooLarge,
                  absl::StrCat(input.grants.size(), " grants, at most ", kGrantsMax));
  }
  if (input.objects.size() > kObjectsMax || objects_bytes > kSmallObjectsBytesMax) {
    return Refuse(Reason::kTooLarge,
                  absl::StrCat(input.objects.size(), " objects of ", objects_bytes,
                               " bytes, at most ", kObjectsMax, " of ", kSmallObjectsBytesMax));
  }
  return absl::OkStatus();
}

absl::Status TakeObject(ObjectBytes object, Submission& submission) {
  const auto ref =
      std::find_if(submission.body.objects.begin(), submission.body.objects.end(),
                   [&](const ObjectRef& candidate) { return candidate.object == object.object; });
  if (ref == submission.body.objects.end() || submission.objects.contains(object.object)) {
    return Refuse(Reason::kBytesNotNamed, "an object that the statement does not name once");
  }
  if (object.payload.size() > kSmallObjectBytesMax) {
    return Refuse(Reason::kTooLarge, absl::StrCat("an object of ", object.payload.size(),
                                                  " bytes, at most ", kSmallObjectBytesMax));
  }
  if (object.payload.size() != ref->payload_length ||
      Sha256(object.payload) != ref->payload_sha256) {
    return Refuse(
        Reason::kObjectMismatch,
        absl::StrCat("an object of ", object.payload.size(),
                     " bytes, the statement names other bytes of length ", ref->payload_length));
  }
  submission.objects.emplace(object.object, std::move(object.payload));
  return absl::OkStatus();
}

absl::Status TakeGrant(GrantBytes grant, Submission& submission) {
  const Hash sha256 = Sha256(grant.grant);
  bool is_named = false;
  for (const GrantRef& ref : submission.body.grants) {
    if (ref.object != grant.object || ref.grantee != grant.grantee) continue;
    is_named = true;
    if (ref.sha256 != sha256 || ref.length != grant.grant.size()) continue;
    submission.grants.emplace(sha256, std::move(grant.grant));
    return absl::OkStatus();
  }
  if (is_named) return Refuse(Reason::kGrantMismatch, "a grant of other bytes than are named");
  return Refuse(Reason::kBytesNotNamed, "a grant that the statement does not name");
}

absl::Status DecodeInto(ByteView bytes, Submission& submission) {
  auto statement = DecodeSigned(bytes);
  if (!statement.ok()) return Refuse(Reason::kMalformed, statement.status().message());
  submission.statement = *std::move(statement);
  submission.hash = HashOf(submission.statement);
  const Statement& inner = submission.statement.statement;
  if (!IsKnownKind(inner.kind)) {
    return Refuse(Reason::kUpdateRequired, absl::StrCat("kind ", inner.kind, " is unknown here"));
  }
  const Kind kind = static_cast<Kind>(inner.kind);
  if (kind == Kind::kTick) {
    return Refuse(Reason::kNotFromOutside, "ticks are the log's own");
  }
  if (inner.subject_type != static_cast<std::uint8_t>(SubjectTypeOf(kind))) {
    return Refuse(Reason::kMalformed, absl::StrCat("subject type ", int{inner.subject_type},
                                                   " is not that of ", KindName(kind)));
  }
  auto body = DecodeBody(inner.kind, inner.body);
  if (!body.ok()) return Refuse(Reason::kMalformed, body.status().message());
  submission.body = *std::move(body);
  std::set<ObjectId> named;
  for (const ObjectRef& ref : submission.body.objects) {
    if (!named.insert(ref.object).second) {
      return Refuse(Reason::kMalformed, "an object that the statement names twice");
    }
  }
  if (!SignaturesVerify(submission.statement)) {
    return Refuse(Reason::kBadSignature, "a signature of the statement does not verify");
  }
  return absl::OkStatus();
}

// Reads the whole blob: only when nobody noted its hash.
absl::StatusOr<bool> BlobHashIs(const storage::BlobStore& blobs, const ObjectRef& ref) {
  Sha256Stream stream;
  for (std::uint64_t offset = 0; offset < ref.payload_length;) {
    const auto bytes = blobs.Read(ref.object, offset, kReadBytes);
    if (absl::IsNotFound(bytes.status())) return false;  // Erased at this moment.
    if (!bytes.ok()) return bytes.status();
    if (bytes->empty()) return false;
    stream.Update(*bytes);
    offset += bytes->size();
  }
  return stream.Finish() == ref.payload_sha256;
}

absl::StatusOr<bool> IsSealedAs(const storage::BlobStore& blobs, const ObjectRef& ref) {
  const auto state = blobs.Stat(ref.object);
  if (!state.ok()) return state.status();
  if (!state->has_value() || !(*state)->sealed || (*state)->length != ref.payload_length) {
    return false;
  }
  const auto noted = blobs.GetPiece(BlobHashKey(ref.object));
  if (!noted.ok()) return noted.status();
  if (noted->has_value()) return Hash::From(**noted) == ref.payload_sha256;
  return BlobHashIs(blobs, ref);
}

}  // namespace

std::size_t Submission::bytes() const {
  std::size_t total = statement.bytes.size();
  for (const auto& [sha256, grant] : grants) total += grant.size();
  for (const auto& [object, payload] : objects) total += payload.size();
  return total;
}

absl::StatusOr<Submission> Prepare(AppendInput input) {
  if (auto status = CheckSizes(input); !status.ok()) return status;
  Submission submission;
  if (auto status = DecodeInto(input.statement, submission); !status.ok()) return status;
  for (ObjectBytes& object : input.objects) {
    if (auto status = TakeObject(std::move(object), submission); !status.ok()) return status;
  }
  for (GrantBytes& grant : input.grants) {
    if (auto status = TakeGrant(std::move(grant), submission); !status.ok()) return status;
  }
  return submission;
}

absl::Status FindBlobs(const storage::BlobStore& blobs, Submission& submission) {
  for (const ObjectRef& ref : submission.body.objects) {
    if (submission.objects.contains(ref.object)) continue;
    const auto is_sealed = IsSealedAs(blobs, ref);
    if (!is_sealed.ok()) return is_sealed.status();
    if (*is_sealed) submission.sealed_blobs.insert(ref.object);
  }
  return absl::OkStatus();
}

absl::Status NoteBlobHash(storage::BlobStore& blobs, const ObjectId& object, const Hash& sha256) {
  const storage::PieceWrite piece{.key = BlobHashKey(object),
                                  .value = Bytes(sha256.bytes.begin(), sha256.bytes.end())};
  return blobs.PutPieces(std::span(&piece, 1));
}

}  // namespace amparo::server
