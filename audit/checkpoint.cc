#include "audit/checkpoint.h"

#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "audit/merkle.h"
#include "audit/signed_note.h"
#include "statement/text_encoding.h"

namespace amparo::audit {
namespace {

absl::Status Malformed(absl::string_view reason) {
  return absl::InvalidArgumentError(absl::StrCat("checkpoint: ", reason));
}

}  // namespace

std::string OriginOf(const OrgId& org) { return absl::StrCat("amparo.invalid/log/", ToHex(org)); }

std::string FormatCheckpointText(absl::string_view origin, const Checkpoint& checkpoint) {
  return absl::StrCat(origin, "\n", checkpoint.size.value, "\n", ToBase64(checkpoint.root.view()),
                      "\n");
}

absl::StatusOr<Checkpoint> ParseCheckpointText(absl::string_view origin, absl::string_view text) {
  const std::vector<absl::string_view> lines = absl::StrSplit(text, absl::MaxSplits('\n', 4));
  if (lines.size() != 4 || !lines[3].empty()) return Malformed("not exactly three lines");
  if (lines[0].empty() || lines[0] != origin) {
    return Malformed(absl::StrCat("origin is not ", origin));
  }
  Checkpoint checkpoint;
  // The number, then the text it would be written as: no sign, blank or leading zero.
  if (!absl::SimpleAtoi(lines[1], &checkpoint.size.value) ||
      absl::StrCat(checkpoint.size.value) != lines[1]) {
    return Malformed("size is not a decimal number of 64 bits");
  }
  const std::optional<Bytes> root = FromBase64(lines[2]);
  if (!root.has_value() || root->size() != Hash::kSize) return Malformed("root is not 32 bytes");
  checkpoint.root = *Hash::From(*root);
  if (checkpoint.size.value == 0 && checkpoint.root != EmptyRoot()) {
    return Malformed("size 0 with a root that is not the empty tree's");
  }
  return checkpoint;
}

std::string SignCheckpoint(const OrgId& org, const Checkpoint& checkpoint, const SigningKey& key) {
  const std::string origin = OriginOf(org);
  return SignNote(origin, FormatCheckpointText(origin, checkpoint), key);
}

absl::StatusOr<Checkpoint> OpenCheckpoint(const OrgId& org, const VerifyKey& key,
                                          absl::string_view note) {
  const std::string origin = OriginOf(org);
  const absl::StatusOr<absl::string_view> text = OpenNote(origin, key, note);
  if (!text.ok()) return text.status();
  return ParseCheckpointText(origin, *text);
}

}  // namespace amparo::audit
