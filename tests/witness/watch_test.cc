// A witness signs what continues, remembers it first, and accuses what does not.

#include "witness/watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/refusing_connection.h"
#include "custody/judge.h"
#include "tests/custody/custody_log.h"

namespace amparo::witness {
namespace {

using amparo::testing::CustodyLog;
using amparo::testing::KeyNamed;
using custody::Verdict;

// A server of heads: as many entries of a log as the test says.
class HeadServer final : public amparo::client::RefusingConnection {
 public:
  explicit HeadServer(CustodyLog log) : log_(std::move(log)), size_(log_.size()) {}

  absl::StatusOr<client::CheckpointReply> Checkpoint(TreeSize old) override {
    client::CheckpointReply reply;
    reply.checkpoint = log_.Note(size_);
    if (old.value <= size_) {
      reply.old_root = log_.Head(old.value).root;
      if (old.value > 0) reply.consistency = log_.Consistency(old.value, size_);
    }
    if (bend_) bend_(reply);
    return reply;
  }
  absl::Status Cosign(TreeSize size, const std::string& line) override {
    if (!takes_.ok()) return takes_;
    signed_.emplace_back(size, line);
    return absl::OkStatus();
  }

  CustodyLog log_;
  std::uint64_t size_;
  std::function<void(client::CheckpointReply&)> bend_;
  absl::Status takes_;
  std::vector<std::pair<TreeSize, std::string>> signed_;
};

class Watching : public ::testing::Test {
 protected:
  Watching() : server_(CustodyLog({"fay", "cleo"})) {
    key_.witness = {.name = "witness.example", .key = key_.signing.verify_key()};
    card_.org = server_.log_.org();
    card_.log_key = KeyNamed("log").verify_key();
    card_.head = server_.log_.Head(3);
    card_.note = server_.log_.Note(3);
    card_.policies = server_.log_.Policies();
    state_ = StateOf(card_);
  }

  absl::Status LookNow() {
    const Look look{.connection = server_,
                    .key = key_,
                    .card = card_,
                    .clock = [this] { return UnixSeconds{++now_}; },
                    .keep =
                        [this](const State& next) {
                          signed_when_kept_.push_back(server_.signed_.size());
                          if (disk_.ok()) kept_ = next;
                          return disk_;
                        }};
    return LookOnce(look, state_, accusation_);
  }
  Verdict Judged() {
    if (!accusation_.has_value() || !accusation_->evidence.has_value()) return Verdict::kInvalid;
    return custody::Judge(*accusation_->evidence).verdict;
  }

