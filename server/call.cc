#include "server/call.h"

#include "server/grpc_status.h"

namespace amparo::server {

absl::StatusOr<Authenticated> Authenticate(const ServiceParts& parts, const v1::Envelope& envelope,
                                           absl::string_view method) {
  auto caller = parts.sessions->Authenticate({.session = BytesOf(envelope.session()),
                                              .counter = envelope.counter(),
                                              .mac = BytesOf(envelope.mac()),
                                              .body = BytesOf(envelope.body())},
                                             method);
  if (!caller.ok()) return caller.status();
  auto organization = parts.organizations->Find(caller->org);
  if (organization == nullptr) return Refuse(Reason::kSessionRefused, "no such session or key");
  return Authenticated{.caller = *caller, .organization = std::move(organization)};
}

absl::Status ReadSubject(std::uint32_t type, const std::string& id, Subject* subject) {
  if (type < 1 || type > 3) {
    return Refuse(Reason::kMalformed, absl::StrCat("subject type ", type, " is none of 1 to 3"));
  }
  subject->type = static_cast<SubjectType>(type);
  return ReadId(id, "subject", &subject->id);
}

grpc::Status CallLog::Finish(const absl::Status& status, grpc::ServerContextBase& context) {
  record_.outcome = status;
  record_.duration_ms =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                     std::chrono::steady_clock::now() - started_)
                                     .count());
  log_->Call(record_);
  return FinishWith(status, context);
}

}  // namespace amparo::server
