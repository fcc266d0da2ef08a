// A spool: the sealed parts of one item of the outbox, one after the other in one file, which is
// read for sending while it is still written. It holds nothing that is not sealed, and nothing
// that opens it. Spec: docs/spec/outbox.md, "The spool".
//
// Thread safety: one thread writes a part, any others read it.

#ifndef AMPARO_CLIENT_SPOOL_H_
#define AMPARO_CLIENT_SPOOL_H_

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/connection.h"
#include "client/platform_spool.h"
#include "crypto/bytes.h"
#include "statement/ids.h"

namespace amparo::client {

// One part: `length` bytes of the spool from `start` on.
class SpooledPart final : public PayloadSource {
 public:
  // A part that is whole already.
  SpooledPart(platform::SpoolFile& file, std::uint64_t start, std::uint64_t length,
              const Hash& sha256);
  // A part to be written. `file` is borrowed.
  SpooledPart(platform::SpoolFile& file, std::uint64_t start, std::uint64_t length);

  std::uint64_t length() const { return length_; }

  // ---- For whoever writes it: Append until it is whole, then Finish; or Fail ----
  // REQUIRES: not beyond length().
  absl::Status Append(ByteView sealed);
  void Finish(const Hash& sha256);
  // Readers get `why` instead of what is not there yet.
  void Fail(const absl::Status& why);

  // ---- For whoever sends it ----
  absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, MutableByteView out) override;
  absl::StatusOr<Hash> Sha256() override;

 private:
  platform::SpoolFile& file_;
  const std::uint64_t start_;
  const std::uint64_t length_;
  std::mutex mutex_;  // Guards what follows.
  std::condition_variable grown_;
  std::uint64_t written_ = 0;
  std::optional<Hash> sha256_;
  absl::Status failed_;
};

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_SPOOL_H_
