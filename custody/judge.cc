#include "custody/judge.h"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "audit/note_lines.h"
#include "crypto/file_key.h"
#include "custody/replay.h"

namespace amparo::custody {
namespace {

// In the order of the enumerators.
constexpr absl::string_view kVerdictNames[] = {"VALID",
                                               "INVALID",
                                               "PROVEN_EQUIVOCATION",
                                               "PROVEN_FORK",
                                               "PROVEN_INVALID_HISTORY",
                                               "REPORTED_ROLLBACK",
                                               "REPORTED_WITHHOLDING",
                                               "NOT_EVIDENCE",
                                               "UPDATE_REQUIRED"};
static_assert(std::size(kVerdictNames) == static_cast<std::size_t>(Verdict::kUpdateRequired) + 1);
constexpr absl::string_view kReasonNames[] = {
    "MALFORMED",         "WRONG_ORG",       "CHECKPOINT_INVALID", "NOT_INCLUDED",
    "DIRECTORY_REFUSED", "TICK_REFUSED",    "HISTORY_REFUSED",    "HISTORY_MISSING",
    "COSIGNATURE_WRONG", "OPENING_MISMATCH"};
static_assert(std::size(kReasonNames) == static_cast<std::size_t>(Reason::kOpeningMismatch) + 1);

void Fail(Judgement& judgement, Reason reason, std::string detail) {
  judgement.verdict = Verdict::kInvalid;
  judgement.reason = reason;
  judgement.detail = std::move(detail);
}

bool IsLineOf(const audit::SignatureLine& line, const audit::Witness& witness) {
  return line.name == witness.name && line.key_id == audit::CosignerKeyId(witness);
}

// Those who may have cosigned: the devices that a line names, and the partners.
struct Cosigners {
  std::vector<audit::Witness> known;     // A line of one of them must be right.
  std::vector<audit::Witness> counting;  // Without those whose certificate is not valid.
};

Cosigners FindCosigners(const Replay& replay, const audit::NoteLines& lines,
                        std::span<const audit::Witness> partners) {
  Cosigners cosigners{.known = {partners.begin(), partners.end()},
                      .counting = {partners.begin(), partners.end()}};
  for (const audit::SignatureLine& line : lines.signatures) {
    const std::optional<Hash> certificate = audit::CertificateOfCosigner(line.name);
    if (!certificate.has_value()) continue;
    const auto* record = replay.directory().Find(*certificate);
    if (record == nullptr) continue;
    const audit::Witness witness{.name = std::string(line.name),
                                 .key = record->certificate.signing};
    cosigners.known.push_back(witness);
    if (replay.directory().IsValid(*record, replay.end())) cosigners.counting.push_back(witness);
  }
  return cosigners;
}

// Step 7. False: the judgement says what is wrong.
bool JudgeCosignatures(const Receipt& receipt, const Replay& replay,
                       std::span<const audit::Witness> partners, Judgement& judgement) {
  const auto lines = audit::SplitNote(receipt.checkpoint);
  assert(lines.ok());  // It was opened.
  const Cosigners cosigners = FindCosigners(replay, *lines, partners);
  if (const auto all = audit::VerifyCosignatures(receipt.checkpoint, cosigners.known); !all.ok()) {
    Fail(judgement, Reason::kCosignatureWrong, std::string(all.status().message()));
    return false;
  }
  const auto counted = audit::VerifyCosignatures(receipt.checkpoint, cosigners.counting);
  assert(counted.ok());  // Some of those that are right.
  for (const audit::Cosigned& one : *counted) {
    CosignedBy by{.name = one.name, .member = {}, .time = one.time};
    if (const auto certificate = audit::CertificateOfCosigner(one.name)) {
      const auto* record = replay.directory().Find(*certificate);
      if (record != nullptr) by.member = record->certificate.member;
    }
    judgement.cosigned.push_back(std::move(by));
  }
  const std::string origin = audit::OriginOf(receipt.org);
  const audit::NoteKeyId log =
      audit::NoteKeyIdOf(origin, audit::NoteKeyType::kEd25519, replay.directory().policy().log_key);
  std::vector<std::string>& unknown = judgement.unknown_signers;
  for (const audit::SignatureLine& line : lines->signatures) {
    const bool is_known = (line.name == origin && line.key_id == log) ||
                          std::ranges::any_of(cosigners.counting, [&](const auto& witness) {
                            return IsLineOf(line, witness);
                          });
    if (is_known || std::ranges::find(unknown, line.name) != unknown.end()) continue;
    unknown.emplace_back(line.name);
  }
  return true;
}

// Step 8.
bool JudgeOpenings(const Receipt& receipt, const Replay& replay, Judgement& judgement) {
  for (const Opening& opening : receipt.openings) {
    const auto key = FileKey::CopyOf(opening.file_key.bytes);
    const auto commitment = CommitTo(key, opening.object);
    const bool is_committed = std::ranges::any_of(replay.history(), [&](const Entry& entry) {
      return std::ranges::any_of(entry.body.objects, [&](const ObjectRef& ref) {
        return ref.object == opening.object && ref.commitment == commitment;
      });
    });
    if (is_committed) continue;
    Fail(judgement, Reason::kOpeningMismatch,
         absl::StrCat("the opening of object ", ToHex(opening.object)));
    return false;
  }
  return true;
}

void TakeOver(const Failure& failure, Judgement& judgement) {
  judgement.verdict = failure.verdict;
  judgement.reason = failure.reason;
  judgement.position = failure.position;
  judgement.detail = failure.detail;
}

// What the judgement of a receipt that failed late may not show.
void Clear(Judgement& judgement) {
  judgement.head.reset();
  judgement.cosigned.clear();
  judgement.unknown_signers.clear();
}

Judgement Unread(const absl::Status& status) {
  Judgement judgement;
  TakeOver(ParseFailure(status), judgement);
  return judgement;
}

}  // namespace

absl::string_view VerdictName(Verdict verdict) {
  return kVerdictNames[static_cast<std::size_t>(verdict)];
}
absl::string_view ReasonName(Reason reason) {
  return kReasonNames[static_cast<std::size_t>(reason)];
}

Judgement Judge(const Receipt& receipt, std::span<const audit::Witness> partners) {
  Judgement judgement;
  judgement.was_read = true;
  judgement.org = receipt.org;
  judgement.document = receipt.document;
  Replay replay(receipt);
  Checked failure = replay.CheckProofs();
  if (!failure) failure = replay.ReplayStatements();
  if (failure) {
    TakeOver(*failure, judgement);
    return judgement;
  }
  if (receipt.history.empty() || receipt.document.is_zero() || receipt.ticks.empty() ||
      receipt.ticks.front().position > receipt.history.front().position) {
    Fail(judgement, Reason::kHistoryMissing, "no statement of the document, or no tick before it");
    return judgement;
  }
  judgement.head = replay.head();
  if (!JudgeCosignatures(receipt, replay, partners, judgement) ||
      !JudgeOpenings(receipt, replay, judgement)) {
    Clear(judgement);
    return judgement;
  }
  judgement.verdict = Verdict::kValid;
  judgement.steps = replay.steps();
  judgement.state = replay.document().StateAt(replay.directory().newest_tick());
  judgement.directory_whole_to = receipt.ticks.back().position;
  return judgement;
}

Judgement JudgeFile(absl::string_view text, std::span<const audit::Witness> partners) {
  if (FileKindOf(text) == FileKind::kEvidence) {
    const auto evidence = ParseEvidence(text);
    return evidence.ok() ? Judge(*evidence) : Unread(evidence.status());
  }
  const auto receipt = ParseReceipt(text);
  return receipt.ok() ? Judge(*receipt, partners) : Unread(receipt.status());
}

}  // namespace amparo::custody
