// Connection: the client's seam to a server, one method per RPC, in our own types. The
// client believes nothing that comes through it; client/replica.h checks.
// client/grpc_connection.cc is the real one. Spec: docs/spec/requests.md.
//
// Thread safety: all methods, from any thread, unless they say otherwise.

#ifndef AMPARO_CLIENT_CONNECTION_H_
#define AMPARO_CLIENT_CONNECTION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "crypto/signature.h"
#include "statement/bodies.h"
#include "statement/ids.h"
#include "statement/statement.h"

namespace amparo::client {

struct GrantBytes {
  ObjectId object;
  MemberId grantee;
  Bytes grant;
};
struct ObjectBytes {
  ObjectId object;
  Bytes payload;
};
struct AppendRequest {
  Bytes statement;  // Signed.
  std::vector<GrantBytes> grants;
  std::vector<ObjectBytes> objects;
};
struct AppendReply {
  Position position;
  std::string checkpoint;
  // audit/storage_receipt.h; empty: the statement names no objects.
  Bytes storage_signature = {};
};
struct SyncEntry {
  Bytes leaf;
  Bytes statement;  // Empty: not for us.
};
struct SyncReply {
  std::vector<SyncEntry> entries;
  std::string checkpoint;
};
struct PositionedStatement {
  Position position;
  Bytes statement;
};
struct SubjectReply {
  std::vector<PositionedStatement> statements;
  std::uint32_t total = 0;
};
struct ObjectsReply {
  std::vector<ObjectBytes> objects;
  std::vector<GrantBytes> grants;
};
struct CheckpointReply {
  std::string checkpoint;                        // With cosignatures.
  std::optional<Hash> old_root;                  // Nothing: the log is shorter.
  std::vector<Hash> consistency;                 // From old_size.
  std::optional<PositionedStatement> log_epoch;  // The newest.
};
enum class LightWhich { kDirectory = 1, kVisible = 2, kTick = 3 };
struct LightReply {
  std::vector<PositionedStatement> statements;  // Ascending.
  Position next;                                // Where to go on; `size`: that was all.
};
struct UploadState {
  std::uint64_t stored = 0;
  bool sealed = false;
};

// The sealed bytes of one upload. They can be read again, from any offset: where an upload
// goes on is the server's to say.
class PayloadSource {
 public:
  virtual ~PayloadSource() = default;
  // Fills `out` from `offset`, fewer bytes only at the payload's end; waits for bytes that are
  // still being made.
  virtual absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, MutableByteView out) = 0;
  // SHA-256 of the whole payload; waits until it is whole.
  virtual absl::StatusOr<Hash> Sha256() = 0;
};
struct UploadRequest {
  ObjectId object;
  std::uint64_t length = 0;
  bool begun = false;  // The server may have some of it already: ask first.
};
// Told what the server has received so far. May be empty. Called on the calling thread or
// another, one call at a time.
using UploadProgress = std::function<void(std::uint64_t received)>;
struct PlannedUpload {
  UploadRequest request;
  PayloadSource* source = nullptr;  // Borrowed, until UploadAll returns.
  UploadProgress progress = {};
};
// What to upload next; nothing: that was all. Called on the calling thread.
using NextUpload = std::function<std::optional<PlannedUpload>()>;
// DATA_LOSS, for a server that took all and kept `stored` bytes.
absl::Status KeptOnlyPart(const UploadRequest& request, std::uint64_t stored);

// Why the server said no, beside the code: from ErrorDetail. Attached to a Status as a
// payload; see RefusalReason.
struct ErrorDetail {
  std::string reason;
  std::optional<Hash> head;
  std::uint32_t next_number = 0;
};
// Nothing if the status carries none.
std::optional<ErrorDetail> DetailOf(const absl::Status& status);
void AttachDetail(absl::Status& status, const ErrorDetail& detail);

// Credentials of one certificate, borrowed for as long as the connection lives.
struct SessionKeys {
  OrgId org;
  Hash certificate;
  const SigningKey* authentication = nullptr;
};

class Connection {
 public:
  virtual ~Connection() = default;

