// A directory of a test's own, removed at its end.

#ifndef AMPARO_TESTS_STORAGE_TEMPORARY_DIRECTORY_H_
#define AMPARO_TESTS_STORAGE_TEMPORARY_DIRECTORY_H_

#include <stdlib.h>

#include <cassert>
#include <filesystem>
#include <string>

namespace amparo::storage {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string path = (std::filesystem::temp_directory_path() / "amparo-storage-XXXXXX").string();
    const char* made = mkdtemp(path.data());
    assert(made != nullptr);
    path_ = made;
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace amparo::storage

#endif  // AMPARO_TESTS_STORAGE_TEMPORARY_DIRECTORY_H_
