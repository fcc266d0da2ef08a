#include "client/upload_window.h"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace amparo::client {

void UploadWindow::Append(ByteView bytes) {
  if (bytes.empty()) return;
  pieces_.push_back({.offset = end_, .bytes = Bytes(bytes.begin(), bytes.end())});
  end_ += bytes.size();
  while (end_ - start_ - pieces_.front().bytes.size() >= keep_) {
    start_ += pieces_.front().bytes.size();
    pieces_.pop_front();
  }
}

ByteView UploadWindow::From(std::uint64_t offset) const {
  assert(Covers(offset));
  if (offset == end_) return {};
  const auto after =
      std::upper_bound(pieces_.begin(), pieces_.end(), offset,
                       [](std::uint64_t at, const Piece& piece) { return at < piece.offset; });
  const Piece& piece = *std::prev(after);
  return ByteView(piece.bytes).subspan(static_cast<std::size_t>(offset - piece.offset));
}

}  // namespace amparo::client
