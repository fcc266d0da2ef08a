// A whole log, small, with true keys that are derived from names: what receipts and evidence are
// made of. Nothing is judged when it is added, so that it can hold what the rules refuse.
//
//   ria, rob registrars   fay fellow   cleo coordinator of desk 1   tina, ben translators
//   rita reviewer   ada attorney
//
// Thread safety: one thread at a time.

#ifndef AMPARO_TESTS_CUSTODY_CUSTODY_LOG_H_
#define AMPARO_TESTS_CUSTODY_CUSTODY_LOG_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "audit/checkpoint.h"
#include "audit/proof.h"
#include "custody/receipt.h"
#include "directory/directory.h"
#include "statement/bodies.h"
#include "tests/support/organisation.h"
#include "workflow/workflow.h"

namespace amparo::testing {

// A part, with what opens it.
struct SealedPart {
  ObjectRef ref;
  custody::Opening opening;
  Bytes plaintext;
};

class CustodyLog {
 public:
  using Bend = std::function<void(Statement&, Body&)>;
  inline static const SubjectId kDocument = SubjectId::Filled(0xd0);
  inline static const SubjectId kOtherDocument = SubjectId::Filled(0xd1);

  // Founded, ticked, recovery tested; `cast` enrolled, and their case open unless one is missing.
  explicit CustodyLog(const std::vector<std::string>& cast);
  // The usual cast, and the whole story: submitted, assigned, accepted, asked and answered, handed
  // in, approved, received; ben is enrolled and revoked meanwhile.
  static CustodyLog WholeStory();

  const OrgId& org() const { return org_; }
  std::uint64_t size() const { return statements_.size(); }
  const SignedStatement& At(std::uint64_t position) const { return statements_[position]; }
  Hash Certificate(const std::string& name) const { return HashOf(certificates_.at(name)); }
  UnixSeconds now() const { return now_; }

  // What `name` ("root", "log") would truthfully say now about the directory, the log or the
  // document; `bend` changes it before it is signed.
  SignedStatement Compose(const std::string& name, const Act& act, const Bend& bend = {});
  // Whether the rules would have it as the next entry.
  bool Allows(const SignedStatement& statement) const;
  // At the end of the log; returns its position.
  std::uint64_t Add(const SignedStatement& statement);
  std::uint64_t Say(const std::string& name, const Act& act, const Bend& bend = {}) {
    return Add(Compose(name, act, bend));
  }
  std::uint64_t TickAfter(std::uint64_t seconds);
  void Enrol(const std::string& name);
  std::uint64_t Revoke(const std::string& name);
  std::uint64_t OpenCase();
  // By whoever it is up to; each returns its position.
  std::uint64_t Submit(const Bend& bend = {});
  std::uint64_t Assign(const Bend& bend = {});
  std::uint64_t Accept(const Bend& bend = {}) { return Say("tina", amparo::Accept{}, bend); }
  std::uint64_t HandIn(const Bend& bend = {});
  std::uint64_t Approve(const std::string& by = "rita", const Bend& bend = {});
  std::uint64_t Receive();
  std::uint64_t Ask(const std::string& by);
  // The next policy; `change` bends it. The log's key is then the one of that name.
  std::uint64_t NextPolicy(const std::function<void(Policy&)>& change);
  void SignWith(std::string log_key) { log_key_ = std::move(log_key); }

  const directory::Directory& directory() const { return directory_; }
  const workflow::Document& document() const { return document_; }
  const std::vector<SealedPart>& parts() const { return parts_; }

  // Of the document, with the statements below `end` (all), their newest ticks, and a checkpoint
  // of the whole log.
  custody::Receipt ReceiptOf(std::optional<std::uint64_t> end = {}) const;
  // The same with the openings of all parts.
  custody::Receipt ReceiptWithFiles() const;
  custody::Placed PlacedAt(std::uint64_t position) const;
  std::vector<Bytes> Policies() const;

  audit::Checkpoint Head(std::uint64_t size) const;
  std::string Note(std::uint64_t size, const std::string& key = "") const;
  std::vector<Hash> Consistency(std::uint64_t from, std::uint64_t to) const;
  // A cosignature line of a member's device.
  std::string CosignedBy(const std::string& name, std::uint64_t size, UnixSeconds time) const;

 private:
  ObjectRef Object(ObjectClass object_class);
  void Bring(Body& body);
  void Grant(Body& body, const MemberId& self) const;
  Hash PreviousOf(SubjectType type) const;
  void Learn(const SignedStatement& statement, Position position);
  absl::StatusOr<Hash> Node(const audit::NodeId& id) const;
  audit::NodeSource Nodes() const;

  OrgId org_;
  UnixSeconds now_{Organisation::kStartSeconds};
  std::string log_key_ = "log";
  std::map<std::string, amparo::Certificate> certificates_;
  std::map<std::string, std::uint64_t> sequences_;
  std::map<std::string, Hash> newest_;
  std::vector<SignedStatement> statements_;
  directory::Directory directory_;
  workflow::Document document_;
  workflow::Case case_;
  std::vector<SealedPart> parts_;
  std::uint64_t objects_ = 0;
};

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_CUSTODY_CUSTODY_LOG_H_
