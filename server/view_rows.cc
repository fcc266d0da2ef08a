#include "server/view_rows.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "absl/strings/str_cat.h"
#include "statement/codec.h"

namespace amparo::server {
namespace {

// DO NOT RENUMBER within one store format: the first byte of a key.
enum class Table : std::uint8_t {
  kFormat = 0,
  kStatement = 1,
  kChainEntry = 2,
  kChain = 3,
  kCaseDocument = 4,
  kObject = 5,
  kGrant = 6,
  kSequence = 7,
  kVisibleToMember = 8,
  kVisibleOnDesk = 9,
  kTree = 10,
  kShelfKey = 11,
  kDirectory = 12,
  kTick = 13,
  kLogEpoch = 14,
};

constexpr std::size_t kScanRowsMax = 4096;

Writer Key(Table table) {
  Writer writer;
  writer.U8(static_cast<std::uint8_t>(table));
  return writer;
}

template <class Id>
Bytes KeyOf(Table table, const Id& id) {
  Writer writer = Key(table);
  writer.Fixed(id);
  return writer.Take();
}

Bytes SubjectKey(Table table, const Subject& subject) {
  Writer writer = Key(table);
  writer.U8(static_cast<std::uint8_t>(subject.type));
  writer.Fixed(subject.id);
  return writer.Take();
}

Bytes DeskKey(Desk desk) {
  Writer writer = Key(Table::kVisibleOnDesk);
  writer.U16(desk);
  return writer.Take();
}

Bytes GrantKey(const ObjectId& object, const MemberId& grantee) {
  Writer writer = Key(Table::kGrant);
  writer.Fixed(object);
  writer.Fixed(grantee);
  return writer.Take();
}

Bytes TreeKey(TreeSize size) {
  Writer writer = Key(Table::kTree);
  writer.U64(size.value);
  return writer.Take();
}

Bytes WithPosition(Bytes key, Position position) {
  Writer writer;
  writer.Raw(key);
  writer.U64(position.value);
  return writer.Take();
}

// Of tables whose newest entry is asked for: the highest position has the lowest key.
Bytes WithPositionFromTheEnd(Bytes key, Position position) {
  return WithPosition(std::move(key), Position{~position.value});
}

// The number in the 8 bytes of `key` after its first `prefix_size`.
absl::StatusOr<Position> PositionIn(const Bytes& key, std::size_t prefix_size) {
  if (key.size() < prefix_size + 8) {
    return absl::DataLossError(
        absl::StrCat("a view key of ", key.size(), " bytes, needs ", prefix_size + 8));
  }
  Reader reader(ByteView(key).subspan(prefix_size, 8));
  return Position{reader.U64("position")};
}

}  // namespace

void ChainRow::AddStatement(Position position) {
  if (statements < first.size()) first[statements] = position;
  ++statements;
  ++revision;
  last = position;
}

void ChainRow::AddDocument(Position position) {
  ++revision;
  last = position;
}

void RowWriter::Put(Bytes key, Bytes value) {
  batch_.puts.push_back({.key = std::move(key), .value = std::move(value)});
}

void RowWriter::PutFormat() {
  Writer value;
  value.U32(kViewFormat);
  Put(Key(Table::kFormat).Take(), value.Take());
}

void RowWriter::PutStatement(const Hash& statement, const StatementRow& row) {
  Writer value;
  value.U64(row.position.value);
  value.Fixed(row.certificate);
  Put(KeyOf(Table::kStatement, statement), value.Take());
}

void RowWriter::PutChainEntry(const Subject& subject, Position position) {
  Put(WithPosition(SubjectKey(Table::kChainEntry, subject), position), {});
}

void RowWriter::PutChain(const Subject& subject, const ChainRow& row) {
  Writer value;
  value.U32(row.statements);
  value.U32(row.revision);
  value.U64(row.last.value);
  for (std::size_t i = 0; i < row.in_row(); ++i) value.U64(row.first[i].value);
  Put(SubjectKey(Table::kChain, subject), value.Take());
}

void RowWriter::PutCaseDocument(const SubjectId& case_id, const CaseDocument& document) {
  Writer value;
  value.Fixed(document.document);
  Put(WithPosition(KeyOf(Table::kCaseDocument, case_id), document.position), value.Take());
}

void RowWriter::PutObject(const ObjectId& object, const ObjectRow& row) {
  Writer value;
  value.U8(static_cast<std::uint8_t>(row.subject.type));
  value.Fixed(row.subject.id);
  value.U64(row.length);
  value.Fixed(row.sha256);
  Put(KeyOf(Table::kObject, object), value.Take());
}

void RowWriter::PutGrant(const GrantRef& grant, Position position, std::uint16_t index) {
  Writer key;
  key.Raw(WithPosition(GrantKey(grant.object, grant.grantee), position));
  key.U16(index);
  Writer value;
  value.Fixed(grant.grantee_certificate);
  value.Fixed(grant.sha256);
  Put(key.Take(), value.Take());
}

void RowWriter::PutSequence(const Hash& certificate, std::uint64_t sequence) {
  Writer value;
  value.U64(sequence);
  Put(KeyOf(Table::kSequence, certificate), value.Take());
}

void RowWriter::PutVisibleToMember(const MemberId& member, Position position) {
  Put(WithPosition(KeyOf(Table::kVisibleToMember, member), position), {});
}

void RowWriter::PutVisibleOnDesk(Desk desk, Position position) {
  Put(WithPosition(DeskKey(desk), position), {});
}

void RowWriter::PutTree(TreeSize size, const Hash& root, const std::vector<Hash>& completed) {
  Writer value;
  value.Fixed(root);
  for (const Hash& subtree : completed) value.Fixed(subtree);
  Put(TreeKey(size), value.Take());
}

void RowWriter::PutDirectoryPosition(Position position) {
  Put(WithPosition(Key(Table::kDirectory).Take(), position), {});
}

void RowWriter::PutTick(Position position) {
  Put(WithPositionFromTheEnd(Key(Table::kTick).Take(), position), {});
}

void RowWriter::PutLogEpoch(Position position) {
  Put(WithPositionFromTheEnd(Key(Table::kLogEpoch).Take(), position), {});
}

void RowWriter::PutShelfKey(const SubjectId& case_id, const ShelfKeyId& shelf_key) {
  Writer value;
  value.Fixed(shelf_key);
  Put(KeyOf(Table::kShelfKey, case_id), value.Take());
}

absl::StatusOr<std::uint32_t> ViewRows::Format() const {
  const auto value = view_->Get(Key(Table::kFormat).Take());
  if (!value.ok()) return value.status();
  if (!value->has_value()) return std::uint32_t{0};
  Reader reader(**value);
  const std::uint32_t format = reader.U32("format");
  if (!reader.Finish("format row").ok()) return absl::DataLossError("a malformed format row");
  return format;
}

absl::StatusOr<std::optional<StatementRow>> ViewRows::FindStatement(const Hash& statement) const {
  const auto value = view_->Get(KeyOf(Table::kStatement, statement));
  if (!value.ok()) return value.status();
  if (!value->has_value()) return std::optional<StatementRow>();
  Reader reader(**value);
  StatementRow row{.position = Position{reader.U64("position")},
                   .certificate = reader.Fixed<Hash>("certificate")};
  if (!reader.Finish("statement row").ok()) return absl::DataLossError("a malformed statement row");
  return std::optional(row);
}

absl::StatusOr<std::vector<storage::ViewRow>> ViewRows::ScanAll(const Bytes& prefix) const {
  std::vector<storage::ViewRow> all;
  Bytes from = prefix;
  while (true) {
    auto rows = view_->Scan(prefix, from, kScanRowsMax);
    if (!rows.ok()) return rows.status();
    const bool last = rows->size() < kScanRowsMax;
    for (storage::ViewRow& row : *rows) all.push_back(std::move(row));
    if (last) return all;
    from = all.back().key;
    from.push_back(0);
  }
}

absl::StatusOr<std::vector<Position>> ViewRows::ChainEntries(const Subject& subject,
                                                             const ChainRow& row) const {
  std::vector<Position> positions(row.first.begin(), row.first.begin() + row.in_row());
  if (row.statements == positions.size()) return positions;
  const Bytes prefix = SubjectKey(Table::kChainEntry, subject);
  const auto rows = ScanAll(prefix);
  if (!rows.ok()) return rows.status();
  for (const storage::ViewRow& entry : *rows) {
    const auto position = PositionIn(entry.key, prefix.size());
    if (!position.ok()) return position.status();
    positions.push_back(*position);
  }
  return positions;
}

absl::StatusOr<ChainRow> ViewRows::FindChain(const Subject& subject) const {
  const auto value = view_->Get(SubjectKey(Table::kChain, subject));
  if (!value.ok()) return value.status();
  if (!value->has_value()) return ChainRow{};
  Reader reader(**value);
  ChainRow row;
  row.statements = reader.U32("statements");
  row.revision = reader.U32("revision");
  row.last = Position{reader.U64("last")};
  for (std::size_t i = 0; i < row.in_row(); ++i) row.first[i] = Position{reader.U64("position")};
  if (!reader.Finish("chain row").ok()) return absl::DataLossError("a malformed chain row");
  return row;
}

absl::StatusOr<std::vector<CaseDocument>> ViewRows::CaseDocuments(const SubjectId& case_id) const {
  const Bytes prefix = KeyOf(Table::kCaseDocument, case_id);
  const auto rows = ScanAll(prefix);
  if (!rows.ok()) return rows.status();
  std::vector<CaseDocument> documents;
  for (const storage::ViewRow& row : *rows) {
    const auto position = PositionIn(row.key, prefix.size());
    const auto document = SubjectId::From(row.value);
    if (!position.ok() || !document) return absl::DataLossError("a malformed case document row");
    documents.push_back({.position = *position, .document = *document});
  }
  return documents;
}

absl::StatusOr<std::optional<ObjectRow>> ViewRows::FindObject(const ObjectId& object) const {
  const auto value = view_->Get(KeyOf(Table::kObject, object));
  if (!value.ok()) return value.status();
  if (!value->has_value()) return std::optional<ObjectRow>();
  Reader reader(**value);
  ObjectRow row;
  row.subject.type = static_cast<SubjectType>(reader.U8("subject type"));
  row.subject.id = reader.Fixed<SubjectId>("subject");
  row.length = reader.U64("length");
  row.sha256 = reader.Fixed<Hash>("sha256");
  if (!reader.Finish("object row").ok()) return absl::DataLossError("a malformed object row");
  return std::optional(row);
}

absl::StatusOr<std::vector<GrantRow>> ViewRows::Grants(const ObjectId& object,
                                                       const MemberId& grantee) const {
  const auto rows = ScanAll(GrantKey(object, grantee));
  if (!rows.ok()) return rows.status();
  std::vector<GrantRow> grants;
  for (const storage::ViewRow& row : *rows) {
    Reader reader(row.value);
    GrantRow grant;
    grant.certificate = reader.Fixed<Hash>("certificate");
    grant.sha256 = reader.Fixed<Hash>("sha256");
    if (!reader.Finish("grant row").ok()) return absl::DataLossError("a malformed grant row");
    grants.push_back(grant);
  }
  std::reverse(grants.begin(), grants.end());
  return grants;
}

absl::StatusOr<std::uint64_t> ViewRows::LastSequence(const Hash& certificate) const {
  const auto value = view_->Get(KeyOf(Table::kSequence, certificate));
  if (!value.ok()) return value.status();
  if (!value->has_value()) return std::uint64_t{0};
  Reader reader(**value);
  const std::uint64_t sequence = reader.U64("sequence");
  if (!reader.Finish("sequence row").ok()) return absl::DataLossError("a malformed sequence row");
  return sequence;
}

absl::StatusOr<std::optional<Hash>> ViewRows::RootAt(TreeSize size) const {
  const auto row = TreeRow(size);
  if (!row.ok()) return row.status();
  if (!row->has_value()) return std::optional<Hash>();
  return Hash::From(ByteView(**row).first(Hash::kSize));
}

// The root, and one subtree for each zero that the size ends with, and the leaf.
absl::StatusOr<std::optional<Bytes>> ViewRows::TreeRow(TreeSize size) const {
  auto value = view_->Get(TreeKey(size));
  if (!value.ok() || !value->has_value()) return value;
  const auto hashes = static_cast<std::size_t>(2 + std::countr_zero(size.value));
  if ((*value)->size() != hashes * Hash::kSize) {
    return absl::DataLossError(
        absl::StrCat("a tree row of ", (*value)->size(), " bytes, needs ", hashes * Hash::kSize));
  }
  return value;
}

absl::StatusOr<Hash> ViewRows::NodeAt(const audit::NodeId& node) const {
  const bool fits = node.level < 64 && node.index < (~std::uint64_t{0} >> node.level);
  const TreeSize size{fits ? (node.index + 1) << node.level : 0};
  const auto row = TreeRow(size);
  if (!row.ok()) return row.status();
  if (!row->has_value()) {
    return absl::DataLossError(
        absl::StrCat("no node ", node.index, " of level ", node.level, " in the view"));
  }
  return *Hash::From(ByteView(**row).subspan(Hash::kSize * (1u + node.level), Hash::kSize));
}

absl::StatusOr<std::optional<ShelfKeyId>> ViewRows::ShelfKeyOf(const SubjectId& case_id) const {
  const auto value = view_->Get(KeyOf(Table::kShelfKey, case_id));
  if (!value.ok()) return value.status();
  if (!value->has_value()) return std::optional<ShelfKeyId>();
  const auto shelf_key = ShelfKeyId::From(**value);
  if (!shelf_key) return absl::DataLossError("a malformed shelf key row");
  return shelf_key;
}

absl::StatusOr<std::vector<Position>> ViewRows::PositionsBetween(const Bytes& prefix, Position from,
                                                                 Position end,
                                                                 std::size_t limit) const {
  std::vector<Position> positions;
  if (end.value <= from.value) return positions;
  const std::size_t most = std::min<std::uint64_t>(limit, end.value - from.value);
  const auto rows = view_->Scan(prefix, WithPosition(prefix, from), most);
  if (!rows.ok()) return rows.status();
  for (const storage::ViewRow& row : *rows) {
    const auto position = PositionIn(row.key, prefix.size());
    if (!position.ok()) return position.status();
    if (*position >= end) break;
    positions.push_back(*position);
  }
  return positions;
}

absl::StatusOr<std::vector<Position>> ViewRows::VisibleToMember(const MemberId& member,
                                                                Position from, Position end,
                                                                std::size_t limit) const {
  return PositionsBetween(KeyOf(Table::kVisibleToMember, member), from, end, limit);
}

absl::StatusOr<std::vector<Position>> ViewRows::VisibleOnDesk(Desk desk, Position from,
                                                              Position end,
                                                              std::size_t limit) const {
  return PositionsBetween(DeskKey(desk), from, end, limit);
}

absl::StatusOr<std::vector<Position>> ViewRows::DirectoryPositions(Position from, Position end,
                                                                   std::size_t limit) const {
  return PositionsBetween(Key(Table::kDirectory).Take(), from, end, limit);
}

absl::StatusOr<std::optional<Position>> ViewRows::NewestBelow(const Bytes& prefix,
                                                              Position end) const {
  if (end.value == 0) return std::optional<Position>();
  const auto rows = view_->Scan(prefix, WithPositionFromTheEnd(prefix, Position{end.value - 1}), 1);
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return std::optional<Position>();
  const auto mirrored = PositionIn(rows->front().key, prefix.size());
  if (!mirrored.ok()) return mirrored.status();
  return std::optional(Position{~mirrored->value});
}

absl::StatusOr<std::optional<Position>> ViewRows::NewestTick(Position end) const {
  return NewestBelow(Key(Table::kTick).Take(), end);
}

absl::StatusOr<std::optional<Position>> ViewRows::NewestLogEpoch(Position end) const {
  return NewestBelow(Key(Table::kLogEpoch).Take(), end);
}

}  // namespace amparo::server
