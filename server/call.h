// One call on its way through the service: its context, its caller, its line in the log.
//
// Thread safety: one thread at a time per call.

#ifndef AMPARO_SERVER_CALL_H_
#define AMPARO_SERVER_CALL_H_

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "amparo/v1/amparo.pb.h"
#include "server/cosignatures.h"
#include "server/disk_threads.h"
#include "server/founding.h"
#include "server/join_requests.h"
#include "server/log.h"
#include "server/organizations.h"
#include "server/refusal.h"
#include "server/sessions.h"
#include "server/streams.h"

namespace amparo::server {

// What the service works with; made in main.cc, borrowed everywhere.
struct ServiceParts {
  Sessions* sessions = nullptr;
  Organizations* organizations = nullptr;
  Founding* founding = nullptr;
  JoinRequests* join_requests = nullptr;
  Cosignatures* cosignatures = nullptr;
  Streams* streams = nullptr;
  DiskThreads* disk = nullptr;
  Log* log = nullptr;
};

// Bytes fields of messages.
inline ByteView BytesOf(const std::string& field) { return AsBytes(field); }
inline Bytes CopyOf(const std::string& field) {
  const ByteView view = AsBytes(field);
  return Bytes(view.begin(), view.end());
}
inline std::string StringOf(ByteView bytes) { return std::string(AsText(bytes)); }

// A caller whose session was checked, and its organisation.
struct Authenticated {
  Caller caller;
  std::shared_ptr<Organization> organization;
};

// SESSION_REFUSED, whatever is wrong.
absl::StatusOr<Authenticated> Authenticate(const ServiceParts& parts, const v1::Envelope& envelope,
                                           absl::string_view method);

// MALFORMED: the field has another length than the id.
template <class Id>
absl::Status ReadId(const std::string& field, absl::string_view name, Id* id) {
  const auto read = Id::From(BytesOf(field));
  if (read) {
    *id = *read;
    return absl::OkStatus();
  }
  return Refuse(Reason::kMalformed,
                absl::StrCat(name, " has ", field.size(), " bytes, not ", Id::kSize));
}

// MALFORMED: the type is none of 1 to 3, or the id has another length.
absl::Status ReadSubject(std::uint32_t type, const std::string& id, Subject* subject);

// Times a call and writes its line when it ends.
class CallLog {
 public:
  // `method` outlives the call.
  CallLog(const ServiceParts& parts, absl::string_view method, std::uint64_t bytes_in)
      : log_(parts.log), started_(std::chrono::steady_clock::now()) {
    record_.method = method;
    record_.bytes_in = bytes_in;
  }
  void SetOrg(const OrgId& org) { record_.org = org; }
  void AddIn(std::uint64_t bytes) { record_.bytes_in += bytes; }
  void AddOut(std::uint64_t bytes) { record_.bytes_out += bytes; }
  // Logs, and makes the status to finish with.
  grpc::Status Finish(const absl::Status& status, grpc::ServerContextBase& context);

 private:
  Log* const log_;
  const std::chrono::steady_clock::time_point started_;
  CallRecord record_;
};

}  // namespace amparo::server

#endif  // AMPARO_SERVER_CALL_H_
