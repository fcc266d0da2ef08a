// Names that people say: docs/spec/names.md.

#include "client/names.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>

namespace amparo::client {
namespace {

TEST(Words, AreDistinctShortAndInOrder) {
  const auto words = Words();
  ASSERT_EQ(words.size(), kWords);
  EXPECT_TRUE(std::is_sorted(words.begin(), words.end()));
  EXPECT_EQ(std::set<absl::string_view>(words.begin(), words.end()).size(), kWords);
  for (const absl::string_view word : words) {
    EXPECT_TRUE(word.size() >= 3 && word.size() <= 7) << word;
    EXPECT_TRUE(std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; }))
        << word;
  }
}

// These stand on paper: a change here breaks what people wrote down.
TEST(Codes, StayAsTheyAre) {
  EXPECT_EQ(MemberCode(MemberId::Filled(1)), "oat-0768");
  EXPECT_EQ(CaseCode(SubjectId::Filled(1)), "spark-glacier-64");
  EXPECT_EQ(DocumentCode(SubjectId::Filled(1), 3), "spark-glacier-64/3");
  EXPECT_EQ(VersionCode(SubjectId::Filled(1), 3, 2), "spark-glacier-64/3.2");
  Certificate device;
  device.recipient = {.type = RecipientType::kX25519, .key = Bytes(32, 1)};
  Certificate other = device;
  other.recipient.key[0] = 2;
  EXPECT_NE(DeviceWords(device), DeviceWords(other)) << "another key to read with";
  other = device;
  other.expiry = UnixSeconds{7};
  EXPECT_EQ(DeviceWords(device), DeviceWords(other)) << "a device knows only its keys";
  EXPECT_EQ(Fingerprint(Hash::Filled(1)),
            "attic-pumpkin  bucket-pencil  nest-plate  linen-sequoia");
}

TEST(Codes, HaveTheShapeThatPeopleType) {
  const std::regex member("[a-z]{3,7}-[0-9]{4}");
  const std::regex of_case("[a-z]{3,7}-[a-z]{3,7}-[0-9]{2}");
  for (int i = 0; i < 256; ++i) {
    const auto byte = static_cast<std::uint8_t>(i);
    EXPECT_TRUE(std::regex_match(MemberCode(MemberId::Filled(byte)), member));
    EXPECT_TRUE(std::regex_match(CaseCode(SubjectId::Filled(byte)), of_case));
  }
}

TEST(Codes, DifferWhenOneBitOfTheIdDoes) {
  std::set<std::string> members{MemberCode(MemberId{})};
  std::set<std::string> cases{CaseCode(SubjectId{})};
  for (std::size_t bit = 0; bit < 128; ++bit) {
    MemberId member;
    member.bytes[bit / 8] = static_cast<std::uint8_t>(1 << (bit % 8));
    members.insert(MemberCode(member));
    SubjectId subject;
    subject.bytes[bit / 8] = static_cast<std::uint8_t>(1 << (bit % 8));
    cases.insert(CaseCode(subject));
  }
  EXPECT_EQ(members.size(), 129u);
  EXPECT_EQ(cases.size(), 129u);
}

}  // namespace
}  // namespace amparo::client
