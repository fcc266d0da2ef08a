// Bringing what is derived up to the log: the directory, the tree's right edge, the view. Run
// when an organisation is opened, and whenever its log is found to be ahead.
// Spec: docs/spec/engine.md, "Opening".
//
// Thread safety: the functions are independent.

#ifndef AMPARO_SERVER_REPLAY_H_
#define AMPARO_SERVER_REPLAY_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "audit/merkle.h"
#include "directory/directory.h"
#include "server/log_reader.h"
#include "server/subject_states.h"
#include "server/view_rows.h"
#include "storage/store.h"

namespace amparo::server {

// What a reader may rely on: a log of `size` entries, and the directory as they make it.
// Constant after construction.
struct Snapshot {
  std::shared_ptr<const directory::Directory> directory;
  audit::Frontier frontier;
  std::string checkpoint;  // Signed note; empty for an empty log.
  TreeSize size() const { return frontier.size(); }
};

struct ReplayParts {
  OrgId org;
  storage::OrgStorage storage;
  const ViewRows* rows = nullptr;
  SubjectStates* subjects = nullptr;
};

// Reads the whole log, checks every leaf into the tree, and brings the view up to it; a view
// that is ahead of the log, of another tree or of another format is dropped and made again.
// FAILED_PRECONDITION: the log is shorter than its newest signed checkpoint, or has another
// root. DATA_LOSS: an entry is damaged, or against the rules.
absl::StatusOr<std::shared_ptr<const Snapshot>> ReplayLog(const ReplayParts& parts);

// From `from` on to the end of the log. Errors as above.
absl::StatusOr<std::shared_ptr<const Snapshot>> CatchUp(const ReplayParts& parts,
                                                        const Snapshot& from);

}  // namespace amparo::server

#endif  // AMPARO_SERVER_REPLAY_H_
