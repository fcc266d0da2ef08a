#include "tests/support/engine_connection.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <future>
#include <iostream>
#include <utility>

#include "client/packed_statements.h"
#include "crypto/digest.h"
#include "server/light.h"
#include "server/proving.h"
#include "server/reading.h"
#include "server/refusal.h"
#include "server/submission.h"

namespace amparo::testing {
namespace {

constexpr std::size_t kPieceBytes = 256 * 1024;

// As the gRPC service does: the engine's detail travels in a trailer and arrives as the client's.
absl::Status Translated(const absl::Status& status) {
  const std::optional<server::ErrorDetail> detail = server::DetailOf(status);
  absl::Status out(status.code(), status.message());
  if (!detail.has_value()) return out;
  client::AttachDetail(
      out, {.reason = detail->reason, .head = detail->head, .next_number = detail->next_number});
  return out;
}

absl::StatusOr<client::AppendReply> SubmitTo(server::Organization& organization,
                                             server::AppendInput input) {
  absl::StatusOr<server::Submission> prepared = server::Prepare(std::move(input));
  if (!prepared.ok()) return Translated(prepared.status());
  std::promise<absl::StatusOr<server::Appended>> promise;
  auto answer = promise.get_future();
  organization.Submit(std::move(*prepared), [&promise](absl::StatusOr<server::Appended> appended) {
    promise.set_value(std::move(appended));
  });
  absl::StatusOr<server::Appended> appended = answer.get();
  if (!appended.ok()) return Translated(appended.status());
  client::AppendReply reply{
      .position = appended->position, .checkpoint = appended->checkpoint, .storage_signature = {}};
  if (appended->storage_signature.has_value()) {
    const ByteView signature = appended->storage_signature->view();
    reply.storage_signature.assign(signature.begin(), signature.end());
  }
  return reply;
}

class EngineConnection final : public client::Connection {
 public:
  EngineConnection(server::Organization& organization, server::Cosignatures* cosignatures)
      : organization_(organization), cosignatures_(cosignatures) {}

  absl::StatusOr<client::AppendReply> Found(ByteView, ByteView, ByteView) override {
    return absl::UnimplementedError("this organisation is founded");
  }
  absl::Status Join(const OrgId&, const InviteId&, ByteView, ByteView) override {
    return absl::UnimplementedError("members are certified by hand");
  }
  void UseSession(const client::SessionKeys& keys) override { keys_ = keys; }

