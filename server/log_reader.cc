#include "server/log_reader.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "crypto/aead.h"

namespace amparo::server {
namespace {

absl::Status Damaged(Position position, absl::string_view what) {
  return absl::DataLossError(absl::StrCat("log entry ", position.value, ": ", what));
}

}  // namespace

absl::StatusOr<StoredStatement> LogReader::At(Position position) const {
  const auto entries = ledger_->Read(position, 1);
  if (!entries.ok()) return entries.status();
  if (entries->empty()) return Damaged(position, "is missing");
  const auto entry = audit::DecodeEntry(entries->front());
  if (!entry.ok()) return Damaged(position, entry.status().message());
  return Open(position, *entry);
}

absl::StatusOr<Bytes> LogReader::OpenPayload(Position position,
                                             const audit::LogEntry& entry) const {
  if (entry.shelf_key.is_zero()) return entry.payload;
  thread_local Secret<32> key;  // See Shelf::FindInto.
  if (!shelf_->FindInto(entry.shelf_key, key).ok()) {
    return Damaged(position, "its shelf key is gone");
  }
  auto opened = AeadOpen(key, audit::EntryContext(entry), entry.payload);
  Wipe(key.ExposeMutable());
  if (!opened.ok()) return Damaged(position, "does not open under its shelf key");
  return opened;
}

absl::StatusOr<StoredStatement> LogReader::Open(Position position,
                                                const audit::LogEntry& entry) const {
  auto bytes = OpenPayload(position, entry);
  if (!bytes.ok()) return bytes.status();
  if (HashOf(*bytes) != entry.leaf.statement) return Damaged(position, "is not its leaf's");
  auto statement = DecodeSigned(*bytes);
  if (!statement.ok()) return Damaged(position, statement.status().message());
  auto body = DecodeBody(statement->statement.kind, statement->statement.body);
  if (!body.ok()) return Damaged(position, body.status().message());
  return StoredStatement{.position = position,
                         .leaf = entry.leaf,
                         .shelf_key = entry.shelf_key,
                         .statement = *std::move(statement),
                         .body = *std::move(body)};
}

}  // namespace amparo::server
