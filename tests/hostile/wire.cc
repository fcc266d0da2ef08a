#include "tests/hostile/wire.h"

#include "absl/strings/str_cat.h"
#include "amparo/v1/amparo.pb.h"
#include "client/packed_statements.h"
#include "server/light.h"

namespace amparo::testing {
namespace {

std::string TextOf(ByteView bytes) { return std::string(AsText(bytes)); }
Bytes BytesFrom(const std::string& text) { return Bytes(text.begin(), text.end()); }

absl::Status Malformed(absl::string_view field) {
  return absl::DataLossError(absl::StrCat("the server's answer is malformed: ", field));
}

template <class Message>
absl::Status Parse(const std::string& bytes, Message& message) {
  if (message.ParseFromString(bytes)) return absl::OkStatus();
  return absl::InternalError("the answer does not parse");
}

absl::Status TakeHash(const std::string& bytes, absl::string_view field, Hash& hash) {
  const auto found = Hash::From(AsBytes(bytes));
  if (!found.has_value()) return Malformed(field);
  hash = *found;
  return absl::OkStatus();
}

}  // namespace

std::string ToWire(const client::AppendReply& reply) {
  v1::AppendReply out;
  out.set_position(reply.position.value);
  out.set_checkpoint(reply.checkpoint);
  out.set_storage_signature(TextOf(reply.storage_signature));
  return out.SerializeAsString();
}

std::string ToWire(const client::SyncReply& reply) {
  v1::SyncReply out;
  for (const client::SyncEntry& entry : reply.entries) {
    auto* next = out.add_entries();
    next->set_leaf(TextOf(entry.leaf));
    next->set_statement(TextOf(entry.statement));
  }
  out.set_checkpoint(reply.checkpoint);
  return out.SerializeAsString();
}

std::string ToWire(const client::SubjectReply& reply) {
  v1::SubjectReply out;
  for (const client::PositionedStatement& statement : reply.statements) {
    auto* next = out.add_statements();
    next->set_position(statement.position.value);
    next->set_statement(TextOf(statement.statement));
  }
  out.set_total(reply.total);
  return out.SerializeAsString();
}

std::string ToWire(const client::ObjectsReply& reply) {
  v1::ObjectsReply out;
  for (const client::ObjectBytes& object : reply.objects) {
    auto* next = out.add_objects();
    next->set_object(TextOf(object.object.view()));
    next->set_payload(TextOf(object.payload));
  }
  for (const client::GrantBytes& grant : reply.grants) {
    auto* next = out.add_grants();
    next->set_object(TextOf(grant.object.view()));
    next->set_grantee(TextOf(grant.grantee.view()));
    next->set_grant(TextOf(grant.grant));
  }
  return out.SerializeAsString();
}

std::string ToWire(const client::CheckpointReply& reply) {
  v1::CheckpointReply out;
  out.set_checkpoint(reply.checkpoint);
  if (reply.old_root.has_value()) out.set_old_root(TextOf(reply.old_root->view()));
  for (const Hash& hash : reply.consistency) out.add_consistency(TextOf(hash.view()));
  if (reply.log_epoch.has_value()) {
    out.set_epoch_position(reply.log_epoch->position.value);
    out.set_log_epoch(TextOf(reply.log_epoch->statement));
  }
  return out.SerializeAsString();
}

std::string ToWire(const client::LightReply& reply) {
  std::vector<server::ChainStatement> statements;
  for (const client::PositionedStatement& statement : reply.statements) {
    statements.push_back({.position = statement.position, .statement = statement.statement});
  }
  const server::PackedStatements packed = server::PackStatements(statements);
  v1::LightReply out;
  out.set_packed(TextOf(packed.bytes));
  out.set_length(packed.length);
  out.set_next(reply.next.value);
  return out.SerializeAsString();
}

std::string ToWire(const client::UploadState& reply) {
  v1::UploadReply out;
  out.set_stored(reply.stored);
  out.set_sealed(reply.sealed);
  return out.SerializeAsString();
}

std::string ToWire(const std::vector<Bytes>& pending) {
  v1::PendingReply out;
  for (const Bytes& request : pending) out.add_requests(TextOf(request));
  return out.SerializeAsString();
}

std::string ToWire(const std::vector<std::string>& cosigned) {
  v1::CosignedReply out;
  for (const std::string& note : cosigned) out.add_checkpoints(note);
  return out.SerializeAsString();
}

std::string ToWire(const std::vector<std::vector<Hash>>& paths) {
  v1::ProveReply out;
  for (const auto& path : paths) {
    auto* next = out.add_paths();
    for (const Hash& hash : path) next->add_hashes(TextOf(hash.view()));
  }
  return out.SerializeAsString();
}

absl::Status FromWire(const std::string& bytes, client::AppendReply& reply) {
  v1::AppendReply in;
  if (absl::Status s = Parse(bytes, in); !s.ok()) return s;
  reply = {.position = Position{in.position()},
           .checkpoint = in.checkpoint(),
           .storage_signature = BytesFrom(in.storage_signature())};
  return absl::OkStatus();
}

absl::Status FromWire(const std::string& bytes, client::SyncReply& reply) {
  v1::SyncReply in;
  if (absl::Status s = Parse(bytes, in); !s.ok()) return s;
  reply = {.entries = {}, .checkpoint = in.checkpoint()};
  for (const auto& entry : in.entries()) {
    reply.entries.push_back(
        {.leaf = BytesFrom(entry.leaf()), .statement = BytesFrom(entry.statement())});
  }
  return absl::OkStatus();
}

absl::Status FromWire(const std::string& bytes, client::SubjectReply& reply) {
  v1::SubjectReply in;
  if (absl::Status s = Parse(bytes, in); !s.ok()) return s;
  reply = {.statements = {}, .total = in.total()};
  for (const auto& next : in.statements()) {
    reply.statements.push_back(
        {.position = Position{next.position()}, .statement = BytesFrom(next.statement())});
  }
  return absl::OkStatus();
}

absl::Status FromWire(const std::string& bytes, client::ObjectsReply& reply) {
  v1::ObjectsReply in;
  if (absl::Status s = Parse(bytes, in); !s.ok()) return s;
  reply = {};
  for (const auto& next : in.objects()) {
    const auto object = ObjectId::From(AsBytes(next.object()));
    if (!object.has_value()) return Malformed("object id");
    reply.objects.push_back({.object = *object, .payload = BytesFrom(next.payload())});
  }
  for (const auto& next : in.grants()) {
    const auto object = ObjectId::From(AsBytes(next.object()));
    const auto grantee = MemberId::From(AsBytes(next.grantee()));
    if (!object.has_value() || !grantee.has_value()) return Malformed("grant");
    reply.grants.push_back(
        {.object = *object, .grantee = *grantee, .grant = BytesFrom(next.grant())});
  }
  return absl::OkStatus();
}

absl::Status FromWire(const std::string& bytes, client::CheckpointReply& reply) {
  v1::CheckpointReply in;
  if (absl::Status s = Parse(bytes, in); !s.ok()) return s;
  reply = {};
  reply.checkpoint = in.checkpoint();
  if (!in.old_root().empty()) {
    if (absl::Status s = TakeHash(in.old_root(), "old root", reply.old_root.emplace()); !s.ok()) {
      return s;
    }
  }
  for (const std::string& hash : in.consistency()) {
    absl::Status s = TakeHash(hash, "consistency proof", reply.consistency.emplace_back());
    if (!s.ok()) return s;
  }
  if (!in.log_epoch().empty()) {
    reply.log_epoch = {.position = Position{in.epoch_position()},
                       .statement = BytesFrom(in.log_epoch())};
  }
  return absl::OkStatus();
}

absl::Status FromWire(const std::string& bytes, client::LightReply& reply) {
  v1::LightReply in;
  if (absl::Status s = Parse(bytes, in); !s.ok()) return s;
  auto statements = client::UnpackStatements(AsBytes(in.packed()), in.length());
  if (!statements.ok()) return statements.status();
  reply = {.statements = *std::move(statements), .next = Position{in.next()}};
  return absl::OkStatus();
}

absl::Status FromWire(const std::string& bytes, client::UploadState& reply) {
  v1::UploadReply in;
  if (absl::Status s = Parse(bytes, in); !s.ok()) return s;
  reply = {.stored = in.stored(), .sealed = in.sealed()};
  return absl::OkStatus();
}

absl::Status FromWire(const std::string& bytes, std::vector<Bytes>& pending) {
  v1::PendingReply in;
  if (absl::Status s = Parse(bytes, in); !s.ok()) return s;
  pending.clear();
  for (const std::string& request : in.requests()) pending.push_back(BytesFrom(request));
  return absl::OkStatus();
}

absl::Status FromWire(const std::string& bytes, std::vector<std::string>& cosigned) {
  v1::CosignedReply in;
  if (absl::Status s = Parse(bytes, in); !s.ok()) return s;
  cosigned.assign(in.checkpoints().begin(), in.checkpoints().end());
  return absl::OkStatus();
}

absl::Status FromWire(const std::string& bytes, std::vector<std::vector<Hash>>& paths) {
  v1::ProveReply in;
  if (absl::Status s = Parse(bytes, in); !s.ok()) return s;
  paths.clear();
  for (const auto& next : in.paths()) {
    auto& path = paths.emplace_back();
    for (const std::string& hash : next.hashes()) {
      if (absl::Status s = TakeHash(hash, "inclusion path", path.emplace_back()); !s.ok()) return s;
    }
  }
  return absl::OkStatus();
}

}  // namespace amparo::testing
