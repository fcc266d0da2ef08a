// The main job: a document's way from the border to the attorney, over the real engine.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "client/names.h"
#include "crypto/digest.h"
#include "tests/client_verbs/town.h"

namespace amparo::testing {
namespace {

using client::Which;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using workflow::State;

Town& TheTown() {
  static auto* const town = new Town();
  return *town;
}

std::vector<std::string> Photos() {
  const std::string stem = Corpus("photos/WhatsApp Image 2026-03-14 at 14.03.22");
  return {stem + " (10).jpeg", stem + " (2).jpeg", stem + ".jpeg", stem + " (1).jpeg",
          stem + " (9).jpeg"};
}

std::string ReasonOf(const absl::Status& status) {
  const auto detail = client::DetailOf(status);
  return detail.has_value() ? detail->reason : std::string(status.message());
}

TEST(Journey, BringsFivePhotosAndTheirTranslationToTheAttorney) {
  Town& town = TheTown();
  const SubjectId case_id = town.OpenCase();
  const SubjectId document = town.Submit(case_id, Photos());
  town.Assign(document);

  // The translator reads five pages in their order, and asks about one.
  const auto pages = town.As("tina").Open(document, Which::kSource, town.Fresh(), nullptr);
  ASSERT_TRUE(pages.ok()) << pages.status();
  ASSERT_THAT(*pages, SizeIs(5));
  const std::vector<std::string> endings = {"22.jpeg", "22 (1).jpeg", "22 (2).jpeg", "22 (9).jpeg",
                                            "22 (10).jpeg"};
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_THAT((*pages)[i].name, ::testing::EndsWith(endings[i]));
    EXPECT_EQ(ReadAll((*pages)[i].path), ReadAll(Corpus("photos/" + (*pages)[i].name)));
  }
  ASSERT_TRUE(town.As("tina").Ask(document, "What does line 3 say?").ok());
  ASSERT_TRUE(town.As("cleo").Answer(document, "It says Jacmel.", std::nullopt).ok());
  const auto talk = town.As("tina").Conversation(document);
  ASSERT_TRUE(talk.ok()) << talk.status();
  ASSERT_THAT(*talk, SizeIs(2));
  EXPECT_EQ((*talk)[0].text, "What does line 3 say?");
  EXPECT_EQ((*talk)[1].text, "It says Jacmel.");
  EXPECT_EQ((*talk)[1].in_reply_to, (*talk)[0].statement);

  // Handed in, returned, handed in again, approved: and so delivered.
  town.HandIn(document, Corpus("en.txt"));
  town.Read(document);
  ASSERT_TRUE(town.As("rita").Return(document, "Article 14 is missing a sentence.").ok());
  town.HandIn(document, Corpus("en-translation.pdf"));
  EXPECT_EQ(ReasonOf(town.As("rita").Approve(document)), "NOT_OPENED_HERE");
  town.Read(document);
  const absl::Status approved = town.As("rita").Approve(document);
  ASSERT_TRUE(approved.ok()) << approved;

  const auto inbox = town.As("ada").Inbox();
  ASSERT_FALSE(inbox.empty());
  const auto received = town.As("ada").Receive(document, town.Fresh(), nullptr);
  ASSERT_TRUE(received.ok()) << received.status();
  ASSERT_THAT(*received, SizeIs(7));
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ((*received)[i].sha256, (*pages)[i].sha256);
  EXPECT_EQ((*received)[5].sha256, Sha256(AsBytes(ReadAll(Corpus("en-translation.pdf")))));
  EXPECT_EQ(ReadAll((*received)[5].path), ReadAll(Corpus("en-translation.pdf")));
  const std::string certificate = ReadAll((*received)[6].path);
  EXPECT_THAT(certificate, HasSubstr("/s/ Christina Jean-Baptiste"));
  EXPECT_THAT(certificate, HasSubstr("from Haitian Kreyòl into English"));
  EXPECT_THAT(certificate, HasSubstr(ToHex((*received)[5].sha256).substr(0, 16)));

