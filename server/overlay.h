// The log as it will be: what stands, and the statements admitted since. A batch is judged
// against it one statement after the other; a replay of the log admits through it too, so
// that both derive the same rows. Dropped when the append fails.
// Spec: docs/spec/engine.md, "Overlay".
//
// Thread safety: one thread at a time.

#ifndef AMPARO_SERVER_OVERLAY_H_
#define AMPARO_SERVER_OVERLAY_H_

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "audit/merkle.h"
#include "directory/directory.h"
#include "server/subject_states.h"
#include "server/view_rows.h"
#include "statement/bodies.h"
#include "statement/statement.h"

namespace amparo::server {

class Overlay {
 public:
  struct Base {
    std::shared_ptr<const directory::Directory> directory;
    audit::Frontier frontier;  // Of all that stands, which `rows` reflect.
    const ViewRows* rows = nullptr;
    SubjectStates* subjects = nullptr;
  };
  explicit Overlay(Base base);

  Position next() const { return Position{frontier_.size().value}; }
  TreeSize base_size() const { return base_size_; }
  const audit::Frontier& frontier() const { return frontier_; }
  const directory::Directory& directory() const { return *directory_; }
  std::shared_ptr<const directory::Directory> shared_directory() const { return directory_; }
  directory::Moment moment() const { return directory_->MomentAt(next()); }

  // What stands or was admitted. Absent is nothing, or zero.
  absl::StatusOr<std::optional<StatementRow>> FindStatement(const Hash& statement) const;
  absl::StatusOr<std::optional<ObjectRow>> FindObject(const ObjectId& object) const;
  absl::StatusOr<std::uint64_t> LastSequence(const Hash& certificate) const;
  absl::StatusOr<std::optional<Hash>> RootAt(TreeSize size) const { return rows_->RootAt(size); }
  absl::StatusOr<std::optional<ShelfKeyId>> ShelfKeyOf(const SubjectId& case_id) const;
  absl::StatusOr<std::shared_ptr<const SubjectState>> StateOf(const Subject& subject) const;
  // The case that the subject belongs to, a case being its own; zeros outside of cases.
  absl::StatusOr<SubjectId> CaseOf(const Subject& subject) const;

  // Makes the statement the entry at next(). `events`: what Decide made of it (none for
  // class 1). `shelf_key`: of its case, zeros for class 1.
  // DATA_LOSS: the directory refuses it. REQUIRES: it was judged against this very overlay.
  absl::Status Admit(const SignedStatement& statement, const Body& body,
                     const std::vector<workflow::Event>& events, const ShelfKeyId& shelf_key);

  // What was admitted, for the view and for the cache of states.
  const storage::ViewBatch& rows() const { return writer_.batch(); }
  const std::map<Subject, std::shared_ptr<const SubjectState>>& states() const { return states_; }

 private:
  absl::Status AdmitToDirectory(const SignedStatement& statement);
  absl::Status AdmitToSubject(const SignedStatement& statement, const Body& body,
                              const std::vector<workflow::Event>& events,
                              const ShelfKeyId& shelf_key);
  absl::Status JoinCase(const SubjectId& case_id, const SubjectId& document);
  // What finds statements of class 1, and the format with the first entry.
  void PutLogRows(Kind kind);
  void PutObjectRows(const Subject& subject, const Body& body);
  void PutState(const Subject& subject, SubjectState state);
  // Rows for everyone who may see the subject just before or just after the statement.
  void FanOut(const SubjectValue& before, const SubjectValue& after, const MemberId& author);

  const ViewRows* rows_;
  SubjectStates* subjects_;
  const std::shared_ptr<const directory::Directory> base_directory_;
  const TreeSize base_size_;

  std::shared_ptr<const directory::Directory> directory_;
  audit::Frontier frontier_;
  RowWriter writer_;
  std::map<Hash, StatementRow> statements_;
  std::map<ObjectId, ObjectRow> objects_;
  std::map<Hash, std::uint64_t> sequences_;
  std::map<SubjectId, ShelfKeyId> shelf_keys_;
  std::map<Subject, std::shared_ptr<const SubjectState>> states_;
  // What was asked for already, as of the base.
  mutable std::map<Subject, std::shared_ptr<const SubjectState>> loaded_;
};

}  // namespace amparo::server

#endif  // AMPARO_SERVER_OVERLAY_H_
