#include "tests/hostile/hostile_connection.h"

#include <utility>

#include "amparo/v1/amparo.pb.h"
#include "tests/hostile/wire.h"

namespace amparo::testing {
namespace {

template <class Reply>
Answer AnswerFrom(const std::string& method, const absl::StatusOr<Reply>& reply) {
  if (!reply.ok()) return ErrorAnswer(method, reply.status());
  Answer answer;
  answer.method = method;
  answer.messages.push_back(ToWire(*reply));
  return answer;
}

Answer AnswerFrom(const std::string& method, const absl::Status& status) {
  if (!status.ok()) return ErrorAnswer(method, status);
  Answer answer;
  answer.method = method;
  answer.messages.emplace_back();
  return answer;
}

template <class Reply>
absl::StatusOr<Reply> ReplyFrom(const Answer& answer) {
  if (answer.code != absl::StatusCode::kOk) return StatusOf(answer);
  Reply reply;
  const std::string bytes = answer.messages.empty() ? "" : answer.messages.front();
  if (absl::Status s = FromWire(bytes, reply); !s.ok()) return s;
  return reply;
}

// A reply without content can be unreadable too.
absl::Status EmptyReplyFrom(const Answer& answer) {
  if (answer.code != absl::StatusCode::kOk) return StatusOf(answer);
  v1::JoinReply reply;
  const bool parsed = answer.messages.empty() || reply.ParseFromString(answer.messages.front());
  return parsed ? absl::OkStatus() : absl::InternalError("the answer does not parse");
}

}  // namespace

Answer HostileConnection::Ask(const std::string& method, const Truth& truth) {
  return AskOpenly(method, [&]() -> Answer {
    auto connection = stage_.Connect(keys_);
    if (!connection.ok()) return ErrorAnswer(method, connection.status());
    return truth(**connection);
  });
}

Answer HostileConnection::AskOpenly(const std::string& method,
                                    const std::function<Answer()>& truth) {
  const std::lock_guard lock(one_at_a_time_);
  const std::size_t number = exchange_.answers.size();
  const bool is_bent = exchange_.mutation.has_value() && exchange_.mutation->answer == number;
  if (is_bent && exchange_.mutation->change == Change::kDropRequest) {
    Answer dropped;
    dropped.method = method;
    dropped.code = absl::StatusCode::kUnavailable;
    exchange_.answers.push_back(dropped);
    exchange_.bent_at = number;
    exchange_.bent = dropped;
    return dropped;
  }
  Answer answer = truth();
  exchange_.answers.push_back(answer);
  if (exchange_.owed.has_value()) {
    Answer owed = *std::exchange(exchange_.owed, std::nullopt);
    owed.method = method;
    return owed;
  }
  if (!is_bent) return answer;
  // Up to here everything was as it was recorded, and so is this answer.
  std::optional<Answer> bent =
      exchange_.given.has_value()
          ? exchange_.given
          : Apply(*exchange_.recording, exchange_.verb, *exchange_.mutation, answer);
  if (!bent.has_value()) return answer;
  exchange_.bent_at = number;
  exchange_.bent = bent;
  if (exchange_.mutation->change == Change::kNextFirst) exchange_.owed = answer;
  return *std::move(bent);
}

template <class Reply, class Call>
absl::StatusOr<Reply> HostileConnection::Typed(const std::string& method, Call call) {
  return ReplyFrom<Reply>(Ask(method, [&](client::Connection& connection) {
    return AnswerFrom(method, call(connection));
  }));
}

absl::StatusOr<client::AppendReply> HostileConnection::Found(ByteView id, ByteView secret,
                                                             ByteView policy) {
  return ReplyFrom<client::AppendReply>(
      AskOpenly("Found", [&] { return AnswerFrom("Found", stage_.Found(id, secret, policy)); }));
}

absl::Status HostileConnection::Join(const OrgId& org, const InviteId& invite, ByteView ticket,
                                     ByteView request) {
  return EmptyReplyFrom(AskOpenly(
      "Join", [&] { return AnswerFrom("Join", stage_.Join(org, invite, ticket, request)); }));
}

absl::StatusOr<client::AppendReply> HostileConnection::Append(
    const client::AppendRequest& request) {
  exchange_.appends.push_back(request);
  return Typed<client::AppendReply>(
      "Append", [&](client::Connection& connection) { return connection.Append(request); });
}

absl::StatusOr<client::SyncReply> HostileConnection::Sync(Position from, std::uint32_t limit) {
  return Typed<client::SyncReply>(
      "Sync", [&](client::Connection& connection) { return connection.Sync(from, limit); });
}

absl::StatusOr<client::SubjectReply> HostileConnection::Subject(SubjectType type,
                                                                const SubjectId& subject,
                                                                std::uint32_t from) {
  return Typed<client::SubjectReply>("Subject", [&](client::Connection& connection) {
    return connection.Subject(type, subject, from);
  });
}

absl::StatusOr<client::ObjectsReply> HostileConnection::Objects(
    SubjectType type, const SubjectId& subject, const std::vector<ObjectId>& objects,
    const MemberId& grantee) {
  return Typed<client::ObjectsReply>("Objects", [&](client::Connection& connection) {
    return connection.Objects(type, subject, objects, grantee);
  });
}

absl::StatusOr<std::vector<Bytes>> HostileConnection::Pending() {
  return ReplyFrom<std::vector<Bytes>>(Ask("Pending", [&](client::Connection&) {
    return AnswerFrom("Pending", stage_.Pending(keys_));
  }));
}

absl::StatusOr<client::CheckpointReply> HostileConnection::Checkpoint(TreeSize old_size) {
  return Typed<client::CheckpointReply>("Checkpoint", [&](client::Connection& connection) {
    return connection.Checkpoint(old_size);
  });
}

absl::Status HostileConnection::Cosign(TreeSize size, const std::string& line) {
  return EmptyReplyFrom(Ask("Cosign", [&](client::Connection& connection) {
    return AnswerFrom("Cosign", connection.Cosign(size, line));
  }));
}

absl::StatusOr<std::vector<std::string>> HostileConnection::Cosigned() {
  return Typed<std::vector<std::string>>(
      "Cosigned", [&](client::Connection& connection) { return connection.Cosigned(); });
}

absl::StatusOr<std::vector<std::vector<Hash>>> HostileConnection::Prove(
    TreeSize size, const std::vector<Position>& positions) {
  return Typed<std::vector<std::vector<Hash>>>(
      "Prove", [&](client::Connection& connection) { return connection.Prove(size, positions); });
}

absl::StatusOr<client::LightReply> HostileConnection::Light(client::LightWhich which, Position from,
                                                            TreeSize size) {
  return Typed<client::LightReply>(
      "Light", [&](client::Connection& connection) { return connection.Light(which, from, size); });
}

absl::Status HostileConnection::Watch(TreeSize size, const std::function<bool(TreeSize)>& grown) {
  const Answer answer = Ask("Watch", [&](client::Connection& connection) {
    Answer sizes;
    sizes.method = "Watch";
    const absl::Status status = connection.Watch(size, [&](TreeSize now) {
      v1::WatchReply reply;
      reply.set_size(now.value);
      sizes.messages.push_back(reply.SerializeAsString());
      return true;
    });
    return status.ok() ? sizes : ErrorAnswer("Watch", status);
  });
  for (const std::string& bytes : answer.messages) {
    v1::WatchReply reply;
    if (!reply.ParseFromString(bytes)) return absl::InternalError("the answer does not parse");
    if (!grown(TreeSize{reply.size()})) return absl::OkStatus();
  }
  return StatusOf(answer);
}

absl::StatusOr<client::UploadState> HostileConnection::StatUpload(const ObjectId& object,
                                                                  std::uint64_t length) {
  return Typed<client::UploadState>("StatUpload", [&](client::Connection& connection) {
    return connection.StatUpload(object, length);
  });
}

absl::StatusOr<client::UploadState> HostileConnection::Upload(
    const client::UploadRequest& request, client::PayloadSource& source,
    const client::UploadProgress& progress) {
  return Typed<client::UploadState>("Upload", [&](client::Connection& connection) {
    return connection.Upload(request, source, progress);
  });
}

absl::Status HostileConnection::Download(SubjectType type, const SubjectId& subject,
                                         const ObjectId& object, std::uint64_t offset,
                                         std::uint64_t length,
                                         const std::function<absl::Status(ByteView)>& sink) {
  const Answer answer = Ask("Download", [&](client::Connection& connection) {
    Answer pieces;
    pieces.method = "Download";
    const absl::Status status =
        connection.Download(type, subject, object, offset, length, [&](ByteView piece) {
          v1::DownloadMessage message;
          message.set_data(std::string(AsText(piece)));
          pieces.messages.push_back(message.SerializeAsString());
          return absl::OkStatus();
        });
    return status.ok() ? pieces : ErrorAnswer("Download", status);
  });
  for (const std::string& bytes : answer.messages) {
    v1::DownloadMessage message;
    if (!message.ParseFromString(bytes)) return absl::InternalError("the answer does not parse");
    if (absl::Status s = sink(AsBytes(message.data())); !s.ok()) return s;
  }
  return StatusOf(answer);
}

}  // namespace amparo::testing
