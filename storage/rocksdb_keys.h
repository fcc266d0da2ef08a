// The keys and rows of the RocksDB store: the only writer and reader of these bytes.
// Spec: docs/spec/storage.md, "The database". Big-endian throughout, so that RocksDB's
// byte order is the order of positions, offsets and numbers.
//
// Thread safety: values; the functions are independent.

#ifndef AMPARO_STORAGE_ROCKSDB_KEYS_H_
#define AMPARO_STORAGE_ROCKSDB_KEYS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "crypto/bytes.h"
#include "statement/ids.h"
#include "storage/blob_store.h"

namespace amparo::storage {

// DO NOT REUSE a number: the kind of a key within its family.
inline constexpr char kKeyFormat = 'F';  // Family "default".
inline constexpr char kKeySetting = 'S';
inline constexpr char kKeyLedgerEntry = 'E';  // Family "ledger", after the organisation.
inline constexpr char kKeyLedgerHead = 'H';
inline constexpr char kKeyViewApplied = 'A';  // Family "view", after the organisation.
inline constexpr char kKeyViewRow = 'R';
inline constexpr char kKeyBlobState = 'B';  // Family "blobs", after organisation and object.
inline constexpr char kKeyBlobPart = 'P';

void AppendU32(std::string& out, std::uint32_t value);
void AppendU64(std::string& out, std::uint64_t value);
// REQUIRES: bytes.size() >= 4 or 8.
std::uint32_t ReadU32(ByteView bytes);
std::uint64_t ReadU64(ByteView bytes);

std::string FormatKey();
std::string SettingKey(ByteView key);
std::string LedgerEntryKey(const OrgId& org, Position position);
std::string LedgerHeadKey(const OrgId& org);
std::string ViewAppliedKey(const OrgId& org);
std::string ViewRowKey(const OrgId& org, ByteView key);
std::string PieceKey(const OrgId& org, ByteView key);
std::string BlobPrefix(const OrgId& org);
std::string BlobStateKey(const OrgId& org, const ObjectId& object);
std::string BlobPartKey(const OrgId& org, const ObjectId& object, std::uint64_t offset);
std::string NumberKey(std::uint64_t number);
std::string SegmentRowKey(std::uint64_t number, std::uint32_t row);

// The smallest key above every key that starts with `prefix`.
// REQUIRES: a byte of `prefix` is not 0xff.
std::string AfterPrefix(std::string prefix);

// The row that says how long the ledger is, and its head: one row, so that they never differ.
struct LedgerHeadRow {
  TreeSize size;
  Bytes head;
};
std::string EncodeLedgerHeadRow(TreeSize size, ByteView head);
// Nothing if cut short.
std::optional<LedgerHeadRow> DecodeLedgerHeadRow(ByteView row);

std::string EncodeBlobState(const BlobState& state);
// Nothing if malformed.
std::optional<BlobState> DecodeBlobState(ByteView row);

// Where a run of a blob's bytes stands.
struct BlobPart {
  // DO NOT REUSE a number.
  enum class Place : std::uint8_t {
    kCoarseSegment = 1,  // Rows of 256 KiB, from a store of format 1 or 2: read, no longer written.
    kSmall = 2,
    kShared = 3,
    kSegment = 4,
  };
  Place place = Place::kSegment;
  std::uint64_t number = 0;  // Running number of the segment or small value.
  std::uint32_t length = 0;
  std::uint32_t row = 0;  // Of a shared segment, which holds all of the blob.
};
std::string EncodeBlobPart(const BlobPart& part);
// Nothing if malformed.
std::optional<BlobPart> DecodeBlobPart(ByteView row);

}  // namespace amparo::storage

#endif  // AMPARO_STORAGE_ROCKSDB_KEYS_H_
