#include "custody/receipt.h"

#include <algorithm>
#include <cassert>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "audit/checkpoint.h"
#include "audit/proof.h"
#include "statement/codec.h"
#include "statement/statement.h"
#include "statement/text_armor.h"

namespace amparo::custody {
namespace {

constexpr absl::string_view kReceiptHeader = "amparo-receipt-v1";
constexpr absl::string_view kEvidenceHeader = "amparo-evidence-v1";

// ---- Fields that both files share.

void WriteBytes(Writer& out, const Bytes& statement) {
  assert(!statement.empty() && statement.size() <= kSignedStatementBytesMax);
  out.Vec32(statement);
}
Bytes ReadStatement(Reader& in) {
  const ByteView bytes = in.Vec32(kSignedStatementBytesMax, "statement");
  if (bytes.empty()) in.Fail("statement", "empty");
  return Bytes(bytes.begin(), bytes.end());
}

void WriteNote(Writer& out, const std::string& note) {
  assert(!note.empty() && note.size() <= audit::kCheckpointBytesMax);
  out.Vec16(AsBytes(note));
}
std::string ReadNote(Reader& in, absl::string_view field) {
  const ByteView bytes = in.Vec16(audit::kCheckpointBytesMax, field);
  if (bytes.empty()) in.Fail(field, "empty");
  return std::string(AsText(bytes));
}

void WritePath(Writer& out, const std::vector<Hash>& path) {
  assert(path.size() <= audit::kPathHashesMax);
  out.U8(static_cast<std::uint8_t>(path.size()));
  for (const Hash& hash : path) out.Fixed(hash);
}
std::vector<Hash> ReadPath(Reader& in) {
  const std::size_t count = in.U8("path");
  if (count > audit::kPathHashesMax) {
    in.Fail("path", absl::StrCat(count, " hashes, at most ", audit::kPathHashesMax));
  }
  std::vector<Hash> path;
  for (std::size_t i = 0; i < count && in.ok(); ++i) path.push_back(in.Fixed<Hash>("path"));
  return path;
}

// A list's count; its elements are read one by one, so that a count alone takes no memory.
std::size_t ReadCount(Reader& in, std::size_t count, std::size_t min, std::size_t max,
                      absl::string_view field) {
  if (in.ok() && (count < min || count > max)) {
    in.Fail(field, absl::StrCat(count, " elements, expected ", min, " to ", max));
  }
  return in.ok() ? count : 0;
}

// ---- Receipt.

void WritePlaced(Writer& out, const std::vector<Placed>& list) {
  assert(list.size() <= kPlacedMax);
  out.U32(static_cast<std::uint32_t>(list.size()));
  for (const Placed& placed : list) {
    out.U64(placed.position.value);
    WriteBytes(out, placed.statement);
    WritePath(out, placed.path);
  }
}

std::vector<Placed> ReadPlaced(Reader& in, std::size_t min, absl::string_view field) {
  const std::size_t count = ReadCount(in, in.U32(field), min, kPlacedMax, field);
  std::vector<Placed> list;
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    Placed placed;
    placed.position.value = in.U64("position");
    placed.statement = ReadStatement(in);
    placed.path = ReadPath(in);
    if (!list.empty() && placed.position <= list.back().position) {
      in.Fail(field, absl::StrCat("position ", placed.position.value, " after ",
                                  list.back().position.value));
    }
    list.push_back(std::move(placed));
  }
  return list;
}

std::vector<Opening> ReadOpenings(Reader& in) {
  const std::size_t count = ReadCount(in, in.U16("openings"), 0, kOpeningsMax, "openings");
  std::vector<Opening> openings;
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    Opening opening;
    opening.object = in.Fixed<ObjectId>("object");
    opening.file_key = in.Fixed<decltype(opening.file_key)>("file key");
    opening.nonce = in.Fixed<decltype(opening.nonce)>("nonce");
    if (!openings.empty() && opening.object <= openings.back().object) {
      in.Fail("openings", "objects that do not ascend");
    }
    openings.push_back(opening);
  }
  return openings;
}

// One statement, one place: the lists have no position in common.
void CheckPositionsOnce(Reader& in, const Receipt& receipt) {
  std::set<Position> seen;
  for (const auto* list : {&receipt.directory, &receipt.ticks, &receipt.history}) {
    for (const Placed& placed : *list) {
      if (in.ok() && !seen.insert(placed.position).second) {
        in.Fail("position", absl::StrCat(placed.position.value, " stands twice"));
      }
    }
  }
}

void Write(Writer& out, const Receipt& receipt) {
  assert(!receipt.directory.empty() && receipt.openings.size() <= kOpeningsMax);
  out.Fixed(receipt.org);
  out.Fixed(receipt.document);
  WriteNote(out, receipt.checkpoint);
  WritePlaced(out, receipt.directory);
  WritePlaced(out, receipt.ticks);
  WritePlaced(out, receipt.history);
  out.U16(static_cast<std::uint16_t>(receipt.openings.size()));
  for (const Opening& opening : receipt.openings) {
    out.Fixed(opening.object);
    out.Fixed(opening.file_key);
    out.Fixed(opening.nonce);
  }
}

void Read(Reader& in, Receipt& receipt) {
  receipt.org = in.Fixed<OrgId>("org");
  receipt.document = in.Fixed<SubjectId>("document");
  receipt.checkpoint = ReadNote(in, "checkpoint");
  receipt.directory = ReadPlaced(in, 1, "directory");
  receipt.ticks = ReadPlaced(in, 0, "ticks");
  receipt.history = ReadPlaced(in, 0, "history");
  receipt.openings = ReadOpenings(in);
  CheckPositionsOnce(in, receipt);
}

