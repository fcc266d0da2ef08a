#include "client/cli/receipt_words.h"

#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/dates.h"
#include "client/names.h"
#include "statement/bodies.h"
#include "statement/statement.h"

namespace amparo::cli {
namespace {

using custody::Judgement;
using custody::Reason;
using custody::Verdict;

constexpr std::size_t kHashPrefix = 16;  // Hexadecimal digits shown of a hash.

struct EventWords {
  absl::string_view event;
  absl::string_view words;
};
constexpr EventWords kEvents[] = {
    {"DocumentSubmitted", "submitted the document"},
    {"SourceReplaced", "submitted a better copy"},
    {"TranslationAssigned", "assigned it to a translator and a reviewer"},
    {"ReviewerChanged", "changed the terms of the assignment"},
    {"AssignmentAccepted", "accepted it"},
    {"TranslationHandedIn", "handed in a translation, with its certificate"},
    {"CorrectionHandedIn", "handed in a correction"},
    {"TranslationReturned", "sent it back to the translator"},
    {"TranslationApproved", "approved the translation"},
    {"DocumentDelivered", "delivered it"},
    {"DocumentReceived", "received it and opened it"},
    {"DocumentReopened", "reopened it"},
    {"DocumentWithdrawn", "withdrew it"},
    {"DocumentShared", "gave its keys to a colleague again"},
    {"QuestionAsked", "asked a question"},
    {"QuestionAnswered", "answered a question"},
    {"Noted", "left a note"},
};

struct ReasonWords {
  Reason reason;
  absl::string_view words;
};
constexpr ReasonWords kReasons[] = {
    {Reason::kMalformed, "the file is damaged, or is no such file"},
    {Reason::kWrongOrg, "it is not of the organisation that it names"},
    {Reason::kCheckpointInvalid, "its checkpoint is not one of the organisation's log"},
    {Reason::kNotIncluded, "a statement in it does not stand in the log"},
    {Reason::kDirectoryRefused, "a change of the membership is missing, or against the rules"},
    {Reason::kTickRefused, "a change of the membership is missing, or the log's time is wrong"},
    {Reason::kHistoryRefused, "a step of the history is missing, or against the rules"},
    {Reason::kHistoryMissing, "it holds no history of the document"},
    {Reason::kCosignatureWrong, "somebody's confirmation in it is not theirs"},
    {Reason::kOpeningMismatch, "a key in it is not the one that was signed"},
};

std::string Prefix(const std::string& hex) { return absl::StrCat(hex.substr(0, kHashPrefix), "…"); }

std::string CodeOf(const custody::Receipt& receipt) {
  const auto first = DecodeSigned(receipt.history.front().statement);
  if (!first.ok()) return "";
  const auto body = DecodeBody(first->statement.kind, first->statement.body);
  if (!body.ok()) return "";
  const auto* submit = std::get_if<Submit>(&body->act);
  return submit == nullptr ? "" : client::DocumentCode(submit->case_id, submit->number);
}

std::string SpellCosigner(const custody::CosignedBy& by) {
  return by.member ? client::MemberCode(*by.member) : by.name;
}

std::string SpellState(workflow::State state) {
  std::string name(workflow::StateName(state));
  for (char& letter : name) {
    if (letter == '_') letter = ' ';
  }
  return name;
}

void AddSteps(const Judgement& judgement, std::vector<std::string>& lines) {
  for (const custody::Step& step : judgement.steps) {
    lines.push_back(absl::StrCat(SpellTime(step.time), "  ", client::MemberCode(step.by), " ",
                                 SpellStep(step)));
    lines.push_back(
        absl::StrCat("  #", step.position.value, ", statement ", Prefix(ToHex(step.statement))));
    for (const ObjectRef& ref : step.objects) {
      if (ref.object_class != ObjectClass::kPart) continue;
      lines.push_back(absl::StrCat("  sealed file, sha256 ", Prefix(ToHex(ref.payload_sha256))));
    }
  }
}

// Two tails of one log, both honest, is what a restore leaves; its roots say so, not its server.
constexpr absl::string_view kUnlessRestored =
    "The one innocent explanation is a restore from a backup: then the organisation's root holders "
    "have signed a log epoch, and can show it.";

void AddConfirmations(const Judgement& judgement, std::vector<std::string>& lines) {
  if (judgement.cosigned.empty()) {
    lines.push_back("Nobody but the log signed this state of the log.");
  }
  for (const custody::CosignedBy& by : judgement.cosigned) {
    lines.push_back(absl::StrCat(SpellCosigner(by), by.member ? "" : ", a partner whom you trust,",
                                 " saw the log so on ", SpellTime(by.time), " (by their clock)"));
  }
  if (!judgement.unknown_signers.empty()) {
    lines.push_back(absl::StrCat("Also signed by others, who count for nothing here: ",
                                 absl::StrJoin(judgement.unknown_signers, ", ")));
  }
}

void AddLimits(const Judgement& judgement, std::vector<std::string>& lines) {
  lines.push_back(
      "Proven: each step was signed by a device of that member, who was allowed to do it then; the "
      "steps stand in the organisation's log in this order; nothing between them is left out but "
      "perhaps remarks.");
  lines.push_back(absl::StrCat(
      "Not proven: that the document stopped at the last step shown (position ",
      judgement.steps.back().position.value,
      "): whoever made this file can leave later steps out; who the people behind the codes are, "
      "which the organisation can say; and that the clock of the log was right."));
  if (judgement.steps.back().position > judgement.directory_whole_to) {
    lines.push_back(
        absl::StrCat("Steps after position ", judgement.directory_whole_to.value,
                     " could be by somebody who had just been removed: ask for a newer receipt."));
  }
}

}  // namespace

std::string SpellStep(const custody::Step& step) {
  std::vector<std::string> parts;
  for (const std::string& event : step.events) {
    std::string words = event;
    for (const EventWords& row : kEvents) {
      if (row.event == event) words = std::string(row.words);
    }
    if (event == "AssignmentEnded") {
      words = step.kind == Kind::kDecline    ? "declined it"
              : step.kind == Kind::kGiveBack ? "gave it back"
                                             : "ended the assignment";
    }
    parts.push_back(std::move(words));
  }
  return absl::StrJoin(parts, " and ");
}

std::vector<std::string> DescribeReceipt(const custody::Receipt& receipt,
                                         const Judgement& judgement) {
  std::vector<std::string> lines = {
      absl::StrCat("VALID: the history of ", CodeOf(receipt), ", ", judgement.steps.size(),
                   judgement.steps.size() == 1 ? " step" : " steps"),
      absl::StrCat("  organisation ", ToHex(judgement.org)),
      absl::StrCat("  document ", ToHex(judgement.document)),
      absl::StrCat("  after the last step: ", SpellState(judgement.state)), ""};
  AddSteps(judgement, lines);
  lines.push_back("");
  lines.push_back(absl::StrCat("The log had ", judgement.head->size.value, " entries, root ",
                               Prefix(ToHex(judgement.head->root)), "."));
  AddConfirmations(judgement, lines);
  lines.push_back("");
  AddLimits(judgement, lines);
  return lines;
}

std::vector<std::string> DescribeEvidence(const custody::Evidence& evidence,
                                          const Judgement& judgement) {
  std::vector<std::string> lines = {
      absl::StrCat(custody::VerdictName(judgement.verdict), ": evidence about the log of"),
      absl::StrCat("  organisation ", ToHex(evidence.org)),
      absl::StrCat("  noticed ", SpellTime(evidence.noticed_at), " (by the reporter's clock)")};
  switch (judgement.verdict) {
    case Verdict::kProvenEquivocation:
      lines.push_back(
          "The log's key signed two different histories of one length. An honest log cannot do "
          "that. Whoever runs the server, or has its key, showed two people two stories.");
      lines.push_back(std::string(kUnlessRestored));
      break;
    case Verdict::kProvenFork:
      lines.push_back(
          "The log's key signed a later state that does not continue an earlier one that it "
          "signed too. Whoever runs the server, or has its key, changed the past or showed two "
          "people two stories.");
      lines.push_back(std::string(kUnlessRestored));
      break;
    case Verdict::kProvenInvalidHistory:
      lines.push_back(absl::StrCat("The log holds at position ", judgement.position->value,
                                   " what the organisation's rules refuse (", judgement.detail,
                                   "). An honest server does not accept that."));
      break;
    case Verdict::kReportedRollback:
      lines.push_back(
          "Both states are the log's. The reporter says that the server gave the shorter one "
          "after the longer one: that part is their word and cannot be proven.");
      break;
    case Verdict::kReportedWithholding:
      lines.push_back(
          "A statement stands in the log. The reporter says that the server did not give it to "
          "them: that part is their word and cannot be proven.");
      break;
    default:
      lines.push_back("The file is in order and shows nothing against the log.");
      if (!judgement.detail.empty()) lines.push_back(absl::StrCat("  ", judgement.detail));
  }
  return lines;
}

std::string SpellReason(const Judgement& judgement) {
  std::string words = "it is not right";
  for (const ReasonWords& row : kReasons) {
    if (judgement.reason == row.reason) words = std::string(row.words);
  }
  if (judgement.position) absl::StrAppend(&words, ", at position ", judgement.position->value);
  if (!judgement.detail.empty()) absl::StrAppend(&words, ": ", judgement.detail);
  return words;
}

}  // namespace amparo::cli
