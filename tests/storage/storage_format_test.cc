// The worked example of docs/spec/storage.md, byte by byte.

#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "crypto/aead.h"
#include "storage/file_shelf.h"
#include "storage/rocksdb_keys.h"
#include "tests/storage/status_matchers.h"
#include "tests/storage/store_fixture.h"
#include "tests/storage/temporary_directory.h"

namespace amparo::storage {
namespace {

const OrgId kOrg = OrgId::Filled(0xaa);
const ObjectId kObject = ObjectId::Filled(0xbb);

std::string Hex(const std::string& bytes) { return ToHex(AsBytes(bytes)); }

Secret<32> ExampleKey() {
  Secret<32> key;
  std::uint8_t next = 0;
  for (std::uint8_t& byte : key.ExposeMutable()) byte = next++;
  return key;
}

TEST(StorageFormat, HasTheKeysOfItsPage) {
  EXPECT_EQ(Hex(LedgerEntryKey(kOrg, Position{258})),
            absl::StrCat(ToHex(kOrg), "45", "0000000000000102"));
  EXPECT_EQ(Hex(LedgerHeadKey(kOrg)), absl::StrCat(ToHex(kOrg), "48"));
  EXPECT_EQ(Hex(BlobStateKey(kOrg, kObject)), absl::StrCat(ToHex(kOrg), ToHex(kObject), "42"));
  EXPECT_EQ(Hex(BlobPartKey(kOrg, kObject, 0)),
            absl::StrCat(ToHex(kOrg), ToHex(kObject), "50", "0000000000000000"));
  EXPECT_EQ(Hex(SegmentRowKey(7, 127)), "00000000000000070000007f");
  EXPECT_EQ(Hex(ViewAppliedKey(kOrg)), absl::StrCat(ToHex(kOrg), "41"));
  EXPECT_EQ(Hex(ViewRowKey(kOrg, Text("k"))), absl::StrCat(ToHex(kOrg), "52", "6b"));
  EXPECT_EQ(Hex(PieceKey(kOrg, Text("k"))), absl::StrCat(ToHex(kOrg), "6b"));
  EXPECT_EQ(Hex(SettingKey(Text("k"))), "536b");
  EXPECT_EQ(Hex(FormatKey()), "46");
}

TEST(StorageFormat, HasTheRowsOfItsPage) {
  EXPECT_EQ(Hex(EncodeLedgerHeadRow(TreeSize{259}, Text("head"))), "000000000000010368656164");
  EXPECT_EQ(Hex(EncodeBlobState({.length = (16u << 20) + 1,
                                 .stored = 8u << 20,
                                 .sealed = false,
                                 .changed = UnixSeconds{1'700'000'000}})),
            "01000000000100000100000000008000000000000"
            "06553f10000");
  EXPECT_EQ(
      Hex(EncodeBlobPart({.place = BlobPart::Place::kSegment, .number = 7, .length = 8u << 20})),
      "04000000000000000700800000");
  EXPECT_EQ(Hex(EncodeBlobPart(
                {.place = BlobPart::Place::kShared, .number = 9, .length = 300'000, .row = 4})),
            "03000000000000000900"
            "0493e000000004");
}

TEST(StorageFormat, RefusesRowsThatItDoesNotWrite) {
  const std::string state = EncodeBlobState({});
  EXPECT_TRUE(DecodeBlobState(AsBytes(state)).has_value());
  EXPECT_FALSE(DecodeBlobState(AsBytes(state.substr(1))).has_value());
  EXPECT_FALSE(DecodeBlobState(AsBytes(state + "x")).has_value());
  EXPECT_FALSE(DecodeBlobState(AsBytes("\x02" + state.substr(1))).has_value());
  EXPECT_FALSE(DecodeBlobState(AsBytes(state.substr(0, 25) + "\x02")).has_value());
  const std::string part = EncodeBlobPart({});
  EXPECT_TRUE(DecodeBlobPart(AsBytes(part)).has_value());
  EXPECT_FALSE(DecodeBlobPart(AsBytes(part.substr(1))).has_value());
  EXPECT_FALSE(DecodeBlobPart(AsBytes("\x03" + part.substr(1))).has_value());
  EXPECT_FALSE(DecodeBlobPart(AsBytes(std::string(1, 0) + part.substr(1))).has_value());
  EXPECT_FALSE(DecodeBlobPart(AsBytes("\x05" + part.substr(1))).has_value());
  EXPECT_FALSE(DecodeBlobPart({}).has_value());
  const std::string shared = EncodeBlobPart({.place = BlobPart::Place::kShared, .row = 1});
  EXPECT_EQ(DecodeBlobPart(AsBytes(shared))->row, 1u);
  EXPECT_FALSE(DecodeBlobPart(AsBytes(shared.substr(0, shared.size() - 1))).has_value());
  EXPECT_FALSE(DecodeLedgerHeadRow(AsBytes("1234567")).has_value());
}

TEST(StorageFormat, EndsAPrefixBeforeTheNextKey) {
  EXPECT_EQ(Hex(AfterPrefix("a")), "62");
  EXPECT_EQ(Hex(AfterPrefix("a\xff\xff")), "62");
}

TEST(StorageFormat, HasTheShelfOfItsPage) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/shelf";
  ASSERT_THAT((*FileShelf::Open(path))->Add(ShelfKeyId::Filled(1), ExampleKey()), IsOk());
  std::ifstream file(path, std::ios::binary);
  const std::string contents(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(contents.substr(0, 16), "amparo/shelf/v1\n");
  EXPECT_EQ(Hex(contents.substr(16)),
            "01010101010101010101010101010101"
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
            "e47b76db55897c47b524fa0683121ea0");
}

TEST(StorageFormat, OpensTheSealedRowOfItsPageAtItsAddressAlone) {
  const Bytes sealed = *FromHex(
      "404142434445464748494a4b4c4d4e4f5051525354555657"
      "b34b641ea4c367d1c302000b7269b771b8c440e231");
  EXPECT_THAT(AeadOpen(ExampleKey(), Text("row 7"), sealed), IsOkAndHolds(Text("grant")));
  EXPECT_THAT(AeadOpen(ExampleKey(), Text("row 8"), sealed), HasCode(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace amparo::storage
