// A home: the directory of one person on one device. Nothing in it is readable without the
// passphrase but the server's address, the member code and counts.
// Spec: docs/spec/home.md. Files: home.json (clear), identity.age (age passphrase file),
// sealed/* (XChaCha20-Poly1305 under the home key), lock, keys.sock (while unlocked).
//
// Thread safety: one thread at a time per object. One process at a time works in a home; others
// wait in Open, or look (Look). Whoever waits for a network lets them work meanwhile (WhileFree).

#ifndef AMPARO_CLIENT_HOME_H_
#define AMPARO_CLIENT_HOME_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "crypto/identity_file.h"
#include "crypto/secret.h"

namespace amparo::client {

// What home.json says in clear.
struct HomeCard {
  std::string kind;                     // "member", "root", "recovery".
  std::string address;                  // "127.0.0.1:7443"; empty for root and recovery homes.
  std::string member_code;              // "heron-4821"; empty until joined.
  std::uint64_t documents_waiting = 0;  // Inbox count at the last sync.
};

class Home {
 public:
  // ALREADY_EXISTS: the directory holds a home. Creates it with mode 0700, keys in
  // identity.age under `passphrase`. Nothing is left behind on failure.
  static absl::StatusOr<Home> Create(const std::string& directory, const HomeCard& card,
                                     const KeyBundle& keys, ByteView passphrase);
  // Waits up to 60 s for another process that works there; `waits` is called once, after half a
  // second. NOT_FOUND: no home there. FAILED_PRECONDITION: others may read it, or a newer format.
  // ABORTED, reason HOME_BUSY: the other one still works there.
  static absl::StatusOr<Home> Open(const std::string& directory,
                                   const std::function<void()>& waits = nullptr);
  // To read alone: waits for nobody and changes nothing. Another process may work there meanwhile,
  // so a row may be gone when it is read, and a log longer; neither is ever torn. Errors as Open.
  static absl::StatusOr<std::unique_ptr<const Home>> Look(const std::string& directory);
  // Whether somebody works in it now: whoever holds what Open returns, but for WhileFree.
  absl::StatusOr<bool> InUse() const;
  // Lets other processes work in the home while `work` runs, and then waits for the one that does,
  // for as long as it takes. True: somebody did, and what was read from this home before has to be
  // read again. REQUIRES: opened; `work` uses neither rows nor logs.
  absl::StatusOr<bool> WhileFree(const std::function<void()>& work);
  Home(Home&&) noexcept;
  Home& operator=(Home&&) noexcept;
  ~Home();

  const std::string& directory() const;
  const HomeCard& card() const;
  absl::Status WriteCard(const HomeCard& card);

  // PERMISSION_DENIED: wrong passphrase. DATA_LOSS: damaged identity.
  absl::StatusOr<KeyBundle> Unlock(ByteView passphrase) const;
  // From the key holder, if one runs for this home; NOT_FOUND otherwise.
  absl::StatusOr<KeyBundle> UnlockFromHolder() const;

  // Sealed rows under the home key: `name` is one of a few fixed file names. Replaced
  // atomically (write, fsync, rename, fsync directory).
  absl::Status WriteSealed(const Secret<32>& home_key, const std::string& name, ByteView bytes);
  absl::StatusOr<Bytes> ReadSealed(const Secret<32>& home_key, const std::string& name) const;
  // Durable when it returns. OK if there is none.
  absl::Status RemoveSealed(const std::string& name);
  // The names of sealed files that begin with `prefix`, sorted.
  absl::StatusOr<std::vector<std::string>> SealedNames(const std::string& prefix) const;
  // A folder in the home for bytes that are sealed already, mode 0700, made when it is first asked
  // for: its path.
  absl::StatusOr<std::string> Folder(const std::string& name) const;
  // Append-only sealed log: one record per call, durable before it returns. A torn last
  // record is dropped when reading; a damaged one elsewhere is DATA_LOSS.
  absl::Status AppendSealed(const Secret<32>& home_key, const std::string& name, ByteView record);
  absl::StatusOr<std::vector<Bytes>> ReadSealedLog(const Secret<32>& home_key,
                                                   const std::string& name) const;

 private:
  struct State;
  explicit Home(std::unique_ptr<State> state);
  // What home.json says, without the lock.
  static absl::StatusOr<Home> Read(const std::string& directory);
  std::unique_ptr<State> state_;
};

// The key holder: a process that keeps a home's keys in guarded memory and hands them to
// processes of the same user over a 0600 socket in the home, for `seconds`, as ssh-agent does.
// Forks; returns in the caller once the socket answers. The child ends by itself.
absl::Status StartKeyHolder(const Home& home, const KeyBundle& keys, std::uint32_t seconds);
// OK if none runs.
absl::Status StopKeyHolder(const Home& home);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_HOME_H_
