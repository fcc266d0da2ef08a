#include "server/batch.h"

#include <algorithm>
#include <cassert>

#include "crypto/aead.h"
#include "server/pieces.h"

namespace amparo::server {

absl::Status Batch::AddTickIfDue(UnixSeconds now) {
  const std::uint64_t last = overlay_.directory().newest_tick().value;
  return now.value > last + kTickEvery_s ? AddTick(now) : absl::OkStatus();
}

absl::Status Batch::AddTickIfHourBegan(UnixSeconds now) {
  const std::uint64_t last = overlay_.directory().newest_tick().value;
  return now.value / kTimerEvery_s > last / kTimerEvery_s ? AddTick(now) : absl::OkStatus();
}

absl::Status Batch::AddTick(UnixSeconds now) {
  const directory::Directory& directory = overlay_.directory();
  if (!directory.founded()) return absl::OkStatus();
  const Body body{
      .act = Tick{.now = now, .directory_head = directory.head()}, .objects = {}, .grants = {}};
  Statement tick;
  tick.kind = static_cast<std::uint16_t>(Kind::kTick);
  tick.org = setting_.org;
  tick.actor = LogActor();
  tick.actor_seq = now.value;
  tick.actor_prev = directory.tick_head();
  tick.subject_type = static_cast<std::uint8_t>(SubjectType::kLog);
  tick.subject_prev = directory.tick_head();
  tick.seen_tree_size = overlay_.frontier().size();
  tick.seen_root = overlay_.frontier().Root();
  tick.claimed_time = now;
  tick.salt = RandomId<Salt>();
  tick.body = EncodeBody(body);
  return AddEntry(SignStatement(tick, *setting_.log_key), body, {}, ShelfKeyId{}, nullptr);
}

absl::StatusOr<Position> Batch::Add(const Submission& submission) {
  const auto known = overlay_.FindStatement(submission.hash);
  if (!known.ok()) return known.status();
  if (known->has_value()) return (*known)->position;
  const auto verdict = Judge(submission, overlay_);
  if (!verdict.ok()) return verdict.status();
  const Position position = overlay_.next();
  const absl::Status status = AddJudged(submission, *verdict);
  Wipe(setting_.key_space->ExposeMutable());
  if (!status.ok()) return status;
  ++statements_;
  return position;
}

absl::Status Batch::AddJudged(const Submission& submission, const Verdict& verdict) {
  ShelfKeyId shelf_key;
  Secret<32>* const key = setting_.key_space;
  if (auto status = FindShelfKey(verdict.case_id, &shelf_key, key); !status.ok()) return status;
  const Secret<32>* const key_or_null = shelf_key.is_zero() ? nullptr : key;
  if (auto status =
          AddEntry(submission.statement, submission.body, verdict.events, shelf_key, key_or_null);
      !status.ok()) {
    return status;
  }
  // After it: a certificate that this statement makes valid may be granted to by it.
  AddPieces(submission, shelf_key, key_or_null);
  return absl::OkStatus();
}

absl::Status Batch::AddEntry(const SignedStatement& statement, const Body& body,
                             const std::vector<workflow::Event>& events,
                             const ShelfKeyId& shelf_key, const Secret<32>* key) {
  audit::LogEntry entry{.leaf = audit::LeafOf(statement), .shelf_key = shelf_key, .payload = {}};
  entry.payload = key == nullptr ? statement.bytes
                                 : AeadSeal(*key, audit::EntryContext(entry), statement.bytes);
  Bytes encoded = audit::EncodeEntry(entry);
  assert(encoded.size() <= statement.bytes.size() + kEntryOverheadMax);
  if (auto status = overlay_.Admit(statement, body, events, shelf_key); !status.ok()) return status;
  entries_.push_back(std::move(encoded));
  return absl::OkStatus();
}

absl::Status Batch::FindShelfKey(const SubjectId& case_id, ShelfKeyId* id, Secret<32>* key) {
  if (case_id.is_zero()) return absl::OkStatus();
  const auto known = overlay_.ShelfKeyOf(case_id);
  if (!known.ok()) return known.status();
  if (!known->has_value()) {
    *id = RandomId<ShelfKeyId>();
    FillRandom(key->ExposeMutable());
    shelf_keys_.emplace_back(*id, key->Duplicate());
    return absl::OkStatus();
  }
  *id = **known;
  for (const auto& [made, made_key] : shelf_keys_) {
    if (made != *id) continue;
    std::ranges::copy(made_key.Expose(), key->ExposeMutable().begin());
    return absl::OkStatus();
  }
  if (setting_.shelf->FindInto(*id, *key).ok()) return absl::OkStatus();
  return absl::DataLossError("the shelf key of a case is gone");
}

void Batch::AddPieces(const Submission& submission, const ShelfKeyId& shelf_key,
                      const Secret<32>* key) {
  for (const auto& [object, payload] : submission.objects) {
    pieces_.push_back(WrapPiece(ObjectPieceKey(object), shelf_key, key, payload));
  }
  for (const GrantRef& grant : submission.body.grants) {
    const auto bytes = submission.grants.find(grant.sha256);
    if (bytes == submission.grants.end() || !IsGranteeValid(grant, overlay_)) continue;
    pieces_.push_back(
        WrapPiece(GrantPieceKey(grant.object, grant.sha256), shelf_key, key, bytes->second));
  }
}

std::string Batch::Checkpoint() const {
  return audit::SignCheckpoint(
      setting_.org, {.size = overlay_.frontier().size(), .root = overlay_.frontier().Root()},
      *setting_.log_key);
}

}  // namespace amparo::server
