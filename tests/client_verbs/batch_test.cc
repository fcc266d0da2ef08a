// Several documents at once, over links and from files that fail. docs/spec/command-line.md,
// "Several documents at once".

#include "client/cli/batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "tests/client_verbs/town.h"

namespace amparo::cli {
namespace {

using ::amparo::testing::Town;
using ::testing::SizeIs;

// Flo submits three files, each as a document of its own.
class BatchTest : public ::testing::Test {
 protected:
  BatchTest() {
    case_id_ = town_.OpenCase();
    EXPECT_TRUE(absl::IsAlreadyExists(town_.As("cleo").ShareCase(case_id_, town_.Id("flo"))));
    town_.As("flo");
    for (const char* name : {"a.txt", "b.txt", "c.txt"}) {
      const std::string path = town_.scratch().Write(name, name);
      documents_.push_back({.path = path, .files = client::PlanFiles({path}, {})});
    }
  }

  client::Client& Flo() { return town_.Stale("flo"); }
  absl::Status Submit() {
    return SubmitBatch(terminal_, Flo(), documents_, Town::To(case_id_), list_);
  }

  Town town_;
  SubjectId case_id_;
  Terminal terminal_{{.json = true, .passphrase_file = ""}};
  std::vector<DocumentToBe> documents_;
  nlohmann::ordered_json list_ = nlohmann::ordered_json::array();
};

// A link is given five minutes to come back. Two hundred files are not to wait for it each.
TEST_F(BatchTest, SealsTheRestAtOnceWhenTheLinkIsLost) {
  bool lost = false;
  town_.Server("flo").append = [&](const client::AppendRequest&) {
    return std::exchange(lost, true) ? absl::UnavailableError("no link") : absl::OkStatus();
  };
  const int uploads = town_.Server("flo").uploads;
  EXPECT_TRUE(Submit().ok());
  EXPECT_EQ(town_.Server("flo").uploads, uploads + 2);
  ASSERT_THAT(Flo().OutboxItems(), SizeIs(2));
  EXPECT_EQ(Flo().OutboxItems()[1].state, client::ItemState::kWaiting);
  ASSERT_THAT(list_, SizeIs(3));
  EXPECT_FALSE(list_[0].contains("queued"));
  EXPECT_EQ(list_[1]["queued"], Flo().OutboxItems()[0].number);
  EXPECT_EQ(list_[2]["queued"], Flo().OutboxItems()[1].number);
}

TEST_F(BatchTest, KeepsNothingBackForAFileThatCannotBeSent) {
  documents_[0].files = client::PlanFiles({town_.scratch().Write("a.txt", "")}, {});
  EXPECT_TRUE(absl::IsInvalidArgument(Submit()));
  ASSERT_THAT(list_, SizeIs(3));
  EXPECT_EQ(list_[0]["failed"], "a.txt");
  EXPECT_TRUE(list_[1].contains("document") && list_[2].contains("document")) << list_;
}

}  // namespace
}  // namespace amparo::cli
