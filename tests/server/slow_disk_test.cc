// A disk that does not answer holds up who waits for it, and nobody else.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>
#include <vector>

#include "server/disk_threads.h"
#include "tests/server/forwarding_store.h"
#include "tests/server/rpc_fixture.h"

namespace amparo::server::testing {
namespace {

constexpr std::uint8_t kStuck = 0x57;  // Objects that begin with it wait for the gate.

// Behind a gate for some objects.
class GatedBlobs final : public ForwardingBlobs {
 public:
  GatedBlobs(storage::BlobStore& blobs, std::shared_future<void> gate)
      : ForwardingBlobs(blobs), gate_(std::move(gate)) {}
  absl::StatusOr<std::optional<storage::BlobState>> Stat(const ObjectId& object) const override {
    if (object.bytes[0] == kStuck) gate_.wait();
    return ForwardingBlobs::Stat(object);
  }

 private:
  const std::shared_future<void> gate_;
};

std::unique_ptr<storage::Store> GatedStore(std::shared_future<void> gate) {
  return std::make_unique<ForwardingStore>([gate = std::move(gate)](storage::BlobStore& blobs) {
    return std::make_unique<GatedBlobs>(blobs, gate);
  });
}

class SlowDiskTest : public RpcTest {
 protected:
  SlowDiskTest() : SlowDiskTest(std::promise<void>()) {}
  // Nobody may wait for it when the server ends.
  ~SlowDiskTest() override { OpenGate(); }
  void OpenGate() {
    if (!std::exchange(is_open_, true)) gate_.set_value();
  }

 private:
  explicit SlowDiskTest(std::promise<void> gate)
      : RpcTest(GatedStore(gate.get_future().share())), gate_(std::move(gate)) {}
  std::promise<void> gate_;
  bool is_open_ = false;
};

// Whether so many run soon.
bool AreRunning(const DiskThreads& threads, std::size_t wanted) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (threads.running() < wanted && std::chrono::steady_clock::now() < end) {
    std::this_thread::yield();
  }
  return threads.running() == wanted;
}

TEST_F(SlowDiskTest, HoldsUpWhoWaitsForItAndNobodyElse) {
  FoundWithCast();
  ASSERT_TRUE(client_->OpenSession(org_, "fay").ok());
  // gRPC has two threads here; five uploads wait for the disk, and one is done beside them.
  std::vector<std::thread> stuck;
  std::atomic<int> done = 0;
  for (std::uint8_t i = 0; i < 5; ++i) {
    stuck.emplace_back([this, i, &done] {
      TestClient client(server_->address(), pem_);
      if (!client.OpenSession(org_, "cleo").ok()) return;
      ObjectId object = ObjectId::Filled(i);
      object.bytes[0] = kStuck;
      v1::UploadReply reply;
      if (client.Upload(object, Bytes(1000, i), 0, 1000, true, &reply).ok()) ++done;
    });
  }
  EXPECT_TRUE(AreRunning(server_->disk(), 5));
  const MadeObject part = ObjectNamed("part", ObjectClass::kPart, 100'000);
  v1::UploadReply stored;
  EXPECT_TRUE(
      client_->Upload(part.ref.object, part.payload, 0, part.payload.size(), true, &stored).ok());
  EXPECT_TRUE(stored.sealed());
  EXPECT_EQ(done, 0);
  OpenGate();
  for (std::thread& thread : stuck) thread.join();
  EXPECT_EQ(done, 5);
}

// A blob that was sealed a moment ago may have to be stored before it is found.
TEST_F(SlowDiskTest, HoldsUpTheStatementThatNamesABlobAndNobodyElse) {
  FoundWithCast();
  ASSERT_TRUE(client_->OpenSession(org_, "fay").ok());
  MadeObject part = ObjectNamed("part", ObjectClass::kPart, 100'000);
  part.ref.object.bytes[0] = kStuck;
  const AppendInput submit = SubmitWith(part);
  std::atomic<int> done = 0;
  std::vector<std::thread> stuck;
  for (int i = 0; i < 5; ++i) {
    stuck.emplace_back([&] {
      TestClient client(server_->address(), pem_);
      v1::AppendReply reply;
      if (!client.OpenSession(org_, "fay").ok()) return;
      if (!client.Append(submit, &reply).ok()) ++done;  // The blob is not there.
    });
  }
  EXPECT_TRUE(AreRunning(server_->disk(), 5));
  const MadeObject other = ObjectNamed("other", ObjectClass::kPart, 100'000);
  v1::UploadReply stored;
  EXPECT_TRUE(
      client_->Upload(other.ref.object, other.payload, 0, other.payload.size(), true, &stored)
          .ok());
  EXPECT_EQ(done, 0);
  OpenGate();
  for (std::thread& thread : stuck) thread.join();
  EXPECT_EQ(done, 5);
}

TEST(DiskThreads, RunEverythingThatTheyWereGiven) {
  std::atomic<int> ran = 0;
  {
    DiskThreads threads;
    std::promise<void> gate;
    const auto opened = gate.get_future().share();
    for (std::size_t i = 0; i < 10 * kDiskThreads; ++i) {
      threads.Run([&ran, opened] {
        opened.wait();
        ++ran;
      });
    }
    EXPECT_TRUE(AreRunning(threads, kDiskThreads));
    EXPECT_EQ(ran, 0);
    gate.set_value();
  }
  EXPECT_EQ(ran, static_cast<int>(10 * kDiskThreads));
}

}  // namespace
}  // namespace amparo::server::testing
