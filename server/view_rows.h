// The rows of the View: what the engine looks up, all derived from the log and from nothing
// else. This file is their only reader and writer. Spec: docs/spec/engine.md, "View rows".
//
// Thread safety: const; as safe as the view beneath.

#ifndef AMPARO_SERVER_VIEW_ROWS_H_
#define AMPARO_SERVER_VIEW_ROWS_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "audit/proof.h"
#include "crypto/bytes.h"
#include "server/subject.h"
#include "statement/bodies.h"
#include "statement/ids.h"
#include "storage/view.h"

namespace amparo::server {

// Which rows there are, and what they say. A view of another number is made again.
inline constexpr std::uint32_t kViewFormat = 3;

// Positions that stand in a chain's own row, so that most chains are found by one read.
inline constexpr std::size_t kChainRowPositions = 16;

struct StatementRow {
  Position position;
  Hash certificate;  // Its author's.
};
struct ChainRow {
  std::uint32_t statements = 0;  // In the subject's own chain.
  std::uint32_t revision = 0;    // The same, and for a case the documents that joined it.
  Position last;                 // Of the newest of them; meaningless while revision is 0.
  // Of its own statements, the first `in_row()` alone; every other has a row of its own.
  std::array<Position, kChainRowPositions> first;

  std::size_t in_row() const { return std::min<std::size_t>(statements, first.size()); }
  void AddStatement(Position position);
  void AddDocument(Position position);
};
struct ObjectRow {
  Subject subject;
  std::uint64_t length = 0;
  Hash sha256;
};
struct GrantRow {
  Hash certificate;
  Hash sha256;
};
struct CaseDocument {
  Position position;  // Of the submit.
  SubjectId document;
};

// The rows to write.
class RowWriter {
 public:
  void PutFormat();  // With the first entry.
  void PutStatement(const Hash& statement, const StatementRow& row);
  // Of a statement that stands in no chain row: see ChainRow::first.
  void PutChainEntry(const Subject& subject, Position position);
  void PutChain(const Subject& subject, const ChainRow& row);
  void PutCaseDocument(const SubjectId& case_id, const CaseDocument& document);
  void PutObject(const ObjectId& object, const ObjectRow& row);
  void PutGrant(const GrantRef& grant, Position position, std::uint16_t index);
  void PutSequence(const Hash& certificate, std::uint64_t sequence);
  void PutVisibleToMember(const MemberId& member, Position position);
  void PutVisibleOnDesk(Desk desk, Position position);
  // `completed`: the full subtrees that the newest leaf completed, itself first.
  void PutTree(TreeSize size, const Hash& root, const std::vector<Hash>& completed);
  // A turn of the directory, or a log epoch.
  void PutDirectoryPosition(Position position);
  void PutTick(Position position);
  void PutLogEpoch(Position position);
  void PutShelfKey(const SubjectId& case_id, const ShelfKeyId& shelf_key);
  const storage::ViewBatch& batch() const { return batch_; }

 private:
  void Put(Bytes key, Bytes value);
  storage::ViewBatch batch_;
};

// The rows that stand. Every method: DATA_LOSS if a row is malformed; what is absent is
// nothing, or empty, never an error.
class ViewRows {
 public:
  // `view` is borrowed.
  explicit ViewRows(const storage::View* view) : view_(view) {}

  // 0 if there are no rows, or those of a build that did not say.
  absl::StatusOr<std::uint32_t> Format() const;

  absl::StatusOr<std::optional<StatementRow>> FindStatement(const Hash& statement) const;
  // Positions of the subject's statements, in log order.
  // Of the subject's own statements, ascending; those of `row`, its chain's, and what the view
  // has of later ones.
  absl::StatusOr<std::vector<Position>> ChainEntries(const Subject& subject,
                                                     const ChainRow& row) const;
  absl::StatusOr<ChainRow> FindChain(const Subject& subject) const;
  absl::StatusOr<std::vector<CaseDocument>> CaseDocuments(const SubjectId& case_id) const;
  absl::StatusOr<std::optional<ObjectRow>> FindObject(const ObjectId& object) const;
  // Newest first.
  absl::StatusOr<std::vector<GrantRow>> Grants(const ObjectId& object,
                                               const MemberId& grantee) const;
  absl::StatusOr<std::uint64_t> LastSequence(const Hash& certificate) const;
  absl::StatusOr<std::optional<Hash>> RootAt(TreeSize size) const;
  // DATA_LOSS too if it is absent: ask for what lies within the tree.
  absl::StatusOr<Hash> NodeAt(const audit::NodeId& node) const;
  absl::StatusOr<std::optional<ShelfKeyId>> ShelfKeyOf(const SubjectId& case_id) const;
  // Positions from `from` on and below `end`, ascending; the first `limit` of them.
  absl::StatusOr<std::vector<Position>> VisibleToMember(const MemberId& member, Position from,
                                                        Position end, std::size_t limit) const;
  absl::StatusOr<std::vector<Position>> VisibleOnDesk(Desk desk, Position from, Position end,
                                                      std::size_t limit) const;
  absl::StatusOr<std::vector<Position>> DirectoryPositions(Position from, Position end,
                                                           std::size_t limit) const;
  // The newest below `end`.
  absl::StatusOr<std::optional<Position>> NewestTick(Position end) const;
  absl::StatusOr<std::optional<Position>> NewestLogEpoch(Position end) const;

 private:
  absl::StatusOr<std::vector<storage::ViewRow>> ScanAll(const Bytes& prefix) const;
  absl::StatusOr<std::vector<Position>> PositionsBetween(const Bytes& prefix, Position from,
                                                         Position end, std::size_t limit) const;
  absl::StatusOr<std::optional<Position>> NewestBelow(const Bytes& prefix, Position end) const;
  absl::StatusOr<std::optional<Bytes>> TreeRow(TreeSize size) const;
  const storage::View* view_;
};

}  // namespace amparo::server

#endif  // AMPARO_SERVER_VIEW_ROWS_H_
