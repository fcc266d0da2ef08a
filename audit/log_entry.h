// A leaf of the log and the ledger entry that holds it.
// Spec: docs/spec/log.md, "Leaf" and "Entry"; this file is their only reader and writer.
//
// Thread safety: values; pure functions.

#ifndef AMPARO_AUDIT_LOG_ENTRY_H_
#define AMPARO_AUDIT_LOG_ENTRY_H_

#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "statement/ids.h"
#include "statement/statement.h"

namespace amparo::audit {

struct Leaf {
  std::uint8_t leaf_class = 0;  // 1: must be delivered to everyone.
  LogTag tag;
  Hash statement;  // HashOf(signed statement).
  friend bool operator==(const Leaf&, const Leaf&) = default;
};
inline constexpr std::size_t kLeafFieldBytes = 1 + 16 + 32;

// tag = SHA-256("amparo/tag/v1\n\0" || org || subject || subject_prev)[0..16]
LogTag TagOf(const OrgId& org, const SubjectId& subject, const Hash& subject_prev);
// The leaf of a statement. REQUIRES: its kind is known.
Leaf LeafOf(const SignedStatement& statement);
// "amparo/leaf/v1\n\0" || class u8 || tag 16 || statement hash 32
Bytes LeafInput(const Leaf& leaf);
// RFC 6962 leaf hash of LeafInput(leaf): SHA-256(0x00 || input).
Hash LeafHash(const Leaf& leaf);
// class || tag || hash: 49 bytes, as Sync carries it.
Bytes EncodeLeaf(const Leaf& leaf);
// INVALID_ARGUMENT: not 49 bytes, or an unknown class.
absl::StatusOr<Leaf> DecodeLeaf(ByteView bytes);

// format u8 = 1 || leaf input || shelf_key_id 16 (zeros: none) || the signed statement,
// sealed under that shelf key (crypto/aead.h; context: the bytes before it), or clear.
inline constexpr std::size_t kEntryBytesMax = 64 * 1024;  // What every ledger can hold.
struct LogEntry {
  Leaf leaf;
  ShelfKeyId shelf_key;
  Bytes payload;
};
Bytes EncodeEntry(const LogEntry& entry);
// INVALID_ARGUMENT: not canonical or too long. UNIMPLEMENTED: a newer format.
absl::StatusOr<LogEntry> DecodeEntry(ByteView bytes);
// The bytes that are the sealing's context: everything before the payload.
Bytes EntryContext(const LogEntry& entry);

}  // namespace amparo::audit

#endif  // AMPARO_AUDIT_LOG_ENTRY_H_