  const auto card = town.As("ada").Document(document);
  ASSERT_TRUE(card.ok());
  EXPECT_EQ(card->state, State::kReceived);
  EXPECT_EQ(card->title, "Sètifika nesans");
  EXPECT_EQ(card->next_step, "");
}

TEST(Journey, CarriesAWordProcessorFileAndAPdf) {
  Town& town = TheTown();
  const SubjectId case_id = town.OpenCase();
  for (const std::string name : {"pt-declaracao.docx", "es-declaracion.pdf"}) {
    const SubjectId document = town.Submit(case_id, {Corpus(name)});
    town.Assign(document);
    const auto opened = town.As("tina").Open(document, Which::kSource, town.Fresh(), nullptr);
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_EQ(ReadAll((*opened)[0].path), ReadAll(Corpus(name)));
  }
  const auto cases = town.As("cleo").Cases();
  const auto found = std::find_if(cases.begin(), cases.end(),
                                  [&](const auto& view) { return view.id == case_id; });
  ASSERT_NE(found, cases.end());
  EXPECT_THAT(found->documents, SizeIs(2));
  EXPECT_EQ(found->title, "The family of E.");
}

TEST(Journey, GoesOnWithAnotherTranslatorAfterOneDeclines) {
  Town& town = TheTown();
  const SubjectId document = town.Submit(town.OpenCase(), {Corpus("mam.txt")});
  const client::AssignOptions options = town.People("tom", "rita");
  ASSERT_TRUE(town.As("cleo").Assign(document, options).ok());
  ASSERT_TRUE(town.As("tom").Decline(document, "I know the family.").ok());
  const auto talk = town.As("cleo").Conversation(document);
  ASSERT_TRUE(talk.ok());
  ASSERT_THAT(*talk, SizeIs(1));
  EXPECT_EQ((*talk)[0].text, "I know the family.");
  town.Assign(document);
  EXPECT_EQ(town.As("tina").Document(document)->state, State::kTranslating);
  ASSERT_TRUE(town.As("tina").GiveBack(document, "").ok());
  EXPECT_EQ(town.As("cleo").Document(document)->next_step, "assign");
}

TEST(Journey, TakesACorrectionFromTheReviewerThatTheTranslatorCertifies) {
  Town& town = TheTown();
  const SubjectId document = town.Submit(town.OpenCase(), {Corpus("ht.txt")});
  town.Assign(document);
  town.HandIn(document, town.scratch().Write("draft.txt", "A translation."));
  const std::string corrected = town.scratch().Write("corrected.txt", "A better translation.");
  const auto files = client::PlanFiles({corrected}, {});
  const auto plan = town.As("rita").PlanCorrection(document, *files);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->certificate_text, "");
  EXPECT_EQ(plan->words, 3u);
  const absl::Status sent = town.As("rita").HandIn(*plan, nullptr);
  ASSERT_TRUE(sent.ok()) << sent;
  EXPECT_THAT(town.As("tina").Document(document)->next_step, HasSubstr("certify"));
  const auto opened = town.As("tina").Open(document, Which::kTranslation, town.Fresh(), nullptr);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(ReadAll((*opened)[0].path), "A better translation.");
}

