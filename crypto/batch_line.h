// A stream of batches that pass three steps on the threads of a SealingPool: `enter` and `leave`
// one batch after the other in their order, `work` several at once. What has to see every byte in
// order, as a hash has, stands in the first or the last; ciphers stand in the middle. Several
// batches are under way at once, so that the steps overlap.
//
// Memory: kBatchesInLine buffers of kBatchBytes, taken as they are needed: 2 MiB.
// Thread safety: one thread at a time per object; the steps run on threads of the pool.

#ifndef AMPARO_CRYPTO_BATCH_LINE_H_
#define AMPARO_CRYPTO_BATCH_LINE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "crypto/sealing_pool.h"

namespace amparo {

inline constexpr std::size_t kBatchesInLine = 4;

struct Batch {
  std::uint64_t index = 0;  // Of the batch in its stream.
  std::size_t slot = 0;     // Below kBatchesInLine; no other batch has it at the same time.
  MutableByteView buffer;   // kBatchBytes.
  std::size_t size = 0;     // Bytes that are used; whoever submits and the steps agree on it.
  std::size_t content = 0;  // Of them plaintext that is no padding, as size.
};

class BatchLine {
 public:
  using Step = std::function<absl::Status(Batch&)>;
  struct Steps {
    Step enter;
    Step work;
    Step leave;
  };

  // `pool` has to outlive this object.
  BatchLine(SealingPool& pool, Steps steps);
  // Waits for the steps that run, drops the others, and wipes every buffer.
  ~BatchLine();
  BatchLine(const BatchLine&) = delete;
  BatchLine& operator=(const BatchLine&) = delete;

  // True if one more batch may be submitted.
  bool HasRoom() const;
  // What will be submitted next. REQUIRES: HasRoom().
  Batch& Room();
  void Submit();

  // True if a batch was submitted and not collected.
  bool HasMore() const;
  // True if Collect() would not wait. REQUIRES: HasMore().
  bool IsReady() const;
  // Waits for the oldest of them, which then keeps its place until Release(). An error of a step
  // is that of the oldest batch that it befell; then nothing more can be collected.
  // REQUIRES: HasMore(), and what was collected before is released.
  absl::StatusOr<Batch*> Collect();
  void Release();

 private:
  struct Line;
  const std::shared_ptr<Line> line_;
};

}  // namespace amparo

#endif  // AMPARO_CRYPTO_BATCH_LINE_H_
