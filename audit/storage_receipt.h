// A receipt of storage: the log signs which bytes it has stored for a statement, and where in the
// log the statement stands. Spec: docs/spec/storage-receipt.md.
//
// Thread safety: values; pure functions.

#ifndef AMPARO_AUDIT_STORAGE_RECEIPT_H_
#define AMPARO_AUDIT_STORAGE_RECEIPT_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/bytes.h"
#include "crypto/signature.h"
#include "statement/bodies.h"
#include "statement/ids.h"

namespace amparo::audit {

inline constexpr std::size_t kStorageReceiptBytesMax = 32 * 1024;

struct StoredObject {
  ObjectId object;
  std::uint64_t payload_length = 0;
  Hash payload_sha256;
  friend bool operator==(const StoredObject&, const StoredObject&) = default;
};
struct StorageReceipt {
  OrgId org;
  Position position;
  Hash statement;
  std::vector<StoredObject> objects;  // In the statement's order.
  friend bool operator==(const StorageReceipt&, const StorageReceipt&) = default;
};

// The text that is signed. Whoever has the statement and its position can write it.
// REQUIRES: 1 to kObjectsMax objects, those that the statement names, in its order.
std::string StorageReceiptText(const OrgId& org, Position position, const Hash& statement_hash,
                               std::span<const ObjectRef> objects);

// Deterministic: one text, one signature. Only for what is durable.
// REQUIRES: as StorageReceiptText.
Signature SignStorageReceipt(const OrgId& org, Position position, const Hash& statement_hash,
                             std::span<const ObjectRef> objects, const SigningKey& log_key);

// UNAUTHENTICATED: not 64 bytes, not this key's over this text, or a statement without objects,
// which has no receipt.
absl::Status VerifyStorageReceipt(const OrgId& org, Position position, const Hash& statement_hash,
                                  std::span<const ObjectRef> objects, const VerifyKey& log_key,
                                  ByteView signature);

// The signed note, to keep: it needs nothing else to be verified but the log's key.
// REQUIRES: VerifyStorageReceipt was OK with the same arguments.
std::string FormatStorageReceipt(const OrgId& org, Position position, const Hash& statement_hash,
                                 std::span<const ObjectRef> objects, const VerifyKey& log_key,
                                 ByteView signature);

// INVALID_ARGUMENT: no receipt of storage, another way to write one, or over a limit.
// UNAUTHENTICATED: not signed by `log_key` under the name of the organisation in it.
absl::StatusOr<StorageReceipt> OpenStorageReceipt(absl::string_view note, const VerifyKey& log_key);

}  // namespace amparo::audit

#endif  // AMPARO_AUDIT_STORAGE_RECEIPT_H_
