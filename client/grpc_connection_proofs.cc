// Heads, proofs and lone statements: the part of client/grpc_connection.h that light clients,
// witnesses and receipts use. Here only forms are checked: whether a proof proves is for others.

#include <utility>

#include "absl/strings/str_cat.h"
#include "client/grpc_connection.h"
#include "client/packed_statements.h"

namespace amparo::client {
namespace {

constexpr int kPathHashesMax = 64;
constexpr int kCosignedMax = 64;

absl::Status BadAnswer(absl::string_view field) {
  return absl::DataLossError(absl::StrCat("the server's answer is malformed: ", field));
}

absl::StatusOr<std::vector<Hash>> PathFrom(
    const google::protobuf::RepeatedPtrField<std::string>& hashes) {
  if (hashes.size() > kPathHashesMax) return BadAnswer("a path that is too long");
  std::vector<Hash> path;
  for (const std::string& bytes : hashes) {
    const auto hash = Hash::From(AsBytes(bytes));
    if (!hash.has_value()) return BadAnswer("a hash of a path");
    path.push_back(*hash);
  }
  return path;
}

}  // namespace

absl::StatusOr<CheckpointReply> GrpcConnection::Checkpoint(TreeSize old_size) {
  v1::CheckpointRequest body;
  body.set_old_size(old_size.value);
  v1::CheckpointReply reply;
  auto status = Call("Checkpoint", &Stub::Checkpoint, body, &reply);
  if (!status.ok()) return status;
  auto consistency = PathFrom(reply.consistency());
  if (!consistency.ok()) return consistency.status();
  CheckpointReply out{.checkpoint = reply.checkpoint(),
                      .old_root = Hash::From(AsBytes(reply.old_root())),
                      .consistency = *std::move(consistency),
                      .log_epoch = {}};
  if (!reply.old_root().empty() && !out.old_root.has_value()) return BadAnswer("old root");
  if (!reply.log_epoch().empty()) {
    out.log_epoch = PositionedStatement{.position = Position{reply.epoch_position()},
                                        .statement = BytesOf(reply.log_epoch())};
  }
  return out;
}

absl::Status GrpcConnection::Cosign(TreeSize size, const std::string& line) {
  v1::CosignRequest body;
  body.set_size(size.value);
  body.set_signature(line);
  v1::CosignReply reply;
  return Call("Cosign", &Stub::Cosign, body, &reply);
}

absl::StatusOr<std::vector<std::string>> GrpcConnection::Cosigned() {
  v1::CosignedReply reply;
  auto status = Call("Cosigned", &Stub::Cosigned, v1::CosignedRequest(), &reply);
  if (!status.ok()) return status;
  if (reply.checkpoints_size() > kCosignedMax) return BadAnswer("too many checkpoints");
  return std::vector<std::string>(reply.checkpoints().begin(), reply.checkpoints().end());
}

absl::StatusOr<std::vector<std::vector<Hash>>> GrpcConnection::Prove(
    TreeSize size, const std::vector<Position>& positions) {
  v1::ProveRequest body;
  body.set_size(size.value);
  for (const Position position : positions) body.add_positions(position.value);
  v1::ProveReply reply;
  if (auto status = Call("Prove", &Stub::Prove, body, &reply); !status.ok()) return status;
  if (static_cast<std::size_t>(reply.paths_size()) != positions.size()) {
    return BadAnswer("another number of paths than positions");
  }
  std::vector<std::vector<Hash>> paths;
  for (const v1::Path& message : reply.paths()) {
    auto path = PathFrom(message.hashes());
    if (!path.ok()) return path.status();
    paths.push_back(*std::move(path));
  }
  return paths;
}

absl::StatusOr<LightReply> GrpcConnection::Light(LightWhich which, Position from, TreeSize size) {
  v1::LightRequest body;
  body.set_which(static_cast<v1::LightRequest::Which>(which));
  body.set_from(from.value);
  body.set_size(size.value);
  v1::LightReply reply;
  if (auto status = Call("Light", &Stub::Light, body, &reply); !status.ok()) return status;
  auto statements = UnpackStatements(AsBytes(reply.packed()), reply.length());
  if (!statements.ok()) return statements.status();
  if (!statements->empty() && statements->back().position.value >= size.value) {
    return BadAnswer("a statement beyond the size asked for");
  }
  // An answer that leads nowhere would be asked for again and again.
  const bool goes_on = reply.next() > from.value || from.value >= size.value;
  if (which != LightWhich::kTick && (!goes_on || reply.next() > size.value)) {
    return BadAnswer("where to go on");
  }
  return LightReply{.statements = *std::move(statements), .next = Position{reply.next()}};
}

}  // namespace amparo::client
