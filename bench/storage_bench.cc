// What storage costs: appends by group size, a blob against a plain file in the same run, a
// point read of the view by how much is in it. TMPDIR must stand on a disk, not on tmpfs.
// Compare ratios within one run only; machines drift.

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "crypto/digest.h"
#include "storage/store.h"

namespace amparo::storage {
namespace {

constexpr std::size_t kMiB = 1024 * 1024;
constexpr std::size_t kBlobBytes = 64 * kMiB;
constexpr std::size_t kMessageBytes = kMiB;

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << "storage_bench: " << status << "\n";
  std::exit(1);
}

class Folder {
 public:
  Folder() {
    path_ = (std::filesystem::temp_directory_path() / "amparo-bench-XXXXXX").string();
    if (mkdtemp(path_.data()) == nullptr) std::exit(1);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class OpenedStore {
 public:
  OpenedStore() {
    absl::StatusOr<std::unique_ptr<Store>> store = OpenRocksdbStore({.directory = folder_.path()});
    Require(store.status());
    store_ = *std::move(store);
    absl::StatusOr<OrgStorage> org = store_->Open(OrgId::Filled(1));
    Require(org.status());
    org_ = *org;
  }
  OrgStorage& org() { return org_; }

 private:
  const Folder folder_;
  std::unique_ptr<Store> store_;
  OrgStorage org_;
};

Bytes RandomBytes(std::size_t size) {
  Bytes out(size);
  FillRandom(out);
  return out;
}

// One synced batch of range(0) entries of 600 bytes: about what a signed turn takes.
void AppendDurably(benchmark::State& state) {
  OpenedStore store;
  const std::vector<Bytes> entries(static_cast<std::size_t>(state.range(0)), RandomBytes(600));
  const Bytes head = RandomBytes(300);
  std::uint64_t at = 0;
  for (auto _ : state) {
    if (store.org().ledger->Append(Position{at}, entries, head) != AppendOutcome::kOk) {
      state.SkipWithError("append failed");
      break;
    }
    at += entries.size();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(at));
}
BENCHMARK(AppendDurably)->Arg(1)->Arg(4)->Arg(16)->Arg(64)->UseRealTime();

// 64 MiB in messages of 1 MiB, begun, written, hashed, sealed, durable.
void WriteBlob(benchmark::State& state) {
  OpenedStore store;
  const Bytes bytes = RandomBytes(kBlobBytes);
  const Hash hash = Sha256(bytes);
  for (auto _ : state) {
    const ObjectId object = RandomId<ObjectId>();
    absl::StatusOr<std::unique_ptr<BlobWriter>> writer =
        store.org().blobs->BeginWrite(object, bytes.size(), UnixSeconds{1});
    Require(writer.status());
    for (std::size_t at = 0; at < bytes.size(); at += kMessageBytes) {
      Require((*writer)->Write(ByteView(bytes).subspan(at, kMessageBytes)));
    }
    Require((*writer)->Seal(hash));
    state.PauseTiming();
    Require(store.org().blobs->Erase(object));
    state.ResumeTiming();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * kBlobBytes));
}
BENCHMARK(WriteBlob)->UseRealTime()->Unit(benchmark::kMillisecond);

// 60 photos of 300 KiB, hashed and sealed, then the append that makes them durable. range(0): as
// one run, or each by itself.
void WritePhotos(benchmark::State& state) {
  constexpr std::size_t kPhotos = 60;
  OpenedStore store;
  const Bytes bytes = RandomBytes(300 * 1024);
  const Hash hash = Sha256(bytes);
  const Bytes entry = RandomBytes(600);
  BlobStore& blobs = *store.org().blobs;
  for (auto _ : state) {
    const std::unique_ptr<BlobRun> run = blobs.BeginRun();
    std::vector<ObjectId> photos(kPhotos);
    for (ObjectId& photo : photos) {
      photo = RandomId<ObjectId>();
      auto writer = state.range(0) == 1 ? run->BeginWrite(photo, bytes.size(), UnixSeconds{1})
                                        : blobs.BeginWrite(photo, bytes.size(), UnixSeconds{1});
      Require(writer.status());
      Require((*writer)->Write(bytes));
      Require((*writer)->Seal(hash));
    }
    Require(run->Flush());
    const Position next{store.org().ledger->Size()->value};
    if (store.org().ledger->Append(next, {&entry, 1}, entry) != AppendOutcome::kOk) {
      state.SkipWithError("append failed");
    }
    state.PauseTiming();
    for (const ObjectId& photo : photos) Require(blobs.Erase(photo));
    state.ResumeTiming();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * kPhotos * bytes.size()));
}
BENCHMARK(WritePhotos)
    ->ArgName("shared")
    ->Arg(0)
    ->Arg(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// The bytes of WriteBlob to a plain file, synced: range(0) says whether they are hashed as well.
void WritePlainFile(benchmark::State& state) {
  const Folder folder;
  const Bytes bytes = RandomBytes(kBlobBytes);
  const std::string path = folder.path() + "/file";
  for (auto _ : state) {
    const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    Sha256Stream hash;
    for (std::size_t at = 0; at < bytes.size(); at += kMessageBytes) {
      if (state.range(0) == 1) hash.Update(ByteView(bytes).subspan(at, kMessageBytes));
      if (write(fd, bytes.data() + at, kMessageBytes) != static_cast<ssize_t>(kMessageBytes)) {
        state.SkipWithError("write failed");
      }
    }
    if (fdatasync(fd) != 0) state.SkipWithError("fdatasync failed");
    close(fd);
    state.PauseTiming();
    unlink(path.c_str());
    state.ResumeTiming();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * kBlobBytes));
}
BENCHMARK(WritePlainFile)
    ->ArgName("hashed")
    ->Arg(0)
    ->Arg(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void ReadBlob(benchmark::State& state) {
  OpenedStore store;
  const Bytes bytes = RandomBytes(kBlobBytes);
  const ObjectId object = RandomId<ObjectId>();
  absl::StatusOr<std::unique_ptr<BlobWriter>> writer =
      store.org().blobs->BeginWrite(object, bytes.size(), UnixSeconds{1});
  Require(writer.status());
  Require((*writer)->Write(bytes));
  Require((*writer)->Seal(Sha256(bytes)));
  for (auto _ : state) {
    for (std::size_t at = 0; at < bytes.size(); at += kMessageBytes) {
      const absl::StatusOr<Bytes> range = store.org().blobs->Read(object, at, kMessageBytes);
      Require(range.status());
      benchmark::DoNotOptimize(range->data());
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * kBlobBytes));
}
BENCHMARK(ReadBlob)->UseRealTime()->Unit(benchmark::kMillisecond);

Bytes RowKey(std::uint64_t number) {
  Bytes key(17, 'd');
  for (std::size_t i = 0; i < 8; ++i) key[i + 1] = static_cast<std::uint8_t>(number >> (8 * i));
  return key;
}

// A row of 500 bytes among range(0).
void GetFromView(benchmark::State& state) {
  OpenedStore store;
  const auto rows = static_cast<std::uint64_t>(state.range(0));
  const Bytes value = RandomBytes(500);
  for (std::uint64_t at = 0; at < rows;) {
    ViewBatch batch;
    for (; batch.puts.size() < 1000 && at < rows; ++at) {
      batch.puts.push_back({.key = RowKey(at), .value = value});
    }
    Require(store.org().view->Apply(batch, TreeSize{at}));
  }
  std::uint64_t next = 1;
  for (auto _ : state) {
    next = next * 6364136223846793005u + 1442695040888963407u;
    const absl::StatusOr<std::optional<Bytes>> row =
        store.org().view->Get(RowKey((next >> 33) % rows));
    Require(row.status());
    if (!row->has_value()) state.SkipWithError("row is missing");
  }
}
BENCHMARK(GetFromView)->Arg(1'000)->Arg(1'000'000);

}  // namespace
}  // namespace amparo::storage
