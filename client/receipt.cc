// Making a receipt: the document's history as this home replayed it, the directory and the ticks
// that it rests on, and a path for each. What the server adds is judged before anything is
// returned. Spec: docs/spec/receipt.md.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "audit/cosignature.h"
#include "audit/note_lines.h"
#include "client/fetching.h"
#include "client/subject_objects.h"
#include "client/verbs.h"
#include "crypto/sealed_object.h"
#include "custody/judge.h"

namespace amparo::client::verbs {
namespace {

constexpr std::size_t kProvedAtOnce = 256;

// A checkpoint of our own history, and how much it is worth.
struct Candidate {
  std::string note;
  audit::Checkpoint head;
  bool seen_by_others = false;
};

class ReceiptMaker {
 public:
  ReceiptMaker(Workplace& place, const DocumentHistory& history)
      : place_(place), history_(history) {}

  absl::StatusOr<custody::Receipt> Make(bool with_files) {
    receipt_.org = place_.membership.org;
    receipt_.document = history_.document.id;
    if (absl::Status s = ChooseCheckpoint(); !s.ok()) return s;
    if (absl::Status s = AddDirectory(); !s.ok()) return s;
    if (absl::Status s = AddTicks(); !s.ok()) return s;
    for (const HistoryEntry& entry : history_.entries) {
      receipt_.history.push_back(
          {.position = entry.position, .statement = entry.statement.bytes, .path = {}});
    }
    for (auto* list : {&receipt_.directory, &receipt_.ticks, &receipt_.history}) {
      if (absl::Status s = AddPaths(*list); !s.ok()) return s;
    }
    if (with_files) {
      if (absl::Status s = AddOpenings(); !s.ok()) return s;
    }
    return Judged();
  }

 private:
  Connection& connection() { return *place_.connection; }

  // The newest that somebody else signed too, else the newest. All of them are of our own history.
  absl::Status ChooseCheckpoint() {
    const audit::Checkpoint newest = place_.replica.head();
    std::vector<std::string> notes = {place_.replica.checkpoint_note()};
    if (auto reply = connection().Checkpoint(newest.size); reply.ok()) {
      notes.push_back(std::move(reply->checkpoint));
    }
    if (auto cosigned = connection().Cosigned(); cosigned.ok()) {
      std::move(cosigned->begin(), cosigned->end(), std::back_inserter(notes));
    }
    std::optional<Candidate> best;
    for (const std::string& note : notes) {
      std::optional<Candidate> next = Consider(note);
      if (!next.has_value()) continue;
      if (!best || std::pair(next->seen_by_others, next->head.size) >
                       std::pair(best->seen_by_others, best->head.size)) {
        best = std::move(next);
      }
    }
    if (!best.has_value()) return absl::InternalError("the verified checkpoint does not open");
    head_ = best->head;
    receipt_.checkpoint = std::move(best->note);
    return absl::OkStatus();
  }

  // Nothing: not of our history, as far as this home can tell, or below the document's.
  std::optional<Candidate> Consider(const std::string& note) const {
    const VerifyKey& log_key = place_.replica.directory().policy().log_key;
    const auto head = audit::OpenCheckpoint(place_.membership.org, log_key, note);
    if (!head.ok() || head->size.value <= history_.entries.back().position.value ||
        place_.replica.RootAt(head->size) != head->root) {
      return std::nullopt;
    }
    Candidate candidate{.note = note, .head = *head, .seen_by_others = false};
    const auto names = audit::SignerNames(note);
    if (!names.ok()) return std::nullopt;
    for (const std::string& name : *names) {
      const auto certificate = audit::CertificateOfCosigner(name);
      const auto* record = certificate ? place_.replica.directory().Find(*certificate) : nullptr;
      const bool is_partner = std::ranges::any_of(
          place_.witnessing.partners, [&](const auto& partner) { return partner.name == name; });
      if (is_partner || (record != nullptr && record->certificate.member != place_.self())) {
        candidate.seen_by_others = true;
      }
    }
    return candidate;
  }

  absl::Status AddDirectory() {
    for (Position from{0}; from.value < head_.size.value;) {
      auto reply = connection().Light(LightWhich::kDirectory, from, head_.size);
      if (!reply.ok()) return reply.status();
      if (reply->next <= from) return absl::DataLossError("the directory does not go on");
      for (PositionedStatement& next : reply->statements) {
        if (receipt_.directory.size() == custody::kPlacedMax) {
          return absl::ResourceExhaustedError("the directory is too long for a receipt");
        }
        receipt_.directory.push_back(
            {.position = next.position, .statement = std::move(next.statement), .path = {}});
      }
      from = reply->next;
    }
    if (receipt_.directory.empty()) return absl::DataLossError("the server gives no directory");
    return absl::OkStatus();
  }

  // The newest before each statement of another time, and the newest of all.
  absl::Status AddTicks() {
    std::optional<UnixSeconds> time;
    for (const HistoryEntry& entry : history_.entries) {
      if (time == entry.log_time) continue;
      time = entry.log_time;
      if (absl::Status s = AddTickBelow({entry.position.value}); !s.ok()) return s;
    }
    return AddTickBelow(head_.size);
  }

  absl::Status AddTickBelow(TreeSize size) {
    auto reply = connection().Light(LightWhich::kTick, Position{0}, size);
    if (!reply.ok()) return reply.status();
    for (PositionedStatement& tick : reply->statements) {
      std::vector<custody::Placed>& ticks = receipt_.ticks;
      if (!ticks.empty() && tick.position <= ticks.back().position) continue;
      ticks.push_back(
          {.position = tick.position, .statement = std::move(tick.statement), .path = {}});
    }
    return absl::OkStatus();
  }