  HeadServer server_;
  Key key_{.witness = {}, .signing = SigningKey::Generate()};
  client::OrgCardFields card_;
  State state_;
  std::optional<State> kept_;
  std::vector<std::size_t> signed_when_kept_;
  std::optional<Accusation> accusation_;
  absl::Status disk_;
  std::uint64_t now_ = 1'700'000'000;
};

TEST_F(Watching, SignsAHeadThatContinuesTheCards) {
  const absl::Status looked = LookNow();
  ASSERT_TRUE(looked.ok()) << looked;
  EXPECT_EQ(state_.head, server_.log_.Head(server_.size_));
  ASSERT_EQ(server_.signed_.size(), 1u);
  EXPECT_EQ(server_.signed_[0].first.value, server_.size_);
  const auto note =
      audit::AttachSignature(server_.log_.Note(server_.size_), server_.signed_[0].second);
  ASSERT_TRUE(note.ok()) << note.status();
  const auto found = audit::VerifyCosignatures(*note, std::vector{key_.witness});
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ((*found)[0].name, "witness.example");
}

// Were it the other way round, a crash between the two could leave a head signed and forgotten.
TEST_F(Watching, RemembersBeforeItSigns) {
  ASSERT_TRUE(LookNow().ok());
  ASSERT_FALSE(signed_when_kept_.empty());
  EXPECT_EQ(signed_when_kept_.front(), 0u);
  EXPECT_EQ(kept_, state_);
}

TEST_F(Watching, SignsNothingThatItCannotRemember) {
  disk_ = absl::ResourceExhaustedError("full");
  const State before = state_;
  EXPECT_TRUE(absl::IsResourceExhausted(LookNow()));
  EXPECT_TRUE(server_.signed_.empty());
  EXPECT_EQ(state_, before);
}

TEST_F(Watching, GoesOnAsTheLogGrows) {
  ASSERT_TRUE(LookNow().ok());
  server_.log_.TickAfter(3600);
  server_.size_ = server_.log_.size();
  ASSERT_TRUE(LookNow().ok());
  EXPECT_EQ(state_.head.size.value, server_.size_);
  ASSERT_TRUE(LookNow().ok()) << "and when it does not";
  EXPECT_EQ(server_.signed_.size(), 3u);
}

TEST_F(Watching, AHeadStaysRememberedWhenTheServerTakesNoSignature) {
  server_.takes_ = absl::PermissionDeniedError("not you");
  EXPECT_TRUE(absl::IsPermissionDenied(LookNow()));
  EXPECT_EQ(state_.head, server_.log_.Head(server_.size_));
  EXPECT_EQ(state_.signed_at.value, 0u);
}

TEST_F(Watching, AForkIsProvenToAThirdPerson) {
  CustodyLog other = server_.log_;
  ASSERT_TRUE(LookNow().ok());
  const State before = state_;
  // The same beginning, another end: one entry was replaced, and the log grew on.
  CustodyLog forked({"fay"});
  while (forked.size() <= other.size()) forked.TickAfter(3600);
  server_.log_ = forked;
  server_.size_ = forked.size();
  EXPECT_TRUE(absl::IsDataLoss(LookNow()));
  ASSERT_TRUE(accusation_.has_value());
  EXPECT_EQ(accusation_->kind, "fork");
  EXPECT_EQ(Judged(), Verdict::kProvenFork);
  EXPECT_EQ(state_, before);
  EXPECT_EQ(server_.signed_.size(), 1u) << "nothing more was signed";
}

TEST_F(Watching, TwoHeadsOfOneSizeAreProvenToo) {
  ASSERT_TRUE(LookNow().ok());
  CustodyLog forked({"fay"});
  while (forked.size() < server_.size_) forked.TickAfter(3600);
  server_.log_ = forked;
  EXPECT_TRUE(absl::IsDataLoss(LookNow()));
  ASSERT_TRUE(accusation_.has_value());
  EXPECT_EQ(accusation_->kind, "equivocation");
  EXPECT_EQ(Judged(), Verdict::kProvenEquivocation);
}

TEST_F(Watching, ALogThatGoesBackIsAccusedWithBothHeads) {
  ASSERT_TRUE(LookNow().ok());
  server_.size_ -= 1;
  EXPECT_TRUE(absl::IsDataLoss(LookNow()));
  ASSERT_TRUE(accusation_.has_value());
  EXPECT_EQ(accusation_->kind, "rollback");
  EXPECT_EQ(accusation_->remembered, server_.log_.Note(server_.size_ + 1));
  EXPECT_EQ(accusation_->given, server_.log_.Note(server_.size_));
}

TEST_F(Watching, EveryBitOfAProofCounts) {
  const auto honest = server_.Checkpoint(state_.head.size);
  ASSERT_TRUE(honest.ok());
  ASSERT_FALSE(honest->consistency.empty());
  for (std::size_t hash = 0; hash < honest->consistency.size(); ++hash) {
    for (std::size_t bit = 0; bit < 256; bit += 37) {
      server_.bend_ = [&](client::CheckpointReply& reply) {
        reply.consistency[hash].bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
      };
      EXPECT_TRUE(absl::IsDataLoss(LookNow())) << hash << ", bit " << bit;
      EXPECT_NE(Judged(), Verdict::kProvenFork) << "a garbled proof convicts nobody";
    }
  }
  server_.bend_ = [](client::CheckpointReply& reply) { reply.consistency.pop_back(); };
  EXPECT_TRUE(absl::IsDataLoss(LookNow()));
  EXPECT_TRUE(server_.signed_.empty());
}

TEST_F(Watching, AHeadThatTheLogDidNotSignAccusesNobody) {
  server_.bend_ = [&](client::CheckpointReply& reply) {
    reply.checkpoint = server_.log_.Note(server_.size_, "another key");
  };
  EXPECT_TRUE(absl::IsDataLoss(LookNow()));
  EXPECT_FALSE(accusation_.has_value());
  EXPECT_TRUE(server_.signed_.empty());
}

TEST_F(Watching, ItsStateReadsBackAndNothingElseDoes) {
  ASSERT_TRUE(LookNow().ok());
  const std::string text = FormatState(state_);
  const auto again = ParseState(text);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(*again, state_);
  for (const std::size_t size : {text.size() / 2, text.size() - 3, std::size_t{0}}) {
    EXPECT_TRUE(absl::IsDataLoss(ParseState(text.substr(0, size)).status())) << size;
  }
}

}  // namespace
}  // namespace amparo::witness
