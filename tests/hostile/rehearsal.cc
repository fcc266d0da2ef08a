#include "tests/hostile/rehearsal.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/directory_objects.h"
#include "client/membership.h"
#include "client/workplace.h"
#include "crypto/digest.h"
#include "tests/hostile/fixed_world.h"
#include "tests/hostile/plants.h"

namespace amparo::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kStartSeconds = 1'795'262'460;  // The first minute of an hour.
constexpr std::uint64_t kSecondsPerVerb = 30;           // The whole story fits into that hour.
constexpr unsigned kHangSeconds = 20;
constexpr std::size_t kAtATime = 2;

void CopyHome(const std::string& from, const std::string& to) {
  if (fs::exists(from)) fs::copy(from, to, fs::copy_options::recursive);
  if (fs::exists(to)) fs::permissions(to, fs::perms::owner_all);
}

// The head that a home remembers. Nothing: it belongs to no organisation.
absl::StatusOr<std::optional<audit::Checkpoint>> HeadIn(const std::string& directory) {
  if (!fs::exists(directory)) return std::nullopt;
  auto home = client::Home::Open(directory);
  if (!home.ok()) return home.status();
  auto keys = home->Unlock(AsBytes(kPassphrase));
  if (!keys.ok()) return keys.status();
  auto membership = client::ReadMembership(*home, *keys->home);
  if (absl::IsNotFound(membership.status())) return std::nullopt;
  if (!membership.ok()) return membership.status();
  auto replica = client::RestoreReplica(*home, *keys->home, *membership);
  if (!replica.ok()) return replica.status();
  if (replica->head().size.value == 0) return membership->introduced;
  return replica->head();
}

// Parts that are sent at once are answered in any order.
std::vector<Answer> InOneOrder(std::vector<Answer> answers) {
  const auto is_upload = [](const Answer& answer) { return answer.method == "Upload"; };
  for (auto at = answers.begin(); at != answers.end();) {
    const auto first = std::find_if(at, answers.end(), is_upload);
    at = std::find_if_not(first, answers.end(), is_upload);
    std::sort(first, at, [](const Answer& a, const Answer& b) { return a.messages < b.messages; });
  }
  return answers;
}

// Truth is carried from the first playing to the second as a list of answers nobody gave:
// `message` is of what, `detail` the text.
Answer Note(const std::string& of, const std::string& text) {
  Answer answer;
  answer.message = of;
  answer.detail = text;
  return answer;
}

}  // namespace

Rehearsal::Rehearsal()
    : number_([] {
        static int rehearsals = 0;
        return ++rehearsals;
      }()) {
  SeedChance(absl::StrCat(number_, " before the story"));
  SetClock(kStartSeconds);
  stage_ = std::make_unique<Stage>(scratch_.At("tokens"));
  story_ = std::make_unique<Story>(*stage_, scratch_.At("story"));
  facts_ = story_->known();
  Record();
  recording_.verbs = ReadAnswers(scratch_.At("answers"));
  LoadTruth();
}

Rehearsal::~Rehearsal() = default;

void Rehearsal::EnterVerb(std::size_t verb) const {
  SeedChance(absl::StrCat(number_, " verb ", verb));
  SetClock(kStartSeconds + kSecondsPerVerb * verb);
}

void Rehearsal::PlayTruly(std::size_t verb, const std::string& out, Act& act) {
  EnterVerb(verb);
  stage_->Open(scratch_.path() + "/stage");
  act.out = out;
  const absl::Status status = story_->verbs()[verb].run(act);
  if (!status.ok()) {
    std::cerr << "the story: " << story_->verbs()[verb].person << ", " << story_->verbs()[verb].name
              << ": " << status << "\n";
    std::abort();
  }
}

