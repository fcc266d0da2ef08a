// What was fetched of payloads: sealed bytes, as the server gave them, kept in the home so that
// a download goes on where it broke, whatever broke it. Nothing here is plaintext, and nothing
// is believed: whoever goes on verifies with the key first. Bytes that a bundle brought lie here
// too, complete. Spec: docs/spec/home.md, "Fetched".
//
// Thread safety: one thread at a time. Other processes may write and remove here meanwhile: what
// is found is verified before it is used, and at worst is fetched anew.

#ifndef AMPARO_CLIENT_FETCHED_H_
#define AMPARO_CLIENT_FETCHED_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/platform.h"
#include "crypto/bytes.h"
#include "statement/ids.h"

namespace amparo::client {

inline constexpr std::uint64_t kFetchedBytesMax = std::uint64_t{8} << 30;  // All files together.
inline constexpr std::uint64_t kFetchedAgeMax_s = std::uint64_t{30} * 24 * 3600;
// A payload of less has one chunk or two, and nothing is gained.
inline constexpr std::uint64_t kFetchedPayloadBytesMin = std::uint64_t{128} << 10;

class Fetched {
 public:
  // The folder `fetched` of a home; made when it is first needed.
  explicit Fetched(const std::string& home_directory) : path_(home_directory + "/fetched") {}

  // How many bytes of the object lie here, and reading them. 0: none.
  absl::StatusOr<std::uint64_t> SizeOf(const ObjectId& object) const;
  absl::StatusOr<std::unique_ptr<platform::InputFile>> Read(const ObjectId& object) const;
  // Appends from `size` on; what lies behind it is cut off. For `length` bytes more the oldest of
  // the others give way, see Tidy. RESOURCE_EXHAUSTED: the disk has no room for them.
  // Null: another process is appending to it. REQUIRES: size <= SizeOf(object).
  absl::StatusOr<std::unique_ptr<platform::OutputFile>> Append(const ObjectId& object,
                                                               std::uint64_t size,
                                                               std::uint64_t length);
  // A bundle brought it: it stays for its time, also after it was opened, for it may be that it
  // cannot be fetched. NOT_FOUND: nothing lies here.
  absl::Status MarkCarried(const ObjectId& object);
  // It was opened and has its name. What was carried stays.
  void Forget(const ObjectId& object);
  // It does not fit.
  void Remove(const ObjectId& object);

  // Removes what is older than kFetchedAgeMax_s, and the oldest until all are within
  // kFetchedBytesMax. Best effort.
  void Tidy(UnixSeconds now) const { Tidy(now, 0, ""); }

 private:
  struct Kept {
    std::string path;
    std::uint64_t size = 0;
    std::uint64_t modified_s = 0;
  };
  std::vector<Kept> List() const;  // The oldest first.
  // For `room` bytes more of the file at `spared`, which stays.
  void Tidy(UnixSeconds now, std::uint64_t room, const std::string& spared) const;
  std::string PathOf(const ObjectId& object) const;
  std::string CarriedPathOf(const ObjectId& object) const;
  // The one that is there, else that of an unfinished download.
  std::string Find(const ObjectId& object) const;

  std::string path_;
};

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_FETCHED_H_
