// Searches files, directories and a process's memory for words that must not be there.
//
//   find_words WORDS PATH... [--pid PID]
//
// WORDS has one needle per line, searched as bytes; at least 6 bytes each, so that chance does
// not find them. Exits with 0 when there is no hit, 1 when there is one, 2 when something could
// not be read: what was not searched was not found clean.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace {

constexpr std::size_t kWindow = 1 << 20;  // Bytes searched at a time.
constexpr std::size_t kNeedleMin = 6;

struct Search {
  std::vector<std::string> needles;
  std::size_t longest = 0;
  std::uint64_t bytes = 0;
  int hits = 0;
  bool failed = false;

  void Look(const std::string& text, const std::string& where) {
    for (const std::string& needle : needles) {
      const auto at = std::search(text.begin(), text.end(),
                                  std::boyer_moore_horspool_searcher(needle.begin(), needle.end()));
      if (at == text.end()) continue;
      ++hits;
      std::cout << "found \"" << needle << "\" in " << where << "\n";
    }
  }

  // Reads windows that overlap, so that no needle hides on an edge.
  void Stream(std::istream& in, std::uint64_t limit, const std::string& where) {
    std::string window;
    std::string chunk(kWindow, '\0');
    while (limit > 0) {
      in.read(chunk.data(), static_cast<std::streamsize>(std::min<std::uint64_t>(limit, kWindow)));
      const auto got = static_cast<std::size_t>(in.gcount());
      if (got == 0) break;
      bytes += got;
      limit -= got;
      window.append(chunk, 0, got);
      Look(window, where);
      if (window.size() > longest) window.erase(0, window.size() - longest);
    }
  }

  void File(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) {
      failed = true;
      std::cout << "cannot read " << path.string() << "\n";
      return;
    }
    Look(path.string(), "the name of " + path.string());
    Stream(in, UINT64_MAX, path.string());
  }

  void Path(const std::filesystem::path& path) {
    if (!std::filesystem::is_directory(path)) return File(path);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (entry.is_regular_file()) File(entry.path());
    }
  }

  // Every readable mapping of the process but the kernel's own.
  void Memory(const std::string& pid) {
    std::ifstream maps("/proc/" + pid + "/maps");
    std::ifstream memory("/proc/" + pid + "/mem", std::ios::binary);
    const std::uint64_t before = bytes;
    for (std::string line; std::getline(maps, line);) {
      std::uint64_t from = 0, to = 0;
      char mode[5] = {};
      if (std::sscanf(line.c_str(), "%lx-%lx %4s", &from, &to, mode) != 3) continue;
      if (mode[0] != 'r' || line.find("[v") != std::string::npos) continue;
      memory.clear();
      memory.seekg(static_cast<std::streamoff>(from));
      Stream(memory, to - from, "the memory of process " + pid);
    }
    if (bytes == before) {
      failed = true;
      std::cout << "cannot read the memory of process " << pid << "\n";
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: find_words WORDS PATH... [--pid PID]\n";
    return 2;
  }
  Search search;
  std::ifstream words(argv[1]);
  for (std::string line; std::getline(words, line);) {
    if (line.size() < kNeedleMin) continue;
    search.longest = std::max(search.longest, line.size());
    search.needles.push_back(line);
  }
  if (search.needles.empty()) {
    std::cerr << "error: no words of at least " << kNeedleMin << " bytes in " << argv[1] << "\n";
    return 2;
  }
  for (int i = 2; i < argc; ++i) {
    if (std::string(argv[i]) == "--pid" && i + 1 < argc) {
      search.Memory(argv[++i]);
    } else {
      search.Path(argv[i]);
    }
  }
  std::cout << "searched " << search.bytes / 1024 << " KiB for " << search.needles.size()
            << " words: " << search.hits << " hits\n";
  return search.hits > 0 ? 1 : search.failed ? 2 : 0;
}
