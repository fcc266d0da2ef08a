// The rehearsal: the story is played once to record what the server says, and once more; before
// each verb, processes fork off, and in each of them one answer of that verb is changed. What
// the client must never do is checked there.
//
// Spec: docs/attacks.md, "The harness". Thread safety: one thread at a time; the process has no
// other thread when it forks.

#ifndef AMPARO_TESTS_HOSTILE_REHEARSAL_H_
#define AMPARO_TESTS_HOSTILE_REHEARSAL_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/client_verbs/scratch_directory.h"
#include "tests/hostile/checks.h"
#include "tests/hostile/mutation.h"
#include "tests/hostile/stage.h"
#include "tests/hostile/story.h"

namespace amparo::testing {

// No file may grow beyond `file_bytes`: the program is killed when one would, or the write
// fails as on a full disk.
struct Misfortune {
  std::uint64_t file_bytes = 0;
  bool is_killed = false;
};

// One process: an answer that is changed, or a misfortune, and what goes wrong on purpose.
struct Trial {
  Mutation mutation = {};
  Plant plant = Plant::kNothing;  // Before it is judged: for tests of the checks.
  std::optional<Misfortune> misfortune = {};
  std::optional<Answer> given = {};  // Instead of what the mutation would make of the answer.
};

// A run that a promise did not survive.
struct Broken {
  std::string verb;
  Trial trial;
  std::string why;
};

struct Tally {
  std::map<std::string, std::size_t> by_change;  // Names of changes -> runs.
  std::size_t runs = 0;
  std::size_t refused = 0;  // Runs in which the verb failed.
  std::size_t answers = 0;  // Of verbs with runs.
  std::vector<Broken> broken;
};

class Rehearsal {
 public:
  // Prepares the story and plays it once, in a process of its own.
  Rehearsal();
  ~Rehearsal();

  const Recording& recording() const { return recording_; }
  const Story& story() const { return *story_; }
  // Why the second playing was not the first one again. Empty: it was.
  const std::string& difference() const { return difference_; }

  // Which runs there are of a verb.
  using Choice = std::function<std::vector<Trial>(std::size_t verb)>;
  // Plays the story a second time. REQUIRES: called once.
  Tally Play(const Choice& choice);

 private:
  void Record();
  void PlayTruly(std::size_t verb, const std::string& out, Act& act);
  void LoadTruth();
  void EnterVerb(std::size_t verb) const;
  void Fork(std::size_t verb, const Trial& trial);
  void Reap(Tally& tally);
  [[noreturn]] void RunChild(std::size_t verb, const Trial& trial, const std::string& directory,
                             int report);
  void Suffer(const Misfortune& misfortune, Outcome& outcome, Act& act,
              const std::string& directory);
  std::string Judge(const Outcome& outcome, const std::string& directory);
  std::string GoOn(const Outcome& outcome, Act& again);
  std::string TryAgain(const Outcome& outcome, Act& again);
  const Identity* FindIdentity(const Hash& certificate, const std::string& directory);
  std::optional<Identity> OpenDirectory(const std::string& directory);

  struct Running {
    std::size_t verb = 0;
    Trial trial;
    std::string directory;
    int report = -1;
  };

  ScratchDirectory scratch_;
  const int number_;  // Of this rehearsal in this process: chance never comes twice.
  std::unique_ptr<Stage> stage_;
  std::unique_ptr<Story> story_;
  Facts facts_;
  Recording recording_;
  Truth truth_;
  std::string difference_;
  std::optional<audit::Checkpoint> head_before_;  // Of the home whose verb is next.
  std::map<std::string, Identity> identities_;    // Once they are asked for.
  std::optional<Identity> directory_identity_;
  std::map<int, Running> running_;  // By process.
  std::size_t forked_ = 0;
};

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_HOSTILE_REHEARSAL_H_
