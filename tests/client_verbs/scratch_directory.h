// A directory of a test's own, gone when it ends.
//
// Thread safety: one thread at a time.

#ifndef AMPARO_TESTS_CLIENT_VERBS_SCRATCH_DIRECTORY_H_
#define AMPARO_TESTS_CLIENT_VERBS_SCRATCH_DIRECTORY_H_

#include <stdlib.h>

#include <algorithm>
#include <cassert>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace amparo::testing {

class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "amparo-test-XXXXXX").string();
    const char* made = mkdtemp(pattern.data());
    assert(made != nullptr);
    path_ = made;
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory() { std::filesystem::remove_all(path_); }

  const std::string& path() const { return path_; }
  std::string At(const std::string& name) const { return path_ + "/" + name; }
  std::string Write(const std::string& name, const std::string& content) const {
    std::ofstream(At(name), std::ios::binary) << content;
    return At(name);
  }

 private:
  std::string path_;
};

inline std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Names in a directory, sorted; also those that start with a dot. Empty: there is none.
inline std::vector<std::string> NamesIn(const std::string& path) {
  std::vector<std::string> names;
  if (!std::filesystem::exists(path)) return names;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

inline std::string Corpus(const std::string& name) {
  return std::string(AMPARO_SOURCE_DIR "/tests/corpus/") + name;
}

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_CLIENT_VERBS_SCRATCH_DIRECTORY_H_
