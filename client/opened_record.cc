#include "client/opened_record.h"

#include <algorithm>

#include "statement/codec.h"

namespace amparo::client {
namespace {

absl::StatusOr<std::vector<Bytes>> ReadLog(const Workplace& place, const char* name) {
  absl::StatusOr<std::vector<Bytes>> records = place.home.ReadSealedLog(*place.keys.home, name);
  if (absl::IsNotFound(records.status())) return std::vector<Bytes>{};
  return records;
}

}  // namespace

absl::Status RecordOpened(Workplace& place, const Hash& version) {
  absl::StatusOr<bool> known = WasOpened(place, version);
  if (!known.ok()) return known.status();
  if (*known) return absl::OkStatus();
  return place.home.AppendSealed(*place.keys.home, kOpenedLog, version.view());
}

absl::StatusOr<bool> WasOpened(const Workplace& place, const Hash& version) {
  absl::StatusOr<std::vector<Bytes>> records = ReadLog(place, kOpenedLog);
  if (!records.ok()) return records.status();
  return std::any_of(records->begin(), records->end(), [&](const Bytes& record) {
    return std::equal(record.begin(), record.end(), version.bytes.begin(), version.bytes.end());
  });
}

absl::Status RecordHandedIn(Workplace& place, const HandedInFile& file) {
  Writer writer;
  writer.Fixed(file.document);
  writer.Fixed(file.sha256);
  return place.home.AppendSealed(*place.keys.home, kHandedInLog, writer.bytes());
}

absl::StatusOr<std::vector<HandedInFile>> HandedInFiles(const Workplace& place) {
  absl::StatusOr<std::vector<Bytes>> records = ReadLog(place, kHandedInLog);
  if (!records.ok()) return records.status();
  std::vector<HandedInFile> files;
  for (const Bytes& record : *records) {
    Reader reader(record);
    HandedInFile file{.document = reader.Fixed<SubjectId>("document"),
                      .sha256 = reader.Fixed<Hash>("sha256")};
    if (absl::Status s = reader.Finish("a hand-in of this home"); !s.ok()) {
      return absl::DataLossError(s.message());
    }
    files.push_back(file);
  }
  return files;
}

}  // namespace amparo::client
