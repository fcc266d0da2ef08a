// The log's arithmetic at several sizes of the log: what one more statement costs the tree, what
// proofs cost to make and to verify and how long they are, what a signature costs.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <map>

#include "audit/checkpoint.h"
#include "audit/cosignature.h"
#include "audit/merkle.h"
#include "audit/proof.h"
#include "audit/tlog_proof.h"
#include "crypto/signature.h"
#include "statement/codec.h"

namespace amparo::audit {
namespace {

// Every node of a tree, a list for each level: two hashes for each leaf. Grown to the largest
// size that a benchmark asks for, and good for all that are smaller.
class NodeStore {
 public:
  static NodeStore& OfAtLeast(std::uint64_t size) {
    static auto* const kStore = new NodeStore;
    while (kStore->frontier_.size().value < size) kStore->Grow();
    return *kStore;
  }
  const Hash& leaf(std::uint64_t position) const { return levels_[0][position]; }
  NodeSource Source() const {
    return [this](const NodeId& id) -> absl::StatusOr<Hash> { return levels_[id.level][id.index]; };
  }
  // The right edge when the tree had `size` leaves.
  Frontier FrontierAt(std::uint64_t size) const {
    Writer out;
    out.U64(size);
    std::uint64_t begin = 0;
    for (int level = 63; level >= 0; --level) {
      if ((size >> level & 1) == 0) continue;
      out.Fixed(levels_[static_cast<std::size_t>(level)][begin >> level]);
      begin += std::uint64_t{1} << level;
    }
    return Frontier::Decode(out.bytes()).value();
  }
  Checkpoint At(std::uint64_t size) {
    const auto [found, is_new] = heads_.try_emplace(size);
    if (is_new) found->second = {.size = {size}, .root = FrontierAt(size).Root()};
    return found->second;
  }

 private:
  void Grow() {
    Hash leaf;
    const std::uint64_t position = frontier_.size().value;
    for (std::size_t i = 0; i < 8; ++i) {
      leaf.bytes[i] = static_cast<std::uint8_t>(position >> (8 * i));
    }
    std::size_t level = 0;
    for (const Hash& node : frontier_.Append(leaf)) levels_[level++].push_back(node);
  }

  Frontier frontier_;
  std::vector<Hash> levels_[64];
  std::map<std::uint64_t, Checkpoint> heads_;
};

std::uint64_t SizeOf(const benchmark::State& state) {
  return static_cast<std::uint64_t>(state.range(0));
}

// Positions all over the log, in an order that no cache foresees.
class Positions {
 public:
  explicit Positions(std::uint64_t size) : size_(size) {}
  std::uint64_t Next() { return (state_ = state_ * 6364136223846793005ULL + 1) >> 11; }
  std::uint64_t NextPosition() { return Next() % size_; }
  std::uint64_t NextOlderSize() { return 1 + Next() % (size_ - 1); }

 private:
  std::uint64_t size_;
  std::uint64_t state_ = 7;
};

// How long the paths were and how many nodes they took, beside the time.
struct Tally {
  std::uint64_t paths = 0;
  std::uint64_t hashes = 0;
  std::size_t longest = 0;
  std::uint64_t nodes = 0;

