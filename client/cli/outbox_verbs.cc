// outbox: what waits to be sent, and what becomes of it.

#include "absl/strings/str_cat.h"
#include "client/cli/dates.h"
#include "client/cli/outcomes.h"
#include "client/cli/spelling.h"
#include "client/cli/verbs.h"
#include "client/membership.h"
#include "client/outbox.h"
#include "client/sending.h"

namespace amparo::cli {
namespace {

struct Given {
  std::uint64_t item = 0;
  bool all = false;
  std::string output;
};

nlohmann::ordered_json ItemJson(const client::OutboxItem& item) {
  nlohmann::ordered_json out = {{"item", item.number},
                                {"state", std::string(client::ItemStateName(item.state))},
                                {"act", SpellAct(item.kind, item.about)},
                                {"about", item.about},
                                {"since", SpellTime(item.made_at)},
                                {"files", item.files},
                                {"bytes", item.bytes}};
  if (!item.message.empty()) {
    out["reason"] = item.reason;
    out["message"] = OutcomeOf(client::RefusalOf(item)).message;
  }
  if (item.state == client::ItemState::kStored) out["position"] = item.position.value;
  return out;
}

void ShowItem(Terminal& terminal, const client::OutboxItem& item, bool moving = false) {
  const std::string files =
      item.files == 0 ? ""
                      : absl::StrCat("  ", item.files, item.files == 1 ? " file, " : " files, ",
                                     SpellSize(item.bytes), " sealed");
  terminal.Line(absl::StrCat(item.number, "  ", client::ItemStateName(item.state),
                             moving ? " now  " : "  ", SpellAct(item.kind, item.about), files,
                             "  since ", SpellTime(item.made_at)));
  if (item.state == client::ItemState::kStored) {
    terminal.Line(absl::StrCat("  stands in the log as entry ", item.position.value));
    return;
  }
  if (item.message.empty()) return;
  const Outcome outcome = OutcomeOf(client::RefusalOf(item));
  terminal.Line(absl::StrCat("  ", outcome.message));
  if (item.state == client::ItemState::kRefused) {
    terminal.Line(absl::StrCat("  way out: ", outcome.hint.empty() ? "" : outcome.hint + "; then ",
                               "amparo outbox retry ", item.number, ", or drop ", item.number));
  }
}

absl::Status List(Shell& shell, const Given& given) {
  absl::StatusOr<Shell::Seen> seen = shell.Look();
  if (!seen.ok()) return seen.status();
  absl::StatusOr<bool> held = seen->home->InUse();
  if (!held.ok()) return held.status();
  absl::StatusOr<client::OutboxSight> sight = client::LookAtOutbox(*seen->home, *seen->keys.home);
  if (!sight.ok()) return sight.status();
  const bool at_work = *held || !sight->moving.empty();
  std::vector<client::OutboxItem> items;
  if (given.all) items = std::move(sight->stored);
  items.insert(items.end(), sight->open.begin(), sight->open.end());
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const client::OutboxItem& item : items) {
    const bool moving = sight->moving.contains(item.number);
    ShowItem(*shell.terminal, item, moving);
    list.push_back(ItemJson(item));
    list.back()["now"] = moving;
  }
  if (items.empty()) shell.terminal->Line("nothing waits to be sent");
  if (at_work) shell.terminal->Note("another amparo is at work in this home now");
  shell.terminal->Json({{"items", list}, {"at_work", at_work}});
  return absl::OkStatus();
}

absl::Status Drop(Shell& shell, const Given& given) {
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient(/*alone=*/true);
  if (!opened.ok()) return opened.status();
  const client::OutboxItem* found = nullptr;
  for (const client::OutboxItem& item : (*opened)->OutboxItems()) {
    if (item.number == given.item) found = &item;
  }
  if (found != nullptr) {
    ShowItem(*shell.terminal, *found);
    absl::Status yes = shell.terminal->Confirm(absl::StrCat(
        "drop item ", given.item, "? what was sealed for it on this computer is erased"));
    if (!yes.ok()) return yes;
  }
  absl::StatusOr<std::string> cannot = (*opened)->DropFromOutbox(given.item);
  if (!cannot.ok()) return cannot.status();
  shell.terminal->Line(absl::StrCat("dropped item ", given.item));
  if (!cannot->empty()) shell.terminal->Note(absl::StrCat("not undone: ", *cannot));
  shell.terminal->Json({{"dropped", given.item}, {"not_undone", *cannot}});
  return absl::OkStatus();
}

absl::Status Retry(Shell& shell, const Given& given) {
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient();
  if (!opened.ok()) return opened.status();
  if (absl::Status s = (*opened)->RetryFromOutbox(given.item); !s.ok()) return s;
  return SayAct(shell, **opened, absl::StrCat("sent item ", given.item), {{"item", given.item}});
}

absl::Status Receipt(Shell& shell, const Given& given) {
  absl::StatusOr<Shell::Seen> seen = shell.Look();
  if (!seen.ok()) return seen.status();
  absl::StatusOr<client::Membership> membership =
      client::ReadMembership(*seen->home, *seen->keys.home);
  if (!membership.ok()) return membership.status();
  absl::StatusOr<client::OutboxSight> sight = client::LookAtOutbox(*seen->home, *seen->keys.home);
  if (!sight.ok()) return sight.status();
  absl::StatusOr<std::string> note =
      client::StorageReceiptOf(*membership, sight->stored, given.item);
  if (!note.ok()) return note.status();
  if (absl::Status s = WriteNewFile(given.output, AsBytes(*note)); !s.ok()) return s;
  if (given.output == "-") return absl::OkStatus();
  shell.terminal->Line(absl::StrCat("the server's receipt of storage is in ", given.output));
  shell.terminal->Json({{"item", given.item}, {"file", given.output}});
  return absl::OkStatus();
}

}  // namespace

