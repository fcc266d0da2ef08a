// Uploads of client/grpc_connection.h, which survive a broken connection: what the server has
// not made durable is sent again, and only that.

#include <algorithm>
#include <thread>

#include "absl/strings/str_cat.h"
#include "client/grpc_connection.h"

namespace amparo::client {
namespace {

constexpr std::chrono::seconds kProgressLimit{60};
constexpr std::chrono::milliseconds kFirstPause{250};
constexpr std::chrono::milliseconds kLongestPause{8'000};
// A server that goes back and forth with what it has would keep an upload going for ever.
constexpr int kLossesMax = 3;
constexpr std::size_t kMessageDataMax = 1024 * 1024;
// Whether the same upload may go on after this.
bool MayGoOn(const absl::Status& status) {
  if (absl::IsUnavailable(status) || absl::IsUnauthenticated(status)) return true;
  const auto detail = DetailOf(status);
  return detail.has_value() && detail->reason == "OFFSET_MISMATCH";
}

// One stream, from `cursor` to the end or until it breaks. `failed`: on this side.
grpc::Status SendFrom(v1::Amparo::Stub& stub, grpc::ClientContext& context,
                      const v1::UploadMessage& opening, std::uint64_t cursor, PayloadSource& source,
                      const UploadProgress& told, v1::UploadReply& reply, absl::Status& failed) {
  ProgressWatch progress(context, kProgressLimit);
  auto writer = stub.Upload(&context, &reply);
  bool open = writer->Write(opening);
  Bytes buffer(kMessageDataMax);
  while (open) {
    const absl::StatusOr<std::size_t> got = source.ReadAt(cursor, MutableByteView(buffer));
    if (!got.ok()) failed = got.status();
    if (!got.ok() || *got == 0) break;
    v1::UploadMessage message;
    message.set_data(buffer.data(), *got);
    open = writer->Write(message);
    progress.Touch();
    cursor += *got;
    if (open && told) told(cursor);
  }
  // A failure on this side half-closes: what is durable stays, nothing is sealed.
  if (open && failed.ok()) {
    const absl::StatusOr<Hash> sha256 = source.Sha256();
    failed = sha256.status();
    if (sha256.ok()) {
      v1::UploadMessage message;
      message.set_seal(AsString(sha256->view()));
      writer->Write(message);
    }
  }
  writer->WritesDone();
  grpc::Status finished = writer->Finish();
  if (!progress.expired()) return finished;
  return grpc::Status(grpc::StatusCode::UNAVAILABLE, "the upload made no progress for 60 s");
}

}  // namespace

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

absl::StatusOr<UploadState> GrpcConnection::Upload(const UploadRequest& request,
                                                   PayloadSource& source,
                                                   const UploadProgress& progress) {
  UploadState state;
  if (request.begun) {
    auto begun = StatUpload(request.object, request.length);
    if (!begun.ok() || begun->sealed) return begun;
    state = *begun;
  }
  auto deadline = std::chrono::steady_clock::now() + kProgressLimit;
  std::chrono::milliseconds pause = kFirstPause;
  int losses = 0;
  while (true) {
    v1::UploadReply reply;
    absl::Status status;
    absl::Status failed;
    if (auto opening = UploadOpeningFor(request.object, request.length, state.stored);
        opening.ok()) {
      grpc::ClientContext context;
      const grpc::Status sent =
          SendFrom(*stub_, context, *opening, state.stored, source, progress, reply, failed);
      status = StatusFrom(sent, context);
    } else {
      status = opening.status();
    }
    if (!failed.ok()) return failed;
    if (status.ok()) return UploadState{.stored = reply.stored(), .sealed = reply.sealed()};
    if (!MayGoOn(status)) return status;
    if (absl::IsUnauthenticated(status)) ForgetSession();
    // Where to go on is the server's to say; whether it is true shows in the SHA-256.
    auto now = StatUpload(request.object, request.length);
    while (absl::IsUnavailable(now.status()) && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(pause);
      pause = std::min(2 * pause, kLongestPause);
      now = StatUpload(request.object, request.length);
    }
    if (!now.ok()) return now.status();
    if (now->sealed) return *now;
    if (now->stored < state.stored && ++losses > kLossesMax) {
      return absl::UnavailableError(absl::StrCat("the server at ", address_,
                                                 " lost what it had of an upload ", losses,
                                                 " times; send it again later"));
    }
    if (now->stored > state.stored) {
      deadline = std::chrono::steady_clock::now() + kProgressLimit;
      pause = kFirstPause;
    } else if (std::chrono::steady_clock::now() >= deadline) {
      return status;
    } else if (!absl::IsUnauthenticated(status)) {
      std::this_thread::sleep_for(pause);
      pause = std::min(2 * pause, kLongestPause);
    }
    state = *now;
  }
}

}  // namespace amparo::client
