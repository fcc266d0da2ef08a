// One organisation on this server: its log, and the one thread that appends to it. Statements
// are judged one after the other and made durable together (group commit); nobody is answered
// before. Knows nothing of gRPC. Spec: docs/spec/engine.md.
//
// Thread safety: all methods, from any thread.

#ifndef AMPARO_SERVER_ORGANIZATION_H_
#define AMPARO_SERVER_ORGANIZATION_H_

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/signature.h"
#include "server/batch.h"
#include "server/clock.h"
#include "server/organization_limits.h"
#include "server/replay.h"
#include "server/statement_queue.h"
#include "server/subject_states.h"
#include "server/submission.h"
#include "server/unnamed_blobs.h"
#include "server/view_rows.h"
#include "storage/followers.h"
#include "storage/store.h"

namespace amparo::server {

inline constexpr int kAppendAttemptsMax =
    8;  // Of one batch, while the log answers UNKNOWN or ABORTED.

struct Appended {
  Position position;
  std::string checkpoint;  // Signed note over a log that includes it.
  // audit/storage_receipt.h; nothing if the statement names no objects.
  std::optional<Signature> storage_signature;
};
using AppendCallback = std::function<void(absl::StatusOr<Appended>)>;

// What an organisation is opened for.
enum class Opening {
  kToServe,
  kToCheck,  // Nothing is appended, nothing swept; every submission is refused.
};

class Organization {
 public:
  struct Options {
    OrgId org;
    storage::OrgStorage storage;
    SigningKey log_key;
    Clock clock;
    std::uint32_t timer_poll_ms = 10'000;  // How often an idle writer looks at the clock.
    Opening opening = Opening::kToServe;
    OrganizationLimits limits = {};
  };
  // Replays the log, appends the tick that is due, and starts the writer. An empty log is an
  // organisation yet to be founded. Errors: as server/replay.h; FAILED_PRECONDITION too if the
  // policy names another log key.
  static absl::StatusOr<std::unique_ptr<Organization>> Open(Options options);
  // Stops as Stop() does.
  ~Organization();

  // Calls `done` exactly once, on the writer's thread or on this one, after the statement is
  // durable or refused. `done` must not block. Finds blobs and known statements by itself.
  // `carrier`: whose session it came in, for a fair share; zeros: nobody's.
  // SERVER_BUSY: the queue is full, or the carrier's share of it. QUOTA_REACHED: the carrier's
  // statements of a day. STOPPING: Stop() was called.
  void Submit(Submission submission, AppendCallback done, const MemberId& carrier = {});

  // Answers what is queued, then ends the writer. Later submissions are refused.
  void Stop();

  const OrgId& id() const { return options_.org; }
  const storage::OrgStorage& storage() const { return options_.storage; }
  const ViewRows& rows() const { return rows_; }
  SubjectStates& subjects() { return subjects_; }
  UnnamedBlobs& unnamed_blobs() { return unnamed_blobs_; }
  std::shared_ptr<const Snapshot> snapshot() const;
  // The log's own checkpoint of a size it has or had: the same note as then.
  // SIZE_UNKNOWN: the log is shorter, or the size is 0. DATA_LOSS: the newest tree does not
  // continue what the view says of that size; nothing is signed then.
  absl::StatusOr<std::string> SignedCheckpoint(TreeSize size) const;
  UnixSeconds now() const { return options_.clock(); }
  // Calls `listener` with each new size once readers see it. As storage/followers.h.
  std::unique_ptr<storage::Ledger::Follower> Follow(std::function<void(TreeSize)> listener);

 private:
  struct Waiting {
    Submission submission;
    AppendCallback done;
    std::uint64_t erasures = 0;  // When its blobs were looked for.
  };

  explicit Organization(Options options);
  ReplayParts parts();
  static bool IsOfAValidAuthor(const Submission& submission, const Snapshot& base);
  // Reads what the judge will ask for: here many threads read at once, there one for all.
  void Warm(const Submission& submission, const Snapshot& base);
  bool IsStopping();
  absl::Status Reload();
  void Run();
  // Up to one batch of what waits. Empty: it is time to look at the clock, or the end.
  std::vector<Waiting> Take();
  void Process(std::vector<Waiting> waiting);
  // One attempt. OK: what was not refused is durable, all are answered and `waiting` is
  // empty. ABORTED: the log has grown, try again. Else: nothing of it is known to stand.
  absl::Status TryAppend(std::vector<Waiting*>& waiting);
  // What the author of a durable statement is answered.
  Appended AnswerTo(const Submission& submission, Position position,
                    const std::string& checkpoint) const;
  void SweepIfDue();
  // Of a statement that was refused because a blob is missing: what is in that one's place goes.
  void MakeWayFor(const Submission& refused);
  // A tick alone, when an hour has begun and nobody says anything.
  void AppendTimerTick();
  Overlay::Base Base();
  Batch::Setting BatchSetting();
  absl::Status Commit(const Batch& batch, const std::string& checkpoint);
  absl::Status WriteAhead(const Batch& batch);
  absl::Status Append(const Batch& batch, const std::string& checkpoint);
  void Publish(const Batch& batch, const std::string& checkpoint);

  const Options options_;
  const ViewRows rows_;
  SubjectStates subjects_;
  UnnamedBlobs unnamed_blobs_;
  storage::Followers followers_;

  mutable std::mutex snapshot_mutex_;  // Guards the pointer.
  std::shared_ptr<const Snapshot> snapshot_;

  std::mutex queue_mutex_;  // Guards what follows.
  std::condition_variable queue_changed_;
  StatementQueue<Waiting> queue_;
  bool stopping_ = false;

  std::atomic<std::uint64_t> erasures_ = 0;  // Times that blobs were erased, by a sweep or else.
  bool view_is_behind_ = false;              // The writer's own, as what follows.
  UnixSeconds swept_at_;
  Secret<32> key_space_;
  std::thread writer_;
};

}  // namespace amparo::server

#endif  // AMPARO_SERVER_ORGANIZATION_H_
