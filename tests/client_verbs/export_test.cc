// What was exported opens with the ordinary age program, without anything of ours.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "crypto/age_file.h"
#include "tests/client_verbs/town.h"

namespace amparo::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Town& TheTown() {
  static auto* const town = new Town();
  return *town;
}

TEST(Export, OpensWithStockAge) {
  Town& town = TheTown();
  const SubjectId document =
      town.Submit(town.OpenCase(), {Corpus("pt-declaracao.docx"), Corpus("ht-photo.jpg")});
  const std::string out = town.Fresh();
  const absl::Status exported = town.As("cleo").Export(document, out, false);
  ASSERT_TRUE(exported.ok()) << exported;
  EXPECT_THAT(NamesIn(out), ElementsAre("README.txt", "source-01-ht-photo.jpeg.age",
                                        "source-02-pt-declaracao.docx.age", "source-manifest.age"));
  const SecretBuffer identity = town.IdentityOf("cleo").Format();
  const std::string key =
      town.scratch().Write("identity.txt", std::string(AsText(identity.Expose())) + "\n");
  const std::string docx = ReadAll(Corpus("pt-declaracao.docx"));
  const std::string opened = town.At("opened.docx");
  const std::string command = "age -d -i '" + key + "' '" + out +
                              "/source-02-pt-declaracao.docx.age' | head -c " +
                              std::to_string(docx.size()) + " > '" + opened + "'";
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
  EXPECT_EQ(ReadAll(opened), docx);
  EXPECT_THAT(
      ReadAll(out + "/README.txt"),
      HasSubstr("source-02-pt-declaracao.docx.age | head -c " + std::to_string(docx.size())));
}

TEST(Export, HandsOutTheIdentityOnlyWhenAsked) {
  Town& town = TheTown();
  const SubjectId document = town.Submit(town.OpenCase(), {Corpus("ht.txt")});
  const std::string out = town.Fresh();
  ASSERT_TRUE(town.As("cleo").Export(document, out, true).ok());
  EXPECT_EQ(ReadAll(out + "/identity.age"), ReadAll(town.HomeOf("cleo") + "/identity.age"));
}

TEST(Export, LeavesNothingWhenAPartIsDamaged) {
  Town& town = TheTown();
  const SubjectId document = town.Submit(town.OpenCase(), {Corpus("ht.txt"), Corpus("kek.txt")});
  town.As("cleo");
  int calls = 0;
  town.Server("cleo").download = [&](const ObjectId&, Bytes& payload) {
    if (++calls == 2) payload[1000] ^= 1;
  };
  const std::string out = town.Fresh();
  EXPECT_TRUE(absl::IsDataLoss(town.Stale("cleo").Export(document, out, false)));
  town.Server("cleo") = {};
  EXPECT_THAT(NamesIn(out), IsEmpty());
}

}  // namespace
}  // namespace amparo::testing
