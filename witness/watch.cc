#include "witness/watch.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "audit/cosignature.h"
#include "audit/proof.h"

namespace amparo::witness {
namespace {

std::string Describe(const audit::Checkpoint& head) {
  return absl::StrCat("size ", head.size.value, " root ", ToHex(head.root));
}

// What a third person could be shown, with these two notes of the log.
std::optional<custody::Evidence> MakeEvidence(const Look& look, const State& state,
                                              decltype(custody::Evidence::what) what) {
  if (look.card.policies.empty() || state.note.empty()) return std::nullopt;
  return custody::Evidence{.org = state.org,
                           .policies = look.card.policies,
                           .noticed_at = look.clock(),
                           .what = std::move(what)};
}

// The server's own answer proves a fork when it continues another tree of the remembered size.
std::optional<custody::Evidence> ProveFork(const Look& look, const State& state,
                                           const client::CheckpointReply& reply,
                                           const audit::Checkpoint& given) {
  if (!reply.old_root.has_value() || *reply.old_root == state.head.root) return std::nullopt;
  const audit::Checkpoint other{.size = state.head.size, .root = *reply.old_root};
  if (!audit::VerifyConsistency(other, given, reply.consistency).ok()) return std::nullopt;
  return MakeEvidence(look, state,
                      custody::Fork{.earlier = state.note,
                                    .later = reply.checkpoint,
                                    .other_root = *reply.old_root,
                                    .path = reply.consistency});
}

absl::Status CheckContinues(const Look& look, const State& state,
                            const client::CheckpointReply& reply, const audit::Checkpoint& given,
                            std::optional<Accusation>& accusation) {
  const audit::Checkpoint& head = state.head;
  const auto accuse = [&](absl::string_view kind, std::optional<custody::Evidence> evidence) {
    accusation = Accusation{.kind = std::string(kind),
                            .evidence = std::move(evidence),
                            .remembered = state.note,
                            .given = reply.checkpoint};
    return absl::DataLossError(absl::StrCat("the log shows a ", kind, ": remembered is ",
                                            Describe(head), ", it signed ", Describe(given)));
  };
  if (given.size < head.size) return accuse("rollback", std::nullopt);
  if (given.size == head.size) {
    if (given.root == head.root) return absl::OkStatus();
    return accuse("equivocation", MakeEvidence(look, state,
                                               custody::Equivocation{.first = state.note,
                                                                     .second = reply.checkpoint}));
  }
  if (head.size.value == 0) return absl::OkStatus();
  const absl::Status proven = audit::VerifyConsistency(head, given, reply.consistency);
  return proven.ok() ? proven : accuse("fork", ProveFork(look, state, reply, given));
}

}  // namespace

absl::Status LookOnce(const Look& look, State& state, std::optional<Accusation>& accusation) {
  accusation.reset();
  auto reply = look.connection.Checkpoint(state.head.size);
  if (!reply.ok()) return reply.status();
  auto given = audit::OpenCheckpoint(state.org, state.log_key, reply->checkpoint);
  if (!given.ok()) {
    return absl::DataLossError(
        absl::StrCat("the server's checkpoint is not the log's: ", given.status().message()));
  }
  absl::Status continues = CheckContinues(look, state, *reply, *given, accusation);
  if (!continues.ok()) return continues;
  const UnixSeconds now = look.clock();
  State next = state;
  next.head = *given;
  next.note = reply->checkpoint;
  next.seen_at = now;
  if (absl::Status s = look.keep(next); !s.ok()) return s;
  state = next;
  auto line = audit::Cosign(look.key.witness.name, look.key.signing, now, reply->checkpoint);
  if (!line.ok()) return line.status();
  if (absl::Status s = look.connection.Cosign(given->size, *line); !s.ok()) return s;
  next.signed_at = now;
  if (absl::Status s = look.keep(next); !s.ok()) return s;
  state = std::move(next);
  return absl::OkStatus();
}

}  // namespace amparo::witness
