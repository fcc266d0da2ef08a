#include "tests/hostile/plants.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "crypto/digest.h"
#include "crypto/grant.h"

namespace amparo::testing {
namespace {

void WriteFile(const std::string& path, const std::string& content) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

// The last request that grants anything, with its first grant replaced; `bend` changes what the
// statement says of it.
template <class Bend>
void BendGrant(Outcome& outcome, Bend bend) {
  for (client::AppendRequest& request : outcome.exchange.appends) {
    if (request.grants.empty()) continue;
    SignedStatement statement = *DecodeSigned(request.statement);
    Body body = *DecodeBody(statement.statement.kind, statement.statement.body);
    bend(body.grants.front());
    client::GrantBytes& sent = request.grants.front();
    sent.object = body.grants.front().object;
    sent.grantee = body.grants.front().grantee;
    sent.grant = *MakeGrant(FileKey::Random(), Identity::Generate().recipient());
    body.grants.front().sha256 = Sha256(sent.grant);
    for (std::size_t i = 1; i < body.grants.size(); ++i) {
      request.grants[i].object = body.grants[i].object;
    }
    statement.statement.body = EncodeBody(body);
    request.statement = SignStatement(statement.statement, SigningKey::Generate()).bytes;
    return;
  }
}

}  // namespace

void Commit(Plant plant, const Truth& truth, Outcome& outcome) {
  const auto& files = truth.files[outcome.verb];
  switch (plant) {
    case Plant::kNothing:
      break;
    case Plant::kWrongPlaintext:
      if (!files.empty()) {
        std::string content = files.begin()->second;
        content.back() = static_cast<char>(content.back() ^ 1);
        WriteFile(outcome.out + "/" + files.begin()->first, content);
      }
      break;
    case Plant::kUnknownFile:
      WriteFile(outcome.out + "/.half", "ha");
      break;
    case Plant::kAdvancedHead:
      outcome.head_after = {.size = TreeSize{1'000}, .root = Hash::Filled(1)};
      break;
    case Plant::kRefusedHead:
      // As after an answer with a true checkpoint and one leaf bent.
      if (outcome.exchange.bent_at.has_value()) {
        outcome.exchange.answers.resize(*outcome.exchange.bent_at + 1);
        outcome.status = absl::DataLossError("planted");
        outcome.head_before = std::nullopt;
        outcome.head_after = truth.heads.back();
      }
      break;
    case Plant::kWrongTitle:
      if (!outcome.shown.empty()) outcome.shown.begin()->second = "Somebody else";
      break;
    case Plant::kForeignGrant:
      BendGrant(outcome, [](GrantRef&) {});
      break;
    case Plant::kForeignGrantee:
      BendGrant(outcome, [](GrantRef& ref) { ref.grantee_certificate = Hash::Filled(9); });
      break;
    case Plant::kCrash:
      std::abort();
    case Plant::kHang:
      alarm(1);  // The test need not wait for the whole time.
      for (;;) pause();
  }
}

}  // namespace amparo::testing
