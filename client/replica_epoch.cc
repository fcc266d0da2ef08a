// A log that lost its end, and the roots' word where it goes on.
// Spec: docs/spec/client-checks.md, "After a restore".

#include <algorithm>
#include <utility>

#include "client/replica.h"
#include "client/replica_alarm.h"
#include "client/replica_fetch.h"
#include "client/replica_stage.h"

namespace amparo::client {
namespace {

// Signed by at least the threshold of the policy's roots, and by nobody else.
bool IsByRoots(const SignedStatement& statement, const Policy& policy) {
  const Statement& said = statement.statement;
  if (said.actor != RootActor() || !said.actor_certificate.is_zero()) return false;
  const bool all_are = std::all_of(
      statement.signatures.begin(), statement.signatures.end(), [&](const auto& signature) {
        return std::find(policy.roots.begin(), policy.roots.end(), signature.key) !=
               policy.roots.end();
      });
  return all_are && statement.signatures.size() >= policy.threshold && SignaturesVerify(statement);
}

}  // namespace

absl::Status Replica::Confront(Connection& connection, const Round& round, absl::Status alarm) {
  if (log_.size().value == 0) return alarm;  // There is nothing to compare with.
  const auto reply = connection.Checkpoint(log_.size());
  if (reply.ok()) epoch_offer_ = FindEpoch(connection, *reply);
  if (!epoch_offer_.has_value()) {
    AccuseHeads(round, reply);
    return alarm;
  }
  const LogEpoch& epoch = epoch_offer_->epoch;
  absl::Status status = absl::FailedPreconditionError(absl::StrCat(
      "the log lost its end: its roots say that it goes on from size ", epoch.size.value,
      " as epoch ", epoch.epoch, ", this home remembers size ", log_.size().value));
  AttachDetail(status, {.reason = "LOG_EPOCH", .head = {}, .next_number = 0});
  return status;
}

// The newest, or, if the log was restored more than once meanwhile, the first that goes on from
// what is known here.
std::optional<EpochOffer> Replica::FindEpoch(Connection& connection,
                                             const CheckpointReply& reply) const {
  if (!reply.log_epoch.has_value()) return std::nullopt;
  if (auto offer = JudgeEpoch(*reply.log_epoch)) return offer;
  ReplicaFetch fetch(connection);
  const auto all = fetch.Directory(Position{0}, TreeSize{reply.log_epoch->position.value});
  if (!all.ok()) return std::nullopt;
  for (const PositionedStatement& next : *all) {
    if (auto offer = JudgeEpoch(next)) return offer;
  }
  return std::nullopt;
}

std::optional<EpochOffer> Replica::JudgeEpoch(const PositionedStatement& statement) const {
  const auto decoded = DecodeSigned(statement.statement);
  if (!decoded.ok() || decoded->statement.org != org_ || !IsOfTheLog(*decoded)) {
    return std::nullopt;
  }
  const auto body = DecodeBody(decoded->statement.kind, decoded->statement.body);
  if (!body.ok()) return std::nullopt;
  const auto* epoch = std::get_if<LogEpoch>(&body->act);
  if (epoch == nullptr || epoch->size >= log_.size() ||
      epoch->size.value > statement.position.value ||
      epochs_said_.contains(HashOfSaid(decoded->statement))) {
    return std::nullopt;  // One that was seen here ends nothing, whoever else of the roots signed.
  }
  const Position end{epoch->size.value};
  const Policy* policy = directory_.PolicyAt(directory_.MomentAt(end));
  if (policy == nullptr || !IsByRoots(*decoded, *policy)) return std::nullopt;
  const auto before = static_cast<std::uint32_t>(
      std::count_if(epochs_.begin(), epochs_.end(), [&](Position at) { return at < end; }));
  if (epoch->epoch != before + 1) return std::nullopt;
  const auto root = log_.RootAt(epoch->size);
  if (root.has_value() ? *root != epoch->root : !log_.light()) return std::nullopt;
  // A light replica may have been kept from seeing it where it stands.
  return EpochOffer{.epoch = *epoch, .statement = statement, .needs_confirmation = log_.light()};
}

// Light: no chain of hashes holds the log epochs together, but what the server gives, and what it
// names as the newest, must agree. `newest`: as given and known here, below the head.
absl::Status Replica::CheckToldEpoch(const std::optional<PositionedStatement>& told,
                                     std::optional<Position> newest) const {
  const auto spell = [](std::optional<Position> position) {
    return position.has_value() ? absl::StrCat("that of position ", position->value)
                                : std::string("none");
  };
  const auto named = told.has_value() ? std::optional(told->position) : std::nullopt;
  if (named != newest) {
    return Alarm("the server withholds a log epoch: it names ", spell(named),
                 " as the newest, here it is ", spell(newest));
  }
  if (!told.has_value() || log_.At(*newest).statement == HashOf(told->statement)) {
    return absl::OkStatus();
  }
  return AlarmAt(*newest, "the log epoch that the server names is not the one that stands there");
}

absl::StatusOr<EpochRestart> Replica::RestartAtEpoch(Connection& connection,
                                                     const Recorder& record) {
  const EpochOffer offer = *epoch_offer_;
  const audit::Checkpoint from{.size = offer.epoch.size, .root = offer.epoch.root};
  Replica other = Anew(reach(), from);
  other.anew_at_epoch_ = offer.statement;
  if (auto status = other.SyncRounds(connection, record); !status.ok()) {
    evidence_ = std::move(other.evidence_);
    return status;
  }
  EpochRestart restart{.epoch = offer.epoch, .lost = {}};
  if (const auto own = sequences_.find(expected_.certificate); own != sequences_.end()) {
    for (auto it = own->second.lower_bound(Position{from.size.value}); it != own->second.end();
         ++it) {
      const Hash& statement = log_.At(it->first).statement;
      if (other.Find(statement).has_value()) continue;
      restart.lost.push_back(
          {.position = it->first, .statement = statement, .kind = it->second.kind});
    }
  }
  GiveWayTo(std::move(other), from);
  return restart;
}

}  // namespace amparo::client
