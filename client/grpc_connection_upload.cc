// Uploads of client/grpc_connection.h, which survive a broken connection: what the server has
// not got is sent again, and only that.

#include <algorithm>
#include <optional>
#include <thread>

#include "absl/strings/str_cat.h"
#include "client/grpc_connection.h"
#include "client/upload_pace.h"

namespace amparo::client {
namespace {

using std::chrono::steady_clock;

// A server that goes back and forth with what it has would keep an upload going for ever.
constexpr int kLossesMax = 3;

// Whether the same upload may go on after this.
bool MayGoOn(const absl::Status& status) {
  if (absl::IsUnavailable(status) || absl::IsUnauthenticated(status)) return true;
  // The server ended the stream: it stops, or somebody else gets a turn. What came is kept.
  if (absl::IsCancelled(status)) return true;
  const auto detail = DetailOf(status);
  return detail.has_value() && detail->reason == "OFFSET_MISMATCH";
}

// One stream of an upload: this thread sends, another one takes what the server says.
class UploadAttempt {
 public:
  UploadAttempt(PayloadSource& source, const UploadProgress& told, bool resume,
                const LearnedPace& known)
      : source_(source), told_(told), known_(known) {
    if (!resume) pace_.emplace(0, steady_clock::now(), known_);
  }

  grpc::Status Run(v1::Amparo::Stub& stub, grpc::ClientContext& context,
                   const v1::UploadMessage& opening) {
    ProgressWatch watch(context, kProgressLimit);
    const auto stream = stub.Upload(&context);
    std::thread listening([&] { Listen(*stream, watch); });
    if (stream->Write(opening) && WaitForStart()) Send(*stream, watch);
    stream->WritesDone();
    listening.join();
    grpc::Status finished = stream->Finish();
    if (!watch.expired()) return finished;
    return grpc::Status(grpc::StatusCode::UNAVAILABLE,
                        absl::StrCat("the upload made no progress for ",
                                     std::chrono::seconds(kProgressLimit).count(), " s"));
  }

  // What the server said last.
  const v1::UploadReply& reply() const { return reply_; }
  // What it had at the start, if it said.
  std::optional<std::uint64_t> found() const { return found_; }
  const absl::Status& failed() const { return failed_; }  // On this side.
  LearnedPace learned() const { return pace_.has_value() ? pace_->learned() : known_; }

 private:
  using Stream = grpc::ClientReaderWriter<v1::UploadMessage, v1::UploadReply>;

  void Listen(Stream& stream, ProgressWatch& watch) {
    v1::UploadReply reply;
    while (stream.Read(&reply)) {
      bool is_news = false;
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (!found_.has_value()) is_news = (found_ = reply.stored()) > 0;
        if (!pace_.has_value()) pace_.emplace(reply.stored(), steady_clock::now(), known_);
        is_news = pace_->Received(reply.received(), steady_clock::now()) || is_news;
        reply_ = reply;
      }
      changed_.notify_all();
      if (!is_news) continue;
      watch.Touch();
      if (told_) told_(reply.received());
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    is_over_ = true;
    changed_.notify_all();
  }

  // Where to go on is the server's to say; whether it is true shows in the SHA-256.
  bool WaitForStart() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return is_over_ || pace_.has_value(); });
    return !is_over_ && !reply_.sealed();
  }
  // Bytes of the next message, once it may be sent; 0: the stream is over.
  std::size_t WaitForRoom() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return is_over_ || pace_->MaySend() > 0; });
    return is_over_ ? 0 : pace_->MaySend();
  }

  // A failure on this side half-closes: what is durable stays, nothing is sealed.
  void Send(Stream& stream, ProgressWatch& watch) {
    v1::UploadMessage message;
    while (const std::size_t room = WaitForRoom()) {
      std::string& data = *message.mutable_data();
      data.resize(room);
      const absl::StatusOr<std::size_t> got = source_.ReadAt(
          pace_->sent(), MutableByteView(reinterpret_cast<std::uint8_t*>(data.data()), room));
      if (!got.ok()) failed_ = got.status();
      if (!got.ok()) return;
      if (*got == 0) break;
      data.resize(*got);
      watch.Touch();  // Waiting for what is still being made is not the link's fault.
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        pace_->Sent(*got, steady_clock::now());
      }
      if (!stream.Write(message)) return;
    }
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (is_over_) return;
    }
    const absl::StatusOr<Hash> sha256 = source_.Sha256();
    failed_ = sha256.status();
    if (!sha256.ok()) return;
    message.set_seal(AsString(sha256->view()));
    stream.Write(message);
  }

  PayloadSource& source_;
  const UploadProgress& told_;
  const LearnedPace known_;
  absl::Status failed_;
  std::mutex mutex_;  // Guards what follows.
  std::condition_variable changed_;
  std::optional<UploadPace> pace_;  // Once it is known where to start.
  std::optional<std::uint64_t> found_;
  v1::UploadReply reply_;
  bool is_over_ = false;
};

}  // namespace

