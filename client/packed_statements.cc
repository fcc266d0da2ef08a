#include "client/packed_statements.h"

#include <zlib.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "statement/codec.h"

namespace amparo::client {
namespace {

constexpr std::size_t kStatementBytesMax = 64 * 1024;

// One byte more than said is room for: so a longer stream shows.
absl::StatusOr<Bytes> Inflate(ByteView packed, std::uint32_t length) {
  if (length > kUnpackedBytesMax) {
    return absl::DataLossError(absl::StrCat("the server says that statements unpack to ", length,
                                            " bytes, at most ", kUnpackedBytesMax));
  }
  Bytes plain(std::size_t{length} + 1);
  uLongf unpacked = plain.size();
  uLong read = packed.size();
  const int result = uncompress2(plain.data(), &unpacked, packed.data(), &read);
  if (result != Z_OK || unpacked != length || read != packed.size()) {
    return absl::DataLossError(absl::StrCat("packed statements of ", length, " bytes unpack to ",
                                            unpacked, ", ", packed.size() - read,
                                            " bytes of the answer are left, zlib says ", result));
  }
  plain.resize(length);
  return plain;
}

}  // namespace

absl::StatusOr<std::vector<PositionedStatement>> UnpackStatements(ByteView packed,
                                                                  std::uint32_t length) {
  const auto plain = Inflate(packed, length);
  if (!plain.ok()) return plain.status();
  std::vector<PositionedStatement> statements;
  Reader reader(*plain);
  while (reader.remaining() > 0) {
    const Position position{reader.U64("position")};
    const ByteView bytes = reader.Vec32(kStatementBytesMax, "statement");
    if (!reader.ok()) break;
    if (bytes.empty() || (!statements.empty() && position <= statements.back().position)) {
      return absl::DataLossError(
          absl::StrCat("packed statements are out of order at position ", position.value));
    }
    statements.push_back({.position = position, .statement = Bytes(bytes.begin(), bytes.end())});
  }
  if (auto status = reader.Finish("packed statements"); !status.ok()) {
    return absl::DataLossError(status.message());
  }
  return statements;
}

}  // namespace amparo::client