absl::Status SayAct(const Shell& shell, const client::Client& opened, absl::string_view done,
                    nlohmann::ordered_json json) {
  const std::optional<client::OutboxItem> act = opened.LastAct();
  if (!act.has_value() || act->state == client::ItemState::kStored) {
    shell.terminal->Line(done);
  } else {
    shell.terminal->Line(
        absl::StrCat("queued: ", SpellAct(act->kind, act->about), " (item ", act->number, ")"));
    if (!act->message.empty()) {
      shell.terminal->Note(OutcomeOf(client::RefusalOf(*act)).message);
    }
    shell.terminal->Note(
        "it is safe on this computer, and sent by amparo sync when there is a "
        "link; amparo outbox shows it");
    json["queued"] = act->number;
  }
  shell.terminal->Json(json);
  return absl::OkStatus();
}

absl::Status SendWaiting(const Shell& shell, client::Client& opened) {
  if (opened.OutboxItems().empty()) return absl::OkStatus();
  client::OutboxProgress progress;
  progress.moved = [&](const client::OutboxItem& item, std::uint64_t sent) {
    shell.terminal->Progress(SpellAct(item.kind, item.about), sent, item.bytes);
  };
  progress.ended = [&](const client::OutboxItem& item) {
    if (item.state == client::ItemState::kStored) {
      shell.terminal->Note(
          absl::StrCat("sent: ", SpellAct(item.kind, item.about), " (item ", item.number, ")"));
    } else if (item.state == client::ItemState::kRefused) {
      shell.terminal->Note(absl::StrCat(
          "refused: ", SpellAct(item.kind, item.about), " (item ", item.number,
          "): ", OutcomeOf(client::RefusalOf(item)).message, "; amparo outbox shows the way out"));
    } else {
      shell.terminal->Note(absl::StrCat("not sent yet: ", SpellAct(item.kind, item.about),
                                        " (item ", item.number,
                                        "): ", OutcomeOf(client::RefusalOf(item)).message));
    }
  };
  return opened.SendOutbox(progress);
}

void AddOutboxVerbs(CLI::App& app, Shell& shell) {
  auto given = std::make_shared<Given>();
  CLI::App* outbox = AddVerb(app, "outbox", "what waits to be sent, and why", "amparo outbox");
  outbox->require_subcommand(0, 1);
  outbox->add_flag("--all", given->all, "what was stored, too");
  outbox->callback([&shell, given, outbox] {
    if (outbox->get_subcommands().empty()) {
      shell.run = [&shell, given] { return List(shell, *given); };
    }
  });
  CLI::App* drop = AddVerb(*outbox, "drop", "cancel what was not sent", "amparo outbox drop 3");
  drop->add_option("item", given->item, "its number")->required();
  SetWork(drop, shell, [&shell, given] { return Drop(shell, *given); });
  CLI::App* retry =
      AddVerb(*outbox, "retry", "try again what was refused", "amparo outbox retry 3");
  retry->add_option("item", given->item, "its number")->required();
  SetWork(retry, shell, [&shell, given] { return Retry(shell, *given); });
  CLI::App* receipt = AddVerb(*outbox, "receipt", "the server's signature for what it stored",
                              "amparo outbox receipt 3 -o stored.txt");
  receipt->add_option("item", given->item, "its number: amparo outbox --all")->required();
  receipt->add_option("-o,--output", given->output, "a new file; - is standard output")->required();
  SetWork(receipt, shell, [&shell, given] { return Receipt(shell, *given); });
}

}  // namespace amparo::cli
