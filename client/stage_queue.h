// A bounded queue between two stages of a transfer, each on its own thread. Either end can stop
// it: then the other one learns so, and nobody waits for ever.
//
// Thread safety: one thread that puts, one that takes; Stop from any.

#ifndef AMPARO_CLIENT_STAGE_QUEUE_H_
#define AMPARO_CLIENT_STAGE_QUEUE_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace amparo::client {

template <class Item>
class StageQueue {
 public:
  // Holds at most `capacity` items.
  explicit StageQueue(std::size_t capacity) : capacity_(capacity) {}

  // Waits for room. False: it was stopped, and the item is gone.
  bool Put(Item item) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return stopped_ || items_.size() < capacity_; });
    if (stopped_) return false;
    items_.push_back(std::move(item));
    changed_.notify_all();
    return true;
  }
  // No more comes.
  void Close() {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  // Waits for an item. Nothing: all were taken and no more comes, or it was stopped.
  std::optional<Item> Take() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return stopped_ || closed_ || !items_.empty(); });
    if (stopped_ || items_.empty()) return std::nullopt;
    Item item = std::move(items_.front());
    items_.pop_front();
    changed_.notify_all();
    return item;
  }
  void Stop() {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
    items_.clear();
    changed_.notify_all();
  }

 private:
  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> items_;
  bool closed_ = false;
  bool stopped_ = false;
};

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_STAGE_QUEUE_H_
