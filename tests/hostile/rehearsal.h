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

// One mutation that a promise did not survive.
struct Broken {
  std::string verb;
  Mutation mutation;
  std::string why;
};

struct Tally {
  std::map<std::string, std::size_t> by_change;  // Names of changes -> runs.
  std::size_t runs = 0;
  std::size_t refused = 0;  // Runs in which the verb failed.
  std::size_t answers = 0;  // Of verbs that were rehearsed.
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

  // Which mutations of a verb are run.
  using Choice = std::function<std::vector<Mutation>(std::size_t verb)>;
  // Plays the story a second time. `plant`: what each run does wrong on purpose, before it is
  // judged. REQUIRES: called once.
  Tally Play(const Choice& choice, Plant plant = Plant::kNothing);

 private:
  void Record();
  void PlayTruly(std::size_t verb, const std::string& out, Act& act);
  void LoadTruth();
  void Fork(std::size_t verb, const Mutation& mutation, Plant plant);
  void Reap(Tally& tally);
  [[noreturn]] void RunChild(std::size_t verb, const Mutation& mutation, Plant plant,
                             const std::string& directory, int report);
  std::string Judge(const Outcome& outcome, const std::string& directory);
  std::string GoOn(const Outcome& outcome, Act& again);
  const Identity* FindIdentity(const Hash& certificate, const std::string& directory);
  std::optional<Identity> OpenDirectory(const std::string& directory);

  struct Running {
    std::size_t verb = 0;
    Mutation mutation;
    std::string directory;
    int report = -1;
  };

  ScratchDirectory scratch_;
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
