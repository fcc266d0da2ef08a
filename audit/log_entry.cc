#include "audit/log_entry.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "crypto/digest.h"
#include "statement/codec.h"
#include "statement/kinds.h"
#include "statement/labels.h"

namespace amparo::audit {
namespace {

constexpr char kLeafLabel[] = "amparo/leaf/v1\n";
constexpr char kTagLabel[] = "amparo/tag/v1\n";
constexpr std::uint8_t kLeafPrefix = 0x00;
constexpr std::uint8_t kEntryFormat = 1;

void WriteLeaf(Writer& out, const Leaf& leaf) {
  out.U8(leaf.leaf_class);
  out.Fixed(leaf.tag);
  out.Fixed(leaf.statement);
}

Leaf ReadLeaf(Reader& in) {
  Leaf leaf;
  leaf.leaf_class = in.U8("leaf class");
  if (leaf.leaf_class > 1) in.Fail("leaf class", absl::StrCat(leaf.leaf_class, " is unknown"));
  leaf.tag = in.Fixed<LogTag>("tag");
  leaf.statement = in.Fixed<Hash>("statement hash");
  return leaf;
}

}  // namespace

LogTag TagOf(const OrgId& org, const SubjectId& subject, const Hash& subject_prev) {
  const Hash full =
      Sha256({LabelBytes(kTagLabel), org.view(), subject.view(), subject_prev.view()});
  LogTag tag;
  std::copy_n(full.bytes.begin(), LogTag::kSize, tag.bytes.begin());
  return tag;
}

Leaf LeafOf(const SignedStatement& statement) {
  const Statement& inner = statement.statement;
  return {.leaf_class = LeafClassOf(static_cast<Kind>(inner.kind)),
          .tag = TagOf(inner.org, inner.subject, inner.subject_prev),
          .statement = HashOf(statement)};
}

Bytes LeafInput(const Leaf& leaf) {
  Writer out;
  out.Raw(LabelBytes(kLeafLabel));
  WriteLeaf(out, leaf);
  return out.Take();
}

Hash LeafHash(const Leaf& leaf) { return Sha256({ByteView(&kLeafPrefix, 1), LeafInput(leaf)}); }

Bytes EncodeLeaf(const Leaf& leaf) {
  Writer out;
  WriteLeaf(out, leaf);
  return out.Take();
}

absl::StatusOr<Leaf> DecodeLeaf(ByteView bytes) {
  Reader in(bytes);
  const Leaf leaf = ReadLeaf(in);
  if (absl::Status status = in.Finish("leaf"); !status.ok()) return status;
  return leaf;
}

Bytes EntryContext(const LogEntry& entry) {
  Writer out;
  out.U8(kEntryFormat);
  out.Raw(LeafInput(entry.leaf));
  out.Fixed(entry.shelf_key);
  return out.Take();
}

Bytes EncodeEntry(const LogEntry& entry) {
  Bytes out = EntryContext(entry);
  AppendTo(out, entry.payload);
  return out;
}

absl::StatusOr<LogEntry> DecodeEntry(ByteView bytes) {
  if (bytes.size() > kEntryBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("entry: ", bytes.size(), " bytes, at most ", kEntryBytesMax, " are allowed"));
  }
  Reader in(bytes);
  const std::uint8_t format = in.U8("format");
  if (in.ok() && format != kEntryFormat) {
    return absl::UnimplementedError(
        absl::StrCat("entry format: ", format, ", this build reads ", kEntryFormat));
  }
  const ByteView label = LabelBytes(kLeafLabel);
  const ByteView found = in.Raw(label.size(), "leaf label");
  if (!std::equal(found.begin(), found.end(), label.begin(), label.end())) {
    in.Fail("leaf label", "not that of a leaf");
  }
  LogEntry entry;
  entry.leaf = ReadLeaf(in);
  entry.shelf_key = in.Fixed<ShelfKeyId>("shelf key");
  const ByteView payload = in.Raw(in.remaining(), "payload");
  if (payload.empty()) in.Fail("payload", "empty");
  if (absl::Status status = in.Finish("entry"); !status.ok()) return status;
  entry.payload.assign(payload.begin(), payload.end());
  return entry;
}

}  // namespace amparo::audit