  absl::StatusOr<client::AppendReply> Append(const client::AppendRequest& request) override {
    server::AppendInput input{.statement = request.statement, .grants = {}, .objects = {}};
    for (const client::GrantBytes& grant : request.grants) {
      input.grants.push_back(
          {.object = grant.object, .grantee = grant.grantee, .grant = grant.grant});
    }
    for (const client::ObjectBytes& object : request.objects) {
      input.objects.push_back({.object = object.object, .payload = object.payload});
    }
    return SubmitTo(organization_, std::move(input));
  }
  absl::StatusOr<client::SyncReply> Sync(Position from, std::uint32_t limit) override {
    absl::StatusOr<server::Synced> synced = server::Sync(organization_, Caller(), from, limit);
    if (!synced.ok()) return Translated(synced.status());
    client::SyncReply reply{.entries = {}, .checkpoint = synced->checkpoint};
    for (server::SyncedEntry& entry : synced->entries) {
      reply.entries.push_back(
          {.leaf = std::move(entry.leaf), .statement = std::move(entry.statement)});
    }
    return reply;
  }
  absl::StatusOr<client::SubjectReply> Subject(SubjectType type, const SubjectId& subject,
                                               std::uint32_t from) override {
    absl::StatusOr<server::Chain> chain =
        server::ReadChain(organization_, Caller(), {.type = type, .id = subject}, from);
    if (!chain.ok()) return Translated(chain.status());
    client::SubjectReply reply{.statements = {}, .total = chain->total};
    for (server::ChainStatement& one : chain->statements) {
      reply.statements.push_back(FromEngine(std::move(one)));
    }
    return reply;
  }
  absl::StatusOr<client::ObjectsReply> Objects(SubjectType type, const SubjectId& subject,
                                               const std::vector<ObjectId>& objects,
                                               const MemberId& grantee) override {
    absl::StatusOr<server::ReadObjects> read = server::ReadObjectsOf(
        organization_, Caller(),
        {.subject = {.type = type, .id = subject}, .objects = objects, .grantee = grantee});
    if (!read.ok()) return Translated(read.status());
    client::ObjectsReply reply;
    for (server::ObjectBytes& one : read->objects) {
      reply.objects.push_back({.object = one.object, .payload = std::move(one.payload)});
    }
    for (server::GrantBytes& one : read->grants) {
      reply.grants.push_back(
          {.object = one.object, .grantee = one.grantee, .grant = std::move(one.grant)});
    }
    return reply;
  }
  absl::StatusOr<std::vector<Bytes>> Pending() override { return std::vector<Bytes>{}; }
  absl::StatusOr<client::CheckpointReply> Checkpoint(TreeSize old_size) override {
    absl::StatusOr<server::ProvenHead> head = server::ProveHead(organization_, old_size);
    if (!head.ok()) return Translated(head.status());
    const bool is_witness = Caller().is_witness;  // Who sees heads and nothing else.
    if (is_witness) head->log_epoch.reset();
    if (cosignatures_ != nullptr && !is_witness) {
      auto note = cosignatures_->Attach(organization_, head->size, head->checkpoint);
      if (!note.ok()) return Translated(note.status());
      head->checkpoint = *std::move(note);
    }
    client::CheckpointReply reply{.checkpoint = std::move(head->checkpoint),
                                  .old_root = head->old_root,
                                  .consistency = std::move(head->consistency),
                                  .log_epoch = {}};
    if (head->log_epoch.has_value()) reply.log_epoch = FromEngine(*std::move(head->log_epoch));
    return reply;
  }
  absl::Status Cosign(TreeSize size, const std::string& line) override {
    if (cosignatures_ == nullptr) return absl::UnimplementedError("nobody keeps cosignatures here");
    return Translated(cosignatures_->Leave(organization_, Caller(), size, line));
  }
  absl::StatusOr<std::vector<std::string>> Cosigned() override {
    if (cosignatures_ == nullptr) return std::vector<std::string>();
    auto notes = cosignatures_->Newest(organization_);
    if (!notes.ok()) return Translated(notes.status());
    return notes;
  }
  absl::StatusOr<std::vector<std::vector<Hash>>> Prove(
      TreeSize size, const std::vector<Position>& positions) override {
    auto paths = server::ProvePositions(organization_, size, positions);
    if (!paths.ok()) return Translated(paths.status());
    return paths;
  }
  absl::StatusOr<client::LightReply> Light(client::LightWhich which, Position from,
                                           TreeSize size) override {
    auto answer = server::ReadLight(organization_, Caller(), static_cast<server::LightWhich>(which),
                                    from, size);
    if (!answer.ok()) return Translated(answer.status());
    const server::PackedStatements packed = server::PackStatements(answer->statements);
    auto statements = client::UnpackStatements(packed.bytes, packed.length);
    if (!statements.ok()) return statements.status();
    return client::LightReply{.statements = *std::move(statements), .next = answer->next};
  }
  absl::Status Watch(TreeSize, const std::function<bool(TreeSize)>& grown) override {
    grown(organization_.snapshot()->size());
    return absl::OkStatus();
  }