// ---- Evidence: the type is the alternative's number, from 1.

void Write(Writer& out, const Equivocation& what) {
  WriteNote(out, what.first);
  WriteNote(out, what.second);
}
void Read(Reader& in, Equivocation& what) {
  what.first = ReadNote(in, "first");
  what.second = ReadNote(in, "second");
}

void Write(Writer& out, const Fork& what) {
  WriteNote(out, what.earlier);
  WriteNote(out, what.later);
  out.Fixed(what.other_root);
  WritePath(out, what.path);
}
void Read(Reader& in, Fork& what) {
  what.earlier = ReadNote(in, "earlier");
  what.later = ReadNote(in, "later");
  what.other_root = in.Fixed<Hash>("other root");
  what.path = ReadPath(in);
}

void Write(Writer& out, const Rollback& what) {
  WriteNote(out, what.larger);
  WriteNote(out, what.smaller);
  WritePath(out, what.path);
}
void Read(Reader& in, Rollback& what) {
  what.larger = ReadNote(in, "larger");
  what.smaller = ReadNote(in, "smaller");
  what.path = ReadPath(in);
}

void Write(Writer& out, const InvalidHistory& what) {
  Writer receipt;
  Write(receipt, what.history);
  out.Vec32(receipt.bytes());
}
void Read(Reader& in, InvalidHistory& what) {
  Reader receipt(in.Vec32(kFileBytesMax, "receipt"));
  if (!in.ok()) return;
  Read(receipt, what.history);
  if (const absl::Status status = receipt.Finish("receipt"); !status.ok()) {
    in.Fail("receipt", status.message());
  }
}

void Write(Writer& out, const Withholding& what) {
  WriteNote(out, what.checkpoint);
  out.U64(what.position.value);
  out.Raw(audit::EncodeLeaf(what.leaf));
  WritePath(out, what.path);
  out.Fixed(what.subject);
  out.Fixed(what.previous);
}
void Read(Reader& in, Withholding& what) {
  what.checkpoint = ReadNote(in, "checkpoint");
  what.position.value = in.U64("position");
  const ByteView leaf = in.Raw(audit::kLeafFieldBytes, "leaf");
  if (!in.ok()) return;
  auto decoded = audit::DecodeLeaf(leaf);
  if (!decoded.ok()) return in.Fail("leaf", decoded.status().message());
  what.leaf = *std::move(decoded);
  what.path = ReadPath(in);
  what.subject = in.Fixed<SubjectId>("subject");
  what.previous = in.Fixed<Hash>("previous");
}

template <class What>
void ReadWhat(Reader& in, Evidence& evidence) {
  Read(in, evidence.what.emplace<What>());
}

void Read(Reader& in, Evidence& evidence) {
  evidence.org = in.Fixed<OrgId>("org");
  const std::size_t count = ReadCount(in, in.U16("policies"), 1, kPoliciesMax, "policies");
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    evidence.policies.push_back(ReadStatement(in));
  }
  evidence.noticed_at.value = in.U64("noticed at");
  switch (const std::uint8_t type = in.U8("type")) {
    case 1:
      return ReadWhat<Equivocation>(in, evidence);
    case 2:
      return ReadWhat<Fork>(in, evidence);
    case 3:
      return ReadWhat<Rollback>(in, evidence);
    case 4:
      return ReadWhat<InvalidHistory>(in, evidence);
    case 5:
      return ReadWhat<Withholding>(in, evidence);
    default:
      in.Fail("type", absl::StrCat(type, ", expected 1 to 5"));
  }
}

void Write(Writer& out, const Evidence& evidence) {
  assert(!evidence.policies.empty() && evidence.policies.size() <= kPoliciesMax);
  out.Fixed(evidence.org);
  out.U16(static_cast<std::uint16_t>(evidence.policies.size()));
  for (const Bytes& policy : evidence.policies) WriteBytes(out, policy);
  out.U64(evidence.noticed_at.value);
  out.U8(static_cast<std::uint8_t>(evidence.what.index() + 1));
  std::visit([&out](const auto& what) { Write(out, what); }, evidence.what);
}

template <class File>
std::string FormatAs(absl::string_view header, const File& file) {
  Writer out;
  Write(out, file);
  return FormatArmor(header, out.bytes());
}

template <class File>
absl::StatusOr<File> ParseAs(absl::string_view header, absl::string_view text) {
  const absl::StatusOr<Bytes> bytes = ParseArmor(header, text, kFileBytesMax);
  if (!bytes.ok()) return bytes.status();
  Reader in(*bytes);
  File file;
  Read(in, file);
  if (absl::Status status = in.Finish(header); !status.ok()) return status;
  return file;
}

}  // namespace

FileKind FileKindOf(absl::string_view text) {
  if (ArmorVersion(kReceiptHeader, text).has_value()) return FileKind::kReceipt;
  if (ArmorVersion(kEvidenceHeader, text).has_value()) return FileKind::kEvidence;
  return FileKind::kUnknown;
}

std::string FormatReceipt(const Receipt& receipt) { return FormatAs(kReceiptHeader, receipt); }
std::string FormatEvidence(const Evidence& evidence) { return FormatAs(kEvidenceHeader, evidence); }
absl::StatusOr<Receipt> ParseReceipt(absl::string_view text) {
  return ParseAs<Receipt>(kReceiptHeader, text);
}
absl::StatusOr<Evidence> ParseEvidence(absl::string_view text) {
  return ParseAs<Evidence>(kEvidenceHeader, text);
}

}  // namespace amparo::custody
