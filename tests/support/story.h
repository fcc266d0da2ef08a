// A case and a document with the usual cast, so that a test is a five-line story:
//   fay, flo, sol (submit-only)   fellows          cleo, carl   coordinators of desk 1
//   tina, tom                     translators      dora         coordinator of desk 2
//   rita, rex                     reviewers        ada, abe     attorneys
//   max   fellow, translator and reviewer          una          auditor     ria, rob  registrars
//
// Thread safety: one thread at a time.

#ifndef AMPARO_TESTS_SUPPORT_STORY_H_
#define AMPARO_TESTS_SUPPORT_STORY_H_

#include <functional>
#include <string>
#include <vector>

#include "tests/support/organisation.h"
#include "workflow/workflow.h"

namespace amparo::testing {

// What somebody says, before it is judged; tests bend it.
struct Said {
  Body body;
  SignedStatement statement;
};

class Story {
 public:
  using Bend = std::function<void(Body&)>;

  // The case is open, by fay. `signs`: statements carry real signatures, and their author is
  // checked; without, thousands can be tried.
  explicit Story(bool signs = true);
  Story(Founding founding, bool signs);

  Organisation& organisation() { return organisation_; }
  const Organisation& organisation() const { return organisation_; }
  const workflow::Document& document() const { return document_; }
  void set_document(workflow::Document document) { document_ = std::move(document); }
  const workflow::Case& the_case() const { return case_; }
  workflow::Context Now() const {
    return {.directory = organisation_.directory(), .moment = organisation_.Here()};
  }

  // What `actor` would say of the document (or, by the act's kind, of the case): with the
  // objects that the act needs, and the grants of PlanGrants.
  Said Compose(const std::string& actor, const Act& act, const Bend& bend = {});
  // Judged, and nothing changed.
  workflow::Decision Judge(const Said& said) const;
  workflow::Decision Try(const std::string& actor, const Act& act, const Bend& bend = {});
  // Judged and, unless refused, applied.
  workflow::Decision Do(const std::string& actor, const Act& act, const Bend& bend = {});
  // Do, and abort the test program when refused.
  Story& Must(const std::string& actor, const Act& act, const Bend& bend = {});
  void Apply(const Said& said, const workflow::Decision& decision);

  // Acts on what is current.
  Submit SubmitAct() const;
  Assign AssignAct(const std::string& translator, const std::string& reviewer,
                   std::vector<std::string> attorneys = {}) const;
  HandIn HandInAct() const;
  Return ReturnAct() const;
  Approve ApproveAct() const;
  Deliver DeliverAct(std::vector<std::string> attorneys) const;
  Receive ReceiveAct() const;
  Reopen ReopenAct() const { return {.lease_end = organisation_.In(48)}; }

  // Straight to a state: tina translates, rita reviews, ada is the attorney.
  Story& Submitted();
  Story& Assigned();
  Story& Translating();
  Story& InReview();
  Story& Approved();  // Not delivered: the approval granted nothing to the attorney.
  Story& Delivered();

 private:
  void EnrolCast();
  void OpenCase();
  void Bring(Body& body, ObjectClass object_class);
  void Grant(Body& body, const ObjectId& object,
             const std::vector<workflow::Grantee>& devices) const;
  void BringObjects(Body& body);
  void GrantAsPlanned(Body& body, const MemberId& self) const;

  bool signs_;
  Organisation organisation_;
  workflow::Case case_;
  workflow::Document document_;
  std::uint64_t objects_ = 0;
};

std::vector<MemberId> MembersOf(const std::vector<workflow::Grantee>& devices);  // Each once.
std::vector<MemberId> MembersNamed(const std::vector<std::string>& names);       // Ascending.

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_SUPPORT_STORY_H_
