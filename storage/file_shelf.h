// FileShelf: a shelf in one append-only file of mode 0600. The only reader and writer of
// that file. Spec: docs/spec/storage.md, "Shelf file".
//
// Thread safety: all methods, from any thread. One FileShelf per file: whoever opens it
// holds the store's lock.

#ifndef AMPARO_STORAGE_FILE_SHELF_H_
#define AMPARO_STORAGE_FILE_SHELF_H_

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/guarded_keys.h"
#include "storage/shelf.h"

namespace amparo::storage {

// Makes the name of the file or folder at `path` durable.
absl::Status SyncDirectoryOf(const std::string& path);

class FileShelf : public Shelf {
 public:
  // Creates the file if absent. FAILED_PRECONDITION: written by a newer build, or readable by
  // others. DATA_LOSS: a record is damaged. A last record cut short is dropped: the crash
  // that cut it came before Add() returned.
  static absl::StatusOr<std::unique_ptr<FileShelf>> Open(const std::string& path);
  ~FileShelf() override;
  FileShelf(const FileShelf&) = delete;
  FileShelf& operator=(const FileShelf&) = delete;

  absl::Status Add(const ShelfKeyId& id, const Secret<32>& key) override;
  absl::StatusOr<Secret<32>> Find(const ShelfKeyId& id) const override;
  absl::Status FindInto(const ShelfKeyId& id, Secret<32>& key) const override;
  absl::Status Destroy(const ShelfKeyId& id) override;

 private:
  explicit FileShelf(std::string path);
  absl::Status Load();
  absl::Status LoadRecords(ByteView records);
  absl::Status AppendRecord(const ShelfKeyId& id, const Secret<32>& key);
  // Puts a file without record `left_out` (ids_.size(): with all of them) in place.
  absl::Status Rewrite(std::size_t left_out);
  absl::Status WriteAll(int fd, std::size_t left_out) const;

  const std::string path_;
  mutable std::mutex mutex_;  // Guards what follows.
  int fd_ = -1;               // For appending.
  // A record's index is the same in `ids_` and `keys_`.
  std::vector<ShelfKeyId> ids_;
  GuardedKeys keys_;
  std::map<ShelfKeyId, std::size_t> index_;
  // The end of the file is in doubt: rewrite it before the next record.
  bool is_doubtful_ = false;
};

}  // namespace amparo::storage

#endif  // AMPARO_STORAGE_FILE_SHELF_H_
