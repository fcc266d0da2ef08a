#include "client/statement_author.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/waiting_statements.h"
#include "workflow/workflow.h"

namespace amparo::client {
namespace {

constexpr int kAttemptsMax = 5;

// Whether the author lacks the standing for the act, rather than the act its moment.
bool IsAboutStanding(absl::string_view reason) {
  if (reason == "UPDATE_REQUIRED") return false;
  return absl::EndsWith(reason, "_REQUIRED") || absl::StartsWith(reason, "NOT_ON_") ||
         absl::StartsWith(reason, "NOT_THE_") || absl::StartsWith(reason, "NOT_AN_") ||
         reason == "REVOKED" || reason == "EXPIRED" || reason == "UNKNOWN_CERTIFICATE" ||
         reason == "NOT_YET_ENDORSED" || reason == "SAME_REGISTRAR" || reason == "OWN_CERTIFICATE";
}

absl::Status FromRefusal(directory::Refusal refusal) {
  const absl::string_view name = directory::RefusalName(refusal);
  return RefusedStatus(name, refusal == directory::Refusal::kStale, IsAboutStanding(name));
}
absl::Status FromRefusal(workflow::Refusal refusal) {
  const absl::string_view name = workflow::RefusalName(refusal);
  return RefusedStatus(name, workflow::IsRace(refusal), IsAboutStanding(name));
}

// What its case says to a submit, as far as this home can know: it may not see every document
// of the case, so the number is for the server to judge.
std::optional<workflow::Refusal> JudgeByCase(const Replica& replica,
                                             const workflow::Context& context,
                                             const SignedStatement& statement, const Body& body,
                                             const StatementAuthor::Waiting& before) {
  const auto* submit = std::get_if<Submit>(&body.act);
  if (submit == nullptr) return std::nullopt;
  const auto found = replica.cases().find(submit->case_id);
  if (found == replica.cases().end() || !found->second.visible) return std::nullopt;
  const auto refusal = workflow::DecideSubmitToCase(CaseAfter(replica, submit->case_id, before),
                                                    context, statement, *submit);
  const bool unsure = refusal == workflow::Refusal::kNumberTaken ||
                      (refusal == workflow::Refusal::kCaseMismatch && submit->version > 1);
  return unsure ? std::nullopt : refusal;
}

// Whether it may stand all the same: what came last was no answer, or not the one that counts.
bool IsPerhapsSaid(const absl::Status& last) {
  if (!absl::IsUnavailable(last)) return false;
  const auto detail = DetailOf(last);
  return !detail.has_value() || (detail->reason != "OFFLINE" && detail->reason != "SERVER_BUSY" &&
                                 detail->reason != "STOPPING" && detail->reason != "WRONG_SERVER");
}

absl::Status PerhapsSaid(const absl::Status& last) {
  absl::Status status(last.code(), last.message());
  AttachDetail(status, {.reason = "NOT_KNOWN_IF_SAID", .head = {}, .next_number = 0});
  return status;
}

}  // namespace

absl::Status RefusedStatus(absl::string_view reason, bool race, bool role) {
  const absl::StatusCode code = race   ? absl::StatusCode::kAborted
                                : role ? absl::StatusCode::kPermissionDenied
                                       : absl::StatusCode::kFailedPrecondition;
  absl::Status status(code, absl::StrCat("refused: ", reason));
  AttachDetail(status, {.reason = std::string(reason), .head = {}, .next_number = 0});
  return status;
}

UnixSeconds SystemNow() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return UnixSeconds{
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count())};
}

StatementAuthor::StatementAuthor(Connection& connection, const Replica& replica, AuthorKeys keys,
                                 std::function<absl::Status()> sync, Clock clock)
    : connection_(connection),
      replica_(replica),
      keys_(keys),
      sync_(std::move(sync)),
      clock_(std::move(clock)) {}

// Above everything seen and used, and above what a home restored from an old copy may have
// used since: numbers grow at least with the clock, a thousand a second.
std::uint64_t StatementAuthor::NextSequence(const Waiting& before) const {
  std::uint64_t seen = std::max(replica_.OwnSequence(keys_.certificate), last_sequence_);
  for (const SignedStatement& one : before) seen = std::max(seen, one.statement.actor_seq);
  return std::max(seen + 1, clock_().value * 1000);
}

Hash StatementAuthor::HeadAfter(const Draft& draft, const Waiting& before) const {
  switch (SubjectTypeOf(KindOf(draft.body.act))) {
    case SubjectType::kDirectory:
      return replica_.directory().head();
    case SubjectType::kCase:
      return CaseAfter(replica_, draft.subject, before).head;
    case SubjectType::kDocument:
      return DocumentAfter(replica_, draft.subject, before).head;
    case SubjectType::kLog:
      break;
  }
  return replica_.directory().tick_head();
}

