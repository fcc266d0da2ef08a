#include "server/upload_stream.h"

#include <array>
#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <span>
#include <utility>

#include "proto/raw_messages.h"
#include "server/reading.h"

namespace amparo::server {
namespace {

// Reads and replies run side by side: what a read brought is said by the next reply, and while
// one reply is under way the news of several reads become one.
class UploadStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                           public Stream {
 public:
  UploadStream(const ServiceParts& parts, grpc::CallbackServerContext* context)
      : parts_(parts), context_(context), log_(parts, "Upload", 0) {}

  void Start() {
    if (!parts_.streams->AddOpening(this)) {
      return FinishWith(Refuse(Reason::kStopping, "the server is shutting down"));
    }
    StartRead(&raw_);
  }

  void OnReadDone(bool ok) override {
    idle_s_ = 0;
    parts_.disk->Run([this, ok] { Took(ok); });
  }
  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    is_replying_ = false;
    if (!finish_.has_value()) {
      if (ok && IsDue()) Reply();
    } else if (ok && finish_->ok() && IsNew()) {
      Reply();
    } else {
      Finish(*finish_);
    }
  }
  // A broken connection ends in OnReadDone(false).
  void OnSecond() override {
    if (++idle_s_ >= idle_max_s_) context_->TryCancel();
    const std::lock_guard lock(mutex_);
    if (!is_replying_ && !finish_.has_value() && has_opened_ && IsNew()) Reply();
  }
  void OnStop() override { context_->TryCancel(); }
  void OnDone() override {
    parts_.streams->Remove(this);
    delete this;
  }

 private:
  // What a read brought, or that it was the last. On a thread that may wait for the disk.
  void Took(bool ok) {
    if (!ok) return FinishWith(Keep());
    log_.AddIn(raw_.Length());
    const absl::Status status = Take();
    raw_.Clear();
    if (!status.ok()) return FinishWith(status);
    {
      const std::lock_guard lock(mutex_);
      news_ = state_;
      news_taken_ = taken_;
      if (IsDue()) Reply();
    }
    StartRead(&raw_);
  }

  absl::Status Take() {
    const std::optional<RawData> data = ReadRawData<v1::UploadMessage>(raw_);
    v1::UploadMessage message;
    if (!data.has_value() && !ReadRaw(raw_, &message)) {
      return Refuse(Reason::kMalformed, "no upload message");
    }
    if (message.has_opening()) return Open(message.opening());
    if (!is_open_) return Refuse(Reason::kMalformed, "an upload begins with its opening");
    if (state_.sealed()) return Refuse(Reason::kOffsetMismatch, "the blob is sealed already");
    // Somebody who was revoked meanwhile brings nothing more.
    if (!IsStillValid(*organization_, caller_)) {
      return Refuse(Reason::kSessionRefused, "no such session or key");
    }
    if (data.has_value()) return Write(data->pieces, data->size);
    if (message.has_data())
      return Write(std::array{BytesOf(message.data())}, message.data().size());
    if (message.has_seal()) return Seal(message.seal());
    return Refuse(Reason::kMalformed, "an empty upload message");
  }

  absl::Status Open(const v1::Envelope& envelope) {
    if (is_open_ && !state_.sealed()) {
      return Refuse(Reason::kMalformed, "an opening before the blob before it was sealed");
    }
    auto who = Authenticate(parts_, envelope, "Upload");
    if (!who.ok()) return who.status();
    v1::UploadOpening opening;
    if (!opening.ParseFromString(envelope.body())) {
      return Refuse(Reason::kMalformed, "the body is no such request");
    }
    if (auto status = is_open_ ? GoOnTo(who->caller) : Enter(*std::move(who)); !status.ok()) {
      return status;
    }
    if (auto status = ReadId(opening.object(), "object", &object_); !status.ok()) return status;
    length_ = opening.length();
    if (auto status = LookAtStored(); !status.ok()) return status;
    offset_ = opening.resume() ? state_.stored() : opening.offset();
    // Before it is told where to go on: an old stream of the blob may hold more than is stored.
    return opening.resume() && is_begun_ && !state_.sealed() ? TakeOver() : absl::OkStatus();
  }

