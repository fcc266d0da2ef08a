// Reading and writing of integers and prefixed bytes.

#include "statement/codec.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "statement/text_encoding.h"

namespace amparo {
namespace {

TEST(Writer, WritesIntegersBigEndian) {
  Writer out;
  out.U8(0x01);
  out.U16(0x0203);
  out.U32(0x04050607);
  out.U64(0x08090a0b0c0d0e0f);
  EXPECT_EQ(ToHex(out.bytes()), "0102030405060708090a0b0c0d0e0f");
}

TEST(Writer, PutsTheLengthBeforeTheBytes) {
  Writer out;
  out.Vec8(Bytes{0xaa});
  out.Vec16(Bytes{0xbb, 0xcc});
  out.Vec32(Bytes{});
  EXPECT_EQ(ToHex(out.bytes()), "01aa0002bbcc00000000");
}

TEST(Reader, ReadsWhatTheWriterWrote) {
  Writer out;
  out.U16(513);
  out.Vec16(Bytes{1, 2, 3});
  out.U64(1);
  Reader in(out.bytes());
  EXPECT_EQ(in.U16("a"), 513);
  EXPECT_EQ(in.Vec16(3, "b").size(), 3U);
  EXPECT_EQ(in.U64("c"), 1U);
  EXPECT_TRUE(in.Finish("all").ok());
}

TEST(Reader, NamesTheFieldThatIsCutShort) {
  const Bytes bytes{0, 0, 0};
  Reader in(bytes);
  in.U16("first");
  in.U16("second");
  const absl::Status status = in.Finish("all");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StartsWith(status.message(), "second: ")) << status;
}

TEST(Reader, RefusesALengthOverTheLimitEvenIfTheBytesAreThere) {
  const Bytes bytes{0, 3, 1, 2, 3};
  Reader in(bytes);
  EXPECT_TRUE(in.Vec16(2, "list").empty());
  EXPECT_EQ(in.Finish("all").code(), absl::StatusCode::kInvalidArgument);
}

TEST(Reader, RefusesALengthOfFourGigabytesWithoutTakingMemory) {
  const Bytes bytes{0xff, 0xff, 0xff, 0xff, 1};
  Reader in(bytes);
  EXPECT_TRUE(in.Vec32(0xffffffff, "list").empty());
  EXPECT_FALSE(in.ok());
}

TEST(Reader, ReturnsZerosAfterTheFirstFailure) {
  const Bytes bytes{7, 7, 7};
  Reader in(bytes);
  in.Fail("field", "wrong");
  EXPECT_EQ(in.U8("next"), 0);
  EXPECT_TRUE(in.Fixed<Hash>("hash").is_zero());
  EXPECT_TRUE(absl::StartsWith(in.Finish("all").message(), "field: "));
}

TEST(Reader, RefusesWhatIsLeftOver) {
  const Bytes bytes{1, 2};
  Reader in(bytes);
  in.U8("one");
  EXPECT_EQ(in.Finish("all").code(), absl::StatusCode::kInvalidArgument);
}

TEST(Base64, IsCanonicalOnly) {
  EXPECT_EQ(ToBase64(Bytes{0xff, 0xfe}), "//4=");
  EXPECT_EQ(FromBase64("//4="), (Bytes{0xff, 0xfe}));
  for (const absl::string_view text : {"//5=", "//4", "//4 =", "//4=\n", "__4=", "/", "////="}) {
    EXPECT_FALSE(FromBase64(text).has_value()) << text;
  }
}

TEST(Utf8, RefusesSurrogatesOverlongFormsAndWhatIsCutShort) {
  for (const absl::string_view good : {"", "abc", "Q'eqchi’", "\U0001F600", "\U0010FFFF"}) {
    EXPECT_TRUE(IsUtf8(good)) << good;
  }
  for (const absl::string_view bad :
       {"\xc0\x80", "\xed\xa0\x80", "\xe0\x80\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
        "\xe2\x80", "\xff", "\x80", "\xc3\x28"}) {
    EXPECT_FALSE(IsUtf8(bad)) << ToHex(AsBytes(bad));
  }
}

}  // namespace
}  // namespace amparo
