// Proofs against other people's: 196 cases of transparency-dev/merkle, most of them bad, and
// the known answers of Certificate Transparency.

#include <gtest/gtest.h>

#include <filesystem>
#include <iostream>

#include "audit/proof.h"
#include "crypto/digest.h"
#include "statement/text_encoding.h"
#include "tests/audit/grown_tree.h"
#include "tests/crypto/vector_files.h"

namespace amparo::audit {
namespace {

std::vector<nlohmann::json> CasesIn(const std::string& folder) {
  std::vector<nlohmann::json> cases;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".json") cases.push_back(ReadJson(entry.path().string()));
  }
  return cases;
}

Bytes FromField(const nlohmann::json& field) {
  if (field.is_null()) return {};
  return FromBase64(field.get<std::string>()).value_or(Bytes());
}

// Some cases have texts for roots, where they only compare them: another root for each.
Hash RootFrom(const nlohmann::json& field) {
  const Bytes bytes = FromField(field);
  return Hash::From(bytes).value_or(Sha256(bytes));
}

// Nothing if a hash has another length, which our type does not let through.
std::optional<std::vector<Hash>> PathFrom(const nlohmann::json& field) {
  std::vector<Hash> path;
  if (field.is_null()) return path;
  for (const nlohmann::json& hash : field) {
    const std::optional<Hash> one = Hash::From(FromField(hash));
    if (!one.has_value()) return std::nullopt;
    path.push_back(*one);
  }
  return path;
}

// 98 of each sort are published, 6 of them good. Some of their folders may be absent here, so
// that the number is said.
void ExpectEnough(std::size_t cases, std::size_t good) {
  std::cout << cases << " of 98 cases, " << good << " of 6 good ones\n";
  EXPECT_LE(cases, 98U);
  EXPECT_GE(cases, 50U);
  if (cases == 98) {
    EXPECT_EQ(good, 6U);
  }
  EXPECT_GE(good, 4U);
}

TEST(TransparencyDevVectors, OfInclusionAreJudgedAsTheySay) {
  const std::string folder = ForeignVectors("transparency-dev-merkle");
  if (folder.empty()) GTEST_SKIP() << "no vectors: transparency-dev-merkle";
  const std::vector<nlohmann::json> cases = CasesIn(folder + "/testdata/inclusion");
  std::size_t good = 0;
  for (const nlohmann::json& one : cases) {
    const std::optional<std::vector<Hash>> path = PathFrom(one["proof"]);
    const std::optional<Hash> leaf = Hash::From(FromField(one["leafHash"]));
    const Checkpoint head{.size = {one["treeSize"].get<std::uint64_t>()},
                          .root = RootFrom(one["root"])};
    const bool is_good =
        path.has_value() && leaf.has_value() &&
        VerifyInclusion(*leaf, {one["leafIdx"].get<std::uint64_t>()}, head, *path).ok();
    EXPECT_EQ(is_good, !one["wantErr"].get<bool>()) << one.dump(1);
    good += is_good ? 1 : 0;
  }
  ExpectEnough(cases.size(), good);
}

// Their verifier takes no older tree of size 0 at all. Ours takes the one that is signed with the
// root of the empty tree and comes with an empty path: a client that remembers nothing, or the
// head of a log that had just been founded, has nothing to check a newer head against. One of
// the cases is such a one.
TEST(TransparencyDevVectors, OfConsistencyAreJudgedAsTheySayButForTheEmptyTree) {
  const std::string folder = ForeignVectors("transparency-dev-merkle");
  if (folder.empty()) GTEST_SKIP() << "no vectors: transparency-dev-merkle";
  const std::vector<nlohmann::json> cases = CasesIn(folder + "/testdata/consistency");
  std::size_t good = 0;
  std::size_t empty = 0;
  for (const nlohmann::json& one : cases) {
    const std::optional<std::vector<Hash>> path = PathFrom(one["proof"]);
    const Checkpoint from{.size = {one["size1"].get<std::uint64_t>()},
                          .root = RootFrom(one["root1"])};
    const Checkpoint to{.size = {one["size2"].get<std::uint64_t>()},
                        .root = RootFrom(one["root2"])};
    const bool is_good = path.has_value() && VerifyConsistency(from, to, *path).ok();
    if (from.size.value == 0 && from.root == EmptyRoot() && path.has_value() && path->empty() &&
        to.size.value > 0) {
      EXPECT_TRUE(is_good) << one.dump(1);
      ++empty;
      continue;
    }
    EXPECT_EQ(is_good, !one["wantErr"].get<bool>()) << one.dump(1);
    good += is_good ? 1 : 0;
  }
  ExpectEnough(cases.size(), good);
  EXPECT_EQ(empty, 1U);
}

