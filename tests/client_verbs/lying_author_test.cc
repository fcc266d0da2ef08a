// A member who signs one thing and seals another: attacks 27, 31 and 32. The statement is in
// the log, for nobody but a reader can see what is wrong; each reader refuses it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/drafting.h"
#include "client/sealing.h"
#include "client/verbs.h"
#include "tests/client_verbs/seal_and_send.h"
#include "tests/client_verbs/town.h"

namespace amparo::testing {
namespace {

using client::Which;
using ::testing::IsEmpty;

struct Scene {
  Town town;
  SubjectId case_id = town.OpenCase();
};

Scene& TheScene() {
  static auto* const scene = new Scene();
  return *scene;
}

// What mal is about to publish. The parts are uploaded, the manifest is not sealed yet.
struct Forgery {
  SubjectId document;
  Submit act;
  Manifest manifest;
  std::vector<ObjectRef> parts;
};

Forgery HonestOne(client::Workplace& mal, const SubjectId& case_id) {
  EXPECT_TRUE(mal.Sync().ok());
  const workflow::Case& subject = (*mal.FindCase(case_id))->subject;
  Forgery forgery;
  forgery.document = RandomId<SubjectId>();
  forgery.act = {.case_id = case_id,
                 .number = static_cast<std::uint16_t>(subject.documents.size() + 1)};
  forgery.manifest.case_id.bytes = case_id.bytes;
  forgery.manifest.document.bytes = forgery.document.bytes;
  forgery.manifest.author.bytes = mal.self().bytes;
  forgery.manifest.version = 1;
  forgery.manifest.role = 1;
  for (const std::string& path : {Corpus("ht.txt"), Corpus("kek.txt")}) {
    const std::string content = ReadAll(path);
    auto part = SealAndSend(*mal.connection, path, content.size());
    EXPECT_TRUE(part.ok()) << part.status();
    forgery.parts.push_back(part->ref);
    forgery.manifest.parts.push_back({.object = part->ref.object,
                                      .key = std::move(part->key),
                                      .name = "page.txt",
                                      .media_type = "text/plain",
                                      .size = content.size(),
                                      .sha256 = part->sha256});
  }
  return forgery;
}

absl::Status Publish(client::Workplace& mal, const Forgery& forgery) {
  auto bytes = EncodeManifest(forgery.manifest);
  if (!bytes.ok()) return bytes.status();
  const client::SealedSmall manifest =
      client::SealSmallObject(ObjectClass::kManifest, bytes->Expose());
  client::Draft draft = client::DraftOn(forgery.document, forgery.act);
  client::AddObject(draft, manifest);
  for (const ObjectRef& part : forgery.parts) client::AddBlob(draft, part);
  const workflow::GrantPlan plan =
      workflow::PlanGrants(workflow::Document{}, mal.context(), mal.self(), forgery.act);
  absl::Status granted =
      client::GrantToEach(mal, draft, manifest.ref.object, manifest.key, plan.manifest).status();
  if (!granted.ok()) return granted;
  granted =
      client::GrantToRecovery(draft, mal.replica.directory(), manifest.ref.object, manifest.key);
  if (!granted.ok()) return granted;
  for (int attempt = 0; attempt < 2; ++attempt) {
    const absl::Status published = mal.Publish(draft).status();
    const auto detail = client::DetailOf(published);
    if (!detail.has_value() || detail->next_number == 0) return published;
    std::get<Submit>(draft.body.act).number = static_cast<std::uint16_t>(detail->next_number);
  }
  return absl::AbortedError("the case's numbers run away");
}

// What cleo says of it.
absl::Status Opened(const std::function<void(Forgery&)>& bend) {
  Scene& scene = TheScene();
  Forgery forgery = HonestOne(scene.town.Mal(), scene.case_id);
  if (bend) bend(forgery);
  const absl::Status published = Publish(scene.town.Mal(), forgery);
  EXPECT_TRUE(published.ok()) << published;
  const std::string out = scene.town.Fresh();
  const absl::Status status =
      scene.town.As("cleo").Open(forgery.document, Which::kSource, out, nullptr).status();
  if (!status.ok()) {
    EXPECT_THAT(NamesIn(out), IsEmpty());
  }
  return status;
}

TEST(LyingAuthor, IsBelievedWhenHonest) {
  const absl::Status status = Opened(nullptr);
  EXPECT_TRUE(status.ok()) << status;
}

struct Lie {
  std::string name;
  std::function<void(Forgery&)> bend;
};

class LyingAuthorWith : public ::testing::TestWithParam<Lie> {};

TEST_P(LyingAuthorWith, IsRefusedByTheReader) {
  const absl::Status status = Opened(GetParam().bend);
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
}

INSTANTIATE_TEST_SUITE_P(
    Attacks27To32, LyingAuthorWith,
    ::testing::Values(
        Lie{"AnotherAuthor", [](Forgery& f) { f.manifest.author.bytes[0] ^= 1; }},
        Lie{"AnotherCase", [](Forgery& f) { f.manifest.case_id.bytes[0] ^= 1; }},
        Lie{"AnotherDocument", [](Forgery& f) { f.manifest.document.bytes[0] ^= 1; }},
        Lie{"AnotherVersion", [](Forgery& f) { f.manifest.version = 2; }},
        Lie{"APartLess", [](Forgery& f) { f.manifest.parts.pop_back(); }},
        Lie{"PartsInAnotherOrder",
            [](Forgery& f) { std::swap(f.manifest.parts[0], f.manifest.parts[1]); }},
        Lie{"AnotherKeyForAPart", [](Forgery& f) { f.manifest.parts[1].key = FileKey::Random(); }},
        Lie{"ACommitmentToAnotherKey", [](Forgery& f) { f.parts[1].commitment.bytes[0] ^= 1; }},
        Lie{"AnotherSizeOfAPart", [](Forgery& f) { f.manifest.parts[0].size -= 1; }},
        Lie{"AMuchLargerSize", [](Forgery& f) { f.manifest.parts[0].size = 1'000'000; }},
        Lie{"AnotherHashOfAPart", [](Forgery& f) { f.manifest.parts[1].sha256.bytes[5] ^= 1; }}),
    [](const auto& lie) { return lie.param.name; });

}  // namespace
}  // namespace amparo::testing
