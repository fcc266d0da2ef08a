// client/platform_write_behind.h on POSIX.

#include <unistd.h>

#include <cerrno>

#include "client/platform_write_behind.h"

namespace amparo::client::platform {
namespace {

constexpr std::uint64_t kStepBytes = std::uint64_t{32} << 20;

}  // namespace

void WriteBehind::Wrote(std::size_t size) {
  const std::lock_guard lock(mutex_);
  waiting_bytes_ += size;
  if (waiting_bytes_ < kStepBytes || is_syncing_) return;
  waiting_bytes_ = 0;
  is_syncing_ = true;
  if (syncing_.joinable()) syncing_.join();
  syncing_ = std::thread([this] {
    const int error = ::fdatasync(file_) == 0 ? 0 : errno;
    const std::lock_guard ended(mutex_);
    if (error_ == 0) error_ = error;
    is_syncing_ = false;
  });
}

int WriteBehind::Settle() {
  if (syncing_.joinable()) syncing_.join();
  const std::lock_guard lock(mutex_);
  return error_;
}

}  // namespace amparo::client::platform
