#include "server/grpc_status.h"

#include "amparo/v1/amparo.pb.h"
#include "server/refusal.h"

namespace amparo::server {
namespace {

constexpr char kTrailer[] = "amparo-error-bin";

bool KeepsItsCode(absl::StatusCode code) {
  return code == absl::StatusCode::kUnavailable || code == absl::StatusCode::kResourceExhausted ||
         code == absl::StatusCode::kDataLoss;
}

}  // namespace

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  if (DetailOf(status)) {
    return grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                        std::string(status.message()));
  }
  const absl::StatusCode code =
      KeepsItsCode(status.code()) ? status.code() : absl::StatusCode::kInternal;
  return grpc::Status(static_cast<grpc::StatusCode>(code), "the server's log says more");
}

std::string TrailerOf(const absl::Status& status) {
  const auto detail = DetailOf(status);
  if (!detail) return {};
  v1::ErrorDetail message;
  message.set_reason(detail->reason);
  if (detail->head) message.set_head(std::string(AsText(detail->head->view())));
  message.set_next_number(detail->next_number);
  return message.SerializeAsString();
}

grpc::Status FinishWith(const absl::Status& status, grpc::ServerContextBase& context) {
  const std::string trailer = TrailerOf(status);
  if (!trailer.empty()) context.AddTrailingMetadata(kTrailer, trailer);
  return ToGrpc(status);
}

}  // namespace amparo::server
