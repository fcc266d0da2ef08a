// Witnesses of partner organisations: who is no member, and may see the heads of an
// organisation's log and cosign them. The operator names them, also while the server runs:
// a file per organisation in the data directory, read whenever it is asked.
// Spec: docs/spec/engine.md, "Witnesses".
//
// Thread safety: const methods from any thread; one process at a time changes the files.

#ifndef AMPARO_SERVER_WITNESSES_H_
#define AMPARO_SERVER_WITNESSES_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "audit/cosignature.h"
#include "statement/ids.h"

namespace amparo::server {

inline constexpr std::size_t kWitnessesMax = 16;  // Of one organisation.

// Who an organisation's witnesses are now. Called from any thread.
using WitnessSource = std::function<std::vector<audit::Witness>(const OrgId&)>;

class WitnessFiles {
 public:
  explicit WitnessFiles(std::string directory) : directory_(std::move(directory)) {}

  // None if nobody was named. DATA_LOSS: a line is no verifier key.
  absl::StatusOr<std::vector<audit::Witness>> List(const OrgId& org) const;
  // ALREADY_EXISTS: a witness of this name or key; RESOURCE_EXHAUSTED: there are 16 already;
  // INVALID_ARGUMENT: a name that members' devices have.
  absl::Status Add(const OrgId& org, const audit::Witness& witness) const;
  // NOT_FOUND: nobody of this name.
  absl::Status Remove(const OrgId& org, absl::string_view name) const;
  // What cannot be read names nobody.
  WitnessSource source() const;

 private:
  std::string PathOf(const OrgId& org) const;
  absl::Status Write(const OrgId& org, const std::vector<audit::Witness>& witnesses) const;

  const std::string directory_;
};

}  // namespace amparo::server

#endif  // AMPARO_SERVER_WITNESSES_H_
