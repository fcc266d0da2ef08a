// The signed statement: one layout, its signatures, its hash; and what follows from a kind.

#include "statement/statement.h"

#include <gtest/gtest.h>

#include <set>

#include "absl/strings/match.h"
#include "crypto/digest.h"
#include "statement/bodies.h"
#include "tests/statement/mutations.h"
#include "tests/statement/random_bodies.h"

namespace amparo {
namespace {

Statement SomeStatement() { return Random(1).NextStatement(Accept{}, 0).statement; }

StatementSignature SignatureBy(std::uint8_t number, const Statement& statement) {
  const SigningKey key = KeyNumber(number);
  return {.key = key.verify_key(), .signature = key.Sign(EncodeStatement(statement))};
}

// Length, statement, and the signatures in the order given.
Bytes Unsorted(const Statement& statement, const std::vector<StatementSignature>& signatures) {
  Bytes out = SignStatement(statement, KeyNumber(1)).bytes;
  out.resize(out.size() - 1 - 96);
  out.push_back(static_cast<std::uint8_t>(signatures.size()));
  for (const StatementSignature& signature : signatures) {
    AppendTo(out, signature.key.view());
    AppendTo(out, signature.signature.view());
  }
  return out;
}

void ExpectRefused(ByteView bytes, absl::string_view field) {
  const absl::Status status = DecodeSigned(bytes).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_TRUE(absl::StartsWith(status.message(), field)) << status;
}

TEST(SignedStatement, ComesBackAsItWasForEveryKind) {
  Random random(TestSeed());
  for (const Act& act : EveryAct()) {
    const SignedStatement made = random.NextStatement(act, 40);
    const absl::StatusOr<SignedStatement> again = DecodeSigned(made.bytes);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->statement, made.statement);
    EXPECT_EQ(again->signatures, made.signatures);
    EXPECT_EQ(again->bytes, made.bytes);
    EXPECT_TRUE(SignaturesVerify(*again));
    EXPECT_EQ(HashOf(*again), HashOf(made));
  }
}

TEST(SignedStatement, IsRefusedOrIdenticalAfterAnyBitFlipOrTruncation) {
  Random random(TestSeed());
  for (const Act& act : EveryAct()) {
    ExpectCanonicalUnderMutation(
        random.NextStatement(act, 2).bytes, [](ByteView bytes) -> std::optional<Bytes> {
          const absl::StatusOr<SignedStatement> decoded = DecodeSigned(bytes);
          if (!decoded.ok()) return std::nullopt;
          const auto joined = AssembleSigned(decoded->statement, decoded->signatures);
          return joined.ok() ? std::optional<Bytes>(joined->bytes) : std::nullopt;
        });
  }
}

TEST(SignedStatement, NeverVerifiesAfterABitFlip) {
  const SignedStatement made = Random(TestSeed()).NextStatement(Tick{}, 0);
  for (std::size_t bit = 0; bit < made.bytes.size() * 8; ++bit) {
    Bytes flipped = made.bytes;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1U << (bit % 8)));
    const absl::StatusOr<SignedStatement> decoded = DecodeSigned(flipped);
    EXPECT_TRUE(!decoded.ok() || !SignaturesVerify(*decoded)) << "bit " << bit;
  }
}

TEST(SignedStatement, KeepsItsKeysAscending) {
  const Statement statement = SomeStatement();
  std::vector<StatementSignature> signatures = {SignatureBy(1, statement),
                                                SignatureBy(2, statement)};
  const absl::StatusOr<SignedStatement> joined = AssembleSigned(statement, signatures);
  ASSERT_TRUE(joined.ok());
  EXPECT_TRUE(SignaturesVerify(*joined));
  EXPECT_TRUE(DecodeSigned(joined->bytes).ok());
  const std::vector<StatementSignature> reversed = {joined->signatures[1], joined->signatures[0]};
  ExpectRefused(Unsorted(statement, reversed), "signatures: ");
  ExpectRefused(Unsorted(statement, {reversed[0], reversed[0]}), "signatures: ");
}

TEST(SignedStatement, HasOneToEightSignatures) {
  const Statement statement = SomeStatement();
  std::vector<StatementSignature> signatures;
  EXPECT_EQ(AssembleSigned(statement, signatures).status().code(),
            absl::StatusCode::kInvalidArgument);
  for (std::uint8_t i = 1; i <= kSignaturesMax; ++i) {
    signatures.push_back(SignatureBy(i, statement));
  }
  const absl::StatusOr<SignedStatement> full = AssembleSigned(statement, signatures);
  ASSERT_TRUE(full.ok());
  EXPECT_TRUE(DecodeSigned(full->bytes).ok());
  signatures.push_back(SignatureBy(kSignaturesMax + 1, statement));
  EXPECT_EQ(AssembleSigned(statement, signatures).status().code(),
            absl::StatusCode::kInvalidArgument);
  ExpectRefused(Unsorted(statement, signatures), "signatures: 9");
  ExpectRefused(Unsorted(statement, {}), "signatures: 0");
}

