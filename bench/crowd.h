// A real amparod over TLS and RocksDB, with an organisation of as many coordinators as clients
// are wanted, each with one document that it assigns again and again: a durable transition with
// a signature, the rules and the log, as small as one can be.
//
// Thread safety: one thread at a time; Turns() makes threads of its own.

#ifndef AMPARO_BENCH_CROWD_H_
#define AMPARO_BENCH_CROWD_H_

#include <memory>
#include <string>
#include <vector>

#include "client/connection.h"
#include "tests/server/amparod_process.h"
#include "tests/server/test_client.h"

namespace amparo::bench {

class Crowd {
 public:
  // `members` are enrolled besides, as translators, and do nothing.
  Crowd(int clients, int members);

  // Every client takes `each` turns, one after the other, over a connection of its own, signing
  // each as it goes. Seconds from the first to the last answer.
  double Turns(int each);
  // For about this long, by few threads (bench/calls.h). Turns per second.
  double TurnsPerSecond(double seconds);

  // `name` says this about `about`, beside others' statements; stops the program if refused.
  void Say(const std::string& name, const Body& body, const server::testing::About& about,
           server::AppendInput input = {});
  // What client `number` says about a case or a document, with the next of its sequence numbers.
  SignedStatement Sign(int number, const server::testing::About& about, const Body& body);

  server::testing::AmparodProcess& server() { return server_; }
  const OrgId& org() const { return org_; }
  const VerifyKey& log_key() const { return log_key_; }
  TreeSize size();
  static std::string NameOf(int client);

 private:
  struct Client {
    std::string name;
    SigningKey key;
    Certificate certificate;
    std::uint64_t sequence = 1'000'000;  // Above what was used to set the scene.
    SubjectId document;
    Hash prev;
    std::unique_ptr<server::testing::TestClient> connection;
  };
  class TurnCaller;
  void AddClient(int number);
  SignedStatement SignAs(Client& client, const server::testing::About& about,
                         const Body& body) const;
  SignedStatement Turn(Client& client) const;
  void TakeTurn(Client& client) const;
  // One thread for each client; seconds until the last has done what `take` says.
  template <class Take>
  double AtOnce(Take take);

  server::testing::AmparodProcess server_;
  server::testing::People people_;
  server::testing::Mirror mirror_;
  std::unique_ptr<server::testing::TestClient> setter_;  // Of the scene.
  OrgId org_;
  VerifyKey log_key_;
  TreeSize seen_size_;
  Hash seen_root_;
  std::vector<Client> clients_;
};

}  // namespace amparo::bench

#endif  // AMPARO_BENCH_CROWD_H_