std::vector<Hash> PathFromHex(const nlohmann::json& field) {
  std::vector<Hash> path;
  for (const nlohmann::json& hash : field) path.push_back(*Hash::From(Hex(hash)));
  return path;
}

class CertificateTransparencyTree {
 public:
  explicit CertificateTransparencyTree(const nlohmann::json& answers) {
    for (const nlohmann::json& input : answers["leaf_inputs_hex"]) {
      leaves_.push_back(LeafHashOf(Hex(input)));
    }
  }
  Checkpoint At(std::uint64_t size) const {
    const auto end = leaves_.begin() + static_cast<std::ptrdiff_t>(size);
    return {.size = {size}, .root = RootOf({leaves_.begin(), end})};
  }
  const Hash& leaf(std::uint64_t position) const { return leaves_[position]; }
  NodeSource Nodes() const {
    return [this](const NodeId& id) -> absl::StatusOr<Hash> {
      const auto begin = leaves_.begin() + static_cast<std::ptrdiff_t>(id.index << id.level);
      return RootOf({begin, begin + (std::ptrdiff_t{1} << id.level)});
    };
  }

 private:
  std::vector<Hash> leaves_;
};

TEST(CertificateTransparencyVectors, HaveOurPaths) {
  const std::string folder = ForeignVectors("ct-known-answers");
  if (folder.empty()) GTEST_SKIP() << "no vectors: ct-known-answers";
  const nlohmann::json answers = ReadJson(folder + "/known_answers.json");
  const CertificateTransparencyTree tree(answers);
  ASSERT_EQ(answers["inclusion_paths"].size(), 6U);
  for (const nlohmann::json& one : answers["inclusion_paths"]) {
    const std::uint64_t size = one["tree_size"].get<std::uint64_t>();
    const std::uint64_t number = one["leaf_index_1based"].get<std::uint64_t>();
    if (number == 0) {  // Their way to ask for no leaf of no tree.
      EXPECT_FALSE(ProveInclusion({0}, {size}, tree.Nodes()).ok());
      continue;
    }
    const auto path = ProveInclusion({number - 1}, {size}, tree.Nodes());
    ASSERT_TRUE(path.ok()) << path.status();
    EXPECT_EQ(*path, PathFromHex(one["path_hex"])) << one.dump(1);
    EXPECT_TRUE(VerifyInclusion(tree.leaf(number - 1), {number - 1}, tree.At(size), *path).ok());
  }
  ASSERT_EQ(answers["consistency_proofs"].size(), 4U);
  for (const nlohmann::json& one : answers["consistency_proofs"]) {
    const std::uint64_t from = one["size1"].get<std::uint64_t>();
    const std::uint64_t to = one["size2"].get<std::uint64_t>();
    const auto path = ProveConsistency({from}, {to}, tree.Nodes());
    ASSERT_TRUE(path.ok()) << path.status();
    EXPECT_EQ(*path, PathFromHex(one["proof_hex"])) << one.dump(1);
    EXPECT_TRUE(VerifyConsistency(tree.At(from), tree.At(to), *path).ok());
  }
}

}  // namespace
}  // namespace amparo::audit
