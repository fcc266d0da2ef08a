// The true server of a rehearsal: the real engine over a memory store, which is closed (no
// threads) whenever the process forks and opened again on each side.
//
// Thread safety: one thread at a time.

#ifndef AMPARO_TESTS_HOSTILE_STAGE_H_
#define AMPARO_TESTS_HOSTILE_STAGE_H_

#include <memory>
#include <string>
#include <vector>

#include "client/connection.h"
#include "server/cosignatures.h"
#include "server/founding.h"
#include "server/join_requests.h"
#include "server/organizations.h"
#include "storage/store.h"

namespace amparo::testing {

class Stage {
 public:
  // Makes a founding token, kept in `directory`.
  explicit Stage(const std::string& directory);
  ~Stage() { Close(); }

  // A founding token's text.
  const std::string& token() const { return token_; }
  const client::Endpoint& endpoint() const { return endpoint_; }

  // Starts the engine. What it keeps in files, it keeps in a copy under `directory`.
  void Open(const std::string& directory);
  // Ends its threads; what it stored stays.
  void Close();
  bool is_open() const { return organizations_ != nullptr; }

  // ---- While it is open ----
  absl::StatusOr<client::AppendReply> Found(ByteView id, ByteView secret, ByteView policy);
  absl::Status Join(const OrgId& org, const InviteId& invite, ByteView ticket, ByteView request);
  // A connection for the one whose keys these are. UNAUTHENTICATED: nobody's.
  absl::StatusOr<std::unique_ptr<client::Connection>> Connect(const client::SessionKeys& keys);
  absl::StatusOr<std::vector<Bytes>> Pending(const client::SessionKeys& keys);
  // Nothing before it is founded.
  server::Organization* organization() const;

 private:
  const directory::CertificateRecord* FindCertificate(const client::SessionKeys& keys) const;

  std::string directory_;
  client::Endpoint endpoint_;
  std::string token_;
  std::unique_ptr<storage::Store> store_;
  Secret<32> server_key_;
  std::unique_ptr<server::Organizations> organizations_;
  std::unique_ptr<server::Founding> founding_;
  std::unique_ptr<server::JoinRequests> join_requests_;
  std::unique_ptr<server::Cosignatures> cosignatures_;
};

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_HOSTILE_STAGE_H_
