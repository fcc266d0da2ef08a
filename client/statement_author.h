// StatementAuthor: makes, signs and publishes the statements of one member on one device.
// A Draft is what to say: an act, the objects it names, the grants it gives. The author adds
// who, when, after which, and under which head of the log.
//
//   Draft draft{.subject = document, .body = {.act = Assign{...}}};
//   const SealedSmall message = SealSmallObject(ObjectClass::kMessage, text);
//   AddObject(draft, message);
//   GrantTo(draft, replica.directory(), replica.now(), message.ref.object, message.key,
//           translator, Purpose::kTranslate);
//   auto published = author.Publish(std::move(draft));
//
// Spec: docs/spec/statement.md; docs/spec/client-checks.md, "Publishing".
// Thread safety: one thread at a time.

#ifndef AMPARO_CLIENT_STATEMENT_AUTHOR_H_
#define AMPARO_CLIENT_STATEMENT_AUTHOR_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "audit/log_entry.h"
#include "client/connection.h"
#include "client/replica.h"
#include "crypto/file_key.h"
#include "crypto/identity.h"
#include "crypto/secret.h"
#include "crypto/signature.h"
#include "statement/bodies.h"
#include "statement/statement.h"

namespace amparo::client {

// ---- Small objects ------------------------------------------------------------------

// An object of at most 64 KiB, sealed, with all that a statement says of it.
struct SealedSmall {
  ObjectRef ref;
  FileKey key;
  Bytes payload;
};
// Seals under a fresh id and key, padded to a multiple of 2 KiB.
// REQUIRES: the payload is at most kSmallObjectBytesMax (plaintext up to 62 KiB always is).
SealedSmall SealSmallObject(ObjectClass object_class, ByteView plaintext);
// The checks of design section 4.1 on a small object, in their order: length and SHA-256 of
// the payload, the key's commitment in constant time, the stream. Returns the padded
// plaintext. DATA_LOSS: one of them fails.
absl::StatusOr<SecretBuffer> OpenSmallObject(const ObjectRef& ref, const FileKey& key,
                                             ByteView payload);
// Opens a grant after holding it against what its statement says: length, SHA-256, and the
// key against the object's commitment. DATA_LOSS: they differ. PERMISSION_DENIED: the grant is
// for another recipient.
absl::StatusOr<FileKey> OpenNamedGrant(const GrantRef& named, const ObjectRef& ref, ByteView grant,
                                       const Identity& identity);

// ---- Drafts -------------------------------------------------------------------------

struct Draft {
  SubjectId subject;          // Zeros for directory acts.
  Body body;                  // Act, objects, grants.
  std::optional<Hash> after;  // A remark: what it speaks of. Default, and for turns: the head.
  std::vector<GrantBytes> grants;
  std::vector<ObjectBytes> objects;
};

// The object joins the body and travels in the Append.
void AddObject(Draft& draft, const SealedSmall& object);
// The object joins the body; its blob is uploaded already.
void AddBlob(Draft& draft, const ObjectRef& ref);

// Grants to every certificate of `member` that is valid at `moment`, can receive and has the
// role that the purpose is for (workflow::MayHold; kCoordinate: of any desk). Returns how many:
// 0 (nobody there, or submit-only) is no error. A grant that the draft has already
// is not made again.
absl::StatusOr<std::size_t> GrantTo(Draft& draft, const directory::Directory& directory,
                                    directory::Moment moment, const ObjectId& object,
                                    const FileKey& key, const MemberId& member, Purpose purpose);
// Grants to one certificate, valid or about to be. REQUIRES: it can receive.
absl::Status GrantToCertificate(Draft& draft, const ObjectId& object, const FileKey& key,
                                const Certificate& certificate, Purpose purpose);
// Grants to the policy's recovery recipient. FAILED_PRECONDITION: no policy.
absl::Status GrantToRecovery(Draft& draft, const directory::Directory& directory,
                             const ObjectId& object, const FileKey& key);
// Grants to the newest directory epoch's recipient. FAILED_PRECONDITION: no epoch yet.
absl::Status GrantToDirectory(Draft& draft, const directory::Directory& directory,
                              const ObjectId& object, const FileKey& key);

// ---- Publishing ---------------------------------------------------------------------

// Who speaks. `signing` is borrowed and outlives the author.
struct AuthorKeys {
  OrgId org;
  MemberId member;
  Hash certificate;
  const SigningKey* signing = nullptr;
};

// What an author would say now.
struct Prepared {
  SignedStatement statement;
  std::vector<std::string> events;  // EventName of each; empty for directory acts.
};

struct Published {
  Hash statement;
  Position position;
  std::vector<std::string> events;  // EventName of each; empty for directory acts.
};

// The server's word that a statement stands in the log.
struct Promise {
  Position position;
  audit::Leaf leaf;
  Kind kind = {};
  std::string checkpoint;  // As the server gave it, unread.
  friend bool operator==(const Promise&, const Promise&) = default;
};
// What a home does with it: client/promises.h.
struct PromiseKeeping {
  std::function<absl::Status(const Promise&)> keep;  // Durable when it returns.
  // After a synchronisation. DATA_LOSS: it does not stand there.
  std::function<absl::Status(const Promise&)> check;
};

using Clock = std::function<UnixSeconds()>;
// Seconds of the system's clock.
UnixSeconds SystemNow();

class StatementAuthor {
 public:
  // `sync` brings `replica` up to date and persists it; called before a second attempt and
  // after a success. `connection` and `replica` outlive this.
  StatementAuthor(Connection& connection, const Replica& replica, AuthorKeys keys,
                  std::function<absl::Status()> sync, Clock clock = SystemNow);

