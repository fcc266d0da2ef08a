// Which streams are kept, and which are ended from outside.

#include "server/streams.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>

namespace amparo::server::testing {
namespace {

class FakeStream : public Stream {
 public:
  void OnSecond() override {}
  void OnStop() override { is_ended = true; }
  void OnGiveWay() override { gave_way = true; }
  std::atomic<bool> is_ended = false;
  std::atomic<bool> gave_way = false;
};

UnixSeconds Never() { return UnixSeconds{0}; }

TEST(Streams, EndTheOldestOfThoseThatHaveNotSaidWhoseTheyAre) {
  std::array<FakeStream, kOpeningStreamsMax + 2> opened;
  Streams streams({}, Never);
  for (std::size_t i = 0; i < kOpeningStreamsMax; ++i) EXPECT_TRUE(streams.AddOpening(&opened[i]));
  EXPECT_FALSE(opened[0].is_ended);
  EXPECT_TRUE(streams.AddOpening(&opened[kOpeningStreamsMax]));
  EXPECT_TRUE(opened[0].is_ended);
  EXPECT_FALSE(opened[1].is_ended);
  // One that has said it is counted with its member's, and makes room.
  EXPECT_TRUE(streams.Add(StreamKind::kUpload, MemberId::Filled(1), &opened[1]));
  EXPECT_TRUE(streams.AddOpening(&opened[kOpeningStreamsMax + 1]));
  EXPECT_FALSE(opened[1].is_ended);
  EXPECT_FALSE(opened[2].is_ended);
  for (FakeStream& stream : opened) streams.Remove(&stream);
}

TEST(Streams, KeepAMembersNumberOfEachKind) {
  std::array<FakeStream, kStreamsPerMemberMax + 1> opened;
  Streams streams({}, Never);
  for (FakeStream& stream : opened) {
    const bool is_last = &stream == &opened.back();
    EXPECT_EQ(streams.Add(StreamKind::kUpload, MemberId::Filled(1), &stream), !is_last);
  }
  EXPECT_TRUE(streams.Add(StreamKind::kUpload, MemberId::Filled(2), &opened.back()));
  for (FakeStream& stream : opened) streams.Remove(&stream);
}

TEST(Streams, EndWithTheServerAndBeginNoMore) {
  FakeStream open;
  FakeStream opening;
  FakeStream late;
  Streams streams({}, Never);
  EXPECT_TRUE(streams.AddOpening(&opening));
  EXPECT_TRUE(streams.Add(StreamKind::kDownload, MemberId::Filled(1), &open));
  streams.Stop();
  EXPECT_TRUE(opening.is_ended);
  EXPECT_TRUE(open.is_ended);
  EXPECT_FALSE(streams.AddOpening(&late));
  EXPECT_FALSE(streams.Add(StreamKind::kWatch, MemberId::Filled(1), &late));
}

MemberId Member(std::size_t number) { return MemberId::Filled(static_cast<std::uint8_t>(number)); }

// One member with two devices must not keep everybody else out.
TEST(Streams, OfWhoHasMostGiveWayToAMemberWhoHasFewer) {
  std::array<FakeStream, 6> opened;
  Streams streams({.watches = 1, .uploads = 4, .downloads = 1}, Never);
  EXPECT_TRUE(streams.Add(StreamKind::kUpload, Member(1), &opened[0]));
  for (std::size_t i = 1; i < 4; ++i) {
    EXPECT_TRUE(streams.Add(StreamKind::kUpload, Member(2), &opened[i]));
  }
  EXPECT_TRUE(streams.Add(StreamKind::kUpload, Member(3), &opened[4]));
  EXPECT_TRUE(opened[3].gave_way) << "the newest of the three";
  EXPECT_FALSE(opened[0].gave_way || opened[1].gave_way || opened[2].gave_way);
  // With one each and two of member 2, who has one already would only change places.
  EXPECT_FALSE(streams.Add(StreamKind::kUpload, Member(1), &opened[5]));
  EXPECT_FALSE(opened[2].gave_way);
  EXPECT_TRUE(streams.Add(StreamKind::kUpload, Member(4), &opened[5]));
  EXPECT_TRUE(opened[2].gave_way);
  for (FakeStream& stream : opened) streams.Remove(&stream);
}

TEST(Streams, GiveWayByAgeWhereEverybodyHasOne) {
  std::atomic<std::uint64_t> now = 100;
  std::array<FakeStream, 4> opened;
  Streams streams({.watches = 1, .uploads = 1, .downloads = 2},
                  [&] { return UnixSeconds{now.load()}; });
  EXPECT_TRUE(streams.Add(StreamKind::kUpload, Member(9), &opened[3]));  // Of another kind.
  EXPECT_TRUE(streams.Add(StreamKind::kDownload, Member(1), &opened[0]));
  now += 1;
  EXPECT_TRUE(streams.Add(StreamKind::kDownload, Member(2), &opened[1]));
  now = 100 + kStreamPlace_s - 1;
  EXPECT_FALSE(streams.Add(StreamKind::kDownload, Member(3), &opened[2]));
  EXPECT_FALSE(opened[0].gave_way);
  now = 100 + kStreamPlace_s;
  EXPECT_FALSE(streams.Add(StreamKind::kDownload, Member(2), &opened[2])) << "has one itself";
  EXPECT_TRUE(streams.Add(StreamKind::kDownload, Member(3), &opened[2]));
  EXPECT_TRUE(opened[0].gave_way);
  EXPECT_FALSE(opened[1].gave_way || opened[3].gave_way);
  for (FakeStream& stream : opened) streams.Remove(&stream);
}

}  // namespace
}  // namespace amparo::server::testing
