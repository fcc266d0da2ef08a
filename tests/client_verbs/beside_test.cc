// Two processes in one home: while one waits for the network, others work there.
// docs/spec/home.md, "Others meanwhile".

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <mutex>
#include <utility>

#include "tests/client_verbs/sticks.h"
#include "tests/client_verbs/town.h"

namespace amparo::client {
namespace {

using ::amparo::testing::Corpus;
using ::amparo::testing::ReadAll;
using ::amparo::testing::Town;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<FileToSend> Files(const std::vector<std::string>& paths) {
  auto files = PlanFiles(paths, {});
  EXPECT_TRUE(files.ok()) << files.status();
  return *std::move(files);
}

std::string ReasonOf(const absl::Status& status) {
  const auto detail = DetailOf(status);
  return detail.has_value() ? detail->reason : "";
}

class BesideTest : public ::testing::Test {
 protected:
  BesideTest() : case_id_(town_.OpenCase()) {
    EXPECT_TRUE(absl::IsAlreadyExists(town_.As("cleo").ShareCase(case_id_, town_.Id("flo"))));
    town_.As("flo");
  }

  // Flo submits, and while the first part of it is sent, `other` works in her home.
  absl::StatusOr<Client::Submitted> SubmitBeside(const std::function<void(Client&)>& other) {
    std::once_flag once;
    town_.Server("flo").upload = [&](const ObjectId&) {
      std::call_once(once, [&] {
        town_.Server("flo").upload = nullptr;
        other(*town_.Beside("flo"));
      });
    };
    return town_.Stale("flo").Submit(Files({Corpus("es-declaracion.pdf")}), Town::To(case_id_),
                                     nullptr);
  }
  // While cleo's next download is on its way, she asks about the document beside it.
  void AskBesideADownload(const SubjectId& document) {
    town_.As("cleo");
    town_.Server("cleo").download = [this, document, has_asked = false](const ObjectId&,
                                                                        Bytes&) mutable {
      if (std::exchange(has_asked, true)) return;
      const auto other = town_.Beside("cleo");
      EXPECT_EQ(other->Sync(), absl::OkStatus());
      EXPECT_EQ(other->Ask(document, "Is this all of it?"), absl::OkStatus());
    };
  }
  void ExpectCleoReads(const SubjectId& document, const std::string& path) {
    const auto opened = town_.As("cleo").Open(document, Which::kSource, town_.Fresh(), nullptr);
    ASSERT_TRUE(opened.ok()) << opened.status();
    ASSERT_EQ(opened->size(), 1u);
    EXPECT_TRUE(ReadAll(opened->at(0).path) == ReadAll(Corpus(path)));
  }

