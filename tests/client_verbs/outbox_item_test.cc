// Items of the outbox as docs/spec/outbox.md lays them out, and what a failure means for them.

#include "client/outbox_item.h"

#include <gtest/gtest.h>

#include "client/sending_item.h"

namespace amparo::client {
namespace {

OutboxItem Refused() {
  OutboxItem item;
  item.number = 7;
  item.state = ItemState::kRefused;
  item.made_at = UnixSeconds{1'795'900'000};
  item.kind = Kind::kSubmit;
  item.subject = SubjectId::Filled(3);
  item.about = "heron-river-48/4";
  item.files = 2;
  item.bytes = 131'136;
  item.statement = Bytes(300, 1);
  item.events = {"DocumentSubmitted"};
  item.grants = {
      {.object = ObjectId::Filled(4), .grantee = MemberId::Filled(5), .grant = Bytes(168, 2)}};
  item.objects = {{.object = ObjectId::Filled(4), .payload = Bytes(2080, 3)}};
  item.parts = {{.object = ObjectId::Filled(6),
                 .start = 65'568,
                 .length = 65'568,
                 .sha256 = Hash::Filled(9)}};
  item.appended = true;
  item.code = absl::StatusCode::kAborted;
  item.reason = "STALE";
  item.message = "somebody was faster";
  return item;
}

TEST(OutboxItem, ComesBackAsItWent) {
  const OutboxItem item = Refused();
  const auto decoded = DecodeItem(EncodeItem(item));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(EncodeItem(*decoded), EncodeItem(item));
  EXPECT_EQ(decoded->parts, item.parts);
  EXPECT_EQ(decoded->state, ItemState::kRefused);
  EXPECT_EQ(DetailOf(RefusalOf(*decoded))->reason, "STALE");
}

TEST(OutboxItem, IsRefusedWhereverItIsCutShortAndWithBytesBehindIt) {
  Bytes bytes = EncodeItem(Refused());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_TRUE(absl::IsDataLoss(DecodeItem(ByteView(bytes).first(size)).status())) << size;
  }
  bytes.push_back(0);
  EXPECT_TRUE(absl::IsDataLoss(DecodeItem(bytes).status()));
}

// A message of the server's that it is busy, or that it ends a stream, must never look like a no.
TEST(VerdictOf, NeverTakesAMissingLinkOrAFullServerForARefusal) {
  EXPECT_EQ(VerdictOf(absl::UnavailableError("")), Verdict::kNoLink);
  EXPECT_EQ(VerdictOf(absl::DeadlineExceededError("")), Verdict::kNoLink);
  EXPECT_EQ(VerdictOf(absl::UnauthenticatedError("")), Verdict::kNoLink);
  EXPECT_EQ(VerdictOf(absl::ResourceExhaustedError("")), Verdict::kLater);
  EXPECT_EQ(VerdictOf(absl::CancelledError("")), Verdict::kLater);
  EXPECT_EQ(VerdictOf(absl::InternalError("")), Verdict::kLater);
  EXPECT_EQ(VerdictOf(absl::DataLossError("")), Verdict::kAlarm);
  EXPECT_EQ(VerdictOf(absl::AbortedError("")), Verdict::kRefused);
  EXPECT_EQ(VerdictOf(absl::PermissionDeniedError("")), Verdict::kRefused);
  absl::Status stands = absl::FailedPreconditionError("");
  AttachDetail(stands, {.reason = "ALARM_STANDS", .head = {}, .next_number = 0});
  EXPECT_EQ(VerdictOf(stands), Verdict::kAlarm);
}

}  // namespace
}  // namespace amparo::client
