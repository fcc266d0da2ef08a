// The rows of the View: what the engine looks up, all derived from the log and from nothing
// else. This file is their only reader and writer. Spec: docs/spec/engine.md, "View rows".
//
// Thread safety: const; as safe as the view beneath.

#ifndef AMPARO_SERVER_VIEW_ROWS_H_
#define AMPARO_SERVER_VIEW_ROWS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "server/subject.h"
#include "statement/bodies.h"
#include "statement/ids.h"
#include "storage/view.h"

namespace amparo::server {

struct StatementRow {
  Position position;
  Hash certificate;  // Its author's.
};
struct ChainRow {
  std::uint32_t statements = 0;  // In the subject's own chain.
  std::uint32_t revision = 0;    // The same, and for a case the documents that joined it.
  Position last;                 // Of the newest of them; meaningless while revision is 0.
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
  void PutStatement(const Hash& statement, const StatementRow& row);
  void PutChainEntry(const Subject& subject, Position position);
  void PutChain(const Subject& subject, const ChainRow& row);
  void PutCaseDocument(const SubjectId& case_id, const CaseDocument& document);
  void PutObject(const ObjectId& object, const ObjectRow& row);
  void PutGrant(const GrantRef& grant, Position position, std::uint16_t index);
  void PutSequence(const Hash& certificate, std::uint64_t sequence);
  void PutVisibleToMember(const MemberId& member, Position position);
  void PutVisibleOnDesk(Desk desk, Position position);
  void PutRoot(TreeSize size, const Hash& root);
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

  absl::StatusOr<std::optional<StatementRow>> FindStatement(const Hash& statement) const;
  // Positions of the subject's statements, in log order.
  absl::StatusOr<std::vector<Position>> ChainEntries(const Subject& subject) const;
  absl::StatusOr<ChainRow> FindChain(const Subject& subject) const;
  absl::StatusOr<std::vector<CaseDocument>> CaseDocuments(const SubjectId& case_id) const;
  absl::StatusOr<std::optional<ObjectRow>> FindObject(const ObjectId& object) const;
  // Newest first.
  absl::StatusOr<std::vector<GrantRow>> Grants(const ObjectId& object,
                                               const MemberId& grantee) const;
  absl::StatusOr<std::uint64_t> LastSequence(const Hash& certificate) const;
  absl::StatusOr<std::optional<Hash>> RootAt(TreeSize size) const;
  absl::StatusOr<std::optional<ShelfKeyId>> ShelfKeyOf(const SubjectId& case_id) const;
  // Positions from `from` on and below `end`, ascending.
  absl::StatusOr<std::vector<Position>> VisibleToMember(const MemberId& member, Position from,
                                                        Position end) const;
  absl::StatusOr<std::vector<Position>> VisibleOnDesk(Desk desk, Position from, Position end) const;

 private:
  absl::StatusOr<std::vector<storage::ViewRow>> ScanAll(const Bytes& prefix) const;
  absl::StatusOr<std::vector<Position>> PositionsBetween(const Bytes& prefix, Position from,
                                                         Position end) const;
  const storage::View* view_;
};

}  // namespace amparo::server

#endif  // AMPARO_SERVER_VIEW_ROWS_H_
