#include "server/download_stream.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <utility>

#include "proto/raw_messages.h"
#include "server/reading.h"

namespace amparo::server {
namespace {

class DownloadStream final : public grpc::ServerWriteReactor<grpc::ByteBuffer>, public Stream {
 public:
  DownloadStream(const ServiceParts& parts, grpc::CallbackServerContext* context)
      : parts_(parts), context_(context), log_(parts, "Download", 0) {}

  void Start(const grpc::ByteBuffer& request) {
    v1::Envelope envelope;
    const absl::Status status = ReadRaw(request, &envelope)
                                    ? Open(envelope)
                                    : Refuse(Reason::kMalformed, "the request is no envelope");
    if (!status.ok()) return FinishWith(status);
    parts_.disk->Run([this] { WriteNext(); });
  }

  void OnWriteDone(bool ok) override {
    idle_s_ = 0;
    if (!ok) return FinishWith(absl::OkStatus());
    pace_.Written(last_bytes_, std::chrono::steady_clock::now());
    parts_.disk->Run([this] { WriteNext(); });
  }
  void OnSecond() override {
    if (++idle_s_ >= kDownloadIdle_s) context_->TryCancel();
  }
  void OnStop() override { context_->TryCancel(); }
  void OnDone() override {
    parts_.streams->Remove(this);
    delete this;
  }

 private:
  absl::Status Open(const v1::Envelope& envelope) {
    auto who = Authenticate(parts_, envelope, "Download");
    if (!who.ok()) return who.status();
    log_.SetOrg(who->caller.org);
    v1::DownloadRequest inner;
    if (!inner.ParseFromString(envelope.body())) {
      return Refuse(Reason::kMalformed, "the body is no such request");
    }
    Subject subject;
    auto status = ReadSubject(inner.subject_type(), inner.subject(), &subject);
    if (status.ok()) status = ReadId(inner.object(), "object", &object_);
    if (!status.ok()) return status;
    const auto length = CheckDownload(*who->organization, who->caller, subject, object_);
    if (!length.ok()) return length.status();
    next_ = std::min(inner.offset(), *length);
    end_ = inner.length() == 0 ? *length
                               : std::min(*length, next_ + std::min(inner.length(), *length));
    caller_ = who->caller;
    organization_ = std::move(who->organization);
    if (!parts_.streams->Add(StreamKind::kDownload, who->caller.member, this)) {
      return Refuse(Reason::kServerBusy, "too many downloads are open");
    }
    return absl::OkStatus();
  }

  // On a thread that may wait for the disk.
  void WriteNext() {
    if (next_ >= end_) return FinishWith(absl::OkStatus());
    // Somebody who was revoked meanwhile gets nothing more.
    if (!IsStillValid(*organization_, caller_)) {
      return FinishWith(Refuse(Reason::kSessionRefused, "no such session or key"));
    }
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(end_ - next_, pace_.message()));
    auto bytes = organization_->storage().blobs->Read(object_, next_, wanted);
    if (!bytes.ok()) return FinishWith(bytes.status());
    if (bytes->empty()) return FinishWith(Refuse(Reason::kInternal, "a blob ends early"));
    last_bytes_ = bytes->size();
    next_ += last_bytes_;
    log_.AddOut(last_bytes_);
    message_ = WriteRawData<v1::DownloadMessage>(SliceOf(*std::move(bytes)));
    StartWrite(&message_);
  }
  void FinishWith(const absl::Status& status) { Finish(log_.Finish(status, *context_)); }

  const ServiceParts parts_;
  grpc::CallbackServerContext* const context_;
  std::atomic<std::uint64_t> idle_s_ = 0;

  // What follows belongs to the one write under way.
  CallLog log_;
  grpc::ByteBuffer message_;
  std::size_t last_bytes_ = 0;
  DownloadPace pace_{std::chrono::steady_clock::now()};
  Caller caller_;
  std::shared_ptr<Organization> organization_;
  ObjectId object_;
  std::uint64_t next_ = 0;
  std::uint64_t end_ = 0;
};

}  // namespace

grpc::ServerWriteReactor<grpc::ByteBuffer>* StartDownload(const ServiceParts& parts,
                                                          grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer& request) {
  auto* stream = new DownloadStream(parts, context);
  stream->Start(request);
  return stream;
}

}  // namespace amparo::server
