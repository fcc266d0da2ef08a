// A bundle: one file that carries sealed bytes by hand, on a USB stick or through another
// network. This is its frame: whose it is, what kind, sections with their lengths, and a hash
// over everything that tells a damaged stick from a good one. It proves nothing about who made
// it: what the sections hold is judged by whoever takes it, as if a server had said it.
// Spec: docs/spec/bundle.md, "Frame".
//
// Thread safety: one thread at a time per writer; const methods of a reader from any thread.

#ifndef AMPARO_CLIENT_BUNDLE_FILE_H_
#define AMPARO_CLIENT_BUNDLE_FILE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/platform.h"
#include "crypto/bytes.h"
#include "crypto/digest.h"
#include "statement/ids.h"

namespace amparo::client {

// DO NOT CHANGE the numbers: part of the format.
enum class BundleKind : std::uint8_t {
  kDocuments = 1,  // Log and documents, for a member without a connection.
  kActs = 2,       // Signed statements and sealed objects, to be sent on.
  kReceipts = 3,   // What the server answered to those.
};
inline constexpr std::size_t kBundleSectionsMax = std::size_t{1} << 20;
inline constexpr std::uint64_t kBundleSectionBytesMax = std::uint64_t{1} << 40;

// Writes beside `path` and gives the file its name when all of it is there, never over another.
// A section is said with its length before its bytes come, so that nothing is held in memory.
class BundleWriter {
 public:
  // ALREADY_EXISTS: `path` is taken. RESOURCE_EXHAUSTED here and below: the disk is full, or its
  // file system holds no file as long as this.
  static absl::StatusOr<BundleWriter> Create(const std::string& path, BundleKind kind,
                                             const OrgId& org);
  BundleWriter(BundleWriter&&) noexcept;
  ~BundleWriter();  // What was not finished is gone.

  // A whole section. REQUIRES here and below: type > 0; the section before is complete.
  absl::Status Add(std::uint8_t type, ByteView content);
  absl::Status Begin(std::uint8_t type, std::uint64_t length);
  // REQUIRES: no more in all than Begin said.
  absl::Status Append(ByteView content);
  // What was written is on the disk, and is no bundle: it lacks its end.
  absl::Status Sync();
  // The end, the hash, and the name; durable afterwards. REQUIRES: every section is complete.
  absl::Status Finish();
  std::uint64_t size() const { return size_; }

 private:
  BundleWriter(std::string path, std::unique_ptr<platform::OutputFile> file);
  absl::Status Put(ByteView bytes);
  absl::Status Flush();

  std::string path_;
  std::unique_ptr<platform::OutputFile> file_;  // Null: finished, or moved from.
  Bytes buffer_;
  Sha256Stream hash_;
  std::uint64_t left_ = 0;  // Of the section that is open.
  std::uint64_t size_ = 0;
  std::size_t sections_ = 0;
};

struct BundleSection {
  std::uint8_t type = 0;
  std::uint64_t offset = 0;  // Of its content in the file.
  std::uint64_t length = 0;
};

class BundleReader {
 public:
  // Reads the file once, for its hash. INVALID_ARGUMENT, reason NO_BUNDLE: it is something else.
  // DATA_LOSS, reason BUNDLE_DAMAGED: cut or altered. FAILED_PRECONDITION, reason
  // UPDATE_REQUIRED: of a newer version or kind.
  static absl::StatusOr<BundleReader> Open(const std::string& path);
  static absl::StatusOr<BundleReader> Read(std::unique_ptr<platform::InputFile> file);
  // By its first bytes alone: what it says it is. Errors as above, but damage is not noticed.
  static absl::StatusOr<BundleKind> KindOf(const std::string& path);

  BundleKind kind() const { return kind_; }
  const OrgId& org() const { return org_; }
  const std::vector<BundleSection>& sections() const { return sections_; }
  // RESOURCE_EXHAUSTED: longer than `max`. DATA_LOSS: the file became shorter meanwhile.
  absl::StatusOr<Bytes> Content(const BundleSection& section, std::uint64_t max) const;
  // REQUIRES: within the section.
  absl::Status ReadAt(const BundleSection& section, std::uint64_t offset,
                      MutableByteView out) const;

 private:
  class Scan;
  struct Header {
    BundleKind kind = BundleKind::kDocuments;
    OrgId org;
  };
  BundleReader() = default;
  static absl::StatusOr<Header> ReadHeader(const platform::InputFile& file, Scan& scan);

  std::unique_ptr<platform::InputFile> file_;
  BundleKind kind_ = BundleKind::kDocuments;
  OrgId org_;
  std::vector<BundleSection> sections_;
};

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_BUNDLE_FILE_H_
