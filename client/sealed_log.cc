#include "client/sealed_log.h"

#include <algorithm>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "client/platform.h"
#include "crypto/aead.h"
#include "statement/codec.h"
#include "statement/labels.h"

namespace amparo::client {
namespace {

constexpr char kSealedRecordLabel[] = "amparo/home-record/v1\n";
constexpr std::uint64_t kLogBytesMax = std::uint64_t{8} << 30;
// A record's length and its complement: a damaged length is told from a cut-off end.
constexpr std::size_t kFrameBytes = 8;

Bytes RecordContext(const std::string& name, std::uint64_t index) {
  Writer out;
  out.Raw(LabelBytes(kSealedRecordLabel));
  out.Vec8(AsBytes(name));
  out.U64(index);
  return out.Take();
}

bool AllZero(ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

absl::StatusOr<std::vector<Bytes>> ReadSealedLog(const std::string& path, const std::string& name,
                                                 const Secret<32>& key, SealedLogEnd& end) {
  end = {};
  std::vector<Bytes> records;
  auto file = platform::ReadFile(path, kLogBytesMax);
  if (absl::IsNotFound(file.status())) return records;
  if (!file.ok()) return file.status();
  ByteView rest(*file);
  while (rest.size() >= kFrameBytes && !AllZero(rest.first(kFrameBytes))) {
    Reader frame(rest.first(kFrameBytes));
    const std::uint32_t length = frame.U32("length");
    if (frame.U32("complement") != ~length) {
      return absl::DataLossError(
          absl::StrCat("sealed/", name, ": the length of record ", records.size(), " is damaged"));
    }
    if (rest.size() - kFrameBytes < length) break;  // A crash cut it short.
    const bool last = rest.size() == kFrameBytes + length;
    auto opened =
        AeadOpen(key, RecordContext(name, records.size()), rest.subspan(kFrameBytes, length));
    if (!opened.ok()) {
      if (last) break;
      return absl::DataLossError(
          absl::StrCat("sealed/", name, ": record ", records.size(), " is damaged"));
    }
    records.push_back(*std::move(opened));
    rest = rest.subspan(kFrameBytes + length);
    end.bytes += kFrameBytes + length;
  }
  end.records = records.size();
  return records;
}

absl::StatusOr<SealedLogEnd> AppendToSealedLog(const std::string& path, const std::string& name,
                                               const Secret<32>& key, const SealedLogEnd& end,
                                               ByteView record) {
  const Bytes sealed = AeadSeal(key, RecordContext(name, end.records), record);
  Writer out;
  const auto length = static_cast<std::uint32_t>(sealed.size());
  out.U32(length);
  out.U32(~length);
  out.Raw(sealed);
  const bool is_new = !platform::Look(path).ok();
  auto file = platform::OpenForAppend(path);
  if (!file.ok()) return file.status();
  absl::Status status = (*file)->Truncate(end.bytes);
  if (status.ok()) status = (*file)->Write(out.bytes());
  if (status.ok()) status = (*file)->Sync();
  if (status.ok() && is_new) {
    status = platform::SyncDirectory(std::filesystem::path(path).parent_path().string());
  }
  if (!status.ok()) return status;
  return SealedLogEnd{.bytes = end.bytes + out.bytes().size(), .records = end.records + 1};
}

}  // namespace amparo::client
