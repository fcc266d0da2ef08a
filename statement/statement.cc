#include "statement/statement.h"

#include <algorithm>
#include <cassert>

#include "absl/strings/str_cat.h"
#include "crypto/digest.h"
#include "statement/codec.h"
#include "statement/labels.h"

namespace amparo {
namespace {

bool IsReserved(const MemberId& actor) { return actor == RootActor() || actor == LogActor(); }

Bytes EncodeSigned(ByteView statement, const std::vector<StatementSignature>& signatures) {
  Writer out;
  out.Vec32(statement);
  out.U8(static_cast<std::uint8_t>(signatures.size()));
  for (const StatementSignature& signature : signatures) {
    out.Fixed(signature.key);
    out.Fixed(signature.signature);
  }
  return out.Take();
}

std::vector<StatementSignature> ReadSignatures(Reader& in) {
  std::vector<StatementSignature> signatures;
  const std::size_t count = in.U8("signatures");
  if (count == 0 || count > kSignaturesMax) {
    in.Fail("signatures", absl::StrCat(count, ", expected 1 to ", kSignaturesMax));
  }
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    StatementSignature next;
    next.key = in.Fixed<VerifyKey>("signature key");
    next.signature = in.Fixed<Signature>("signature");
    if (!signatures.empty() && !(signatures.back().key < next.key)) {
      in.Fail("signatures", "keys do not ascend");
    }
    signatures.push_back(next);
  }
  return signatures;
}

}  // namespace

Bytes EncodeStatement(const Statement& statement) {
  assert(statement.body.size() <= kBodyBytesMax);
  Writer out;
  out.Raw(LabelBytes(kStatementLabel));
  out.U16(statement.kind);
  out.Fixed(statement.org);
  out.Fixed(statement.actor);
  out.Fixed(statement.actor_certificate);
  out.U64(statement.actor_seq);
  out.Fixed(statement.actor_prev);
  out.U8(statement.subject_type);
  out.Fixed(statement.subject);
  out.Fixed(statement.subject_prev);
  out.U64(statement.seen_tree_size.value);
  out.Fixed(statement.seen_root);
  out.U64(statement.claimed_time.value);
  out.Fixed(statement.salt);
  out.Vec32(statement.body);
  return out.Take();
}

absl::StatusOr<Statement> DecodeStatement(ByteView bytes) {
  Reader in(bytes);
  const ByteView label = LabelBytes(kStatementLabel);
  const ByteView found = in.Raw(label.size(), "label");
  if (!std::equal(found.begin(), found.end(), label.begin(), label.end())) {
    in.Fail("label", "not that of a statement");
  }
  Statement out;
  out.kind = in.U16("kind");
  out.org = in.Fixed<OrgId>("org");
  out.actor = in.Fixed<MemberId>("actor");
  out.actor_certificate = in.Fixed<Hash>("actor certificate");
  if (IsReserved(out.actor) && !out.actor_certificate.is_zero()) {
    in.Fail("actor certificate", "not zeros for a reserved actor");
  }
  out.actor_seq = in.U64("actor seq");
  out.actor_prev = in.Fixed<Hash>("actor prev");
  out.subject_type = in.U8("subject type");
  out.subject = in.Fixed<SubjectId>("subject");
  out.subject_prev = in.Fixed<Hash>("subject prev");
  out.seen_tree_size.value = in.U64("seen tree size");
  out.seen_root = in.Fixed<Hash>("seen root");
  if (out.seen_tree_size.value == 0 && !out.seen_root.is_zero()) {
    in.Fail("seen root", "not zeros for a tree of size 0");
  }
  out.claimed_time.value = in.U64("claimed time");
  out.salt = in.Fixed<Salt>("salt");
  const ByteView body = in.Vec32(kBodyBytesMax, "body");
  if (absl::Status status = in.Finish("statement"); !status.ok()) return status;
  out.body.assign(body.begin(), body.end());
  return out;
}

SignedStatement SignStatement(const Statement& statement, const SigningKey& key) {
  const Bytes bytes = EncodeStatement(statement);
  SignedStatement out;
  out.statement = statement;
  out.signatures = {{.key = key.verify_key(), .signature = key.Sign(bytes)}};
  out.bytes = EncodeSigned(bytes, out.signatures);
  return out;
}

absl::StatusOr<SignedStatement> AssembleSigned(const Statement& statement,
                                               std::vector<StatementSignature> signatures) {
  if (signatures.empty() || signatures.size() > kSignaturesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("signatures: ", signatures.size(), ", expected 1 to ", kSignaturesMax));
  }
  std::sort(signatures.begin(), signatures.end(),
            [](const auto& a, const auto& b) { return a.key < b.key; });
  const auto twice =
      std::adjacent_find(signatures.begin(), signatures.end(),
                         [](const auto& a, const auto& b) { return a.key == b.key; });
  if (twice != signatures.end()) {
    return absl::InvalidArgumentError(absl::StrCat("signatures: two by ", ToHex(twice->key)));
  }
  SignedStatement out;
  out.statement = statement;
  out.signatures = std::move(signatures);
  out.bytes = EncodeSigned(EncodeStatement(statement), out.signatures);
  return out;
}

absl::StatusOr<SignedStatement> DecodeSigned(ByteView bytes) {
  if (bytes.size() > kSignedStatementBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat("signed statement: ", bytes.size(),
                                                   " bytes, at most ", kSignedStatementBytesMax,
                                                   " are allowed"));
  }
  Reader in(bytes);
  const ByteView statement_bytes = in.Vec32(kSignedStatementBytesMax, "statement");
  std::vector<StatementSignature> signatures = ReadSignatures(in);
  if (absl::Status status = in.Finish("signed statement"); !status.ok()) return status;
  absl::StatusOr<Statement> statement = DecodeStatement(statement_bytes);
  if (!statement.ok()) return statement.status();
  return SignedStatement{.statement = *std::move(statement),
                         .signatures = std::move(signatures),
                         .bytes = Bytes(bytes.begin(), bytes.end())};
}

bool SignaturesVerify(const SignedStatement& statement) {
  const Bytes bytes = EncodeStatement(statement.statement);
  return !statement.signatures.empty() &&
         std::all_of(statement.signatures.begin(), statement.signatures.end(),
                     [&bytes](const StatementSignature& signature) {
                       return VerifySignature(signature.key, bytes, signature.signature);
                     });
}

Hash HashOf(ByteView signed_statement) {
  return Sha256({LabelBytes(kSignedStatementLabel), signed_statement});
}

}  // namespace amparo
