// The proxy in the home: kept sealed, and no home without one is written differently than before.

#include "client/membership.h"

#include <gtest/gtest.h>

#include "tests/client_verbs/scratch_directory.h"

namespace amparo::client {
namespace {

class MembershipTest : public ::testing::Test {
 protected:
  MembershipTest() {
    KeyBundle keys;
    keys.home = home_key_.Duplicate();
    auto made =
        Home::Create(scratch_.At("home"), {.kind = "member", .address = {}, .member_code = {}},
                     keys, AsBytes("correct horse battery staple"));
    EXPECT_TRUE(made.ok()) << made.status();
    home_.emplace(*std::move(made));
    membership_.server = {.address = "ab.onion:7443", .certificate_pem = "PEM"};
    membership_.introduced = audit::Checkpoint{.size = TreeSize{7}, .root = Hash::Filled(3)};
  }
  std::uint8_t FormatByte() { return home_->ReadSealed(home_key_, kMembershipFile)->at(0); }

  amparo::testing::ScratchDirectory scratch_;
  const Secret<32> home_key_ = Secret<32>::Random();
  std::optional<Home> home_;
  Membership membership_;
};

TEST_F(MembershipTest, KeepsTheProxy) {
  membership_.server.proxy = "socks5://127.0.0.1:9050";
  ASSERT_TRUE(WriteMembership(*home_, home_key_, membership_).ok());
  EXPECT_EQ(FormatByte(), 2) << "who knows no proxy must not read it and go without";
  const auto read = ReadMembership(*home_, home_key_);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->server.proxy, "socks5://127.0.0.1:9050");
  EXPECT_EQ(read->server.address, "ab.onion:7443");
  EXPECT_EQ(read->introduced->root, Hash::Filled(3));
}

TEST_F(MembershipTest, WritesAHomeWithoutAProxyAsBefore) {
  ASSERT_TRUE(WriteMembership(*home_, home_key_, membership_).ok());
  EXPECT_EQ(FormatByte(), 1);
  const auto read = ReadMembership(*home_, home_key_);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->server.proxy, "");
}

TEST_F(MembershipTest, RefusesAProxyThatIsCutOff) {
  membership_.server.proxy = "socks5://127.0.0.1:9050";
  ASSERT_TRUE(WriteMembership(*home_, home_key_, membership_).ok());
  Bytes row = *home_->ReadSealed(home_key_, kMembershipFile);
  row.pop_back();
  ASSERT_TRUE(home_->WriteSealed(home_key_, kMembershipFile, row).ok());
  EXPECT_TRUE(absl::IsDataLoss(ReadMembership(*home_, home_key_).status()));
}

}  // namespace
}  // namespace amparo::client
