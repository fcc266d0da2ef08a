#include "tests/statement/vector_cases.h"

#include <algorithm>
#include <cassert>
#include <functional>

#include "absl/strings/str_cat.h"
#include "tests/statement/random_bodies.h"

namespace amparo {
namespace {

constexpr std::size_t kBytesPerLine = 32;

const SigningKey& Signer() {
  static const auto* const kSigner = new SigningKey(KeyNumber(1));
  return *kSigner;
}

SignedStatement Joined(const Statement& statement, std::initializer_list<std::uint8_t> keys) {
  std::vector<StatementSignature> signatures;
  for (const std::uint8_t number : keys) {
    const SigningKey key = KeyNumber(number);
    signatures.push_back(
        {.key = key.verify_key(), .signature = key.Sign(EncodeStatement(statement))});
  }
  return *AssembleSigned(statement, std::move(signatures));
}

template <class AnAct>
Body ExampleOf() {
  for (Body& body : ExampleBodies()) {
    if (std::holds_alternative<AnAct>(body.act)) return body;
  }
  assert(false);
  return {};
}

// Spoilers of one field each. What they make is signed, so that the fault is the only one.
VectorCase BadBody(std::string name, std::string field, std::string comment, const Body& body) {
  return {.name = std::move(name),
          .comment = std::move(comment),
          .expect = "malformed",
          .field = std::move(field),
          .bytes = SignStatement(ExampleStatement(body), Signer()).bytes};
}

VectorCase BadBodyBytes(std::string name, std::string field, std::string comment, const Body& body,
                        const std::function<void(Bytes&)>& spoil) {
  Statement statement = ExampleStatement(body);
  spoil(statement.body);
  return {.name = std::move(name),
          .comment = std::move(comment),
          .expect = "malformed",
          .field = std::move(field),
          .bytes = SignStatement(statement, Signer()).bytes};
}

VectorCase BadStatement(std::string name, std::string field, std::string comment,
                        const std::function<void(Statement&)>& spoil) {
  Statement statement = ExampleStatement(ExampleOf<Accept>());
  spoil(statement);
  return {.name = std::move(name),
          .comment = std::move(comment),
          .expect = "malformed",
          .field = std::move(field),
          .bytes = SignStatement(statement, Signer()).bytes};
}

VectorCase BadBytes(std::string name, std::string field, std::string comment,
                    const std::function<void(Bytes&)>& spoil) {
  Bytes bytes = SignStatement(ExampleStatement(ExampleOf<Accept>()), Signer()).bytes;
  spoil(bytes);
  return {.name = std::move(name),
          .comment = std::move(comment),
          .expect = "malformed",
          .field = std::move(field),
          .bytes = std::move(bytes)};
}

template <class AnAct>
Body Spoiled(const std::function<void(AnAct&)>& spoil) {
  Body body = ExampleOf<AnAct>();
  spoil(std::get<AnAct>(body.act));
  return body;
}

void AddGood(std::vector<VectorCase>& cases) {
  for (const Body& body : ExampleBodies()) {
    const Statement statement = ExampleStatement(body);
    const Kind kind = KindOf(body.act);
    const bool by_root = kind == Kind::kPolicy || kind == Kind::kLogEpoch;
    cases.push_back({.name = absl::StrCat("good_", KindName(kind)),
                     .comment = by_root ? "signed by two root keys" : "signed by one key",
                     .expect = "ok",
                     .field = "",
                     .bytes = by_root ? Joined(statement, {1, 2}).bytes
                                      : SignStatement(statement, Signer()).bytes});
  }
}

void AddBadEnvelopes(std::vector<VectorCase>& cases) {
  cases.push_back(BadBytes("bad_label", "label", "made for another purpose: version 2's label",
                           [](Bytes& bytes) { bytes[4 + 18] = '2'; }));
  cases.push_back(BadBytes("bad_trailing_byte", "signed statement", "a byte after the signatures",
                           [](Bytes& bytes) { bytes.push_back(0); }));
  cases.push_back(BadBytes("bad_cut_short", "signature", "the last byte is missing",
                           [](Bytes& bytes) { bytes.pop_back(); }));
  cases.push_back(BadBytes("bad_no_signature", "signatures", "a count of 0", [](Bytes& bytes) {
    bytes.resize(bytes.size() - 96);
    bytes.back() = 0;
  }));
  cases.push_back(BadBytes(
      "bad_length_of_statement", "statement", "a length of 2^32 - 1: nothing is taken for it",
      [](Bytes& bytes) { std::fill_n(bytes.begin(), 4, std::uint8_t{0xff}); }));
  SignedStatement two = Joined(ExampleStatement(ExampleOf<Accept>()), {1, 2});
  Bytes swapped = two.bytes;
  std::swap_ranges(swapped.end() - 192, swapped.end() - 96, swapped.end() - 96);
  cases.push_back({.name = "bad_signatures_descend",
                   .comment = "two right signatures in the wrong order: a second encoding",
                   .expect = "malformed",
                   .field = "signatures",
                   .bytes = std::move(swapped)});
  Bytes twice = two.bytes;
  std::copy(twice.end() - 192, twice.end() - 96, twice.end() - 96);
  cases.push_back({.name = "bad_signature_twice",
                   .comment = "one key must not count as two",
                   .expect = "malformed",
                   .field = "signatures",
                   .bytes = std::move(twice)});
  SignedStatement wrong = SignStatement(ExampleStatement(ExampleOf<Accept>()), Signer());
  wrong.bytes.back() = static_cast<std::uint8_t>(wrong.bytes.back() ^ 1);
  cases.push_back({.name = "bad_signature",
                   .comment = "one bit of the signature",
                   .expect = "bad-signature",
                   .field = "",
                   .bytes = std::move(wrong.bytes)});
  cases.push_back(BadStatement("bad_seen_root", "seen root", "a root where no tree was seen",
                               [](Statement& out) { out.seen_tree_size.value = 0; }));
  cases.push_back(BadStatement("bad_reserved_actor", "actor certificate",
                               "the log's actor with a certificate",
                               [](Statement& out) { out.actor = LogActor(); }));
  Statement unknown = ExampleStatement(ExampleOf<Accept>());
  unknown.kind = 79;
  cases.push_back({.name = "unknown_kind",
                   .comment = "a kind of a newer build: update, do not alarm",
                   .expect = "unknown-kind",
                   .field = "",
                   .bytes = SignStatement(unknown, Signer()).bytes});
}

void AddBadDirectoryBodies(std::vector<VectorCase>& cases) {
  cases.push_back(BadBody("bad_policy_roots_descend", "roots", "root keys must ascend",
                          Spoiled<Policy>([](Policy& p) { std::swap(p.roots[0], p.roots[1]); })));
  cases.push_back(BadBody("bad_policy_threshold", "threshold", "4 of 3 root keys",
                          Spoiled<Policy>([](Policy& p) { p.threshold = 4; })));
  cases.push_back(BadBody("bad_policy_flags", "flags", "no flag is defined",
                          Spoiled<Policy>([](Policy& p) { p.flags = 1; })));
  cases.push_back(BadBody("bad_policy_recovery", "recovery", "a recovery that cannot receive",
                          Spoiled<Policy>([](Policy& p) { p.recovery = {}; })));
  cases.push_back(BadBody("bad_policy_previous", "previous", "a first version that has one before",
                          Spoiled<Policy>([](Policy& p) { p.previous = Hash::Filled(1); })));
  cases.push_back(BadBody("bad_certificate_key", "signing key", "a key of low order",
                          Spoiled<Certify>([](Certify& c) { c.certificate.signing = {}; })));
  cases.push_back(
      BadBody("bad_certificate_recipient", "recipient", "a recipient of low order",
              Spoiled<Certify>([](Certify& c) { c.certificate.recipient.key = Bytes(32, 0); })));
  cases.push_back(BadBody("bad_certificate_roles", "roles", "a role that does not exist",
                          Spoiled<Certify>([](Certify& c) { c.certificate.roles = 128; })));
  cases.push_back(BadBody("bad_certificate_desks", "desks", "a desk listed twice",
                          Spoiled<Certify>([](Certify& c) {
                            c.certificate.desks = {7, 7};
                          })));
  cases.push_back(BadBody("bad_certificate_member", "member", "the log as a member",
                          Spoiled<Certify>([](Certify& c) { c.certificate.member = LogActor(); })));
  cases.push_back(BadBody("bad_invite_flag", "submit only", "neither 0 nor 1",
                          Spoiled<Invite>([](Invite& i) { i.submit_only = 2; })));
}

void AddBadDocumentBodies(std::vector<VectorCase>& cases) {
  cases.push_back(BadBody("bad_assign_lease", "lease end", "no whole hour",
                          Spoiled<Assign>([](Assign& a) { a.lease_end.value += 1; })));
  cases.push_back(
      BadBody("bad_assign_attorneys", "attorneys", "attorneys must ascend",
              Spoiled<Assign>([](Assign& a) { std::swap(a.attorneys[0], a.attorneys[1]); })));
  cases.push_back(BadBody("bad_deliver_to_nobody", "attorneys", "no attorney",
                          Spoiled<Deliver>([](Deliver& d) { d.attorneys.clear(); })));
  cases.push_back(BadBody("bad_note_answers_nothing", "in reply to", "an answer to no question",
                          Spoiled<Note>([](Note& n) { n.in_reply_to = {}; })));
  cases.push_back(BadBody("bad_submit_version", "version", "versions count from 1",
                          Spoiled<Submit>([](Submit& s) { s.version = 0; })));
  Body body = ExampleOf<Submit>();
  std::swap(body.objects[0], body.objects[1]);
  cases.push_back(BadBody("bad_objects_order", "objects", "a part before the manifest", body));
  body = ExampleOf<Submit>();
  body.objects[1].object = body.objects[0].object;
  cases.push_back(BadBody("bad_objects_twice", "objects", "one object listed twice", body));
  body = ExampleOf<Submit>();
  body.objects[0].payload_length = kSmallObjectBytesMax + 1;
  cases.push_back(
      BadBody("bad_objects_length", "payload length", "a manifest of 64 KiB and 1", body));
  body = ExampleOf<Submit>();
  body.grants[0].length = 169;
  cases.push_back(BadBody("bad_grants_length", "grant length", "a byte behind the grant", body));
  body = ExampleOf<Submit>();
  body.grants[1] = body.grants[0];
  cases.push_back(BadBody("bad_grants_twice", "grants", "one grant listed twice", body));
  cases.push_back(BadBodyBytes("bad_body_trailing_byte", "body", "a byte behind the grants",
                               ExampleOf<Accept>(), [](Bytes& bytes) { bytes.push_back(0); }));
  cases.push_back(BadBodyBytes("bad_objects_count", "objects", "211 objects announced, none there",
                               ExampleOf<Accept>(), [](Bytes& bytes) { bytes[1] = 211; }));
  cases.push_back(BadBodyBytes("bad_grants_count", "grants", "257 grants announced, none there",
                               ExampleOf<Accept>(), [](Bytes& bytes) { bytes[2] = bytes[3] = 1; }));
}

}  // namespace

std::vector<VectorCase> VectorCases() {
  std::vector<VectorCase> cases;
  AddGood(cases);
  AddBadEnvelopes(cases);
  AddBadDirectoryBodies(cases);
  AddBadDocumentBodies(cases);
  std::sort(cases.begin(), cases.end(),
            [](const VectorCase& a, const VectorCase& b) { return a.name < b.name; });
  return cases;
}

std::string FormatVector(const VectorCase& vector) {
  std::string out = absl::StrCat("comment: ", vector.comment, "\nexpect: ", vector.expect, "\n");
  if (!vector.field.empty()) absl::StrAppend(&out, "field: ", vector.field, "\n");
  if (vector.expect == "ok") {
    absl::StrAppend(&out, "statement-hash: ", ToHex(HashOf(ByteView(vector.bytes))), "\n");
  }
  for (std::size_t at = 0; at < vector.bytes.size(); at += kBytesPerLine) {
    const std::size_t size = std::min(kBytesPerLine, vector.bytes.size() - at);
    absl::StrAppend(&out, "bytes: ", ToHex(ByteView(vector.bytes).subspan(at, size)), "\n");
  }
  return out;
}

}  // namespace amparo
