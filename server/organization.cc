#include "server/organization.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "audit/proof.h"
#include "audit/storage_receipt.h"
#include "server/refusal.h"

namespace amparo::server {
namespace {

// A refusal is an answer; anything else went wrong beneath us.
bool IsRefusal(const absl::Status& status) { return DetailOf(status).has_value(); }

bool IsBlobMissing(const absl::Status& status) {
  const auto detail = DetailOf(status);
  return detail.has_value() && detail->reason == ReasonName(Reason::kBlobMissing);
}

absl::Status Internal(absl::Status status) {
  return IsRefusal(status) ? std::move(status) : Refuse(Reason::kInternal, status.message());
}

}  // namespace

Organization::Organization(Options options)
    : options_(std::move(options)),
      rows_(options_.storage.view),
      subjects_(&rows_, LogReader(options_.storage.ledger, options_.storage.shelf)),
      unnamed_blobs_(options_.storage.blobs, &rows_, options_.limits),
      queue_(options_.limits.statements_per_day) {}

absl::StatusOr<std::unique_ptr<Organization>> Organization::Open(Options options) {
  std::unique_ptr<Organization> opened(new Organization(std::move(options)));
  auto replayed = ReplayLog(opened->parts());
  if (!replayed.ok()) return replayed.status();
  const directory::Directory& directory = *(*replayed)->directory;
  if (directory.founded() && directory.policy().log_key != opened->options_.log_key.verify_key()) {
    return absl::FailedPreconditionError("the server's log key is not the one the policy names");
  }
  opened->snapshot_ = *std::move(replayed);
  if (auto status = opened->unnamed_blobs_.Load(); !status.ok()) return status;
  opened->swept_at_ = opened->now();
  if (opened->options_.opening == Opening::kToCheck) {
    opened->Stop();
    return opened;
  }
  const auto swept = opened->unnamed_blobs_.Sweep(opened->swept_at_);
  if (!swept.ok()) return swept.status();
  // Nobody is to see time stand still where a server did. What fails is tried again later.
  opened->AppendTimerTick();
  opened->writer_ = std::thread([organization = opened.get()] { organization->Run(); });
  return opened;
}

Organization::~Organization() { Stop(); }

ReplayParts Organization::parts() {
  return {.org = options_.org, .storage = options_.storage, .rows = &rows_, .subjects = &subjects_};
}

std::shared_ptr<const Snapshot> Organization::snapshot() const {
  const std::lock_guard lock(snapshot_mutex_);
  return snapshot_;
}

absl::StatusOr<std::string> Organization::SignedCheckpoint(TreeSize size) const {
  const auto now = snapshot();
  if (size == now->size() && size.value > 0) return now->checkpoint;
  if (size.value == 0 || size > now->size()) {
    return Refuse(Reason::kSizeUnknown,
                  absl::StrCat("size ", size.value, " of a log of ", now->size().value));
  }
  const auto root = rows_.RootAt(size);
  if (!root.ok()) return root.status();
  if (!root->has_value()) return absl::DataLossError("the view has no root of this size");
  const audit::Checkpoint earlier{.size = size, .root = **root};
  const auto path = audit::ProveConsistency(
      size, now->size(), [this](const audit::NodeId& node) { return rows_.NodeAt(node); });
  if (!path.ok()) return path.status();
  const auto continues =
      audit::VerifyConsistency(earlier, {.size = now->size(), .root = now->frontier.Root()}, *path);
  if (!continues.ok()) {
    return absl::DataLossError(absl::StrCat("the view's root of size ", size.value,
                                            " is none of this log: ", continues.message()));
  }
  return audit::SignCheckpoint(options_.org, earlier, options_.log_key);
}

bool Organization::IsOfAValidAuthor(const Submission& submission, const Snapshot& base) {
  const directory::Moment moment = base.directory->MomentAt(Position{base.size().value});
  return !base.directory->CheckAuthorOfVerified(submission.statement, moment).has_value();
}

void Organization::Warm(const Submission& submission, const Snapshot& base) {
  const Subject subject = SubjectOf(submission.statement.statement);
  if (subject.type != SubjectType::kCase && subject.type != SubjectType::kDocument) return;
  subjects_.Warm(subject, *base.directory, base.size());
}

std::unique_ptr<storage::Ledger::Follower> Organization::Follow(
    std::function<void(TreeSize)> listener) {
  return followers_.Add(std::move(listener));
}

void Organization::Submit(Submission submission, AppendCallback done, const MemberId& carrier) {
  const std::uint64_t erasures = erasures_;
  // Nobody else's signature makes the server read its blobs; the judge names what is wrong.
  if (const auto base = snapshot(); IsOfAValidAuthor(submission, *base)) {
    if (auto status = FindBlobs(*options_.storage.blobs, submission); !status.ok()) {
      return done(Internal(status));
    }
    Warm(submission, *base);
  }
  absl::Status refused;
  {
    const std::lock_guard lock(queue_mutex_);
    const std::size_t bytes = submission.bytes();
    Waiting waiting{.submission = std::move(submission), .done = done, .erasures = erasures};
    refused = stopping_ ? Refuse(Reason::kStopping, "the server is shutting down")
                        : queue_.Push(carrier, bytes, now(), std::move(waiting));
  }
  if (!refused.ok()) return done(std::move(refused));
  queue_changed_.notify_one();
}

void Organization::Stop() {
  {
    const std::lock_guard lock(queue_mutex_);
    stopping_ = true;
  }
  queue_changed_.notify_one();
  if (writer_.joinable()) writer_.join();
}

void Organization::Run() {
  while (true) {
    std::vector<Waiting> waiting = Take();
    if (!waiting.empty()) {
      Process(std::move(waiting));
    } else if (IsStopping()) {
      return;
    } else {
      AppendTimerTick();
    }
    SweepIfDue();
  }
}

bool Organization::IsStopping() {
  const std::lock_guard lock(queue_mutex_);
  return stopping_ && queue_.empty();
}

// What fails here is tried again at the next look at the clock.
void Organization::AppendTimerTick() {
  if (view_is_behind_ && !Reload().ok()) return;
  Batch batch(Base(), BatchSetting());
  if (!batch.AddTickIfHourBegan(options_.clock()).ok() || batch.entries().empty()) return;
  const absl::Status status = Commit(batch, batch.Checkpoint());
  if (absl::IsAborted(status)) view_is_behind_ = true;
}

// What fails here is tried again an hour later.
void Organization::SweepIfDue() {
  const UnixSeconds at = now();
  if (view_is_behind_ || at.value < swept_at_.value + kSweepEvery_s) return;
  swept_at_ = at;
  const auto erased = unnamed_blobs_.Sweep(at);
  if (!erased.ok() || *erased > 0) ++erasures_;
}

// What fails here is tried again with the statement.
void Organization::MakeWayFor(const Submission& refused) {
  if (view_is_behind_) return;  // It may be named meanwhile.
  const auto erased = unnamed_blobs_.MakeWay(refused);
  if (!erased.ok() || *erased > 0) ++erasures_;
}

std::vector<Organization::Waiting> Organization::Take() {
  std::unique_lock lock(queue_mutex_);
  queue_changed_.wait_for(lock, std::chrono::milliseconds(options_.timer_poll_ms),
                          [this] { return stopping_ || !queue_.empty(); });
  std::vector<Waiting> taken;
  std::size_t statement_bytes = 0;
  std::size_t bytes = 0;
  while (!queue_.empty() && taken.size() < kBatchStatementsMax) {
    const Submission& next = queue_.Front().submission;
    statement_bytes += next.statement.bytes.size() + kEntryOverheadMax;
    bytes += next.bytes();
    const bool fits = statement_bytes <= kBatchStatementBytesMax && bytes <= kBatchBytesMax;
    if (!fits && !taken.empty()) break;
    taken.push_back(queue_.Pop());
  }
  return taken;
}

void Organization::Process(std::vector<Waiting> all) {
  std::vector<Waiting*> waiting;
  for (Waiting& one : all) {
    // What was found then may be erased now: its author asks, and says it again.
    if (one.erasures != erasures_) one.submission.sealed_blobs.clear();
    waiting.push_back(&one);
  }
  absl::Status outcome;
  for (int attempt = 0; attempt < kAppendAttemptsMax && !waiting.empty(); ++attempt) {
    if (view_is_behind_ || attempt > 0) outcome = Reload();
    if (outcome.ok()) outcome = TryAppend(waiting);
    if (!absl::IsAborted(outcome)) break;
  }
  if (absl::IsAborted(outcome)) {
    outcome = Refuse(Reason::kServerBusy, "the log grew faster than this server");
  }
  for (Waiting* one : waiting) one->done(Internal(outcome));
}

absl::Status Organization::Reload() {
  const auto base = snapshot();
  // The view may already hold rows of what is read again: they come out the same.
  auto reloaded = CatchUp(parts(), *base);
  if (!reloaded.ok()) return reloaded.status();
  view_is_behind_ = false;
  const TreeSize size = (*reloaded)->size();
  {
    const std::lock_guard lock(snapshot_mutex_);
    snapshot_ = *std::move(reloaded);
  }
  if (size != base->size()) followers_.Notify(size);
  return absl::OkStatus();
}

absl::Status Organization::TryAppend(std::vector<Waiting*>& waiting) {
  Batch batch(Base(), BatchSetting());
  if (auto status = batch.AddTickIfDue(options_.clock()); !status.ok()) return status;
  std::vector<absl::StatusOr<Position>> judged;
  for (const Waiting* one : waiting) judged.push_back(batch.Add(one->submission));
  std::string checkpoint = snapshot()->checkpoint;
  if (batch.has_statements()) {
    checkpoint = batch.Checkpoint();
    if (auto status = Commit(batch, checkpoint); !status.ok()) return status;
  }
  // Refusals wait too: one may rest on a statement of this very batch.
  const std::vector<Waiting*> answered = std::exchange(waiting, {});
  std::vector<std::size_t> lacking;
  for (std::size_t i = 0; i < answered.size(); ++i) {
    if (judged[i].ok()) {
      answered[i]->done(AnswerTo(answered[i]->submission, *judged[i], checkpoint));
    } else if (IsBlobMissing(judged[i].status())) {
      lacking.push_back(i);
    } else {
      answered[i]->done(Internal(std::move(judged[i]).status()));
    }
  }
  // Last, because it waits for the disk, and nobody else has to.
  for (const std::size_t i : lacking) {
    MakeWayFor(answered[i]->submission);
    answered[i]->done(Internal(std::move(judged[i]).status()));
  }
  return absl::OkStatus();
}

Appended Organization::AnswerTo(const Submission& submission, Position position,
                                const std::string& checkpoint) const {
  Appended appended{.position = position, .checkpoint = checkpoint, .storage_signature = {}};
  if (!submission.body.objects.empty()) {
    appended.storage_signature = audit::SignStorageReceipt(
        options_.org, position, submission.hash, submission.body.objects, options_.log_key);
  }
  return appended;
}

Overlay::Base Organization::Base() {
  const auto base = snapshot();
  return {.directory = base->directory,
          .frontier = base->frontier,
          .rows = &rows_,
          .subjects = &subjects_};
}

Batch::Setting Organization::BatchSetting() {
  return {.org = options_.org,
          .log_key = &options_.log_key,
          .shelf = options_.storage.shelf,
          .key_space = &key_space_};
}

absl::Status Organization::Commit(const Batch& batch, const std::string& checkpoint) {
  if (auto status = WriteAhead(batch); !status.ok()) return status;
  if (auto status = Append(batch, checkpoint); !status.ok()) return status;
  Publish(batch, checkpoint);
  return absl::OkStatus();
}

absl::Status Organization::WriteAhead(const Batch& batch) {
  absl::Status status = options_.storage.ledger->CheckRoom();
  for (const auto& [id, key] : batch.shelf_keys()) {
    if (status.ok()) status = options_.storage.shelf->Add(id, key);
  }
  if (status.ok() && !batch.pieces().empty()) {
    status = options_.storage.blobs->PutPieces(batch.pieces());
  }
  if (absl::IsResourceExhausted(status)) {
    return Refuse(Reason::kStorageFull, "the server's disk has no room");
  }
  return status;
}

absl::Status Organization::Append(const Batch& batch, const std::string& checkpoint) {
  const Position position{batch.overlay().base_size().value};
  for (int attempt = 0; attempt < kAppendAttemptsMax; ++attempt) {
    switch (options_.storage.ledger->Append(position, batch.entries(), AsBytes(checkpoint))) {
      case storage::AppendOutcome::kOk:
        return absl::OkStatus();
      case storage::AppendOutcome::kAborted:
        return absl::AbortedError("the log is longer");
      case storage::AppendOutcome::kRefused:
        return Refuse(Reason::kStorageFull, "the log takes no more");
      case storage::AppendOutcome::kUnknown:
        break;  // The same bytes at the same position again: that is how one finds out.
    }
  }
  view_is_behind_ = true;
  return Refuse(Reason::kOutcomeUnknown, "the log did not say whether it stands");
}

void Organization::Publish(const Batch& batch, const std::string& checkpoint) {
  const Overlay& overlay = batch.overlay();
  const TreeSize size = overlay.frontier().size();
  const auto applied = options_.storage.view->Apply(overlay.rows(), size);
  if (!applied.ok()) {
    view_is_behind_ = true;  // Durable all the same; the next batch catches up first.
    return;
  }
  for (const auto& [subject, state] : overlay.states()) subjects_.Keep(subject, state);
  {
    const std::lock_guard lock(snapshot_mutex_);
    snapshot_ = std::make_shared<const Snapshot>(Snapshot{.directory = overlay.shared_directory(),
                                                          .frontier = overlay.frontier(),
                                                          .checkpoint = checkpoint});
  }
  followers_.Notify(size);
}

}  // namespace amparo::server
