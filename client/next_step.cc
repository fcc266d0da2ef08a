// What a member does next with a document, in the words of their role.

#include <algorithm>

#include "client/verbs.h"

namespace amparo::client::verbs {
namespace {

bool HasOpenQuestionFromOthers(const workflow::Document& document, const MemberId& self) {
  return std::any_of(document.questions.begin(), document.questions.end(),
                     [&](const workflow::Question& question) {
                       return !question.answered && question.by != self;
                     });
}

std::string TranslatorsStep(const workflow::Document& document, workflow::State state) {
  if (state == workflow::State::kAssigned) return "accept or decline";
  if (state != workflow::State::kTranslating) return "";
  if (document.translations.empty()) return "translate and hand in";
  return document.translations.back().correction ? "certify the correction and hand in"
                                                 : "correct and hand in again";
}

std::string CoordinatorsStep(const workflow::Document& document, workflow::State state) {
  if (state == workflow::State::kSubmitted) return "assign";
  if (state == workflow::State::kApproved) return "deliver";
  return document.reviewer.is_zero() && state == workflow::State::kInReview ? "name a reviewer"
                                                                            : "";
}

}  // namespace

std::string NextStep(const Workplace& place, const workflow::Document& document) {
  const workflow::State state = document.StateAt(place.replica.now().now);
  const MemberId& self = place.self();
  if (state == workflow::State::kWithdrawn || state == workflow::State::kErased) return "";
  if (document.translator == self) {
    if (std::string step = TranslatorsStep(document, state); !step.empty()) return step;
  }
  if (document.reviewer == self && state == workflow::State::kInReview) {
    return "review: approve or return";
  }
  if (document.delivered_to.contains(self) && !document.received_by.contains(self)) {
    return "receive";
  }
  const directory::Directory& directory = place.replica.directory();
  const directory::Moment moment = place.replica.now();
  const bool coordinates = directory.HasRole(self, Role::kCoordinator, moment) &&
                           directory.IsOnDesk(self, document.desk, moment);
  if (coordinates) {
    if (std::string step = CoordinatorsStep(document, state); !step.empty()) return step;
  }
  const bool asked = coordinates || document.submitters.contains(self);
  if (asked && place.keys.identity.has_value() && HasOpenQuestionFromOthers(document, self)) {
    return "answer a question";
  }
  return "";
}

}  // namespace amparo::client::verbs
