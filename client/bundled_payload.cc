#include "client/bundled_payload.h"

#include <algorithm>
#include <cassert>

#include "client/refused.h"
#include "crypto/digest.h"

namespace amparo::client {

BundledPayload::BundledPayload(const BundleReader& file, const BundleSection& section,
                               const ItemPart& part)
    : file_(file), section_(section), part_(part) {}

absl::Status BundledPayload::Read(std::uint64_t number) {
  const std::uint64_t at = number * kBundledPieceBytes;
  piece_.resize(
      static_cast<std::size_t>(std::min<std::uint64_t>(kBundledPieceBytes, part_.length - at)));
  number_ = number;
  absl::Status s = file_.ReadAt(section_, part_.start + at, piece_);
  if (!s.ok()) piece_ = {};
  return s;
}

absl::Status BundledPayload::Check() {
  assert(checked_.empty());
  Sha256Stream hash;
  for (std::uint64_t number = 0; number * kBundledPieceBytes < part_.length; ++number) {
    if (absl::Status s = Read(number); !s.ok()) return s;
    hash.Update(piece_);
    checked_.push_back(amparo::Sha256(piece_));
  }
  piece_ = {};
  if (hash.Finish() == part_.sha256) return absl::OkStatus();
  return Refused(absl::StatusCode::kFailedPrecondition, "BUNDLE_CONTRADICTS",
                 "a payload's bytes are not those that its statement names");
}

absl::StatusOr<std::size_t> BundledPayload::ReadAt(std::uint64_t offset, MutableByteView out) {
  std::size_t filled = 0;
  // Where to go on is the server's word, and may be behind the end.
  while (filled < out.size() && offset < part_.length) {
    const std::uint64_t number = offset / kBundledPieceBytes;
    if (piece_.empty() || number != number_) {
      if (absl::Status s = Read(number); !s.ok()) return s;
      if (amparo::Sha256(piece_) != checked_.at(static_cast<std::size_t>(number))) {
        piece_ = {};
        return Refused(absl::StatusCode::kDataLoss, "BUNDLE_DAMAGED",
                       "the bundle changed while it was sent on");
      }
    }
    const ByteView rest =
        ByteView(piece_).subspan(static_cast<std::size_t>(offset % kBundledPieceBytes));
    const std::size_t size = std::min(rest.size(), out.size() - filled);
    std::ranges::copy(rest.first(size), out.begin() + static_cast<std::ptrdiff_t>(filled));
    filled += size;
    offset += size;
  }
  // An act has many payloads, and few of them are being sent.
  if (offset >= part_.length) piece_ = {};
  return filled;
}

}  // namespace amparo::client
