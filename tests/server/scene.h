// One organisation over any store, founded, with a cast and an open case, so that a test is a
// five-line story: fay is a fellow; cleo and carl coordinate desk 1, dora desk 2; tina and tom
// translate, rita reviews, ada is an attorney; ria and rob are registrars.
//
// Thread safety: Try, Must and Answer may be called from several threads.

#ifndef AMPARO_TESTS_SERVER_SCENE_H_
#define AMPARO_TESTS_SERVER_SCENE_H_

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/organization.h"
#include "server/refusal.h"
#include "storage/store.h"
#include "tests/server/people.h"

namespace amparo::server::testing {

class Scene {
 public:
  // `store` is borrowed; without one the scene has its own, in memory.
  explicit Scene(storage::Store* store = nullptr, std::string salt = "");

  Organization& organization() { return *organization_; }
  People& people() { return people_; }
  storage::OrgStorage storage() { return organization_->storage(); }
  // Stops the organisation and opens it again over the same storage.
  absl::Status Reopen(Opening opening = Opening::kToServe);
  void Pass(std::uint64_t seconds) { now_ += seconds; }
  // Returns when the log's time is now.
  void AwaitTick();
  std::uint64_t now() const { return now_; }

  // Waits for the answer.
  absl::StatusOr<Appended> Answer(AppendInput input);
  absl::StatusOr<Appended> Answer(const SignedStatement& statement) {
    return Answer(AppendInput{.statement = statement.bytes, .grants = {}, .objects = {}});
  }
  // What `name` says now, with these objects and grants beside it.
  AppendInput Compose(const std::string& name, const Act& act, const About& about = {},
                      const std::vector<MadeObject>& objects = {},
                      const std::vector<MadeGrant>& grants = {});
  absl::StatusOr<Appended> Try(const std::string& name, const Act& act, const About& about = {});
  // Try, and abort the test program when refused.
  void Must(const std::string& name, const Act& act, const About& about = {});

  // A document of fay's in the open case: a manifest and one part, both small.
  AppendInput SubmitBy(const std::string& name, absl::string_view document, std::uint16_t number);
  static SubjectId SubjectNamed(absl::string_view name);
  Hash HeadOf(const Subject& subject);
  About AboutDocument(absl::string_view name);
  About AboutCase(absl::string_view name = "case");
  Assign AssignTo(const std::string& translator) const;
  AppendInput AssignBy(const std::string& coordinator, const std::string& translator,
                       absl::string_view document);

 private:
  std::unique_ptr<storage::Store> own_store_;
  storage::Store* store_;
  std::atomic<std::uint64_t> now_ = Organisation::kStartSeconds;
  OrgId org_;
  std::string log_key_name_;
  People people_;
  std::unique_ptr<Organization> organization_;
};

// The reason of a refusal; "OK"; or the status in words.
std::string ReasonOf(const absl::Status& status);
template <class T>
std::string ReasonOf(const absl::StatusOr<T>& result) {
  return ReasonOf(result.status());
}

}  // namespace amparo::server::testing

#endif  // AMPARO_TESTS_SERVER_SCENE_H_
