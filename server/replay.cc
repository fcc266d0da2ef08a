#include "server/replay.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "audit/checkpoint.h"
#include "server/overlay.h"

namespace amparo::server {
namespace {

constexpr std::size_t kReadEntries = 256;
constexpr std::size_t kApplyEntries = 100;

using Directory = directory::Directory;

// The part of the log that the view reflects already.
struct Known {
  std::shared_ptr<Directory> directory = std::make_shared<Directory>();
  audit::Frontier frontier;
};

absl::Status Absorb(const LogReader& log, const Bytes& bytes, Known& known) {
  const Position position{known.frontier.size().value};
  const auto entry = audit::DecodeEntry(bytes);
  if (!entry.ok()) {
    return absl::DataLossError(
        absl::StrCat("log entry ", position.value, ": ", entry.status().message()));
  }
  known.frontier.Append(audit::LeafHash(entry->leaf));
  if (entry->leaf.leaf_class != 1) return absl::OkStatus();
  const auto stored = log.Open(position, *entry);
  if (!stored.ok()) return stored.status();
  if (const auto refusal = known.directory->Apply(stored->statement, position)) {
    return absl::DataLossError(
        absl::StrCat("log entry ", position.value,
                     ": the directory refuses it: ", directory::RefusalName(*refusal)));
  }
  return absl::OkStatus();
}

absl::StatusOr<Known> ReplayKnown(const ReplayParts& parts, TreeSize applied) {
  const LogReader log(parts.storage.ledger, parts.storage.shelf);
  Known known;
  while (known.frontier.size() < applied) {
    const std::uint64_t left = applied.value - known.frontier.size().value;
    const auto entries = parts.storage.ledger->Read(Position{known.frontier.size().value},
                                                    std::min<std::uint64_t>(left, kReadEntries));
    if (!entries.ok()) return entries.status();
    if (entries->empty()) return absl::DataLossError("the log ends before its size");
    for (const Bytes& entry : *entries) {
      if (auto status = Absorb(log, entry, known); !status.ok()) return status;
    }
  }
  return known;
}

absl::StatusOr<std::vector<workflow::Event>> EventsOf(const StoredStatement& stored,
                                                      const Overlay& overlay) {
  if (stored.leaf.leaf_class == 1) return std::vector<workflow::Event>();
  const auto state = overlay.StateOf(SubjectOf(stored.statement.statement));
  if (!state.ok()) return state.status();
  const workflow::Context context{.directory = overlay.directory(), .moment = overlay.moment()};
  workflow::Decision decision = DecideOn((*state)->value, context, stored.statement, stored.body);
  if (decision.ok()) return std::move(decision.events);
  return absl::DataLossError(
      absl::StrCat("log entry ", stored.position.value,
                   ": the rules refuse it: ", workflow::RefusalName(*decision.refusal)));
}

absl::Status AdmitStored(const LogReader& log, const Bytes& bytes, Overlay& overlay) {
  const auto entry = audit::DecodeEntry(bytes);
  if (!entry.ok()) {
    return absl::DataLossError(
        absl::StrCat("log entry ", overlay.next().value, ": ", entry.status().message()));
  }
  const auto stored = log.Open(overlay.next(), *entry);
  if (!stored.ok()) return stored.status();
  if (audit::LeafOf(stored->statement) != entry->leaf) {
    return absl::DataLossError(
        absl::StrCat("log entry ", overlay.next().value, ": its leaf is another statement's"));
  }
  const auto events = EventsOf(*stored, overlay);
  if (!events.ok()) return events.status();
  return overlay.Admit(stored->statement, stored->body, *events, stored->shelf_key);
}

absl::Status CheckHead(const ReplayParts& parts, const Directory& directory,
                       const audit::Frontier& frontier, const Bytes& head) {
  if (!directory.founded()) {
    return absl::FailedPreconditionError("the log does not begin with a policy");
  }
  if (directory.org() != parts.org) {
    return absl::FailedPreconditionError("the log is another organisation's");
  }
  const auto checkpoint =
      audit::OpenCheckpoint(parts.org, directory.policy().log_key, AsText(head));
  if (!checkpoint.ok()) return absl::FailedPreconditionError(checkpoint.status().message());
  if (checkpoint->size != frontier.size()) {
    return absl::FailedPreconditionError(absl::StrCat("the log has ", frontier.size().value,
                                                      " entries, its newest signed checkpoint has ",
                                                      checkpoint->size.value));
  }
  if (checkpoint->root != frontier.Root()) {
    return absl::FailedPreconditionError(absl::StrCat("the log's root is ", ToHex(frontier.Root()),
                                                      ", its newest signed checkpoint says ",
                                                      ToHex(checkpoint->root)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Snapshot>> ReplayLog(const ReplayParts& parts) {
  const auto size = parts.storage.ledger->Size();
  if (!size.ok()) return size.status();
  auto applied = parts.storage.view->Applied();
  if (!applied.ok()) return applied.status();
  // What cannot be read is not of use either: nothing stands in the view alone.
  const auto format = parts.rows->Format();
  const bool is_readable = format.ok() && *format == kViewFormat;
  if (*applied > *size || !is_readable) applied = TreeSize{};
  auto known = ReplayKnown(parts, *applied);
  if (!known.ok()) return known.status();
  const auto root = parts.rows->RootAt(*applied);
  const bool is_same_tree = root.ok() && root->has_value() && **root == known->frontier.Root();
  if (*applied == TreeSize{} || !is_same_tree) {
    if (auto status = parts.storage.view->Clear(); !status.ok()) return status;
    known = Known{};
  }
  return CatchUp(parts, Snapshot{.directory = std::move(known->directory),
                                 .frontier = std::move(known->frontier),
                                 .checkpoint = {}});
}

absl::StatusOr<std::shared_ptr<const Snapshot>> CatchUp(const ReplayParts& parts,
                                                        const Snapshot& from) {
  const LogReader log(parts.storage.ledger, parts.storage.shelf);
  std::shared_ptr<const Directory> directory = from.directory;
  audit::Frontier frontier = from.frontier;
  while (true) {
    const auto entries = parts.storage.ledger->Read(Position{frontier.size().value}, kApplyEntries);
    if (!entries.ok()) return entries.status();
    if (entries->empty()) break;
    Overlay overlay({.directory = directory,
                     .frontier = frontier,
                     .rows = parts.rows,
                     .subjects = parts.subjects});
    for (const Bytes& entry : *entries) {
      if (auto status = AdmitStored(log, entry, overlay); !status.ok()) return status;
    }
    const auto status = parts.storage.view->Apply(overlay.rows(), overlay.frontier().size());
    if (!status.ok()) return status;
    directory = overlay.shared_directory();
    frontier = overlay.frontier();
  }
  // Another server's append may come in between: then go on from there.
  const auto head = parts.storage.ledger->Head();
  if (!head.ok()) return head.status();
  const auto size = parts.storage.ledger->Size();
  if (!size.ok()) return size.status();
  if (*size > frontier.size()) {
    return CatchUp(parts, {.directory = directory, .frontier = frontier, .checkpoint = {}});
  }
  if (frontier.size() != TreeSize{} || !head->empty()) {
    const auto status = CheckHead(parts, *directory, frontier, *head);
    if (!status.ok()) return status;
  }
  return std::make_shared<const Snapshot>(Snapshot{.directory = std::move(directory),
                                                   .frontier = std::move(frontier),
                                                   .checkpoint = std::string(AsText(*head))});
}

}  // namespace amparo::server
