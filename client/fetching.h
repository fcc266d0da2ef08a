// Fetching a part of a document: a payload comes in one pass that believes nothing, and goes on
// where an earlier one broke. Receiving, opening and writing overlap; memory is bounded by a few
// pieces, whatever the size. Spec: docs/spec/sealed-object.md, "Opening"; docs/spec/home.md,
// "Fetched".
//
// Thread safety: the functions are independent. The sinks of one call run on threads of its own,
// never two of them at once, and none after it has returned.

#ifndef AMPARO_CLIENT_FETCHING_H_
#define AMPARO_CLIENT_FETCHING_H_

#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/connection.h"
#include "client/fetched.h"
#include "crypto/bytes.h"
#include "crypto/file_key.h"
#include "statement/bodies.h"

namespace amparo::client {

// Takes every byte. An error stops the transfer and is returned as it is.
using TransferSink = std::function<absl::Status(ByteView)>;

// Where payloads come from. `kept` may be null: then nothing is kept, and nothing goes on.
struct PartSource {
  Connection& connection;
  Fetched* kept = nullptr;
};

// A part of a version that the log names. `key` is borrowed.
struct PartToFetch {
  SubjectType type = SubjectType::kDocument;
  SubjectId subject;
  ObjectRef ref;
  const FileKey* key = nullptr;
  std::uint64_t size = 0;  // As the manifest says, and so is the hash.
  Hash sha256;
};
// What a part is given to; each may be empty.
struct PartSinks {
  TransferSink plaintext = nullptr;                    // The authenticated bytes, without padding.
  TransferSink payload = nullptr;                      // The sealed ones.
  std::function<void(std::uint64_t)> moved = nullptr;  // How many plaintext bytes more there are.
};
// Fetches and checks, in the order of design section 4.1: commitment, the stream, payload hash as
// logged, plaintext hash, zeros to the end. What the sinks were given counts only when this
// returns OK. What lies in source.kept is verified first, chunk by chunk, and cut back to what
// fits; the server is asked for the rest. It stays there until Fetched::Forget, also after OK.
// DATA_LOSS: something differs. UNAVAILABLE, reason KEPT_DID_NOT_FIT: what was kept of an earlier
// download does not go with what came now; it is removed, and another attempt begins anew.
absl::Status FetchPart(const PartSource& source, const PartToFetch& part, const PartSinks& sinks);

// A blob whose payload is at most `max` bytes, in memory, with the hash that the log names.
// DATA_LOSS: it differs. RESOURCE_EXHAUSTED: the log names a longer one.
absl::StatusOr<Bytes> FetchPayload(const PartSource& source, SubjectType type,
                                   const SubjectId& subject, const ObjectRef& ref,
                                   std::uint64_t max);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_FETCHING_H_
