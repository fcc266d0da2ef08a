#include "server/pieces.h"

#include <utility>

#include "crypto/aead.h"
#include "statement/codec.h"

namespace amparo::server {
namespace {

// DO NOT RENUMBER within one store format.
constexpr std::uint8_t kObjectPiece = 1;
constexpr std::uint8_t kGrantPiece = 2;
constexpr std::uint8_t kBlobHashPiece = 3;
constexpr std::uint8_t kBlobOwnerPiece = 4;

}  // namespace

Bytes ObjectPieceKey(const ObjectId& object) {
  Writer writer;
  writer.U8(kObjectPiece);
  writer.Fixed(object);
  return writer.Take();
}

Bytes GrantPieceKey(const ObjectId& object, const Hash& grant_sha256) {
  Writer writer;
  writer.U8(kGrantPiece);
  writer.Fixed(object);
  writer.Fixed(grant_sha256);
  return writer.Take();
}

Bytes BlobHashKey(const ObjectId& object) {
  Writer writer;
  writer.U8(kBlobHashPiece);
  writer.Fixed(object);
  return writer.Take();
}

Bytes BlobOwnerKey(const ObjectId& object) {
  Writer writer;
  writer.U8(kBlobOwnerPiece);
  writer.Fixed(object);
  return writer.Take();
}

storage::PieceWrite WrapPiece(Bytes piece_key, const ShelfKeyId& shelf_key, const Secret<32>* key,
                              ByteView bytes) {
  Bytes value(shelf_key.bytes.begin(), shelf_key.bytes.end());
  if (key == nullptr) {
    AppendTo(value, bytes);
  } else {
    AppendTo(value, AeadSeal(*key, piece_key, bytes));
  }
  return {.key = std::move(piece_key), .value = std::move(value)};
}

absl::StatusOr<std::optional<Bytes>> ReadPiece(const storage::BlobStore& blobs,
                                               const storage::Shelf& shelf,
                                               const Bytes& piece_key) {
  const auto value = blobs.GetPiece(piece_key);
  if (!value.ok()) return value.status();
  if (!value->has_value()) return std::optional<Bytes>();
  const ByteView whole(**value);
  if (whole.size() < ShelfKeyId::kSize) return absl::DataLossError("a piece without its key id");
  const ShelfKeyId shelf_key = *ShelfKeyId::From(whole.first(ShelfKeyId::kSize));
  const ByteView bytes = whole.subspan(ShelfKeyId::kSize);
  if (shelf_key.is_zero()) return std::optional<Bytes>(Bytes(bytes.begin(), bytes.end()));
  const auto key = shelf.Find(shelf_key);
  if (!key.ok()) return absl::DataLossError("a piece whose shelf key is gone");
  auto opened = AeadOpen(*key, piece_key, bytes);
  if (!opened.ok()) return opened.status();
  return std::optional<Bytes>(*std::move(opened));
}

}  // namespace amparo::server