TEST(Journey, DeliversByHandWhereTheCaseSaysSo) {
  Town& town = TheTown();
  const SubjectId document = town.Submit(town.OpenCase(false), {Corpus("ht.txt")});
  town.Assign(document);
  town.HandIn(document, town.scratch().Write("t1.txt", "one translation"));
  town.Read(document);
  ASSERT_TRUE(town.As("rita").Approve(document).ok());
  EXPECT_TRUE(absl::IsNotFound(town.As("abe").Receive(document, town.Fresh(), nullptr).status()));
  const absl::Status delivered = town.As("cleo").Deliver(document, {town.Id("abe")}, false);
  ASSERT_TRUE(delivered.ok()) << delivered;
  const auto received = town.As("abe").Receive(document, town.Fresh(), nullptr);
  ASSERT_TRUE(received.ok()) << received.status();
  // Abe was no attorney of the case when it was handed in: the legal name is not his to know.
  const std::string certificate = ReadAll(received->back().path);
  EXPECT_THAT(received->back().path, HasSubstr("without-name"));
  EXPECT_THAT(certificate, Not(HasSubstr("Christina")));
  EXPECT_THAT(certificate, HasSubstr("competent to translate"));

  const absl::Status reopened = town.As("abe").Reopen(document, "page 2 is missing", 24);
  ASSERT_TRUE(reopened.ok()) << reopened;
  EXPECT_EQ(town.As("tina").Document(document)->state, State::kTranslating);
  const auto talk = town.As("tina").Conversation(document);
  ASSERT_TRUE(talk.ok());
  EXPECT_EQ(talk->back().text, "page 2 is missing");
}

TEST(Journey, DeliversWhatIsInEnglishAlreadyWithoutTranslation) {
  Town& town = TheTown();
  const SubjectId document = town.Submit(town.OpenCase(), {Corpus("en.txt")});
  const absl::Status delivered = town.As("cleo").Deliver(document, {town.Id("ada")}, true);
  ASSERT_TRUE(delivered.ok()) << delivered;
  const auto received = town.As("ada").Receive(document, town.Fresh(), nullptr);
  ASSERT_TRUE(received.ok()) << received.status();
  ASSERT_THAT(*received, SizeIs(1));
  EXPECT_EQ(ReadAll((*received)[0].path), ReadAll(Corpus("en.txt")));
}

TEST(Journey, TakesABetterCopyOfTheSource) {
  Town& town = TheTown();
  const SubjectId case_id = town.OpenCase();
  const SubjectId document = town.Submit(case_id, {Corpus("ht.txt")});
  client::SubmitOptions options;
  options.replaces = document;
  EXPECT_EQ(town.Submit(case_id, {Corpus("kek.txt")}, "fay", options), document);
  const auto opened = town.As("cleo").Open(document, Which::kSource, town.Fresh(), nullptr);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(ReadAll((*opened)[0].path), ReadAll(Corpus("kek.txt")));
}

TEST(Journey, LeavesNothingReadableOnASubmitOnlyDevice) {
  Town& town = TheTown();
  const SubjectId document = town.Submit(town.OpenCase(), {Corpus("ht.txt")});
  client::Client& fay = town.As("fay");
  const auto card = fay.Document(document);
  ASSERT_TRUE(card.ok());
  EXPECT_EQ(card->title, "");
  EXPECT_EQ(card->language, "");
  EXPECT_EQ(card->state, State::kSubmitted);
  EXPECT_EQ(card->parts, 1);
  const std::string out = town.Fresh();
  EXPECT_EQ(ReasonOf(fay.Open(document, Which::kSource, out, nullptr).status()), "NOT_GRANTED");
  EXPECT_THAT(NamesIn(out), IsEmpty());
  EXPECT_EQ(ReasonOf(fay.Export(document, town.Fresh(), false)), "NOT_GRANTED");
}

// A fellow with an ordinary device keeps nothing either.
TEST(Journey, GivesAFellowNothingOfWhatTheySubmitted) {
  Town& town = TheTown();
  const SubjectId document = town.Submit(town.OpenCase(), {Corpus("ht.txt")}, "flo");
  EXPECT_EQ(ReasonOf(town.As("flo").Open(document, Which::kSource, town.Fresh(), nullptr).status()),
            "NOT_GRANTED");
}

TEST(Journey, TellsNamesOnlyToThoseWhoMayKnowThem) {
  Town& town = TheTown();
  const SubjectId document = town.Submit(town.OpenCase(), {Corpus("ht.txt")});
  town.Assign(document, "tina", "rex");
  ASSERT_TRUE(town.As("tina").Document(document).ok());
  const auto name_at = [&](const std::string& who, const std::string& whom) {
    for (const client::MemberCard& card : town.As(who).Members()) {
      if (card.member == town.Id(whom)) return card.name;
    }
    return std::string("nobody");
  };
  EXPECT_EQ(name_at("cleo", "abe"), "Abe");
  EXPECT_EQ(name_at("tina", "rex"), "Rex");
  EXPECT_EQ(name_at("tina", "cleo"), "Cleo");
  EXPECT_EQ(name_at("tina", "abe"), "");
  EXPECT_EQ(name_at("fay", "tina"), "");
}

