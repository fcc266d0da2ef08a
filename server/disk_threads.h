// Threads that may wait for the disk, so that those of gRPC never do: gRPC has two for all
// connections, and whoever waits on one of them holds up everybody.
//
// Thread safety: Run from any thread.

#ifndef AMPARO_SERVER_DISK_THREADS_H_
#define AMPARO_SERVER_DISK_THREADS_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace amparo::server {

// As many as find each other in one synced write; more only take turns at the processor.
inline constexpr std::size_t kDiskThreads = 16;

class DiskThreads {
 public:
  DiskThreads();
  // Ends after everything that was given to it has run.
  ~DiskThreads();
  DiskThreads(const DiskThreads&) = delete;

  // Runs `work` soon, in the order of arrival. Waiting work is not bounded here: a stream gives
  // one piece of work at a time, and streams are counted.
  void Run(std::function<void()> work);
  // How many run now.
  std::size_t running() const;

 private:
  void Loop();

  mutable std::mutex mutex_;  // Guards what follows.
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  std::size_t running_ = 0;
  bool ending_ = false;
  std::vector<std::thread> threads_;  // Not guarded: of the constructor and the destructor.
};

}  // namespace amparo::server

#endif  // AMPARO_SERVER_DISK_THREADS_H_
