// Leaves, tags, and the ledger entries that hold them.

#include "audit/log_entry.h"

#include <gtest/gtest.h>

#include <set>

#include "absl/strings/match.h"
#include "crypto/digest.h"
#include "tests/statement/mutations.h"
#include "tests/statement/random_bodies.h"

namespace amparo::audit {
namespace {

Leaf SomeLeaf() {
  return {.leaf_class = 1, .tag = LogTag::Filled(2), .statement = Hash::Filled(3)};
}

LogEntry SomeEntry() {
  return {.leaf = SomeLeaf(), .shelf_key = ShelfKeyId::Filled(4), .payload = Bytes(5, 6)};
}

TEST(Tag, IsTheFirstHalfOfAHashOverSubjectAndHead) {
  Bytes input;
  AppendTo(input, AsBytes(absl::string_view("amparo/tag/v1\n\0", 15)));
  AppendTo(input, OrgId::Filled(1).view());
  AppendTo(input, SubjectId::Filled(2).view());
  AppendTo(input, Hash::Filled(3).view());
  const LogTag tag = TagOf(OrgId::Filled(1), SubjectId::Filled(2), Hash::Filled(3));
  EXPECT_EQ(ToHex(tag), ToHex(Sha256(input)).substr(0, 32));
}

// The directory and the log share a subject of zeros: their first statements, with no head to
// tell them apart, share a tag, and those that follow do not.
TEST(Tag, DiffersByOrganisationSubjectAndHead) {
  std::set<LogTag> tags;
  for (std::uint8_t i = 0; i < 8; ++i) {
    tags.insert(
        TagOf(OrgId::Filled(i & 1), SubjectId::Filled((i >> 1) & 1), Hash::Filled((i >> 2) & 1)));
  }
  EXPECT_EQ(tags.size(), 8U);
}

TEST(Leaf, OfAStatementNamesItsClassItsTagAndItsHash) {
  Random random(TestSeed());
  for (const Act& act : EveryAct()) {
    const SignedStatement statement = random.NextStatement(act, 3);
    const Leaf leaf = LeafOf(statement);
    EXPECT_EQ(leaf.leaf_class, LeafClassOf(KindOf(act)));
    EXPECT_EQ(leaf.tag, TagOf(statement.statement.org, statement.statement.subject,
                              statement.statement.subject_prev));
    EXPECT_EQ(leaf.statement, HashOf(statement));
  }
}

TEST(Leaf, IsHashedAsRfc6962SaysWithItsLabel) {
  Bytes input{0x00};
  AppendTo(input, AsBytes(absl::string_view("amparo/leaf/v1\n\0", 16)));
  AppendTo(input, EncodeLeaf(SomeLeaf()));
  EXPECT_EQ(LeafHash(SomeLeaf()), Sha256(input));
  EXPECT_EQ(ToHex(LeafInput(SomeLeaf())), ToHex(ByteView(input).subspan(1)));
}

TEST(Leaf, ComesBackAsItWas) {
  const Bytes bytes = EncodeLeaf(SomeLeaf());
  EXPECT_EQ(bytes.size(), kLeafFieldBytes);
  EXPECT_EQ(*DecodeLeaf(bytes), SomeLeaf());
}

TEST(Leaf, OfAnUnknownClassIsRefused) {
  Bytes bytes = EncodeLeaf(SomeLeaf());
  bytes[0] = 2;
  EXPECT_EQ(DecodeLeaf(bytes).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Leaf, IsRefusedOrIdenticalAfterAnyBitFlipOrTruncation) {
  ExpectCanonicalUnderMutation(EncodeLeaf(SomeLeaf()), [](ByteView bytes) -> std::optional<Bytes> {
    const auto leaf = DecodeLeaf(bytes);
    if (!leaf.ok()) return std::nullopt;
    return EncodeLeaf(*leaf);
  });
}

TEST(Entry, ComesBackAsItWas) {
  const absl::StatusOr<LogEntry> again = DecodeEntry(EncodeEntry(SomeEntry()));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->leaf, SomeLeaf());
  EXPECT_EQ(again->shelf_key, ShelfKeyId::Filled(4));
  EXPECT_EQ(again->payload, Bytes(5, 6));
}

TEST(Entry, IsRefusedOrIdenticalAfterAnyBitFlipOrTruncation) {
  ExpectCanonicalUnderMutation(EncodeEntry(SomeEntry()),
                               [](ByteView bytes) -> std::optional<Bytes> {
                                 const auto entry = DecodeEntry(bytes);
                                 if (!entry.ok()) return std::nullopt;
                                 return EncodeEntry(*entry);
                               });
}

TEST(Entry, BindsEverythingBeforeItsPayloadAsContext) {
  const Bytes entry = EncodeEntry(SomeEntry());
  const Bytes context = EntryContext(SomeEntry());
  EXPECT_EQ(context.size() + SomeEntry().payload.size(), entry.size());
  EXPECT_TRUE(std::equal(context.begin(), context.end(), entry.begin()));
}

TEST(Entry, OfANewerFormatIsUnimplementedAndNotMalformed) {
  Bytes bytes = EncodeEntry(SomeEntry());
  bytes[0] = 2;
  EXPECT_EQ(DecodeEntry(bytes).status().code(), absl::StatusCode::kUnimplemented);
}

TEST(Entry, HoldsTheLongestStatementSealedAndNoMoreThanALedgerTakes) {
  LogEntry entry = SomeEntry();
  entry.payload = Bytes(kSignedStatementBytesMax + 64);
  EXPECT_TRUE(DecodeEntry(EncodeEntry(entry)).ok());
  entry.payload = Bytes(kEntryBytesMax);
  EXPECT_EQ(DecodeEntry(EncodeEntry(entry)).status().code(), absl::StatusCode::kInvalidArgument);
  entry.payload.clear();
  EXPECT_EQ(DecodeEntry(EncodeEntry(entry)).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace amparo::audit
