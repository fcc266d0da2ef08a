// Files whose text or structure is wrong: MALFORMED, or too new.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "statement/text_encoding.h"
#include "tests/custody/custody_log.h"
#include "tests/custody/vector_cases.h"

namespace amparo::testing {
namespace {

using custody::Reason;
using custody::Receipt;
using custody::Verdict;

// Adds cases of one receipt, and of its bytes, that are MALFORMED.
class Malformed {
 public:
  Malformed(VectorCases& cases, const Receipt& receipt)
      : cases_(cases),
        receipt_(receipt),
        text_(custody::FormatReceipt(receipt)),
        bytes_(DecodedOf(text_)) {}

  const std::string& text() const { return text_; }
  const Bytes& bytes() const { return bytes_; }
  const Receipt& receipt() const { return receipt_; }
  // Where the directory's count stands.
  std::size_t directory_at() const { return 50 + receipt_.checkpoint.size(); }

  void Text(std::string name, std::string comment, std::string text) {
    cases_.push_back({.name = std::move(name),
                      .comment = std::move(comment),
                      .text = std::move(text),
                      .verdict = Verdict::kInvalid,
                      .reason = Reason::kMalformed});
  }
  void Edit(std::string name, std::string comment, const std::function<void(Bytes&)>& edit) {
    Bytes bytes = bytes_;
    edit(bytes);
    Text(std::move(name), std::move(comment), ReceiptTextOf(bytes));
  }
  void Change(std::string name, std::string comment, const testing::Change& change) {
    Text(std::move(name), std::move(comment), Changed(receipt_, change));
  }

