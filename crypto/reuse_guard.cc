#include "crypto/reuse_guard.h"

#include <cstdio>
#include <cstdlib>
#include <mutex>

#include "absl/container/flat_hash_set.h"
#include "crypto/digest.h"
#include "crypto/secret.h"

namespace amparo {
namespace {

constexpr std::size_t kGenerationSize = 65'536;

class Fingerprints {
 public:
  // False if `value` is remembered.
  bool Add(ByteView value) {
    const Hash mac = HmacSha256(key_.Expose(), {value});
    const auto fingerprint = Fingerprint::From(mac.view().first(Fingerprint::kSize));
    const std::lock_guard lock(mutex_);
    if (older_.contains(*fingerprint) || !newer_.insert(*fingerprint).second) return false;
    if (newer_.size() == kGenerationSize) older_ = std::exchange(newer_, {});
    return true;
  }

 private:
  using Fingerprint = FixedBytes<struct FingerprintTag, 16>;
  const Secret<32> key_ = Secret<32>::Random();
  std::mutex mutex_;  // Guards the two generations: two, so that memory has a bound.
  absl::flat_hash_set<Fingerprint> newer_;
  absl::flat_hash_set<Fingerprint> older_;
};

}  // namespace

void AbortOnReuse(ByteView value) {
  static Fingerprints* const fingerprints = new Fingerprints;  // Outlives every thread.
  if (fingerprints->Add(value)) return;
  std::fputs("amparo: a file key or nonce came twice: the random source is broken\n", stderr);
  std::abort();
}

}  // namespace amparo
