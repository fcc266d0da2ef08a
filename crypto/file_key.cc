#include "crypto/file_key.h"

#include "crypto/digest.h"

namespace amparo {

Commitment CommitTo(const FileKey& key, const ObjectId& object) {
  // The array's terminating zero is the label's last byte.
  static constexpr char kLabel[] = "amparo/v1/file-key-commitment";
  Bytes info;
  AppendTo(info, AsBytes(absl::string_view(kLabel, sizeof kLabel)));
  AppendTo(info, object.view());
  Commitment out;
  HkdfSha256(key.Expose(), /*salt=*/{}, info, out.bytes);
  return out;
}

}  // namespace amparo
