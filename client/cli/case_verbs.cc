// case new | list | show | share, and the looking verbs: inbox, status, history, sync, watch.

#include <algorithm>
#include <chrono>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/dates.h"
#include "client/cli/people.h"
#include "client/cli/verbs.h"

namespace amparo::cli {
namespace {

constexpr std::chrono::seconds kWatchAgainAfter{1};  // Where a server ends it at once.

struct Given {
  std::string case_code, document, with, about;
  Desk desk = 1;
  bool hold = false;
  bool once = false;
  bool full = false, light = false, accept_epoch = false;
  std::shared_ptr<WitnessOverride> unwitnessed = std::make_shared<WitnessOverride>();
};

absl::Status NewCase(Shell& shell, const Given& given) {
  absl::StatusOr<std::string> text =
      shell.terminal->Text(given.about, "the case's title in the first line, then notes", 8192);
  if (!text.ok()) return text.status();
  if (text->empty()) return absl::InvalidArgumentError("a case needs a title");
  const std::size_t end = std::min(text->find('\n'), text->size());
  const CaseCard card{.title = text->substr(0, end),
                      .note = end < text->size() ? text->substr(end + 1) : ""};
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient();
  if (!opened.ok()) return opened.status();
  absl::StatusOr<SubjectId> made = (*opened)->NewCase(given.desk, card, !given.hold);
  if (!made.ok()) return made.status();
  shell.terminal->Line(absl::StrCat("opened case ", client::CaseCode(*made)));
  shell.terminal->Json({{"case", client::CaseCode(*made)}, {"id", ToHex(*made)}});
  return absl::OkStatus();
}

nlohmann::ordered_json CaseJson(const client::CaseCardView& view) {
  return {{"code", view.code},
          {"id", ToHex(view.id)},
          {"title", view.title},
          {"desk", view.desk},
          {"documents", view.documents.size()}};
}

absl::Status ListCases(Shell& shell) {
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient();
  if (!opened.ok()) return opened.status();
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const client::CaseCardView& view : (*opened)->Cases()) {
    shell.terminal->Line(absl::StrCat(
        view.code, view.title.empty() ? "" : "  ", view.title, "  (", view.documents.size(),
        view.documents.size() == 1 ? " document" : " documents", ", desk ", view.desk, ")"));
    list.push_back(CaseJson(view));
  }
  if (list.empty()) shell.terminal->Line("no cases");
  shell.terminal->Json({{"cases", list}});
  return absl::OkStatus();
}

absl::Status ShowCase(Shell& shell, const Given& given) {
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient();
  if (!opened.ok()) return opened.status();
  absl::StatusOr<SubjectId> id = (*opened)->FindCase(given.case_code);
  if (!id.ok()) return id.status();
  for (const client::CaseCardView& view : (*opened)->Cases()) {
    if (view.id != *id) continue;
    Terminal& terminal = *shell.terminal;
    terminal.Line(absl::StrCat(view.code, view.title.empty() ? "" : "  ", view.title));
    if (!view.note.empty()) terminal.Line(absl::StrCat("  ", view.note));
    nlohmann::ordered_json json = CaseJson(view);
    json["shared_with"] = nlohmann::ordered_json::array();
    for (const MemberId& member : view.shared_with) {
      const client::MemberCard card = CardOf(**opened, member);
      terminal.Line(absl::StrCat("  shared with ", SpellMember(card)));
      json["shared_with"].push_back(card.code);
    }
    json["documents"] = nlohmann::ordered_json::array();
    for (const SubjectId& document : view.documents) {
      absl::StatusOr<client::DocumentCard> card = (*opened)->Document(document);
      if (!card.ok()) continue;  // Not ours to see.
      ShowDocument(terminal, *card);
      json["documents"].push_back(DocumentJson(*card));
    }
    terminal.Json(json);
    return absl::OkStatus();
  }
  return absl::NotFoundError(absl::StrCat("no case ", given.case_code));
}

absl::Status ShareCase(Shell& shell, const Given& given) {
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient();
  if (!opened.ok()) return opened.status();
  absl::StatusOr<SubjectId> id = (*opened)->FindCase(given.case_code);
  if (!id.ok()) return id.status();
  absl::StatusOr<MemberId> with = (*opened)->FindMember(given.with, /*exact=*/true);
  if (!with.ok()) return with.status();
  const client::MemberCard card = CardOf(**opened, *with);
  absl::Status yes =
      shell.terminal->Confirm(absl::StrCat("share case ", client::CaseCode(*id), " with ",
                                           SpellMember(card), ", ", SpellRoles(card.roles), "?"));
  if (!yes.ok()) return yes;
  absl::Status excused = OverrideWitness(shell, **opened, {*id}, {*with}, *given.unwitnessed);
  if (!excused.ok()) return excused;
  if (absl::Status status = (*opened)->ShareCase(*id, *with); !status.ok()) return status;
  shell.terminal->Line(absl::StrCat("shared ", client::CaseCode(*id), " with ", card.code));
  return absl::OkStatus();
}

absl::Status Inbox(Shell& shell) {
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient();
  if (!opened.ok()) return opened.status();
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const client::DocumentCard& card : (*opened)->Inbox()) {
    ShowDocument(*shell.terminal, card);
    list.push_back(DocumentJson(card));
  }
  if (list.empty()) shell.terminal->Line("nothing waits for you");
  shell.terminal->Json({{"documents", list}});
  return absl::OkStatus();
}