TEST(SignedStatement, RefusesTwoSignaturesByOneKey) {
  const Statement statement = SomeStatement();
  EXPECT_EQ(AssembleSigned(statement, {SignatureBy(1, statement), SignatureBy(1, statement)})
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(SignedStatement, DoesNotVerifyWithOneWrongSignatureOfTwo) {
  const Statement statement = SomeStatement();
  std::vector<StatementSignature> signatures = {SignatureBy(1, statement),
                                                SignatureBy(2, statement)};
  signatures[1].signature.bytes[0] ^= 1;
  const absl::StatusOr<SignedStatement> joined = AssembleSigned(statement, signatures);
  ASSERT_TRUE(joined.ok());
  EXPECT_FALSE(SignaturesVerify(*joined));
}

// A server must not be able to move a signature from a thing with another label.
TEST(SignedStatement, DoesNotVerifyWithASignatureOverTheFieldsWithoutTheLabel) {
  const Statement statement = SomeStatement();
  const Bytes bytes = EncodeStatement(statement);
  const SigningKey key = KeyNumber(1);
  const ByteView unlabelled = ByteView(bytes).subspan(21);
  SignedStatement forged = SignStatement(statement, key);
  forged.signatures[0].signature = key.Sign(unlabelled);
  EXPECT_FALSE(SignaturesVerify(forged));
}

TEST(SignedStatement, FitsALedgerEntryEvenAtEveryLimit) {
  Statement statement = SomeStatement();
  statement.body = Bytes(kBodyBytesMax);
  std::vector<StatementSignature> signatures;
  for (std::uint8_t i = 1; i <= kSignaturesMax; ++i) {
    signatures.push_back(SignatureBy(i, statement));
  }
  const absl::StatusOr<SignedStatement> full = AssembleSigned(statement, signatures);
  ASSERT_TRUE(full.ok());
  EXPECT_LE(full->bytes.size(), kSignedStatementBytesMax);
  EXPECT_TRUE(DecodeSigned(full->bytes).ok());
  ExpectRefused(Bytes(kSignedStatementBytesMax + 1), "signed statement: ");
}

TEST(SignedStatement, RefusesABodyOverItsLimitBeforeReadingIt) {
  Statement statement = SomeStatement();
  statement.body.clear();
  Bytes bytes = EncodeStatement(statement);
  bytes.resize(bytes.size() - 4);
  AppendTo(bytes, Bytes{0, 0, 0xe0, 0x01});
  bytes.resize(bytes.size() + kBodyBytesMax + 1);
  const absl::Status status = DecodeStatement(bytes).status();
  EXPECT_TRUE(absl::StartsWith(status.message(), "body: 57345")) << status;
}

TEST(Statement, OfAReservedActorNamesNoCertificate) {
  for (const MemberId& actor : {RootActor(), LogActor()}) {
    Statement statement = SomeStatement();
    statement.actor = actor;
    EXPECT_TRUE(absl::StartsWith(DecodeStatement(EncodeStatement(statement)).status().message(),
                                 "actor certificate: "));
    statement.actor_certificate = {};
    EXPECT_TRUE(DecodeStatement(EncodeStatement(statement)).ok());
  }
}

TEST(Statement, ThatHasSeenNothingNamesNoRoot) {
  Statement statement = SomeStatement();
  statement.seen_tree_size.value = 0;
  EXPECT_TRUE(absl::StartsWith(DecodeStatement(EncodeStatement(statement)).status().message(),
                               "seen root: "));
  statement.seen_root = {};
  EXPECT_TRUE(DecodeStatement(EncodeStatement(statement)).ok());
}

// Kinds to come are carried by a build that does not know them.
TEST(Statement, IsDecodedWhateverItsKindAndSubjectType) {
  Statement statement = SomeStatement();
  statement.kind = 65535;
  statement.subject_type = 200;
  EXPECT_TRUE(DecodeStatement(EncodeStatement(statement)).ok());
}

TEST(Statement, HashIsOverTheLabelAndTheSignedBytes) {
  const SignedStatement made = Random(1).NextStatement(Accept{}, 0);
  Bytes labelled;
  AppendTo(labelled, AsBytes(absl::string_view("amparo/signed-statement/v1\n\0", 28)));
  AppendTo(labelled, made.bytes);
  EXPECT_EQ(HashOf(made), Sha256(labelled));
}

TEST(Kinds, AreTheOnesThatActsHave) {
  std::set<absl::string_view> names;
  std::set<std::uint16_t> numbers;
  for (const Act& act : EveryAct()) {
    const Kind kind = KindOf(act);
    EXPECT_TRUE(IsKnownKind(static_cast<std::uint16_t>(kind)));
    names.insert(KindName(kind));
    numbers.insert(static_cast<std::uint16_t>(kind));
  }
  EXPECT_EQ(names.size(), EveryAct().size());
  std::set<std::uint16_t> known;
  for (std::uint32_t number = 0; number <= 65535; ++number) {
    if (IsKnownKind(static_cast<std::uint16_t>(number))) {
      known.insert(static_cast<std::uint16_t>(number));
    }
  }
  EXPECT_EQ(known, numbers);
}

TEST(Kinds, AreRemarksInFiveCases) {
  std::set<absl::string_view> remarks;
  for (const Act& act : EveryAct()) {
    if (!IsTurn(KindOf(act))) remarks.insert(KindName(KindOf(act)));
  }
  EXPECT_EQ(remarks,
            (std::set<absl::string_view>{"note", "note_case", "receive", "share", "share_case"}));
}

TEST(Kinds, GoToEveryoneIfTheyAreOfTheDirectoryOrTheLog) {
  for (const Act& act : EveryAct()) {
    const Kind kind = KindOf(act);
    EXPECT_EQ(LeafClassOf(kind), static_cast<int>(kind) < 32 ? 1 : 0) << KindName(kind);
  }
}

}  // namespace
}  // namespace amparo
