// Links that break: what was sent is not sent again, and nothing is done twice.

#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <vector>

#include "statement/invitation.h"
#include "tests/client/cutting_relay.h"
#include "tests/client/live_server.h"
#include "tests/client/memory_payload.h"
#include "tests/client/sole_registrar.h"
#include "tests/client_verbs/scratch_directory.h"

namespace amparo::client {
namespace {

using amparo::testing::CuttingRelay;
using amparo::testing::MemoryPayload;

class BadLinkTest : public ::testing::Test {
 protected:
  BadLinkTest()
      : server_(scratch_.At("server")), registrar_(*ParseFoundingToken(server_.Token())) {}

  // A connection over `relay`, as ria, once the organisation stands.
  std::unique_ptr<Connection> ConnectOver(const CuttingRelay& relay) {
    auto direct = ConnectGrpc(server_.endpoint());
    EXPECT_TRUE(direct.ok()) << direct.status();
    const absl::Status founded = registrar_.Found(**direct);
    EXPECT_TRUE(founded.ok()) << founded;
    Endpoint endpoint = server_.endpoint();
    endpoint.address = relay.address();
    auto connection = ConnectGrpc(endpoint);
    EXPECT_TRUE(connection.ok()) << connection.status();
    registrar_.OpenSessionOver(**connection);
    return *std::move(connection);
  }

  amparo::testing::ScratchDirectory scratch_;
  amparo::testing::LiveServer server_;
  const amparo::testing::SoleRegistrar registrar_;
};

TEST_F(BadLinkTest, AnUploadGoesOnWhereTheConnectionBroke) {
  // Together less than the blob, so that each cut comes, however little is sent twice.
  CuttingRelay relay(server_.endpoint().address, {700'000, 3'000'000, 20'000, 5'000'000});
  const auto connection = ConnectOver(relay);
  Bytes blob(12 * 1024 * 1024);
  for (std::size_t i = 0; i < blob.size(); ++i) blob[i] = static_cast<std::uint8_t>(i * i >> 7);
  MemoryPayload source(blob);
  std::uint64_t received = 0;
  const auto state = connection->Upload({.object = RandomId<ObjectId>(), .length = blob.size()},
                                        source, [&](std::uint64_t bytes) { received = bytes; });
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_TRUE(state->sealed);
  EXPECT_EQ(state->stored, blob.size());
  EXPECT_EQ(received, blob.size());
  EXPECT_GE(relay.connections(), 5u) << "four were cut";
}

TEST_F(BadLinkTest, ManyBlobsOverOneStreamAllArrive) {
  // Together less than the blobs, so that each cut comes, however little is sent twice.
  CuttingRelay relay(server_.endpoint().address, {900'000, 1'500'000, 20'000, 2'500'000});
  const auto connection = ConnectOver(relay);
  constexpr std::size_t kBlobs = 30;
  constexpr std::uint64_t kLength = 300'000;
  std::deque<MemoryPayload> sources;
  std::vector<ObjectId> objects;
  std::vector<std::uint64_t> received(kBlobs);
  const absl::Status status = connection->UploadAll([&]() -> std::optional<PlannedUpload> {
    const std::size_t blob = objects.size();
    if (blob == kBlobs) return std::nullopt;
    objects.push_back(RandomId<ObjectId>());
    sources.emplace_back(Bytes(kLength, static_cast<std::uint8_t>(blob)));
    return PlannedUpload{.request = {.object = objects.back(), .length = kLength},
                         .source = &sources.back(),
                         .progress = [&, blob](std::uint64_t bytes) {
                           EXPECT_GE(bytes, received[blob]) << "of blob " << blob;
                           received[blob] = bytes;
                         }};
  });
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_GE(relay.connections(), 5u) << "four were cut";
  for (std::size_t blob = 0; blob < kBlobs; ++blob) {
    const auto state = connection->StatUpload(objects[blob], kLength);
    ASSERT_TRUE(state.ok()) << state.status();
    EXPECT_TRUE(state->sealed) << "blob " << blob;
    EXPECT_EQ(received[blob], kLength) << "blob " << blob;
  }
}

TEST_F(BadLinkTest, AnUploadThatFailsOnThisSideSealsNothing) {
  CuttingRelay relay(server_.endpoint().address, {});
  const auto connection = ConnectOver(relay);
  const ObjectId object = RandomId<ObjectId>();
  MemoryPayload source(Bytes(1'000'000, 7));
  source.fail_from = 200'000;
  EXPECT_EQ(
      connection->Upload({.object = object, .length = 1'000'000}, source, nullptr).status().code(),
      absl::StatusCode::kDataLoss);
  const auto state = connection->StatUpload(object, 1'000'000);
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_FALSE(state->sealed);
  EXPECT_EQ(state->stored, 200'000u) << "what was sent is kept for the next attempt";
}

TEST_F(BadLinkTest, AReadIsAskedForAgain) {
  CuttingRelay relay(server_.endpoint().address, {});
  const auto connection = ConnectOver(relay);
  ASSERT_TRUE(connection->Sync(Position{0}, 10).ok());
  server_.PassSessionTime(1000);
  const auto reply = connection->Sync(Position{0}, 10);
  EXPECT_TRUE(reply.ok()) << "the session is opened again: " << reply.status();
}

TEST_F(BadLinkTest, WatchEndsWhenItsCallerHasSeenEnough) {
  CuttingRelay relay(server_.endpoint().address, {});
  const auto connection = ConnectOver(relay);
  std::vector<std::uint64_t> sizes;
  const absl::Status status = connection->Watch(TreeSize{0}, [&](TreeSize size) {
    sizes.push_back(size.value);
    return false;
  });
  EXPECT_TRUE(status.ok()) << status;
  ASSERT_EQ(sizes.size(), 1u);
  EXPECT_GE(sizes[0], 1u);
}

}  // namespace
}  // namespace amparo::client
