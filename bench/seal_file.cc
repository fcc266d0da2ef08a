// A whole file sealed or opened as the client does it, a sealed object behind its grant: which
// together are an age file for one recipient, so that age reads what this writes and the other way
// round. --sync: durable before it ends.
//
//   seal_file seal RECIPIENT IN OUT [--sync]
//   seal_file open IDENTITY_FILE IN OUT [--sync]

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "client/platform_reserve_ahead.h"
#include "crypto/grant.h"
#include "crypto/identity.h"
#include "crypto/payload_opener.h"
#include "crypto/payload_sealer.h"
#include "crypto/recipient.h"
#include "crypto/sealed_object.h"

namespace amparo::bench {
namespace {

// The kernel is asked to begin with what is written, so that the sync at the end finds it done.
constexpr std::int64_t kWritebackBytes = std::int64_t{8} << 20;

[[noreturn]] void Stop(const std::string& what) {
  std::fprintf(stderr, "seal_file: %s\n", what.c_str());
  std::exit(1);
}

class File {
 public:
  File(const std::string& path, int flags) : fd_(open(path.c_str(), flags | O_CLOEXEC, 0600)) {
    if (fd_ < 0) Stop("no " + path);
  }
  ~File() { close(fd_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  // Reads until `out` is full or the file ends; how many bytes.
  std::size_t Read(MutableByteView out) {
    std::size_t have = 0;
    while (have < out.size()) {
      const ssize_t count = read(fd_, out.data() + have, out.size() - have);
      if (count < 0) Stop("reading failed");
      if (count == 0) break;
      have += static_cast<std::size_t>(count);
    }
    return have;
  }
  std::uint64_t Size() const {
    struct stat status;
    if (fstat(fd_, &status) != 0) Stop("fstat failed");
    return static_cast<std::uint64_t>(status.st_size);
  }
  void SyncAsItGoes() { syncs_ = true; }
  void Write(ByteView bytes) {
    ahead_.WillWrite(static_cast<std::uint64_t>(written_), bytes.size());
    written_ += static_cast<std::int64_t>(bytes.size());
    while (!bytes.empty()) {
      const ssize_t count = write(fd_, bytes.data(), bytes.size());
      if (count <= 0) Stop("writing failed");
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    if (!syncs_ || written_ - begun_ < kWritebackBytes) return;
    sync_file_range(fd_, begun_, written_ - begun_, SYNC_FILE_RANGE_WRITE);
    begun_ = written_;
  }
  // Nothing is written after it.
  void Release() { ahead_.Release(); }
  void Sync() {
    if (fdatasync(fd_) != 0) Stop("fdatasync failed");
  }

 private:
  int fd_;
  client::platform::ReserveAhead ahead_{fd_};
  bool syncs_ = false;
  std::int64_t written_ = 0;
  std::int64_t begun_ = 0;  // Of them the kernel was asked to write.
};

void Seal(const std::string& recipient_text, File& in, File& out) {
  const absl::StatusOr<Recipient> recipient = ParseRecipient(recipient_text);
  if (!recipient.ok()) Stop(recipient.status().ToString());
  const FileKey key = FileKey::Random();
  const absl::StatusOr<Bytes> grant = MakeGrant(key, *recipient);
  if (!grant.ok()) Stop(grant.status().ToString());
  out.Write(*grant);
  SealingPool pool;
  const PayloadShape shape{.size = in.Size(), .padded_size = in.Size()};
  const auto read = [&](MutableByteView to) -> absl::Status {
    if (in.Read(to) < to.size()) return absl::FailedPreconditionError("the file became shorter");
    return absl::OkStatus();
  };
  PayloadSealer sealer(pool, key, shape, read, {.hashes = false});
  for (bool more = true; more;) {
    const absl::StatusOr<SealedBatch> batch = sealer.Next();
    if (!batch.ok()) Stop(batch.status().ToString());
    out.Write(batch->bytes);
    more = !batch->last;
  }
}

// The plaintext of a payload of `length` bytes.
std::uint64_t PlainLength(std::uint64_t length) {
  if (length < SealedLength(0)) Stop("the file is too short");
  const std::uint64_t sealed = length - kPayloadNonceSize;
  const std::uint64_t chunks = (sealed - 1) / kSealedChunkSize + 1;
  return sealed - chunks * (kSealedChunkSize - kChunkSize);
}

absl::StatusOr<Identity> ReadIdentity(const std::string& path) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (absl::StartsWith(line, "AGE-SECRET-KEY-1")) return Identity::Parse(line);
  }
  return absl::NotFoundError(path + " has no identity");
}

void Open(const std::string& identity_file, File& in, File& out) {
  const absl::StatusOr<Identity> identity = ReadIdentity(identity_file);
  if (!identity.ok()) Stop(identity.status().ToString());
  Bytes grant(GrantLength(RecipientType::kX25519));
  if (in.Read(grant) != grant.size()) Stop("the file is too short");
  const absl::StatusOr<FileKey> key = OpenGrant(grant, *identity);
  if (!key.ok()) Stop(key.status().ToString());
  const std::uint64_t size = PlainLength(in.Size() - grant.size());
  const auto write = [&out](ByteView plain) {
    out.Write(plain);
    return absl::OkStatus();
  };
  SealingPool pool;
  const PayloadShape shape{.size = size, .padded_size = size};
  PayloadOpener opener(pool, *key, shape, write, {.hashes = false});
  absl::StatusOr<MutableByteView> room = opener.Room();
  for (; room.ok() && !room->empty(); room = opener.Room()) {
    const std::size_t count = in.Read(*room);
    if (count == 0) Stop("the file became shorter");
    if (const absl::Status taken = opener.Taken(count); !taken.ok()) Stop(taken.ToString());
  }
  if (!room.ok()) Stop(room.status().ToString());
  if (const auto finished = opener.Finish(); !finished.ok()) Stop(finished.status().ToString());
}

int Main(const std::vector<std::string>& words) {
  File in(words[2], O_RDONLY);
  File out(words[3], O_WRONLY | O_CREAT | O_TRUNC);
  if (words.size() == 5) out.SyncAsItGoes();
  if (words[0] == "seal") Seal(words[1], in, out);
  if (words[0] == "open") Open(words[1], in, out);
  out.Release();
  if (words.size() == 5) out.Sync();
  return 0;
}

}  // namespace
}  // namespace amparo::bench

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const bool well_formed = (words.size() == 4 || (words.size() == 5 && words[4] == "--sync")) &&
                           (words[0] == "seal" || words[0] == "open");
  if (!well_formed) {
    std::fprintf(stderr, "usage: seal_file seal|open KEY IN OUT [--sync]\n");
    return 2;
  }
  return amparo::bench::Main(words);
}
