// The file form of an inclusion proof, c2sp.org/tlog-proof@v1.

#include "audit/tlog_proof.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "statement/text_encoding.h"
#include "tests/audit/grown_tree.h"
#include "tests/crypto/vector_files.h"
#include "tests/statement/mutations.h"
#include "tests/statement/random_bodies.h"

namespace amparo::audit {
namespace {

OrgId Org() { return OrgId::Filled(1); }

TlogProof SomeProof() {
  return {.extra = Bytes(5, 3),
          .index = {.value = 20},
          .path = {Hash::Filled(1), Hash::Filled(2)},
          .checkpoint = SignCheckpoint(Org(), {.size = {21}, .root = {}}, KeyNumber(1))};
}

absl::StatusCode CodeOf(absl::string_view text) { return ParseTlogProof(text).status().code(); }

void ExpectComesBack(const TlogProof& proof) {
  const absl::StatusOr<TlogProof> again = ParseTlogProof(FormatTlogProof(proof));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(*again, proof);
}

TEST(TlogProof, ComesBackAsItWas) {
  TlogProof proof = SomeProof();
  ExpectComesBack(proof);
  proof.extra.emplace();
  ExpectComesBack(proof);
  proof.extra.reset();
  ExpectComesBack(proof);
  proof.path.clear();
  ExpectComesBack(proof);
  proof.index.value = ~std::uint64_t{0};
  ExpectComesBack(proof);
}

TEST(TlogProof, IsRefusedOrIdenticalAfterAnyBitFlipOrTruncation) {
  ExpectCanonicalUnderMutation(AsBytes(FormatTlogProof(SomeProof())),
                               [](ByteView bytes) -> std::optional<Bytes> {
                                 const auto proof = ParseTlogProof(AsText(bytes));
                                 if (!proof.ok()) return std::nullopt;
                                 const std::string again = FormatTlogProof(*proof);
                                 return Bytes(again.begin(), again.end());
                               });
}

TEST(TlogProof, ProvesALeafToWhoeverHasTheLogsKey) {
  const GrownTree tree(77);
  const TlogProof proof{.extra = std::nullopt,
                        .index = {.value = 40},
                        .path = *ProveInclusion({40}, {77}, tree.Nodes()),
                        .checkpoint = SignCheckpoint(Org(), tree.At(77), KeyNumber(1))};
  const TlogProof read = *ParseTlogProof(FormatTlogProof(proof));
  const auto head = OpenCheckpoint(Org(), KeyNumber(1).verify_key(), read.checkpoint);
  ASSERT_TRUE(head.ok()) << head.status();
  EXPECT_TRUE(VerifyInclusion(tree.leaves()[40], read.index, *head, read.path).ok());
  EXPECT_FALSE(VerifyInclusion(tree.leaves()[41], read.index, *head, read.path).ok());
}

TEST(TlogProof, HasNothingButItsLines) {
  const std::string hash = ToBase64(Hash::Filled(1).view());
  const auto with = [](absl::string_view lines) {
    return absl::StrCat("c2sp.org/tlog-proof@v1\n", lines);
  };
  EXPECT_EQ(CodeOf(with(absl::StrCat("index 0\n", hash, "\n\nnote\n"))), absl::StatusCode::kOk);
  for (const std::string& bad :
       {std::string(),
        with(""),
        with("index 0\n"),
        with("index 0\n\n"),
        with("index 0"),
        with("index 00\n\nnote\n"),
        with("index +1\n\nnote\n"),
        with("index  1\n\nnote\n"),
        with("index 18446744073709551616\n\nnote\n"),
        with("index\n\nnote\n"),
        with("extra AA==\n\nnote\n"),
        with("extra AB==\nindex 0\n\nnote\n"),
        with("extra AA\nindex 0\n\nnote\n"),
        with("extra\nindex 0\n\nnote\n"),
        with("index 0\nextra AA==\n\nnote\n"),
        with("extra AA==\nextra AA==\nindex 0\n\nnote\n"),
        with("index 0\nindex 0\n\nnote\n"),
        with(absl::StrCat("index 0\n", hash, "\n")),
        with(absl::StrCat("index 0\n", hash, " \n\nnote\n")),
        with("index 0\n \n\nnote\n"),
        with(absl::StrCat("index 0\n", ToBase64(Bytes(31, 1)), "\n\nnote\n")),
        with(absl::StrCat("index 0\n", ToBase64(Bytes(33, 1)), "\n\nnote\n")),
        absl::StrReplaceAll(with("index 0\n\nnote\n"), {{"\n", "\r\n"}}),
        absl::StrCat("\xef\xbb\xbf", with("index 0\n\nnote\n")),
        absl::StrCat("\n", with("index 0\n\nnote\n"))}) {
    EXPECT_EQ(CodeOf(bad), absl::StatusCode::kInvalidArgument) << bad;
  }
}

TEST(TlogProof, IsBounded) {
  TlogProof proof = SomeProof();
  proof.path.assign(kPathHashesMax, Hash::Filled(1));
  EXPECT_EQ(CodeOf(FormatTlogProof(proof)), absl::StatusCode::kOk);
  proof.path.push_back(Hash::Filled(1));
  EXPECT_EQ(CodeOf(FormatTlogProof(proof)), absl::StatusCode::kInvalidArgument);
  const std::string start = "c2sp.org/tlog-proof@v1\nindex 0\n\n";
  const std::string most = absl::StrCat(start, std::string(kTlogProofBytesMax - start.size(), 'n'));
  EXPECT_EQ(CodeOf(most), absl::StatusCode::kOk);
  EXPECT_EQ(CodeOf(absl::StrCat(most, "n")), absl::StatusCode::kInvalidArgument);
}

TEST(C2spVectors, TlogProofsAreJudgedAsTheySay) {
  const std::string folder = ForeignVectors("c2sp-notes");
  if (folder.empty()) GTEST_SKIP() << "no vectors: c2sp-notes";
  const nlohmann::json cases = ReadJson(folder + "/tlog_proofs.json");
  EXPECT_EQ(cases.size(), 11U);
  for (const nlohmann::json& one : cases) {
    const std::string text = one["text"].get<std::string>();
    const absl::StatusOr<TlogProof> proof = ParseTlogProof(text);
    EXPECT_EQ(proof.ok(), one["ok"].get<bool>()) << one["name"];
    if (proof.ok()) {
      EXPECT_EQ(FormatTlogProof(*proof), text);
    } else {
      EXPECT_EQ(proof.status().code(), absl::StatusCode::kInvalidArgument);
    }
  }
}

}  // namespace
}  // namespace amparo::audit