void Rehearsal::Record() {
  for (const char* directory : {"stage", "first", "truth", "second"}) {
    fs::create_directories(scratch_.At(directory));
  }
  const int child = fork();
  if (child != 0) {
    int status = 0;
    waitpid(child, &status, 0);
    if (status != 0) std::abort();
    return;
  }
  fs::copy(scratch_.At("story/homes"), scratch_.At("first"), fs::copy_options::recursive);
  for (const auto& home : fs::directory_iterator(scratch_.At("first"))) {
    fs::permissions(home, fs::perms::owner_all);
  }
  std::vector<std::vector<Answer>> answers, truths;
  for (std::size_t verb = 0; verb < story_->verbs().size(); ++verb) {
    Exchange exchange;
    Act act{.stage = *stage_,
            .exchange = exchange,
            .facts = facts_,
            .home = scratch_.At("first/" + story_->verbs()[verb].person),
            .out = {},
            .shown = {}};
    PlayTruly(verb, scratch_.At(absl::StrCat("truth/", verb)), act);
    auto& shown = truths.emplace_back();
    for (const auto& [what, text] : act.shown) shown.push_back(Note(what, text));
    for (const auto& request : exchange.appends) {
      for (const auto& grant : request.grants) {
        shown.push_back(Note("grant", std::string(AsText(Sha256(grant.grant).view()))));
      }
    }
    answers.push_back(std::move(exchange.answers));
    if (verb + 1 == story_->verbs().size()) {
      auto& heads = truths.emplace_back();
      for (const auto& head : HeadsOf(*stage_->organization())) {
        heads.push_back(
            Note(std::to_string(head.size.value), std::string(AsText(head.root.view()))));
      }
    }
    stage_->Close();
  }
  WriteAnswers(scratch_.At("answers"), answers);
  WriteAnswers(scratch_.At("truths"), truths);
  _exit(0);
}

void Rehearsal::LoadTruth() {
  const auto truths = ReadAnswers(scratch_.At("truths"));
  for (std::size_t verb = 0; verb < story_->verbs().size(); ++verb) {
    auto& shown = truth_.shown[story_->verbs()[verb].person];
    for (const Answer& note : truths[verb]) {
      if (note.message == "grant") {
        truth_.grants.insert(*Hash::From(AsBytes(note.detail)));
      } else {
        shown[note.message].insert(note.detail);
      }
    }
    truth_.files.push_back(FilesUnder(scratch_.At(absl::StrCat("truth/", verb))));
  }
  for (const Answer& note : truths.back()) {
    truth_.heads.push_back(
        {.size = TreeSize{std::stoull(note.message)}, .root = *Hash::From(AsBytes(note.detail))});
  }
}

Tally Rehearsal::Play(const Choice& choice) {
  Tally tally;
  for (std::size_t verb = 0; verb < story_->verbs().size(); ++verb) {
    const Verb& what = story_->verbs()[verb];
    const std::vector<Trial> runs = choice(verb);
    if (!runs.empty()) tally.answers += recording_.verbs[verb].size();
    head_before_ = HeadIn(story_->HomeOf(what.person)).value_or(std::nullopt);
    for (const Trial& trial : runs) {
      while (running_.size() >= kAtATime) Reap(tally);
      Fork(verb, trial);
    }
    while (!running_.empty()) Reap(tally);
    Exchange exchange;
    Act act{.stage = *stage_,
            .exchange = exchange,
            .facts = facts_,
            .home = story_->HomeOf(what.person),
            .out = {},
            .shown = {}};
    PlayTruly(verb, scratch_.At(absl::StrCat("second/", verb)), act);
    stage_->Close();
    if (difference_.empty() && InOneOrder(exchange.answers) != InOneOrder(recording_.verbs[verb])) {
      difference_ = absl::StrCat(what.person, ", ", what.name, ": the server said something else");
    }
  }
  return tally;
}

void Rehearsal::Fork(std::size_t verb, const Trial& trial) {
  int ends[2];
  const int made = pipe(ends);
  assert(made == 0);
  static_cast<void>(made);
  const std::string directory = scratch_.At(absl::StrCat("run-", ++forked_));
  std::cout.flush();
  const int child = fork();
  assert(child >= 0);
  if (child == 0) {
    close(ends[0]);
    RunChild(verb, trial, directory, ends[1]);
  }
  close(ends[1]);
  running_[child] = {.verb = verb, .trial = trial, .directory = directory, .report = ends[0]};
}

