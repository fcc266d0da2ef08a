// A Connection that hands everything on to another: the ground for those that bend a little.
// Thread safety: as the other's.

#ifndef AMPARO_TESTS_SUPPORT_FORWARDING_CONNECTION_H_
#define AMPARO_TESTS_SUPPORT_FORWARDING_CONNECTION_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "client/connection.h"

namespace amparo::testing {

class ForwardingConnection : public client::Connection {
 public:
  explicit ForwardingConnection(std::unique_ptr<client::Connection> inner)
      : inner_(std::move(inner)) {}

  absl::StatusOr<client::AppendReply> Found(ByteView token_id, ByteView token_secret,
                                            ByteView policy) override {
    return inner_->Found(token_id, token_secret, policy);
  }
  absl::Status Join(const OrgId& org, const InviteId& invite, ByteView ticket,
                    ByteView request) override {
    return inner_->Join(org, invite, ticket, request);
  }
  void UseSession(const client::SessionKeys& keys) override { inner_->UseSession(keys); }
  absl::StatusOr<client::AppendReply> Append(const client::AppendRequest& request) override {
    return inner_->Append(request);
  }
  absl::StatusOr<client::SyncReply> Sync(Position from, std::uint32_t limit) override {
    return inner_->Sync(from, limit);
  }
  absl::StatusOr<client::SubjectReply> Subject(SubjectType type, const SubjectId& subject,
                                               std::uint32_t from) override {
    return inner_->Subject(type, subject, from);
  }
  absl::StatusOr<client::ObjectsReply> Objects(SubjectType type, const SubjectId& subject,
                                               const std::vector<ObjectId>& objects,
                                               const MemberId& grantee) override {
    return inner_->Objects(type, subject, objects, grantee);
  }
  absl::StatusOr<std::vector<Bytes>> Pending() override { return inner_->Pending(); }
  absl::StatusOr<client::CheckpointReply> Checkpoint(TreeSize old_size) override {
    return inner_->Checkpoint(old_size);
  }
  absl::Status Cosign(TreeSize size, const std::string& line) override {
    return inner_->Cosign(size, line);
  }
  absl::StatusOr<std::vector<std::string>> Cosigned() override { return inner_->Cosigned(); }
  absl::StatusOr<std::vector<std::vector<Hash>>> Prove(
      TreeSize size, const std::vector<Position>& positions) override {
    return inner_->Prove(size, positions);
  }
  absl::StatusOr<client::LightReply> Light(client::LightWhich which, Position from,
                                           TreeSize size) override {
    return inner_->Light(which, from, size);
  }
  absl::Status Watch(TreeSize size, const std::function<bool(TreeSize)>& grown) override {
    return inner_->Watch(size, grown);
  }
  absl::StatusOr<client::UploadState> StatUpload(const ObjectId& object,
                                                 std::uint64_t length) override {
    return inner_->StatUpload(object, length);
  }
  absl::StatusOr<client::UploadState> Upload(const client::UploadRequest& request,
                                             client::PayloadSource& source,
                                             const client::UploadProgress& progress) override {
    return inner_->Upload(request, source, progress);
  }
  absl::Status Download(SubjectType type, const SubjectId& subject, const ObjectId& object,
                        std::uint64_t offset, std::uint64_t length,
                        const std::function<absl::Status(ByteView)>& sink) override {
    return inner_->Download(type, subject, object, offset, length, sink);
  }

 protected:
  client::Connection& inner() { return *inner_; }

 private:
  const std::unique_ptr<client::Connection> inner_;
};

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_SUPPORT_FORWARDING_CONNECTION_H_