SignedStatement StatementAuthor::Sign(const Draft& draft, std::uint64_t sequence,
                                      const Waiting& before) const {
  const Kind kind = KindOf(draft.body.act);
  const audit::Checkpoint head = replica_.head();
  Statement statement;
  statement.kind = static_cast<std::uint16_t>(kind);
  statement.org = keys_.org;
  statement.actor = keys_.member;
  statement.actor_certificate = keys_.certificate;
  statement.actor_seq = sequence;
  statement.actor_prev = replica_.OwnNewest(keys_.certificate);
  statement.subject_type = static_cast<std::uint8_t>(SubjectTypeOf(kind));
  statement.subject = draft.subject;
  statement.subject_prev =
      draft.after.has_value() && !IsTurn(kind) ? *draft.after : HeadAfter(draft, before);
  statement.seen_tree_size = head.size;
  if (head.size.value > 0) statement.seen_root = head.root;
  statement.claimed_time = clock_();
  statement.salt = RandomId<Salt>();
  statement.body = EncodeBody(draft.body);
  return SignStatement(statement, *keys_.signing);
}

absl::StatusOr<std::vector<std::string>> StatementAuthor::Foresee(const Draft& draft) const {
  return ForeseeAfter(draft, WaitingNow());
}

absl::StatusOr<std::vector<std::string>> StatementAuthor::ForeseeAfter(
    const Draft& draft, const Waiting& before) const {
  const SignedStatement signed_statement = Sign(draft, NextSequence(before), before);
  const directory::Directory& directory = replica_.directory();
  const directory::Moment moment = replica_.now();
  const SubjectType type = SubjectTypeOf(KindOf(draft.body.act));
  std::vector<std::string> names;
  if (type == SubjectType::kDirectory || type == SubjectType::kLog) {
    const auto refusal = directory.Check(signed_statement, moment.position);
    if (refusal.has_value()) return FromRefusal(*refusal);
    return names;
  }
  if (const auto refusal = directory.CheckAuthor(signed_statement, moment)) {
    return FromRefusal(*refusal);
  }
  const workflow::Context context{.directory = directory, .moment = moment};
  if (const auto refusal = JudgeByCase(replica_, context, signed_statement, draft.body, before)) {
    return FromRefusal(*refusal);
  }
  const workflow::Decision decision =
      type == SubjectType::kCase ? workflow::Decide(CaseAfter(replica_, draft.subject, before),
                                                    context, signed_statement, draft.body)
                                 : workflow::Decide(DocumentAfter(replica_, draft.subject, before),
                                                    context, signed_statement, draft.body);
  if (!decision.ok()) return FromRefusal(*decision.refusal);
  for (const workflow::Event& event : decision.events) {
    names.emplace_back(workflow::EventName(event));
  }
  return names;
}

absl::StatusOr<AppendReply> StatementAuthor::Send(const AppendRequest& request) {
  auto reply = connection_.Append(request);
  // The answer may be lost while the statement stands: the same bytes have no second effect.
  if (absl::IsUnavailable(reply.status())) reply = connection_.Append(request);
  return reply;
}

absl::StatusOr<Prepared> StatementAuthor::Prepare(const Draft& draft, const Waiting& before) {
  if (condition_) {
    if (absl::Status s = condition_(); !s.ok()) return s;
  }
  auto events = ForeseeAfter(draft, before);
  if (!events.ok()) return events.status();
  last_sequence_ = NextSequence(before);
  return Prepared{.statement = Sign(draft, last_sequence_, before), .events = *std::move(events)};
}

absl::Status StatementAuthor::Hold(const SignedStatement& statement, const AppendReply& reply) {
  const Promise promise{.position = reply.position,
                        .leaf = audit::LeafOf(statement),
                        .kind = static_cast<Kind>(statement.statement.kind),
                        .checkpoint = reply.checkpoint};
  const absl::Status kept = promises_.keep ? promises_.keep(promise) : absl::OkStatus();
  const absl::Status synced = sync_();
  if (absl::IsDataLoss(synced)) return synced;
  if (!synced.ok()) return kept;
  if (promises_.check) {
    absl::Status checked = promises_.check(promise);
    return absl::IsDataLoss(checked) || checked.ok() ? checked : kept;
  }
  if (replica_.Find(promise.leaf.statement) == promise.position) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("the server acknowledged a statement at position ",
                                          promise.position.value,
                                          " that the log does not hold there"));
}

absl::StatusOr<Published> StatementAuthor::Publish(const Draft& draft) {
  if (condition_) {
    if (absl::Status s = condition_(); !s.ok()) return s;
  }
  auto events = Foresee(draft);
  if (!events.ok()) return events.status();
  absl::Status last;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    const Waiting waiting = WaitingNow();
    last_sequence_ = NextSequence(waiting);
    const SignedStatement statement = Sign(draft, last_sequence_, waiting);
    auto reply =
        Send({.statement = statement.bytes, .grants = draft.grants, .objects = draft.objects});
    if (reply.ok()) {
      if (absl::Status held = Hold(statement, *reply); !held.ok()) return held;
      return Published{
          .statement = HashOf(statement), .position = reply->position, .events = *events};
    }
    last = reply.status();
    if (IsPerhapsSaid(last)) return PerhapsSaid(last);
    if (!absl::IsAborted(last)) return last;
    const auto detail = DetailOf(last);
    if (detail.has_value() && detail->reason == "NUMBER_TAKEN") return last;
    if (auto status = sync_(); !status.ok()) return status;
    auto now = Foresee(draft);
    if (!now.ok()) return now.status();
    if (*now != *events) return last;  // Another outcome: the person decides.
  }
  return last;
}

}  // namespace amparo::client
