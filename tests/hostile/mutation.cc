#include "tests/hostile/mutation.h"

#include <algorithm>
#include <cassert>

#include "absl/strings/str_cat.h"
#include "client/connection.h"
#include "tests/hostile/field_changes.h"

namespace amparo::testing {
namespace {

using google::protobuf::Message;

constexpr std::size_t kCodes = 17;  // OK to UNAUTHENTICATED.

std::size_t BytesOf(const Answer& answer) {
  std::size_t bytes = 0;
  for (const std::string& message : answer.messages) bytes += message.size();
  return bytes;
}

// A stream's messages are a list too: changed as a whole after the fields of the first one.
enum class StreamChange { kDropFirst, kDropLast, kTwice, kReversed, kAll };

std::size_t StreamChanges(const Answer& answer) {
  return answer.messages.size() < 2 ? 0 : static_cast<std::size_t>(StreamChange::kAll);
}

void ApplyStreamChange(Answer& answer, StreamChange change) {
  auto& list = answer.messages;
  switch (change) {
    case StreamChange::kDropFirst:
      list.erase(list.begin());
      break;
    case StreamChange::kDropLast:
      list.pop_back();
      break;
    case StreamChange::kTwice:
      list.push_back(list.back());
      break;
    default:
      std::reverse(list.begin(), list.end());
  }
}

std::unique_ptr<Message> FirstMessage(const Answer& answer) {
  auto message = ReplyOf(answer.method);
  const bool parsed = message->ParseFromString(answer.messages.front());
  assert(parsed);
  static_cast<void>(parsed);
  return message;
}

void FlipBit(Answer& answer, std::size_t bit) {
  for (std::string& message : answer.messages) {
    if (bit / 8 < message.size()) {
      message[bit / 8] = static_cast<char>(message[bit / 8] ^ (1 << (bit % 8)));
      return;
    }
    bit -= 8 * message.size();
  }
}

void Truncate(Answer& answer, std::size_t left) {
  for (std::string& message : answer.messages) {
    message.resize(std::min(left, message.size()));
    left -= message.size();
  }
}

template <class Work>
void Rework(Answer& answer, Work work) {
  const auto message = FirstMessage(answer);
  work(*message);
  answer.messages.front() = message->SerializeAsString();
}

void ChangeField(Answer& answer, std::size_t where) {
  const std::size_t of_stream = StreamChanges(answer);
  if (where < of_stream) return ApplyStreamChange(answer, static_cast<StreamChange>(where));
  Rework(answer, [&](Message& message) { ApplyFieldChange(message, where - of_stream); });
}

void Extend(Answer& answer, std::size_t where) {
  std::string& last = answer.messages.back();
  if (where == 0) {
    last.push_back('\0');
  } else {
    last += last;
  }
}

// What reasons an error may carry; the first one: none.
Answer Failure(const Answer& truth, std::size_t where) {
  Answer failed;
  failed.method = truth.method;
  failed.code = static_cast<absl::StatusCode>(1 + where % (kCodes - 1));
  failed.message = "so says the server \x1b]52;c;\x07";
  if (where < kCodes - 1) return failed;
  absl::Status status(failed.code, failed.message);
  client::ErrorDetail detail{.reason = "NUMBER_TAKEN", .head = Hash::Filled(7), .next_number = 9};
  client::AttachDetail(status, detail);
  return ErrorAnswer(truth.method, status);
}

}  // namespace

std::string NameOf(Change change) {
  switch (change) {
    case Change::kFlipBit:
      return "flip bit";
    case Change::kTruncate:
      return "truncate";
    case Change::kExtend:
      return "extend";
    case Change::kField:
      return "field";
    case Change::kReorder:
      return "reorder";
    case Change::kEmpty:
      return "empty";
    case Change::kFail:
      return "fail";
    case Change::kDropRequest:
      return "drop request";
    case Change::kRepeat:
      return "repeat";
    case Change::kSwap:
      return "swap";
    case Change::kNextFirst:
      return "next first";
  }
  return "?";
}

std::string Describe(const Mutation& mutation) {
  return absl::StrCat("answer ", mutation.answer, ", ", NameOf(mutation.change), " ",
                      mutation.where);
}

std::vector<const Answer*> Recording::To(const std::string& method) const {
  std::vector<const Answer*> found;
  for (const auto& verb : verbs) {
    for (const Answer& answer : verb) {
      if (answer.method == method) found.push_back(&answer);
    }
  }
  return found;
}

std::vector<const Answer*> Recording::Before(std::size_t verb, std::size_t answer) const {
  std::vector<const Answer*> found;
  for (std::size_t i = 0; i <= verb; ++i) {
    for (std::size_t j = 0; j < (i == verb ? answer : verbs[i].size()); ++j) {
      if (verbs[i][j].method == verbs[verb][answer].method) found.push_back(&verbs[i][j]);
    }
  }
  return found;
}

std::size_t CountOf(const Recording& recording, std::size_t verb, std::size_t answer,
                    Change change) {
  const Answer& truth = recording.verbs[verb][answer];
  const bool has_bytes = BytesOf(truth) > 0;
  switch (change) {
    case Change::kFlipBit:
      return 8 * BytesOf(truth);
    case Change::kTruncate:
      return BytesOf(truth);
    case Change::kExtend:
      return truth.messages.empty() ? 0 : 2;
    case Change::kField:
      if (truth.messages.empty()) return 0;
      return StreamChanges(truth) + CountFieldChanges(*FirstMessage(truth));
    case Change::kReorder:
      return truth.messages.empty() ? 0 : CountRearrangements(*FirstMessage(truth));
    case Change::kEmpty:
      return has_bytes ? 1 : 0;
    case Change::kFail:
      return 2 * (kCodes - 1);
    case Change::kDropRequest:
      return 1;
    case Change::kRepeat:
      return recording.Before(verb, answer).size();
    case Change::kSwap:
      return recording.To(truth.method).size();
    case Change::kNextFirst:
      return answer + 1 < recording.verbs[verb].size() ? 1 : 0;
  }
  return 0;
}

std::optional<Answer> Apply(const Recording& recording, std::size_t verb, const Mutation& mutation,
                            const Answer& truth) {
  Answer bent = truth;
  const std::size_t where = mutation.where;
  switch (mutation.change) {
    case Change::kFlipBit:
      FlipBit(bent, where);
      break;
    case Change::kTruncate:
      Truncate(bent, where);
      break;
    case Change::kExtend:
      Extend(bent, where);
      break;
    case Change::kField:
      ChangeField(bent, where);
      break;
    case Change::kReorder:
      Rework(bent, [&](Message& message) { ApplyRearrangement(message, where); });
      break;
    case Change::kEmpty:
      bent.messages = {""};
      break;
    case Change::kFail:
      bent = Failure(truth, where);
      break;
    case Change::kDropRequest:
      bent = ErrorAnswer(truth.method, absl::UnavailableError("nobody heard it"));
      break;
    case Change::kRepeat:
      bent = *recording.Before(verb, mutation.answer).at(where);
      break;
    case Change::kSwap:
      bent = *recording.To(truth.method).at(where);
      break;
    case Change::kNextFirst:
      bent = recording.verbs[verb].at(mutation.answer + 1);
      bent.method = truth.method;
      break;
  }
  if (bent == truth) return std::nullopt;
  return bent;
}

std::vector<Mutation> Sample(const Recording& recording, std::size_t verb, std::size_t each,
                             std::mt19937_64& chance) {
  std::vector<Mutation> out;
  for (std::size_t answer = 0; answer < recording.verbs[verb].size(); ++answer) {
    for (const Change change : kAllChanges) {
      const std::size_t count = CountOf(recording, verb, answer, change);
      if (count == 0) continue;
      // One that changes nothing is drawn again, a few times.
      std::size_t found = 0;
      for (int attempt = 0; attempt < 20 && found < each; ++attempt) {
        const Mutation mutation{.answer = answer, .change = change, .where = chance() % count};
        if (!Apply(recording, verb, mutation, recording.verbs[verb][answer]).has_value()) continue;
        out.push_back(mutation);
        ++found;
      }
    }
  }
  return out;
}

std::vector<Mutation> Everything(const Recording& recording, std::size_t verb,
                                 std::size_t bytes_max, std::mt19937_64& chance) {
  std::vector<Mutation> out;
  for (std::size_t answer = 0; answer < recording.verbs[verb].size(); ++answer) {
    const std::size_t thinning =
        1 + BytesOf(recording.verbs[verb][answer]) / std::max<std::size_t>(1, bytes_max);
    for (const Change change : kAllChanges) {
      const std::size_t count = CountOf(recording, verb, answer, change);
      for (std::size_t where = 0; where < count; ++where) {
        if (thinning > 1 && chance() % thinning != 0) continue;
        const Mutation mutation{.answer = answer, .change = change, .where = where};
        if (!Apply(recording, verb, mutation, recording.verbs[verb][answer]).has_value()) continue;
        out.push_back(mutation);
      }
    }
  }
  return out;
}

}  // namespace amparo::testing
