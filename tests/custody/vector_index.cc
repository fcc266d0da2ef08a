#include "tests/custody/vector_index.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

#include "absl/hash/hash.h"
#include "audit/cosignature.h"
#include "crypto/digest.h"
#include "custody/report.h"
#include "statement/text_armor.h"

namespace amparo::testing {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kEditBytesMax = 2000;

// The header line's text if `text` is armor, and its bytes.
struct Armor {
  std::string header;
  Bytes bytes;
};
std::optional<Armor> ReadArmor(absl::string_view text) {
  for (const char* header : {"amparo-receipt-v1", "amparo-evidence-v1"}) {
    if (auto bytes = ParseArmor(header, text, custody::kFileBytesMax); bytes.ok()) {
      return Armor{.header = header, .bytes = *std::move(bytes)};
    }
  }
  return std::nullopt;
}

Json Edit(std::size_t at, std::size_t remove, ByteView insert) {
  return {{"at", at}, {"remove", remove}, {"insert", ToHex(insert)}};
}

// A file that is there already, decoded if it can be, and where each of its runs stands.
constexpr std::size_t kRunBytes = 24;
struct Base {
  explicit Base(Bytes from) : bytes(std::move(from)) {
    for (std::size_t at = 0; at + kRunBytes <= bytes.size(); ++at) {
      runs[AsText(ByteView(bytes).subspan(at, kRunBytes))].push_back(at);
    }
  }
  Bytes bytes;
  std::unordered_map<absl::string_view, std::vector<std::size_t>, absl::Hash<absl::string_view>>
      runs;
};

// Edits that make `to` of `base`: what is alike goes on to be alike, and after a difference the
// next run that both have is sought. Nothing: too much is different.
std::optional<Json> EditsBetween(const Base& base, ByteView to) {
  const ByteView from(base.bytes);
  Json edits = Json::array();
  std::size_t inserted = 0;
  for (std::size_t i = 0, j = 0; i < from.size() || j < to.size();) {
    if (i < from.size() && j < to.size() && from[i] == to[j]) {
      ++i, ++j;
      continue;
    }
    std::size_t next_i = from.size();
    std::size_t next_j = j;
    for (; next_j < to.size() && next_i == from.size(); ++next_j) {
      if (next_j + kRunBytes > to.size()) continue;
      const auto run = base.runs.find(AsText(to.subspan(next_j, kRunBytes)));
      if (run == base.runs.end()) continue;
      const auto found = std::lower_bound(run->second.begin(), run->second.end(), i);
      if (found == run->second.end()) continue;
      next_i = *found;
      break;
    }
    edits.push_back(Edit(i, next_i - i, to.subspan(j, next_j - j)));
    inserted += next_j - j + 16;
    if (inserted > kEditBytesMax) return std::nullopt;
    i = next_i;
    j = next_j;
  }
  return edits;
}

Bytes Apply(const Json& edits, ByteView from) {
  Bytes out;
  std::size_t done = 0;
  for (const Json& edit : edits) {
    const auto at = edit["at"].get<std::size_t>();
    AppendTo(out, from.subspan(done, at - done));
    AppendTo(out, *FromHex(edit["insert"].get<std::string>()));
    done = at + edit["remove"].get<std::size_t>();
  }
  AppendTo(out, from.subspan(done));
  return out;
}

// The files that are there, ready to be compared with.
struct Shelf {
  VectorFolder folder;
  std::map<std::string, std::pair<std::string, std::unique_ptr<Base>>> decoded;  // Header, bytes.
  std::map<std::string, std::unique_ptr<Base>> raw;

  void Put(const std::string& name, const std::string& text) {
    folder[name] = text;
    if (auto armor = ReadArmor(text)) {
      decoded[name] = {armor->header, std::make_unique<Base>(std::move(armor->bytes))};
    }
    raw[name] = std::make_unique<Base>(Bytes(text.begin(), text.end()));
  }
};

// Where a case's text comes from: the fewest edits of a file that is there, or a new file.
void Store(const VectorCase& one, Shelf& shelf, Json& entry) {
  std::optional<Json> best;
  const auto consider = [&](const std::string& base, const char* on, std::optional<Json> edits) {
    if (!edits.has_value() || (best && (*best)["edits"].dump().size() <= edits->dump().size())) {
      return;
    }
    best = Json{{"base", base}, {"on", on}, {"edits", *std::move(edits)}};
  };
  if (const std::optional<Armor> armor = ReadArmor(one.text)) {
    for (const auto& [name, base] : shelf.decoded) {
      if (base.first == armor->header) {
        consider(name, "bytes", EditsBetween(*base.second, armor->bytes));
      }
    }
  } else {
    for (const auto& [name, base] : shelf.raw) {
      consider(name, "text", EditsBetween(*base, AsBytes(one.text)));
    }
  }
  if (!best.has_value()) {
    const std::string name = one.name + ".txt";
    shelf.Put(name, one.text);
    best = Json{{"base", name}, {"on", "text"}, {"edits", Json::array()}};
  }
  entry.update(*best);
}

}  // namespace

Json Verified(absl::string_view text, const std::vector<std::string>& partners,
              const std::vector<Bytes>& files) {
  std::vector<audit::Witness> witnesses;
  for (const std::string& partner : partners) {
    witnesses.push_back(*audit::ParseWitness(partner));
  }
  const custody::Judgement judgement = custody::JudgeFile(text, witnesses);
  std::vector<custody::ComparedFile> compared;
  if (judgement.verdict == custody::Verdict::kValid) {
    const custody::Receipt receipt = *custody::ParseReceipt(text);
    for (const Bytes& file : files) {
      compared.push_back({.sha256 = Sha256(file), .object = custody::FindSealed(receipt, file)});
    }
  }
  Json out;
  out["expect"] =
      Json::parse(custody::FormatReport(custody::FileKindOf(text), judgement, compared));
  out["exit"] = custody::ExitCodeOf(judgement, compared);
  return out;
}

VectorFolder WriteVectors(const VectorCases& cases) {
  const std::map<std::string, Bytes> compared = ComparedFiles();
  Shelf shelf;
  Json index = Json::array();
  for (const VectorCase& one : cases) {
    Json entry = {{"name", one.name}, {"comment", one.comment}};
    Store(one, shelf, entry);
    entry["partners"] = one.partners;
    entry["files"] = one.files;
    std::vector<Bytes> files;
    for (const std::string& name : one.files) files.push_back(compared.at(name));
    entry.update(Verified(one.text, one.partners, files));
    index.push_back(std::move(entry));
  }
  VectorFolder folder = std::move(shelf.folder);
  for (const auto& [name, bytes] : compared) folder[name] = std::string(AsText(bytes));
  folder["index.json"] = Json{{"cases", index}}.dump(1) + "\n";
  return folder;
}

std::string TextOf(const Json& entry, const VectorFolder& folder) {
  const std::string& base = folder.at(entry["base"].get<std::string>());
  if (entry["on"] == "text") return std::string(AsText(Apply(entry["edits"], AsBytes(base))));
  const Armor armor = *ReadArmor(base);
  return FormatArmor(armor.header, Apply(entry["edits"], armor.bytes));
}

}  // namespace amparo::testing
