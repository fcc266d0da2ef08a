// A Connection that answers nothing: the ground for those that answer a little.
//
// Thread safety: all methods, from any thread.

#ifndef AMPARO_CLIENT_REFUSING_CONNECTION_H_
#define AMPARO_CLIENT_REFUSING_CONNECTION_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/connection.h"

namespace amparo::client {

class RefusingConnection : public Connection {
 public:
  // `why` is the answer to everything.
  explicit RefusingConnection(absl::Status why = absl::UnimplementedError("not answered here"))
      : why_(std::move(why)) {}

  absl::StatusOr<AppendReply> Found(ByteView, ByteView, ByteView) override { return No(); }
  absl::Status Join(const OrgId&, const InviteId&, ByteView, ByteView) override { return No(); }
  void UseSession(const SessionKeys&) override {}
  absl::StatusOr<AppendReply> Append(const AppendRequest&) override { return No(); }
  absl::StatusOr<SyncReply> Sync(Position, std::uint32_t) override { return No(); }
  absl::StatusOr<SubjectReply> Subject(SubjectType, const SubjectId&, std::uint32_t) override {
    return No();
  }
  absl::StatusOr<ObjectsReply> Objects(SubjectType, const SubjectId&, const std::vector<ObjectId>&,
                                       const MemberId&) override {
    return No();
  }
  absl::StatusOr<std::vector<Bytes>> Pending() override { return No(); }
  absl::StatusOr<CheckpointReply> Checkpoint(TreeSize) override { return No(); }
  absl::Status Cosign(TreeSize, const std::string&) override { return No(); }
  absl::StatusOr<std::vector<std::string>> Cosigned() override { return No(); }
  absl::StatusOr<std::vector<std::vector<Hash>>> Prove(TreeSize,
                                                       const std::vector<Position>&) override {
    return No();
  }
  absl::StatusOr<LightReply> Light(LightWhich, Position, TreeSize) override { return No(); }
  absl::Status Watch(TreeSize, const std::function<bool(TreeSize)>&) override { return No(); }
  absl::StatusOr<UploadState> StatUpload(const ObjectId&, std::uint64_t) override { return No(); }
  absl::StatusOr<UploadState> Upload(const UploadRequest&, PayloadSource&,
                                     const UploadProgress&) override {
    return No();
  }
  absl::Status Download(SubjectType, const SubjectId&, const ObjectId&, std::uint64_t,
                        std::uint64_t, const std::function<absl::Status(ByteView)>&) override {
    return No();
  }

 private:
  absl::Status No() const { return why_; }

  absl::Status why_;
};

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_REFUSING_CONNECTION_H_
