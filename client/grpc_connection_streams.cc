// The streams of client/grpc_connection.h: uploads, downloads, and waiting for news. A stream
// lives as long as it makes progress.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/grpc_connection.h"

namespace amparo::client {
namespace {

constexpr std::chrono::seconds kProgressLimit{60};
constexpr std::chrono::minutes kWatchLimit{11};  // The server ends it after 10.
constexpr std::size_t kMessageDataMax = 1024 * 1024;

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
  absl::Status status = Persist([&]() -> absl::Status {
    auto envelope = Seal("Watch", bytes);
    if (!envelope.ok()) return envelope.status();
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kWatchLimit);
    auto reader = stub_->Watch(&context, *envelope);
    v1::WatchReply reply;
    while (!left && reader->Read(&reply)) left = !grown(TreeSize{reply.size()});
    if (left) context.TryCancel();
    return StatusFrom(reader->Finish(), context);
  });
  return left ? absl::OkStatus() : status;
}

absl::StatusOr<v1::UploadMessage> GrpcConnection::UploadOpeningFor(const ObjectId& object,
                                                                   std::uint64_t length,
                                                                   std::uint64_t offset) {
  v1::UploadOpening opening;
  opening.set_object(AsString(object.view()));
  opening.set_length(length);
  opening.set_offset(offset);
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
    auto opening = UploadOpeningFor(object, length, 0);
    if (!opening.ok()) return opening.status();
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kProgressLimit);
    auto writer = stub_->Upload(&context, &reply);
    writer->Write(*opening);
    writer->WritesDone();
    return StatusFrom(writer->Finish(), context);
  });
  if (!status.ok()) return status;
  return UploadState{.stored = reply.stored(), .sealed = reply.sealed()};
}

absl::StatusOr<UploadState> GrpcConnection::Upload(
    const ObjectId& object, std::uint64_t length, std::uint64_t offset,
    const std::function<absl::StatusOr<ByteView>()>& next, const std::function<Hash()>& sha256) {
  auto opening = UploadOpeningFor(object, length, offset);
  if (!opening.ok()) return opening.status();
  grpc::ClientContext context;
  ProgressWatch progress(context, kProgressLimit);
  v1::UploadReply reply;
  auto writer = stub_->Upload(&context, &reply);
  bool open = writer->Write(*opening);
  absl::Status ours;  // A failure on this side: what is durable stays, nothing is sealed.
  bool exhausted = false;
  while (open && ours.ok() && !exhausted) {
    auto bytes = next();
    if (!bytes.ok()) {
      ours = bytes.status();
      break;
    }
    exhausted = bytes->empty();
    for (ByteView rest = *bytes; open && !rest.empty();) {
      const ByteView piece = rest.first(std::min(rest.size(), kMessageDataMax));
      v1::UploadMessage message;
      message.set_data(piece.data(), piece.size());
      open = writer->Write(message);
      progress.Touch();
      rest = rest.subspan(piece.size());
    }
  }
  if (open && exhausted) {
    v1::UploadMessage message;
    message.set_seal(AsString(sha256().view()));
    writer->Write(message);
  }
  writer->WritesDone();
  const grpc::Status finished = writer->Finish();
  if (!ours.ok()) return ours;
  if (progress.expired()) {
    return absl::UnavailableError(
        absl::StrCat("the upload to ", address_, " made no progress for 60 s"));
  }
  absl::Status status = StatusFrom(finished, context);
  if (absl::IsUnauthenticated(status)) ForgetSession();
  if (!status.ok()) return status;
  return UploadState{.stored = reply.stored(), .sealed = reply.sealed()};
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
  return Persist([&]() -> absl::Status {
    // A second attempt goes on where the first one broke.
    if (length != 0 && received == length) return absl::OkStatus();
    body.set_offset(offset + received);
    body.set_length(length == 0 ? 0 : length - received);
    auto envelope = Seal("Download", body.SerializeAsString());
    if (!envelope.ok()) return envelope.status();
    grpc::ClientContext context;
    ProgressWatch progress(context, kProgressLimit);
    auto reader = stub_->Download(&context, *envelope);
    v1::DownloadMessage message;
    while (ours.ok() && reader->Read(&message)) {
      progress.Touch();
      if (length != 0 && message.data().size() > length - received) {
        ours = absl::DataLossError(
            absl::StrCat("the server sends more than the ", length, " bytes asked for"));
        break;
      }
      ours = sink(AsBytes(message.data()));
      received += message.data().size();
    }
    if (!ours.ok()) context.TryCancel();
    const grpc::Status finished = reader->Finish();
    if (!ours.ok()) return ours;
    if (progress.expired()) {
      return absl::UnavailableError(
          absl::StrCat("the download from ", address_, " made no progress for 60 s"));
    }
    if (finished.ok() && length != 0 && received < length) {
      return absl::DataLossError(
          absl::StrCat("the server sent ", received, " of ", length, " bytes"));
    }
    return StatusFrom(finished, context);
  });
}

}  // namespace amparo::client
