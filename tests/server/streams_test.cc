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
  std::atomic<bool> is_ended = false;
};

TEST(Streams, EndTheOldestOfThoseThatHaveNotSaidWhoseTheyAre) {
  std::array<FakeStream, kOpeningStreamsMax + 2> opened;
  Streams streams({});
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
  Streams streams({});
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
  Streams streams({});
  EXPECT_TRUE(streams.AddOpening(&opening));
  EXPECT_TRUE(streams.Add(StreamKind::kDownload, MemberId::Filled(1), &open));
  streams.Stop();
  EXPECT_TRUE(opening.is_ended);
  EXPECT_TRUE(open.is_ended);
  EXPECT_FALSE(streams.AddOpening(&late));
  EXPECT_FALSE(streams.Add(StreamKind::kWatch, MemberId::Filled(1), &late));
}

}  // namespace
}  // namespace amparo::server::testing
