// What checking a receipt takes: a document's whole story, read from its text and judged, as
// `amparo verify` does it.

#include <benchmark/benchmark.h>

#include "custody/judge.h"
#include "custody/receipt.h"
#include "tests/custody/custody_log.h"

namespace amparo::testing {
namespace {

void VerifyReceipt(benchmark::State& state) {
  const CustodyLog log = CustodyLog::WholeStory();
  const custody::Receipt receipt = log.ReceiptOf();
  const std::string text = custody::FormatReceipt(receipt);
  for (auto _ : state) {
    const custody::Judgement judgement = custody::JudgeFile(text, {});
    if (judgement.verdict != custody::Verdict::kValid) state.SkipWithError("it is not valid");
  }
  state.counters["bytes"] = static_cast<double>(text.size());
  state.counters["statements"] =
      static_cast<double>(receipt.directory.size() + receipt.ticks.size() + receipt.history.size());
}
BENCHMARK(VerifyReceipt)->Unit(benchmark::kMicrosecond);

// Against people who hold a file beside it: sealed again and compared.
void FindSealedFile(benchmark::State& state) {
  const CustodyLog log = CustodyLog::WholeStory();
  const custody::Receipt receipt = log.ReceiptWithFiles();
  const Bytes& plaintext = log.parts().front().plaintext;
  for (auto _ : state) benchmark::DoNotOptimize(custody::FindSealed(receipt, plaintext));
}
BENCHMARK(FindSealedFile)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace amparo::testing
