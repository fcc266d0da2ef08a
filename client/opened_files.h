// The files of an opening in progress: all of them get their names together, or none does.
//
// Thread safety: one thread at a time.

#ifndef AMPARO_CLIENT_OPENED_FILES_H_
#define AMPARO_CLIENT_OPENED_FILES_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/client.h"
#include "client/fetched.h"
#include "client/platform_output.h"
#include "client/subject_objects.h"
#include "client/workplace.h"

namespace amparo::client {

class PendingFiles {
 public:
  explicit PendingFiles(platform::OutputDirectory directory) : directory_(std::move(directory)) {}

  // Fetches and checks every part, and goes on where an earlier attempt broke. DATA_LOSS:
  // something differs; nothing will be named. The home is free meanwhile: WhileHomeIsFree.
  absl::Status Fetch(Workplace& place, const SubjectId& document, const OpenedVersion& opened,
                     absl::string_view prefix, const ProgressListener& progress);
  // A text of ours under the name `output`.
  absl::Status AddText(const std::string& output, absl::string_view text, const Hash& sha256);
  // Names them all; what the home kept of them for another attempt is gone then. Call once.
  absl::StatusOr<std::vector<OpenedFile>> Publish();

 private:
  struct Pending {
    platform::PendingFile file;
    std::string output;
    std::string name;  // As the author called it.
    Hash sha256;
  };
  absl::Status FetchParts(Workplace& place, const SubjectId& document, const OpenedVersion& opened,
                          absl::string_view prefix, const ProgressListener& progress);
  platform::OutputDirectory directory_;
  std::vector<Pending> files_;  // Goes before the directory.
  std::optional<Fetched> kept_;
  std::vector<ObjectId> fetched_;
};

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_OPENED_FILES_H_
