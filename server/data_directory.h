// The data directory of a server: where its keys, settings and tokens lie.
// Layout: docs/guides/operator.md, "The data directory".
//
// Thread safety: the functions are independent.

#ifndef AMPARO_SERVER_DATA_DIRECTORY_H_
#define AMPARO_SERVER_DATA_DIRECTORY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/secret.h"
#include "server/settings.h"
#include "server/tls_certificate.h"

namespace amparo::server {

struct DataDirectory {
  std::string path;
  std::string tokens() const { return path + "/tokens"; }
  std::string witnesses() const { return path + "/witnesses"; }
  std::string store() const { return path + "/store"; }
  std::string server_key() const { return path + "/server.key"; }
  std::string tls_key() const { return path + "/tls.key"; }
  std::string tls_certificate() const { return path + "/tls.crt"; }
  std::string settings() const { return path + "/amparod.json"; }
};

// What a server starts with.
struct Identity {
  Secret<32> server_key;
  TlsCertificate tls;
  Settings settings;
};

// Makes keys, certificate and settings. ALREADY_EXISTS: a server was made there before;
// nothing is changed.
absl::Status MakeDataDirectory(const DataDirectory& data, const Settings& settings);
// NOT_FOUND: `amparod init` was not run there. PERMISSION_DENIED: a key can be read by others.
absl::StatusOr<Identity> LoadIdentity(const DataDirectory& data);

}  // namespace amparo::server

#endif  // AMPARO_SERVER_DATA_DIRECTORY_H_