  absl::Status AddPaths(std::vector<custody::Placed>& list) {
    for (std::size_t from = 0; from < list.size(); from += kProvedAtOnce) {
      const std::size_t end = std::min(list.size(), from + kProvedAtOnce);
      std::vector<Position> positions;
      for (std::size_t i = from; i < end; ++i) positions.push_back(list[i].position);
      auto paths = connection().Prove(head_.size, positions);
      if (!paths.ok()) return paths.status();
      if (paths->size() != positions.size()) {
        return absl::DataLossError(absl::StrCat("the server gave ", paths->size(), " proofs for ",
                                                positions.size(), " statements"));
      }
      for (std::size_t i = from; i < end; ++i) list[i].path = std::move((*paths)[i - from]);
    }
    return absl::OkStatus();
  }

  // Of the newest source and translation, as far as this home can open them.
  // Last of all: the home is free meanwhile, and what history_ points to is of before.
  absl::Status AddOpenings() {
    std::vector<OpenedVersion> versions;
    for (const Which which : {Which::kSource, Which::kTranslation}) {
      const auto version = CurrentVersion(history_, which);
      if (!version.ok()) continue;
      auto opened = OpenVersion(place_, history_, *version, which);
      if (absl::IsPermissionDenied(opened.status())) continue;
      if (!opened.ok()) return opened.status();
      versions.push_back(*std::move(opened));
    }
    absl::Status added;
    const absl::Status held = place_.WhileHomeIsFree([&] {
      for (const OpenedVersion& version : versions) {
        if (added.ok()) added = AddOpeningsOf(version);
      }
    });
    if (!added.ok() || !held.ok()) return added.ok() ? held : added;
    if (receipt_.openings.empty()) {
      return Refused(absl::StatusCode::kPermissionDenied, "NOT_GRANTED",
                     "this device can open no file of this document");
    }
    std::ranges::sort(receipt_.openings, {}, &custody::Opening::object);
    return absl::OkStatus();
  }

  // Fetches each part: only so is it known which nonce it was sealed under.
  absl::Status AddOpeningsOf(const OpenedVersion& opened) {
    Fetched kept(place_.home.directory());
    std::size_t number = 0;
    for (const ManifestPart& part : opened.manifest.parts) {
      const ObjectRef& ref = opened.version.objects[++number];
      Bytes nonce;
      const auto take = [&](ByteView payload) {
        AppendTo(nonce, payload.first(std::min(payload.size(), kPayloadNonceSize - nonce.size())));
        return absl::OkStatus();
      };
      const absl::Status fetched = FetchPart({connection(), &kept},
                                             {.subject = receipt_.document,
                                              .ref = ref,
                                              .key = &part.key,
                                              .size = part.size,
                                              .sha256 = part.sha256},
                                             {.payload = take});
      if (!fetched.ok()) return fetched;
      custody::Opening opening;
      opening.object = ref.object;
      std::ranges::copy(part.key.Expose(), opening.file_key.bytes.begin());
      std::ranges::copy(nonce, opening.nonce.bytes.begin());
      receipt_.openings.push_back(opening);
      kept.Forget(ref.object);
    }
    return absl::OkStatus();
  }

  // A stranger's line that pretends to be a colleague's must not keep anybody from a receipt.
  absl::StatusOr<custody::Receipt> Judged() {
    custody::Judgement judgement = custody::Judge(receipt_, place_.witnessing.partners);
    if (judgement.reason == custody::Reason::kCosignatureWrong) {
      receipt_.checkpoint = WithoutCosignatures();
      judgement = custody::Judge(receipt_, place_.witnessing.partners);
    }
    if (judgement.verdict == custody::Verdict::kValid) return std::move(receipt_);
    if (judgement.verdict == custody::Verdict::kUpdateRequired) {
      return Refused(absl::StatusCode::kFailedPrecondition, "UPDATE_REQUIRED",
                     "the log holds what this program does not know");
    }
    return absl::DataLossError(absl::StrCat(
        "the server's answers make no receipt: ", custody::ReasonName(*judgement.reason),
        judgement.position ? absl::StrCat(" at position ", judgement.position->value) : "", ", ",
        judgement.detail));
  }

  std::string WithoutCosignatures() const {
    const auto lines = audit::SplitNote(receipt_.checkpoint);
    const std::string origin = audit::OriginOf(receipt_.org);
    const audit::NoteKeyId log = audit::NoteKeyIdOf(origin, audit::NoteKeyType::kEd25519,
                                                    place_.replica.directory().policy().log_key);
    std::string note = absl::StrCat(lines->text, "\n");
    for (const audit::SignatureLine& line : lines->signatures) {
      if (line.name == origin && line.key_id == log) {
        absl::StrAppend(&note, audit::FormatSignatureLine(line.name, line.key_id, line.signature));
      }
    }
    return note;
  }

  Workplace& place_;
  const DocumentHistory& history_;
  audit::Checkpoint head_;
  custody::Receipt receipt_;
};

}  // namespace

absl::StatusOr<custody::Receipt> MakeReceipt(Workplace& place, const SubjectId& document,
                                             bool with_files) {
  absl::StatusOr<const DocumentHistory*> history = place.FindDocument(document);
  if (!history.ok()) return history.status();
  return ReceiptMaker(place, **history).Make(with_files);
}

}  // namespace amparo::client::verbs
