// Receipts of storage: a person keeps one as a file and shows it years later, so its text has one
// way to be written, and nothing of it can be changed.

#include "audit/storage_receipt.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "audit/checkpoint.h"
#include "audit/signed_note.h"
#include "tests/audit/example_log.h"
#include "tests/crypto/vector_files.h"
#include "tests/statement/random_bodies.h"

namespace amparo::audit {
namespace {

OrgId Org() { return OrgId::Filled(1); }
Hash Statement() { return Hash::Filled(2); }

std::vector<ObjectRef> Objects(std::size_t count) {
  std::vector<ObjectRef> objects;
  for (std::size_t i = 0; i < count; ++i) {
    ObjectRef ref;
    ref.object = ObjectId::Filled(static_cast<std::uint8_t>(i));
    ref.payload_length = std::uint64_t{4} << 30;
    ref.payload_sha256 = Hash::Filled(static_cast<std::uint8_t>(255 - i));
    objects.push_back(ref);
  }
  return objects;
}

std::string Receipt(std::size_t count) {
  const auto objects = Objects(count);
  const Signature signature = SignStorageReceipt(Org(), {17}, Statement(), objects, KeyNumber(1));
  return FormatStorageReceipt(Org(), {17}, Statement(), objects, KeyNumber(1).verify_key(),
                              signature.view());
}

absl::StatusCode CodeOf(absl::string_view note) {
  return OpenStorageReceipt(note, KeyNumber(1).verify_key()).status().code();
}

// What the log itself signed, whatever it says.
std::string Signed(absl::string_view text) { return SignNote(OriginOf(Org()), text, KeyNumber(1)); }
std::string Text() { return StorageReceiptText(Org(), {17}, Statement(), Objects(2)); }

TEST(StorageReceipt, SaysWhatTheStatementNamesAndWhereItStands) {
  for (const std::size_t count : {std::size_t{1}, kObjectsMax}) {
    const auto receipt = OpenStorageReceipt(Receipt(count), KeyNumber(1).verify_key());
    ASSERT_TRUE(receipt.ok()) << receipt.status();
    EXPECT_EQ(receipt->org, Org());
    EXPECT_EQ(receipt->position, Position{17});
    EXPECT_EQ(receipt->statement, Statement());
    ASSERT_EQ(receipt->objects.size(), count);
    const auto named = Objects(count);
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(receipt->objects[i], (StoredObject{.object = named[i].object,
                                                   .payload_length = named[i].payload_length,
                                                   .payload_sha256 = named[i].payload_sha256}));
    }
  }
}

TEST(StorageReceipt, OfOneStatementAtOnePositionIsOneNote) { EXPECT_EQ(Receipt(3), Receipt(3)); }

// Only the signature travels: who has the statement knows the rest, and every word of it counts.
TEST(StorageReceipt, IsVerifiedAgainstEachThingItSays) {
  const auto objects = Objects(2);
  const VerifyKey key = KeyNumber(1).verify_key();
  const Signature signature = SignStorageReceipt(Org(), {17}, Statement(), objects, KeyNumber(1));
  const auto code = [&](const OrgId& org, Position position, const Hash& hash,
                        const std::vector<ObjectRef>& named, const VerifyKey& by, ByteView bytes) {
    return VerifyStorageReceipt(org, position, hash, named, by, bytes).code();
  };
  constexpr auto kWrong = absl::StatusCode::kUnauthenticated;
  const ByteView bytes = signature.view();
  EXPECT_EQ(code(Org(), {17}, Statement(), objects, key, bytes), absl::StatusCode::kOk);
  EXPECT_EQ(code(OrgId::Filled(9), {17}, Statement(), objects, key, bytes), kWrong);
  EXPECT_EQ(code(Org(), {18}, Statement(), objects, key, bytes), kWrong);
  EXPECT_EQ(code(Org(), {17}, Hash::Filled(9), objects, key, bytes), kWrong);
  EXPECT_EQ(code(Org(), {17}, Statement(), objects, KeyNumber(2).verify_key(), bytes), kWrong);
  EXPECT_EQ(code(Org(), {17}, Statement(), objects, key, bytes.first(63)), kWrong);
  EXPECT_EQ(code(Org(), {17}, Statement(), objects, key, {}), kWrong);
  EXPECT_EQ(code(Org(), {17}, Statement(), {}, key, bytes), kWrong);
  EXPECT_EQ(code(Org(), {17}, Statement(), Objects(1), key, bytes), kWrong);
  EXPECT_EQ(code(Org(), {17}, Statement(), Objects(kObjectsMax + 1), key, bytes), kWrong);
  EXPECT_EQ(code(Org(), {17}, Statement(), {objects[1], objects[0]}, key, bytes), kWrong);
  auto shorter = objects;
  --shorter[1].payload_length;
  EXPECT_EQ(code(Org(), {17}, Statement(), shorter, key, bytes), kWrong);
  auto other = objects;
  other[1].payload_sha256 = Hash::Filled(9);
  EXPECT_EQ(code(Org(), {17}, Statement(), other, key, bytes), kWrong);
  auto renamed = objects;
  renamed[1].object = ObjectId::Filled(9);
  EXPECT_EQ(code(Org(), {17}, Statement(), renamed, key, bytes), kWrong);
}

TEST(StorageReceipt, IsRefusedAfterAnyBitFlipOrTruncation) {
  const std::string good = Receipt(2);
  ASSERT_EQ(CodeOf(good), absl::StatusCode::kOk);
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string flipped = good;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_NE(CodeOf(flipped), absl::StatusCode::kOk) << bit;
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_NE(CodeOf(good.substr(0, size)), absl::StatusCode::kOk) << size;
  }
}