TEST(Journey, RemembersWhatItKnewWhenItsHomeIsOpenedAgain) {
  Town& town = TheTown();
  const SubjectId document = town.Submit(town.OpenCase(), {Corpus("ht.txt")});
  town.Assign(document);
  const auto card = town.As("tina").Document(document);
  ASSERT_TRUE(card.ok());
  int asked = 0;
  town.Server("tina").objects = [&](client::ObjectsReply&) { ++asked; };
  EXPECT_EQ(town.As("tina").Document(document)->title, card->title);
  town.Server("tina") = {};
  EXPECT_EQ(asked, 0);
}

TEST(Finding, TakesCodesNamesAndIdsAndListsWhatIsAmbiguous) {
  Town& town = TheTown();
  const SubjectId case_id = town.OpenCase();
  const SubjectId document = town.Submit(case_id, {Corpus("ht.txt")});
  town.Submit(case_id, {Corpus("kek.txt")});
  client::Client& cleo = town.As("cleo");
  const MemberId& tina = town.Id("tina");
  EXPECT_EQ(*cleo.FindMember("Tina", true), tina);
  EXPECT_EQ(*cleo.FindMember(client::MemberCode(tina), true), tina);
  EXPECT_EQ(*cleo.FindMember(ToHex(tina), true), tina);
  EXPECT_TRUE(absl::IsNotFound(cleo.FindMember("Tin", true).status()));
  EXPECT_EQ(*cleo.FindMember("Tin", false), tina);
  const auto ambiguous = cleo.FindMember("R", false);
  EXPECT_EQ(ReasonOf(ambiguous.status()), "AMBIGUOUS");
  EXPECT_THAT(std::string(ambiguous.status().message()), HasSubstr("Rita"));
  EXPECT_THAT(std::string(ambiguous.status().message()), HasSubstr("Rex"));
  EXPECT_TRUE(absl::IsInvalidArgument(cleo.FindMember("  ", true).status()));

  EXPECT_EQ(*cleo.FindCase(client::CaseCode(case_id)), case_id);
  EXPECT_EQ(*cleo.FindDocument(client::DocumentCode(case_id, 1)), document);
  EXPECT_EQ(*cleo.FindDocument(ToHex(document)), document);
  // Both bear this title.
  EXPECT_EQ(ReasonOf(cleo.FindDocument("Sètifika nesans").status()), "AMBIGUOUS");
  EXPECT_TRUE(absl::IsNotFound(cleo.FindDocument("nothing/1").status()));
}

TEST(Finding, SaysOfADocumentInTheOutboxThatItWaits) {
  Town town;
  const SubjectId case_id = town.OpenCase();
  client::Client& flo = town.As("flo");
  ASSERT_TRUE(absl::IsAlreadyExists(town.As("cleo").ShareCase(case_id, town.Id("flo"))));
  ASSERT_EQ(flo.Sync(), absl::OkStatus());
  flo.WorkOffline();
  const auto files = client::PlanFiles({Corpus("ht.txt")}, {});
  ASSERT_TRUE(files.ok()) << files.status();
  const auto submitted = flo.Submit(*files, Town::To(case_id), nullptr);
  ASSERT_TRUE(submitted.ok()) << submitted.status();
  EXPECT_EQ(ReasonOf(flo.FindDocument(submitted->code).status()), "ITEM_WAITS");
  EXPECT_EQ(flo.SendOutbox({}), absl::OkStatus());
  EXPECT_EQ(*flo.FindDocument(submitted->code), submitted->document);
}

}  // namespace
}  // namespace amparo::testing
