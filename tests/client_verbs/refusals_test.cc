// What is refused, by which name, and that nothing has changed then.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "client/names.h"
#include "tests/client_verbs/town.h"

namespace amparo::testing {
namespace {

using client::Which;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Town& TheTown() {
  static auto* const town = new Town();
  return *town;
}

std::string ReasonOf(const absl::Status& status) {
  const auto detail = client::DetailOf(status);
  return detail.has_value() ? detail->reason : std::string(status.message());
}

TreeSize LogSize() { return TheTown().engine().organization().snapshot()->size(); }

TEST(Refusal, OfAReviewerWhoIsTheTranslatorNeedsNoServer) {
  Town& town = TheTown();
  const SubjectId document = town.Submit(town.OpenCase(), {Corpus("ht.txt")});
  client::Client& cleo = town.As("cleo");
  int appended = 0;
  town.Server("cleo").append = [&](const client::AppendRequest&) {
    ++appended;
    return absl::OkStatus();
  };
  const client::AssignOptions options = town.People("tina", "tina");
  EXPECT_EQ(ReasonOf(cleo.Assign(document, options)), "REVIEWER_IS_TRANSLATOR");
  const client::AssignOptions wrong_role = town.People("ada", "rita");
  EXPECT_EQ(ReasonOf(cleo.Assign(document, wrong_role)), "TRANSLATOR_INVALID");
  town.Server("cleo") = {};
  EXPECT_EQ(appended, 0);
}

// Whoever shares a case hears which document was not, and can go on with it.
TEST(Refusal, OfADocumentInTheMiddleOfSharingItsCaseIsTold) {
  Town& town = TheTown();
  const SubjectId case_id = town.OpenCase();
  const SubjectId first = town.Submit(case_id, {Corpus("ht.txt")});
  const SubjectId second = town.Submit(case_id, {Corpus("ht.txt")});
  client::Client& cleo = town.As("cleo");
  int shares = 0;
  town.Server("cleo").append = [&](const client::AppendRequest& request) {
    const auto said = DecodeSigned(request.statement);
    if (said.ok() && said->statement.kind == static_cast<std::uint16_t>(Kind::kShare) &&
        ++shares == 2) {
      return absl::ResourceExhaustedError("a day's statements");
    }
    return absl::OkStatus();
  };
  const absl::Status cut = cleo.ShareCase(case_id, town.Id("carl"));
  EXPECT_TRUE(absl::IsResourceExhausted(cut)) << cut;
  town.Server("cleo") = {};
  const absl::Status rest = town.As("cleo").ShareCase(case_id, town.Id("carl"));
  EXPECT_TRUE(rest.ok()) << rest;
  EXPECT_TRUE(absl::IsAlreadyExists(town.As("cleo").ShareCase(case_id, town.Id("carl"))));
  for (const SubjectId& document : {first, second}) {
    const auto& histories = town.As("carl").replica().documents();
    ASSERT_TRUE(histories.contains(document));
    EXPECT_TRUE(histories.at(document).document.shared_with.contains(town.Id("carl")));
  }
}

// An answer that was lost is no refusal: saying it again might say it twice.
TEST(Refusal, IsNotWhatALostAnswerIsCalled) {
  Town& town = TheTown();
  const SubjectId document = town.Submit(town.OpenCase(), {Corpus("ht.txt")});
  client::Client& cleo = town.As("cleo");
  absl::Status answer = absl::UnavailableError("connection reset");
  town.Server("cleo").append = [&](const client::AppendRequest&) { return answer; };
  EXPECT_EQ(ReasonOf(cleo.Assign(document, town.People("tina", "rita"))), "NOT_KNOWN_IF_SAID");
  client::AttachDetail(answer, {.reason = "SERVER_BUSY", .head = {}, .next_number = 0});
  EXPECT_EQ(ReasonOf(cleo.Assign(document, town.People("tina", "rita"))), "SERVER_BUSY");
  town.Server("cleo") = {};
}

TEST(Refusal, OfAnActInTheWrongStateOrByTheWrongPerson) {
  Town& town = TheTown();
  const SubjectId document = town.Submit(town.OpenCase(), {Corpus("ht.txt")});
  const TreeSize before = LogSize();
  EXPECT_EQ(ReasonOf(town.As("cleo").Approve(document)), "NO_TRANSLATION");
  EXPECT_EQ(ReasonOf(town.As("cleo").Unassign(document)), "STATE_FORBIDS");
  EXPECT_TRUE(absl::IsNotFound(town.As("tina").Accept(document)));
  EXPECT_TRUE(absl::IsNotFound(town.As("tina").Accept(RandomId<SubjectId>())));
  EXPECT_EQ(ReasonOf(town.As("cleo").Answer(document, "yes", std::nullopt)), "QUESTION_UNKNOWN");
  EXPECT_TRUE(absl::IsInvalidArgument(town.As("cleo").Ask(document, "")));
  EXPECT_EQ(LogSize(), before);
}

TEST(Refusal, OfTheLoserWhenTwoCoordinatorsAssignAtOnce) {
  Town& town = TheTown();
  const SubjectId document = town.Submit(town.OpenCase(), {Corpus("ht.txt")});
  client::Client& cleo = town.As("cleo");
  client::Client& carl = town.As("carl");
  ASSERT_TRUE(cleo.Assign(document, town.People("tina", "rita")).ok());
  const absl::Status second = carl.Assign(document, town.People("tom", "rita"));
  EXPECT_TRUE(absl::IsAborted(second) || absl::IsFailedPrecondition(second)) << second;
  EXPECT_EQ(carl.replica().documents().at(document).document.translator, town.Id("tina"));
}

TEST(Refusal, OfAReturnWithoutANote) {
  Town& town = TheTown();
  const SubjectId document = town.Submit(town.OpenCase(), {Corpus("ht.txt")});
  town.Assign(document);
  town.HandIn(document, town.scratch().Write("without-note.txt", "a translation for the note"));
  EXPECT_EQ(ReasonOf(town.As("rita").Return(document, "")), "NOTE_MISSING");
}

TEST(Refusal, OfTheWrongFileAtHandIn) {
  Town& town = TheTown();
  const SubjectId case_id = town.OpenCase();
  const SubjectId first = town.Submit(case_id, {Corpus("ht.txt")});
  const SubjectId second = town.Submit(case_id, {Corpus("kek.txt")});
  town.Assign(first);
  town.Assign(second);
  const std::string translation = town.scratch().Write("first.txt", "the first translation");
  const auto plan = [&](const SubjectId& document, const std::string& path) {
    const auto files = client::PlanFiles({path}, {});
    return town.As("tina").PlanHandIn(document, *files, Town::DraftOfCertificate()).status();
  };
  EXPECT_EQ(ReasonOf(plan(first, Corpus("ht.txt"))), "WRONG_FILE");
  EXPECT_TRUE(plan(first, translation).ok());
  town.HandIn(first, translation);
  EXPECT_EQ(ReasonOf(plan(second, translation)), "WRONG_FILE");
  ASSERT_TRUE(town.As("rita").Return(first, "again").ok());
  EXPECT_EQ(ReasonOf(plan(first, translation)), "WRONG_FILE");
}

TEST(Refusal, OfAHandInWithoutACompleteCertificate) {
  Town& town = TheTown();
  const SubjectId document = town.Submit(town.OpenCase(), {Corpus("ht.txt")});
  town.Assign(document);
  client::CertificateDraft draft = Town::DraftOfCertificate();
  draft.telephone.clear();
  const auto files = client::PlanFiles({Corpus("en.txt")}, {});
  EXPECT_TRUE(
      absl::IsInvalidArgument(town.As("tina").PlanHandIn(document, *files, draft).status()));
}

TEST(Refusal, OfAFileThatChangedAfterItsCertificateWasShown) {
  Town& town = TheTown();
  const SubjectId document = town.Submit(town.OpenCase(), {Corpus("ht.txt")});
  town.Assign(document);
  const std::string path = town.scratch().Write("changing.txt", "one text");
  const auto files = client::PlanFiles({path}, {});
  const auto plan = town.As("tina").PlanHandIn(document, *files, Town::DraftOfCertificate());
  ASSERT_TRUE(plan.ok()) << plan.status();
  town.scratch().Write("changing.txt", "two text");
  EXPECT_EQ(ReasonOf(town.As("tina").HandIn(*plan, nullptr)), "FILE_CHANGED");
}

TEST(Refusal, OfAnUnknownLanguageTagOrDateBeforeAnythingIsSent) {
  Town& town = TheTown();
  const auto files = client::PlanFiles({Corpus("ht.txt")}, {});
  client::SubmitOptions options = Town::To(town.OpenCase());
  client::Client& fay = town.As("fay");
  town.Server("fay").uploads = 0;
  for (const char* tag : {"Kreyol Ayisyen", "H", "1x", "kreyolayisyen", "ht_HT"}) {
    options.language = tag;
    EXPECT_TRUE(absl::IsInvalidArgument(fay.Submit(*files, options, nullptr).status())) << tag;
  }
  options.language = "ht";
  for (const char* date : {"4.12.2026", "2026-02-30", "tomorrow"}) {
    options.due_date = date;
    EXPECT_TRUE(absl::IsInvalidArgument(fay.Submit(*files, options, nullptr).status())) << date;
  }
  EXPECT_EQ(town.Server("fay").uploads, 0);
}

TEST(Refusal, OfASubmissionToACaseThatIsNotOnes) {
  Town& town = TheTown();
  const SubjectId case_id = *town.As("cleo").NewCase(1, {.title = "Mine", .note = ""}, true);
  const auto files = client::PlanFiles({Corpus("ht.txt")}, {});
  client::SubmitOptions options = Town::To(case_id);
  EXPECT_TRUE(absl::IsNotFound(town.As("fay").Submit(*files, options, nullptr).status()));
}

TEST(Refusal, OfSharingACaseTwice) {
  Town& town = TheTown();
  const SubjectId case_id = town.OpenCase();
  EXPECT_TRUE(absl::IsAlreadyExists(town.As("cleo").ShareCase(case_id, town.Id("ada"))));
  EXPECT_EQ(ReasonOf(town.As("cleo").ShareCase(case_id, town.Id("tina"))), "GRANTEE_INVALID");
}

// The newest tick is four days old, as on a server that hides a revocation.
TEST(Refusal, OfAKeyForANewReaderOnAViewThatIsTooOld) {
  constexpr std::int64_t kHour = 3600;
  Town town(-97 * kHour);
  const auto case_id = town.As("flo").NewCase(1, {.title = "Old news", .note = ""}, true);
  ASSERT_TRUE(case_id.ok()) << case_id.status();
  // Granting to people who are on the case already works off-line and on an old view.
  const SubjectId document = town.Submit(*case_id, {Corpus("ht.txt")}, "flo");
  const auto assign = [&] { return town.As("cleo").Assign(document, town.People("tina", "rita")); };
  const absl::Status refused = assign();
  EXPECT_EQ(ReasonOf(refused), "VIEW_TOO_OLD");
  EXPECT_THAT(std::string(refused.message()), HasSubstr("amparo sync"));
  EXPECT_EQ(ReasonOf(town.As("cleo").ShareCase(*case_id, town.Id("ada"))), "VIEW_TOO_OLD");
  town.engine().SetClockOffset(0);
  town.Submit(*case_id, {Corpus("kek.txt")}, "flo");
  const absl::Status assigned = assign();
  EXPECT_TRUE(assigned.ok()) << assigned;
}

TEST(Submitting, WarnsWhenOnlyOneCoordinatorCanRead) {
  Town town;
  const auto files = client::PlanFiles({Corpus("ht.txt")}, {});
  const client::SubmitOptions options = Town::To(town.OpenCase());
  const auto with_two = town.As("fay").Submit(*files, options, nullptr);
  ASSERT_TRUE(with_two.ok()) << with_two.status();
  EXPECT_THAT(with_two->warnings, IsEmpty());
  town.Revoke("carl");
  const auto with_one = town.As("fay").Submit(*files, options, nullptr);
  ASSERT_TRUE(with_one.ok()) << with_one.status();
  EXPECT_THAT(with_one->warnings, ElementsAre(HasSubstr("only one coordinator")));
  town.Revoke("cleo");
  town.Server("fay").uploads = 0;
  EXPECT_EQ(ReasonOf(town.As("fay").Submit(*files, options, nullptr).status()), "NO_READER");
  EXPECT_EQ(town.Server("fay").uploads, 0);
}

// Fellows do not see each other's documents, nor their numbers.
TEST(Submitting, TakesTheNextNumberWhenSomebodyElseHasTheFirst) {
  Town& town = TheTown();
  const SubjectId case_id = town.OpenCase();
  const SubjectId first = town.Submit(case_id, {Corpus("ht.txt")}, "flo");
  const SubjectId second = town.Submit(case_id, {Corpus("kek.txt")}, "fay");
  EXPECT_EQ(town.As("cleo").replica().documents().at(first).document.number, 1);
  EXPECT_EQ(town.As("cleo").replica().documents().at(second).document.number, 2);
}

// A reply that never came: the same bytes again have no second effect.
TEST(Submitting, HappensOnceWhenTheAnswerWasLost) {
  Town& town = TheTown();
  const SubjectId case_id = town.OpenCase();
  int calls = 0;
  town.As("fay");
  town.Server("fay").append = [&](const client::AppendRequest& request) {
    if (++calls > 1) return absl::OkStatus();
    EXPECT_TRUE(town.engine().Connect()->Append(request).ok());
    return absl::UnavailableError("the line broke");
  };
  town.Submit(case_id, {Corpus("ht.txt")});
  town.Server("fay") = {};
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(town.As("cleo").replica().cases().at(case_id).subject.documents.size(), 1u);
}

// Whose document takes a number first is decided by the log, and the person is told the right one.
TEST(Numbering, TellsTheNumberThatADocumentGotInTheEnd) {
  Town& town = TheTown();
  const SubjectId case_id = town.OpenCase();
  client::Client& fay = town.As("fay");
  town.Submit(case_id, {Corpus("ht.txt")}, "flo");
  const auto files = client::PlanFiles({Corpus("es.txt")}, {});
  const auto submitted = fay.Submit(*files, Town::To(case_id), nullptr);
  ASSERT_TRUE(submitted.ok()) << submitted.status();
  EXPECT_EQ(submitted->code, client::DocumentCode(case_id, 2));
  EXPECT_EQ(fay.LastAct()->state, client::ItemState::kStored);
}

TEST(Progress, CountsUpToTheWholeSubmission) {
  Town& town = TheTown();
  const auto files = client::PlanFiles({Corpus("ht.txt"), Corpus("es-scan.pdf")}, {});
  client::SubmitOptions options = Town::To(town.OpenCase());
  client::Progress last;
  const auto submitted =
      town.As("fay").Submit(*files, options, [&](const client::Progress& progress) {
        EXPECT_GE(progress.done_bytes, last.done_bytes);
        last = progress;
      });
  ASSERT_TRUE(submitted.ok()) << submitted.status();
  EXPECT_EQ(last.done_bytes, last.total_bytes);
  EXPECT_GT(last.total_bytes, 0u);
}

TEST(Opening, NeverWritesOverOrThroughAnything) {
  Town& town = TheTown();
  const SubjectId document = town.Submit(town.OpenCase(), {Corpus("ht.txt")});
  client::Client& cleo = town.As("cleo");
  const std::string full = town.Fresh(), target = town.Fresh(), link = town.Fresh();
  std::filesystem::create_directory(full);
  std::filesystem::create_directory(target);
  std::filesystem::create_directory_symlink(target, link);
  std::ofstream(full + "/01-ht.txt") << "mine";
  EXPECT_TRUE(absl::IsAlreadyExists(cleo.Open(document, Which::kSource, full, nullptr).status()));
  EXPECT_EQ(ReadAll(full + "/01-ht.txt"), "mine");
  EXPECT_TRUE(absl::IsInvalidArgument(cleo.Open(document, Which::kSource, link, nullptr).status()));
  EXPECT_THAT(NamesIn(target), IsEmpty());
}

// Attacks 41 and 42: what a file was called never decides where it goes.
TEST(Opening, GivesNamesOfItsOwnWhateverTheAuthorSaid) {
  Town& town = TheTown();
  auto files = *client::PlanFiles({Corpus("ht.txt"), Corpus("kek.txt"), Corpus("mam.txt")}, {});
  files[0].name = "../../x";
  files[1].name = std::string(255, 'x');
  files[2].name = "\x1b]52;c;ZXZpbA==\x07\xe2\x80\xae gpj.exe";
  client::SubmitOptions options = Town::To(town.OpenCase());
  const auto submitted = town.As("fay").Submit(files, options, nullptr);
  ASSERT_TRUE(submitted.ok()) << submitted.status();
  const std::string out = town.Fresh();
  const auto opened = town.As("cleo").Open(submitted->document, Which::kSource, out, nullptr);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_THAT(NamesIn(out), ElementsAre("01-x.txt", "02-" + std::string(64, 'x') + ".txt",
                                        "03-52_c_ZXZpbA_gpj.txt"));
  EXPECT_EQ((*opened)[0].name, "../../x");
  files[0].name = std::string(300, 'y');
  EXPECT_TRUE(absl::IsInvalidArgument(town.As("fay").Submit(files, options, nullptr).status()));
}

}  // namespace
}  // namespace amparo::testing
