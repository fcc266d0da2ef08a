// Fetching parts of a document, in one pass that believes nothing. Memory is bounded by a few
// chunks, whatever the size. Spec: docs/spec/sealed-object.md, "Opening".
//
// Thread safety: the functions are independent; callbacks run on the calling thread.

#ifndef AMPARO_CLIENT_TRANSFER_H_
#define AMPARO_CLIENT_TRANSFER_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/connection.h"
#include "client/statement_author.h"
#include "crypto/bytes.h"
#include "crypto/file_key.h"
#include "statement/bodies.h"

namespace amparo::client {

// Told how many plaintext bytes more were moved. May be empty.
using BytesMoved = std::function<void(std::uint64_t)>;
// Takes every byte. An error stops the transfer and is returned as it is.
using TransferSink = std::function<absl::Status(ByteView)>;

// A part of a version that the log names. `key` is borrowed.
struct PartToFetch {
  SubjectType type = SubjectType::kDocument;
  SubjectId subject;
  ObjectRef ref;
  const FileKey* key = nullptr;
  std::uint64_t size = 0;  // As the manifest says, and so is the hash.
  Hash sha256;
};
// Downloads and checks, in the order of design section 4.1: commitment, the stream, payload
// hash as logged, plaintext hash, zeros to the end. `plaintext` gets the authenticated bytes
// without padding, `payload` the sealed ones; either may be empty. What they were given counts
// only when this returns OK. DATA_LOSS: something differs.
absl::Status FetchPart(Connection& connection, const PartToFetch& part,
                       const TransferSink& plaintext, const TransferSink& payload,
                       const BytesMoved& moved);

// A blob whose payload is at most `max` bytes, in memory, with the hash that the log names.
// DATA_LOSS: it differs. RESOURCE_EXHAUSTED: the log names a longer one.
absl::StatusOr<Bytes> FetchPayload(Connection& connection, SubjectType type,
                                   const SubjectId& subject, const ObjectRef& ref,
                                   std::uint64_t max);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_TRANSFER_H_
