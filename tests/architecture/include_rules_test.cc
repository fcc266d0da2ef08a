// The include rules hold in the tree, and each of them still bites: next to every rule stand the
// few bad lines that it must refuse. A rule that no longer refuses its sample fails here.

#include "tests/architecture/include_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace amparo::architecture {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const SourceTree& Tree() {
  static const auto* const kTree = new SourceTree(ReadSourceTree(AMPARO_SOURCE_DIR));
  return *kTree;
}

std::string Including(const std::string& header) { return "#include <" + header + ">\n"; }

// A tree that could not be read would satisfy every rule.
TEST(SourceTree, HoldsTheFoldersThatTheRulesSpeakOf) {
  for (const char* folder : {"crypto/", "statement/", "directory/", "workflow/", "audit/",
                             "storage/", "server/", "client/", "tests/", "docs/"}) {
    const auto first = Tree().lower_bound(folder);
    ASSERT_NE(first, Tree().end()) << folder;
    EXPECT_THAT(first->first, HasSubstr(folder));
  }
}

TEST(Includes, AreFoundInBothForms) {
  EXPECT_THAT(Includes("// #include <no>\n#include <a>\n#  include \"b/c.h\"\n"),
              ElementsAre(Field(&Include::path, "a"), Field(&Include::path, "b/c.h")));
}

TEST(FolderOrder, HoldsInTheTree) { EXPECT_THAT(CheckFolderOrder(Tree()), IsEmpty()); }

TEST(FolderOrder, RefusesAFolderThatLooksUp) {
  const SourceTree bad = {{"crypto/a.cc", "#include \"statement/b.h\"\n"},
                          {"workflow/a.cc", "#include \"audit/b.h\"\n"},
                          {"audit/a.cc", "#include \"workflow/b.h\"\n"},
                          {"storage/a.h", "#include \"server/b.h\"\n"},
                          {"client/a.h", "#include \"storage/b.h\"\n"},
                          {"client/cli/a.cc", "#include \"server/b.h\"\n"},
                          {"server/a.h", "#include \"client/b.h\"\n"},
                          {"server/b.h", "#include \"tests/b.h\"\n"}};
  EXPECT_THAT(CheckFolderOrder(bad), SizeIs(bad.size()));
}

TEST(FolderOrder, AllowsAFolderThatLooksDown) {
  const SourceTree good = {{"server/a.cc", "#include \"storage/b.h\"\n#include <vector>\n"},
                           {"tests/a.cc", "#include \"server/b.h\"\n#include \"client/b.h\"\n"}};
  EXPECT_THAT(CheckFolderOrder(good), IsEmpty());
}

TEST(PureFolders, HoldInTheTree) { EXPECT_THAT(CheckPureFolders(Tree()), IsEmpty()); }

TEST(PureFolders, RefuseEveryKindOfEffect) {
  for (const char* header : {"grpcpp/grpcpp.h",
                             "google/protobuf/message.h",
                             "amparo/v1/amparo.pb.h",
                             "rocksdb/db.h",
                             "sodium.h",
                             "openssl/evp.h",
                             "thread",
                             "mutex",
                             "future",
                             "chrono",
                             "random",
                             "fstream",
                             "filesystem",
                             "iostream",
                             "unistd.h",
                             "sys/socket.h",
                             "netinet/in.h",
                             "pthread.h",
                             "absl/synchronization/mutex.h",
                             "absl/time/clock.h"}) {
    for (const char* path : {"statement/a.h", "directory/a.cc", "workflow/a.cc", "audit/a.h"}) {
      EXPECT_THAT(CheckPureFolders({{path, Including(header)}}), SizeIs(1))
          << path << " " << header;
    }
  }
}