  Town town_;
  const SubjectId case_id_;
};

TEST_F(BesideTest, AnotherSubmitGoesItsOwnWay) {
  absl::StatusOr<Client::Submitted> second = absl::UnknownError("it never began");
  const auto first = SubmitBeside([&](Client& other) {
    EXPECT_EQ(other.Sync(), absl::OkStatus());
    EXPECT_EQ(other.SendOutbox({}), absl::OkStatus());
    EXPECT_EQ(other.OutboxItems().at(0).state, ItemState::kSending) << "it is sent already";
    second = other.Submit(Files({Corpus("ht.txt")}), Town::To(case_id_), nullptr);
    EXPECT_THAT(other.OutboxItems(), SizeIs(1));
  });
  ASSERT_TRUE(second.ok()) << second.status();
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_NE(first->code, second->code);
  ExpectCleoReads(first->document, "es-declaracion.pdf");
  ExpectCleoReads(second->document, "ht.txt");
  // What both wrote is one home: for the one that went on in it, and for whoever opens it next.
  EXPECT_THAT(town_.Stale("flo").OutboxItems(), IsEmpty());
  EXPECT_THAT(*town_.Stale("flo").StoredActs(), SizeIs(2));
  const std::string picture = amparo::testing::PictureOf(town_.As("flo").replica());
  town_.Leave("flo");
  EXPECT_EQ(amparo::testing::PictureOf(town_.Beside("flo")->replica()), picture);
}

TEST_F(BesideTest, WhatIsSentIsNotDroppedUnderIt) {
  const auto first = SubmitBeside([&](Client& other) {
    EXPECT_EQ(ReasonOf(other.DropFromOutbox(other.OutboxItems().at(0).number).status()),
              "ITEM_BUSY");
  });
  ASSERT_TRUE(first.ok()) << first.status();
  ExpectCleoReads(first->document, "es-declaracion.pdf");
}

// Its bytes came to the server by a stick, too.
TEST_F(BesideTest, AReceiptForWhatIsSentIsNotTakenUnderIt) {
  amparo::testing::CutOff(town_, "flo");
  const auto submitted =
      town_.Stale("flo").Submit(Files({Corpus("ht.txt")}), Town::To(case_id_), nullptr);
  ASSERT_TRUE(submitted.ok()) << submitted.status();
  const std::string acts = town_.Fresh(), receipts = town_.Fresh();
  ASSERT_TRUE(town_.Stale("flo").ExportActs(acts).ok());
  ASSERT_TRUE(town_.As("carl").ImportBundle(acts, receipts, nullptr).ok());
  amparo::testing::Reconnect(town_, "flo");
  int times = 0;
  town_.Server("flo").upload = [&](const ObjectId&) {
    ++times;
    EXPECT_EQ(ReasonOf(town_.Beside("flo")->ImportBundle(receipts, "", nullptr).status()),
              "ITEM_BUSY");
  };
  EXPECT_EQ(town_.Stale("flo").SendOutbox({}), absl::OkStatus());
  EXPECT_EQ(times, 1);
  EXPECT_THAT(town_.Stale("flo").OutboxItems(), IsEmpty());
  EXPECT_THAT(*town_.Stale("flo").StoredActs(), SizeIs(1));
  ExpectCleoReads(submitted->document, "ht.txt");
}

TEST_F(BesideTest, WhoOnlyLooksChangesNothing) {
  const auto first = SubmitBeside([&](Client& other) { EXPECT_THAT(other.Cases(), SizeIs(1)); });
  ASSERT_TRUE(first.ok()) << first.status();
  ExpectCleoReads(first->document, "es-declaracion.pdf");
}

// What the statement says is not given to a server of which another process knows that it lies.
TEST_F(BesideTest, AnAlarmThatAnotherFoundStopsTheSending) {
  const auto first = SubmitBeside([&](Client& other) {
    town_.Server("flo").synced = [](SyncReply& reply) {
      reply.checkpoint[reply.checkpoint.size() / 2] ^= 1;
    };
    EXPECT_TRUE(absl::IsDataLoss(other.Sync()));
    town_.Server("flo").synced = nullptr;
  });
  EXPECT_EQ(ReasonOf(first.status()), "ALARM_STANDS") << first.status();
  ASSERT_THAT(town_.Stale("flo").OutboxItems(), SizeIs(1));
  EXPECT_EQ(town_.Stale("flo").OutboxItems()[0].state, ItemState::kSending);
  // It was no proof, and is over with the next honest answer.
  EXPECT_EQ(town_.As("flo").SendOutbox({}), absl::OkStatus());
  EXPECT_THAT(town_.Stale("flo").OutboxItems(), IsEmpty());
}

TEST_F(BesideTest, ADownloadLetsOthersWork) {
  const SubjectId document = town_.Submit(case_id_, {Corpus("ht-photo.jpg")}, "flo");
  AskBesideADownload(document);
  const auto opened = town_.Stale("cleo").Open(document, Which::kSource, town_.Fresh(), nullptr);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_TRUE(ReadAll(opened->at(0).path) == ReadAll(Corpus("ht-photo.jpg")));
  const auto said = town_.As("cleo").Conversation(document);
  ASSERT_TRUE(said.ok()) << said.status();
  EXPECT_THAT(*said, SizeIs(1));
  EXPECT_THAT(town_.Stale("cleo").OutboxItems(), IsEmpty());
}

TEST_F(BesideTest, AnExportLetsOthersWork) {
  const SubjectId document = town_.Submit(case_id_, {Corpus("ht-photo.jpg")}, "flo");
  AskBesideADownload(document);
  const std::string folder = town_.Fresh();
  EXPECT_EQ(town_.Stale("cleo").Export(document, folder, /*with_identity=*/true), absl::OkStatus());
  EXPECT_THAT(amparo::testing::NamesIn(folder), SizeIs(4)) << "manifest, photo, identity, README";
  EXPECT_THAT(*town_.As("cleo").Conversation(document), SizeIs(1));
}

TEST_F(BesideTest, AReceiptWithFilesLetsOthersWork) {
  const SubjectId document = town_.Submit(case_id_, {Corpus("ht-photo.jpg")}, "flo");
  AskBesideADownload(document);
  const auto receipt = town_.Stale("cleo").MakeReceipt(document, /*with_files=*/true);
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_THAT(receipt->openings, SizeIs(1));
  EXPECT_THAT(*town_.As("cleo").Conversation(document), SizeIs(1));
}

// The link is bad, so a stick is brought while the download goes on.
TEST_F(BesideTest, ABundleOfWhatIsBeingFetchedIsTakenLater) {
  const SubjectId document = town_.Submit(case_id_, {Corpus("ht-photo.jpg")}, "flo");
  const std::string stick = amparo::testing::Export(town_, "carl", "cleo");
  town_.As("cleo");
  town_.Server("cleo").download = [this, stick, has_brought = false](const ObjectId&,
                                                                     Bytes&) mutable {
    if (std::exchange(has_brought, true)) return;
    const auto taken = town_.Beside("cleo")->ImportBundle(stick, "", nullptr);
    EXPECT_EQ(ReasonOf(taken.status()), "HOME_BUSY") << taken.status();
  };
  const auto opened = town_.Stale("cleo").Open(document, Which::kSource, town_.Fresh(), nullptr);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_TRUE(ReadAll(opened->at(0).path) == ReadAll(Corpus("ht-photo.jpg")));
  EXPECT_EQ(town_.Stale("cleo").ImportBundle(stick, "", nullptr).status(), absl::OkStatus());
}

}  // namespace
}  // namespace amparo::client
