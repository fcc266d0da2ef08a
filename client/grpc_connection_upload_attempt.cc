#include "client/grpc_connection_upload_attempt.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/raw_messages.h"

namespace amparo::client {

using std::chrono::steady_clock;

grpc::Status UploadAttempt::Run(grpc::Channel& channel, grpc::ClientContext& context) {
  for (BlobUnderWay& blob : line_) blob.is_found = false;
  // Before there is a stream: it may take a session.
  const std::optional<v1::UploadMessage> opening = OpenNext();
  if (!opening.has_value()) return grpc::Status::OK;
  ProgressWatch watch(context, kProgressLimit);
  const auto stream = StartUpload(channel, context);
  std::thread listening([&] { Listen(*stream, watch); });
  if (stream->Write(WriteRaw(*opening))) Send(*stream, watch);
  stream->WritesDone();
  listening.join();
  if (is_garbled_) context.TryCancel();
  grpc::Status finished = stream->Finish();
  if (is_garbled_) return {grpc::StatusCode::INTERNAL, "the server sends what is no reply"};
  if (!watch.expired()) return finished;
  return grpc::Status(grpc::StatusCode::UNAVAILABLE,
                      absl::StrCat("the upload made no progress for ",
                                   std::chrono::seconds(kProgressLimit).count(), " s"));
}

// ---- Listening ----------------------------------------------------------------------

void UploadAttempt::Listen(Stream& stream, ProgressWatch& watch) {
  grpc::ByteBuffer raw;
  while (stream.Read(&raw)) {
    v1::UploadReply reply;
    if (!ReadRaw(raw, &reply)) {
      is_garbled_ = true;
      break;
    }
    bool is_news = false;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      is_news = Take(reply);
    }
    changed_.notify_all();
    if (is_news) watch.Touch();
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  is_over_ = true;
  changed_.notify_all();
}

// Whether there is progress in it. What the server says of blobs that it was not sent is nothing.
bool UploadAttempt::Take(const v1::UploadReply& reply) {
  if (reply.blob() >= opened_) return false;
  bool is_news = false;
  while (sealed_ < reply.blob()) is_news = LeaveSealed() || is_news;
  if (reply.blob() < sealed_) return is_news;
  is_news = TakeAbout(line_.front(), reply) || is_news;
  return reply.sealed() ? LeaveSealed() || is_news : is_news;
}

bool UploadAttempt::TakeAbout(BlobUnderWay& blob, const v1::UploadReply& reply) {
  bool is_news = false;
  if (!blob.is_found) {
    blob.is_found = true;
    if (reply.stored() < blob.stored) ++blob.losses;
    blob.start = blob.resume ? reply.stored() : 0;
    is_news = blob.start > 0;
  }
  blob.stored = std::max(blob.stored, reply.stored());
  const std::uint64_t received = std::min(reply.received(), blob.upload.request.length);
  if (received > blob.received) {
    blob.received = received;
    moved_ = true;
  }
  if (pace_.has_value() && received > blob.start) {
    const std::uint64_t place = blob.place + received - blob.start;
    is_news = pace_->Received(place, steady_clock::now()) || is_news;
  }
  if (is_news && blob.upload.progress) blob.upload.progress(received);
  return is_news;
}

// The first of the line is sealed.
bool UploadAttempt::LeaveSealed() {
  BlobUnderWay& blob = line_.front();
  const std::uint64_t length = blob.upload.request.length;
  if (pace_.has_value() && blob.is_found) {
    pace_->Received(std::min(pace_->sent(), blob.place + length - blob.start), steady_clock::now());
  }
  if (blob.upload.progress) blob.upload.progress(length);
  line_.pop_front();
  ++sealed_;
  moved_ = true;
  return true;
}

// ---- Sending ------------------------------------------------------------------------

void UploadAttempt::Send(Stream& stream, ProgressWatch& watch) {
  while (WaitForStart()) {
    if (!SendData(stream, watch) || !SendSeal(stream)) return;
    const std::optional<v1::UploadMessage> opening = OpenNext();
    watch.Touch();  // Waiting for the next one is not the link's fault.
    if (!opening.has_value() || !stream.Write(WriteRaw(*opening))) return;
  }
}

std::optional<v1::UploadMessage> UploadAttempt::OpenNext() {
  bool resume = false;
  {
    std::unique_lock<std::mutex> lock(mutex_);
    if (line_.size() == opened_ - sealed_) {
      lock.unlock();
      std::optional<PlannedUpload> planned = next_();
      if (!planned.has_value()) return std::nullopt;
      lock.lock();
      const bool begun = planned->request.begun;
      line_.push_back({.upload = *std::move(planned), .resume = begun});
    }
    const BlobUnderWay& blob = line_[opened_ - sealed_];
    resume = blob.resume;
    sending_ = blob.upload;
  }
  absl::StatusOr<v1::UploadMessage> opening = make_opening_(sending_.request, resume);
  if (!opening.ok()) {
    not_opened_ = opening.status();
    return std::nullopt;
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  BlobUnderWay& blob = line_[opened_ - sealed_];
  blob.is_found = !resume;
  blob.start = 0;
  blob.place = pace_.has_value() ? pace_->sent() : 0;
  sending_number_ = opened_++;
  return *std::move(opening);
}

// Where to go on is the server's to say; whether it is true shows in the SHA-256.
bool UploadAttempt::WaitForStart() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(
      lock, [&] { return is_over_ || IsSealed() || line_[sending_number_ - sealed_].is_found; });
  if (is_over_) return false;
  if (!pace_.has_value()) pace_.emplace(0, steady_clock::now(), known_);
  return true;
}

std::size_t UploadAttempt::WaitForRoom() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [&] { return is_over_ || pace_->MaySend() > 0; });
  return is_over_ ? 0 : pace_->MaySend();
}

// False: the stream ends here. A failure on this side half-closes: what is durable stays, nothing
// is sealed.
bool UploadAttempt::SendData(Stream& stream, ProgressWatch& watch) {
  std::uint64_t at = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (IsSealed()) return true;
    at = line_[sending_number_ - sealed_].start;
  }
  while (at < sending_.request.length) {
    const std::size_t room = WaitForRoom();
    if (room == 0) return false;
    RawBuffer data(
        static_cast<std::size_t>(std::min<std::uint64_t>(room, sending_.request.length - at)));
    const absl::StatusOr<std::size_t> got = sending_.source->ReadAt(at, data.view());
    if (!got.ok()) failed_ = got.status();
    if (!got.ok()) return false;
    if (*got == 0) break;
    at += *got;
    watch.Touch();  // Waiting for what is still being made is not the link's fault.
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      pace_->Sent(*got, steady_clock::now());
    }
    if (!stream.Write(WriteRawData<v1::UploadMessage>(std::move(data).Take(*got)))) return false;
  }
  return true;
}

bool UploadAttempt::SendSeal(Stream& stream) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (is_over_) return false;
    if (IsSealed()) return true;
  }
  const absl::StatusOr<Hash> sha256 = sending_.source->Sha256();
  failed_ = sha256.status();
  if (!sha256.ok()) return false;
  v1::UploadMessage message;
  message.set_seal(AsString(sha256->view()));
  return stream.Write(WriteRaw(message));
}

}  // namespace amparo::client
