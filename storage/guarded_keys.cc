#include "storage/guarded_keys.h"

#include <algorithm>
#include <cassert>

namespace amparo::storage {

MutableByteView GuardedKeys::At(std::size_t index) {
  return blocks_[index / kKeysPerBlock].ExposeMutable().subspan(index % kKeysPerBlock * kKeyBytes,
                                                                kKeyBytes);
}

void GuardedKeys::Append(ByteView key) {
  assert(key.size() == kKeyBytes);
  if (size_ == blocks_.size() * kKeysPerBlock) blocks_.emplace_back(kKeysPerBlock * kKeyBytes);
  std::ranges::copy(key, At(size_).begin());
  ++size_;
}

ByteView GuardedKeys::Expose(std::size_t index) const {
  assert(index < size_);
  return blocks_[index / kKeysPerBlock].Expose().subspan(index % kKeysPerBlock * kKeyBytes,
                                                         kKeyBytes);
}

void GuardedKeys::Remove(std::size_t index) {
  assert(index < size_);
  const std::size_t last = size_ - 1;
  if (index != last) std::ranges::copy(Expose(last), At(index).begin());
  Wipe(At(last));
  --size_;
}

}  // namespace amparo::storage
