#include "witness/state.h"

#include "absl/strings/str_cat.h"
#include "client/platform.h"
#include "client/text_file.h"
#include "statement/codec.h"

namespace amparo::witness {
namespace {

constexpr absl::string_view kHeader = "amparo-witness-state-v1";
constexpr std::uint64_t kFileBytesMax = 64 * 1024;

}  // namespace

std::string FormatState(const State& state) {
  Writer out;
  out.Fixed(state.org);
  out.Fixed(state.log_key);
  out.U64(state.head.size.value);
  out.Fixed(state.head.root);
  out.Vec16(AsBytes(state.note));
  out.U64(state.seen_at.value);
  out.U64(state.signed_at.value);
  return client::FormatTextFile(kHeader, out.bytes());
}

absl::StatusOr<State> ParseState(absl::string_view text) {
  auto bytes = client::ParseTextFile(kHeader, text);
  if (!bytes.ok()) return absl::DataLossError(bytes.status().message());
  Reader in(*bytes);
  State state;
  state.org = in.Fixed<OrgId>("org");
  state.log_key = in.Fixed<VerifyKey>("log key");
  state.head.size = TreeSize{in.U64("size")};
  state.head.root = in.Fixed<Hash>("root");
  state.note = std::string(AsText(in.Vec16(audit::kCheckpointBytesMax, "checkpoint")));
  state.seen_at = UnixSeconds{in.U64("seen at")};
  state.signed_at = UnixSeconds{in.U64("signed at")};
  if (auto status = in.Finish("state"); !status.ok()) {
    return absl::DataLossError(status.message());
  }
  return state;
}

State StateOf(const client::OrgCardFields& card) {
  State state;
  state.org = card.org;
  state.log_key = card.log_key;
  state.head = card.head;
  state.note = card.note;
  return state;
}

absl::StatusOr<std::unique_ptr<client::platform::FileLock>> LockState(const std::string& path) {
  auto lock = client::platform::LockFile(absl::StrCat(path, ".lock"), /*wait_ms=*/0);
  if (!absl::IsResourceExhausted(lock.status())) return lock;
  return absl::ResourceExhaustedError(
      absl::StrCat("another amparo-witness is at work with ", path));
}

absl::StatusOr<State> ReadState(const std::string& path) {
  auto bytes = client::platform::ReadFile(path, kFileBytesMax);
  if (!bytes.ok()) return bytes.status();
  auto state = ParseState(AsText(*bytes));
  if (state.ok()) return state;
  return absl::DataLossError(absl::StrCat(path, ": ", state.status().message()));
}

absl::Status WriteState(const std::string& path, const State& state) {
  return client::platform::ReplaceFile(path, AsBytes(FormatState(state)));
}

}  // namespace amparo::witness
