// Sending the parts of an item over one connection: a few streams side by side, each with one part
// after the other, from where the server has it. Spec: docs/spec/outbox.md, "Sending".
//
// Thread safety: one thread at a time.

#ifndef AMPARO_CLIENT_PART_UPLOADS_H_
#define AMPARO_CLIENT_PART_UPLOADS_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "client/connection.h"

namespace amparo::client {

struct PartToSend {
  ObjectId object;
  std::uint64_t length = 0;
  PayloadSource* source = nullptr;  // Borrowed.
};

class PartUploads {
 public:
  // Starts. `begun`: the server may have some of them. All borrowed, until this is gone.
  PartUploads(Connection& connection, std::vector<PartToSend> parts, bool begun);
  // Waits for what is under way; begins no further part. Whoever cannot wait fails the sources.
  ~PartUploads();
  PartUploads(const PartUploads&) = delete;
  PartUploads& operator=(const PartUploads&) = delete;

  // Waits until all are with the server, or one failed, whose error it is: those of
  // Connection::UploadAll. `sent` is told now and then,
  // on this thread, how many bytes the server has. May be empty.
  absl::Status Wait(const std::function<void(std::uint64_t)>& sent);

 private:
  void Run();
  std::optional<PlannedUpload> Next();
  std::uint64_t Sent() const;  // REQUIRES: mutex_ is held.

  Connection& connection_;
  const std::vector<PartToSend> parts_;
  const bool begun_;
  std::mutex mutex_;  // Guards what follows.
  std::condition_variable changed_;
  std::vector<std::uint64_t> received_;
  std::size_t next_ = 0;
  std::size_t running_ = 0;
  absl::Status failed_;
  std::vector<std::thread> threads_;  // Not guarded: of the owner's thread.
};

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_PART_UPLOADS_H_
