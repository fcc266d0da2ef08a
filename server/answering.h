// How the service answers a unary call: checks who asks, times the work, logs, finishes.
//
// Thread safety: the functions are independent.

#ifndef AMPARO_SERVER_ANSWERING_H_
#define AMPARO_SERVER_ANSWERING_H_

#include <grpcpp/grpcpp.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "amparo/v1/amparo.pb.h"
#include "server/call.h"
#include "server/refusal.h"

namespace amparo::server {

// Runs `work`, which returns a status, and finishes the call with it.
template <class Request, class Reply, class Work>
grpc::ServerUnaryReactor* Answer(const ServiceParts& parts, absl::string_view method,
                                 grpc::CallbackServerContext* context, const Request& request,
                                 const Reply& reply, Work work) {
  CallLog log(parts, method, request.ByteSizeLong());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const absl::Status status = work(log);
  if (status.ok()) log.AddOut(reply.ByteSizeLong());
  reactor->Finish(log.Finish(status, *context));
  return reactor;
}

// The same for a request in a session: `work` is given who calls, and the inner request.
template <class Inner, class Reply, class Work>
grpc::ServerUnaryReactor* AnswerInSession(const ServiceParts& parts, absl::string_view method,
                                          grpc::CallbackServerContext* context,
                                          const v1::Envelope& envelope, const Reply& reply,
                                          Work work) {
  return Answer(parts, method, context, envelope, reply, [&](CallLog& log) -> absl::Status {
    const auto who = Authenticate(parts, envelope, method);
    if (!who.ok()) return who.status();
    log.SetOrg(who->caller.org);
    Inner inner;
    if (!inner.ParseFromString(envelope.body())) {
      return Refuse(Reason::kMalformed, "the body is no such request");
    }
    return work(*who, inner);
  });
}

}  // namespace amparo::server

#endif  // AMPARO_SERVER_ANSWERING_H_
