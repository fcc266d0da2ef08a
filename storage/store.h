// Store: a server's storage, by organisation. Nothing crosses from one to another.
//
// Thread safety: all methods, from any thread. What Open returns lives until the store dies.

#ifndef AMPARO_STORAGE_STORE_H_
#define AMPARO_STORAGE_STORE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "statement/ids.h"
#include "storage/blob_store.h"
#include "storage/ledger.h"
#include "storage/shelf.h"
#include "storage/view.h"

namespace amparo::storage {

// DO NOT REUSE a number. A store written by a newer build is refused, an older one is read.
// 2: blobs may share a segment. 3: a segment's rows are 64 KiB.
inline constexpr std::uint32_t kStoreFormat = 3;

inline constexpr std::size_t kSettingKeyBytesMax = 64;
inline constexpr std::size_t kSettingBytesMax = 4 * 1024;

// One organisation's four parts. Borrowed from the store.
struct OrgStorage {
  Ledger* ledger = nullptr;
  BlobStore* blobs = nullptr;
  View* view = nullptr;
  Shelf* shelf = nullptr;
};

class Store {
 public:
  virtual ~Store() = default;
  // Opens the organisation's part, empty at first.
  virtual absl::StatusOr<OrgStorage> Open(const OrgId& org) = 0;
  // Organisations whose ledger is not empty.
  virtual absl::StatusOr<std::vector<OrgId>> List() const = 0;
  // Small settings of the server itself (log keys of founding tokens and the like): key of
  // at most 64 bytes, value of at most 4 KiB, durable before it returns.
  virtual absl::Status PutSetting(ByteView key, ByteView value) = 0;
  virtual absl::StatusOr<std::optional<Bytes>> GetSetting(ByteView key) const = 0;
  virtual absl::Status EraseSetting(ByteView key) = 0;
};

// Keeps everything in this process: the reference that the other engines are held against.
std::unique_ptr<Store> OpenMemoryStore();

struct RocksdbOptions {
  std::string directory;                     // Created if absent, mode 0700.
  std::uint64_t reserve_bytes = 256u << 20;  // Free disk below which writes are refused.
};
// FAILED_PRECONDITION: written by a newer build (names both formats), or in use by another
// process. The shelf is `directory`/shelf/<org in hex>, the database `directory`/db.
absl::StatusOr<std::unique_ptr<Store>> OpenRocksdbStore(const RocksdbOptions& options);

}  // namespace amparo::storage

#endif  // AMPARO_STORAGE_STORE_H_
