// The stages that a part's payload passes on its way to its file: collected into whole chunks by
// whoever receives, then hashed and opened on a second thread, then hashed again and written on a
// third. Nobody waits for a batch to fill while the others are idle: on a slow link every chunk is
// verified and kept when it has come.
//
// Only client/fetching.cc includes this header. Thread safety: one thread at a time; the sinks run
// on the third.

#ifndef AMPARO_CLIENT_PART_PIPELINE_H_
#define AMPARO_CLIENT_PART_PIPELINE_H_

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "client/fetching.h"
#include "client/platform.h"
#include "client/stage_queue.h"
#include "crypto/digest.h"
#include "crypto/sealed_object.h"

namespace amparo::client {

// DATA_LOSS: "part 0123...: `what`; nothing of it was kept".
absl::Status PartDiffers(const ObjectRef& ref, absl::string_view what);

class PartPipeline {
 public:
  // What is verified is appended to `kept`, which may be null, from `kept_from` on.
  PartPipeline(const PartToFetch& part, const PartSinks& sinks, platform::OutputFile* kept,
               std::uint64_t kept_from);
  PartPipeline(const PartPipeline&) = delete;
  ~PartPipeline();  // Stops what runs.

  // The next bytes of the payload; none: more may take a while. An error is the first of any stage.
  absl::Status Give(ByteView piece);
  // No more comes, though more should: what came is verified and kept as far as it is whole.
  void BreakOff();
  // All came, or DATA_LOSS. Waits for the stages, and judges the whole.
  absl::Status Finish();

 private:
  struct Opened {
    Bytes sealed;
    Bytes plain;
    Opened() = default;
    Opened(Opened&&) = default;
    Opened& operator=(Opened&&) = default;
    ~Opened();  // Wipes.
  };
  // Of what is collected: 16 until the first batch was handed over.
  std::size_t nonce_bytes() const;
  void HandOver(std::size_t bytes);
  void HandOverChunks();
  void RunOpening();
  absl::Status Open(Bytes sealed);
  void RunWriting();
  absl::Status Write(const Opened& batch);
  void Fail(const absl::Status& status);
  absl::Status first_error();
  void Join();

  const PartToFetch& part_;
  const PartSinks& sinks_;
  platform::OutputFile* const kept_;
  const std::uint64_t kept_from_;
  // The receiver's.
  Bytes collected_;
  std::uint64_t taken_ = 0;
  std::uint64_t handed_over_ = 0;
  // The opening stage's.
  std::optional<Opener> opener_;
  Sha256Stream payload_hash_;
  std::uint64_t passed_ = 0;
  // The writing stage's.
  Sha256Stream plaintext_hash_;
  std::uint64_t written_ = 0;  // Of the payload,
  std::uint64_t opened_ = 0;   // of the plaintext with its padding.

  std::mutex mutex_;
  absl::Status error_;  // Guarded by mutex_.
  std::atomic<bool> opening_idle_ = true;
  StageQueue<Bytes> sealed_;
  StageQueue<Opened> plain_;
  std::thread opening_;
  std::thread writing_;
};

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_PART_PIPELINE_H_
