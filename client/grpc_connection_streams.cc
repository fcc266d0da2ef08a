// Downloads, and waiting for news: streams of client/grpc_connection.h, which live as long as
// they make progress.

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "client/grpc_connection.h"
#include "client/grpc_connection_raw.h"
#include "proto/raw_messages.h"

namespace amparo::client {
namespace {

constexpr std::chrono::minutes kWatchLimit{11};  // The server ends it after 10.

// Calls `take` with the bytes of a DownloadMessage, in the pieces they came in, and with nothing.
absl::Status TakePieces(const grpc::ByteBuffer& raw,
                        const std::function<absl::Status(ByteView)>& take) {
  const std::optional<RawData> data = ReadRawData<v1::DownloadMessage>(raw);
  if (!data.has_value()) {
    v1::DownloadMessage message;
    if (!ReadRaw(raw, &message)) return absl::InternalError("the server sends what is no message");
    if (absl::Status s = take(AsBytes(message.data())); !s.ok()) return s;
    return take({});
  }
  for (const ByteView piece : data->pieces) {
    if (absl::Status s = take(piece); !s.ok()) return s;
  }
  return take({});
}

}  // namespace

ProgressWatch::ProgressWatch(grpc::ClientContext& context, std::chrono::milliseconds limit)
    : context_(context), thread_([this, limit] { Run(limit); }) {}

ProgressWatch::~ProgressWatch() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void ProgressWatch::Touch() {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++touches_;
}

bool ProgressWatch::expired() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return expired_;
}

void ProgressWatch::Run(std::chrono::milliseconds limit) {
  std::unique_lock<std::mutex> lock(mutex_);
  std::uint64_t seen = touches_;
  while (!changed_.wait_for(lock, limit, [this] { return ended_; })) {
    if (touches_ == seen) {
      expired_ = true;
      context_.TryCancel();
      return;
    }
    seen = touches_;
  }
}

absl::Status GrpcConnection::Watch(TreeSize size, const std::function<bool(TreeSize)>& grown) {
  v1::WatchRequest body;
  body.set_size(size.value);
  const std::string bytes = body.SerializeAsString();
  bool left = false;
  return Persist([&]() -> absl::Status {
    auto envelope = Seal("Watch", bytes);
    if (!envelope.ok()) return envelope.status();
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kWatchLimit);
    auto reader = stub_->Watch(&context, *envelope);
    v1::WatchReply reply;
    while (!left && reader->Read(&reply)) left = !grown(TreeSize{reply.size()});
    if (!left) return StatusFrom(reader->Finish(), context);
    context.TryCancel();
    reader->Finish();
    return absl::OkStatus();
  });
}

absl::Status GrpcConnection::Download(SubjectType type, const SubjectId& subject,
                                      const ObjectId& object, std::uint64_t offset,
                                      std::uint64_t length,
                                      const std::function<absl::Status(ByteView)>& sink) {
  v1::DownloadRequest body;
  body.set_subject_type(static_cast<std::uint32_t>(type));
  body.set_subject(AsString(subject.view()));
  body.set_object(AsString(object.view()));
  std::uint64_t received = 0;
  absl::Status ours;
  const auto take = [&](ByteView piece) -> absl::Status {
    if (length != 0 && piece.size() > length - received) {
      return absl::DataLossError(
          absl::StrCat("the server sends more than the ", length, " bytes asked for"));
    }
    received += piece.size();
    return sink(piece);
  };
  const auto attempt = [&]() -> absl::Status {
    // A second attempt goes on where the first one broke.
    if (length != 0 && received == length) return absl::OkStatus();
    body.set_offset(offset + received);
    body.set_length(length == 0 ? 0 : length - received);
    auto envelope = Seal("Download", body.SerializeAsString());
    if (!envelope.ok()) return envelope.status();
    grpc::ClientContext context;
    ProgressWatch progress(context, kProgressLimit);
    const auto reader = StartDownload(*channel_, context, *envelope);
    grpc::ByteBuffer message;
    while (ours.ok() && reader->Read(&message)) {
      const std::uint64_t before = received;
      ours = TakePieces(message, take);
      if (received > before) progress.Touch();
    }
    if (!ours.ok()) context.TryCancel();
    const grpc::Status finished = reader->Finish();
    if (!ours.ok()) return ours;
    if (progress.expired()) {
      return absl::UnavailableError(absl::StrCat(
          "the download from ", address_, " made no progress for ", kProgressLimit.count(), " s"));
    }
    if (finished.ok() && length != 0 && received < length) {
      return absl::DataLossError(
          absl::StrCat("the server sent ", received, " of ", length, " bytes"));
    }
    return StatusFrom(finished, context);
  };
  // On a bad link it goes on for as long as something comes.
  Backoff backoff(options_.transfer_patience, options_.jitter, std::chrono::steady_clock::now());
  bool was_unauthenticated = false;
  while (true) {
    const std::uint64_t before = received;
    const absl::Status status = attempt();
    if (status.ok()) NoteWorked();
    const bool is_unauthenticated = absl::IsUnauthenticated(status);
    if (!ours.ok() || (!absl::IsUnavailable(status) && !is_unauthenticated)) return status;
    if (is_unauthenticated && was_unauthenticated && received == before) return status;
    was_unauthenticated = is_unauthenticated;
    if (is_unauthenticated) {
      ForgetSession();
      continue;
    }
    const auto now = std::chrono::steady_clock::now();
    if (received > before) backoff.Restart(now);
    if (backoff.IsOver(now)) return status;
    Wait(status, backoff.Next());
  }
}

}  // namespace amparo::client
