// Somebody who talks to a server through a Connection, whichever it is: keeps a copy of the log's
// public part and says what others ask them to carry.
//
// Thread safety: one thread at a time.

#ifndef AMPARO_TESTS_SERVER_CORRESPONDENT_H_
#define AMPARO_TESTS_SERVER_CORRESPONDENT_H_

#include <optional>
#include <string>
#include <vector>

#include "audit/checkpoint.h"
#include "client/connection.h"
#include "tests/server/people.h"

namespace amparo::server::testing {

class Correspondent {
 public:
  // The connection and the people are borrowed.
  Correspondent(client::Connection& connection, People& people, const OrgId& org,
                const VerifyKey& log_key)
      : connection_(connection), people_(people), org_(org), log_key_(log_key) {}

  client::Connection& connection() { return connection_; }
  // Asks in the name of this member from now on.
  void Be(const std::string& name);
  // Copies what is new in the log. Aborts the test program on an error.
  void Sync();
  // Syncs, then carries what `name` says. "OK", or the reason of the refusal.
  std::string Say(const std::string& name, const Act& act, const About& about = {});
  std::string SayByRoots(const std::vector<std::string>& roots, const Act& act);
  std::string Carry(const SignedStatement& statement);
  // Says what makes an organisation ready: the recovery was tried, cleo and carl coordinate
  // desk 1. Aborts the test program on an error.
  void SetUp();

  Seen seen() const { return {.directory = directory_, .frontier = frontier_}; }
  audit::Checkpoint head() const { return {.size = frontier_.size(), .root = frontier_.Root()}; }
  const std::vector<client::SyncEntry>& entries() const { return entries_; }
  std::vector<Hash> LeafHashes() const;
  // The note as a checkpoint of this log. Aborts the test program if it is none.
  audit::Checkpoint Open(const std::string& note) const;

 private:
  client::Connection& connection_;
  People& people_;
  const OrgId org_;
  const VerifyKey log_key_;
  std::optional<SigningKey> key_;
  directory::Directory directory_;
  audit::Frontier frontier_;
  std::vector<client::SyncEntry> entries_;
};

// "OK", the reason that the server gave, or the status in words.
std::string ReasonGiven(const absl::Status& status);

}  // namespace amparo::server::testing

#endif  // AMPARO_TESTS_SERVER_CORRESPONDENT_H_
