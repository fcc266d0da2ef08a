// Several documents at once, over links and from files that fail. docs/spec/command-line.md,
// "Several documents at once".

#include "client/cli/batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "client/cli/kept_act.h"
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

// Nobody could tell two hundred documents of two hundred files apart by their numbers.
TEST_F(BatchTest, SaysWhichFileEachDocumentIs) {
  documents_[1].files = absl::InvalidArgumentError(documents_[1].path + ": is empty");
  EXPECT_FALSE(Submit().ok());
  ASSERT_THAT(list_, SizeIs(3));
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(list_[i]["files"], nlohmann::ordered_json::array({documents_[i].path}));
  }
}

TEST_F(BatchTest, TriesNoMoreOnceSomebodyLiesWhateverFailedBefore) {
  documents_[0].files = absl::InvalidArgumentError("is empty");
  town_.Server("flo").append = [](const client::AppendRequest&) {
    return absl::DataLossError("a lie");
  };
  EXPECT_TRUE(absl::IsDataLoss(Submit()));
  ASSERT_THAT(list_, SizeIs(3));
  EXPECT_FALSE(list_[1].contains("not_tried"));
  EXPECT_EQ(list_[2]["not_tried"], true);
  EXPECT_EQ(list_[2]["failed"], "c.txt");
}

// A person who submits it again would have two documents.
TEST_F(BatchTest, SaysWhatIsKeptOfADocumentThatWasRefused) {
  int appended = 0;
  town_.Server("flo").append = [&](const client::AppendRequest&) {
    return ++appended == 2 ? absl::PermissionDeniedError("no") : absl::OkStatus();
  };
  documents_[2].files = absl::InvalidArgumentError("is empty");
  EXPECT_TRUE(absl::IsPermissionDenied(Submit()));
  ASSERT_THAT(list_, SizeIs(3));
  ASSERT_THAT(Flo().OutboxItems(), SizeIs(1));
  EXPECT_EQ(list_[1]["kept"], Flo().OutboxItems()[0].number);
  EXPECT_FALSE(list_[0].contains("kept") || list_[2].contains("kept")) << list_;
}

TEST(KeptActTest, FindsTheHandInThatWasRefusedAndNoneThatLeftNothing) {
  Town town;
  const SubjectId document =
      town.Submit(town.OpenCase(), {testing::Corpus("es-declaracion.pdf")}, "fay");
  town.Assign(document);
  client::Client& tina = town.As("tina");
  const auto plan = tina.PlanHandIn(document, *client::PlanFiles({testing::Corpus("en.txt")}, {}),
                                    Town::DraftOfCertificate());
  ASSERT_TRUE(plan.ok()) << plan.status();

  client::HandInPlan changed = *plan;
  changed.files[0].modified_ns += 1;
  const KeptAct none(tina);
  EXPECT_FALSE(tina.HandIn(changed, nullptr).ok());
  EXPECT_FALSE(none.Find().has_value());

  town.Server("tina").append = [](const client::AppendRequest&) {
    return absl::PermissionDeniedError("no");
  };
  const KeptAct kept(tina);
  EXPECT_TRUE(absl::IsPermissionDenied(tina.HandIn(*plan, nullptr)));
  ASSERT_TRUE(kept.Find().has_value());
  EXPECT_EQ(kept.Find()->state, client::ItemState::kRefused);
}

}  // namespace
}  // namespace amparo::cli
