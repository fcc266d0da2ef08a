#include "client/sealing.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/workplace.h"
#include "crypto/digest.h"
#include "crypto/padding.h"
#include "crypto/sealed_object.h"

namespace amparo::client {
namespace {

constexpr std::size_t kBatchChunks = 15;
constexpr std::size_t kBatchBytes = kBatchChunks * kChunkSize;
// One reads and hashes while the other seals.
constexpr std::size_t kFilesAtOnce = 2;

// The bytes of a file, then zeros up to the padded length.
class PaddedFile {
 public:
  PaddedFile(const std::string& path, std::uint64_t size)
      : path_(path), file_(path, std::ios::binary), size_(size), left_(PaddedPartLength(size)) {}

  // Fills `out` with the next bytes; `content` says how many of them are the file's.
  absl::Status Read(MutableByteView out, std::size_t& content) {
    content = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), size_ - read_));
    file_.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(content));
    const auto got = static_cast<std::uint64_t>(file_.gcount());
    read_ += got;
    if (got != content) return Changed(absl::StrCat("ended after ", read_, " bytes"));
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(content), out.end(), std::uint8_t{0});
    left_ -= out.size();
    if (read_ == size_ && content > 0 && file_.peek() != std::ifstream::traits_type::eof()) {
      return Changed("is longer now");
    }
    return absl::OkStatus();
  }
  std::uint64_t left() const { return left_; }

 private:
  absl::Status Changed(absl::string_view how) const {
    return Refused(
        absl::StatusCode::kFailedPrecondition, "FILE_CHANGED",
        absl::StrCat(path_, " was ", size_, " bytes and ", how, ": it changed while it was read"));
  }

  std::string path_;
  std::ifstream file_;
  std::uint64_t size_;
  std::uint64_t left_;
  std::uint64_t read_ = 0;
};

struct SealedBatch {
  Bytes sealed;
  std::size_t content = 0;  // Plaintext bytes of the file in it.
  bool last = false;
};

// Makes the payload of one part, batch by batch.
class PartSealer {
 public:
  PartSealer(const FileKey& key, const std::string& path, std::uint64_t size)
      : sealer_(key), file_(path, size), plain_(kBatchBytes) {}

  absl::StatusOr<SealedBatch> Next() {
    SealedBatch batch;
    batch.sealed.reserve(kPayloadNonceSize + kBatchChunks * kSealedChunkSize);
    if (!started_) AppendTo(batch.sealed, sealer_.nonce());
    started_ = true;
    const auto length =
        static_cast<std::size_t>(std::min<std::uint64_t>(kBatchBytes, file_.left()));
    const MutableByteView plain(plain_.data(), length);
    if (absl::Status s = file_.Read(plain, batch.content); !s.ok()) return s;
    plaintext_hash_.Update(ByteView(plain.data(), batch.content));
    batch.last = file_.left() == 0;
    // The last chunk is sealed apart; it is never empty, for a part never is.
    const std::size_t whole = batch.last ? (length - 1) / kChunkSize * kChunkSize : length;
    if (whole > 0) sealer_.SealBatch(ByteView(plain).first(whole), batch.sealed);
    if (batch.last) sealer_.Finish(ByteView(plain).subspan(whole), batch.sealed);
    payload_hash_.Update(batch.sealed);
    return batch;
  }
  // REQUIRES: the last batch was made.
  Hash FinishPlaintextHash() { return plaintext_hash_.Finish(); }
  Hash FinishPayloadHash() { return payload_hash_.Finish(); }
  ~PartSealer() { Wipe(plain_); }

 private:
  Sealer sealer_;
  PaddedFile file_;
  Bytes plain_;
  Sha256Stream plaintext_hash_;
  Sha256Stream payload_hash_;
  bool started_ = false;
};

