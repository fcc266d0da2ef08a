// The log's arithmetic: what one more statement costs the tree, at several sizes of the log.

#include <benchmark/benchmark.h>

#include "audit/checkpoint.h"
#include "audit/merkle.h"
#include "crypto/signature.h"

namespace amparo::audit {
namespace {

Frontier Grown(std::int64_t leaves) {
  Frontier frontier;
  for (std::int64_t i = 0; i < leaves; ++i) frontier.Append(Hash::Filled(1));
  return frontier;
}

void AppendAndRoot(benchmark::State& state) {
  Frontier frontier = Grown(state.range(0));
  for (auto _ : state) {
    frontier.Append(Hash::Filled(2));
    benchmark::DoNotOptimize(frontier.Root());
  }
}
BENCHMARK(AppendAndRoot)->Arg(1'000)->Arg(1'000'000);

void WriteCheckpoint(benchmark::State& state) {
  const SigningKey key = SigningKey::Generate();
  const Checkpoint checkpoint = {.size = {.value = 1'000'000}, .root = Hash::Filled(1)};
  for (auto _ : state) benchmark::DoNotOptimize(SignCheckpoint(OrgId{}, checkpoint, key));
}
BENCHMARK(WriteCheckpoint);

void ReadCheckpoint(benchmark::State& state) {
  const SigningKey key = SigningKey::Generate();
  const std::string note = SignCheckpoint(OrgId{}, {.size = {.value = 9}, .root = {}}, key);
  for (auto _ : state) benchmark::DoNotOptimize(OpenCheckpoint(OrgId{}, key.verify_key(), note));
}
BENCHMARK(ReadCheckpoint);

}  // namespace
}  // namespace amparo::audit
