// Documents submitted one after the other, and what became of each.
// Spec: docs/spec/command-line.md, "Several documents at once".
//
// Thread safety: one thread at a time.

#ifndef AMPARO_CLIENT_CLI_BATCH_H_
#define AMPARO_CLIENT_CLI_BATCH_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cli/terminal.h"
#include "client/client.h"
#include "nlohmann/json.hpp"

namespace amparo::cli {

struct DocumentToBe {
  std::string path;  // Of its first file, as the person gave it.
  absl::StatusOr<std::vector<client::FileToSend>> files;  // Or why there is nothing to send.
};

// Each document by itself: one that fails keeps no other back. Once the link is lost the rest is
// sealed and waits in the outbox, and `opened` works off-line from then on; on an alarm, or when
// the server does not know this device, the rest is not tried. Says what became of each, by its
// path, and appends it to `list` as `submit --json` shows it. Returns what ended the batch early,
// else the first failure.
absl::Status SubmitBatch(Terminal& terminal, client::Client& opened,
                         const std::vector<DocumentToBe>& documents,
                         const client::SubmitOptions& options, nlohmann::ordered_json& list);

}  // namespace amparo::cli

#endif  // AMPARO_CLIENT_CLI_BATCH_H_
