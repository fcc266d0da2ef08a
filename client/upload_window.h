// UploadWindow: the newest bytes of an upload, kept so that those which a broken connection
// lost can be sent again. Their source gives each byte once.
//
// Thread safety: one thread at a time.

#ifndef AMPARO_CLIENT_UPLOAD_WINDOW_H_
#define AMPARO_CLIENT_UPLOAD_WINDOW_H_

#include <cstdint>
#include <deque>

#include "crypto/bytes.h"

namespace amparo::client {

class UploadWindow {
 public:
  // The first byte to come is at `offset`. Keeps at least the newest `keep` bytes.
  UploadWindow(std::uint64_t offset, std::size_t keep)
      : start_(offset), end_(offset), keep_(keep) {}

  std::uint64_t start() const { return start_; }
  std::uint64_t end() const { return end_; }
  bool Covers(std::uint64_t offset) const { return offset >= start_ && offset <= end_; }
  void Append(ByteView bytes);
  // Some bytes from `offset` on, valid until the next Append; empty at the end.
  // REQUIRES: Covers(offset).
  ByteView From(std::uint64_t offset) const;

 private:
  struct Piece {
    std::uint64_t offset = 0;
    Bytes bytes;
  };
  std::deque<Piece> pieces_;
  std::uint64_t start_;
  std::uint64_t end_;
  std::size_t keep_;
};

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_UPLOAD_WINDOW_H_