  NodeSource Counted(const NodeSource& source) {
    return [this, source](const NodeId& id) {
      ++nodes;
      return source(id);
    };
  }
  void Add(const std::vector<Hash>& path) {
    ++paths;
    hashes += path.size();
    longest = std::max(longest, path.size());
  }
  void Report(benchmark::State& state) const {
    const auto count = static_cast<double>(paths);
    state.counters["bytes"] = static_cast<double>(hashes * Hash::kSize) / count;
    state.counters["bytes_max"] = static_cast<double>(longest * Hash::kSize);
    if (nodes > 0) state.counters["nodes"] = static_cast<double>(nodes) / count;
  }
};

void AtEverySize(benchmark::internal::Benchmark* benchmark) {
  for (const std::int64_t size : {1'000, 100'000, 1'000'000, 10'000'000}) benchmark->Arg(size);
}

void AppendAndRoot(benchmark::State& state) {
  const Frontier at_size = NodeStore::OfAtLeast(SizeOf(state)).FrontierAt(SizeOf(state));
  Frontier frontier = at_size;
  std::uint64_t completed = 0;
  std::uint64_t appended = 0;
  for (auto _ : state) {
    completed += frontier.Append(Hash::Filled(2)).size();
    if (++appended % 512 == 0) frontier = at_size;  // Lest a small log grows to be a large one.
    benchmark::DoNotOptimize(frontier.Root());
  }
  state.counters["completed"] = static_cast<double>(completed) / static_cast<double>(appended);
  state.counters["frontier_bytes"] = static_cast<double>(at_size.Encode().size());
}
BENCHMARK(AppendAndRoot)->Apply(AtEverySize);

void ProveInclusionOfAny(benchmark::State& state) {
  NodeStore& store = NodeStore::OfAtLeast(SizeOf(state));
  Positions positions(SizeOf(state));
  Tally tally;
  const NodeSource nodes = tally.Counted(store.Source());
  for (auto _ : state) {
    const auto path = ProveInclusion({positions.NextPosition()}, {SizeOf(state)}, nodes);
    tally.Add(*path);
  }
  tally.Report(state);
}
BENCHMARK(ProveInclusionOfAny)->Apply(AtEverySize);

void ProveConsistencyWithAny(benchmark::State& state) {
  NodeStore& store = NodeStore::OfAtLeast(SizeOf(state));
  Positions positions(SizeOf(state));
  Tally tally;
  const NodeSource nodes = tally.Counted(store.Source());
  for (auto _ : state) {
    const auto path = ProveConsistency({positions.NextOlderSize()}, {SizeOf(state)}, nodes);
    tally.Add(*path);
  }
  tally.Report(state);
}
BENCHMARK(ProveConsistencyWithAny)->Apply(AtEverySize);

void VerifyInclusionOfAny(benchmark::State& state) {
  NodeStore& store = NodeStore::OfAtLeast(SizeOf(state));
  const Checkpoint head = store.At(SizeOf(state));
  Positions positions(SizeOf(state));
  struct Case {
    Position position;
    std::vector<Hash> path;
  };
  std::vector<Case> cases(256);
  Tally tally;
  for (Case& one : cases) {
    one.position.value = positions.NextPosition();
    one.path = *ProveInclusion(one.position, head.size, store.Source());
    tally.Add(one.path);
  }
  std::size_t next = 0;
  for (auto _ : state) {
    const Case& one = cases[next++ % cases.size()];
    if (!VerifyInclusion(store.leaf(one.position.value), one.position, head, one.path).ok()) {
      state.SkipWithError("not verified");
    }
  }
  tally.Report(state);
}
BENCHMARK(VerifyInclusionOfAny)->Apply(AtEverySize);

void VerifyConsistencyWithAny(benchmark::State& state) {
  NodeStore& store = NodeStore::OfAtLeast(SizeOf(state));
  const Checkpoint head = store.At(SizeOf(state));
  Positions positions(SizeOf(state));
  struct Case {
    Checkpoint from;
    std::vector<Hash> path;
  };
  std::vector<Case> cases(256);
  Tally tally;
  for (Case& one : cases) {
    one.from = store.At(positions.NextOlderSize());
    one.path = *ProveConsistency(one.from.size, head.size, store.Source());
    tally.Add(one.path);
  }
  std::size_t next = 0;
  for (auto _ : state) {
    const Case& one = cases[next++ % cases.size()];
    if (!VerifyConsistency(one.from, head, one.path).ok()) state.SkipWithError("not verified");
  }
  tally.Report(state);
}
BENCHMARK(VerifyConsistencyWithAny)->Apply(AtEverySize);

std::string SomeNote() {
  return SignCheckpoint(OrgId{}, {.size = {10'000'000}, .root = Hash::Filled(1)},
                        SigningKey::FromSeed(Secret<32>()));
}

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

void WriteCosignature(benchmark::State& state) {
  const SigningKey key = SigningKey::Generate();
  const std::string name = CosignerNameOf(Hash::Filled(3));
  const std::string note = SomeNote();
  for (auto _ : state) benchmark::DoNotOptimize(Cosign(name, key, {1'790'000'000}, note));
  state.counters["bytes"] = static_cast<double>(Cosign(name, key, {0}, note)->size());
}
BENCHMARK(WriteCosignature);

// A note with so many cosignatures, to somebody who knows 500 devices.
void ReadCosignatures(benchmark::State& state) {
  std::vector<Witness> witnesses;
  std::string note = SomeNote();
  for (std::int64_t i = 0; i < 500; ++i) {
    const SigningKey key = SigningKey::Generate();
    Hash certificate;
    std::copy_n(key.verify_key().bytes.begin(), Hash::kSize, certificate.bytes.begin());
    witnesses.push_back({.name = CosignerNameOf(certificate), .key = key.verify_key()});
    if (i >= state.range(0)) continue;
    const auto line = Cosign(witnesses.back().name, key, {1'790'000'000}, note);
    note = AttachSignature(note, *line).value();
  }
  for (auto _ : state) {
    const auto seen = VerifyCosignatures(note, witnesses);
    if (seen->size() != static_cast<std::size_t>(state.range(0))) state.SkipWithError("not all");
  }
  state.counters["bytes"] = static_cast<double>(note.size());
}
BENCHMARK(ReadCosignatures)->Arg(1)->Arg(5)->Arg(31);

void ReadTlogProof(benchmark::State& state) {
  NodeStore& store = NodeStore::OfAtLeast(SizeOf(state));
  const TlogProof proof{.extra = std::nullopt,
                        .index = {1},
                        .path = *ProveInclusion({1}, {SizeOf(state)}, store.Source()),
                        .checkpoint = SomeNote()};
  const std::string text = FormatTlogProof(proof);
  for (auto _ : state) benchmark::DoNotOptimize(ParseTlogProof(text));
  state.counters["bytes"] = static_cast<double>(text.size());
}
BENCHMARK(ReadTlogProof)->Apply(AtEverySize);

}  // namespace
}  // namespace amparo::audit
