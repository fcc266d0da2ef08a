#include "client/part_uploads.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "statement/ids.h"

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
  while (true) {
    std::size_t mine = 0;
    {
      const std::lock_guard lock(mutex_);
      if (next_ >= parts_.size() || !failed_.ok()) {
        --running_;
        changed_.notify_all();
        return;
      }
      mine = next_++;
    }
    Send(mine);
  }
}

void PartUploads::Send(std::size_t index) {
  const PartToSend& part = parts_[index];
  const UploadRequest request{.object = part.object, .length = part.length, .begun = begun_};
  const auto progress = [&](std::uint64_t received) {
    const std::lock_guard lock(mutex_);
    received_[index] = received;
  };
  const absl::StatusOr<UploadState> state = connection_.Upload(request, *part.source, progress);
  absl::Status status = state.status();
  if (state.ok() && !state->sealed) {
    status = absl::DataLossError(absl::StrCat("the server kept ", state->stored, " of ",
                                              part.length, " bytes of ", ToHex(part.object)));
  }
  const std::lock_guard lock(mutex_);
  if (status.ok()) {
    received_[index] = part.length;
    ++done_;
  } else if (failed_.ok()) {
    failed_ = std::move(status);
  }
  changed_.notify_all();
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