void Rehearsal::Reap(Tally& tally) {
  int status = 0;
  const int child = wait(&status);
  const auto found = running_.find(child);
  if (found == running_.end()) return;
  const Running ended = found->second;
  running_.erase(found);
  std::string report;
  char buffer[4096];
  for (ssize_t got = 0; (got = read(ended.report, buffer, sizeof(buffer))) > 0;) {
    report.append(buffer, static_cast<std::size_t>(got));
  }
  close(ended.report);
  std::error_code ignored;
  fs::remove_all(ended.directory, ignored);
  ++tally.runs;
  if (!ended.trial.misfortune.has_value()) ++tally.by_change[NameOf(ended.trial.mutation.change)];
  std::string why;
  if (WIFSIGNALED(status)) {
    why = WTERMSIG(status) == SIGALRM ? "it hangs"
                                      : absl::StrCat("it died of signal ", WTERMSIG(status));
  } else if (WEXITSTATUS(status) != 0 || report.empty()) {
    why = absl::StrCat("it ended with ", WEXITSTATUS(status), " and said: ", report);
  } else {
    if (report.front() == 'R') ++tally.refused;
    why = report.substr(1);
  }
  if (why.empty()) return;
  const Verb& verb = story_->verbs()[ended.verb];
  tally.broken.push_back({.verb = absl::StrCat(ended.verb, " (", verb.person, ", ", verb.name, ")"),
                          .trial = ended.trial,
                          .why = why});
}

const Identity* Rehearsal::FindIdentity(const Hash& certificate, const std::string& directory) {
  if (identities_.empty()) identities_ = story_->Identities();
  const auto snapshot = stage_->organization()->snapshot();
  const auto& known = *snapshot->directory;
  if (certificate == known.policy_hash()) return &story_->recovery();
  const auto* epoch = known.epoch();
  if (epoch != nullptr && certificate == epoch->statement) {
    if (!directory_identity_.has_value()) directory_identity_ = OpenDirectory(directory);
    return directory_identity_.has_value() ? &*directory_identity_ : nullptr;
  }
  const auto* record = known.Find(certificate);
  for (const auto& [name, identity] : identities_) {
    if (record != nullptr && identity.recipient() == record->certificate.recipient) {
      return &identity;
    }
  }
  return nullptr;
}

// As ria, whose home is copied for it.
std::optional<Identity> Rehearsal::OpenDirectory(const std::string& directory) {
  CopyHome(story_->HomeOf("ria"), directory + "/ria");
  Exchange truthful;
  auto home = client::Home::Open(directory + "/ria");
  if (!home.ok()) return std::nullopt;
  auto keys = home->Unlock(AsBytes(kPassphrase));
  auto membership = client::ReadMembership(*home, *keys->home);
  if (!membership.ok()) return std::nullopt;
  auto replica = client::RestoreReplica(*home, *keys->home, *membership);
  if (!replica.ok()) return std::nullopt;
  client::Workplace place(*std::move(home), *std::move(keys), *std::move(membership),
                          std::make_unique<HostileConnection>(*stage_, truthful),
                          *std::move(replica));
  if (!place.Sync().ok()) return std::nullopt;
  auto identity = client::OpenDirectoryIdentity(place.enrolment());
  if (!identity.ok()) return std::nullopt;
  return *std::move(identity);
}

std::string Rehearsal::Judge(const Outcome& outcome, const std::string& directory) {
  const server::Organization* organization = stage_->organization();
  std::vector<audit::Checkpoint> heads;
  if (organization != nullptr) heads = HeadsOf(*organization);
  std::string why = CheckFiles(truth_, outcome);
  if (why.empty()) why = CheckShown(truth_, story_->verbs()[outcome.verb].person, outcome);
  if (why.empty()) why = CheckHead(truth_, facts_, outcome, heads);
  if (!why.empty()) return why;
  return CheckGrants(truth_, outcome, organization,
                     [&](const Hash& certificate) { return FindIdentity(certificate, directory); });
}

