// The session that is rehearsed, from founding to delivery: a list of verbs, each of one person
// in a home on disk, as the commands of `amparo` do them.
//
//   ria, rob registrars   fay fellow (submit-only)   cleo, carl coordinators   tina translator
//   rita reviewer         ada attorney
//
// Thread safety: one thread at a time.

#ifndef AMPARO_TESTS_HOSTILE_STORY_H_
#define AMPARO_TESTS_HOSTILE_STORY_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "client/client.h"
#include "tests/hostile/hostile_connection.h"
#include "tests/hostile/stage.h"

namespace amparo::testing {

inline constexpr char kPassphrase[] = "one two three four";

// What the people of the story know by themselves, and what verbs found out.
struct Facts {
  OrgId org;
  VerifyKey log_key;
  std::map<std::string, MemberId> members;
  std::map<std::string, std::string> invitations;  // Texts.
  SubjectId case_id, document;
};

// One verb while it runs.
struct Act {
  Stage& stage;
  Exchange& exchange;
  Facts& facts;
  std::string home;  // This person's.
  std::string out;   // Where files may be written; does not exist yet.
  // Titles and names as they were shown: by what they are of.
  std::map<std::string, std::string> shown;
};

struct Verb {
  std::string person;
  std::string name;
  bool is_new = true;  // False: much like an earlier one, with another person.
  std::function<absl::Status(Act&)> run;
  // What must succeed afterwards with a truthful server; empty: the home opens and synchronises.
  std::function<absl::Status(Act&)> again;
};

// The homes of root, recovery and registrars, files to send, the signed policy: everything
// before the server hears of anybody.
class Story {
 public:
  // Keeps everything in `directory`.
  Story(Stage& stage, const std::string& directory);

  const std::vector<Verb>& verbs() const { return verbs_; }
  std::string HomeOf(const std::string& person) const { return directory_ + "/homes/" + person; }
  const Identity& recovery() const { return *recovery_; }
  // What the signed policy says, before anybody is in the organisation.
  const Facts& known() const { return known_; }
  // Everybody's, from the homes that exist.
  std::map<std::string, Identity> Identities() const;

 private:
  void Prepare(Stage& stage);
  void AddFounding();
  void AddEnrolment(const std::string& person, std::uint16_t roles, bool is_new);
  void AddWork();
  void AddEnding();
  void AddMember(const std::string& person, const std::string& name,
                 std::function<absl::Status(client::Client&, Act&)> work, bool is_new = true);
  std::string Write(const std::string& name, const std::string& content) const;

  const std::string directory_;
  std::string draft_;
  std::vector<std::string> signatures_;
  std::optional<Identity> recovery_;
  Facts known_;
  std::vector<Verb> verbs_;
};

// Opens a home as a member's client, whose server is `act`'s.
absl::StatusOr<std::unique_ptr<client::Client>> OpenClient(Act& act);
// The keys of a home.
absl::StatusOr<KeyBundle> KeysIn(const std::string& home);

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_HOSTILE_STORY_H_
