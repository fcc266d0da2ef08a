#include "tests/crypto/vector_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace amparo {

std::string OurVectors(const std::string& folder) {
  return std::string(AMPARO_SOURCE_DIR) + "/tests/vectors/" + folder;
}

std::string ForeignVectors(const std::string& folder) {
  const char* const given = std::getenv("AMPARO_VECTORS");
  const std::string root =
      given != nullptr ? given : std::string(AMPARO_SOURCE_DIR) + "/../shared/vectors";
  const std::string path = root + "/" + folder;
  return std::filesystem::is_directory(path) ? path : std::string();
}

Bytes ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in.is_open()) << path;
  return Bytes(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

nlohmann::json ReadJson(const std::string& path) {
  const Bytes bytes = ReadFile(path);
  return nlohmann::json::parse(bytes.begin(), bytes.end());
}

std::multimap<std::string, std::string> ReadFields(const std::string& path) {
  std::multimap<std::string, std::string> fields;
  std::istringstream in{std::string(AsText(ReadFile(path)))};
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t colon = line.find(": ");
    if (colon == std::string::npos) {
      ADD_FAILURE() << path << ": no \": \" in a line";
      continue;
    }
    fields.emplace(line.substr(0, colon), line.substr(colon + 2));
  }
  return fields;
}

std::vector<std::string> FilesIn(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_regular_file()) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string FirstLine(const std::string& path) {
  std::istringstream in{std::string(AsText(ReadFile(path)))};
  std::string line;
  while (std::getline(in, line) && line.starts_with('#')) {
  }
  return line;
}

Bytes Hex(const std::string& text) {
  const std::optional<Bytes> bytes = FromHex(text);
  EXPECT_TRUE(bytes.has_value()) << text;
  return bytes.value_or(Bytes());
}

}  // namespace amparo