TEST(PureFolders, RefuseAnEffectThatComesThroughAHeader) {
  const SourceTree bad = {{"crypto/b.h", "#include \"crypto/c.h\"\n"},
                          {"crypto/c.h", Including("sodium.h")},
                          {"workflow/a.cc", "\n#include \"crypto/b.h\"\n"}};
  EXPECT_THAT(CheckPureFolders(bad),
              ElementsAre(Violation{.path = "workflow/a.cc",
                                    .line = 2,
                                    .what = "workflow/ is pure and <sodium.h> brings in libsodium "
                                            "through crypto/b.h through crypto/c.h"}));
}

TEST(LibraryPlaces, HoldInTheTree) { EXPECT_THAT(CheckLibraryPlaces(Tree()), IsEmpty()); }

TEST(LibraryPlaces, RefuseALibraryOutsideItsPlace) {
  const SourceTree bad = {{"storage/memory_ledger.cc", Including("rocksdb/db.h")},
                          {"server/engine.cc", Including("rocksdb/db.h")},
                          {"client/client.cc", Including("grpcpp/grpcpp.h")},
                          {"client/keyring.cc", Including("sodium.h")},
                          {"server/engine.h", Including("sodium.h")},
                          {"client/keyring.h", Including("unistd.h")},
                          {"client/cli/main.cc", Including("termios.h")}};
  EXPECT_THAT(CheckLibraryPlaces(bad), SizeIs(bad.size()));
}

TEST(LibraryPlaces, AllowEachLibraryInItsPlace) {
  const SourceTree good = {{"storage/rocksdb_ledger.cc", Including("rocksdb/db.h")},
                           {"client/grpc_connection.cc", Including("grpcpp/grpcpp.h")},
                           {"client/grpc_connection_raw.h", Including("grpcpp/grpcpp.h")},
                           {"proto/raw_messages.h", Including("grpcpp/grpcpp.h")},
                           {"server/service.cc", Including("grpcpp/grpcpp.h")},
                           {"crypto/aead.cc", Including("sodium.h")},
                           {"client/platform_posix.cc", Including("unistd.h")},
                           {"storage/rocksdb_shelf.cc", Including("fcntl.h")},
                           {"tests/server/a_test.cc", Including("grpcpp/grpcpp.h")}};
  EXPECT_THAT(CheckLibraryPlaces(good), IsEmpty());
}

TEST(WitnessSeesHeads, HoldsInTheTree) { EXPECT_THAT(CheckWitnessSeesHeads(Tree()), IsEmpty()); }

TEST(WitnessSeesHeads, CatchesAReplica) {
  EXPECT_THAT(CheckWitnessSeesHeads({{"witness/watch.cc", "#include \"client/replica.h\"\n"}}),
              SizeIs(1));
}

TEST(ServerCannotOpen, HoldsInTheTree) { EXPECT_THAT(CheckServerCannotOpen(Tree()), IsEmpty()); }

TEST(ServerCannotOpen, RefusesEveryHeaderThatOpens) {
  for (const char* header : {"file_key", "grant", "sealed_object", "identity", "identity_file",
                             "manifest", "age_file"}) {
    const std::string line = std::string("#include \"crypto/").append(header).append(".h\"\n");
    EXPECT_THAT(CheckServerCannotOpen({{"server/engine.cc", line}}), SizeIs(1)) << header;
    EXPECT_THAT(CheckServerCannotOpen({{"storage/shelf.cc", line}}), SizeIs(1)) << header;
  }
}

TEST(ServerCannotOpen, RefusesOneThatComesThroughAHeader) {
  const SourceTree bad = {{"statement/body.h", "#include \"crypto/grant.h\"\n"},
                          {"server/engine.cc", "#include \"statement/body.h\"\n"}};
  EXPECT_THAT(CheckServerCannotOpen(bad), SizeIs(1));
}

TEST(ServerCannotOpen, LetsTheClientOpen) {
  EXPECT_THAT(CheckServerCannotOpen({{"client/client.cc", "#include \"crypto/grant.h\"\n"}}),
              IsEmpty());
}

}  // namespace
}  // namespace amparo::architecture
