#include "client/spool.h"

#include <algorithm>
#include <cassert>

namespace amparo::client {

SpooledPart::SpooledPart(platform::SpoolFile& file, std::uint64_t start, std::uint64_t length,
                         const Hash& sha256)
    : file_(file), start_(start), length_(length), written_(length), sha256_(sha256) {}

SpooledPart::SpooledPart(platform::SpoolFile& file, std::uint64_t start, std::uint64_t length)
    : file_(file), start_(start), length_(length) {}

absl::Status SpooledPart::Append(ByteView sealed) {
  assert(sealed.size() <= length_ - written_);
  // Only the writer changes `written_`, so it may be read here without the lock.
  if (absl::Status s = file_.WriteAt(start_ + written_, sealed); !s.ok()) {
    Fail(s);
    return s;
  }
  const std::lock_guard lock(mutex_);
  written_ += sealed.size();
  grown_.notify_all();
  return absl::OkStatus();
}

void SpooledPart::Finish(const Hash& sha256) {
  const std::lock_guard lock(mutex_);
  assert(written_ == length_);
  sha256_ = sha256;
  grown_.notify_all();
}

void SpooledPart::Fail(const absl::Status& why) {
  const std::lock_guard lock(mutex_);
  if (failed_.ok()) failed_ = why;
  grown_.notify_all();
}

absl::StatusOr<std::size_t> SpooledPart::ReadAt(std::uint64_t offset, MutableByteView out) {
  if (offset >= length_) return std::size_t{0};
  const auto wanted =
      static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), length_ - offset));
  {
    std::unique_lock lock(mutex_);
    grown_.wait(lock, [&] { return written_ >= offset + wanted || !failed_.ok(); });
    if (!failed_.ok()) return failed_;
  }
  auto got = file_.ReadAt(start_ + offset, out.first(wanted));
  if (got.ok() && *got != wanted) {
    return absl::DataLossError("the spool of sealed bytes is shorter than it was");
  }
  return got;
}

absl::StatusOr<Hash> SpooledPart::Sha256() {
  std::unique_lock lock(mutex_);
  grown_.wait(lock, [&] { return sha256_.has_value() || !failed_.ok(); });
  if (!failed_.ok()) return failed_;
  return *sha256_;
}

}  // namespace amparo::client
