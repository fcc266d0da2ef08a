// GuardedKeys: many 32-byte keys in guarded memory, by index. A guarded page per key would
// use up the mappings a process may have at some 16,000 cases, so 1,024 keys share a block.
//
// Thread safety: values; a const object may be read from several threads.

#ifndef AMPARO_STORAGE_GUARDED_KEYS_H_
#define AMPARO_STORAGE_GUARDED_KEYS_H_

#include <cstddef>
#include <vector>

#include "crypto/secret.h"

namespace amparo::storage {

class GuardedKeys {
 public:
  static constexpr std::size_t kKeyBytes = 32;
  std::size_t size() const { return size_; }
  // REQUIRES: key.size() == kKeyBytes.
  void Append(ByteView key);
  // REQUIRES: index < size().
  ByteView Expose(std::size_t index) const;
  // Wipes the key at `index`; the last key takes its place. REQUIRES: index < size().
  void Remove(std::size_t index);

 private:
  static constexpr std::size_t kKeysPerBlock = 1024;
  MutableByteView At(std::size_t index);

  std::vector<SecretBuffer> blocks_;
  std::size_t size_ = 0;
};

}  // namespace amparo::storage

#endif  // AMPARO_STORAGE_GUARDED_KEYS_H_
