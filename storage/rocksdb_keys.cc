#include "storage/rocksdb_keys.h"

#include <cassert>

namespace amparo::storage {
namespace {

constexpr std::size_t kBlobStateBytes = 26;
constexpr std::size_t kBlobPartBytes = 13;
constexpr std::size_t kSharedPartBytes = kBlobPartBytes + 4;
constexpr std::uint8_t kBlobStateFormat = 1;

void AppendBytes(std::string& out, ByteView bytes) { out.append(bytes.begin(), bytes.end()); }

std::string Key(ByteView start, char kind) {
  std::string out(AsText(start));
  out.push_back(kind);
  return out;
}

std::string BlobKey(const OrgId& org, const ObjectId& object, char kind) {
  std::string out(AsText(org.view()));
  AppendBytes(out, object.view());
  out.push_back(kind);
  return out;
}

}  // namespace

void AppendU32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(static_cast<std::uint8_t>(value >> shift)));
  }
}

void AppendU64(std::string& out, std::uint64_t value) {
  AppendU32(out, static_cast<std::uint32_t>(value >> 32));
  AppendU32(out, static_cast<std::uint32_t>(value));
}

std::uint32_t ReadU32(ByteView bytes) {
  assert(bytes.size() >= 4);
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | bytes[i];
  return value;
}

std::uint64_t ReadU64(ByteView bytes) {
  return static_cast<std::uint64_t>(ReadU32(bytes)) << 32 | ReadU32(bytes.subspan(4));
}

std::string FormatKey() { return std::string(1, kKeyFormat); }

std::string SettingKey(ByteView key) {
  std::string out(1, kKeySetting);
  AppendBytes(out, key);
  return out;
}

std::string LedgerEntryKey(const OrgId& org, Position position) {
  std::string out = Key(org.view(), kKeyLedgerEntry);
  AppendU64(out, position.value);
  return out;
}

std::string LedgerHeadKey(const OrgId& org) { return Key(org.view(), kKeyLedgerHead); }

std::string ViewAppliedKey(const OrgId& org) { return Key(org.view(), kKeyViewApplied); }

std::string ViewRowKey(const OrgId& org, ByteView key) {
  std::string out = Key(org.view(), kKeyViewRow);
  AppendBytes(out, key);
  return out;
}

std::string PieceKey(const OrgId& org, ByteView key) {
  std::string out(AsText(org.view()));
  AppendBytes(out, key);
  return out;
}

std::string BlobPrefix(const OrgId& org) { return std::string(AsText(org.view())); }

std::string BlobStateKey(const OrgId& org, const ObjectId& object) {
  return BlobKey(org, object, kKeyBlobState);
}

std::string BlobPartKey(const OrgId& org, const ObjectId& object, std::uint64_t offset) {
  std::string out = BlobKey(org, object, kKeyBlobPart);
  AppendU64(out, offset);
  return out;
}

std::string NumberKey(std::uint64_t number) {
  std::string out;
  AppendU64(out, number);
  return out;
}

std::string SegmentRowKey(std::uint64_t number, std::uint32_t row) {
  std::string out = NumberKey(number);
  AppendU32(out, row);
  return out;
}

std::string AfterPrefix(std::string prefix) {
  while (!prefix.empty() && static_cast<std::uint8_t>(prefix.back()) == 0xff) prefix.pop_back();
  assert(!prefix.empty());
  prefix.back() = static_cast<char>(static_cast<std::uint8_t>(prefix.back()) + 1);
  return prefix;
}

std::string EncodeLedgerHeadRow(TreeSize size, ByteView head) {
  std::string out;
  AppendU64(out, size.value);
  AppendBytes(out, head);
  return out;
}

std::optional<LedgerHeadRow> DecodeLedgerHeadRow(ByteView row) {
  if (row.size() < 8) return std::nullopt;
  const ByteView head = row.subspan(8);
  return LedgerHeadRow{.size = TreeSize{ReadU64(row)}, .head = Bytes(head.begin(), head.end())};
}

std::string EncodeBlobState(const BlobState& state) {
  std::string out(1, static_cast<char>(kBlobStateFormat));
  AppendU64(out, state.length);
  AppendU64(out, state.stored);
  AppendU64(out, state.changed.value);
  out.push_back(state.sealed ? 1 : 0);
  return out;
}

std::optional<BlobState> DecodeBlobState(ByteView row) {
  if (row.size() != kBlobStateBytes || row[0] != kBlobStateFormat || row[25] > 1) {
    return std::nullopt;
  }
  return BlobState{.length = ReadU64(row.subspan(1)),
                   .stored = ReadU64(row.subspan(9)),
                   .sealed = row[25] == 1,
                   .changed = UnixSeconds{ReadU64(row.subspan(17))}};
}

std::string EncodeBlobPart(const BlobPart& part) {
  std::string out(1, static_cast<char>(part.place));
  AppendU64(out, part.number);
  AppendU32(out, part.length);
  if (part.place == BlobPart::Place::kShared) AppendU32(out, part.row);
  return out;
}

std::optional<BlobPart> DecodeBlobPart(ByteView row) {
  if (row.empty()) return std::nullopt;
  const auto place = static_cast<BlobPart::Place>(row[0]);
  if (place < BlobPart::Place::kCoarseSegment || place > BlobPart::Place::kSegment) {
    return std::nullopt;
  }
  const bool is_shared = place == BlobPart::Place::kShared;
  if (row.size() != (is_shared ? kSharedPartBytes : kBlobPartBytes)) return std::nullopt;
  return BlobPart{.place = place,
                  .number = ReadU64(row.subspan(1)),
                  .length = ReadU32(row.subspan(9)),
                  .row = is_shared ? ReadU32(row.subspan(kBlobPartBytes)) : 0};
}

}  // namespace amparo::storage