absl::StatusOr<v1::UploadMessage> GrpcConnection::UploadOpeningFor(const UploadRequest& request,
                                                                   bool resume) {
  v1::UploadOpening opening;
  opening.set_object(AsString(request.object.view()));
  opening.set_length(request.length);
  opening.set_resume(resume);
  auto envelope = Seal("Upload", opening.SerializeAsString());
  if (!envelope.ok()) return envelope.status();
  v1::UploadMessage message;
  *message.mutable_opening() = *std::move(envelope);
  return message;
}

absl::StatusOr<UploadState> GrpcConnection::StatUpload(const ObjectId& object,
                                                       std::uint64_t length) {
  v1::UploadReply reply;
  absl::Status status = Persist([&]() -> absl::Status {
    auto opening = UploadOpeningFor({.object = object, .length = length}, true);
    if (!opening.ok()) return opening.status();
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kProgressLimit);
    const auto stream = stub_->Upload(&context);
    stream->Write(*opening);
    stream->WritesDone();
    while (stream->Read(&reply)) {
    }
    return StatusFrom(stream->Finish(), context);
  });
  if (!status.ok()) return status;
  return UploadState{.stored = reply.stored(), .sealed = reply.sealed()};
}

LearnedPace GrpcConnection::KnownPace() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return pace_;
}

void GrpcConnection::LearnPace(const LearnedPace& pace) {
  const std::lock_guard<std::mutex> lock(mutex_);
  pace_ = pace;
}

absl::StatusOr<UploadState> GrpcConnection::Upload(const UploadRequest& request,
                                                   PayloadSource& source,
                                                   const UploadProgress& progress) {
  Backoff backoff(options_.transfer_patience, options_.jitter, steady_clock::now());
  bool resume = request.begun;
  bool was_unauthenticated = false;
  std::uint64_t stored = 0;  // The most that the server said to be durable,
  std::uint64_t received = 0;
  int losses = 0;
  while (true) {
    UploadAttempt attempt(source, progress, resume, KnownPace());
    absl::Status status;
    if (auto opening = UploadOpeningFor(request, resume); opening.ok()) {
      grpc::ClientContext context;
      const grpc::Status finished = attempt.Run(*stub_, context, *opening);
      status = StatusFrom(finished, context);
    } else {
      status = opening.status();
    }
    const v1::UploadReply& reply = attempt.reply();
    if (!attempt.failed().ok()) return attempt.failed();
    LearnPace(status.ok() ? attempt.learned() : LearnedPace{});
    if (status.ok()) {
      NoteWorked();
      return UploadState{.stored = reply.stored(), .sealed = reply.sealed()};
    }
    if (!MayGoOn(status)) return status;
    resume = true;
    if (attempt.found().value_or(stored) < stored && ++losses > kLossesMax) {
      return absl::UnavailableError(absl::StrCat("the server at ", address_,
                                                 " lost what it had of an upload ", losses,
                                                 " times; send it again later"));
    }
    stored = std::max(stored, reply.stored());
    const bool moved = reply.received() > received;
    received = std::max(received, reply.received());
    if (moved) backoff.Restart(steady_clock::now());
    if (absl::IsUnauthenticated(status)) {
      if (was_unauthenticated && !moved) return status;
      was_unauthenticated = true;
      ForgetSession();
      continue;
    }
    was_unauthenticated = false;
    if (backoff.IsOver(steady_clock::now())) return status;
    Wait(status, backoff.Next());
  }
}

}  // namespace amparo::client
