// Sealing and opening in bulk, hashing, signatures: what a document costs its author and reader.

#include <benchmark/benchmark.h>

#include "crypto/digest.h"
#include "crypto/grant.h"
#include "crypto/identity.h"
#include "crypto/sealed_object.h"
#include "crypto/signature.h"

namespace amparo {
namespace {

constexpr std::size_t kBatch = 16 * kChunkSize;

void Seal(benchmark::State& state) {
  const Bytes plaintext(kBatch);
  Sealer sealer(FileKey::Random());
  for (auto _ : state) {
    Bytes sealed;
    sealer.SealBatch(plaintext, sealed);
    benchmark::DoNotOptimize(sealed.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * kBatch));
}
BENCHMARK(Seal)->UseRealTime();

void SealAndOpen(benchmark::State& state) {
  const Bytes plaintext(kBatch);
  for (auto _ : state) {
    const FileKey key = FileKey::Random();
    Sealer sealer(key);
    Bytes sealed;
    sealer.SealBatch(plaintext, sealed);
    Opener opener = Opener::Create(key, sealer.nonce()).value();
    Bytes opened;
    if (!opener.OpenBatch(sealed, opened).ok()) state.SkipWithError("it did not open");
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * kBatch));
}
BENCHMARK(SealAndOpen)->UseRealTime();

void HashBulk(benchmark::State& state) {
  const Bytes bytes(kBatch);
  for (auto _ : state) benchmark::DoNotOptimize(Sha256(bytes));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * kBatch));
}
BENCHMARK(HashBulk);

void WriteGrant(benchmark::State& state) {
  const Identity reader = Identity::Generate();
  const FileKey key = FileKey::Random();
  for (auto _ : state) benchmark::DoNotOptimize(MakeGrant(key, reader.recipient()));
}
BENCHMARK(WriteGrant);

void ReadGrant(benchmark::State& state) {
  const Identity reader = Identity::Generate();
  const Bytes grant = MakeGrant(FileKey::Random(), reader.recipient()).value();
  for (auto _ : state) benchmark::DoNotOptimize(OpenGrant(grant, reader));
}
BENCHMARK(ReadGrant);

void Sign(benchmark::State& state) {
  const SigningKey key = SigningKey::Generate();
  const Bytes message(1024);
  for (auto _ : state) benchmark::DoNotOptimize(key.Sign(message));
}
BENCHMARK(Sign);

void Verify(benchmark::State& state) {
  const SigningKey key = SigningKey::Generate();
  const Bytes message(1024);
  const Signature signature = key.Sign(message);
  for (auto _ : state) {
    benchmark::DoNotOptimize(VerifySignature(key.verify_key(), message, signature));
  }
}
BENCHMARK(Verify);

}  // namespace
}  // namespace amparo
