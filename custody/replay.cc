#include "custody/replay.h"

#include <algorithm>
#include <cassert>

#include "absl/strings/str_cat.h"
#include "audit/log_entry.h"
#include "audit/proof.h"

namespace amparo::custody {
namespace {

constexpr std::uint16_t kRulesVersion = 1;

Failure Invalid(Reason reason, std::optional<Position> position, std::string detail) {
  return {.verdict = Verdict::kInvalid,
          .reason = reason,
          .position = position,
          .detail = std::move(detail),
          .entry = nullptr,
          .refused = {}};
}

Failure TooNew(std::string detail) {
  return {.verdict = Verdict::kUpdateRequired,
          .reason = {},
          .position = {},
          .detail = std::move(detail),
          .entry = nullptr,
          .refused = {}};
}

Failure RefusedAt(Reason reason, const Entry& entry, absl::string_view why, Refused refused) {
  Failure failure =
      Invalid(reason, entry.position(), absl::StrCat(KindName(KindOf(entry.body.act)), ": ", why));
  failure.entry = &entry;
  failure.refused = refused;
  return failure;
}

bool Belongs(List list, Kind kind) {
  switch (list) {
    case List::kDirectory:
      return SubjectTypeOf(kind) == SubjectType::kDirectory || kind == Kind::kLogEpoch;
    case List::kTicks:
      return kind == Kind::kTick;
    case List::kHistory:
      return SubjectTypeOf(kind) == SubjectType::kDocument;
    case List::kPolicies:
      return kind == Kind::kPolicy;
  }
  return false;
}

Checked DecodeList(List list, const std::vector<Placed>& from, std::vector<Entry>& to) {
  to.reserve(from.size());
  for (const Placed& placed : from) {
    Entry& entry = to.emplace_back();
    entry.placed = &placed;
    if (Checked failure = DecodeInto(list, placed.statement, entry)) return failure;
  }
  return std::nullopt;
}

}  // namespace

Failure ParseFailure(const absl::Status& status) {
  std::string detail(status.message());
  return absl::IsUnimplemented(status)
             ? TooNew(std::move(detail))
             : Invalid(Reason::kMalformed, std::nullopt, std::move(detail));
}

Checked DecodeInto(List list, ByteView statement, Entry& entry) {
  auto decoded = DecodeSigned(statement);
  if (!decoded.ok()) return ParseFailure(decoded.status());
  entry.statement = *std::move(decoded);
  const Statement& said = entry.statement.statement;
  auto body = DecodeBody(said.kind, said.body);
  if (!body.ok()) return ParseFailure(body.status());
  entry.body = *std::move(body);
  const Kind kind = static_cast<Kind>(said.kind);
  if (!Belongs(list, kind)) {
    return Invalid(Reason::kMalformed, std::nullopt,
                   absl::StrCat("a ", KindName(kind), " in a list that holds none"));
  }
  const auto* policy = std::get_if<Policy>(&entry.body.act);
  if (policy != nullptr && policy->rules_version != kRulesVersion) {
    return TooNew(absl::StrCat("rules version ", policy->rules_version));
  }
  return std::nullopt;
}

Checked Replay::CheckProofs() {
  if (Checked failure = Decode()) return failure;
  if (Checked failure = CheckOrg()) return failure;
  if (Checked failure = CheckCheckpoint()) return failure;
  return CheckIncluded();
}

Checked Replay::Decode() {
  if (auto failure = DecodeList(List::kDirectory, receipt_.directory, directory_list_)) {
    return failure;
  }
  if (auto failure = DecodeList(List::kTicks, receipt_.ticks, ticks_)) return failure;
  return DecodeList(List::kHistory, receipt_.history, history_);
}

Checked Replay::CheckOrg() const {
  const auto wrong = [](std::string detail) {
    return Invalid(Reason::kWrongOrg, std::nullopt, std::move(detail));
  };
  if (directory_list_.empty()) return wrong("no policy");
  const Entry& first = directory_list_.front();
  const auto* policy = std::get_if<Policy>(&first.body.act);
  if (policy == nullptr || policy->version != 1 || first.position().value != 0) {
    return wrong("the log does not begin with a first policy");
  }
  if (HashOf(*policy).bytes != receipt_.org.bytes) {
    return wrong(absl::StrCat("the policy is of organisation ", ToHex(HashOf(*policy)),
                              ", expected ", ToHex(receipt_.org)));
  }
  for (const auto* list : {&directory_list_, &ticks_, &history_}) {
    for (const Entry& entry : *list) {
      if (entry.statement.statement.org == receipt_.org) continue;
      return wrong(absl::StrCat("position ", entry.position().value, " is of organisation ",
                                ToHex(entry.statement.statement.org)));
    }
  }
  return std::nullopt;
}

Checked Replay::CheckCheckpoint() {
  const auto wrong = [](std::string detail) {
    return Invalid(Reason::kCheckpointInvalid, std::nullopt, std::move(detail));
  };
  const Policy* newest = nullptr;
  for (const Entry& entry : directory_list_) {
    if (const auto* policy = std::get_if<Policy>(&entry.body.act)) newest = policy;
  }
  assert(newest != nullptr);
  const auto head = audit::OpenCheckpoint(receipt_.org, newest->log_key, receipt_.checkpoint);
  if (!head.ok()) return wrong(std::string(head.status().message()));
  head_ = *head;
  if (highest().value >= head_.size.value) {
    return wrong(
        absl::StrCat("position ", highest().value, " in a log of size ", head_.size.value));
  }
  return std::nullopt;
}

Checked Replay::CheckIncluded() const {
  for (const auto* list : {&directory_list_, &ticks_, &history_}) {
    for (const Entry& entry : *list) {
      const Hash leaf = audit::LeafHash(audit::LeafOf(entry.statement));
      const absl::Status included =
          audit::VerifyInclusion(leaf, entry.position(), head_, entry.placed->path);
      if (included.ok()) continue;
      return Invalid(Reason::kNotIncluded, entry.position(), std::string(included.message()));
    }
  }
  return std::nullopt;
}

Position Replay::highest() const {
  Position highest;
  for (const auto* list : {&receipt_.directory, &receipt_.ticks, &receipt_.history}) {
    if (!list->empty()) highest = std::max(highest, list->back().position);
  }
  return highest;
}

std::vector<const Entry*> Replay::InOrder() const {
  std::vector<const Entry*> all;
  for (const auto* list : {&directory_list_, &ticks_, &history_}) {
    for (const Entry& entry : *list) all.push_back(&entry);
  }
  std::sort(all.begin(), all.end(),
            [](const Entry* a, const Entry* b) { return a->position() < b->position(); });
  return all;
}

Checked Replay::ReplayStatements() {
  document_.id = receipt_.document;
  for (const Entry* entry : InOrder()) {
    const Kind kind = KindOf(entry->body.act);
    Checked failure;
    if (kind == Kind::kTick) {
      failure = ReplayTick(*entry);
    } else if (SubjectTypeOf(kind) == SubjectType::kDocument) {
      failure = ReplayHistory(*entry);
    } else {
      failure = ReplayDirectory(*entry);
    }
    if (failure) return failure;
  }
  return std::nullopt;
}

Checked Replay::ReplayDirectory(const Entry& entry) {
  const auto refusal = KindOf(entry.body.act) == Kind::kLogEpoch
                           ? directory_.ApplyLone(entry.statement, entry.position())
                           : directory_.Apply(entry.statement, entry.position());
  if (!refusal.has_value()) return std::nullopt;
  return RefusedAt(Reason::kDirectoryRefused, entry, directory::RefusalName(*refusal), *refusal);
}

Checked Replay::ReplayTick(const Entry& entry) {
  const auto refusal = directory_.ApplyLone(entry.statement, entry.position());
  if (!refusal.has_value()) return std::nullopt;
  return RefusedAt(Reason::kTickRefused, entry, directory::RefusalName(*refusal), *refusal);
}

Checked Replay::ReplayHistory(const Entry& entry) {
  const Statement& said = entry.statement.statement;
  if (said.subject != receipt_.document) {
    return RefusedAt(Reason::kHistoryRefused, entry, "of another subject", std::monostate());
  }
  const directory::Moment moment = directory_.MomentAt(entry.position());
  if (const auto refusal = directory_.CheckAuthor(entry.statement, moment)) {
    return RefusedAt(Reason::kHistoryRefused, entry, directory::RefusalName(*refusal), *refusal);
  }
  const workflow::Context context{.directory = directory_, .moment = moment};
  const workflow::Decision decision =
      workflow::Decide(document_, context, entry.statement, entry.body);
  if (!decision.ok()) {
    return RefusedAt(Reason::kHistoryRefused, entry, workflow::RefusalName(*decision.refusal),
                     *decision.refusal);
  }
  document_ = workflow::Evolve(std::move(document_), decision.events, entry.statement);
  Step step{.position = entry.position(),
            .kind = KindOf(entry.body.act),
            .by = said.actor,
            .certificate = said.actor_certificate,
            .time = moment.now,
            .events = {},
            .statement = HashOf(entry.statement),
            .objects = entry.body.objects};
  for (const workflow::Event& event : decision.events) {
    step.events.emplace_back(workflow::EventName(event));
  }
  steps_.push_back(std::move(step));
  return std::nullopt;
}

}  // namespace amparo::custody
