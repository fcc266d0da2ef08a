// A large file goes to the disk while it is still being written, so that the sync at its end
// finds little left to do. Makes nothing durable that is not synced at the end, too.
//
// Thread safety: Wrote from any thread; Settle and the end when nobody writes.

#ifndef AMPARO_CLIENT_PLATFORM_WRITE_BEHIND_H_
#define AMPARO_CLIENT_PLATFORM_WRITE_BEHIND_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>

namespace amparo::client::platform {

class WriteBehind {
 public:
  // `file` stays open as long as this lives.
  explicit WriteBehind(int file) : file_(file) {}
  WriteBehind(const WriteBehind&) = delete;
  ~WriteBehind() { (void)Settle(); }

  // `size` more bytes were written.
  void Wrote(std::size_t size);
  // Nothing is under way afterwards. The errno of the first sync that failed, or 0: the kernel
  // says such an error once, so that the sync at the end would not hear of it.
  int Settle();

 private:
  const int file_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::uint64_t waiting_bytes_ = 0;
  bool is_syncing_ = false;
  int error_ = 0;
  std::thread syncing_;
};

}  // namespace amparo::client::platform

#endif  // AMPARO_CLIENT_PLATFORM_WRITE_BEHIND_H_
