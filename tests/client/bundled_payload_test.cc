// What is sent on from a stick are the bytes that were checked, whoever writes to the stick
// meanwhile.

#include "client/bundled_payload.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <random>

#include "client/bundle_acts.h"
#include "crypto/digest.h"
#include "tests/client_verbs/scratch_directory.h"

namespace amparo::client {
namespace {

using testing::ScratchDirectory;

std::string ReasonOf(const absl::Status& status) {
  return DetailOf(status).value_or(ErrorDetail{}).reason;
}

std::mt19937_64& Chance() {
  static std::mt19937_64 chance([] {
    const char* given = std::getenv("AMPARO_SEED");
    const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 34;
    std::cout << "AMPARO_SEED=" << seed << "\n";
    return seed;
  }());
  return chance;
}

// A file in memory that others write to.
struct Stick {
  Bytes bytes;
};
class OnStick final : public platform::InputFile {
 public:
  explicit OnStick(const Stick& stick) : stick_(stick) {}
  std::uint64_t size() const override { return stick_.bytes.size(); }
  absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, MutableByteView out) const override {
    const std::size_t from = std::min<std::size_t>(stick_.bytes.size(), offset);
    const std::size_t got = std::min(stick_.bytes.size() - from, out.size());
    std::copy_n(stick_.bytes.begin() + static_cast<std::ptrdiff_t>(from), got, out.begin());
    return got;
  }

 private:
  const Stick& stick_;
};

// A bundle with one act of one part.
class BundledPayloadTest : public ::testing::Test {
 protected:
  void Write(std::size_t length) {
    payload_.resize(length);
    for (std::uint8_t& byte : payload_) byte = static_cast<std::uint8_t>(Chance()());
    part_ = {
        .object = ObjectId::Filled(5), .start = 0, .length = length, .sha256 = Sha256(payload_)};
    OutboxItem item;
    item.statement = Bytes(100, 1);
    item.parts = {part_};
    const std::string path = scratch_.At("acts");
    auto writer = BundleWriter::Create(path, BundleKind::kActs, OrgId::Filled(7));
    ASSERT_TRUE(writer.ok()) << writer.status();
    ASSERT_TRUE(WriteAct(*writer, item).ok());
    ASSERT_TRUE(BeginActPayload(*writer, part_).ok());
    ASSERT_TRUE(writer->Append(payload_).ok());
    ASSERT_TRUE(writer->Finish().ok());
    const std::string all = testing::ReadAll(path);
    stick_.bytes.assign(all.begin(), all.end());
    auto reader = BundleReader::Read(std::make_unique<OnStick>(stick_));
    ASSERT_TRUE(reader.ok()) << reader.status();
    file_.emplace(*std::move(reader));
    auto acts = FindActs(*file_);
    ASSERT_TRUE(acts.ok()) << acts.status();
    place_ = acts->at(0);
    auto act = ReadAct(*file_, place_);
    ASSERT_TRUE(act.ok()) << act.status();
    part_ = act->parts.at(0);
  }
  BundledPayload Payload() const { return {*file_, place_.payloads[0], part_}; }
  std::uint8_t& ByteOnStick(std::size_t at) {
    return stick_.bytes[static_cast<std::size_t>(place_.payloads[0].offset) + ObjectId::kSize + at];
  }

  ScratchDirectory scratch_;
  Stick stick_;
  Bytes payload_;
  std::optional<BundleReader> file_;
  BundleActPlace place_;
  ItemPart part_;
};

TEST_F(BundledPayloadTest, GivesItsBytesFromAnywhere) {
  for (const std::size_t length :
       {std::size_t{0}, std::size_t{1}, kBundledPieceBytes, 3 * kBundledPieceBytes - 7}) {
    std::filesystem::remove(scratch_.At("acts"));
    ASSERT_NO_FATAL_FAILURE(Write(length));
    BundledPayload payload = Payload();
    ASSERT_TRUE(payload.Check().ok());
    for (int round = 0; round < 40; ++round) {
      const std::size_t offset = Chance()() % (length + 2);
      Bytes out(Chance()() % (2 * kBundledPieceBytes));
      const auto got = payload.ReadAt(offset, out);
      ASSERT_TRUE(got.ok()) << got.status();
      ASSERT_EQ(*got, offset < length ? std::min(out.size(), length - offset) : 0);
      ASSERT_TRUE(
          std::equal(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(*got),
                     payload_.begin() + static_cast<std::ptrdiff_t>(std::min(offset, length))));
    }
  }
}

TEST_F(BundledPayloadTest, OtherBytesThanTheStatementNamesAreNotSent) {
  ASSERT_NO_FATAL_FAILURE(Write(kBundledPieceBytes + 1));
  ByteOnStick(kBundledPieceBytes) ^= 1;
  BundledPayload payload = Payload();
  EXPECT_EQ(ReasonOf(payload.Check()), "BUNDLE_CONTRADICTS");
}

TEST_F(BundledPayloadTest, ChangedAfterTheCheckIsNotSent) {
  ASSERT_NO_FATAL_FAILURE(Write(3 * kBundledPieceBytes));
  BundledPayload payload = Payload();
  ASSERT_TRUE(payload.Check().ok());
  const std::size_t changed = kBundledPieceBytes + Chance()() % kBundledPieceBytes;
  ByteOnStick(changed) ^= 0x20;
  // Not a byte of the piece that it stands in, and every one of the others.
  Bytes out(64 * 1024);
  for (std::size_t at = 0; at < payload_.size(); at += out.size()) {
    const bool is_sent = at / kBundledPieceBytes != 1;
    const auto got = payload.ReadAt(at, out);
    EXPECT_EQ(got.ok(), is_sent) << at;
    EXPECT_EQ(ReasonOf(got.status()), is_sent ? "" : "BUNDLE_DAMAGED");
  }
  ByteOnStick(changed) ^= 0x20;
  EXPECT_TRUE(payload.ReadAt(kBundledPieceBytes, out).ok());
  // A stick that is pulled out: only the piece that was read last is there still.
  stick_.bytes.resize(stick_.bytes.size() / 2);
  EXPECT_EQ(ReasonOf(payload.ReadAt(2 * kBundledPieceBytes, out).status()), "BUNDLE_DAMAGED");
}

// The act itself is read again when its turn comes.
TEST_F(BundledPayloadTest, AnActThatChangedIsNoActOrAnother) {
  ASSERT_NO_FATAL_FAILURE(Write(10));
  // Its last field is the part's hash, before that its length.
  stick_.bytes[static_cast<std::size_t>(place_.act.offset + place_.act.length) - 33] ^= 1;
  EXPECT_EQ(ReasonOf(ReadAct(*file_, place_).status()), "BUNDLE_DAMAGED");
}

}  // namespace
}  // namespace amparo::client
