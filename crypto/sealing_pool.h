// The threads and the buffers with which payloads are sealed and opened in bulk: made by whoever
// seals, handed down, and gone with it. See crypto/payload_sealer.h and crypto/payload_opener.h.
//
// Threads run from the constructor to the destructor and sleep while nothing is to do. A process
// that forks may have no pool at that moment.
//
// Thread safety: any thread, but for the destructor.

#ifndef AMPARO_CRYPTO_SEALING_POOL_H_
#define AMPARO_CRYPTO_SEALING_POOL_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "crypto/sealed_object.h"

namespace amparo {

// A stream is worked on in batches of so many chunks; a batch on its way takes one buffer.
inline constexpr std::size_t kBatchChunks = 8;
inline constexpr std::size_t kBatchBytes = kPayloadNonceSize + kBatchChunks * kSealedChunkSize;

// kBatchBytes, not filled with anything.
using BatchBuffer = std::unique_ptr<std::uint8_t[]>;

class SealingPool {
 public:
  static constexpr int kThreadsDefault = 2;
  // What is kept of free buffers: 4 MiB.
  static constexpr std::size_t kFreeBuffersMax = 8;

  explicit SealingPool(int threads = kThreadsDefault);
  // Runs what was given, then ends the threads.
  ~SealingPool();
  SealingPool(const SealingPool&) = delete;
  SealingPool& operator=(const SealingPool&) = delete;

  // Runs `work` on one of the threads, first given first begun. REQUIRES: `work` waits for no other
  // work, and does not throw.
  void Run(std::function<void()> work);

  BatchBuffer TakeBuffer();
  // REQUIRES: no plaintext is in it.
  void ReturnBuffer(BatchBuffer buffer);

 private:
  void Work();

  std::mutex mutex_;  // Guards what follows, but for the threads.
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  std::vector<BatchBuffer> free_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace amparo

#endif  // AMPARO_CRYPTO_SEALING_POOL_H_
