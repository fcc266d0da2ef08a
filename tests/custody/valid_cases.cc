// Good receipts, and odd ones that are good all the same.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "audit/cosignature.h"
#include "tests/custody/custody_log.h"
#include "tests/custody/vector_cases.h"

namespace amparo::testing {
namespace {

using custody::Reason;
using custody::Receipt;
using custody::Verdict;

const UnixSeconds kSeenAt{Organisation::kStartSeconds + 400'000};

const audit::Witness& Partner() {
  static const auto* const kPartner = new audit::Witness{.name = "witness.example.org/oaxaca",
                                                         .key = KeyNamed("oaxaca").verify_key()};
  return *kPartner;
}

std::string PartnerLine(absl::string_view note, UnixSeconds time) {
  return *audit::Cosign(Partner().name, KeyNamed("oaxaca"), time, note);
}

// A line under `name` and the key id of its key, with another signature.
std::string WrongLine(std::string line) {
  const std::size_t at = line.size() - 20;
  line[at] = line[at] == 'A' ? 'B' : 'A';
  return line;
}

// The whole story, and what stands on its checkpoint.
struct Scene {
  CustodyLog log = CustodyLog::WholeStory();
  std::uint64_t size = log.size();
  std::string bare = log.Note(size);
  std::string cleo = log.CosignedBy("cleo", size, kSeenAt);
  std::string ada = log.CosignedBy("ada", size, {kSeenAt.value + 60});
  std::string ben = log.CosignedBy("ben", size, kSeenAt);
  std::string oaxaca = PartnerLine(bare, {kSeenAt.value + 7200});
  std::string vkey = audit::FormatWitness(Partner());
  std::string cosigned = absl::StrCat(bare, cleo, ada, oaxaca);

  std::string With(const std::string& note) const {
    return Changed(log.ReceiptOf(), [&](Receipt& receipt) { receipt.checkpoint = note; });
  }
  Receipt WithFiles() const {
    Receipt receipt = log.ReceiptWithFiles();
    receipt.checkpoint = cosigned;
    return receipt;
  }
};

void AddGood(VectorCases& cases, const Scene& scene) {
  const Receipt with_files = scene.WithFiles();
  cases.push_back({.name = "good",
                   .comment = "the whole story; two members and a partner cosigned",
                   .text = scene.With(scene.cosigned),
                   .partners = {scene.vkey}});
  cases.push_back({.name = "partner-not-told",
                   .comment = "the same file; the verifier does not know the partner",
                   .text = scene.With(scene.cosigned)});
  cases.push_back({.name = "with-files",
                   .comment = "with the openings of all parts, and files that match",
                   .text = custody::FormatReceipt(with_files),
                   .partners = {scene.vkey},
                   .files = {"source-1.txt", "source-2.txt", "translation.txt"}});
  cases.push_back({.name = "with-a-file-that-is-not-in-it",
                   .comment = "one byte of one file is another; exit code 7",
                   .text = custody::FormatReceipt(with_files),
                   .partners = {scene.vkey},
                   .files = {"source-1.txt", "altered.txt"}});
  cases.push_back({.name = "with-a-zero-more",
                   .comment = "padding is zeros, so a file with a zero more seals to the same",
                   .text = custody::FormatReceipt(with_files),
                   .files = {"one-zero-more.txt", "empty.txt"}});
  cases.push_back({.name = "files-without-openings",
                   .comment = "nothing to compare with: the file is not in this receipt",
                   .text = scene.With(scene.cosigned),
                   .files = {"source-1.txt"}});
}

void AddOddlyCosigned(VectorCases& cases, const Scene& scene) {
  cases.push_back(
      {.name = "not-cosigned", .comment = "by the log alone", .text = scene.With(scene.bare)});
  cases.push_back({.name = "cosigner-revoked",
                   .comment = "ben was revoked: his line is right, and counts for nothing",
                   .text = scene.With(absl::StrCat(scene.bare, scene.ben, scene.cleo))});
  cases.push_back({.name = "cosigned-twice",
                   .comment = "of two lines of one key the newest counts, in its place",
                   .text = scene.With(absl::StrCat(
                       scene.bare, scene.log.CosignedBy("cleo", scene.size, kSeenAt), scene.ada,
                       scene.log.CosignedBy("cleo", scene.size, {kSeenAt.value + 9})))});
  cases.push_back({.name = "cosigned-twice-older-last",
                   .comment = "the newest counts, wherever it stands",
                   .text = scene.With(absl::StrCat(
                       scene.bare, scene.ada,
                       scene.log.CosignedBy("ada", scene.size, {kSeenAt.value + 1}), scene.cleo))});
  cases.push_back(
      {.name = "cosigned-at-the-end-of-time",
       .comment = "the time is 2^63 - 1: an integer to be printed exactly",
       .text = scene.With(absl::StrCat(
           scene.bare, scene.log.CosignedBy("cleo", scene.size, {(std::uint64_t{1} << 63) - 1})))});
  cases.push_back(
      {.name = "signed-by-strangers",
       .comment = "lines of unknown names and of a certificate that does not exist; "
                  "each name is listed once",
       .text = scene.With(absl::StrCat(scene.bare, scene.oaxaca, scene.cleo,
                                       *audit::Cosign(audit::CosignerNameOf(HashNamed("nobody")),
                                                      KeyNamed("nobody"), kSeenAt, scene.bare),
                                       PartnerLine(scene.bare, {kSeenAt.value + 2})))});
  cases.push_back(
      {.name = "known-name-other-key",
       .comment = "a line under cleo's name by ada's key: another key id, a stranger",
       .text = scene.With(absl::StrCat(
           scene.bare, *audit::Cosign(audit::CosignerNameOf(scene.log.Certificate("cleo")),
                                      KeyNamed("ada"), kSeenAt, scene.bare)))});
}

void AddWronglyCosigned(VectorCases& cases, const Scene& scene) {
  cases.push_back({.name = "cosignature-wrong",
                   .comment = "one bit of cleo's cosignature",
                   .text = scene.With(absl::StrCat(scene.bare, scene.ada, WrongLine(scene.cleo))),
                   .verdict = Verdict::kInvalid,
                   .reason = Reason::kCosignatureWrong});
  cases.push_back({.name = "cosignature-of-another-checkpoint",
                   .comment = "cleo cosigned the log when it was smaller",
                   .text = scene.With(absl::StrCat(
                       scene.bare, scene.log.CosignedBy("cleo", scene.size - 1, kSeenAt))),
                   .verdict = Verdict::kInvalid,
                   .reason = Reason::kCosignatureWrong});
  cases.push_back({.name = "cosignature-of-the-revoked-wrong",
                   .comment = "it would count for nothing, and must be right all the same",
                   .text = scene.With(absl::StrCat(scene.bare, scene.cleo, WrongLine(scene.ben))),
                   .verdict = Verdict::kInvalid,
                   .reason = Reason::kCosignatureWrong});
  cases.push_back({.name = "cosignature-of-the-partner-wrong",
                   .comment = "known to the verifier, and not the partner's",
                   .text = scene.With(absl::StrCat(scene.bare, WrongLine(scene.oaxaca))),
                   .verdict = Verdict::kInvalid,
                   .reason = Reason::kCosignatureWrong,
                   .partners = {scene.vkey}});
  cases.push_back(
      {.name = "cosignature-of-a-stranger-wrong",
       .comment = "the same file; the verifier does not know the partner and cannot say",
       .text = scene.With(absl::StrCat(scene.bare, WrongLine(scene.oaxaca)))});
}

void AddLeftOut(VectorCases& cases, const Scene& scene) {
  cases.push_back({.name = "few-ticks",
                   .comment = "only the first tick and the newest: times are older, and a lease "
                              "still holds that had ended",
                   .text = Changed(scene.log.ReceiptOf(), [&](Receipt& receipt) {
                     receipt.ticks = {receipt.ticks.front(), receipt.ticks.back()};
                   })});
  cases.push_back({.name = "history-after-the-newest-tick",
                   .comment = "the directory is proven whole up to a position below the history's "
                              "end",
                   .text = Changed(scene.log.ReceiptOf(), [&](Receipt& receipt) {
                     receipt.ticks.resize(2);
                     receipt.directory.resize(receipt.directory.size() - 2);
                   })});
  cases.push_back({.name = "remark-left-out",
                   .comment = "the translator's question is not there; no turn names it",
                   .text = Changed(scene.log.ReceiptOf(), [&](Receipt& receipt) {
                     std::erase_if(receipt.history, [](const custody::Placed& placed) {
                       return DecodeSigned(placed.statement)->statement.kind ==
                              static_cast<std::uint16_t>(Kind::kNote);
                     });
                   })});
  cases.push_back({.name = "end-left-out",
                   .comment = "without the last turns: a true prefix is a true receipt",
                   .text = Changed(scene.log.ReceiptOf(),
                                   [&](Receipt& receipt) { receipt.history.resize(3); })});
}

void AddPolicies(VectorCases& cases) {
  CustodyLog renewed({"fay", "cleo"});
  renewed.Submit();
  renewed.NextPolicy([](Policy& policy) { policy.freshness_limit_hours = 48; });
  renewed.TickAfter(500);
  cases.push_back({.name = "second-policy",
                   .comment = "the roots changed a limit since",
                   .text = custody::FormatReceipt(renewed.ReceiptOf())});
  CustodyLog usurped({"fay", "cleo"});
  usurped.Submit();
  const std::uint64_t at =
      usurped.NextPolicy([](Policy& policy) { policy.log_key = KeyNamed("log-2").verify_key(); });
  usurped.SignWith("log-2");
  cases.push_back(
      {.name = "log-key-replaced",
       .comment = "the newest policy names another log key, which signed the checkpoint",
       .text = custody::FormatReceipt(usurped.ReceiptOf()),
       .verdict = Verdict::kInvalid,
       .reason = Reason::kDirectoryRefused,
       .position = at});
  cases.push_back({.name = "log-key-replaced-old-checkpoint",
                   .comment = "the newest policy names another log key than the one that signed",
                   .text = Changed(usurped.ReceiptOf(),
                                   [&](Receipt& receipt) {
                                     receipt.checkpoint = usurped.Note(usurped.size(), "log");
                                   }),
                   .verdict = Verdict::kInvalid,
                   .reason = Reason::kCheckpointInvalid});
}

void AddOpenings(VectorCases& cases, const Scene& scene) {
  const Receipt with_files = scene.WithFiles();
  cases.push_back({.name = "opening-of-no-object",
                   .comment = "no statement of the history brings it",
                   .text = Changed(with_files,
                                   [](Receipt& receipt) {
                                     receipt.openings.front().object.bytes[0] ^= 1;
                                     std::ranges::sort(receipt.openings, {},
                                                       &custody::Opening::object);
                                   }),
                   .verdict = Verdict::kInvalid,
                   .reason = Reason::kOpeningMismatch});
  cases.push_back(
      {.name = "opening-with-another-key",
       .comment = "not the key that was committed to",
       .text = Changed(with_files,
                       [](Receipt& receipt) { receipt.openings.back().file_key.bytes[3] ^= 0x10; }),
       .verdict = Verdict::kInvalid,
       .reason = Reason::kOpeningMismatch});
  cases.push_back({.name = "opening-with-another-nonce",
                   .comment = "a nonce is not committed to: the file no longer matches",
                   .text = Changed(with_files,
                                   [](Receipt& receipt) {
                                     for (auto& opening : receipt.openings) {
                                       opening.nonce.bytes[0] ^= 1;
                                     }
                                   }),
                   .files = {"source-1.txt"}});
  cases.push_back({.name = "opening-of-what-was-left-out",
                   .comment = "its statement is not in the history",
                   .text = Changed(with_files, [](Receipt& receipt) { receipt.history.resize(2); }),
                   .verdict = Verdict::kInvalid,
                   .reason = Reason::kOpeningMismatch});
}

}  // namespace

void AddValidCases(VectorCases& cases) {
  const Scene scene;
  AddGood(cases, scene);
  AddOddlyCosigned(cases, scene);
  AddWronglyCosigned(cases, scene);
  AddLeftOut(cases, scene);
  AddPolicies(cases);
  AddOpenings(cases, scene);
}

}  // namespace amparo::testing
