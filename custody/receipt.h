// A receipt: the custody history of one document as one file, which anybody can check with no
// network and no account. Evidence: what a client keeps when the log contradicts itself.
// Spec: docs/spec/receipt.md; this file is their only reader and writer. What they are worth:
// custody/judge.h.
//
// Thread safety: values; pure functions.

#ifndef AMPARO_CUSTODY_RECEIPT_H_
#define AMPARO_CUSTODY_RECEIPT_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "audit/log_entry.h"
#include "crypto/bytes.h"
#include "statement/ids.h"

namespace amparo::custody {

inline constexpr std::size_t kFileBytesMax = 32 * 1024 * 1024;  // The text.
inline constexpr std::size_t kPlacedMax = 100'000;              // In one list.
inline constexpr std::size_t kOpeningsMax = 210;
inline constexpr std::size_t kPoliciesMax = 1000;

// A statement at its place in the log, and the path from its leaf to the checkpoint's root.
struct Placed {
  Position position;
  Bytes statement;  // Signed statement, as it stands in the log.
  std::vector<Hash> path;
  friend bool operator==(const Placed&, const Placed&) = default;
};

// The key of one part: with the plaintext beside it, anybody can seal it again and compare.
struct Opening {
  ObjectId object;
  FixedBytes<struct OpeningKeyTag, 16> file_key;
  FixedBytes<struct OpeningNonceTag, 16> nonce;  // The first bytes of the payload.
  friend bool operator==(const Opening&, const Opening&) = default;
};

struct Receipt {
  OrgId org;
  SubjectId document;             // Zeros in evidence against the directory.
  std::string checkpoint;         // Signed note with cosignatures; every path leads to its root.
  std::vector<Placed> directory;  // From the first policy on, every turn; positions ascend.
  std::vector<Placed> ticks;      // The newest before each of `history`, and the newest of all.
  std::vector<Placed> history;    // The document's statements.
  std::vector<Opening> openings;
  friend bool operator==(const Receipt&, const Receipt&) = default;
};

// One size, two roots, both signed by the log.
struct Equivocation {
  std::string first, second;  // Signed notes.
  friend bool operator==(const Equivocation&, const Equivocation&) = default;
};
// `later` continues a tree of the earlier size with another root than `earlier`'s.
struct Fork {
  std::string earlier, later;
  Hash other_root;         // Of the tree that `later` continues, at the size of `earlier`.
  std::vector<Hash> path;  // Consistency, from there to `later`.
  friend bool operator==(const Fork&, const Fork&) = default;
};
// After `larger` was seen, the server served `smaller`, which it continues.
struct Rollback {
  std::string larger, smaller;
  std::vector<Hash> path;  // Consistency, from `smaller` to `larger`.
  friend bool operator==(const Rollback&, const Rollback&) = default;
};
// The log holds, as its highest statement here, one that the rules refuse.
struct InvalidHistory {
  Receipt history;
  friend bool operator==(const InvalidHistory&, const InvalidHistory&) = default;
};
// A leaf stands in the log whose statement the server does not give.
struct Withholding {
  std::string checkpoint;
  Position position;
  audit::Leaf leaf;
  std::vector<Hash> path;
  SubjectId subject;  // With `previous` it makes the leaf's tag; zeros: a class-1 leaf.
  Hash previous;
  friend bool operator==(const Withholding&, const Withholding&) = default;
};
struct Evidence {
  OrgId org;
  std::vector<Bytes> policies;  // Every policy from the first on: the newest names the log's key.
  UnixSeconds noticed_at;       // By the reporter's clock.
  std::variant<Equivocation, Fork, Rollback, InvalidHistory, Withholding> what;
  friend bool operator==(const Evidence&, const Evidence&) = default;
};

// What a file says it is, by its first line, whatever its version.
enum class FileKind { kUnknown, kReceipt, kEvidence };
FileKind FileKindOf(absl::string_view text);

// The file's text: a header line, then base64. REQUIRES: within the limits.
std::string FormatReceipt(const Receipt& receipt);
std::string FormatEvidence(const Evidence& evidence);
// INVALID_ARGUMENT: anything the two above would not write. UNIMPLEMENTED: a newer format.
absl::StatusOr<Receipt> ParseReceipt(absl::string_view text);
absl::StatusOr<Evidence> ParseEvidence(absl::string_view text);

}  // namespace amparo::custody

#endif  // AMPARO_CUSTODY_RECEIPT_H_