// The lie left nothing behind: with a truthful server, work goes on.
std::string Rehearsal::GoOn(const Outcome& outcome, Act& again) {
  const auto heads = stage_->organization() == nullptr ? std::vector<audit::Checkpoint>()
                                                       : HeadsOf(*stage_->organization());
  // Not if it was shown what the log of this playing does not have yet.
  if (outcome.head_after.has_value() && !heads.empty() &&
      outcome.head_after->size > heads.back().size) {
    return "";
  }
  const Verb& what = story_->verbs()[outcome.verb];
  absl::Status status;
  if (what.again) {
    status = what.again(again);
  } else {
    auto client = OpenClient(again);
    status = client.ok() ? (*client)->Sync() : client.status();
    // What was lied about once may stand as an alarm until a person says that it is settled.
    if (absl::IsDataLoss(status) && client.ok() && (*client)->Alarm().has_value()) {
      status = (*client)->EndAlarm();
      if (status.ok()) status = (*client)->Sync();
    }
    if (status.ok() && (heads.empty() || (*client)->replica().head() != heads.back())) {
      return "afterwards it is not up to date";
    }
  }
  return status.ok() ? "" : absl::StrCat("afterwards: ", status.ToString());
}

// After a misfortune the same is done to its end, into the same directory.
std::string Rehearsal::TryAgain(const Outcome& outcome, Act& again) {
  if (outcome.status.ok()) return "";
  again.out = outcome.out;
  Outcome later;
  later.verb = outcome.verb;
  later.out = outcome.out;
  later.status = story_->verbs()[outcome.verb].run(again);
  if (!later.status.ok()) return absl::StrCat("after the misfortune: ", later.status.ToString());
  return CheckFiles(truth_, later);
}

// In a process of its own, which may not live to its end; with an engine of its own, so that
// what it says is lost with it.
void Rehearsal::Suffer(const Misfortune& misfortune, Outcome& outcome, Act& act,
                       const std::string& directory) {
  const int child = fork();
  if (child == 0) {
    alarm(kHangSeconds);
    fs::create_directories(directory + "/there");
    stage_->Open(directory + "/there");
    if (!misfortune.is_killed) signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{.rlim_cur = misfortune.file_bytes, .rlim_max = misfortune.file_bytes};
    setrlimit(RLIMIT_FSIZE, &limit);
    const bool is_done = story_->verbs()[outcome.verb].run(act).ok();
    _exit(is_done ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  const bool is_done = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  outcome.status = is_done ? absl::OkStatus() : absl::UnavailableError("a misfortune");
}

void Rehearsal::RunChild(std::size_t verb, const Trial& trial, const std::string& directory,
                         int report) {
  alarm(kHangSeconds);
  fs::create_directories(directory);
  const Verb& what = story_->verbs()[verb];
  const std::string home = directory + "/home";
  CopyHome(story_->HomeOf(what.person), home);
  EnterVerb(verb);

  Outcome outcome;
  outcome.verb = verb;
  outcome.exchange.recording = &recording_;
  outcome.exchange.verb = verb;
  if (!trial.misfortune.has_value()) outcome.exchange.mutation = trial.mutation;
  outcome.exchange.given = trial.given;
  outcome.out = directory + "/out";
  outcome.head_before = head_before_;
  Act act{.stage = *stage_,
          .exchange = outcome.exchange,
          .facts = facts_,
          .home = home,
          .out = outcome.out,
          .shown = {}};
  if (trial.misfortune.has_value()) Suffer(*trial.misfortune, outcome, act, directory);
  stage_->Open(directory);
  if (!trial.misfortune.has_value()) outcome.status = what.run(act);
  outcome.shown = act.shown;
  const auto head = HeadIn(home);
  outcome.head_after = head.value_or(std::nullopt);
  std::string why = head.ok() ? "" : absl::StrCat("the home is damaged: ", head.status().message());

  SeedChance(absl::StrCat(number_, " afterwards"));
  Commit(trial.plant, truth_, outcome);
  if (why.empty()) why = Judge(outcome, directory);
  Exchange truthful;
  Act again{.stage = *stage_,
            .exchange = truthful,
            .facts = facts_,
            .home = home,
            .out = directory + "/again",
            .shown = {}};
  if (why.empty()) why = GoOn(outcome, again);
  if (why.empty() && trial.misfortune.has_value()) why = TryAgain(outcome, again);
  const std::string text =
      absl::StrCat(outcome.status.ok() ? "K" : "R", why,
                   why.empty() ? "" : absl::StrCat(" [", outcome.status.ToString(), "]"));
  const ssize_t written = write(report, text.data(), text.size());
  _exit(written == static_cast<ssize_t>(text.size()) ? 0 : 3);
}

}  // namespace amparo::testing
