// A request to append, after everything about it that needs no state was checked: decoded,
// its signatures right, its bytes those that the statement names.
// Spec: docs/spec/engine.md, "The life of a statement", steps 1 to 3.
//
// Thread safety: values; the functions are independent.

#ifndef AMPARO_SERVER_SUBMISSION_H_
#define AMPARO_SERVER_SUBMISSION_H_

#include <map>
#include <set>
#include <vector>

#include "absl/status/statusor.h"
#include "statement/bodies.h"
#include "statement/statement.h"
#include "storage/blob_store.h"

namespace amparo::server {

inline constexpr std::size_t kSmallObjectsBytesMax = 1024 * 1024;  // Of one request together.

struct GrantBytes {
  ObjectId object;
  MemberId grantee;
  Bytes grant;
};
struct ObjectBytes {
  ObjectId object;
  Bytes payload;
};
struct AppendInput {
  Bytes statement;
  std::vector<GrantBytes> grants;
  std::vector<ObjectBytes> objects;
};

struct Submission {
  SignedStatement statement;  // Its signatures verify.
  Hash hash;
  Body body;
  std::map<Hash, Bytes> grants;       // By their SHA-256.
  std::map<ObjectId, Bytes> objects;  // Small ones, with the bytes the statement names.
  std::set<ObjectId> sealed_blobs;    // Named, and sealed in the blob store with these bytes.

  // What it will take of an append's room and of the pieces'.
  std::size_t bytes() const;
};

// Named refusals: TOO_LARGE, MALFORMED, UPDATE_REQUIRED, NOT_FROM_OUTSIDE, BAD_SIGNATURE,
// OBJECT_MISMATCH, GRANT_MISMATCH, BYTES_NOT_NAMED.
absl::StatusOr<Submission> Prepare(AppendInput input);

// Finds which of the objects are sealed blobs. What is not found is no error here.
absl::Status FindBlobs(const storage::BlobStore& blobs, Submission& submission);

// Remembers what a blob was sealed with, so that FindBlobs need not read it again.
// REQUIRES: it is sealed with this hash.
absl::Status NoteBlobHash(storage::BlobStore& blobs, const ObjectId& object, const Hash& sha256);

}  // namespace amparo::server

#endif  // AMPARO_SERVER_SUBMISSION_H_
