// A log that a test writes by hand, with its true keys: what an honest server would serve, and
// whatever a dishonest one could sign. Nothing is judged when it is added.
//
//   ria, rob registrars   fay fellow   cleo, carl coordinators of desk 1   tina translator
//   rita reviewer
//
// Thread safety: one thread at a time.

#ifndef AMPARO_TESTS_CLIENT_SCRIPTED_LOG_H_
#define AMPARO_TESTS_CLIENT_SCRIPTED_LOG_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "audit/log_entry.h"
#include "client/connection.h"
#include "client/log_tree.h"
#include "statement/statement.h"
#include "tests/support/organisation.h"

namespace amparo::testing {

// How the server treats the client: empty is honest and open.
struct Serving {
  std::optional<std::uint64_t> size;  // The log ends here.
  std::set<std::uint64_t> hidden;     // Positions whose statements are not delivered.
  std::set<SubjectId> invisible;      // Subjects that are NOT_FOUND.
  std::function<void(client::SyncReply&)> sync;
  std::function<void(client::SubjectReply&)> subject;
  std::function<void(client::CheckpointReply&)> checkpoint;
  std::function<void(client::LightWhich, client::LightReply&)> light;
  std::function<void(std::vector<std::vector<Hash>>&)> prove;
  std::uint32_t page = 1'000'000;  // Statements and entries per reply.
  int subject_calls = 0;           // Counted.
  // What comes of an Append; empty: it is added to the log.
  std::function<absl::StatusOr<client::AppendReply>(const client::AppendRequest&)> append;
};

class ScriptedLog {
 public:
  using Bend = std::function<void(Statement&)>;

  // Founded, ticked, recovery tested, everybody enrolled.
  ScriptedLog();

  const OrgId& org() const { return org_; }
  VerifyKey log_key() const { return KeyNamed("log").verify_key(); }
  Hash Certificate(const std::string& name) const { return HashOf(certificates_.at(name)); }
  std::uint64_t size() const { return leaves_.size(); }
  bool IsOfASubject(std::uint64_t position) const {
    return leaves_.at(position).leaf.leaf_class == 0;
  }
  Hash RootNow() const { return tree_.RootAt(tree_.size()); }
  Hash RootAt(std::uint64_t size) const { return tree_.RootAt(TreeSize{size}); }
  const Bytes& StatementAt(std::uint64_t position) const { return leaves_.at(position).statement; }
  UnixSeconds now() const { return now_; }

  // What `name` would truthfully say now; `bend` changes it before it is signed.
  SignedStatement Say(const std::string& name, const Act& act, const SubjectId& subject = {},
                      const Bend& bend = {}, std::vector<ObjectRef> objects = {},
                      std::vector<GrantRef> grants = {});
  // At the end of the log; returns its position. `leaf`: instead of the statement's.
  std::uint64_t Add(const SignedStatement& statement, std::optional<audit::Leaf> leaf = {});
  // The statement of a request, as an honest server adds it: the same bytes once.
  absl::StatusOr<client::AppendReply> Take(const client::AppendRequest& request);
  // A leaf of a statement that nobody will see.
  void AddUnseen(const audit::Leaf& leaf);
  // Revoked by ria, or enrolled, as at the beginning. Return the last position.
  std::uint64_t Revoke(const std::string& name);
  std::uint64_t Enrol(const std::string& name, std::uint16_t roles, std::vector<Desk> desks = {});
  void TickTo(UnixSeconds now);
  // The server is restored from a backup of this size: what came after is gone.
  void CutTo(std::uint64_t size);
  // Said by these of the three roots, two of which are enough; not added.
  SignedStatement SayByRoots(const Act& act,
                             const std::vector<std::string>& roots = {"root-1", "root-2"});
  // That the log goes on from its end now, as that epoch. Returns its position.
  std::uint64_t BeginEpoch(std::uint32_t epoch);

  // ---- A case of fay's on desk 1, and a document in it. Each returns its position ----
  std::uint64_t OpenCase();
  std::uint64_t Submit();
  std::uint64_t Assign(const Bend& bend = {}, const std::string& by = "cleo");
  std::uint64_t Ask(const std::string& by = "tina");
  const SubjectId& case_id() const { return case_; }
  const SubjectId& document() const { return document_; }

  std::string Note(std::uint64_t size, const std::string& key = "log") const;
  Serving& serving() { return serving_; }
  std::unique_ptr<client::Connection> Connect();

 private:
  friend class ScriptedConnection;
  struct Entry {
    audit::Leaf leaf;
    Bytes statement;  // Empty: unseen.
    SubjectType type = SubjectType::kDirectory;
    Kind kind = {};
    SubjectId subject;
  };
  Kind KindAt(std::uint64_t position) const;
  Hash& HeadOf(SubjectType type, const SubjectId& subject) { return heads_[{type, subject}]; }
  ObjectRef Object(ObjectClass object_class);
  GrantRef Grant(const ObjectRef& object, const std::string& to, Purpose purpose) const;

  OrgId org_;
  UnixSeconds now_{Organisation::kStartSeconds};
  std::map<std::string, amparo::Certificate> certificates_;
  std::map<std::string, std::uint64_t> sequences_;
  std::map<std::string, Hash> newest_;
  std::map<std::pair<SubjectType, SubjectId>, Hash> heads_;
  std::vector<Entry> leaves_;
  client::LogTree tree_;
  SubjectId case_ = SubjectId::Filled(0xca);
  SubjectId document_ = SubjectId::Filled(0xd0);
  std::uint64_t objects_ = 0;
  Serving serving_;
};

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_CLIENT_SCRIPTED_LOG_H_
