// A Connection that answers nothing: the ground for those of tests that answer a little.
// Thread safety: all methods, from any thread.

#ifndef AMPARO_TESTS_CLIENT_REFUSING_CONNECTION_H_
#define AMPARO_TESTS_CLIENT_REFUSING_CONNECTION_H_

#include <string>
#include <vector>

#include "client/connection.h"

namespace amparo::testing {

class RefusingConnection : public client::Connection {
 public:
  absl::StatusOr<client::AppendReply> Found(ByteView, ByteView, ByteView) override { return No(); }
  absl::Status Join(const OrgId&, const InviteId&, ByteView, ByteView) override { return No(); }
  void UseSession(const client::SessionKeys&) override {}
  absl::StatusOr<client::AppendReply> Append(const client::AppendRequest&) override { return No(); }
  absl::StatusOr<client::SyncReply> Sync(Position, std::uint32_t) override { return No(); }
  absl::StatusOr<client::SubjectReply> Subject(SubjectType, const SubjectId&,
                                               std::uint32_t) override {
    return No();
  }
  absl::StatusOr<client::ObjectsReply> Objects(SubjectType, const SubjectId&,
                                               const std::vector<ObjectId>&,
                                               const MemberId&) override {
    return No();
  }
  absl::StatusOr<std::vector<Bytes>> Pending() override { return No(); }
  absl::StatusOr<client::CheckpointReply> Checkpoint(TreeSize) override { return No(); }
  absl::Status Cosign(TreeSize, const std::string&) override { return No(); }
  absl::StatusOr<std::vector<std::string>> Cosigned() override { return No(); }
  absl::StatusOr<std::vector<std::vector<Hash>>> Prove(TreeSize,
                                                       const std::vector<Position>&) override {
    return No();
  }
  absl::StatusOr<client::LightReply> Light(client::LightWhich, Position, TreeSize) override {
    return No();
  }
  absl::Status Watch(TreeSize, const std::function<bool(TreeSize)>&) override { return No(); }
  absl::StatusOr<client::UploadState> StatUpload(const ObjectId&, std::uint64_t) override {
    return No();
  }
  absl::StatusOr<client::UploadState> Upload(const client::UploadRequest&, client::PayloadSource&,
                                             const client::UploadProgress&) override {
    return No();
  }
  absl::Status Download(SubjectType, const SubjectId&, const ObjectId&, std::uint64_t,
                        std::uint64_t, const std::function<absl::Status(ByteView)>&) override {
    return No();
  }

 private:
  static absl::Status No() { return absl::UnimplementedError("not in this test"); }
};

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_CLIENT_REFUSING_CONNECTION_H_
