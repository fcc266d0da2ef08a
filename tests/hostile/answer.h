// What a server said to one request, as the bytes of amparo.proto: what a hostile one controls.
//
// Thread safety: values; the functions are independent.

#ifndef AMPARO_TESTS_HOSTILE_ANSWER_H_
#define AMPARO_TESTS_HOSTILE_ANSWER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace google::protobuf {
class Message;
}

namespace amparo::testing {

struct Answer {
  std::string method;
  absl::StatusCode code = absl::StatusCode::kOk;
  std::string message;                // Of an error,
  std::string detail;                 // and the ErrorDetail in its trailer; may be empty.
  std::vector<std::string> messages;  // Serialised replies: one, or those of a stream.
  friend bool operator==(const Answer&, const Answer&) = default;
};

// An error as an answer, and back.
Answer ErrorAnswer(absl::string_view method, const absl::Status& status);
absl::Status StatusOf(const Answer& answer);

// An empty reply of the method's type. REQUIRES: `method` is an RPC's name.
std::unique_ptr<google::protobuf::Message> ReplyOf(absl::string_view method);
// Every checkpoint note in it, wherever its type carries one.
std::vector<std::string> NotesIn(const Answer& answer);

// To a file and back, for the process that comes after.
void WriteAnswers(const std::string& path, const std::vector<std::vector<Answer>>& answers);
std::vector<std::vector<Answer>> ReadAnswers(const std::string& path);

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_HOSTILE_ANSWER_H_
