// What must hold of every history that Decide accepts, told apart from Decide: it looks at who
// said what, and not at what the rules made of it.
//
// Thread safety: one thread at a time.

#ifndef AMPARO_TESTS_WORKFLOW_ORACLE_H_
#define AMPARO_TESTS_WORKFLOW_ORACLE_H_

#include <optional>
#include <set>
#include <string>

#include "workflow/workflow.h"

namespace amparo::workflow {

class Oracle {
 public:
  // `act` by `actor` was accepted and led from `before` to `after`. Returns what is wrong, or "".
  std::string Accepted(const MemberId& actor, const Body& body, const Document& before,
                       const Document& after) {
    if (before.state == State::kWithdrawn || before.state == State::kErased) {
      return "something happened after the end";
    }
    switch (KindOf(body.act)) {
      case Kind::kSubmit:
        submitters_.insert(actor);
        writers_.clear();
        approver_.reset();
        untranslated_ = false;
        break;
      case Kind::kHandIn:
        writers_.insert(actor);
        approver_.reset();
        certified_ = body.objects.back().object_class == ObjectClass::kCertificate;
        break;
      case Kind::kApprove:
        if (writers_.contains(actor)) return "approved by somebody who wrote a version";
        if (submitters_.contains(actor)) return "approved by somebody who submitted the source";
        if (!certified_) return "approved without a certificate";
        approver_ = actor;
        break;
      case Kind::kReopen:
        approver_.reset();
        untranslated_ = false;
        break;
      case Kind::kDeliver:
        if (std::get<Deliver>(body.act).already_in_target_language != 0) untranslated_ = true;
        break;
      default:
        break;
    }
    const bool out = after.state == State::kDelivered || after.state == State::kReceived;
    if (out && !approver_ && !(untranslated_ && writers_.empty())) {
      return "delivered without approval";
    }
    if (after.state == State::kApproved && !approver_) return "approved by nobody";
    return "";
  }

 private:
  std::set<MemberId> submitters_;
  std::set<MemberId> writers_;
  std::optional<MemberId> approver_;
  bool certified_ = false;
  bool untranslated_ = false;
};

}  // namespace amparo::workflow

#endif  // AMPARO_TESTS_WORKFLOW_ORACLE_H_
