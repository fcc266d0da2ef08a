// A receipt of a real story: made by those who may see the document, judged by anybody with
// nothing but the file. What the server bends never becomes one.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "custody/judge.h"
#include "tests/client_verbs/town.h"

namespace amparo::testing {
namespace {

using custody::Judgement;
using custody::Verdict;
using ::testing::IsEmpty;

// A document that ada received; colleagues have synchronised since, and so confirmed it.
struct Received {
  Received() {
    document = town.Submit(town.OpenCase(), {Corpus("es.txt"), Corpus("ht-photo.jpg")});
    town.Assign(document);
    town.HandIn(document, Corpus("en.txt"));
    town.Read(document);
    EXPECT_TRUE(town.As("rita").Approve(document).ok());
    EXPECT_TRUE(town.As("ada").Receive(document, town.Fresh(), nullptr).ok());
    for (const char* name : {"cleo", "carl", "tina"}) town.As(name);
  }
  Town town;
  SubjectId document;
};

Received& Story() {
  static auto* const kStory = new Received();
  return *kStory;
}

// What somebody comes to who has the file and nothing else.
Judgement JudgedElsewhere(const custody::Receipt& receipt) {
  return custody::JudgeFile(custody::FormatReceipt(receipt), {});
}

std::vector<std::string> EventsOf(const Judgement& judgement) {
  std::vector<std::string> events;
  for (const custody::Step& step : judgement.steps) {
    events.insert(events.end(), step.events.begin(), step.events.end());
  }
  return events;
}

TEST(MakeReceipt, GivesTheWholeStoryToBeCheckedByAnybody) {
  Received& story = Story();
  const auto receipt = story.town.As("ada").MakeReceipt(story.document, /*with_files=*/false);
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_THAT(receipt->openings, IsEmpty());
  const std::string text = custody::FormatReceipt(*receipt);
  RecordProperty("bytes", static_cast<int>(text.size()));
  EXPECT_LT(text.size(), 120'000u);
  const Judgement judgement = custody::JudgeFile(text, {});
  ASSERT_EQ(judgement.verdict, Verdict::kValid) << judgement.detail;
  EXPECT_EQ(judgement.document, story.document);
  EXPECT_EQ(judgement.state, workflow::State::kReceived);
  EXPECT_THAT(
      EventsOf(judgement),
      ::testing::ElementsAre("DocumentSubmitted", "TranslationAssigned", "AssignmentAccepted",
                             "TranslationHandedIn", "TranslationApproved", "DocumentDelivered",
                             "DocumentReceived"));
  EXPECT_EQ(judgement.steps.front().by, story.town.Id("fay"));
  EXPECT_EQ(judgement.steps.back().by, story.town.Id("ada"));
}

TEST(MakeReceipt, CarriesWhatColleaguesConfirmed) {
  Received& story = Story();
  const auto receipt = story.town.As("ada").MakeReceipt(story.document, false);
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  const Judgement judgement = JudgedElsewhere(*receipt);
  const bool by_another = std::ranges::any_of(judgement.cosigned, [&](const auto& by) {
    return by.member.has_value() && *by.member != story.town.Id("ada");
  });
  EXPECT_TRUE(by_another) << judgement.cosigned.size() << " cosignatures";
  EXPECT_THAT(judgement.unknown_signers, IsEmpty());
}

TEST(MakeReceipt, IsTheSameHistoryForEverybodyWhoSeesTheDocument) {
  Received& story = Story();
  const auto of_ada = story.town.As("ada").MakeReceipt(story.document, false);
  const auto of_cleo = story.town.As("cleo").MakeReceipt(story.document, false);
  const auto of_fay = story.town.As("fay").MakeReceipt(story.document, false);
  ASSERT_TRUE(of_ada.ok() && of_cleo.ok() && of_fay.ok())
      << of_ada.status() << of_cleo.status() << of_fay.status();
  const auto statements = [](const custody::Receipt& receipt) {
    std::vector<Bytes> all;
    for (const custody::Placed& placed : receipt.history) all.push_back(placed.statement);
    return all;
  };
  EXPECT_EQ(statements(*of_ada), statements(*of_cleo));
  EXPECT_EQ(statements(*of_ada), statements(*of_fay));
}

TEST(MakeReceipt, OfALightHomeIsAsGood) {
  Received& story = Story();
  client::Client& carl = story.town.As("carl");
  ASSERT_TRUE(carl.Sync({.reach = client::Reach::kLight, .accept_epoch = false}).ok());
  const auto receipt = carl.MakeReceipt(story.document, false);
  ASSERT_TRUE(carl.Sync({.reach = client::Reach::kFull, .accept_epoch = false}).ok());
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_EQ(JudgedElsewhere(*receipt).verdict, Verdict::kValid);
}

TEST(MakeReceipt, WithFilesTellsWhichFileWasSealed) {
  Received& story = Story();
  const auto receipt = story.town.As("ada").MakeReceipt(story.document, /*with_files=*/true);
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  const Judgement judgement = JudgedElsewhere(*receipt);
  ASSERT_EQ(judgement.verdict, Verdict::kValid) << judgement.detail;
  for (const char* name : {"es.txt", "ht-photo.jpg", "en.txt"}) {
    std::string file = ReadAll(Corpus(name));
    EXPECT_TRUE(custody::FindSealed(*receipt, AsBytes(file)).has_value()) << name;
    file[100] ^= 1;
    EXPECT_FALSE(custody::FindSealed(*receipt, AsBytes(file)).has_value()) << name;
  }
  EXPECT_FALSE(custody::FindSealed(*receipt, AsBytes(ReadAll(Corpus("pt.txt")))).has_value());
}

TEST(MakeReceipt, WithFilesIsRefusedToADeviceThatOpensNothing) {
  Received& story = Story();
  const auto receipt = story.town.As("fay").MakeReceipt(story.document, /*with_files=*/true);
  EXPECT_EQ(receipt.status().code(), absl::StatusCode::kPermissionDenied) << receipt.status();
}

TEST(MakeReceipt, IsNotForThoseWhoMayNotSeeTheDocument) {
  Received& story = Story();
  EXPECT_TRUE(absl::IsNotFound(story.town.As("tom").MakeReceipt(story.document, false).status()));
}

TEST(MakeReceipt, OfADocumentJustSubmittedIsValidToo) {
  Received& story = Story();
  const SubjectId document = story.town.Submit(story.town.OpenCase(), {Corpus("pt.txt")});
  const auto receipt = story.town.As("cleo").MakeReceipt(document, false);
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  const Judgement judgement = JudgedElsewhere(*receipt);
  EXPECT_EQ(judgement.verdict, Verdict::kValid) << judgement.detail;
  EXPECT_EQ(judgement.state, workflow::State::kSubmitted);
}

TEST(MakeReceipt, ReturnsNothingThatTheServerBent) {
  Received& story = Story();
  client::Client& ada = story.town.As("ada");
  Tampering& server = story.town.Server("ada");
  const std::function<void(client::LightWhich, client::LightReply&)> bent[] = {
      [](client::LightWhich which, client::LightReply& reply) {  // A turn is missing.
        if (which == client::LightWhich::kDirectory) {
          reply.statements.erase(reply.statements.begin() + 3);
        }
      },
      [](client::LightWhich which, client::LightReply& reply) {  // The newest turns are missing.
        if (which == client::LightWhich::kDirectory) reply.statements.resize(4);
      },
      [](client::LightWhich, client::LightReply& reply) {
        if (!reply.statements.empty()) reply.statements.back().statement.back() ^= 1;
      },
      [](client::LightWhich, client::LightReply& reply) { reply.statements.clear(); },
      [](client::LightWhich, client::LightReply& reply) { reply.next = Position{0}; },
  };
  for (const auto& light : bent) {
    server.light = light;
    const auto receipt = ada.MakeReceipt(story.document, false);
    EXPECT_TRUE(absl::IsDataLoss(receipt.status())) << receipt.status();
  }
  server.light = {};
  server.prove = [](std::vector<std::vector<Hash>>& paths) { paths.back().back().bytes[0] ^= 1; };
  EXPECT_TRUE(absl::IsDataLoss(ada.MakeReceipt(story.document, false).status()));
  server.prove = [](std::vector<std::vector<Hash>>& paths) { paths.pop_back(); };
  EXPECT_TRUE(absl::IsDataLoss(ada.MakeReceipt(story.document, false).status()));
  server.prove = {};
  EXPECT_TRUE(ada.MakeReceipt(story.document, false).ok());
}

// Somebody's cosignature that is wrong must not keep a member from a receipt: it is left out.
TEST(MakeReceipt, LeavesOutCosignaturesThatAreWrong) {
  Received& story = Story();
  client::Client& ada = story.town.As("ada");
  Tampering& server = story.town.Server("ada");
  server.cosigned = [](std::vector<std::string>& notes) {
    for (std::string& note : notes) {
      char& letter = note[note.size() - 12];
      letter = letter == 'A' ? 'B' : 'A';
    }
  };
  const auto receipt = ada.MakeReceipt(story.document, false);
  server.cosigned = {};
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_EQ(JudgedElsewhere(*receipt).verdict, Verdict::kValid);
}

}  // namespace
}  // namespace amparo::testing