TEST(StorageReceipt, HasOneWayToBeWrittenEvenIfTheLogSignedAnother) {
  const std::string text = Text();
  EXPECT_EQ(CodeOf(Signed(text)), absl::StatusCode::kOk);
  const std::string last = text.substr(text.rfind('\n', text.size() - 2) + 1);
  for (const std::string& other :
       {absl::StrReplaceAll(text, {{"position 17", "position 017"}}),
        absl::StrReplaceAll(text, {{"position 17", "position +17"}}),
        absl::StrReplaceAll(text, {{"position 17", "position"}}),
        absl::StrReplaceAll(text, {{"position 17", "position 18446744073709551616"}}),
        absl::StrReplaceAll(text, {{"position 17", "Position 17"}}),
        absl::StrReplaceAll(text, {{"statement ", "statement  "}}),
        absl::StrReplaceAll(text, {{"ffff", "FFFF"}}),
        absl::StrReplaceAll(text, {{" 4294967296 ", " 04294967296 "}}),
        absl::StrReplaceAll(text, {{" 4294967296 ", " "}}),
        absl::StrReplaceAll(text, {{"stored/v1", "stored/v2"}}),
        absl::StrReplaceAll(text, {{"log/01", "log/"}}),
        absl::StrReplaceAll(text, {{"invalid/log/", "example/log/"}}), absl::StrCat(text, "more\n"),
        absl::StrCat(text, "\n"), text.substr(text.find('\n') + 1)}) {
    EXPECT_EQ(CodeOf(Signed(other)), absl::StatusCode::kInvalidArgument) << other;
  }
  std::string many = text;
  for (std::size_t i = 2; i < kObjectsMax; ++i) absl::StrAppend(&many, last);
  EXPECT_EQ(CodeOf(Signed(many)), absl::StatusCode::kOk);
  EXPECT_EQ(CodeOf(Signed(absl::StrCat(many, last))), absl::StatusCode::kInvalidArgument);
  const std::string none = text.substr(0, text.find("00000000000000000000000000000000 "));
  EXPECT_EQ(CodeOf(Signed(none)), absl::StatusCode::kInvalidArgument);
}

// The same key signs checkpoints: neither can be taken for the other.
TEST(StorageReceipt, IsNoCheckpointAndNoCheckpointIsOne) {
  const std::string checkpoint =
      SignCheckpoint(Org(), {.size = {20}, .root = Hash::Filled(2)}, KeyNumber(1));
  EXPECT_EQ(CodeOf(checkpoint), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(OpenCheckpoint(Org(), KeyNumber(1).verify_key(), Receipt(1)).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(StorageReceipt, OfAnotherLogIsNotThisOnes) {
  EXPECT_EQ(OpenStorageReceipt(Receipt(1), KeyNumber(2).verify_key()).status().code(),
            absl::StatusCode::kUnauthenticated);
  // Signed by the right key, under the name of another log.
  EXPECT_EQ(CodeOf(SignNote(OriginOf(OrgId::Filled(9)), Text(), KeyNumber(1))),
            absl::StatusCode::kUnauthenticated);
}

TEST(StorageReceipt, HasAtMostItsBytes) {
  std::string note = Receipt(kObjectsMax);
  const std::string line = "\xe2\x80\x94 somebody AAAAAAAA\n";
  while (note.size() + line.size() <= kStorageReceiptBytesMax) note += line;
  // Foreign signatures are counted before that many fit.
  EXPECT_EQ(CodeOf(note), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf(std::string(kStorageReceiptBytesMax + 1, 'a')),
            absl::StatusCode::kInvalidArgument);
}

TEST(StorageReceiptVector, IsWhatThisBuildMakesByteForByteAndWhatThePageShows) {
  const std::string file(AsText(ReadFile(OurVectors("log") + "/stored.txt")));
  EXPECT_EQ(file, ExampleStoredText());
  const std::string page(
      AsText(ReadFile(std::string(AMPARO_SOURCE_DIR) + "/docs/spec/storage-receipt.md")));
  const auto fields = ReadFields(OurVectors("log") + "/stored.txt");
  const std::string note = absl::StrReplaceAll(fields.find("receipt")->second, {{"\\n", "\n"}});
  EXPECT_TRUE(absl::StrContains(page, absl::StrCat("```\n", note, "```\n"))) << note;
  EXPECT_TRUE(absl::StrContains(page, fields.find("signature")->second));
  EXPECT_TRUE(OpenStorageReceipt(note, KeyNumber(4).verify_key()).ok());
}

}  // namespace
}  // namespace amparo::audit
