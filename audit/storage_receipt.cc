#include "audit/storage_receipt.h"

#include <cassert>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "audit/checkpoint.h"
#include "audit/note_lines.h"
#include "audit/signed_note.h"

namespace amparo::audit {
namespace {

constexpr absl::string_view kLabel = "amparo/stored/v1\n";
constexpr absl::string_view kPositionPrefix = "position ";
constexpr absl::string_view kStatementPrefix = "statement ";
constexpr std::size_t kHeaderLines = 4;

absl::Status Malformed(absl::string_view reason) {
  return absl::InvalidArgumentError(absl::StrCat("receipt of storage: ", reason));
}

StorageReceipt ReceiptOf(const OrgId& org, Position position, const Hash& statement_hash,
                         std::span<const ObjectRef> objects) {
  StorageReceipt receipt{
      .org = org, .position = position, .statement = statement_hash, .objects = {}};
  for (const ObjectRef& ref : objects) {
    receipt.objects.push_back({.object = ref.object,
                               .payload_length = ref.payload_length,
                               .payload_sha256 = ref.payload_sha256});
  }
  return receipt;
}

std::string TextOf(const StorageReceipt& receipt) {
  std::string text =
      absl::StrCat(kLabel, OriginOf(receipt.org), "\n", kPositionPrefix, receipt.position.value,
                   "\n", kStatementPrefix, ToHex(receipt.statement), "\n");
  for (const StoredObject& object : receipt.objects) {
    absl::StrAppend(&text, ToHex(object.object), " ", object.payload_length, " ",
                    ToHex(object.payload_sha256), "\n");
  }
  return text;
}

template <class Id>
bool ReadHex(absl::string_view text, Id* out) {
  const std::optional<Bytes> bytes = FromHex(text);
  const std::optional<Id> id = bytes.has_value() ? Id::From(*bytes) : std::nullopt;
  if (id.has_value()) *out = *id;
  return id.has_value();
}

absl::StatusOr<StoredObject> ParseObject(absl::string_view line) {
  const std::vector<absl::string_view> fields = absl::StrSplit(line, ' ');
  StoredObject object;
  if (fields.size() != 3 || !ReadHex(fields[0], &object.object) ||
      !absl::SimpleAtoi(fields[1], &object.payload_length) ||
      !ReadHex(fields[2], &object.payload_sha256)) {
    return Malformed("a line that is no object, length and SHA-256");
  }
  return object;
}

absl::StatusOr<OrgId> ParseOrigin(absl::string_view line) {
  OrgId org;
  const std::string empty = OriginOf(OrgId{});
  const absl::string_view prefix(empty.data(), empty.size() - 2 * OrgId::kSize);
  if (!absl::ConsumePrefix(&line, prefix) || !ReadHex(line, &org)) {
    return Malformed("the second line is no log's origin");
  }
  return org;
}

absl::StatusOr<StorageReceipt> ParseText(absl::string_view text) {
  std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  lines.pop_back();  // After the last newline, which SplitNote found.
  if (lines.empty() || absl::StrCat(lines[0], "\n") != kLabel) {
    return Malformed(absl::StrCat("its first line is not ", kLabel.substr(0, kLabel.size() - 1)));
  }
  if (lines.size() <= kHeaderLines || lines.size() - kHeaderLines > kObjectsMax) {
    return Malformed(absl::StrCat(lines.size(), " lines, at least ", kHeaderLines + 1,
                                  " and at most ", kHeaderLines + kObjectsMax));
  }
  StorageReceipt receipt;
  absl::StatusOr<OrgId> org = ParseOrigin(lines[1]);
  if (!org.ok()) return org.status();
  receipt.org = *org;
  if (!absl::ConsumePrefix(&lines[2], kPositionPrefix) ||
      !absl::SimpleAtoi(lines[2], &receipt.position.value)) {
    return Malformed("the third line is no position");
  }
  if (!absl::ConsumePrefix(&lines[3], kStatementPrefix) || !ReadHex(lines[3], &receipt.statement)) {
    return Malformed("the fourth line is no statement's hash");
  }
  for (std::size_t i = kHeaderLines; i < lines.size(); ++i) {
    absl::StatusOr<StoredObject> object = ParseObject(lines[i]);
    if (!object.ok()) return object.status();
    receipt.objects.push_back(*object);
  }
  // No sign, blank, leading zero or capital: one receipt, one text.
  if (TextOf(receipt) != text) return Malformed("written in another way");
  return receipt;
}

}  // namespace

std::string StorageReceiptText(const OrgId& org, Position position, const Hash& statement_hash,
                               std::span<const ObjectRef> objects) {
  assert(!objects.empty() && objects.size() <= kObjectsMax);
  return TextOf(ReceiptOf(org, position, statement_hash, objects));
}

Signature SignStorageReceipt(const OrgId& org, Position position, const Hash& statement_hash,
                             std::span<const ObjectRef> objects, const SigningKey& log_key) {
  return log_key.Sign(AsBytes(StorageReceiptText(org, position, statement_hash, objects)));
}

absl::Status VerifyStorageReceipt(const OrgId& org, Position position, const Hash& statement_hash,
                                  std::span<const ObjectRef> objects, const VerifyKey& log_key,
                                  ByteView signature) {
  if (objects.empty() || objects.size() > kObjectsMax) {
    return absl::UnauthenticatedError(
        absl::StrCat("receipt of storage: for ", objects.size(), " objects there is none"));
  }
  const std::optional<Signature> read = Signature::From(signature);
  const std::string text = StorageReceiptText(org, position, statement_hash, objects);
  if (!read.has_value() || !VerifySignature(log_key, AsBytes(text), *read)) {
    return absl::UnauthenticatedError("receipt of storage: not signed by the log");
  }
  return absl::OkStatus();
}

std::string FormatStorageReceipt(const OrgId& org, Position position, const Hash& statement_hash,
                                 std::span<const ObjectRef> objects, const VerifyKey& log_key,
                                 ByteView signature) {
  const std::string name = OriginOf(org);
  return absl::StrCat(StorageReceiptText(org, position, statement_hash, objects), "\n",
                      FormatSignatureLine(name, NoteKeyIdOf(name, log_key), signature));
}

absl::StatusOr<StorageReceipt> OpenStorageReceipt(absl::string_view note,
                                                  const VerifyKey& log_key) {
  const absl::StatusOr<NoteLines> lines = SplitNote(note, kStorageReceiptBytesMax);
  if (!lines.ok()) return lines.status();
  absl::StatusOr<StorageReceipt> receipt = ParseText(lines->text);
  if (!receipt.ok()) return receipt.status();
  const auto text = OpenNote(OriginOf(receipt->org), log_key, note, kStorageReceiptBytesMax);
  if (!text.ok()) return text.status();
  return receipt;
}

}  // namespace amparo::audit
