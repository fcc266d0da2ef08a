#include "server/disk_threads.h"

#include <utility>

namespace amparo::server {

DiskThreads::DiskThreads() {
  for (std::size_t i = 0; i < kDiskThreads; ++i) threads_.emplace_back([this] { Loop(); });
}

DiskThreads::~DiskThreads() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void DiskThreads::Run(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(work));
  }
  changed_.notify_one();
}

std::size_t DiskThreads::running() const {
  const std::lock_guard lock(mutex_);
  return running_;
}

void DiskThreads::Loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return ending_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const std::function<void()> work = std::move(waiting_.front());
    waiting_.pop_front();
    ++running_;
    lock.unlock();
    work();
    lock.lock();
    --running_;
  }
}

}  // namespace amparo::server
