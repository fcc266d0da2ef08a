#include "client/part_uploads.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <utility>

namespace amparo::client {
namespace {

// Enough to hide a round trip and the server's disk behind one another; a server takes eight
// uploads of one member.
constexpr std::size_t kAtOnce = 4;
constexpr std::chrono::milliseconds kTellEvery{200};

}  // namespace

PartUploads::PartUploads(Connection& connection, std::vector<PartToSend> parts, bool begun)
    : connection_(connection),
      parts_(std::move(parts)),
      begun_(begun),
      received_(parts_.size(), 0),
      running_(std::min(kAtOnce, parts_.size())) {
  for (std::size_t i = running_; i > 0; --i) {
    threads_.emplace_back([this] { Run(); });
  }
}

PartUploads::~PartUploads() {
  {
    const std::lock_guard lock(mutex_);
    next_ = parts_.size();
  }
  for (std::thread& thread : threads_) thread.join();
}

void PartUploads::Run() {
  absl::Status status = connection_.UploadAll([this] { return Next(); });
  const std::lock_guard lock(mutex_);
  if (failed_.ok()) failed_ = std::move(status);
  --running_;
  changed_.notify_all();
}

std::optional<PlannedUpload> PartUploads::Next() {
  const std::lock_guard lock(mutex_);
  if (next_ >= parts_.size() || !failed_.ok()) return std::nullopt;
  const std::size_t index = next_++;
  const PartToSend& part = parts_[index];
  return PlannedUpload{.request = {.object = part.object, .length = part.length, .begun = begun_},
                       .source = part.source,
                       .progress = [this, index](std::uint64_t received) {
                         const std::lock_guard progress_lock(mutex_);
                         received_[index] = received;
                       }};
}

std::uint64_t PartUploads::Sent() const {
  return std::accumulate(received_.begin(), received_.end(), std::uint64_t{0});
}

absl::Status PartUploads::Wait(const std::function<void(std::uint64_t)>& sent) {
  std::unique_lock lock(mutex_);
  std::uint64_t told = 0;
  while (running_ > 0) {
    changed_.wait_for(lock, kTellEvery);
    const std::uint64_t now = Sent();
    if (now == told || !sent) continue;
    told = now;
    lock.unlock();
    sent(now);
    lock.lock();
  }
  const absl::Status outcome = failed_;
  const std::uint64_t all = Sent();
  lock.unlock();
  if (sent && outcome.ok()) sent(all);
  return outcome;
}

}  // namespace amparo::client
