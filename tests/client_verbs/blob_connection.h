// A connection to a server that has nothing but blobs, for tests of transfers; it counts and
// bends what it gives back.
//
// Thread safety: one thread at a time.

#ifndef AMPARO_TESTS_CLIENT_VERBS_BLOB_CONNECTION_H_
#define AMPARO_TESTS_CLIENT_VERBS_BLOB_CONNECTION_H_

#include <algorithm>
#include <map>

#include "client/refusing_connection.h"
#include "crypto/digest.h"

namespace amparo::testing {

class BlobConnection final : public client::RefusingConnection {
 public:
  std::map<ObjectId, Bytes> blobs;
  bool keep = true;             // False: only hashes what is uploaded.
  std::size_t piece = 300'000;  // Bytes per piece of a download.

  absl::StatusOr<client::UploadState> StatUpload(const ObjectId&, std::uint64_t) override {
    return client::UploadState{};
  }
  absl::StatusOr<client::UploadState> Upload(const client::UploadRequest& request,
                                             client::PayloadSource& source,
                                             const client::UploadProgress& progress) override {
    Sha256Stream hash;
    std::uint64_t stored = 0;
    Bytes buffer(kPieceBytes);
    for (;;) {
      const absl::StatusOr<std::size_t> got = source.ReadAt(stored, MutableByteView(buffer));
      if (!got.ok()) return got.status();
      if (*got == 0) break;
      const ByteView bytes = ByteView(buffer).first(*got);
      stored += bytes.size();
      hash.Update(bytes);
      if (keep) AppendTo(blobs[request.object], bytes);
      if (progress) progress(stored);
    }
    const absl::StatusOr<Hash> whole = source.Sha256();
    if (!whole.ok()) return whole.status();
    if (stored != request.length || hash.Finish() != *whole)
      return absl::DataLossError("not as declared");
    return client::UploadState{.stored = stored, .sealed = true};
  }
  absl::Status Download(SubjectType, const SubjectId&, const ObjectId& object, std::uint64_t offset,
                        std::uint64_t, const std::function<absl::Status(ByteView)>& sink) override {
    const auto found = blobs.find(object);
    if (found == blobs.end()) return absl::NotFoundError("no such blob");
    ByteView rest = ByteView(found->second).subspan(offset);
    while (!rest.empty()) {
      const ByteView now = rest.first(std::min(piece, rest.size()));
      if (absl::Status s = sink(now); !s.ok()) return s;
      if (absl::Status s = sink({}); !s.ok()) return s;
      rest = rest.subspan(now.size());
    }
    return absl::OkStatus();
  }

 private:
  static constexpr std::size_t kPieceBytes = 1024 * 1024;
};

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_CLIENT_VERBS_BLOB_CONNECTION_H_