 private:
  VectorCases& cases_;
  const Receipt& receipt_;
  std::string text_;
  Bytes bytes_;
};

void AddLines(Malformed& add) {
  const std::string& text = add.text();
  const std::string body = text.substr(text.find('\n') + 1);
  add.Text("empty", "no bytes at all: of no kind", "");
  add.Text("another-file", "of no kind", "amparo-invitation-v1\nAAAA\n");
  add.Text("header-with-a-blank", "of no kind", absl::StrCat("amparo-receipt-v1 \n", body));
  add.Text("header-without-number", "of no kind", absl::StrCat("amparo-receipt-v\n", body));
  add.Text("header-alone", "a header line without its newline", "amparo-receipt-v1");
  add.Text("nothing-after-the-header", "no bytes: not even an organisation", "amparo-receipt-v1\n");
  add.Text("evidence-header", "a receipt's bytes under the header of evidence",
           absl::StrCat("amparo-evidence-v1\n", body));
  add.Text("carriage-return", "lines that end in CR LF",
           absl::StrReplaceAll(text, {{"\n", "\r\n"}}));
  add.Text("empty-line-at-the-end", "one newline too many", absl::StrCat(text, "\n"));
  add.Text("no-newline-at-the-end", "one too few", text.substr(0, text.size() - 1));
  std::string blank = text;
  blank.insert(text.find('\n') + 10, " ");
  add.Text("blank-in-a-line", "65 characters, one of them a blank", blank);
  std::string moved = text;
  const std::size_t second = text.find('\n', text.find('\n') + 1);
  std::swap(moved[second], moved[second - 1]);  // 63 characters, then 65.
  add.Text("line-of-63", "a line that is shorter and not the last", moved);
  std::string digit = text;
  digit[digit.find('\n') + 5] = '-';
  add.Text("url-alphabet", "a character of another base64", digit);
}

void AddPadding(Malformed& add) {
  // 1 byte over a multiple of 3: two characters and "==".
  Bytes bytes = add.bytes();
  std::string text = add.text();
  if (text.substr(text.size() - 3) != "==\n") {
    // The structure is wrong anyway; what is tested is that the text alone is refused.
    while (bytes.size() % 3 != 1) bytes.push_back(0);
    text = ReceiptTextOf(bytes);
  }
  std::string stray = text;
  char& last = stray[stray.size() - 4];
  last = last == 'A' ? 'B' : static_cast<char>(last + 1);
  add.Text("stray-bits", "bits behind the last byte that are not zero", stray);
  std::string bare = text;
  bare.erase(bare.size() - 3, 2);
  add.Text("no-padding", "base64 without its padding", bare);
}

void AddStructure(Malformed& add) {
  const std::size_t at = add.directory_at();
  add.Edit("byte-appended", "a byte is left over", [](Bytes& b) { b.push_back(0); });
  add.Edit("byte-cut", "a byte is missing", [](Bytes& b) { b.pop_back(); });
  add.Edit("cut-in-the-middle", "half of it", [](Bytes& b) { b.resize(b.size() / 2); });
  add.Edit("note-of-no-bytes", "a checkpoint of length 0", [&](Bytes& b) {
    b[48] = b[49] = 0;
    b.erase(b.begin() + 50, b.begin() + static_cast<std::ptrdiff_t>(at));
  });
  add.Edit("note-too-long", "a checkpoint that says to be 65,535 bytes long",
           [](Bytes& b) { b[48] = b[49] = 0xff; });
  add.Edit("no-directory", "a directory of no statements", [&](Bytes& b) {
    std::fill_n(b.begin() + static_cast<std::ptrdiff_t>(at), 4, std::uint8_t{0});
  });
  add.Edit("directory-count-too-large", "a directory of 100,001 statements",
           [&](Bytes& b) { b[at] = 0, b[at + 1] = 0x01, b[at + 2] = 0x86, b[at + 3] = 0xa1; });
  add.Edit("directory-count-too-small", "what follows is read as ticks",
           [&](Bytes& b) { --b[at + 3]; });
  add.Edit("statement-of-no-bytes", "a statement of length 0", [&](Bytes& b) {
    std::fill_n(b.begin() + static_cast<std::ptrdiff_t>(at + 12), 4, std::uint8_t{0});
  });
  add.Edit("statement-too-long", "a statement that says to be 61,441 bytes long",
           [&](Bytes& b) { b[at + 12] = b[at + 13] = 0, b[at + 14] = 0xf0, b[at + 15] = 0x01; });
  const std::size_t path = at + 16 + add.receipt().directory.front().statement.size();
  add.Edit("path-of-65", "a path that says to have 65 hashes", [&](Bytes& b) { b[path] = 65; });
  add.Edit("openings-211", "211 openings, it says",
           [](Bytes& b) { b[b.size() - 2] = 0, b[b.size() - 1] = 211; });
}

void AddOrder(Malformed& add, const Receipt& with_files) {
  add.Change("positions-descend", "two turns of the directory are exchanged",
             [](Receipt& r) { std::swap(r.directory[2], r.directory[3]); });
  add.Change("position-twice", "one turn of the directory stands there twice",
             [](Receipt& r) { r.directory.insert(r.directory.begin() + 2, r.directory[2]); });
  add.Change("position-in-two-lists", "a tick has the position of a turn",
             [](Receipt& r) { r.ticks[0].position = r.directory[1].position; });
  add.Text("openings-descend", "objects do not ascend",
           Changed(with_files, [](Receipt& r) { std::swap(r.openings[0], r.openings[1]); }));
  add.Text("opening-twice", "one object, two openings",
           Changed(with_files, [](Receipt& r) { r.openings[1].object = r.openings[0].object; }));
}

// The base point with the point of order 2 added: y and x negated.
Bytes MixedOrderPoint() {
  Bytes point(32, 0x99);
  point[0] = 0x95;
  return point;
}

void AddStatements(Malformed& add, const CustodyLog& log) {
  add.Change("statement-cut", "the last byte of a statement is missing",
             [](Receipt& r) { r.history[1].statement.pop_back(); });
  add.Change("body-malformed", "the body of an assignment has a byte too many", [&](Receipt& r) {
    SignedStatement said = *DecodeSigned(r.history[1].statement);
    said.statement.body.push_back(0);
    r.history[1].statement = SignStatement(said.statement, KeyNamed("cleo")).bytes;
  });
  add.Change("tick-in-the-directory", "a list holds its own kinds only", [](Receipt& r) {
    r.directory.insert(r.directory.begin() + 1, r.ticks[0]);
    r.ticks.erase(r.ticks.begin());
    std::ranges::sort(r.directory, {}, &custody::Placed::position);
  });
  add.Change("turn-among-the-ticks", "a list holds its own kinds only", [](Receipt& r) {
    r.ticks.insert(r.ticks.begin(), r.directory[1]);
    r.directory.erase(r.directory.begin() + 1);
    std::ranges::sort(r.ticks, {}, &custody::Placed::position);
  });
  add.Change("case-in-the-history", "an open_case is of no document", [&](Receipt& r) {
    std::uint64_t at = 0;
    while (static_cast<Kind>(log.At(at).statement.kind) != Kind::kOpenCase) ++at;
    r.history.insert(r.history.begin(), log.PlacedAt(at));
  });
  add.Change("policy-with-a-flag", "no flag is defined", [](Receipt& r) {
    Bytes& policy = r.directory[0].statement;
    SignedStatement said = *DecodeSigned(policy);
    Bytes& body = said.statement.body;
    body[body.size() - 5] = 1;  // Before the counts of objects and grants.
    policy = SignStatement(said.statement, KeyNamed("root-1")).bytes;
  });
  for (const auto& [name, key] : {std::pair("root", std::size_t{4 + 32 + 1}),
                                  std::pair("log-key", std::size_t{4 + 32 + 1 + 3 * 32 + 1})}) {
    const auto with = [key = key](Bytes point) {
      return [key, point](Receipt& r) {
        SignedStatement said = *DecodeSigned(r.directory[0].statement);
        std::ranges::copy(point, said.statement.body.begin() + static_cast<std::ptrdiff_t>(key));
        r.directory[0].statement = SignStatement(said.statement, KeyNamed("root-1")).bytes;
      };
    };
    Bytes off_the_curve(32);
    off_the_curve[0] = 2;
    add.Change(absl::StrCat("policy-", name, "-off-the-curve"), "a key that is no point",
               with(off_the_curve));
    Bytes of_order_one(32);
    of_order_one[0] = 1;
    add.Change(absl::StrCat("policy-", name, "-of-small-order"), "the neutral point",
               with(of_order_one));
    add.Change(absl::StrCat("policy-", name, "-of-mixed-order"),
               "on the curve, and not in the group of prime order", with(MixedOrderPoint()));
  }
  add.Change("malformed-before-unknown", "the first fault counts: a later one is of a new kind",
             [](Receipt& r) {
               r.history[0].statement.pop_back();
               SignedStatement said = *DecodeSigned(r.history[1].statement);
               said.statement.kind = 99;
               r.history[1].statement = SignStatement(said.statement, KeyNamed("cleo")).bytes;
             });
}

void AddNewer(VectorCases& cases, const Receipt& receipt) {
  const auto add = [&](std::string name, std::string comment, std::string text) {
    cases.push_back({.name = std::move(name),
                     .comment = std::move(comment),
                     .text = std::move(text),
                     .verdict = Verdict::kUpdateRequired});
  };
  add("receipt-v2", "a newer format, whatever follows", "amparo-receipt-v2\nnot base64 at all");
  add("receipt-v10", "of more digits, and nothing follows", "amparo-receipt-v10");
  add("receipt-v01", "digits that are not exactly 1", "amparo-receipt-v01\n");
  add("evidence-v3", "a newer format of evidence", "amparo-evidence-v3\nAAAA\n");
  add("unknown-kind", "a statement of a kind that a newer build knows",
      Changed(receipt, [](Receipt& r) {
        SignedStatement said = *DecodeSigned(r.history[1].statement);
        said.statement.kind = 99;
        r.history[1].statement = SignStatement(said.statement, KeyNamed("cleo")).bytes;
      }));
  add("rules-version-2", "a policy of rules that a newer build knows",
      Changed(receipt, [](Receipt& r) {
        SignedStatement said = *DecodeSigned(r.directory[0].statement);
        Bytes& body = said.statement.body;
        body[body.size() - 7] = 2;
        r.directory[0].statement = SignStatement(said.statement, KeyNamed("root-1")).bytes;
      }));
  add("unknown-before-malformed", "the first fault counts: a later statement is cut",
      Changed(receipt, [](Receipt& r) {
        SignedStatement said = *DecodeSigned(r.directory[1].statement);
        said.statement.kind = 11;
        r.directory[1].statement = SignStatement(said.statement, KeyNamed("ria")).bytes;
        r.history[1].statement.pop_back();
      }));
}

}  // namespace

void AddTextCases(VectorCases& cases) {
  CustodyLog small({"fay", "cleo"});
  small.Submit();
  const Receipt short_receipt = small.ReceiptOf();
  Malformed lines(cases, short_receipt);
  AddLines(lines);
  AddPadding(lines);
  const CustodyLog log = CustodyLog::WholeStory();
  const Receipt receipt = log.ReceiptOf();
  Malformed add(cases, receipt);
  AddStructure(add);
  AddOrder(add, log.ReceiptWithFiles());
  AddStatements(add, log);
  AddNewer(cases, receipt);
}

}  // namespace amparo::testing
