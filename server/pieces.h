// The keys and the wrapping of pieces: small objects, grants, and what is noted of blobs, as
// they lie in the blob store. What belongs to a case is sealed under its shelf key.
// Spec: docs/spec/engine.md, "Pieces". To this file a grant is opaque bytes.
//
// Thread safety: the functions are independent.

#ifndef AMPARO_SERVER_PIECES_H_
#define AMPARO_SERVER_PIECES_H_

#include <optional>

#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "crypto/secret.h"
#include "statement/ids.h"
#include "storage/blob_store.h"
#include "storage/shelf.h"

namespace amparo::server {

Bytes ObjectPieceKey(const ObjectId& object);
// Several grants of one object to one member stand side by side (a device each).
Bytes GrantPieceKey(const ObjectId& object, const Hash& grant_sha256);
Bytes BlobHashKey(const ObjectId& object);
Bytes BlobOwnerKey(const ObjectId& object);

// shelf_key_id 16 (zeros: clear) || the bytes, sealed under that key with the piece's key as
// context. `key` is null when the id is zeros.
storage::PieceWrite WrapPiece(Bytes piece_key, const ShelfKeyId& shelf_key, const Secret<32>* key,
                              ByteView bytes);
// Nothing if there is no such piece. DATA_LOSS: it does not open, or its key is gone.
absl::StatusOr<std::optional<Bytes>> ReadPiece(const storage::BlobStore& blobs,
                                               const storage::Shelf& shelf, const Bytes& piece_key);

}  // namespace amparo::server

#endif  // AMPARO_SERVER_PIECES_H_
