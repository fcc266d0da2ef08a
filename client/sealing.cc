#include "client/sealing.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/platform.h"
#include "client/workplace.h"
#include "crypto/digest.h"
#include "crypto/padding.h"
#include "crypto/payload_sealer.h"
#include "crypto/sealed_object.h"

namespace amparo::client {
namespace {

// While one waits for the disk the other seals.
constexpr std::size_t kFilesAtOnce = 2;

// A file that has to be what it was when it was planned. Its size is not enough: half of one
// content and half of the next would be sealed, and hashed, as if somebody had written that.
class PlannedFile {
 public:
  explicit PlannedFile(const FileToSend& file) : file_(file) {}

  absl::Status Open() {
    auto opened = platform::OpenForReading(file_.path);
    if (!opened.ok()) return Changed(opened.status().message());
    input_ = *std::move(opened);
    if (input_->size() != file_.size) return Changed(absl::StrCat("is ", input_->size(), " now"));
    return CheckTime();
  }
  absl::Status Read(MutableByteView out) {
    absl::StatusOr<std::size_t> got = input_->ReadAt(at_, out);
    if (!got.ok()) return got.status();
    at_ += *got;
    if (*got != out.size()) return Changed(absl::StrCat("ended after ", at_, " bytes"));
    if (at_ < file_.size) return absl::OkStatus();
    std::array<std::uint8_t, 1> more = {};
    got = input_->ReadAt(at_, more);
    if (!got.ok()) return got.status();
    return *got == 0 ? CheckTime() : Changed("is longer now");
  }

 private:
  absl::Status CheckTime() const {
    absl::StatusOr<std::uint64_t> modified_ns = input_->ModifiedNs();
    if (!modified_ns.ok()) return modified_ns.status();
    return *modified_ns == file_.modified_ns ? absl::OkStatus() : Changed("was written to since");
  }
  absl::Status Changed(absl::string_view how) const {
    return Refused(absl::StatusCode::kFailedPrecondition, "FILE_CHANGED",
                   absl::StrCat(file_.path, " was ", file_.size, " bytes and ", how));
  }

  const FileToSend& file_;
  std::unique_ptr<platform::InputFile> input_;
  std::uint64_t at_ = 0;
};

// One file into one part, a batch at a time. `beginning` is held until it is begun.
absl::Status SealFile(SealingPool& pool, const FileToSend& file, SealedPart& sealed,
                      SpooledPart& part, const std::atomic<bool>& stopped,
                      std::unique_lock<std::mutex> beginning) {
  PlannedFile input(file);
  if (absl::Status s = input.Open(); !s.ok()) return s;
  PayloadSealer sealer(pool, sealed.key,
                       {.size = file.size, .padded_size = PaddedPartLength(file.size)},
                       [&](MutableByteView out) { return input.Read(out); });
  beginning.unlock();
  for (bool last = false; !last;) {
    if (stopped) return absl::CancelledError("sealing was ended");
    absl::StatusOr<SealedBatch> batch = sealer.Next();
    if (!batch.ok()) return batch.status();
    if (absl::Status s = part.Append(batch->bytes); !s.ok()) return s;
    last = batch->last;
  }
  sealed.sha256 = sealer.plaintext_sha256();
  sealed.ref.payload_sha256 = sealer.payload_sha256();
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
    // Begun one after the other, so that their nonces are drawn in the order of the files.
    std::unique_lock beginning(beginning_);
    const std::size_t mine = next_++;
    if (mine >= jobs_.size()) return;
    Job& job = *jobs_[mine];
    job.status = SealFile(pool_, job.file, job.sealed, job.part, stopped_, std::move(beginning));
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