  // Without a session.
  virtual absl::StatusOr<AppendReply> Found(ByteView token_id, ByteView token_secret,
                                            ByteView policy) = 0;
  virtual absl::Status Join(const OrgId& org, const InviteId& invite, ByteView ticket,
                            ByteView request) = 0;

  // In a session, which is opened on first use and again when the server has forgotten it.
  // UNAUTHENTICATED: unknown, revoked or badly signed; they look alike.
  virtual void UseSession(const SessionKeys& keys) = 0;
  virtual absl::StatusOr<AppendReply> Append(const AppendRequest& request) = 0;
  virtual absl::StatusOr<SyncReply> Sync(Position from, std::uint32_t limit) = 0;
  virtual absl::StatusOr<SubjectReply> Subject(SubjectType type, const SubjectId& subject,
                                               std::uint32_t from) = 0;
  virtual absl::StatusOr<ObjectsReply> Objects(SubjectType type, const SubjectId& subject,
                                               const std::vector<ObjectId>& objects,
                                               const MemberId& grantee) = 0;
  virtual absl::StatusOr<std::vector<Bytes>> Pending() = 0;
  // The newest checkpoint, and proof that it continues the tree of `old_size`.
  virtual absl::StatusOr<CheckpointReply> Checkpoint(TreeSize old_size) = 0;
  // Leaves this session's own cosignature line over the checkpoint of `size`.
  virtual absl::Status Cosign(TreeSize size, const std::string& line) = 0;
  // The newest checkpoint that each cosigner signed, largest first, with cosignatures.
  virtual absl::StatusOr<std::vector<std::string>> Cosigned() = 0;
  // Inclusion paths of at most 256 positions, in their order.
  virtual absl::StatusOr<std::vector<std::vector<Hash>>> Prove(
      TreeSize size, const std::vector<Position>& positions) = 0;
  // Statements below `size` without the leaves between them; see LightRequest.
  virtual absl::StatusOr<LightReply> Light(LightWhich which, Position from, TreeSize size) = 0;
  // Calls `grown` with each new size until it returns false, the stream ends or it fails.
  virtual absl::Status Watch(TreeSize size, const std::function<bool(TreeSize)>& grown) = 0;
  // What the server has of a blob: stored 0 if nothing.
  virtual absl::StatusOr<UploadState> StatUpload(const ObjectId& object, std::uint64_t length) = 0;
  // Sends what the server has not, and goes on after a broken connection where the server says.
  // Several may run at once. An error of `source` ends it and is returned as it is.
  virtual absl::StatusOr<UploadState> Upload(const UploadRequest& request, PayloadSource& source,
                                             const UploadProgress& progress) = 0;
  // Uploads what `next` gives, one blob after the other; asks for the next as soon as the one
  // before is on its way. OK: all are sealed. DATA_LOSS: the server kept only part of one. Else as
  // Upload. A transport without a stream for many uploads each by itself.
  virtual absl::Status UploadAll(const NextUpload& next);
  // Calls `sink` with each piece in order, and with an empty one when more may take a while.
  virtual absl::Status Download(SubjectType type, const SubjectId& subject, const ObjectId& object,
                                std::uint64_t offset, std::uint64_t length,
                                const std::function<absl::Status(ByteView)>& sink) = 0;
};

struct Endpoint {
  std::string address;          // "host:port".
  std::string certificate_pem;  // The server's self-signed certificate, the only root.
  // "socks5://127.0.0.1:9050": the only way, never told to the server. Empty: none.
  // docs/spec/proxy.md
  std::string proxy = {};
};
// Does not connect yet. What a broken link interrupts goes on by itself: docs/spec/requests.md,
// "Broken links". INVALID_ARGUMENT: the certificate, the proxy, or with one the address does not
// parse. RESOURCE_EXHAUSTED, UNAVAILABLE: the system gives no socket for the way to the proxy.
absl::StatusOr<std::unique_ptr<Connection>> ConnectGrpc(const Endpoint& endpoint);

// How the client reaches a server; tests and later transports bring their own.
using Connector = std::function<absl::StatusOr<std::unique_ptr<Connection>>(const Endpoint&)>;

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_CONNECTION_H_
