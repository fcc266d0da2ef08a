#include "server/upload_stream.h"

#include <atomic>
#include <utility>

#include "server/reading.h"

namespace amparo::server {
namespace {

class UploadStream final : public grpc::ServerReadReactor<v1::UploadMessage>, public Stream {
 public:
  UploadStream(const ServiceParts& parts, grpc::CallbackServerContext* context,
               v1::UploadReply* reply)
      : parts_(parts), context_(context), reply_(reply), log_(parts, "Upload", 0) {}

  void Start() {
    if (!parts_.streams->AddOpening(this)) {
      return FinishWith(Refuse(Reason::kStopping, "the server is shutting down"));
    }
    StartRead(&message_);
  }

  void OnReadDone(bool ok) override {
    idle_s_ = 0;
    if (!ok) return FinishWith(Keep());
    log_.AddIn(message_.ByteSizeLong());
    const absl::Status status = Take();
    if (!status.ok() || reply_->sealed()) return FinishWith(status);
    StartRead(&message_);
  }
  // A broken connection ends in OnReadDone(false).
  void OnSecond() override {
    if (++idle_s_ >= idle_max_s_) context_->TryCancel();
  }
  void OnStop() override { context_->TryCancel(); }
  void OnDone() override {
    parts_.streams->Remove(this);
    delete this;
  }

 private:
  absl::Status Take() {
    if (message_.has_opening()) return Open(message_.opening());
    if (!is_open_) return Refuse(Reason::kMalformed, "an upload begins with its opening");
    // Somebody who was revoked meanwhile brings nothing more.
    if (!IsStillValid(*organization_, caller_)) {
      return Refuse(Reason::kSessionRefused, "no such session or key");
    }
    if (message_.part_case() == v1::UploadMessage::kData) return Write(message_.data());
    if (message_.part_case() == v1::UploadMessage::kSeal) return Seal(message_.seal());
    return Refuse(Reason::kMalformed, "an empty upload message");
  }

  absl::Status Open(const v1::Envelope& envelope) {
    if (is_open_) return Refuse(Reason::kMalformed, "a second opening");
    auto who = Authenticate(parts_, envelope, "Upload");
    if (!who.ok()) return who.status();
    log_.SetOrg(who->caller.org);
    v1::UploadOpening opening;
    if (!opening.ParseFromString(envelope.body())) {
      return Refuse(Reason::kMalformed, "the body is no such request");
    }
    if (auto status = ReadId(opening.object(), "object", &object_); !status.ok()) return status;
    if (!parts_.streams->Add(StreamKind::kUpload, who->caller.member, this)) {
      return Refuse(Reason::kServerBusy, "too many uploads are open");
    }
    idle_max_s_ = kUploadIdle_s;
    caller_ = who->caller;
    organization_ = std::move(who->organization);
    length_ = opening.length();
    offset_ = opening.offset();
    is_open_ = true;
    return LookAtStored();
  }

  // What the server has already; a sealed blob ends the upload with success.
  absl::Status LookAtStored() {
    if (length_ > storage::kBlobBytesMax) {
      return Refuse(Reason::kTooLarge, absl::StrCat("a blob of ", length_, " bytes, at most ",
                                                    storage::kBlobBytesMax));
    }
    const auto state = blobs().Stat(object_);
    if (!state.ok()) return state.status();
    if (!state->has_value()) return absl::OkStatus();
    if ((*state)->length != length_) {
      return Refuse(
          Reason::kLengthMismatch,
          absl::StrCat("the blob was begun with ", (*state)->length, " bytes, not ", length_));
    }
    reply_->set_stored((*state)->stored);
    reply_->set_sealed((*state)->sealed);
    return absl::OkStatus();
  }

