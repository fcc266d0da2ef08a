// A server that lies: a Connection in front of another, which bends what comes back.
//
// Thread safety: one thread at a time.

#ifndef AMPARO_TESTS_CLIENT_VERBS_TAMPERING_CONNECTION_H_
#define AMPARO_TESTS_CLIENT_VERBS_TAMPERING_CONNECTION_H_

#include <functional>
#include <memory>
#include <utility>

#include "client/connection.h"

namespace amparo::testing {

// What is bent; empty functions leave things as they are.
struct Tampering {
  // A whole blob on its way to the client.
  std::function<void(const ObjectId& object, Bytes& payload)> download;
  std::function<void(client::ObjectsReply& reply)> objects;
  std::function<absl::Status(const client::AppendRequest& request)> append;
  int uploads = 0;  // Counted.
};

class TamperingConnection final : public client::Connection {
 public:
  TamperingConnection(std::unique_ptr<client::Connection> inner,
                      std::shared_ptr<Tampering> tampering)
      : inner_(std::move(inner)), tampering_(std::move(tampering)) {}

  absl::StatusOr<client::AppendReply> Found(ByteView id, ByteView secret,
                                            ByteView policy) override {
    return inner_->Found(id, secret, policy);
  }
  absl::Status Join(const OrgId& org, const InviteId& invite, ByteView ticket,
                    ByteView request) override {
    return inner_->Join(org, invite, ticket, request);
  }
  void UseSession(const client::SessionKeys& keys) override { inner_->UseSession(keys); }
  absl::StatusOr<client::AppendReply> Append(const client::AppendRequest& request) override {
    if (tampering_->append) {
      if (absl::Status s = tampering_->append(request); !s.ok()) return s;
    }
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
    absl::StatusOr<client::ObjectsReply> reply = inner_->Objects(type, subject, objects, grantee);
    if (reply.ok() && tampering_->objects) tampering_->objects(*reply);
    return reply;
  }
  absl::StatusOr<std::vector<Bytes>> Pending() override { return inner_->Pending(); }
  absl::Status Watch(TreeSize size, const std::function<bool(TreeSize)>& grown) override {
    return inner_->Watch(size, grown);
  }
  absl::StatusOr<client::UploadState> StatUpload(const ObjectId& object,
                                                 std::uint64_t length) override {
    return inner_->StatUpload(object, length);
  }
  absl::StatusOr<client::UploadState> Upload(const ObjectId& object, std::uint64_t length,
                                             std::uint64_t offset,
                                             const std::function<absl::StatusOr<ByteView>()>& next,
                                             const std::function<Hash()>& sha256) override {
    ++tampering_->uploads;
    return inner_->Upload(object, length, offset, next, sha256);
  }
  absl::Status Download(SubjectType type, const SubjectId& subject, const ObjectId& object,
                        std::uint64_t offset, std::uint64_t length,
                        const std::function<absl::Status(ByteView)>& sink) override {
    if (!tampering_->download) {
      return inner_->Download(type, subject, object, offset, length, sink);
    }
    Bytes payload;
    absl::Status status =
        inner_->Download(type, subject, object, offset, length, [&](ByteView piece) {
          AppendTo(payload, piece);
          return absl::OkStatus();
        });
    if (!status.ok()) return status;
    tampering_->download(object, payload);
    return sink(payload);
  }

 private:
  std::unique_ptr<client::Connection> inner_;
  std::shared_ptr<Tampering> tampering_;
};

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_CLIENT_VERBS_TAMPERING_CONNECTION_H_
