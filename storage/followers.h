// Followers: who wants to know that a ledger has grown. Used by every ledger.
//
// Thread safety: all methods, from any thread. A listener is called under a lock, so that
// none is running once its token is gone: it must not take or destroy a token itself.

#ifndef AMPARO_STORAGE_FOLLOWERS_H_
#define AMPARO_STORAGE_FOLLOWERS_H_

#include <functional>
#include <memory>

#include "storage/ledger.h"

namespace amparo::storage {

class Followers {
 public:
  Followers();
  // The token may outlive this object.
  std::unique_ptr<Ledger::Follower> Add(std::function<void(TreeSize)> listener);
  // Calls every listener with `size`.
  void Notify(TreeSize size) const;

 private:
  struct List;
  class Token;
  std::shared_ptr<List> list_;
};

}  // namespace amparo::storage

#endif  // AMPARO_STORAGE_FOLLOWERS_H_
