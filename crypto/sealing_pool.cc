#include "crypto/sealing_pool.h"

#include <cassert>
#include <utility>

namespace amparo {

SealingPool::SealingPool(int threads) {
  assert(threads > 0);
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
}

SealingPool::~SealingPool() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void SealingPool::Run(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(work));
  }
  changed_.notify_one();
}

void SealingPool::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return ending_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    std::function<void()> work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    work();
    work = nullptr;  // What it holds goes before anybody may wait for the lock.
    lock.lock();
  }
}

BatchBuffer SealingPool::TakeBuffer() {
  {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      BatchBuffer buffer = std::move(free_.back());
      free_.pop_back();
      return buffer;
    }
  }
  return std::make_unique_for_overwrite<std::uint8_t[]>(kBatchBytes);
}

void SealingPool::ReturnBuffer(BatchBuffer buffer) {
  const std::lock_guard lock(mutex_);
  if (free_.size() < kFreeBuffersMax) free_.push_back(std::move(buffer));
}

}  // namespace amparo
