// Receipts and evidence: files from whoever hands them over, read and judged. The first byte
// chooses: the text as it is, or the bytes of a receipt or of evidence.

#include "custody/judge.h"
#include "custody/receipt.h"
#include "statement/text_armor.h"
#include "tests/fuzz/round_trip.h"

namespace amparo::fuzz {
namespace {

void Try(absl::string_view text) {
  const custody::Judgement judgement = custody::JudgeFile(text, {});
  Require(judgement.reason.has_value() == (judgement.verdict == custody::Verdict::kInvalid));
  if (const auto receipt = custody::ParseReceipt(text); receipt.ok()) {
    RequireSame(text, custody::FormatReceipt(*receipt));
    (void)custody::FindSealed(*receipt, AsBytes("text"));
  }
  if (const auto evidence = custody::ParseEvidence(text); evidence.ok()) {
    RequireSame(text, custody::FormatEvidence(*evidence));
  }
}

}  // namespace
}  // namespace amparo::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const amparo::fuzz::Choice choice = amparo::fuzz::Choose({data, size});
  switch (choice.which % 3) {
    case 0:
      amparo::fuzz::Try(amparo::AsText(choice.rest));
      return 0;
    case 1:
      amparo::fuzz::Try(amparo::FormatArmor("amparo-receipt-v1", choice.rest));
      return 0;
    default:
      amparo::fuzz::Try(amparo::FormatArmor("amparo-evidence-v1", choice.rest));
      return 0;
  }
}
