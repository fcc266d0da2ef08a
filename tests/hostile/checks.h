// What no answer of a server may bring about: the promises of issue "The hostile server", as
// checks of what one verb left behind. Spec: docs/attacks.md, "The harness".
//
// Thread safety: one thread at a time.

#ifndef AMPARO_TESTS_HOSTILE_CHECKS_H_
#define AMPARO_TESTS_HOSTILE_CHECKS_H_

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "audit/checkpoint.h"
#include "tests/hostile/story.h"

namespace amparo::testing {

// What is true, from the recording.
struct Truth {
  // person -> what -> texts that are rightly shown for it at some time.
  std::map<std::string, std::map<std::string, std::set<std::string>>> shown;
  std::vector<std::map<std::string, std::string>> files;  // Of each verb: path -> content.
  std::vector<audit::Checkpoint> heads;  // Every (size, root) that the log ever has.
  std::set<Hash> grants;                 // SHA-256 of every grant that was made.
};

// What a certificate, an epoch's statement or a policy's hash can open. Asked for only when a
// grant is not one of the recording; null: nobody knows.
using FindIdentity = std::function<const Identity*(const Hash& certificate)>;

// A violation that a test commits on purpose, so that the checks are seen to see it.
enum class Plant {
  kNothing,
  kWrongPlaintext,  // A file of the right name with a byte changed.
  kUnknownFile,     // A file nobody wrote.
  kAdvancedHead,    // The home remembers a head that is not the log's.
  kRefusedHead,     // The home remembers the head of an answer that it refused.
  kWrongTitle,      // A name is shown that is somebody else's.
  kForeignGrant,    // A grant to the right certificate that its holder cannot open.
  kForeignGrantee,  // A grant to a certificate that the directory does not have.
  kCrash,           // Ends by a signal.
  kHang,            // Does not end.
};

// What one verb did in one process.
struct Outcome {
  std::size_t verb = 0;
  absl::Status status;
  Exchange exchange;
  std::string out;
  std::map<std::string, std::string> shown;
  std::optional<audit::Checkpoint> head_before, head_after;  // As the home remembers them.
};

// In words, what was broken; empty: nothing.
std::string CheckFiles(const Truth& truth, const Outcome& outcome);
std::string CheckShown(const Truth& truth, const std::string& person, const Outcome& outcome);
// `heads`: of the log as it truly stands now.
std::string CheckHead(const Truth& truth, const Facts& facts, const Outcome& outcome,
                      const std::vector<audit::Checkpoint>& heads);
// `organization`: as it truly stands now; null before it is founded.
std::string CheckGrants(const Truth& truth, const Outcome& outcome,
                        const server::Organization* organization,
                        const FindIdentity& find_identity);

// Every regular file under `directory` (what stands where, also under names with a dot).
std::map<std::string, std::string> FilesUnder(const std::string& directory);
// Every (size, root) of the log behind `organization`.
std::vector<audit::Checkpoint> HeadsOf(const server::Organization& organization);

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_HOSTILE_CHECKS_H_