  absl::Status Begin() {
    if (writer_ != nullptr) return absl::OkStatus();
    if (offset_ != reply_->stored()) {
      return Refuse(Reason::kOffsetMismatch, absl::StrCat("the upload starts at ", offset_,
                                                          ", the server has ", reply_->stored()));
    }
    auto writer = organization_->unnamed_blobs().Begin(caller_.member, object_, length_,
                                                       organization_->now());
    if (!writer.ok()) return Named(writer.status());
    writer_ = *std::move(writer);
    if (writer_->offset() == offset_) return absl::OkStatus();
    return Refuse(Reason::kOffsetMismatch, "another upload of this blob was faster");
  }

  absl::Status Write(const std::string& data) {
    if (data.size() > kUploadMessageBytesMax) {
      return Refuse(Reason::kTooLarge, absl::StrCat("a message of ", data.size(),
                                                    " bytes, at most ", kUploadMessageBytesMax));
    }
    if (auto status = Begin(); !status.ok()) return status;
    return Named(writer_->Write(BytesOf(data)));
  }

  absl::Status Seal(const std::string& field) {
    Hash sha256;
    if (auto status = ReadId(field, "seal", &sha256); !status.ok()) return status;
    if (auto status = Begin(); !status.ok()) return status;
    if (auto status = Named(writer_->Flush().status()); !status.ok()) return status;
    if (auto status = Named(writer_->Seal(sha256)); !status.ok()) return status;
    if (auto status = Named(NoteBlobHash(blobs(), object_, sha256)); !status.ok()) return status;
    reply_->set_stored(length_);
    reply_->set_sealed(true);
    return absl::OkStatus();
  }

  // The stream ended without a seal: what arrived is made durable and counted.
  absl::Status Keep() {
    if (!is_open_) return Refuse(Reason::kMalformed, "an upload begins with its opening");
    if (writer_ == nullptr) return absl::OkStatus();
    const auto stored = writer_->Flush();
    if (!stored.ok()) return Named(stored.status());
    reply_->set_stored(*stored);
    return absl::OkStatus();
  }

  // The blob store's codes, by the names of docs/spec/requests.md.
  static absl::Status Named(const absl::Status& status) {
    if (DetailOf(status).has_value()) return status;
    switch (status.code()) {
      case absl::StatusCode::kResourceExhausted:
        return Refuse(Reason::kStorageFull, "the server's disk has no room");
      case absl::StatusCode::kDataLoss:
        return Refuse(Reason::kBlobDamaged, "the blob's bytes are not those declared");
      case absl::StatusCode::kAborted:
        return Refuse(Reason::kOffsetMismatch, "another upload of this blob took over");
      case absl::StatusCode::kOutOfRange:
      case absl::StatusCode::kFailedPrecondition:
        return Refuse(Reason::kLengthMismatch, status.message());
      default:
        return status;
    }
  }

  void FinishWith(const absl::Status& status) {
    writer_.reset();
    log_.AddOut(reply_->ByteSizeLong());
    Finish(log_.Finish(status, *context_));
  }
  storage::BlobStore& blobs() const { return *organization_->storage().blobs; }

  const ServiceParts parts_;
  grpc::CallbackServerContext* const context_;
  v1::UploadReply* const reply_;
  std::atomic<std::uint64_t> idle_s_ = 0;
  std::atomic<std::uint64_t> idle_max_s_ = kUploadOpening_s;

  // What follows belongs to the one read under way.
  CallLog log_;
  v1::UploadMessage message_;
  Caller caller_;
  std::shared_ptr<Organization> organization_;
  std::unique_ptr<storage::BlobWriter> writer_;
  ObjectId object_;
  std::uint64_t length_ = 0;
  std::uint64_t offset_ = 0;
  bool is_open_ = false;
};

}  // namespace

grpc::ServerReadReactor<v1::UploadMessage>* StartUpload(const ServiceParts& parts,
                                                        grpc::CallbackServerContext* context,
                                                        v1::UploadReply* reply) {
  auto* stream = new UploadStream(parts, context, reply);
  stream->Start();
  return stream;
}

}  // namespace amparo::server
