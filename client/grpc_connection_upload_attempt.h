// One stream of client/grpc_connection.h's uploads: blob after blob, until all are sealed or it
// breaks. What it leaves in the line is the next stream's. Spec: docs/spec/requests.md, "Streams".
//
// Only client/grpc_connection_upload*.cc include this header.
// Thread safety: one thread at a time; it has a second thread of its own, which listens.

#ifndef AMPARO_CLIENT_GRPC_CONNECTION_UPLOAD_ATTEMPT_H_
#define AMPARO_CLIENT_GRPC_CONNECTION_UPLOAD_ATTEMPT_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>

#include "client/grpc_connection.h"
#include "client/grpc_connection_raw.h"
#include "client/upload_pace.h"

namespace amparo::client {

// A blob that was begun and is not known to be sealed.
struct BlobUnderWay {
  PlannedUpload upload;
  bool resume = false;         // The server may have some of it, and is asked first.
  std::uint64_t stored = 0;    // The most that the server ever called durable,
  std::uint64_t received = 0;  // and that it had.
  int losses = 0;              // Times that it lost what it had called durable.
  // Of the present attempt:
  bool is_found = false;    // It is known where the server goes on.
  std::uint64_t start = 0;  // Where that is,
  std::uint64_t place = 0;  // after so many bytes of other blobs.
};

class UploadAttempt {
 public:
  using MakeOpening =
      std::function<absl::StatusOr<v1::UploadMessage>(const UploadRequest&, bool resume)>;

  // Sends what is in `line` and then what `next` gives; what is sealed leaves the line.
  // All borrowed.
  UploadAttempt(std::deque<BlobUnderWay>& line, const NextUpload& next,
                const MakeOpening& make_opening, const LearnedPace& known)
      : line_(line), next_(next), make_opening_(make_opening), known_(known) {}

  // The outcome of the stream. REQUIRES: called once.
  grpc::Status Run(grpc::Channel& channel, grpc::ClientContext& context);

  const absl::Status& failed() const { return failed_; }          // A source did.
  const absl::Status& not_opened() const { return not_opened_; }  // Nothing more could be begun.
  bool moved() const { return moved_; }  // The server received what it never had before.
  bool has_opened() const { return opened_ > 0; }
  LearnedPace learned() const { return pace_.has_value() ? pace_->learned() : known_; }

 private:
  using Stream = RawReaderWriter;

  // The listener's.
  void Listen(Stream& stream, ProgressWatch& watch);
  bool Take(const v1::UploadReply& reply);
  bool TakeAbout(BlobUnderWay& blob, const v1::UploadReply& reply);
  bool LeaveSealed();

  // The sender's.
  void Send(Stream& stream, ProgressWatch& watch);
  // The opening of the next blob; nothing: there is none, or not_opened().
  std::optional<v1::UploadMessage> OpenNext();
  bool WaitForStart();
  bool SendData(Stream& stream, ProgressWatch& watch);
  bool SendSeal(Stream& stream);
  // Bytes of the next message, once it may be sent; 0: the stream is over.
  std::size_t WaitForRoom();
  bool IsSealed() const { return sending_number_ < sealed_; }  // REQUIRES: mutex_ is held.

  std::deque<BlobUnderWay>& line_;  // Guarded by mutex_ while the stream runs.
  const NextUpload& next_;
  const MakeOpening& make_opening_;
  const LearnedPace known_;
  bool is_garbled_ = false;  // The listener's, until it has ended.
  absl::Status failed_;
  absl::Status not_opened_;
  PlannedUpload sending_;             // The sender's own.
  std::uint32_t sending_number_ = 0;  // Of this stream, from 0.

  std::mutex mutex_;  // Guards what follows.
  std::condition_variable changed_;
  std::optional<UploadPace> pace_;  // In bytes of this stream, whichever blob's.
  std::uint32_t opened_ = 0;        // Blobs whose opening was sent,
  std::uint32_t sealed_ = 0;        // and those that left the line since.
  bool moved_ = false;
  bool is_over_ = false;
};

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_GRPC_CONNECTION_UPLOAD_ATTEMPT_H_
