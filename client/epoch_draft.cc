#include "client/epoch_draft.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "audit/checkpoint.h"
#include "client/root_signature.h"
#include "client/statement_author.h"
#include "client/text_file.h"

namespace amparo::client {
namespace {

// What the server says of its log, and what we say of ours.
class TwoLogs {
 public:
  TwoLogs(Connection& connection, const Replica& replica)
      : connection_(connection), replica_(replica) {}

  // Whether both have the same root at `size`. FAILED_PRECONDITION: ours is not known there.
  absl::StatusOr<bool> AgreeAt(TreeSize size) {
    const std::optional<Hash> ours = replica_.RootAt(size);
    if (!ours.has_value()) {
      return absl::FailedPreconditionError(
          "a light home cannot say where the logs part; use one that has every entry: amparo sync "
          "--full, or another member's");
    }
    auto reply = connection_.Checkpoint(size);
    if (!reply.ok()) return reply.status();
    return reply->old_root.has_value() && *reply->old_root == *ours;
  }

  // The largest size at which they agree: where one history has parted, it stays parted.
  absl::StatusOr<TreeSize> CommonSize(TreeSize end) {
    std::uint64_t agreed = 0, beyond = end.value + 1;
    while (beyond - agreed > 1) {
      const std::uint64_t middle = agreed + (beyond - agreed) / 2;
      auto agree = AgreeAt(TreeSize{middle});
      if (!agree.ok()) return agree.status();
      (*agree ? agreed : beyond) = middle;
    }
    return TreeSize{agreed};
  }

 private:
  Connection& connection_;
  const Replica& replica_;
};

// The newest statement of the log about itself: what the epoch comes after.
struct NewestOfLog {
  Hash statement;
  std::uint32_t epoch = 0;  // Of the newest log epoch; 0: none.
};
absl::StatusOr<NewestOfLog> FindNewest(Connection& connection, const CheckpointReply& reply,
                                       TreeSize size) {
  NewestOfLog out;
  auto light = connection.Light(LightWhich::kTick, Position{0}, size);
  if (!light.ok()) return light.status();
  if (light->statements.empty()) return absl::DataLossError("the server's log has no time");
  Position at = light->statements.back().position;
  auto tick = DecodeSigned(light->statements.back().statement);
  if (!tick.ok()) return absl::DataLossError(tick.status().message());
  out.statement = HashOf(*tick);
  if (!reply.log_epoch.has_value()) return out;
  auto newest = DecodeSigned(reply.log_epoch->statement);
  if (!newest.ok()) return absl::DataLossError(newest.status().message());
  auto body = DecodeBody(newest->statement.kind, newest->statement.body);
  const auto* epoch = body.ok() ? std::get_if<LogEpoch>(&body->act) : nullptr;
  if (epoch == nullptr) return absl::DataLossError("the server names a log epoch that is none");
  out.epoch = epoch->epoch;
  if (reply.log_epoch->position > at) out.statement = HashOf(*newest);
  return out;
}

}  // namespace

absl::StatusOr<LogEpochDraft> ParseLogEpochDraft(absl::string_view text) {
  auto bytes = ParseTextFile(kLogEpochDraftHeader, text);
  if (!bytes.ok()) return bytes.status();
  auto statement = DecodeStatement(*bytes);
  if (!statement.ok()) return statement.status();
  auto body = DecodeBody(statement->kind, statement->body);
  if (!body.ok()) return body.status();
  const auto* epoch = std::get_if<LogEpoch>(&body->act);
  if (epoch == nullptr) return absl::InvalidArgumentError("the draft is no log epoch");
  return LogEpochDraft{.statement = *std::move(statement), .epoch = *epoch};
}

absl::StatusOr<std::string> DraftLogEpoch(Connection& connection, const Replica& replica,
                                          const OrgId& org, std::uint64_t& lost) {
  if (!replica.directory().founded()) {
    return absl::FailedPreconditionError("nothing is known of the organisation");
  }
  const audit::Checkpoint ours = replica.head();
  auto reply = connection.Checkpoint(ours.size);
  if (!reply.ok()) return reply.status();
  auto theirs = audit::OpenCheckpoint(org, replica.directory().policy().log_key, reply->checkpoint);
  if (!theirs.ok()) return absl::DataLossError(theirs.status().message());
  if (reply->old_root.has_value() && *reply->old_root == ours.root) {
    return absl::FailedPreconditionError(
        absl::StrCat("the server's log of size ", theirs->size.value,
                     " continues what this home saw, size ", ours.size.value, ": nothing is lost"));
  }
  auto common = TwoLogs(connection, replica).CommonSize(std::min(ours.size, theirs->size));
  if (!common.ok()) return common.status();
  if (common->value == 0) {
    return absl::FailedPreconditionError("the server's log has nothing in common with this home's");
  }
  auto newest = FindNewest(connection, *reply, theirs->size);
  if (!newest.ok()) return newest.status();
  lost = ours.size.value - common->value;
  Statement statement;
  statement.kind = static_cast<std::uint16_t>(Kind::kLogEpoch);
  statement.org = org;
  statement.actor = RootActor();
  statement.actor_seq = newest->epoch + 1;
  statement.subject_type = static_cast<std::uint8_t>(SubjectType::kLog);
  statement.subject_prev = newest->statement;
  statement.claimed_time = SystemNow();
  statement.salt = RandomId<Salt>();
  const LogEpoch act{.epoch = newest->epoch + 1, .size = *common, .root = *replica.RootAt(*common)};
  statement.body = EncodeBody({.act = act, .objects = {}, .grants = {}});
  return FormatTextFile(kLogEpochDraftHeader, EncodeStatement(statement));
}

absl::StatusOr<std::string> SignLogEpoch(const LogEpochDraft& draft, const KeyBundle& keys) {
  if (!keys.signing.has_value()) {
    return absl::FailedPreconditionError("this home has no key to sign with");
  }
  return FormatRootSignature(kLogEpochSignatureHeader, draft.statement, *keys.signing);
}

absl::StatusOr<SignedStatement> AssembleLogEpoch(const LogEpochDraft& draft, const Policy& policy,
                                                 const std::vector<std::string>& signatures) {
  return AssembleByRoots(kLogEpochSignatureHeader, draft.statement, policy.roots, policy.threshold,
                         signatures);
}

}  // namespace amparo::client
