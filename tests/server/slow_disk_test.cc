// A disk that does not answer holds up who waits for it, and nobody else.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>
#include <vector>

#include "server/disk_threads.h"
#include "tests/server/rpc_fixture.h"

namespace amparo::server::testing {
namespace {

constexpr std::uint8_t kStuck = 0x57;  // Objects that begin with it wait for the gate.

// Everything the store in memory has, behind a gate for some objects.
class GatedBlobs final : public storage::BlobStore {
 public:
  GatedBlobs(storage::BlobStore& blobs, std::shared_future<void> gate)
      : blobs_(blobs), gate_(std::move(gate)) {}
  absl::StatusOr<std::unique_ptr<storage::BlobWriter>> BeginWrite(const ObjectId& object,
                                                                  std::uint64_t length,
                                                                  UnixSeconds now) override {
    return blobs_.BeginWrite(object, length, now);
  }
  absl::StatusOr<std::optional<storage::BlobState>> Stat(const ObjectId& object) const override {
    if (object.bytes[0] == kStuck) gate_.wait();
    return blobs_.Stat(object);
  }
  absl::StatusOr<Bytes> Read(const ObjectId& object, std::uint64_t offset,
                             std::size_t length) const override {
    return blobs_.Read(object, offset, length);
  }
  absl::Status Erase(const ObjectId& object) override { return blobs_.Erase(object); }
  absl::StatusOr<std::vector<ObjectId>> ChangedBefore(
      UnixSeconds before, std::size_t limit, std::optional<ObjectId> after) const override {
    return blobs_.ChangedBefore(before, limit, after);
  }
  absl::Status PutPieces(std::span<const storage::PieceWrite> pieces) override {
    return blobs_.PutPieces(pieces);
  }
  absl::StatusOr<std::optional<Bytes>> GetPiece(ByteView key) const override {
    return blobs_.GetPiece(key);
  }
  absl::Status ErasePieces(std::span<const Bytes> keys) override {
    return blobs_.ErasePieces(keys);
  }

 private:
  storage::BlobStore& blobs_;
  const std::shared_future<void> gate_;
};

class GatedStore final : public storage::Store {
 public:
  explicit GatedStore(std::shared_future<void> gate) : gate_(std::move(gate)) {}
  absl::StatusOr<storage::OrgStorage> Open(const OrgId& org) override {
    auto storage = store_->Open(org);
    if (!storage.ok()) return storage;
    gated_.push_back(std::make_unique<GatedBlobs>(*storage->blobs, gate_));
    storage->blobs = gated_.back().get();
    return storage;
  }
  absl::StatusOr<std::vector<OrgId>> List() const override { return store_->List(); }
  absl::Status PutSetting(ByteView key, ByteView value) override {
    return store_->PutSetting(key, value);
  }
  absl::StatusOr<std::optional<Bytes>> GetSetting(ByteView key) const override {
    return store_->GetSetting(key);
  }
  absl::Status EraseSetting(ByteView key) override { return store_->EraseSetting(key); }

 private:
  const std::shared_future<void> gate_;
  const std::unique_ptr<storage::Store> store_ = storage::OpenMemoryStore();
  std::vector<std::unique_ptr<GatedBlobs>> gated_;
};

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
      : RpcTest(std::make_unique<GatedStore>(gate.get_future().share())), gate_(std::move(gate)) {}
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