absl::string_view SpellText(const client::ConversationEntry& entry) {
  if (entry.damaged) return "(damaged)";
  return entry.text.empty() ? "(not for this device)" : absl::string_view(entry.text);
}

void ShowConversation(Shell& shell, client::Client& opened,
                      const std::vector<client::ConversationEntry>& entries,
                      nlohmann::ordered_json& json) {
  for (const client::ConversationEntry& entry : entries) {
    const absl::string_view type = entry.type == NoteType::kQuestion ? "asks"
                                   : entry.type == NoteType::kAnswer ? "answers"
                                                                     : "notes";
    const client::MemberCard card = CardOf(opened, entry.by);
    shell.terminal->Line(absl::StrCat("  ", SpellTime(entry.log_time), "  ", SpellMember(card), " ",
                                      type, ": ", SpellText(entry)));
    json.push_back({{"time", SpellTime(entry.log_time)},
                    {"by", card.code},
                    {"type", std::string(type)},
                    {"text", entry.text},
                    {"damaged", entry.damaged}});
  }
}

absl::Status ShowStatus(Shell& shell, const Given& given) {
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient();
  if (!opened.ok()) return opened.status();
  absl::StatusOr<SubjectId> id = (*opened)->FindDocument(given.document);
  if (!id.ok()) return id.status();
  absl::StatusOr<client::DocumentCard> card = (*opened)->Document(*id);
  if (!card.ok()) return card.status();
  ShowDocument(*shell.terminal, *card);
  nlohmann::ordered_json json = DocumentJson(*card);
  json["conversation"] = nlohmann::ordered_json::array();
  absl::StatusOr<std::vector<client::ConversationEntry>> talk = (*opened)->Conversation(*id);
  if (!talk.ok()) return talk.status();
  ShowConversation(shell, **opened, *talk, json["conversation"]);
  shell.terminal->Json(json);
  return absl::OkStatus();
}

absl::Status ShowHistory(Shell& shell, const Given& given) {
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient();
  if (!opened.ok()) return opened.status();
  absl::StatusOr<SubjectId> id = (*opened)->FindDocument(given.document);
  if (!id.ok()) return id.status();
  const auto& documents = (*opened)->replica().documents();
  const auto found = documents.find(*id);
  if (found == documents.end()) return absl::NotFoundError("no such document");
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const client::HistoryEntry& entry : found->second.entries) {
    const client::MemberCard by = CardOf(**opened, entry.statement.statement.actor);
    shell.terminal->Line(absl::StrCat(SpellTime(entry.log_time), "  #", entry.position.value, "  ",
                                      SpellMember(by), "  ", absl::StrJoin(entry.events, ", ")));
    list.push_back({{"position", entry.position.value},
                    {"time", SpellTime(entry.log_time)},
                    {"by", by.code},
                    {"events", entry.events},
                    {"statement", ToHex(HashOf(entry.statement))}});
  }
  shell.terminal->Json({{"document", client::CaseCode(found->second.document.case_id) + "/" +
                                         std::to_string(found->second.document.number)},
                        {"history", list}});
  return absl::OkStatus();
}

absl::Status Sync(Shell& shell, const Given& given) {
  if (given.full && given.light) {
    return absl::InvalidArgumentError("either --full or --light");
  }
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient(/*alone=*/true);
  if (!opened.ok()) return opened.status();
  client::SyncOptions options{.reach = std::nullopt, .accept_epoch = given.accept_epoch};
  if (given.full) options.reach = client::Reach::kFull;
  if (given.light) options.reach = client::Reach::kLight;
  if (absl::Status synced = Synchronise(shell, **opened, options); !synced.ok()) return synced;
  if (absl::Status sent = SendWaiting(shell, **opened); !sent.ok()) return sent;
  const audit::Checkpoint head = (*opened)->replica().head();
  const std::size_t waiting = (*opened)->CountWaiting();
  const bool light = (*opened)->replica().reach() == client::Reach::kLight;
  shell.terminal->Line(absl::StrCat("the log has ", head.size.value, " entries, ",
                                    light ? "those of this home checked; " : "all checked; ",
                                    waiting, waiting == 1 ? " document waits" : " documents wait",
                                    " for you"));
  shell.terminal->Json({{"size", head.size.value},
                        {"root", ToHex(head.root)},
                        {"waiting", waiting},
                        {"outbox", (*opened)->OutboxItems().size()},
                        {"mode", light ? "light" : "full"}});
  return absl::OkStatus();
}