  absl::StatusOr<client::UploadState> StatUpload(const ObjectId& object,
                                                 std::uint64_t length) override {
    auto state = organization_.storage().blobs->Stat(object);
    if (!state.ok()) return state.status();
    if (!state->has_value()) return client::UploadState{};
    if ((*state)->length != length) {
      return Translated(server::Refuse(server::Reason::kLengthMismatch, "begun with another"));
    }
    return client::UploadState{.stored = (*state)->stored, .sealed = (*state)->sealed};
  }
  absl::StatusOr<client::UploadState> Upload(const client::UploadRequest& request,
                                             client::PayloadSource& source,
                                             const client::UploadProgress& progress) override {
    // As the service does: what is sealed already is a success.
    auto found = StatUpload(request.object, request.length);
    if (!found.ok() || found->sealed) return found;
    auto writer = organization_.unnamed_blobs().Begin(Caller().member, request.object,
                                                      request.length, organization_.now());
    if (!writer.ok()) return Translated(writer.status());
    Bytes buffer(kPieceBytes);
    for (std::uint64_t at = (*writer)->offset();;) {
      const absl::StatusOr<std::size_t> got = source.ReadAt(at, MutableByteView(buffer));
      if (!got.ok()) return got.status();
      if (*got == 0) break;
      if (absl::Status s = (*writer)->Write(ByteView(buffer).first(*got)); !s.ok()) return s;
      at += *got;
      if (progress) progress(at);
    }
    const absl::StatusOr<Hash> whole = source.Sha256();
    if (!whole.ok()) return whole.status();
    if (absl::Status s = (*writer)->Seal(*whole); absl::IsDataLoss(s)) {
      return Translated(server::Refuse(server::Reason::kBlobDamaged, s.message()));
    } else if (!s.ok()) {
      return s;
    }
    absl::Status noted =
        server::NoteBlobHash(*organization_.storage().blobs, request.object, *whole);
    if (!noted.ok()) return noted;
    return client::UploadState{.stored = request.length, .sealed = true};
  }
  absl::Status Download(SubjectType type, const SubjectId& subject, const ObjectId& object,
                        std::uint64_t offset, std::uint64_t length,
                        const std::function<absl::Status(ByteView)>& sink) override {
    absl::StatusOr<std::uint64_t> size =
        server::CheckDownload(organization_, Caller(), {.type = type, .id = subject}, object);
    if (!size.ok()) return Translated(size.status());
    const std::uint64_t end = length == 0 ? *size : std::min(*size, offset + length);
    while (offset < end) {
      const auto piece =
          static_cast<std::size_t>(std::min<std::uint64_t>(kPieceBytes, end - offset));
      absl::StatusOr<Bytes> bytes = organization_.storage().blobs->Read(object, offset, piece);
      if (!bytes.ok()) return bytes.status();
      if (absl::Status s = sink(*bytes); !s.ok()) return s;
      offset += bytes->size();
    }
    return absl::OkStatus();
  }

 private:
  server::Caller Caller() const {
    server::Caller caller{.org = keys_.org, .member = {}, .certificate = keys_.certificate};
    const auto snapshot = organization_.snapshot();
    const auto* record = snapshot->directory->Find(keys_.certificate);
    caller.is_witness = record == nullptr;  // Named by their public key.
    if (record != nullptr) caller.member = record->certificate.member;
    return caller;
  }

  static client::PositionedStatement FromEngine(server::ChainStatement one) {
    return {.position = one.position, .statement = std::move(one.statement)};
  }

  server::Organization& organization_;
  server::Cosignatures* const cosignatures_;
  client::SessionKeys keys_;
};

}  // namespace

Engine::Engine(const SigningKey& log_key, const SignedStatement& policy,
               std::int64_t clock_offset_s)
    : store_(storage::OpenMemoryStore()),
      server_key_(Secret<32>::Random()),
      offset_s_(clock_offset_s),
      cosignatures_(store_.get(), [this](const OrgId&) { return Witnesses(); }) {
  auto organizations =
      server::Organizations::Open(store_.get(), &server_key_, [this] { return Now(); });
  assert(organizations.ok());
  organizations_ = std::move(*organizations);
  auto begun =
      organizations_->Begin(policy.statement.org, SigningKey::FromSeed(log_key.seed().Duplicate()));
  assert(begun.ok());
  organization_ = *begun;
  const auto founded =
      SubmitTo(*organization_, {.statement = policy.bytes, .grants = {}, .objects = {}});
  if (!founded.ok()) std::cerr << founded.status() << "\n";
  assert(founded.ok());
}

UnixSeconds Engine::Now() const {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  return UnixSeconds{static_cast<std::uint64_t>(seconds + offset_s_)};
}

std::unique_ptr<client::Connection> Engine::Connect() {
  return ConnectTo(*organization_, &cosignatures_);
}

std::unique_ptr<client::Connection> ConnectTo(server::Organization& organization,
                                              server::Cosignatures* cosignatures) {
  return std::make_unique<EngineConnection>(organization, cosignatures);
}

void Engine::AddWitness(const audit::Witness& witness) {
  const std::lock_guard lock(witnesses_mutex_);
  witnesses_.push_back(witness);
}

std::vector<audit::Witness> Engine::Witnesses() const {
  const std::lock_guard lock(witnesses_mutex_);
  return witnesses_;
}

}  // namespace amparo::testing
