// A connection to a stage on which one answer is not the server's own. Everything that was said
// is kept, for the recording and for the checks afterwards.
//
// Thread safety: any thread, one after the other: several parts of a document are sent at once.

#ifndef AMPARO_TESTS_HOSTILE_HOSTILE_CONNECTION_H_
#define AMPARO_TESTS_HOSTILE_HOSTILE_CONNECTION_H_

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "client/connection.h"
#include "tests/hostile/answer.h"
#include "tests/hostile/mutation.h"
#include "tests/hostile/stage.h"

namespace amparo::testing {

// What passes between one client and the server while a verb runs.
struct Exchange {
  // Empty: the server is truthful.
  const Recording* recording = nullptr;
  std::size_t verb = 0;
  std::optional<Mutation> mutation;
  std::optional<Answer> given;  // Instead of what the mutation would make.

  std::vector<Answer> answers;                 // True ones, as the server meant them.
  std::optional<std::size_t> bent_at;          // The answer that was in fact changed.
  std::optional<Answer> bent;                  // What came instead,
  std::optional<Answer> owed;                  // and what comes after it.
  std::vector<client::AppendRequest> appends;  // All that the client tried to send.
};

class HostileConnection final : public client::Connection {
 public:
  // Both are borrowed.
  HostileConnection(Stage& stage, Exchange& exchange) : stage_(stage), exchange_(exchange) {}

  absl::StatusOr<client::AppendReply> Found(ByteView id, ByteView secret, ByteView policy) override;
  absl::Status Join(const OrgId& org, const InviteId& invite, ByteView ticket,
                    ByteView request) override;
  void UseSession(const client::SessionKeys& keys) override { keys_ = keys; }
  absl::StatusOr<client::AppendReply> Append(const client::AppendRequest& request) override;
  absl::StatusOr<client::SyncReply> Sync(Position from, std::uint32_t limit) override;
  absl::StatusOr<client::SubjectReply> Subject(SubjectType type, const SubjectId& subject,
                                               std::uint32_t from) override;
  absl::StatusOr<client::ObjectsReply> Objects(SubjectType type, const SubjectId& subject,
                                               const std::vector<ObjectId>& objects,
                                               const MemberId& grantee) override;
  absl::StatusOr<std::vector<Bytes>> Pending() override;
  absl::StatusOr<client::CheckpointReply> Checkpoint(TreeSize old_size) override;
  absl::Status Cosign(TreeSize size, const std::string& line) override;
  absl::StatusOr<std::vector<std::string>> Cosigned() override;
  absl::StatusOr<std::vector<std::vector<Hash>>> Prove(
      TreeSize size, const std::vector<Position>& positions) override;
  absl::StatusOr<client::LightReply> Light(client::LightWhich which, Position from,
                                           TreeSize size) override;
  absl::Status Watch(TreeSize size, const std::function<bool(TreeSize)>& grown) override;
  absl::StatusOr<client::UploadState> StatUpload(const ObjectId& object,
                                                 std::uint64_t length) override;
  absl::StatusOr<client::UploadState> Upload(const client::UploadRequest& request,
                                             client::PayloadSource& source,
                                             const client::UploadProgress& progress) override;
  absl::Status Download(SubjectType type, const SubjectId& subject, const ObjectId& object,
                        std::uint64_t offset, std::uint64_t length,
                        const std::function<absl::Status(ByteView)>& sink) override;

 private:
  using Truth = std::function<Answer(client::Connection&)>;

  // What arrives instead of the true answer, which `truth` gets from a session.
  Answer Ask(const std::string& method, const Truth& truth);
  Answer AskOpenly(const std::string& method, const std::function<Answer()>& truth);
  template <class Reply, class Call>
  absl::StatusOr<Reply> Typed(const std::string& method, Call call);

  std::mutex one_at_a_time_;
  Stage& stage_;
  Exchange& exchange_;
  client::SessionKeys keys_;
};

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_HOSTILE_HOSTILE_CONNECTION_H_
