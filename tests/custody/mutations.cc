#include "tests/custody/mutations.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "audit/cosignature.h"
#include "audit/log_entry.h"
#include "tests/custody/vector_cases.h"

namespace amparo::testing {
namespace {

using custody::Evidence;
using custody::Placed;
using custody::Receipt;

const audit::Witness& Partner() {
  static const auto* const kPartner = new audit::Witness{.name = "witness.example.org/oaxaca",
                                                         .key = KeyNamed("oaxaca").verify_key()};
  return *kPartner;
}

const CustodyLog& Story() {
  static const auto* const kStory = new CustodyLog(CustodyLog::WholeStory());
  return *kStory;
}

// With cosignatures and openings of the whole story.
Receipt GoodReceipt() {
  static const auto* const kGood = [] {
    auto* receipt = new Receipt(Story().ReceiptWithFiles());
    const std::uint64_t size = Story().size();
    absl::StrAppend(
        &receipt->checkpoint, Story().CosignedBy("cleo", size, {1'700'500'000}),
        Story().CosignedBy("ben", size, {1'700'500'060}),
        *audit::Cosign(Partner().name, KeyNamed("oaxaca"), {1'700'500'090}, Story().Note(size)),
        Story().CosignedBy("ada", size, {1'700'500'120}));
    return receipt;
  }();
  return *kGood;
}

// ---- Of bytes and of text.

std::string ChangeBytes(Bytes& bytes, Random& random) {
  const std::size_t at = Pick(random, bytes.size());
  switch (Pick(random, 5)) {
    case 0:
      bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(at));
      return absl::StrCat("byte ", at, " removed");
    case 1:
      bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), std::uint8_t{0});
      return absl::StrCat("byte ", at, " inserted");
    default: {
      const std::size_t bit = Pick(random, 8);
      bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ (1u << bit));
      return absl::StrCat("bit ", bit, " of byte ", at);
    }
  }
}

std::string ChangeText(std::string& text, Random& random) {
  const std::size_t at = Pick(random, text.size());
  text[at] = static_cast<char>(Pick(random, 128));
  return absl::StrCat("character ", at, " of the text");
}

// ---- Of a receipt's structure.

std::vector<Placed>& AnyList(Receipt& receipt, Random& random) {
  std::vector<Placed>* const lists[] = {&receipt.directory, &receipt.ticks, &receipt.history};
  return *lists[Pick(random, 3)];
}

std::string ChangeLists(Receipt& receipt, Random& random) {
  std::vector<Placed>& list = AnyList(receipt, random);
  if (list.empty()) return "an empty list, as it is";
  const std::size_t at = Pick(random, list.size());
  const auto here = list.begin() + static_cast<std::ptrdiff_t>(at);
  const std::uint64_t position = here->position.value;
  const std::size_t other = Pick(random, list.size());
  switch (Pick(random, 8)) {
    case 0:
      list.erase(here);
      return absl::StrCat("position ", position, " left out");
    case 1:
      list.erase(here, list.end());
      if (receipt.directory.empty()) receipt.directory.push_back(GoodReceipt().directory[0]);
      return absl::StrCat("from position ", position, " on left out");
    case 2:
      std::swap(here->statement, list[other].statement);
      return absl::StrCat("statement at ", position, " exchanged");
    case 3:
      std::swap(here->path, list[other].path);
      return absl::StrCat("path at ", position, " exchanged");
    case 4:
      std::swap(*here, list[other]);
      return absl::StrCat("position ", position, " and another exchanged");
    case 5:
      here->position.value += Pick(random, 3);
      return absl::StrCat("position ", position, " moved");
    case 6: {
      std::vector<Placed>& to = AnyList(receipt, random);
      const Placed moved = *here;
      list.erase(here);
      to.push_back(moved);
      std::ranges::sort(to, {}, &Placed::position);
      if (receipt.directory.empty()) receipt.directory.push_back(moved);
      return absl::StrCat("position ", position, " in a list by chance");
    }
    default:
      if (!here->path.empty()) here->path[Pick(random, here->path.size())].bytes[0] ^= 1;
      return absl::StrCat("path at ", position);
  }
}

// A statement with a field changed, signed again: its leaf is another.
std::string ChangeStatement(Receipt& receipt, Random& random) {
  std::vector<Placed>& list = AnyList(receipt, random);
  if (list.empty()) return "an empty list, as it is";
  Placed& placed = list[Pick(random, list.size())];
  SignedStatement said = *DecodeSigned(placed.statement);
  switch (Pick(random, 4)) {
    case 0:
      said.statement.kind = static_cast<std::uint16_t>(Pick(random, 90));
      break;
    case 1:
      said.statement.org.bytes[3] ^= 1;
      break;
    case 2:
      if (!said.statement.body.empty()) ChangeBytes(said.statement.body, random);
      break;
    default:
      said.statement.subject.bytes[0] ^= 1;
  }
  placed.statement = SignStatement(said.statement, KeyNamed("fay")).bytes;
  return absl::StrCat("statement at ", placed.position.value, " signed again");
}

std::string ChangeNote(Receipt& receipt, Random& random) {
  std::vector<std::string> lines = absl::StrSplit(receipt.checkpoint, '\n');
  const std::size_t first = 4;  // Origin, size, root, an empty line; the last is empty.
  if (lines.size() < first + 2) return "a note without lines";
  const std::size_t at = first + Pick(random, lines.size() - first - 1);
  const std::size_t other = first + Pick(random, lines.size() - first - 1);
  std::string what;
  switch (Pick(random, 5)) {
    case 0:
      std::swap(lines[at], lines[other]);
      what = "two signature lines exchanged";
      break;
    case 1:
      lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at));
      what = "a signature line left out";
      break;
    case 2:
      lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), std::string(lines[other]));
      what = "a signature line repeated";
      break;
    default:
      if (lines[at].empty()) break;
      lines[at][Pick(random, lines[at].size())] = static_cast<char>('A' + Pick(random, 26));
      what = "a letter of a signature line";
  }
  receipt.checkpoint = absl::StrJoin(lines, "\n");
  if (receipt.checkpoint.empty()) receipt.checkpoint = "\n";
  return what;
}

std::string ChangeOpenings(Receipt& receipt, Random& random) {
  if (receipt.openings.empty()) return "no openings";
  custody::Opening& opening = receipt.openings[Pick(random, receipt.openings.size())];
  switch (Pick(random, 4)) {
    case 0:
      opening.file_key.bytes[0] ^= 1;
      return "a file key";
    case 1:
      opening.nonce.bytes[0] ^= 1;
      return "a nonce";
    case 2:
      opening.object.bytes[15] ^= 1;
      return "an opened object";
    default:
      receipt.openings.erase(receipt.openings.begin());
      return "an opening left out";
  }
}

std::string ChangeReceipt(Receipt& receipt, Random& random) {
  switch (Pick(random, 10)) {
    case 0:
      return ChangeStatement(receipt, random);
    case 1:
    case 2:
      return ChangeNote(receipt, random);
    case 3:
      return ChangeOpenings(receipt, random);
    default:
      return ChangeLists(receipt, random);
  }
}

// ---- Evidence.

Evidence RandomEvidence(Random& random) {
  RandomLog made = MakeRandomLog(random);
  const CustodyLog& log = made.log;
  CustodyLog other = log;
  other.TickAfter(50);
  const std::uint64_t size = log.size();
  const std::uint64_t below = 1 + Pick(random, size - 1);
  Evidence evidence{
      .org = log.org(),
      .policies = log.Policies(),
      .noticed_at = log.now(),
      .what = custody::Equivocation{.first = log.Note(size), .second = log.Note(below)}};
  switch (Pick(random, 7)) {
    case 0:
      break;
    case 1:
      evidence.what = custody::Fork{
          .earlier = log.Note(below, OneIn(random, 5) ? "ria" : "log"),
          .later = other.Note(size + 1),
          .other_root = OneIn(random, 2) ? other.Head(below).root : HashNamed("made up"),
          .path = other.Consistency(below, size + 1)};
      break;
    case 2:
      evidence.what = custody::Rollback{.larger = log.Note(size),
                                        .smaller = log.Note(below),
                                        .path = log.Consistency(below, size)};
      break;
    case 3: {
      const Statement& said = log.At(below).statement;
      custody::Withholding what{.checkpoint = log.Note(size),
                                .position = Position{below},
                                .leaf = audit::LeafOf(log.At(below)),
                                .path = log.PlacedAt(below).path,
                                .subject = {},
                                .previous = {}};
      if (what.leaf.leaf_class == 0 || OneIn(random, 4)) {
        what.subject = said.subject;
        what.previous = said.subject_prev;
      }
      evidence.what = std::move(what);
      break;
    }
    default:
      evidence.what = custody::InvalidHistory{
          log.ReceiptOf(made.refused.has_value() ? *made.refused + 1 : size)};
  }
  return evidence;
}

std::string ChangeEvidence(Evidence& evidence, Random& random) {
  if (auto* history = std::get_if<custody::InvalidHistory>(&evidence.what)) {
    return ChangeReceipt(history->history, random);
  }
  if (auto* rollback = std::get_if<custody::Rollback>(&evidence.what);
      rollback && !rollback->path.empty()) {
    rollback->path[0].bytes[0] ^= 1;
    return "its path";
  }
  if (auto* withheld = std::get_if<custody::Withholding>(&evidence.what)) {
    ++withheld->position.value;
    return "its position";
  }
  evidence.policies.push_back(evidence.policies[0]);
  return "a policy repeated";
}

Mutation OfEvidence(Random& random) {
  Evidence evidence = RandomEvidence(random);
  Mutation made{.what = absl::StrCat("evidence of type ", evidence.what.index() + 1, ": "),
                .text = {},
                .partners = {},
                .files = {}};
  const std::size_t how = Pick(random, 4);
  if (how == 0) absl::StrAppend(&made.what, ChangeEvidence(evidence, random));
  made.text = custody::FormatEvidence(evidence);
  if (how == 1) {
    Bytes bytes = DecodedOf(made.text);
    absl::StrAppend(&made.what, ChangeBytes(bytes, random));
    made.text = EvidenceTextOf(bytes);
  }
  return made;
}

Mutation OfReceipt(Receipt receipt, std::string what, Random& random) {
  Mutation made{.what = std::move(what), .text = {}, .partners = {}, .files = {}};
  if (OneIn(random, 2)) made.partners.push_back(audit::FormatWitness(Partner()));
  if (!receipt.openings.empty() && OneIn(random, 2)) {
    made.files.push_back(Story().parts()[Pick(random, Story().parts().size())].plaintext);
  }
  const std::size_t how = Pick(random, 8);
  for (std::size_t i = 0; how < 5 && i <= Pick(random, 2); ++i) {
    absl::StrAppend(&made.what, " ", ChangeReceipt(receipt, random), ";");
  }
  made.text = custody::FormatReceipt(receipt);
  if (how == 5 || how == 6) {
    Bytes bytes = DecodedOf(made.text);
    absl::StrAppend(&made.what, " ", ChangeBytes(bytes, random));
    made.text = ReceiptTextOf(bytes);
  } else if (how == 7) {
    absl::StrAppend(&made.what, " ", ChangeText(made.text, random));
  }
  return made;
}

}  // namespace

Mutation MakeMutation(std::uint64_t seed, std::uint64_t number) {
  Random random(seed * 1'000'003 + number);
  switch (Pick(random, 10)) {
    case 0:
    case 1:
    case 2:
      return OfEvidence(random);
    case 3:
    case 4:
    case 5:
    case 6: {
      const RandomLog made = MakeRandomLog(random);
      Mutation out{
          .what = absl::StrCat("a log by chance",
                               made.refused ? absl::StrCat(", refused at ", *made.refused) : ""),
          .text = custody::FormatReceipt(made.log.ReceiptOf()),
          .partners = {},
          .files = {}};
      return OneIn(random, 3) ? OfReceipt(made.log.ReceiptOf(), out.what + ":", random) : out;
    }
    default:
      return OfReceipt(GoodReceipt(), "the whole story:", random);
  }
}

}  // namespace amparo::testing