  // The first opening, which says whose stream it is.
  absl::Status Enter(Authenticated who) {
    log_.SetOrg(who.caller.org);
    if (!parts_.streams->Add(StreamKind::kUpload, who.caller.member, this)) {
      return Refuse(Reason::kServerBusy, "too many uploads are open");
    }
    idle_max_s_ = kUploadIdle_s;
    caller_ = who.caller;
    organization_ = std::move(who.organization);
    run_ = blobs().BeginRun();
    is_open_ = true;
    return absl::OkStatus();
  }

  // A later one: the place that the stream has is one member's.
  absl::Status GoOnTo(const Caller& caller) {
    if (caller.org != caller_.org || caller.member != caller_.member) {
      return Refuse(Reason::kMalformed, "an opening of another member");
    }
    caller_ = caller;
    const std::uint32_t blob = state_.blob() + 1;
    state_.Clear();
    state_.set_blob(blob);
    is_begun_ = false;
    return absl::OkStatus();
  }

  // What the server has already.
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
    is_begun_ = true;
    state_.set_stored((*state)->stored);
    state_.set_received((*state)->stored);
    state_.set_sealed((*state)->sealed);
    return absl::OkStatus();
  }

  absl::Status Begin() {
    if (writer_ != nullptr) return absl::OkStatus();
    if (offset_ != state_.stored()) {
      return Refuse(Reason::kOffsetMismatch, absl::StrCat("the upload starts at ", offset_,
                                                          ", the server has ", state_.stored()));
    }
    if (auto status = BeginWriter(); !status.ok()) return status;
    if (writer_->offset() == offset_) return absl::OkStatus();
    return Refuse(Reason::kOffsetMismatch, "another upload of this blob was faster");
  }

  absl::Status TakeOver() {
    if (auto status = BeginWriter(); !status.ok()) return status;
    offset_ = writer_->offset();
    state_.set_stored(offset_);
    state_.set_received(offset_);
    return absl::OkStatus();
  }

  absl::Status BeginWriter() {
    auto writer = organization_->unnamed_blobs().Begin(caller_.member, object_, length_,
                                                       organization_->now(), run_.get());
    if (!writer.ok()) return Named(writer.status());
    writer_ = *std::move(writer);
    return absl::OkStatus();
  }

  absl::Status Write(std::span<const ByteView> pieces, std::size_t size) {
    if (size > kUploadMessageBytesMax) {
      return Refuse(Reason::kTooLarge, absl::StrCat("a message of ", size, " bytes, at most ",
                                                    kUploadMessageBytesMax));
    }
    if (auto status = Begin(); !status.ok()) return status;
    for (const ByteView piece : pieces) {
      if (auto status = Named(writer_->Write(piece)); !status.ok()) return status;
    }
    state_.set_received(writer_->offset());
    taken_ += size;
    return FlushIfDue();
  }

  // A slow link takes minutes to fill a segment: a server that dies must not cost them.
  absl::Status FlushIfDue() {
    const auto now = std::chrono::steady_clock::now();
    if (now - flushed_ < kUploadFlushEvery) return absl::OkStatus();
    flushed_ = now;
    return Flush();
  }

  // Of the blob under way, if there is one, and of those before it.
  absl::Status Flush() {
    if (writer_ != nullptr) {
      const auto stored = writer_->Flush();
      if (!stored.ok()) return Named(stored.status());
      state_.set_stored(*stored);
    }
    return Named(run_->Flush());
  }

  absl::Status Seal(const std::string& field) {
    Hash sha256;
    if (auto status = ReadId(field, "seal", &sha256); !status.ok()) return status;
    if (auto status = Begin(); !status.ok()) return status;
    if (auto status = Named(writer_->Seal(sha256)); !status.ok()) return status;
    if (auto status = Named(NoteBlobHash(blobs(), object_, sha256)); !status.ok()) return status;
    state_.set_stored(length_);
    state_.set_received(length_);
    state_.set_sealed(true);
    writer_.reset();
    return FlushIfDue();
  }