// One file into one part, a batch at a time.
absl::Status SealFile(const FileToSend& file, SealedPart& sealed, SpooledPart& part,
                      const std::atomic<bool>& stopped) {
  PartSealer sealer(sealed.key, file.path, file.size);
  for (bool last = false; !last;) {
    if (stopped) return absl::CancelledError("sealing was ended");
    absl::StatusOr<SealedBatch> batch = sealer.Next();
    if (!batch.ok()) return batch.status();
    if (absl::Status s = part.Append(batch->sealed); !s.ok()) return s;
    last = batch->last;
  }
  sealed.sha256 = sealer.FinishPlaintextHash();
  sealed.ref.payload_sha256 = sealer.FinishPayloadHash();
  part.Finish(sealed.ref.payload_sha256);
  return absl::OkStatus();
}

}  // namespace

std::uint64_t SpoolBytesOf(const std::vector<FileToSend>& files) {
  std::uint64_t bytes = 0;
  for (const FileToSend& file : files) bytes += SealedLength(PaddedPartLength(file.size));
  return bytes;
}

FileSealing::Job::Job(const FileToSend& the_file, platform::SpoolFile& spool,
                      std::uint64_t the_start)
    : file(the_file),
      start(the_start),
      sealed{.ref = {}, .key = FileKey::Random(), .sha256 = {}},
      part(spool, the_start, SealedLength(PaddedPartLength(the_file.size))) {
  sealed.ref.object = RandomId<ObjectId>();
  sealed.ref.object_class = ObjectClass::kPart;
  sealed.ref.commitment = CommitTo(sealed.key, sealed.ref.object);
  sealed.ref.payload_length = part.length();
}

FileSealing::FileSealing(const std::vector<FileToSend>& files, platform::SpoolFile& spool) {
  std::uint64_t start = 0;
  for (const FileToSend& file : files) {
    jobs_.push_back(std::make_unique<Job>(file, spool, start));
    start += jobs_.back()->part.length();
  }
  for (std::size_t i = 0; i < std::min(kFilesAtOnce, jobs_.size()); ++i) {
    threads_.emplace_back([this] { Run(); });
  }
}

FileSealing::~FileSealing() {
  Stop(absl::CancelledError("sealing was ended"));
  Join();
}

void FileSealing::Run() {
  while (!stopped_) {
    const std::size_t mine = next_++;
    if (mine >= jobs_.size()) return;
    Job& job = *jobs_[mine];
    job.status = SealFile(job.file, job.sealed, job.part, stopped_);
    if (!job.status.ok()) Stop(job.status);
  }
}

void FileSealing::Stop(const absl::Status& why) {
  stopped_ = true;
  for (const auto& job : jobs_) job->part.Fail(why);
}

void FileSealing::Join() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

absl::StatusOr<std::vector<SealedPart>> FileSealing::Wait() {
  Join();
  absl::Status cancelled;
  for (const auto& job : jobs_) {
    if (!job->status.ok() && !absl::IsCancelled(job->status)) return job->status;
    if (!job->status.ok()) cancelled = job->status;
  }
  if (stopped_) {
    return cancelled.ok() ? absl::CancelledError("sealing was ended") : cancelled;
  }
  std::vector<SealedPart> sealed;
  for (const auto& job : jobs_) sealed.push_back(std::move(job->sealed));
  return sealed;
}

absl::StatusOr<Hash> HashFile(const std::string& path, std::uint64_t size) {
  std::ifstream file(path, std::ios::binary);
  Sha256Stream stream;
  Bytes buffer(kChunkSize);
  std::uint64_t total = 0;
  while (file) {
    file.read(reinterpret_cast<char*>(buffer.data()), static_cast<std::streamsize>(buffer.size()));
    const auto got = static_cast<std::size_t>(file.gcount());
    total += got;
    stream.Update(ByteView(buffer).first(got));
  }
  Wipe(buffer);
  if (total != size) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " was ", size, " bytes and is ", total, " now: it changed"));
  }
  return stream.Finish();
}

}  // namespace amparo::client
