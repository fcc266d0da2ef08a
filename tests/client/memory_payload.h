// A payload in memory, for tests of uploads.
// Thread safety: ReadAt and Sha256, from any thread.

#ifndef AMPARO_TESTS_CLIENT_MEMORY_PAYLOAD_H_
#define AMPARO_TESTS_CLIENT_MEMORY_PAYLOAD_H_

#include <algorithm>
#include <limits>
#include <utility>

#include "client/connection.h"
#include "crypto/digest.h"

namespace amparo::testing {

class MemoryPayload final : public client::PayloadSource {
 public:
  explicit MemoryPayload(Bytes bytes) : bytes_(std::move(bytes)) {}

  // Reading this byte or a later one fails.
  std::uint64_t fail_from = std::numeric_limits<std::uint64_t>::max();

  absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, MutableByteView out) override {
    if (offset >= fail_from) return absl::DataLossError("the file changed");
    const std::uint64_t end = std::min<std::uint64_t>({bytes_.size(), fail_from});
    if (offset >= end) return 0;
    const std::size_t taken = std::min<std::size_t>(out.size(), end - offset);
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), taken, out.begin());
    return taken;
  }
  absl::StatusOr<Hash> Sha256() override { return amparo::Sha256(bytes_); }

 private:
  const Bytes bytes_;
};

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_CLIENT_MEMORY_PAYLOAD_H_
