// Uploads of client/grpc_connection.h, which survive a broken connection: what the server has
// not got is sent again, and only that.

#include <deque>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/grpc_connection.h"
#include "client/grpc_connection_upload_attempt.h"

namespace amparo::client {
namespace {

using std::chrono::steady_clock;

// A server that goes back and forth with what it has would keep an upload going for ever.
constexpr int kLossesMax = 3;

// Whether the same upload may go on after this.
bool MayGoOn(const absl::Status& status) {
  if (absl::IsUnavailable(status) || absl::IsUnauthenticated(status)) return true;
  const auto detail = DetailOf(status);
  return detail.has_value() && detail->reason == "OFFSET_MISMATCH";
}

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
  bool is_given = false;
  const absl::Status status = UploadAll([&]() -> std::optional<PlannedUpload> {
    if (std::exchange(is_given, true)) return std::nullopt;
    return PlannedUpload{.request = request, .source = &source, .progress = progress};
  });
  if (!status.ok()) return status;
  return UploadState{.stored = request.length, .sealed = true};
}

absl::Status GrpcConnection::UploadAll(const NextUpload& next) {
  const UploadAttempt::MakeOpening make_opening = [&](const UploadRequest& request, bool resume) {
    return UploadOpeningFor(request, resume);
  };
  Backoff backoff(options_.transfer_patience, options_.jitter, steady_clock::now());
  std::deque<BlobUnderWay> line;
  bool was_unauthenticated = false;
  while (true) {
    grpc::ClientContext context;
    UploadAttempt attempt(line, next, make_opening, KnownPace());
    const grpc::Status finished = attempt.Run(*channel_, context);
    if (!attempt.failed().ok()) return attempt.failed();
    absl::Status status = StatusFrom(finished, context);
    if (status.ok()) status = attempt.not_opened();
    LearnPace(status.ok() ? attempt.learned() : LearnedPace{});
    if (status.ok()) {
      if (attempt.has_opened()) NoteWorked();
      if (line.empty()) return absl::OkStatus();
      return KeptOnlyPart(line.front().upload.request, line.front().stored);
    }
    if (!MayGoOn(status)) return status;
    for (BlobUnderWay& blob : line) {
      blob.resume = true;
      if (blob.losses <= kLossesMax) continue;
      return absl::UnavailableError(absl::StrCat("the server at ", address_,
                                                 " lost what it had of an upload ", blob.losses,
                                                 " times; send it again later"));
    }
    if (attempt.moved()) backoff.Restart(steady_clock::now());
    if (absl::IsUnauthenticated(status)) {
      if (was_unauthenticated && !attempt.moved()) return status;
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
