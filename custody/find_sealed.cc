// Whether plaintext is what was sealed. Spec: docs/spec/receipt.md, "A file".

#include "crypto/file_key.h"
#include "crypto/padding.h"
#include "crypto/sealed_object.h"
#include "custody/judge.h"
#include "statement/bodies.h"
#include "statement/statement.h"

namespace amparo::custody {
namespace {

// The first object of this id that the history brings.
std::optional<ObjectRef> FindObject(const Receipt& receipt, const ObjectId& object) {
  for (const Placed& placed : receipt.history) {
    const auto statement = DecodeSigned(placed.statement);
    if (!statement.ok()) continue;
    const auto body = DecodeBody(statement->statement.kind, statement->statement.body);
    if (!body.ok()) continue;
    for (const ObjectRef& ref : body->objects) {
      if (ref.object == object) return ref;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<ObjectId> FindSealed(const Receipt& receipt, ByteView plaintext) {
  const std::uint64_t padded = PaddedPartLength(plaintext.size());
  for (const Opening& opening : receipt.openings) {
    const std::optional<ObjectRef> ref = FindObject(receipt, opening.object);
    if (!ref.has_value() || ref->payload_length != SealedLength(padded)) continue;
    const PayloadDigest digest = DigestAsSealedBefore(FileKey::CopyOf(opening.file_key.bytes),
                                                      opening.nonce.view(), plaintext, padded);
    if (digest.sha256 == ref->payload_sha256) return opening.object;
  }
  return std::nullopt;
}

}  // namespace amparo::custody
