// Prints what waits for one member: the smallest program that uses the client library.
//
//   status HOME < file-with-the-passphrase
//
// Exit status: 0 done, 1 the home could not be opened or the server not be asked.

#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "client/client.h"

namespace {

absl::Status PrintInbox(const std::string& directory, const std::string& passphrase) {
  absl::StatusOr<amparo::client::Home> home = amparo::client::Home::Open(directory);
  if (!home.ok()) return home.status();
  absl::StatusOr<amparo::KeyBundle> keys = home->Unlock(amparo::AsBytes(passphrase));
  if (!keys.ok()) return keys.status();
  absl::StatusOr<std::unique_ptr<amparo::client::Client>> client =
      amparo::client::Client::Open(*std::move(home), *std::move(keys));
  if (!client.ok()) return client.status();
  if (absl::Status status = (*client)->Sync(); !status.ok()) return status;
  for (const amparo::client::DocumentCard& document : (*client)->Inbox()) {
    std::cout << document.code << "  " << document.next_step << "\n";
  }
  return absl::OkStatus();
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: status HOME < file-with-the-passphrase\n";
    return 1;
  }
  std::string passphrase;
  std::getline(std::cin, passphrase);
  const absl::Status status = PrintInbox(arguments[1], passphrase);
  if (status.ok()) return 0;
  std::cerr << "error: " << std::string(status.message()) << "\n";
  return 1;
}
