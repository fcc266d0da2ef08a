#include "bench/crowd.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bench/calls.h"
#include "crypto/secret.h"

namespace amparo::bench {

using namespace server::testing;

namespace {

using Time = std::chrono::steady_clock;

constexpr std::uint64_t kHour_s = 3600;
const SubjectId kCase = SubjectId::Filled(0xca);

[[noreturn]] void Stop(absl::string_view what, const grpc::Status& status) {
  std::fprintf(stderr, "crowd: %s: %s\n", std::string(what).c_str(),
               status.error_message().c_str());
  std::exit(1);
}

UnixSeconds Now() { return UnixSeconds{static_cast<std::uint64_t>(std::time(nullptr))}; }

}  // namespace

std::string Crowd::NameOf(int client) { return absl::StrCat("coordinator ", client); }

Crowd::Crowd(int clients, int members) {
  People::LiveAt(Now());
  // A crowd says more in a minute than people do in a day.
  std::ofstream(server_.data() + "/amparod.json")
      << "{\"listen\": \"127.0.0.1:0\", \"statements_per_day\": 0}\n";
  server_.Start();
  const FoundingToken token = server_.MakeToken();
  log_key_ = token.log_key;
  const Policy policy = People::FirstPolicy(log_key_);
  org_ = OrgId{HashOf(policy).bytes};
  setter_ = std::make_unique<TestClient>(server_.address(), server_.CertificatePem());
  v1::AppendReply reply;
  const auto founded = setter_->Found(token.token.view(), token.secret.Expose(),
                                      People::FoundingStatement(policy), &reply);
  if (!founded.ok()) Stop("founding", founded);
  if (const auto opened = setter_->OpenSession(org_, "ria"); !opened.ok()) Stop("session", opened);
  const auto show = [&](const std::string& name, const Act& act) {
    Say(name, {.act = act, .objects = {}, .grants = {}}, {});
  };
  show("ria", RecoveryTested{.proof = HashNamed("challenge")});
  people_.Enrol("tina", RolesOf({Role::kTranslator}), {}, show);
  people_.Enrol("rita", RolesOf({Role::kReviewer}), {}, show);
  for (int i = 0; i < members; ++i) {
    people_.Enrol(absl::StrCat("member ", i), RolesOf({Role::kTranslator}), {}, show);
  }
  for (int i = 0; i < clients; ++i) {
    people_.Enrol(NameOf(i), RolesOf({Role::kCoordinator}), {1}, show);
  }
  if (const auto opened = setter_->OpenSession(org_, NameOf(0)); !opened.ok()) {
    Stop("session", opened);
  }
  Say(NameOf(0),
      {.act = amparo::OpenCase{.desk = 1, .deliver_on_approval = 1}, .objects = {}, .grants = {}},
      {.subject = kCase, .prev = {}});
  for (int i = 0; i < clients; ++i) AddClient(i);
  setter_->Sync(mirror_);
  seen_size_ = mirror_.frontier.size();
  seen_root_ = mirror_.frontier.Root();
}

TreeSize Crowd::size() {
  setter_->Sync(mirror_);
  return mirror_.frontier.size();
}

void Crowd::Say(const std::string& name, const Body& body, const About& about,
                server::AppendInput input) {
  setter_->Sync(mirror_);
  input.statement = people_.Say(name, body, mirror_.seen(), about).bytes;
  v1::AppendReply reply;
  const auto status = setter_->Append(input, &reply);
  if (!status.ok()) Stop(absl::StrCat(name, " says ", KindName(KindOf(body.act))), status);
}

// A document with its first assignment, both by this client.
void Crowd::AddClient(int number) {
  const std::string name = NameOf(number);
  const SubjectId document = RandomId<SubjectId>();
  const MadeObject manifest = ObjectNamed(absl::StrCat(name, " manifest"), ObjectClass::kManifest);
  const MadeObject part = ObjectNamed(absl::StrCat(name, " part"), ObjectClass::kPart);
  const auto with = [](const std::vector<MadeObject>& objects, const std::vector<MadeGrant>& grants,
                       Body& body) {
    server::AppendInput input;
    for (const MadeObject& made : objects) {
      body.objects.push_back(made.ref);
      input.objects.push_back({.object = made.ref.object, .payload = made.payload});
    }
    for (const MadeGrant& made : grants) {
      body.grants.push_back(made.ref);
      input.grants.push_back(
          {.object = made.ref.object, .grantee = made.ref.grantee, .grant = made.bytes});
    }
    return input;
  };
  Body submit{.act = Submit{.case_id = kCase,
                            .desk = 1,
                            .deliver_on_approval = 1,
                            .number = static_cast<std::uint16_t>(number + 1),
                            .version = 1},
              .objects = {},
              .grants = {}};
  server::AppendInput input = with(
      {manifest, part}, {GrantNamed(manifest.ref.object, People::CertificateOf(name))}, submit);
  Say(name, submit, {.subject = document, .prev = {}}, std::move(input));
  setter_->Sync(mirror_);
  const Hash submitted = HashOf(AsBytes(mirror_.entries.back().statement()));
  Client client{.name = name,
                .key = KeyNamed(name),
                .certificate = People::CertificateOf(name),
                .document = document,
                .prev = submitted,
                .connection = nullptr};
  Body assign{.act = Assign{.translator = Organisation::Member("tina"),
                            .reviewer = Organisation::Member("rita"),
                            .attorneys = {},
                            .lease_end = {(Now().value / kHour_s + 48) * kHour_s},
                            .due_week = 0},
              .objects = {},
              .grants = {}};
  input = with({},
               {GrantNamed(manifest.ref.object, People::CertificateOf("tina")),
                GrantNamed(manifest.ref.object, People::CertificateOf("rita"))},
               assign);
  Say(name, assign, {.subject = document, .prev = submitted}, std::move(input));
  setter_->Sync(mirror_);
  client.prev = HashOf(AsBytes(mirror_.entries.back().statement()));
  client.connection = std::make_unique<TestClient>(server_.address(), server_.CertificatePem());
  if (const auto opened = client.connection->OpenSession(org_, name); !opened.ok()) {
    Stop("session", opened);
  }
  clients_.push_back(std::move(client));
}

SignedStatement Crowd::SignAs(Client& client, const About& about, const Body& body) const {
  const Kind kind = KindOf(body.act);
  Statement statement;
  statement.kind = static_cast<std::uint16_t>(kind);
  statement.org = org_;
  statement.actor = client.certificate.member;
  statement.actor_certificate = HashOf(client.certificate);
  statement.actor_seq = ++client.sequence;
  statement.subject_type = static_cast<std::uint8_t>(SubjectTypeOf(kind));
  statement.subject = about.subject;
  statement.subject_prev = about.prev;
  statement.seen_tree_size = seen_size_;
  statement.seen_root = seen_root_;
  statement.claimed_time = Now();
  statement.salt = RandomId<decltype(statement.salt)>();
  statement.body = EncodeBody(body);
  return SignStatement(statement, client.key);
}

SignedStatement Crowd::Sign(int number, const About& about, const Body& body) {
  return SignAs(clients_.at(static_cast<std::size_t>(number)), about, body);
}

// The same assignment again: a turn that needs no new grant.
SignedStatement Crowd::Turn(Client& client) const {
  const Assign assign{.translator = Organisation::Member("tina"),
                      .reviewer = Organisation::Member("rita"),
                      .attorneys = {},
                      .lease_end = {(Now().value / kHour_s + 48) * kHour_s},
                      .due_week = 0};
  return SignAs(client, {.subject = client.document, .prev = client.prev},
                {.act = assign, .objects = {}, .grants = {}});
}

void Crowd::TakeTurn(Client& client) const {
  const SignedStatement turn = Turn(client);
  v1::AppendReply reply;
  const auto status =
      client.connection->Append({.statement = turn.bytes, .grants = {}, .objects = {}}, &reply);
  if (!status.ok()) Stop("a turn", status);
  client.prev = HashOf(turn);
}

template <class Take>
double Crowd::AtOnce(Take take) {
  const auto start = Time::now();
  std::vector<std::thread> threads;
  for (Client& client : clients_) threads.emplace_back([&client, &take] { take(client); });
  for (std::thread& thread : threads) thread.join();
  return std::chrono::duration<double>(Time::now() - start).count();
}

double Crowd::Turns(int each) {
  return AtOnce([&](Client& client) {
    for (int i = 0; i < each; ++i) TakeTurn(client);
  });
}

class Crowd::TurnCaller final : public Caller<v1::AppendReply> {
 public:
  TurnCaller(const Crowd& crowd, Client& client) : crowd_(crowd), client_(client) {}
  Call Begin(grpc::ClientContext& context, grpc::CompletionQueue& queue) override {
    turn_ = crowd_.Turn(client_);
    TestClient& connection = *client_.connection;
    const v1::AppendRequest request =
        RequestOf({.statement = turn_.bytes, .grants = {}, .objects = {}});
    return connection.stub().AsyncAppend(&context, connection.Wrap("Append", request), &queue);
  }
  void End(const grpc::Status& status, const v1::AppendReply&) override {
    if (!status.ok()) Stop("a turn", status);
    client_.prev = HashOf(turn_);
  }

 private:
  const Crowd& crowd_;
  Client& client_;
  SignedStatement turn_;
};

double Crowd::TurnsPerSecond(double seconds) {
  std::vector<std::unique_ptr<TurnCaller>> takers;
  std::vector<Caller<v1::AppendReply>*> callers;
  for (Client& client : clients_) {
    takers.push_back(std::make_unique<TurnCaller>(*this, client));
    callers.push_back(takers.back().get());
  }
  return CallsPerSecond<v1::AppendReply>(callers, seconds);
}

}  // namespace amparo::bench
