// One file sealed into a spool and sent from it, as client/sending_files.cc does with many.
//
// Thread safety: functions.

#ifndef AMPARO_TESTS_CLIENT_VERBS_SEAL_AND_SEND_H_
#define AMPARO_TESTS_CLIENT_VERBS_SEAL_AND_SEND_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "client/part_uploads.h"
#include "client/platform.h"
#include "client/sealing.h"
#include "tests/client_verbs/scratch_directory.h"

namespace amparo::testing {

inline absl::StatusOr<client::SealedPart> SealAndSend(client::Connection& connection,
                                                      const std::string& path, std::uint64_t size) {
  const ScratchDirectory scratch;
  auto spool = client::platform::CreateSpoolFile(scratch.At("spool"), 0);
  if (!spool.ok()) return spool.status();
  const auto info = client::platform::Look(path);
  const std::vector<client::FileToSend> files = {
      {.path = path,
       .name = "file",
       .size = size,
       .media_type = "",
       .modified_ns = info.ok() ? info->modified_ns : 0}};
  client::FileSealing sealing(files, **spool);
  client::PartUploads uploads(connection,
                              {{.object = sealing.object(0),
                                .length = sealing.part(0).length(),
                                .source = &sealing.part(0)}},
                              /*begun=*/false);
  auto sealed = sealing.Wait();
  const absl::Status sent = uploads.Wait(nullptr);
  if (!sealed.ok()) return sealed.status();
  if (!sent.ok()) return sent;
  return std::move(sealed->front());
}

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_CLIENT_VERBS_SEAL_AND_SEND_H_
