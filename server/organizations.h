// All organisations of this server, and their log keys: sealed under the server key, in the
// store's settings. Nothing crosses from one organisation to another.
// Spec: docs/spec/engine.md, "Keys of the server".
//
// Thread safety: all methods, from any thread.

#ifndef AMPARO_SERVER_ORGANIZATIONS_H_
#define AMPARO_SERVER_ORGANIZATIONS_H_

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/secret.h"
#include "server/clock.h"
#include "server/organization.h"
#include "storage/store.h"

namespace amparo::server {

inline constexpr std::size_t kOrganizationsMax = 1000;

class Organizations {
 public:
  // Opens every organisation in `store`. Both pointers are borrowed.
  // Errors name the organisation: those of Organization::Open; DATA_LOSS: its log key does
  // not open under `server_key`.
  static absl::StatusOr<std::unique_ptr<Organizations>> Open(storage::Store* store,
                                                             const Secret<32>* server_key,
                                                             Clock clock,
                                                             Opening opening = Opening::kToServe,
                                                             OrganizationLimits limits = {});
  // Null if there is none.
  std::shared_ptr<Organization> Find(const OrgId& org) const;
  // The organisation, begun with this log key unless it is here already.
  absl::StatusOr<std::shared_ptr<Organization>> Begin(const OrgId& org, SigningKey log_key);
  std::vector<std::shared_ptr<Organization>> all() const;
  // Answers what is queued everywhere; later submissions are refused.
  void StopAll();

 private:
  Organizations(storage::Store* store, const Secret<32>* server_key, Clock clock, Opening opening,
                const OrganizationLimits& limits)
      : store_(store),
        server_key_(server_key),
        clock_(std::move(clock)),
        opening_(opening),
        limits_(limits) {}
  absl::Status OpenOne(const OrgId& org, SigningKey log_key);
  absl::StatusOr<SigningKey> LoadLogKey(const OrgId& org) const;

  storage::Store* const store_;
  const Secret<32>* const server_key_;
  const Clock clock_;
  const Opening opening_;
  const OrganizationLimits limits_;

  mutable std::mutex mutex_;  // Guards what follows.
  std::map<OrgId, std::shared_ptr<Organization>> organizations_;
};

}  // namespace amparo::server

#endif  // AMPARO_SERVER_ORGANIZATIONS_H_
