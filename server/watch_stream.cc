#include "server/watch_stream.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "server/reading.h"

namespace amparo::server {
namespace {

class WatchStream final : public grpc::ServerWriteReactor<v1::WatchReply>, public Stream {
 public:
  WatchStream(const ServiceParts& parts, grpc::CallbackServerContext* context)
      : parts_(parts), context_(context), log_(parts, "Watch", 0) {}

  void Start(const v1::Envelope& envelope) {
    const absl::Status status = Open(envelope);
    const std::lock_guard lock(mutex_);
    if (!status.ok()) return FinishLocked(status);
    WriteIfGrownLocked(organization_->snapshot()->size());
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    is_writing_ = false;
    if (!ok) return FinishLocked(absl::OkStatus());
    if (is_ending_) return FinishLocked(absl::OkStatus());
    WriteIfGrownLocked(newest_);
  }
  void OnCancel() override { End(); }
  void OnSecond() override {
    const std::lock_guard lock(mutex_);
    if (++age_s_ >= kWatchLifetime_s) EndLocked();
  }
  void OnStop() override { End(); }
  void OnDone() override {
    parts_.streams->Remove(this);
    follower_.reset();
    mutex_.lock();  // Whoever finished the call may still be leaving it.
    mutex_.unlock();
    delete this;
  }

 private:
  absl::Status Open(const v1::Envelope& envelope) {
    auto who = Authenticate(parts_, envelope, "Watch");
    if (!who.ok()) return who.status();
    log_.SetOrg(who->caller.org);
    v1::WatchRequest inner;
    if (!inner.ParseFromString(envelope.body())) {
      return Refuse(Reason::kMalformed, "the body is no such request");
    }
    caller_ = who->caller;
    organization_ = std::move(who->organization);
    sent_ = TreeSize{inner.size()};
    if (!parts_.streams->Add(StreamKind::kWatch, caller_.member, this)) {
      return Refuse(Reason::kServerBusy, "too many are watching");
    }
    follower_ = organization_->Follow([this](TreeSize size) {
      const std::lock_guard lock(mutex_);
      WriteIfGrownLocked(size);
    });
    return absl::OkStatus();
  }

  void WriteIfGrownLocked(TreeSize size) {
    newest_ = std::max(newest_, size);
    if (is_finished_ || is_writing_ || newest_ <= sent_) return;
    // Somebody who was revoked meanwhile learns nothing more.
    if (!IsStillValid(*organization_, caller_)) {
      return FinishLocked(Refuse(Reason::kSessionRefused, "no such session or key"));
    }
    is_writing_ = true;
    sent_ = newest_;
    reply_.set_size(sent_.value);
    log_.AddOut(reply_.ByteSizeLong());
    StartWrite(&reply_);
  }
  void End() {
    const std::lock_guard lock(mutex_);
    EndLocked();
  }
  void EndLocked() {
    is_ending_ = true;
    if (!is_writing_) FinishLocked(absl::OkStatus());
  }
  void FinishLocked(const absl::Status& status) {
    if (std::exchange(is_finished_, true)) return;
    Finish(log_.Finish(status, *context_));
  }

  const ServiceParts parts_;
  grpc::CallbackServerContext* const context_;
  Caller caller_;
  std::shared_ptr<Organization> organization_;
  std::unique_ptr<storage::Ledger::Follower> follower_;

  std::mutex mutex_;  // Guards what follows.
  CallLog log_;
  v1::WatchReply reply_;
  TreeSize sent_;
  TreeSize newest_;
  std::uint64_t age_s_ = 0;
  bool is_writing_ = false;
  bool is_ending_ = false;
  bool is_finished_ = false;
};

}  // namespace

grpc::ServerWriteReactor<v1::WatchReply>* StartWatch(const ServiceParts& parts,
                                                     grpc::CallbackServerContext* context,
                                                     const v1::Envelope& envelope) {
  auto* stream = new WatchStream(parts, context);
  stream->Start(envelope);
  return stream;
}

}  // namespace amparo::server
