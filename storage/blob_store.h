// BlobStore: one organisation's sealed bytes, by random id. Blobs are written by ranges,
// resumable, sealed with length and SHA-256, read by range, erased. Pieces are small values
// (grants, small objects), written whole. To this file both are opaque.
// Spec: docs/spec/storage.md, "BlobStore".
//
// Thread safety: all methods, from any thread; one writer at a time per blob, a second
// BeginWrite for the same id ends the first, whatever that one's thread does meanwhile.

#ifndef AMPARO_STORAGE_BLOB_STORE_H_
#define AMPARO_STORAGE_BLOB_STORE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "statement/ids.h"

namespace amparo::storage {

inline constexpr std::uint64_t kBlobBytesMax = std::uint64_t{4} << 30;  // 4 GiB of payload.
inline constexpr std::size_t kPieceBytesMax = 68 * 1024;  // A 64 KiB object and its wrapping.
inline constexpr std::size_t kPieceKeyBytesMax = 64;
// The most that one segment holds, and that any engine's writer keeps of a blob in memory.
inline constexpr std::size_t kSegmentBytesMax = 8 * 1024 * 1024;
// A blob up to this length is sealed without a sync of its own: the append that names it makes
// it durable.
inline constexpr std::uint64_t kSmallBlobBytesMax = 2 * 1024 * 1024;

struct BlobState {
  std::uint64_t length = 0;   // Declared when it was begun.
  std::uint64_t stored = 0;   // Complete bytes, from the start without a gap.
  std::uint64_t durable = 0;  // Of those, what a loss of power leaves. Always after an append.
  bool sealed = false;        // Complete, and its SHA-256 was as declared.
  UnixSeconds changed;        // When the last byte was stored.
};

// REQUIRES: does not outlive its store. After a second BeginWrite or an Erase of the same id
// every method answers ABORTED, and so does a Seal that is reading the blob, for which neither
// waits. What was not flushed when it dies may be dropped; what was not when a second BeginWrite
// ended it is the second one's.
class BlobWriter {
 public:
  virtual ~BlobWriter() = default;
  // Where the next byte goes.
  virtual std::uint64_t offset() const = 0;
  // Up to where a loss of power leaves everything; at most offset().
  virtual std::uint64_t durable() const = 0;
  // Buffers. Takes memory bounded by one segment (8 MiB). OUT_OF_RANGE: beyond the declared
  // length. RESOURCE_EXHAUSTED: the disk is full; what Flush() acknowledged stands.
  virtual absl::Status Write(ByteView bytes) = 0;
  // Returns the offset up to which everything is durable.
  virtual absl::StatusOr<std::uint64_t> Flush() = 0;
  // Checks the whole blob's SHA-256 and seals. Durable when it returns OK, but for a small blob:
  // that is durable with the next Flush() or Ledger::Append of the same store, see durable(). In a
  // BlobRun it may wait to be stored for as long as nobody asks for it: what dies with the
  // process then was only begun.
  // DATA_LOSS: the hash differs, or bytes are gone; the blob is erased, so that it can be sent
  // again. FAILED_PRECONDITION: bytes are missing.
  virtual absl::Status Seal(const Hash& sha256) = 0;
};

// The blobs of one upload stream, one after the other: an engine may store small ones together.
// Whoever asks the store for one that is sealed finds it so, whether it is stored yet or not.
// REQUIRES: outlives its writers, does not outlive its store.
// Thread safety: one thread at a time, and its writers' with it.
class BlobRun {
 public:
  virtual ~BlobRun() = default;  // Flushes.
  // BlobStore::BeginWrite.
  virtual absl::StatusOr<std::unique_ptr<BlobWriter>> BeginWrite(const ObjectId& object,
                                                                 std::uint64_t length,
                                                                 UnixSeconds now) = 0;
  // Stores what was sealed and is not stored yet: a process that dies keeps it. An error: some of
  // those blobs are not there, as if they had only been begun.
  virtual absl::Status Flush() = 0;
};

// What BlobStore::EraseIfAbandoned erases.
struct Abandoned {
  UnixSeconds before;          // The last change is before it.
  bool may_be_sealed = false;  // Else only what is not sealed.
};

struct PieceWrite {
  Bytes key;
  Bytes value;
};

class BlobStore {
 public:
  virtual ~BlobStore() = default;

  // Begins or resumes `object`: at `stored`, once what a writer of it that lives took is flushed;
  // what of that cannot be stored is dropped. RESOURCE_EXHAUSTED: length > kBlobBytesMax, or no
  // room. ALREADY_EXISTS: sealed. FAILED_PRECONDITION: begun with another length. Refused, it
  // ends nobody.
  virtual absl::StatusOr<std::unique_ptr<BlobWriter>> BeginWrite(const ObjectId& object,
                                                                 std::uint64_t length,
                                                                 UnixSeconds now) = 0;
  // Where nothing is overridden: a run that stores each blob by itself.
  virtual std::unique_ptr<BlobRun> BeginRun();
  // Nothing if no such blob was begun.
  virtual absl::StatusOr<std::optional<BlobState>> Stat(const ObjectId& object) const = 0;
  // At most `length` bytes from `offset`, fewer at the end. NOT_FOUND: not sealed or absent.
  virtual absl::StatusOr<Bytes> Read(const ObjectId& object, std::uint64_t offset,
                                     std::size_t length) const = 0;
  // Erased from every later answer at once, from disk as soon as the engine can. OK if absent.
  virtual absl::Status Erase(const ObjectId& object) = 0;
  // Erase, if nobody writes the blob and it is as `abandoned` says; looked at and erased in one
  // step, so that no writer begins in between, and none seals. Returns whether it erased: not if
  // absent.
  virtual absl::StatusOr<bool> EraseIfAbandoned(const ObjectId& object,
                                                const Abandoned& abandoned) = 0;
  // Bytes of erased blobs that stay on disk until others are erased that lie in the same files.
  virtual std::uint64_t UnfreedBytes() const { return 0; }
  // Ids of blobs, sealed or not, whose last change is before `before`: ascending, at most
  // `limit`, and only those above `after`, so that a caller can walk past what it keeps.
  virtual absl::StatusOr<std::vector<ObjectId>> ChangedBefore(
      UnixSeconds before, std::size_t limit,
      std::optional<ObjectId> after = std::nullopt) const = 0;

  // Pieces: all or none. RESOURCE_EXHAUSTED: over a limit above. Ordered before a later
  // Ledger::Append of the same store: durable when it is.
  virtual absl::Status PutPieces(std::span<const PieceWrite> pieces) = 0;
  virtual absl::StatusOr<std::optional<Bytes>> GetPiece(ByteView key) const = 0;
  virtual absl::Status ErasePieces(std::span<const Bytes> keys) = 0;
};

}  // namespace amparo::storage

#endif  // AMPARO_STORAGE_BLOB_STORE_H_
