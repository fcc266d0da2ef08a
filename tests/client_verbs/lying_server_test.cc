// A server that lies about what it keeps: attacks 26 to 33. The client says DATA_LOSS or
// refuses, and no file has a final name afterwards.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "crypto/grant.h"
#include "tests/client_verbs/town.h"

namespace amparo::testing {
namespace {

using client::Which;
using ::testing::IsEmpty;

struct Scene {
  Town town;
  SubjectId document, other;
  std::map<ObjectId, Bytes> blobs;  // As they truly are.
  std::vector<client::GrantBytes> grants;

  Scene() {
    const SubjectId case_id = town.OpenCase();
    document = town.Submit(case_id, {Corpus("ht.txt"), Corpus("ht-photo.jpg")});
    other = town.Submit(case_id, {Corpus("kek.txt"), Corpus("ht-photo.jpg")});
    town.Server("cleo").download = [this](const ObjectId& object, Bytes& payload) {
      blobs[object] = payload;
    };
    for (const SubjectId& one : {document, other}) {
      EXPECT_TRUE(town.As("cleo").Open(one, Which::kSource, town.Fresh(), nullptr).ok());
    }
  }
};

Scene& TheScene() {
  static auto* const scene = new Scene();
  return *scene;
}

// Opens as cleo while the server lies about blobs.
void ExpectRefused(std::function<void(const ObjectId&, Bytes&)> lie) {
  Scene& scene = TheScene();
  scene.town.Server("cleo").download = std::move(lie);
  const std::string out = scene.town.Fresh();
  const absl::Status status =
      scene.town.Stale("cleo").Open(scene.document, Which::kSource, out, nullptr).status();
  scene.town.Server("cleo") = {};
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(NamesIn(out), IsEmpty());
}

TEST(LyingServer, GetsNoFileThroughWithAByteFlipped) {
  for (const double where : {0.0, 0.3, 0.6, 0.999}) {
    ExpectRefused([&](const ObjectId&, Bytes& payload) {
      payload[static_cast<std::size_t>(where * static_cast<double>(payload.size()))] ^= 0x40;
    });
  }
}

TEST(LyingServer, GetsNoFileThroughCutOrExtended) {
  ExpectRefused([](const ObjectId&, Bytes& payload) { payload.pop_back(); });
  ExpectRefused([](const ObjectId&, Bytes& payload) { payload.resize(payload.size() / 2); });
  ExpectRefused([](const ObjectId&, Bytes& payload) { payload.clear(); });
  ExpectRefused([](const ObjectId&, Bytes& payload) { payload.push_back(0); });
}

TEST(LyingServer, GetsNoOtherPartThrough) {
  Scene& scene = TheScene();
  ExpectRefused([&](const ObjectId& object, Bytes& payload) {
    for (const auto& [id, bytes] : scene.blobs) {
      if (id != object && bytes.size() == payload.size()) payload = bytes;
    }
  });
}

// Only the second part is bad: the first, good one must not have got its name.
TEST(LyingServer, LeavesNoGoodPartOfABadDocument) {
  int calls = 0;
  ExpectRefused([&](const ObjectId&, Bytes& payload) {
    if (++calls == 2) payload.back() ^= 1;
  });
  EXPECT_EQ(calls, 2);
}

// What a home kept of a manifest is not asked for again, so a fresh home is needed: each lie
// is told to a person who opens the document for the first time.
class LyingAboutGrants : public ::testing::Test {
 protected:
  void ExpectRefusedFirstTime(std::function<void(client::ObjectsReply&)> lie) {
    Scene& scene = TheScene();
    const SubjectId document = scene.town.Submit(scene.town.OpenCase(), {Corpus("ht.txt")});
    scene.town.As("carl");
    scene.town.Server("carl").objects = std::move(lie);
    const std::string out = scene.town.Fresh();
    const absl::Status status =
        scene.town.Stale("carl").Open(document, Which::kSource, out, nullptr).status();
    EXPECT_FALSE(status.ok());
    EXPECT_THAT(NamesIn(out), IsEmpty());
    scene.town.Server("carl") = {};
    // The lie was not kept either.
    EXPECT_TRUE(
        scene.town.Stale("carl").Open(document, Which::kSource, scene.town.Fresh(), nullptr).ok());
  }
};

TEST_F(LyingAboutGrants, GetsNoAlteredGrantThrough) {
  for (const std::size_t at : {0u, 25u, 70u, 120u, 167u}) {
    ExpectRefusedFirstTime([at](client::ObjectsReply& reply) {
      for (client::GrantBytes& grant : reply.grants) grant.grant[at] ^= 1;
    });
  }
}

TEST_F(LyingAboutGrants, GetsNoGrantWithMoreOrLessThrough) {
  ExpectRefusedFirstTime([](client::ObjectsReply& reply) {
    for (client::GrantBytes& grant : reply.grants) grant.grant.push_back('\n');
  });
  ExpectRefusedFirstTime([](client::ObjectsReply& reply) {
    for (client::GrantBytes& grant : reply.grants) grant.grant.pop_back();
  });
  ExpectRefusedFirstTime([](client::ObjectsReply& reply) { reply.grants.clear(); });
}

// A well-formed grant of another key to the right person, which nobody logged.
TEST_F(LyingAboutGrants, GetsNoForgedGrantThrough) {
  const FileKey forged = FileKey::Random();
  Scene& scene = TheScene();
  ExpectRefusedFirstTime([&](client::ObjectsReply& reply) {
    for (client::GrantBytes& grant : reply.grants) {
      grant.grant = *MakeGrant(forged, scene.town.IdentityOf("carl").recipient());
    }
  });
}

TEST_F(LyingAboutGrants, GetsNoAlteredOrForeignManifestThrough) {
  ExpectRefusedFirstTime([](client::ObjectsReply& reply) {
    for (client::ObjectBytes& object : reply.objects) object.payload[40] ^= 1;
  });
  ExpectRefusedFirstTime([](client::ObjectsReply& reply) {
    for (client::ObjectBytes& object : reply.objects) object.payload.pop_back();
  });
  ExpectRefusedFirstTime([](client::ObjectsReply& reply) { reply.objects.clear(); });
}

}  // namespace
}  // namespace amparo::testing
