// The signed statement: whatever anyone asserts. One fixed byte layout, big-endian and
// length-prefixed; decode then encode is the identity and a decoder refuses anything else.
// Spec: docs/spec/statement.md; this file is its only reader and writer.
//
// Thread safety: values; the functions are independent.

#ifndef AMPARO_STATEMENT_STATEMENT_H_
#define AMPARO_STATEMENT_STATEMENT_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "crypto/signature.h"
#include "statement/ids.h"
#include "statement/kinds.h"

namespace amparo {

// Limits of the format, checked before memory is taken.
inline constexpr std::size_t kBodyBytesMax = 56 * 1024;
inline constexpr std::size_t kSignedStatementBytesMax = 60 * 1024;
inline constexpr std::size_t kSignaturesMax = 8;

struct Statement {
  std::uint16_t kind = 0;  // A Kind, or one that a newer build knows.
  OrgId org;
  MemberId actor;
  Hash actor_certificate;         // Zeros for the reserved actors.
  std::uint64_t actor_seq = 0;    // Strictly rising per certificate; gaps allowed.
  Hash actor_prev;                // Newest own statement known to be logged; zeros: none.
  std::uint8_t subject_type = 0;  // A SubjectType.
  SubjectId subject;
  Hash subject_prev;
  TreeSize seen_tree_size;   // The head the actor had verified,
  Hash seen_root;            // and its root. Zeros when seen_tree_size is 0.
  UnixSeconds claimed_time;  // Shown, never used for order or authority.
  Salt salt;
  Bytes body;  // See statement/bodies.h.

  friend bool operator==(const Statement&, const Statement&) = default;
};

struct StatementSignature {
  VerifyKey key;  // The key id is the public key itself.
  Signature signature;
  friend bool operator==(const StatementSignature&, const StatementSignature&) = default;
};

// A statement with its signatures, and the bytes they came in.
struct SignedStatement {
  Statement statement;
  std::vector<StatementSignature> signatures;  // Key ids ascending, no two equal.
  Bytes bytes;                                 // What is stored and sent.
};

// The bytes that are signed. REQUIRES: statement.body.size() <= kBodyBytesMax.
Bytes EncodeStatement(const Statement& statement);
// INVALID_ARGUMENT: names the field. Does not judge kind, subject_type or body.
absl::StatusOr<Statement> DecodeStatement(ByteView bytes);

// Signs with one key. REQUIRES as EncodeStatement.
SignedStatement SignStatement(const Statement& statement, const SigningKey& key);
// Joins signatures made apart (root keys) over one statement; sorts them.
// INVALID_ARGUMENT: none, more than kSignaturesMax, or two by one key.
absl::StatusOr<SignedStatement> AssembleSigned(const Statement& statement,
                                               std::vector<StatementSignature> signatures);
// INVALID_ARGUMENT: not canonical. Signatures are NOT checked here.
absl::StatusOr<SignedStatement> DecodeSigned(ByteView bytes);

// Whether every signature in `statement` verifies under the key it names. Whose keys those
// are is for the directory to say.
bool SignaturesVerify(const SignedStatement& statement);

// THE hash of a statement: SHA-256("amparo/signed-statement/v1\n\0" || signed statement).
Hash HashOf(ByteView signed_statement);
inline Hash HashOf(const SignedStatement& statement) { return HashOf(statement.bytes); }

}  // namespace amparo

#endif  // AMPARO_STATEMENT_STATEMENT_H_
