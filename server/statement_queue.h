// What waits for an organisation's writer, fairly: of one carrier only so many statements wait,
// carriers are served in turn, and each may bring so many a day. In memory: a restart forgives.
// Spec: docs/spec/requests.md, "A fair share".
//
// Thread safety: one thread at a time.

#ifndef AMPARO_SERVER_STATEMENT_QUEUE_H_
#define AMPARO_SERVER_STATEMENT_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <utility>

#include "absl/status/status.h"
#include "statement/ids.h"

namespace amparo::server {

inline constexpr std::size_t kQueueStatementsMax = 1024;
inline constexpr std::size_t kQueueStatementsPerCarrierMax = 64;
inline constexpr std::size_t kQueueBytesMax = 64 * 1024 * 1024;
inline constexpr std::uint64_t kStatementsPerDayDefault = 20'000;  // Of one carrier.

template <class Item>
class StatementQueue {
 public:
  // `per_day`: of one carrier, 0: as many as it likes.
  explicit StatementQueue(std::uint64_t per_day) : per_day_(per_day) {}

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  // Takes `item`, of `bytes`, or says why not and leaves it. Zeros as the carrier: the server's
  // own, which has no share and no quota.
  // Named refusals: SERVER_BUSY, QUOTA_REACHED.
  absl::Status Push(const MemberId& carrier, std::size_t bytes, UnixSeconds now, Item&& item);
  // The carrier's next one whose turn it is. REQUIRES: !empty().
  const Item& Front() const { return waiting_.at(turns_.front()).front().item; }
  Item Pop();

 private:
  struct Waiting {
    Item item;
    std::size_t bytes;
  };
  const std::uint64_t per_day_;
  std::map<MemberId, std::deque<Waiting>> waiting_;  // None is empty.
  std::deque<MemberId> turns_;                       // Each of `waiting_` once.
  std::size_t size_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t day_ = 0;
  std::map<MemberId, std::uint64_t> brought_;  // On that day.
};

// The refusals, whatever waits.
absl::Status QueueIsFull(std::size_t waiting);
absl::Status CarrierIsAhead();
absl::Status DayIsFull(std::uint64_t per_day);

template <class Item>
absl::Status StatementQueue<Item>::Push(const MemberId& carrier, std::size_t bytes, UnixSeconds now,
                                        Item&& item) {
  constexpr std::uint64_t kDay_s = 24 * 3600;
  if (size_ >= kQueueStatementsMax || bytes_ + bytes > kQueueBytesMax) return QueueIsFull(size_);
  const auto own = waiting_.find(carrier);
  if (!carrier.is_zero()) {
    if (own != waiting_.end() && own->second.size() >= kQueueStatementsPerCarrierMax) {
      return CarrierIsAhead();
    }
    if (now.value / kDay_s != day_) brought_.clear();
    day_ = now.value / kDay_s;
    if (per_day_ != 0 && brought_[carrier] >= per_day_) return DayIsFull(per_day_);
    ++brought_[carrier];
  }
  if (own == waiting_.end()) turns_.push_back(carrier);
  waiting_[carrier].push_back({.item = std::move(item), .bytes = bytes});
  bytes_ += bytes;
  ++size_;
  return absl::OkStatus();
}

template <class Item>
Item StatementQueue<Item>::Pop() {
  const MemberId carrier = turns_.front();
  turns_.pop_front();
  const auto own = waiting_.find(carrier);
  Waiting first = std::move(own->second.front());
  own->second.pop_front();
  if (own->second.empty()) {
    waiting_.erase(own);
  } else {
    turns_.push_back(carrier);
  }
  bytes_ -= first.bytes;
  --size_;
  return std::move(first.item);
}

}  // namespace amparo::server

#endif  // AMPARO_SERVER_STATEMENT_QUEUE_H_
