// A server that lies: a Connection in front of another, which bends what comes back.
//
// Thread safety: one thread at a time.

#ifndef AMPARO_TESTS_CLIENT_VERBS_TAMPERING_CONNECTION_H_
#define AMPARO_TESTS_CLIENT_VERBS_TAMPERING_CONNECTION_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/forwarding_connection.h"

namespace amparo::testing {

// What is bent; empty functions leave things as they are.
struct Tampering {
  // A whole blob on its way to the client.
  std::function<void(const ObjectId& object, Bytes& payload)> download;
  std::function<void(client::ObjectsReply& reply)> objects;
  std::function<absl::Status(const client::AppendRequest& request)> append;
  // Answers instead of the log, which never hears of it.
  std::function<client::AppendReply(const client::AppendRequest& request)> acknowledge;
  std::function<absl::Status()> sync;
  std::function<void(client::SyncReply& reply)> synced;
  std::function<void(std::vector<std::string>& notes)> cosigned;
  std::function<absl::Status(TreeSize size, const std::string& line)> cosign;
  std::function<absl::Status(TreeSize old_size, client::CheckpointReply& reply)> checkpoint;
  std::function<void(client::LightWhich which, client::LightReply& reply)> light;
  std::function<void(std::vector<std::vector<Hash>>& paths)> prove;
  // When a part begins to be sent: on a thread of the sender's.
  std::function<void(const ObjectId& object)> upload;
  int uploads = 0;  // Counted.
};

class TamperingConnection final : public ForwardingConnection {
 public:
  TamperingConnection(std::unique_ptr<client::Connection> inner,
                      std::shared_ptr<Tampering> tampering)
      : ForwardingConnection(std::move(inner)), tampering_(std::move(tampering)) {}

  absl::StatusOr<client::AppendReply> Append(const client::AppendRequest& request) override {
    if (tampering_->append) {
      if (absl::Status s = tampering_->append(request); !s.ok()) return s;
    }
    if (tampering_->acknowledge) return tampering_->acknowledge(request);
    return inner().Append(request);
  }
  absl::StatusOr<client::SyncReply> Sync(Position from, std::uint32_t limit) override {
    if (tampering_->sync) {
      if (absl::Status s = tampering_->sync(); !s.ok()) return s;
    }
    absl::StatusOr<client::SyncReply> reply = inner().Sync(from, limit);
    if (reply.ok() && tampering_->synced) tampering_->synced(*reply);
    return reply;
  }
  absl::StatusOr<client::ObjectsReply> Objects(SubjectType type, const SubjectId& subject,
                                               const std::vector<ObjectId>& objects,
                                               const MemberId& grantee) override {
    absl::StatusOr<client::ObjectsReply> reply = inner().Objects(type, subject, objects, grantee);
    if (reply.ok() && tampering_->objects) tampering_->objects(*reply);
    return reply;
  }
  absl::StatusOr<std::vector<std::string>> Cosigned() override {
    absl::StatusOr<std::vector<std::string>> notes = inner().Cosigned();
    if (notes.ok() && tampering_->cosigned) tampering_->cosigned(*notes);
    return notes;
  }
  absl::Status Cosign(TreeSize size, const std::string& line) override {
    return tampering_->cosign ? tampering_->cosign(size, line) : inner().Cosign(size, line);
  }
  absl::StatusOr<client::CheckpointReply> Checkpoint(TreeSize old_size) override {
    absl::StatusOr<client::CheckpointReply> reply = inner().Checkpoint(old_size);
    if (!reply.ok() || !tampering_->checkpoint) return reply;
    if (absl::Status s = tampering_->checkpoint(old_size, *reply); !s.ok()) return s;
    return reply;
  }
  absl::StatusOr<client::LightReply> Light(client::LightWhich which, Position from,
                                           TreeSize size) override {
    absl::StatusOr<client::LightReply> reply = inner().Light(which, from, size);
    if (reply.ok() && tampering_->light) tampering_->light(which, *reply);
    return reply;
  }
  absl::StatusOr<std::vector<std::vector<Hash>>> Prove(
      TreeSize size, const std::vector<Position>& positions) override {
    absl::StatusOr<std::vector<std::vector<Hash>>> paths = inner().Prove(size, positions);
    if (paths.ok() && tampering_->prove) tampering_->prove(*paths);
    return paths;
  }
  absl::StatusOr<client::UploadState> Upload(const client::UploadRequest& request,
                                             client::PayloadSource& source,
                                             const client::UploadProgress& progress) override {
    ++tampering_->uploads;
    if (tampering_->upload) tampering_->upload(request.object);
    return inner().Upload(request, source, progress);
  }
  absl::Status Download(SubjectType type, const SubjectId& subject, const ObjectId& object,
                        std::uint64_t offset, std::uint64_t length,
                        const std::function<absl::Status(ByteView)>& sink) override {
    if (!tampering_->download) {
      return inner().Download(type, subject, object, offset, length, sink);
    }
    Bytes payload;
    absl::Status status =
        inner().Download(type, subject, object, offset, length, [&](ByteView piece) {
          AppendTo(payload, piece);
          return absl::OkStatus();
        });
    if (!status.ok()) return status;
    tampering_->download(object, payload);
    return sink(payload);
  }

 private:
  std::shared_ptr<Tampering> tampering_;
};

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_CLIENT_VERBS_TAMPERING_CONNECTION_H_
