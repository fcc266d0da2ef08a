// storage_crash_child DIRECTORY NUMBER: writes blobs from NUMBER on to a store in a loop, until it
// is killed, and prints what was acknowledged, a line each: "L size" of the ledger, "B number
// offset" of a blob, "D number" of a sealed one, "S number" of a shelf key, "X number" of a
// destroyed one.

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "crypto/digest.h"
#include "tests/storage/crash_scenario.h"

namespace amparo::storage {
namespace {

// One write(2) per line, so that a line is whole or absent.
void Acknowledge(const std::string& line) {
  if (write(STDOUT_FILENO, line.data(), line.size()) < 0) std::exit(3);
}

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "storage_crash_child: %s\n", what);
  std::exit(2);
}

// As a server does on opening, and after every append.
void CatchUp(OrgStorage& org, std::uint64_t size) {
  ViewBatch batch;
  for (std::uint64_t at = org.view->Applied()->value; at < size; ++at) {
    batch.puts.push_back({.key = CrashPieceKey(at), .value = CrashEntry(at)});
  }
  Require(org.view->Apply(batch, TreeSize{size}).ok(), "view");
}

void AppendOnce(OrgStorage& org) {
  const std::uint64_t size = org.ledger->Size()->value;
  std::vector<Bytes> entries;
  std::vector<PieceWrite> pieces;
  for (std::uint64_t at = size; at < size + 1 + size % 5; ++at) {
    entries.push_back(CrashEntry(at));
    pieces.push_back({.key = CrashPieceKey(at), .value = CrashEntry(at)});
  }
  const std::uint64_t next = size + entries.size();
  Require(org.blobs->PutPieces(pieces).ok(), "pieces");
  Require(org.ledger->Append(Position{size}, entries, CrashHead(next)) == AppendOutcome::kOk,
          "append");
  Acknowledge(absl::StrCat("L ", next, "\n"));
  CatchUp(org, next);
}

// Sealed first; that is told once an append has made it durable, which could have named it.
void WriteSmallBlob(OrgStorage& org, std::uint64_t number) {
  const Bytes bytes = CrashBlob(number);
  absl::StatusOr<std::unique_ptr<BlobWriter>> writer =
      org.blobs->BeginWrite(CrashObject(number), bytes.size(), UnixSeconds{1});
  Require(writer.ok(), "begin");
  Require((*writer)->Write(bytes).ok(), "write");
  Require((*writer)->Seal(Sha256(bytes)).ok(), "seal");
  AppendOnce(org);
  Require((*writer)->durable() == bytes.size(), "durable");
  Acknowledge(absl::StrCat("D ", number, "\n"));
}

// As a stream of many photos does: a few are sealed before an append asks for them and names them.
void WriteSharedBlob(OrgStorage& org, BlobRun& run, std::vector<std::uint64_t>& sealed,
                     std::uint64_t number) {
  const Bytes bytes = CrashBlob(number);
  absl::StatusOr<std::unique_ptr<BlobWriter>> writer =
      run.BeginWrite(CrashObject(number), bytes.size(), UnixSeconds{1});
  Require(writer.ok(), "begin");
  Require((*writer)->Write(bytes).ok(), "write");
  Require((*writer)->Seal(Sha256(bytes)).ok(), "seal");
  sealed.push_back(number);
  if (sealed.size() < kCrashSharedAtOnce) return;
  const auto state = [&](std::uint64_t of) { return **org.blobs->Stat(CrashObject(of)); };
  for (const std::uint64_t of : sealed) Require(state(of).sealed, "not sealed");
  AppendOnce(org);
  for (const std::uint64_t of : sealed) {
    Require(state(of).durable == kCrashSharedBlobBytes, "durable");
    Acknowledge(absl::StrCat("D ", of, "\n"));
  }
  sealed.clear();
}

// A few steps of one blob: slow ones and fast ones by turns.
void WriteBlob(OrgStorage& org, std::uint64_t number) {
  const Bytes bytes = CrashBlob(number);
  absl::StatusOr<std::unique_ptr<BlobWriter>> writer =
      org.blobs->BeginWrite(CrashObject(number), bytes.size(), UnixSeconds{1});
  Require(writer.ok(), "begin");
  std::size_t step = 50'000 + number % 7 * 90'000;
  while ((*writer)->offset() < bytes.size()) {
    const auto at = static_cast<std::size_t>((*writer)->offset());
    const std::size_t length = std::min(step, bytes.size() - at);
    Require((*writer)->Write(ByteView(bytes).subspan(at, length)).ok(), "write");
    const absl::StatusOr<std::uint64_t> offset = (*writer)->Flush();
    Require(offset.ok(), "flush");
    Acknowledge(absl::StrCat("B ", number, " ", *offset, "\n"));
    AppendOnce(org);
    step *= 3;
  }
  Require((*writer)->Seal(Sha256(bytes)).ok(), "seal");
  Acknowledge(absl::StrCat("D ", number, "\n"));
}

void Run(const std::string& directory, std::uint64_t number) {
  absl::StatusOr<std::unique_ptr<Store>> store =
      OpenRocksdbStore({.directory = directory, .reserve_bytes = 0});
  Require(store.ok(), "open");
  absl::StatusOr<OrgStorage> org = (*store)->Open(TestOrg());
  Require(org.ok(), "open organisation");
  CatchUp(*org, org->ledger->Size()->value);
  const std::unique_ptr<BlobRun> run = org->blobs->BeginRun();
  std::vector<std::uint64_t> sealed;
  for (;; ++number) {
    Require(org->shelf->Add(CrashShelfKey(number), CrashKey(number)).ok(), "shelf");
    Acknowledge(absl::StrCat("S ", number, "\n"));
    if (IsCrashBlobShared(number)) {
      WriteSharedBlob(*org, *run, sealed, number);
    } else {
      IsCrashBlobSmall(number) ? WriteSmallBlob(*org, number) : WriteBlob(*org, number);
    }
    if (number % 2 == 0) {
      Require(org->shelf->Destroy(CrashShelfKey(number)).ok(), "destroy");
      Acknowledge(absl::StrCat("X ", number, "\n"));
    }
  }
}

}  // namespace
}  // namespace amparo::storage

int main(int argc, char** argv) {
  if (argc != 3) return 1;
  amparo::storage::Run(argv[1], std::strtoull(argv[2], nullptr, 10));
}
