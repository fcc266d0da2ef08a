// assign, unassign, accept, decline, give-back, ask, answer: who works on what.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/cli/dates.h"
#include "client/cli/people.h"
#include "client/cli/verbs.h"
#include "client/platform_terminal.h"

namespace amparo::cli {
namespace {

constexpr std::size_t kTextBytesMax = 8 * 1024;

struct Given {
  std::vector<std::string> documents;
  std::string translator, reviewer, due, text_file, question;
  std::uint32_t lease_days = 14;
  std::shared_ptr<WitnessOverride> unwitnessed = std::make_shared<WitnessOverride>();
};

absl::Status Assign(Shell& shell, const Given& given) {
  if (!given.due.empty()) {
    if (absl::Status status = CheckDate(given.due); !status.ok()) return status;
  }
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient();
  if (!opened.ok()) return opened.status();
  absl::StatusOr<MemberId> translator = (*opened)->FindMember(given.translator, /*exact=*/true);
  if (!translator.ok()) return translator.status();
  absl::StatusOr<MemberId> reviewer = (*opened)->FindMember(given.reviewer, /*exact=*/true);
  if (!reviewer.ok()) return reviewer.status();
  std::string message;
  if (!given.text_file.empty()) {
    absl::StatusOr<std::string> text =
        shell.terminal->Text(given.text_file, "message", kTextBytesMax);
    if (!text.ok()) return text.status();
    message = *text;
  }
  std::vector<client::DocumentCard> cards;
  for (const std::string& typed : given.documents) {
    absl::StatusOr<SubjectId> id = (*opened)->FindDocument(typed);
    if (!id.ok()) return id.status();
    absl::StatusOr<client::DocumentCard> card = (*opened)->Document(*id);
    if (!card.ok()) return card.status();
    cards.push_back(*std::move(card));
  }
  const client::MemberCard translator_card = CardOf(**opened, *translator);
  for (const client::DocumentCard& card : cards) {
    shell.terminal->Note(
        absl::StrCat("  ", SpellDocument(card), ", ", SpellLanguage(card.language, card.variety)));
    const auto& languages = translator_card.languages;
    if (!card.language.empty() && !languages.empty() &&
        std::find(languages.begin(), languages.end(), card.language) == languages.end()) {
      shell.terminal->Note(absl::StrCat("warning: ", SpellMember(translator_card),
                                        " does not list ", SpellLanguage(card.language, "")));
    }
  }
  if (!given.due.empty()) {
    shell.terminal->Note(absl::StrCat("due ", SpellDate(given.due, client::platform::Today())));
  }
  absl::Status yes = shell.terminal->Confirm(absl::StrCat(
      "give ", cards.size(), cards.size() == 1 ? " document" : " documents", " to ",
      SpellMember(translator_card), " to translate and to ",
      SpellMember(CardOf(**opened, *reviewer)), " to review, for ", given.lease_days, " days?"));
  if (!yes.ok()) return yes;
  std::vector<SubjectId> documents;
  for (const client::DocumentCard& card : cards) documents.push_back(card.id);
  absl::Status excused =
      OverrideWitness(shell, **opened, documents, {*translator, *reviewer}, *given.unwitnessed);
  if (!excused.ok()) return excused;
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const client::DocumentCard& card : cards) {
    absl::Status status = (*opened)->Assign(card.id, {.translator = *translator,
                                                      .reviewer = *reviewer,
                                                      .lease_hours = given.lease_days * 24,
                                                      .message = message,
                                                      .due_date = given.due});
    if (!status.ok()) return status;
    shell.terminal->Line(absl::StrCat("assigned ", card.code, " to ", translator_card.code));
    list.push_back(card.code);
  }
  shell.terminal->Json({{"assigned", list}, {"translator", translator_card.code}});
  return absl::OkStatus();
}

absl::Status Unassign(Shell& shell, const Given& given) {
  absl::StatusOr<OneDocument> found = FindDocument(shell, given.documents[0]);
  if (!found.ok()) return found.status();
  absl::Status yes = shell.terminal->Confirm(
      absl::StrCat("take ", SpellDocument(found->card), " back from its translator?"));
  if (!yes.ok()) return yes;
  if (absl::Status status = found->client->Unassign(found->id); !status.ok()) return status;
  return SayDone(shell, *found, "unassigned");
}

absl::Status Accept(Shell& shell, const Given& given) {
  absl::StatusOr<OneDocument> found = FindDocument(shell, given.documents[0]);
  if (!found.ok()) return found.status();
  if (absl::Status status = found->client->Accept(found->id); !status.ok()) return status;
  if (absl::Status status = SayDone(shell, *found, "accepted"); !status.ok()) return status;
  shell.terminal->Note(absl::StrCat("read it: amparo open ", found->card.code, " --source -o DIR"));
  return absl::OkStatus();
}

// Decline and give back: a reason helps the coordinator and may be left out.
absl::Status StepBack(Shell& shell, const Given& given, bool accepted) {
  absl::StatusOr<OneDocument> found = FindDocument(shell, given.documents[0]);
  if (!found.ok()) return found.status();
  std::string reason;
  if (!given.text_file.empty() || client::platform::IsInteractive()) {
    absl::StatusOr<std::string> text =
        shell.terminal->Text(given.text_file, "why, for the coordinator alone", kTextBytesMax);
    if (!text.ok()) return text.status();
    reason = *text;
  }
  absl::Status status = accepted ? found->client->GiveBack(found->id, reason)
                                 : found->client->Decline(found->id, reason);
  if (!status.ok()) return status;
  return SayDone(shell, *found, accepted ? "gave back" : "declined");
}

absl::Status Ask(Shell& shell, const Given& given) {
  absl::StatusOr<OneDocument> found = FindDocument(shell, given.documents[0]);
  if (!found.ok()) return found.status();
  absl::StatusOr<std::string> text =
      shell.terminal->Text(given.text_file, "your question", kTextBytesMax);
  if (!text.ok()) return text.status();
  if (absl::Status status = found->client->Ask(found->id, *text); !status.ok()) return status;
  return SayDone(shell, *found, "asked about");
}

absl::Status Answer(Shell& shell, const Given& given) {
  std::optional<Hash> question;
  if (!given.question.empty()) {
    const std::optional<Bytes> bytes = FromHex(given.question);
    question = bytes ? Hash::From(*bytes) : std::nullopt;
    if (!question) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", given.question, "\" names no question: 64 hexadecimal digits"));
    }
  }
  absl::StatusOr<OneDocument> found = FindDocument(shell, given.documents[0]);
  if (!found.ok()) return found.status();
  absl::StatusOr<std::vector<client::ConversationEntry>> talk =
      found->client->Conversation(found->id);
  if (!talk.ok()) return talk.status();
  for (const client::ConversationEntry& entry : *talk) {
    if (entry.type != NoteType::kQuestion) continue;
    const absl::string_view asked = entry.damaged        ? "(damaged)"
                                    : entry.text.empty() ? "(not for this device)"
                                                         : absl::string_view(entry.text);
    shell.terminal->Note(absl::StrCat("question of ", client::MemberCode(entry.by), ": ", asked));
  }
  absl::StatusOr<std::string> text =
      shell.terminal->Text(given.text_file, "your answer", kTextBytesMax);
  if (!text.ok()) return text.status();
  absl::Status status = found->client->Answer(found->id, *text, question);
  if (!status.ok()) return status;
  return SayDone(shell, *found, "answered about");
}

}  // namespace

