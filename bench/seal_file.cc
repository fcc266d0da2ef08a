// A whole file sealed or opened as the client does it, a sealed object behind its grant: which
// together are an age file for one recipient, so that age reads what this writes and the other way
// round. Batches of 1 MiB; --sync: durable before it ends.
//
//   seal_file seal RECIPIENT IN OUT [--sync]
//   seal_file open IDENTITY_FILE IN OUT [--sync]

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "crypto/grant.h"
#include "crypto/identity.h"
#include "crypto/recipient.h"
#include "crypto/sealed_object.h"

namespace amparo::bench {
namespace {

constexpr std::size_t kBatchChunks = 16;

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
  void Write(ByteView bytes) {
    while (!bytes.empty()) {
      const ssize_t count = write(fd_, bytes.data(), bytes.size());
      if (count <= 0) Stop("writing failed");
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
  }
  void Sync() {
    if (fdatasync(fd_) != 0) Stop("fdatasync failed");
  }

 private:
  int fd_;
};

// Of `in`, batch by batch, what `make` makes of whole chunks and of the last one, written to `out`.
// As in client/transfer.cc, one batch is read and made while the one before it is written.
class Pipeline {
 public:
  Pipeline(File& in, File& out, std::size_t chunk)
      : in_(in), out_(out), chunk_(chunk), buffer_(kBatchChunks * chunk + 1) {}

  // make(whole chunks, the last chunk if this is the end, output)
  template <class Make>
  void Run(Make make) {
    have_ = in_.Read(buffer_);
    Bytes coming, writing;
    const auto next = [&] { return MakeNext(make, coming); };
    bool more = true;
    for (std::future<bool> made = std::async(std::launch::async, next); more;) {
      more = made.get();
      std::swap(coming, writing);
      if (more) made = std::async(std::launch::async, next);
      out_.Write(writing);
    }
  }

 private:
  // Which chunk is the last takes a byte of what follows to know. False: that was the end.
  template <class Make>
  bool MakeNext(Make make, Bytes& to) {
    to.clear();
    const std::size_t batch = kBatchChunks * chunk_;
    if (have_ <= batch) {
      const std::size_t whole = have_ == 0 ? 0 : (have_ - 1) / chunk_ * chunk_;
      make(ByteView(buffer_).first(whole),
           std::optional(ByteView(buffer_).subspan(whole, have_ - whole)), to);
      return false;
    }
    make(ByteView(buffer_).first(batch), std::optional<ByteView>(), to);
    buffer_[0] = buffer_[batch];
    have_ = 1 + in_.Read(MutableByteView(buffer_).subspan(1));
    return true;
  }

  File& in_;
  File& out_;
  std::size_t chunk_;
  Bytes buffer_;
  std::size_t have_ = 0;
};

void Seal(const std::string& recipient_text, File& in, File& out) {
  const absl::StatusOr<Recipient> recipient = ParseRecipient(recipient_text);
  if (!recipient.ok()) Stop(recipient.status().ToString());
  const FileKey key = FileKey::Random();
  const absl::StatusOr<Bytes> grant = MakeGrant(key, *recipient);
  if (!grant.ok()) Stop(grant.status().ToString());
  Sealer sealer(key);
  out.Write(*grant);
  out.Write(sealer.nonce());
  Pipeline(in, out, kChunkSize).Run([&](ByteView whole, std::optional<ByteView> last, Bytes& to) {
    sealer.SealBatch(whole, to);
    if (last.has_value()) sealer.Finish(*last, to);
  });
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
  Bytes head(GrantLength(RecipientType::kX25519) + kPayloadNonceSize);
  if (in.Read(head) != head.size()) Stop("the file is too short");
  const ByteView grant = ByteView(head).first(head.size() - kPayloadNonceSize);
  const absl::StatusOr<FileKey> key = OpenGrant(grant, *identity);
  if (!key.ok()) Stop(key.status().ToString());
  absl::StatusOr<Opener> opener = Opener::Create(*key, ByteView(head).last(kPayloadNonceSize));
  if (!opener.ok()) Stop(opener.status().ToString());
  const auto must = [](const absl::Status& status) {
    if (!status.ok()) Stop(status.ToString());
  };
  Pipeline(in, out, kSealedChunkSize)
      .Run([&](ByteView whole, std::optional<ByteView> last, Bytes& to) {
        must(opener->OpenBatch(whole, to));
        if (last.has_value()) must(opener->Finish(*last, to));
      });
}

int Main(const std::vector<std::string>& words) {
  File in(words[2], O_RDONLY);
  File out(words[3], O_WRONLY | O_CREAT | O_TRUNC);
  if (words[0] == "seal") Seal(words[1], in, out);
  if (words[0] == "open") Open(words[1], in, out);
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
