// Cases and documents as the log says they are, found again from the view's rows.
// docs/spec/engine.md, "States" and "View rows".

#include "server/subject_states.h"

#include <gtest/gtest.h>

#include <vector>

#include "server/reading.h"
#include "tests/server/scene.h"

namespace amparo::server::testing {
namespace {

// The first statements of a chain stand in its own row of the view, later ones in rows of theirs.
TEST(SubjectStates, KnowEveryStatementOfAChainHoweverLongAndAfterARestart) {
  Scene scene;
  const Subject letter{.type = SubjectType::kDocument, .id = Scene::SubjectNamed("letter")};
  const auto submitted = scene.Answer(scene.SubmitBy("fay", "letter", 1));
  ASSERT_TRUE(submitted.ok()) << submitted.status();
  const Caller cleo{.org = scene.organization().id(),
                    .member = Organisation::Member("cleo"),
                    .certificate = People::HashOfCertificate("cleo")};
  const ObjectId manifest = ObjectNamed("letter manifest", ObjectClass::kManifest).ref.object;
  const std::vector<MadeGrant> grants = {GrantNamed(manifest, People::CertificateOf("tina")),
                                         GrantNamed(manifest, People::CertificateOf("rita"))};
  std::vector<Position> said{submitted->position};
  while (said.size() < 2 * kChainRowPositions) {
    SCOPED_TRACE(::testing::Message() << said.size() << " statements");
    ASSERT_TRUE(scene.Reopen().ok());  // No state is kept: the next turn needs all of it.
    const About letter_now = scene.AboutDocument("letter");
    const auto answer = scene.Answer(
        said.size() % 2 == 1 ? scene.Compose("cleo", scene.AssignTo("tina"), letter_now, {}, grants)
                             : scene.Compose("cleo", Unassign{}, letter_now));
    ASSERT_TRUE(answer.ok()) << answer.status();
    said.push_back(answer->position);
    const auto chain = ReadChain(scene.organization(), cleo, letter, 0);
    ASSERT_TRUE(chain.ok()) << chain.status();
    std::vector<Position> read;
    for (const ChainStatement& statement : chain->statements) read.push_back(statement.position);
    ASSERT_EQ(read, said);
    ASSERT_EQ(chain->total, said.size());
  }
  const auto before = scene.storage().view->Dump();
  ASSERT_TRUE(scene.storage().view->Clear().ok());
  ASSERT_TRUE(scene.Reopen().ok());
  EXPECT_EQ(*scene.storage().view->Dump(), *before);
}

}  // namespace
}  // namespace amparo::server::testing