  // The stream ended without a seal: what arrived is made durable and counted.
  absl::Status Keep() {
    if (!is_open_) return Refuse(Reason::kMalformed, "an upload begins with its opening");
    return Flush();
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
      case absl::StatusCode::kAlreadyExists:
        return Refuse(Reason::kOffsetMismatch, "another upload of this blob sealed it");
      case absl::StatusCode::kOutOfRange:
      case absl::StatusCode::kFailedPrecondition:
        return Refuse(Reason::kLengthMismatch, status.message());
      default:
        return status;
    }
  }

  // REQUIRES, as the two below: mutex_ is held. The first MiB is acknowledged message by message,
  // for by that a client learns how fast its link is.
  bool IsDue() const {
    if (is_replying_ || !IsNew()) return false;
    if (!has_opened_ || news_.blob() != said_.blob()) return true;
    return news_taken_ <= kUploadReplyEachBelow || news_taken_ - said_taken_ >= kUploadReplyBytes;
  }
  bool IsNew() const {
    return !has_opened_ || news_.blob() != said_.blob() || news_.received() != said_.received() ||
           news_.stored() != said_.stored() || news_.sealed() != said_.sealed();
  }
  void Reply() {
    has_opened_ = true;
    is_replying_ = true;
    said_ = news_;
    said_taken_ = news_taken_;
    raw_reply_ = WriteRaw(said_);
    replied_bytes_ += raw_reply_.Length();
    StartWrite(&raw_reply_);
  }

  // The newest news is said first, if all is well. Last on its thread, which is not gRPC's: after
  // Finish this stream may be gone at once, and with it the mutex.
  void FinishWith(const absl::Status& status) {
    writer_.reset();
    run_.reset();
    grpc::Status finish;
    {
      const std::lock_guard lock(mutex_);
      news_ = state_;
      log_.AddOut(replied_bytes_ + state_.ByteSizeLong());
      finish = log_.Finish(status, *context_);
      finish_ = finish;
      if (is_replying_) return;
      if (status.ok() && is_open_ && IsNew()) return Reply();
    }
    Finish(finish);
  }
  storage::BlobStore& blobs() const { return *organization_->storage().blobs; }

  const ServiceParts parts_;
  grpc::CallbackServerContext* const context_;
  std::atomic<std::uint64_t> idle_s_ = 0;
  std::atomic<std::uint64_t> idle_max_s_ = kUploadOpening_s;

  std::mutex mutex_;              // Guards what follows, up to the next comment.
  v1::UploadReply news_;          // To be said,
  v1::UploadReply said_;          // and under way or said,
  grpc::ByteBuffer raw_reply_;    // and as it is under way.
  bool has_opened_ = false;       // The first reply was said.
  bool is_replying_ = false;      // One is under way.
  std::uint64_t news_taken_ = 0;  // Bytes of `data` on this stream, when there was that news,
  std::uint64_t said_taken_ = 0;  // and when it was said.
  std::size_t replied_bytes_ = 0;
  std::optional<grpc::Status> finish_;

  // What follows belongs to the one read under way.
  v1::UploadReply state_;
  std::uint64_t taken_ = 0;
  std::chrono::steady_clock::time_point flushed_ = std::chrono::steady_clock::now();
  CallLog log_;
  grpc::ByteBuffer raw_;
  Caller caller_;
  std::shared_ptr<Organization> organization_;
  std::unique_ptr<storage::BlobRun> run_;
  std::unique_ptr<storage::BlobWriter> writer_;
  ObjectId object_;
  std::uint64_t length_ = 0;
  std::uint64_t offset_ = 0;
  bool is_open_ = false;
  bool is_begun_ = false;  // The server had some of this blob, or its length.
};

}  // namespace

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* StartUpload(
    const ServiceParts& parts, grpc::CallbackServerContext* context) {
  auto* stream = new UploadStream(parts, context);
  stream->Start();
  return stream;
}

}  // namespace amparo::server
