// Ledger: one organisation's totally ordered log of entries, the only thing that must
// survive. It asks of an engine what the domain needs and no more, so that a second engine
// fits in one file pair. Spec: docs/spec/storage.md, "Ledger".
//
// Thread safety: any thread may read; one thread at a time appends.

#ifndef AMPARO_STORAGE_LEDGER_H_
#define AMPARO_STORAGE_LEDGER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "statement/ids.h"

namespace amparo::storage {

// The floor that every engine can hold. Anything above is REFUSED before it is written.
inline constexpr std::size_t kAppendEntriesMax = 100;
inline constexpr std::size_t kEntryBytesMax = 64 * 1024;
inline constexpr std::size_t kAppendBytesMax = 1024 * 1024;  // Of the entries together.
inline constexpr std::size_t kHeadBytesMax = 64 * 1024;
// An answer of Read() ends with the entry that reaches this.
inline constexpr std::size_t kReadBytesMax = 4 * 1024 * 1024;

enum class AppendOutcome {
  kOk,       // Durable: the entries stand at expected_position and after.
  kAborted,  // The log is longer than expected_position; nothing was written.
  kUnknown,  // Nobody knows. Append the same bytes at the same position again to find out.
  kRefused,  // Nothing was written: over a limit above, without entries, the log is shorter, or
             // the disk has no room (CheckRoom() tells).
};

class Ledger {
 public:
  virtual ~Ledger() = default;

  // All or none, durable before it returns kOk. `head` is an opaque value of at most 64 KiB
  // (the signed checkpoint over the log as it will be), replaced in the same atomic step and
  // never without it. Appending the very bytes that already stand at expected_position, and
  // end the log, under the very head that stands, is kOk and changes nothing: this is how
  // kUnknown is resolved. (The same entries under another head: kAborted.)
  virtual AppendOutcome Append(Position expected_position, std::span<const Bytes> entries,
                               ByteView head) = 0;

  // At most `limit` entries from `from` on, fewer at the end of the log or when the answer
  // reaches 4 MiB (always at least one, if there is one). Only what cannot be taken back.
  // DATA_LOSS: an entry is missing or altered.
  virtual absl::StatusOr<std::vector<Bytes>> Read(Position from, std::size_t limit) const = 0;

  // Entries that stand. TreeSize{0} for an empty log.
  virtual absl::StatusOr<TreeSize> Size() const = 0;
  // The newest head; empty for an empty log.
  virtual absl::StatusOr<Bytes> Head() const = 0;

  // RESOURCE_EXHAUSTED: the disk is so full that an append would be REFUSED now.
  virtual absl::Status CheckRoom() const { return absl::OkStatus(); }

  // Calls `listener` after each append that this process learns of, on any thread, with the
  // new size. A hint: callers also poll. Returns a token; destroying it ends the calls.
  // REQUIRES: the listener takes no token, destroys none and does not append.
  class Follower {
   public:
    virtual ~Follower() = default;
  };
  virtual std::unique_ptr<Follower> Follow(std::function<void(TreeSize)> listener) = 0;
};

}  // namespace amparo::storage

#endif  // AMPARO_STORAGE_LEDGER_H_