absl::Status Watch(Shell& shell, const Given& given) {
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient();
  if (!opened.ok()) return opened.status();
  std::size_t waiting = (*opened)->CountWaiting();
  shell.terminal->Line(
      absl::StrCat(waiting, waiting == 1 ? " document waits" : " documents wait", " for you"));
  bool is_over = false;
  const auto changed = [&] {
    const std::size_t now = (*opened)->CountWaiting();
    if (now != waiting) {
      waiting = now;
      shell.terminal->Line(
          absl::StrCat(waiting, waiting == 1 ? " document waits" : " documents wait", " for you"));
    }
    is_over = given.once;
    return !given.once;
  };
  absl::Status watched;
  // A server ends what was quiet for ten minutes, and when it stops or needs the place.
  while (watched.ok() && !is_over) {
    const auto began = std::chrono::steady_clock::now();
    watched = (*opened)->Watch(changed);
    if (watched.ok() && !is_over) std::this_thread::sleep_until(began + kWatchAgainAfter);
  }
  if (absl::IsDataLoss(watched)) ExplainAlarm(shell, **opened);
  return watched;
}

}  // namespace

void AddCaseVerbs(CLI::App& app, Shell& shell) {
  auto given = std::make_shared<Given>();
  CLI::App* parent = AddVerb(app, "case", "cases: new, list, show, share", "amparo case list");
  parent->require_subcommand(1);
  CLI::App* make = AddVerb(*parent, "new", "open a case", "amparo case new --desk 1");
  make->add_option("--desk", given->desk, "the desk it belongs to")
      ->check(CLI::Range(1, 65535))
      ->capture_default_str();
  make->add_option("--about-file", given->about,
                   "file with the title in its first line, then notes; - is standard input");
  make->add_flag("--hold", given->hold, "an approved translation waits for the coordinator");
  SetWork(make, shell, [&shell, given] { return NewCase(shell, *given); });
  CLI::App* list = AddVerb(*parent, "list", "cases you may see", "amparo case list");
  SetWorkWithoutLink(list, shell, [&shell] { return ListCases(shell); });
  CLI::App* show = AddVerb(*parent, "show", "one case", "amparo case show heron-river-48");
  show->add_option("case", given->case_code, "its code")->required();
  SetWorkWithoutLink(show, shell, [&shell, given] { return ShowCase(shell, *given); });
  CLI::App* share = AddVerb(*parent, "share", "let an attorney or colleague see a case",
                            "amparo case share heron-river-48 --with lark-2210");
  share->add_option("case", given->case_code, "its code")->required();
  share->add_option("--with", given->with, "full code or exact name")->required();
  AddWitnessOverride(share, given->unwitnessed);
  SetWork(share, shell, [&shell, given] { return ShareCase(shell, *given); });
}

void AddLookingVerbs(CLI::App& app, Shell& shell) {
  auto given = std::make_shared<Given>();
  CLI::App* inbox = AddVerb(app, "inbox", "what waits for you", "amparo inbox");
  SetWorkWithoutLink(inbox, shell, [&shell] { return Inbox(shell); });
  CLI::App* status =
      AddVerb(app, "status", "where a document stands", "amparo status heron-river-48/3");
  status->add_option("document", given->document, "its code")->required();
  SetWorkWithoutLink(status, shell, [&shell, given] { return ShowStatus(shell, *given); });
  CLI::App* history = AddVerb(app, "history", "who did what, checked against the log",
                              "amparo history heron-river-48/3");
  history->add_option("document", given->document, "its code")->required();
  SetWorkWithoutLink(history, shell, [&shell, given] { return ShowHistory(shell, *given); });
  CLI::App* sync = AddVerb(app, "sync", "fetch and check what is new", "amparo sync");
  sync->add_flag("--full", given->full, "hold every entry of the log, from now on");
  sync->add_flag("--light", given->light, "hold what is yours, with proofs: for slow links");
  sync->add_flag("--accept-epoch", given->accept_epoch,
                 "go on after a restore, when you compared the root with a registrar");
  SetWork(sync, shell, [&shell, given] { return Sync(shell, *given); });
  CLI::App* watch = AddVerb(app, "watch", "tell when something waits for you", "amparo watch");
  watch->add_flag("--once", given->once, "end at the first news");
  SetWork(watch, shell, [&shell, given] { return Watch(shell, *given); });
}

}  // namespace amparo::cli
