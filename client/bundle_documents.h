// The contents of a bundle of kind 1: what a server would answer to one member, as a colleague
// knows it. Written section by section; read into an index that holds the log's part in memory
// and the objects by where they lie in the file.
// Spec: docs/spec/bundle.md, "Kind 1"; this file is its only reader and writer.
//
// Thread safety: one thread at a time per writer; const methods of what was read from any thread.

#ifndef AMPARO_CLIENT_BUNDLE_DOCUMENTS_H_
#define AMPARO_CLIENT_BUNDLE_DOCUMENTS_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/bundle_file.h"
#include "client/connection.h"
#include "client/fetched.h"
#include "crypto/bytes.h"
#include "statement/ids.h"
#include "statement/kinds.h"

namespace amparo::client {

// Of leaves and statements together: what one synchronisation holds in memory.
inline constexpr std::uint64_t kBundleLogBytesMax = std::uint64_t{256} << 20;
inline constexpr std::size_t kBundleNotesMax = 64;
inline constexpr std::size_t kBundleNoteBytesMax = 16 * 1024;

// Of the payloads together. A home keeps as much (client/fetched.h), and gives up the oldest for
// more.
inline constexpr std::uint64_t kBundlePayloadBytesMax = kFetchedBytesMax;
// RESOURCE_EXHAUSTED, reason BUNDLE_TOO_LARGE: above that.
absl::Status CheckPayloadBytes(std::uint64_t bytes);

struct BundleHead {
  MemberId member;  // Whom it is for.
  Position from;    // Of the first leaf.
  std::string note;
};
using SubjectKey = std::pair<SubjectType, SubjectId>;
// A small object with the grants to the member.
struct BundleObject {
  ObjectId object;
  Bytes payload;  // Empty: it is a blob.
  std::vector<Bytes> grants;
};

// Writes the sections in the order of the calls, which is that of the types.
// Errors everywhere: those of BundleWriter.
class DocumentsWriter {
 public:
  explicit DocumentsWriter(BundleWriter& file) : file_(file) {}

  absl::Status Head(const BundleHead& head);
  // Consecutive, from head.from on.
  absl::Status Leaf(ByteView leaf);
  // Ascending.
  absl::Status Statement(Position position, ByteView statement);
  // `chain`: of a visible one; empty: the member may see it no more.
  absl::Status Subject(const SubjectKey& subject, const std::vector<Position>& chain);
  // REQUIRES: together at most 3 MiB of payloads.
  absl::Status Objects(const SubjectKey& subject, const std::vector<BundleObject>& objects);
  // Followed by `length` bytes through the BundleWriter.
  absl::Status BeginPayload(const SubjectKey& subject, const ObjectId& object,
                            std::uint64_t length);
  absl::Status Cosigned(const std::string& note);

 private:
  absl::Status Gather(std::uint8_t type, ByteView bytes);
  absl::Status Flush();

  BundleWriter& file_;
  std::uint8_t gathered_type_ = 0;
  Bytes gathered_;
};

// Where a payload lies in the file.
struct BundlePayload {
  SubjectKey subject;
  ObjectId object;
  BundleSection section;
  std::uint64_t start = 0;  // In the section.
  std::uint64_t length() const { return section.length - start; }
};

struct BundleDocuments {
  BundleHead head;
  std::vector<Bytes> leaves;
  std::map<Position, Bytes> statements;
  std::map<SubjectKey, std::vector<Position>> visible;  // Their chains.
  std::vector<SubjectKey> hidden;
  std::vector<BundleSection> objects;
  std::vector<BundlePayload> payloads;
  std::vector<std::string> cosigned;
};

// REQUIRES: a reader of kind 1, here and below. DATA_LOSS, reason BUNDLE_DAMAGED: not what a
// DocumentsWriter writes. RESOURCE_EXHAUSTED: over a limit above.
// FAILED_PRECONDITION, reason UPDATE_REQUIRED: a newer type of section.
absl::StatusOr<BundleDocuments> ReadDocuments(const BundleReader& file);
absl::StatusOr<std::pair<SubjectKey, std::vector<BundleObject>>> ReadObjects(
    const BundleReader& file, const BundleSection& section);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_BUNDLE_DOCUMENTS_H_
