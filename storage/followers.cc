#include "storage/followers.h"

#include <map>
#include <mutex>
#include <utility>

namespace amparo::storage {

struct Followers::List {
  std::mutex mutex;  // Guards what follows.
  std::uint64_t next = 0;
  std::map<std::uint64_t, std::function<void(TreeSize)>> listeners;
};

class Followers::Token : public Ledger::Follower {
 public:
  Token(std::shared_ptr<List> list, std::uint64_t number)
      : list_(std::move(list)), number_(number) {}
  ~Token() override {
    const std::lock_guard lock(list_->mutex);
    list_->listeners.erase(number_);
  }

 private:
  const std::shared_ptr<List> list_;
  const std::uint64_t number_;
};

Followers::Followers() : list_(std::make_shared<List>()) {}

std::unique_ptr<Ledger::Follower> Followers::Add(std::function<void(TreeSize)> listener) {
  const std::lock_guard lock(list_->mutex);
  const std::uint64_t number = list_->next++;
  list_->listeners.emplace(number, std::move(listener));
  return std::make_unique<Token>(list_, number);
}

void Followers::Notify(TreeSize size) const {
  const std::lock_guard lock(list_->mutex);
  for (const auto& [number, listener] : list_->listeners) listener(size);
}

}  // namespace amparo::storage
