#include "tests/client_verbs/sticks.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <vector>

#include "client/bundle_file.h"

namespace amparo::testing {

using client::BundleReader;
using client::BundleWriter;

void CutOff(Town& town, const std::string& name) {
  town.Server(name).sync = [] { return absl::UnavailableError("cut off"); };
  town.Server(name).append = [](const client::AppendRequest&) {
    return absl::UnavailableError("cut off");
  };
  town.Server(name).checkpoint = [](TreeSize, client::CheckpointReply&) {
    return absl::UnavailableError("cut off");
  };
  town.Stale(name).WorkOffline();
}

void Reconnect(Town& town, const std::string& name) {
  town.Server(name).sync = nullptr;
  town.Server(name).append = nullptr;
  town.Server(name).checkpoint = nullptr;
}

std::string Export(Town& town, const std::string& by, const std::string& to, Position from) {
  std::string path = town.Fresh();
  const auto written = town.As(by).ExportDocuments(
      {.member = town.Id(to), .documents = {}, .from = from}, path, nullptr);
  EXPECT_EQ(written.status(), absl::OkStatus());
  return path;
}

Story Play(Town& town) {
  const SubjectId case_id = town.OpenCase();
  Story story;
  story.read = town.Submit(case_id, {Corpus("ht.txt"), Corpus("es-declaracion.pdf")});
  town.Assign(story.read);
  EXPECT_EQ(town.As("tina").Ask(story.read, "Which year?"), absl::OkStatus());
  town.HandIn(story.read, Corpus("en.txt"));
  town.Read(story.read);
  EXPECT_EQ(town.As("rita").Approve(story.read), absl::OkStatus());
  story.declined = town.Submit(case_id, {Corpus("mam.txt")});
  EXPECT_EQ(town.As("cleo").Assign(story.declined, town.People("tom", "rex")), absl::OkStatus());
  EXPECT_EQ(town.As("tom").Decline(story.declined, "I know the family."), absl::OkStatus());
  town.Assign(story.declined, "tina", "rex");
  story.open = town.Submit(case_id, {Corpus("ht-photo.jpg")});
  EXPECT_EQ(town.As("cleo").Assign(story.open, town.People("tom", "rita")), absl::OkStatus());
  const SubjectId taken = town.Submit(case_id, {Corpus("kek.txt")});
  EXPECT_EQ(town.As("cleo").Assign(taken, town.People("tom", "rex")), absl::OkStatus());
  town.As("tom");  // Who knows of it, and not of its end.
  EXPECT_EQ(town.As("cleo").Unassign(taken), absl::OkStatus());
  return story;
}

std::string Rewritten(Town& town, const std::string& path,
                      const std::function<void(std::size_t number, Bytes& content)>& change) {
  const auto reader = BundleReader::Open(path);
  EXPECT_EQ(reader.status(), absl::OkStatus());
  std::string out = town.Fresh();
  auto writer = BundleWriter::Create(out, reader->kind(), reader->org());
  EXPECT_EQ(writer.status(), absl::OkStatus());
  for (std::size_t i = 0; i < reader->sections().size(); ++i) {
    auto content = reader->Content(reader->sections()[i], std::uint64_t{64} << 20);
    EXPECT_EQ(content.status(), absl::OkStatus());
    change(i, *content);
    EXPECT_EQ(writer->Add(reader->sections()[i].type, *content), absl::OkStatus());
  }
  EXPECT_EQ(writer->Finish(), absl::OkStatus());
  return out;
}

std::string Bent(Town& town, const std::string& path, std::mt19937_64& chance,
                 const std::function<bool(std::uint8_t type)>& is_bent) {
  const auto reader = BundleReader::Open(path);
  EXPECT_EQ(reader.status(), absl::OkStatus());
  std::vector<std::size_t> candidates;
  for (std::size_t i = 0; i < reader->sections().size(); ++i) {
    if (is_bent(reader->sections()[i].type)) candidates.push_back(i);
  }
  const std::size_t which = candidates[chance() % candidates.size()];
  const std::uint64_t bit = chance();
  return Rewritten(town, path, [&](std::size_t number, Bytes& content) {
    if (number != which) return;
    content[bit / 8 % content.size()] ^= static_cast<std::uint8_t>(1u << (bit % 8));
  });
}

std::mt19937_64 SeededChance(std::uint64_t otherwise) {
  const char* given = std::getenv("AMPARO_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : otherwise;
  std::cout << "AMPARO_SEED=" << seed << "\n";
  return std::mt19937_64(seed);
}

}  // namespace amparo::testing