void AddAssignmentVerbs(CLI::App& app, Shell& shell) {
  auto given = std::make_shared<Given>();
  const auto one = [&](const std::string& name, const std::string& what) {
    CLI::App* verb = AddVerb(app, name, what, absl::StrCat("amparo ", name, " heron-river-48/3"));
    verb->add_option("document", given->documents, "its code")->required()->expected(1);
    return verb;
  };
  const auto text = [&](CLI::App* verb, const std::string& what) {
    verb->add_option("--text-file", given->text_file, what + "; - is standard input");
  };
  CLI::App* assign =
      AddVerb(app, "assign", "give documents to a translator and a reviewer",
              "amparo assign heron-river-48/3 --translator heron-4821 --reviewer lark-2210");
  assign->add_option("documents", given->documents, "their codes")->required();
  assign->add_option("--translator", given->translator, "full code or exact name")->required();
  assign->add_option("--reviewer", given->reviewer, "full code or exact name")->required();
  assign->add_option("--lease-days", given->lease_days, "days until it falls back to you")
      ->check(CLI::Range(1, 90))
      ->capture_default_str();
  assign->add_option("--due", given->due, "when it is needed: 2026-12-04");
  text(assign, "file with a message to both");
  AddWitnessOverride(assign, given->unwitnessed);
  SetWork(assign, shell, [&shell, given] { return Assign(shell, *given); });
  CLI::App* unassign = one("unassign", "take a document back");
  SetWorkWithoutLink(unassign, shell, [&shell, given] { return Unassign(shell, *given); });
  CLI::App* accept = one("accept", "take on what was assigned to you");
  SetWorkWithoutLink(accept, shell, [&shell, given] { return Accept(shell, *given); });
  CLI::App* decline = one("decline", "say no to what was assigned to you");
  text(decline, "file with the reason");
  SetWorkWithoutLink(decline, shell, [&shell, given] { return StepBack(shell, *given, false); });
  CLI::App* give_back = one("give-back", "give back what you accepted");
  text(give_back, "file with the reason");
  SetWorkWithoutLink(give_back, shell, [&shell, given] { return StepBack(shell, *given, true); });
  CLI::App* ask = one("ask", "ask about a document");
  text(ask, "file with the question");
  SetWorkWithoutLink(ask, shell, [&shell, given] { return Ask(shell, *given); });
  CLI::App* answer = one("answer", "answer the newest question");
  text(answer, "file with the answer");
  answer->add_option("--question", given->question, "an older one: its statement hash");
  SetWorkWithoutLink(answer, shell, [&shell, given] { return Answer(shell, *given); });
}

}  // namespace amparo::cli
