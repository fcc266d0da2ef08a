#include "client/connection.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "statement/codec.h"

namespace amparo::client {
namespace {

constexpr char kDetailUrl[] = "amparo.v1.ErrorDetail";
constexpr std::size_t kReasonBytesMax = 128;

}  // namespace

absl::Status KeptOnlyPart(const UploadRequest& request, std::uint64_t stored) {
  return absl::DataLossError(absl::StrCat("the server kept ", stored, " of ", request.length,
                                          " bytes of ", ToHex(request.object)));
}

absl::Status Connection::UploadAll(const NextUpload& next) {
  while (const std::optional<PlannedUpload> upload = next()) {
    const absl::StatusOr<UploadState> state =
        Upload(upload->request, *upload->source, upload->progress);
    if (!state.ok()) return state.status();
    if (!state->sealed) return KeptOnlyPart(upload->request, state->stored);
    if (upload->progress) upload->progress(upload->request.length);
  }
  return absl::OkStatus();
}

std::optional<ErrorDetail> DetailOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kDetailUrl);
  if (!payload.has_value()) return std::nullopt;
  const std::string bytes(*payload);
  Reader in(AsBytes(bytes));
  ErrorDetail detail;
  detail.reason = std::string(AsText(in.Vec16(kReasonBytesMax, "reason")));
  if (in.U8("has head") != 0) detail.head = in.Fixed<Hash>("head");
  detail.next_number = in.U32("next number");
  if (!in.Finish("error detail").ok()) return std::nullopt;
  return detail;
}

void AttachDetail(absl::Status& status, const ErrorDetail& detail) {
  Writer out;
  const ByteView reason = AsBytes(detail.reason);
  out.Vec16(reason.first(std::min(reason.size(), kReasonBytesMax)));
  out.U8(detail.head.has_value() ? 1 : 0);
  if (detail.head.has_value()) out.Fixed(*detail.head);
  out.U32(detail.next_number);
  status.SetPayload(kDetailUrl, absl::Cord(AsText(out.bytes())));
}

}  // namespace amparo::client