  // Asked before anything is published; its error is the answer.
  void Require(std::function<absl::Status()> condition) { condition_ = std::move(condition); }

  // Without: what was acknowledged is looked for after the synchronisation, and then forgotten.
  void Remember(PromiseKeeping promises) { promises_ = std::move(promises); }

  // What was signed on this device and is not in the log yet, oldest first: statements are judged
  // and signed as if it stood. Without: nothing waits.
  using Waiting = std::vector<SignedStatement>;
  void After(std::function<Waiting()> waiting) { waiting_ = std::move(waiting); }

  const AuthorKeys& keys() const { return keys_; }
  const Replica& replica() const { return replica_; }

  // What the rules say about the draft now, without sending anything. The names of its events
  // (none for directory acts), or the refusal as a status: ABORTED for a race,
  // PERMISSION_DENIED or FAILED_PRECONDITION else, DetailOf(status)->reason its name.
  absl::StatusOr<std::vector<std::string>> Foresee(const Draft& draft) const;

  // For acts that are sent later: asks the condition, foresees and signs, as if `before` stood in
  // the log. Sends nothing. Errors: those of Foresee.
  absl::StatusOr<Prepared> Prepare(const Draft& draft, const Waiting& before);
  // Sends a statement as it is, again if the answer is lost.
  absl::StatusOr<AppendReply> Send(const AppendRequest& request);
  // What becomes of the server's word: the home remembers it, synchronises, and holds it against
  // the log. Errors as of Publish after a success.
  absl::Status Hold(const SignedStatement& statement, const AppendReply& reply);
  // The subject's newest turn, as if `before` stood in the log.
  Hash HeadAfter(const Draft& draft, const Waiting& before) const;

  // Foresees, signs, appends. When somebody was faster: synchronises, and signs again only if
  // the rules give the same events; otherwise ABORTED, and the person decides. A statement
  // whose answer was lost is sent again as the same bytes, which has no second effect.
  // Afterwards the replica holds the statement, or the home remembers that it must. Errors: those
  // of Foresee, Connection::Append and `sync`; after a success a failing `sync` counts only when
  // it is an alarm (DATA_LOSS), or the home could not remember.
  absl::StatusOr<Published> Publish(const Draft& draft);

 private:
  SignedStatement Sign(const Draft& draft, std::uint64_t sequence, const Waiting& before) const;
  std::uint64_t NextSequence(const Waiting& before) const;
  absl::StatusOr<std::vector<std::string>> ForeseeAfter(const Draft& draft,
                                                        const Waiting& before) const;
  Waiting WaitingNow() const { return waiting_ ? waiting_() : Waiting{}; }

  Connection& connection_;
  const Replica& replica_;
  AuthorKeys keys_;
  std::function<absl::Status()> sync_;
  std::function<absl::Status()> condition_;
  std::function<Waiting()> waiting_;
  PromiseKeeping promises_;
  Clock clock_;
  std::uint64_t last_sequence_ = 0;
};

// A refusal by name, as a Status: see Foresee.
absl::Status RefusedStatus(absl::string_view reason, bool race, bool role);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_STATEMENT_AUTHOR_H_
