// Sealing files into a spool: each is read once, padded, sealed under a key of its own, and hashed,
// several at a time. Who sends may read the first bytes while the last are made.
// Spec: docs/spec/sealed-object.md, "Sealing"; docs/spec/outbox.md, "The spool".
//
// Thread safety: one thread at a time; the parts as SpooledPart says.

#ifndef AMPARO_CLIENT_SEALING_H_
#define AMPARO_CLIENT_SEALING_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/client.h"
#include "client/spool.h"
#include "crypto/bytes.h"
#include "crypto/file_key.h"
#include "crypto/sealing_pool.h"
#include "statement/bodies.h"

namespace amparo::client {

// A file that was sealed. The key is the only one there is.
struct SealedPart {
  ObjectRef ref;
  FileKey key;
  Hash sha256;  // Of the plaintext without padding.
};

// Bytes that the sealed parts of `files` take in a spool.
std::uint64_t SpoolBytesOf(const std::vector<FileToSend>& files);

class FileSealing {
 public:
  // Starts. `files` and `spool` are borrowed.
  FileSealing(const std::vector<FileToSend>& files, platform::SpoolFile& spool);
  // Ends what goes on; readers of a part that is not whole get CANCELLED.
  ~FileSealing();
  FileSealing(const FileSealing&) = delete;
  FileSealing& operator=(const FileSealing&) = delete;

  std::size_t size() const { return jobs_.size(); }
  // Known from the start: id, class, length, commitment. Not yet its SHA-256.
  const ObjectId& object(std::size_t i) const { return jobs_[i]->sealed.ref.object; }
  SpooledPart& part(std::size_t i) { return jobs_[i]->part; }
  std::uint64_t start(std::size_t i) const { return jobs_[i]->start; }

  // Waits for all; in the order of the files. FAILED_PRECONDITION, reason FILE_CHANGED: a file is
  // not what it was when it was planned, or was written to while it was sealed. Else the first
  // error of reading or writing. REQUIRES: called once.
  absl::StatusOr<std::vector<SealedPart>> Wait();
  // Ends early: whoever waits for a byte that is not there gets `why`.
  void Stop(const absl::Status& why);

 private:
  struct Job {
    Job(const FileToSend& the_file, platform::SpoolFile& spool, std::uint64_t the_start);
    const FileToSend& file;
    std::uint64_t start;
    SealedPart sealed;
    SpooledPart part;
    absl::Status status;
  };
  void Run();
  void Join();

  SealingPool pool_;
  std::vector<std::unique_ptr<Job>> jobs_;
  std::mutex beginning_;
  std::size_t next_ = 0;  // Guarded by beginning_.
  std::atomic<bool> stopped_ = false;
  std::vector<std::thread> threads_;
};

// SHA-256 of a file. FAILED_PRECONDITION: it is not `size` bytes long any more.
absl::StatusOr<Hash> HashFile(const std::string& path, std::uint64_t size);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_SEALING_H_
