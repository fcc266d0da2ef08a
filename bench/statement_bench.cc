// Statements: what signing costs a client, and decoding with its check a server, per act.

#include <benchmark/benchmark.h>

#include "crypto/signature.h"
#include "statement/bodies.h"
#include "statement/statement.h"

namespace amparo {
namespace {

Statement Sample(std::size_t parts) {
  Body body;
  body.act = Submit{};
  body.objects.resize(parts + 1);
  body.grants.resize(3);
  Statement statement;
  statement.kind = static_cast<decltype(statement.kind)>(KindOf(body.act));
  statement.body = EncodeBody(body);
  return statement;
}

void SignOne(benchmark::State& state) {
  const SigningKey key = SigningKey::Generate();
  const Statement statement = Sample(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(SignStatement(statement, key));
}
BENCHMARK(SignOne)->Arg(1)->Arg(200);

void DecodeAndVerifyOne(benchmark::State& state) {
  const SigningKey key = SigningKey::Generate();
  const Bytes bytes = SignStatement(Sample(static_cast<std::size_t>(state.range(0))), key).bytes;
  for (auto _ : state) {
    const auto decoded = DecodeSigned(bytes);
    if (!decoded.ok() || !SignaturesVerify(*decoded)) state.SkipWithError("it did not verify");
  }
}
BENCHMARK(DecodeAndVerifyOne)->Arg(1)->Arg(200);

}  // namespace
}  // namespace amparo
