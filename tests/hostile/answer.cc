#include "tests/hostile/answer.h"

#include <cassert>
#include <fstream>

#include "absl/strings/match.h"
#include "amparo/v1/amparo.pb.h"
#include "client/connection.h"

namespace amparo::testing {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

void PutText(std::ostream& out, const std::string& text) {
  out << text.size() << ' ' << text << '\n';
}
std::string TakeText(std::istream& in) {
  std::size_t size = 0;
  in >> size;
  in.get();
  std::string text(size, '\0');
  in.read(text.data(), static_cast<std::streamsize>(size));
  in.get();
  assert(in.good());
  return text;
}
std::size_t TakeNumber(std::istream& in) {
  return static_cast<std::size_t>(std::stoull(TakeText(in)));
}

}  // namespace

Answer ErrorAnswer(absl::string_view method, const absl::Status& status) {
  Answer answer;
  answer.method = std::string(method);
  answer.code = status.code();
  answer.message = std::string(status.message());
  if (const auto detail = client::DetailOf(status); detail.has_value()) {
    v1::ErrorDetail sent;
    sent.set_reason(detail->reason);
    if (detail->head.has_value()) sent.set_head(std::string(AsText(detail->head->view())));
    sent.set_next_number(detail->next_number);
    answer.detail = sent.SerializeAsString();
  }
  return answer;
}

absl::Status StatusOf(const Answer& answer) {
  absl::Status status(answer.code, answer.message);
  v1::ErrorDetail sent;
  if (status.ok() || answer.detail.empty() || !sent.ParseFromString(answer.detail)) return status;
  client::AttachDetail(status, {.reason = sent.reason(),
                                .head = Hash::From(AsBytes(sent.head())),
                                .next_number = sent.next_number()});
  return status;
}

std::unique_ptr<Message> ReplyOf(absl::string_view method) {
  const auto* service =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName("amparo.v1.Amparo");
  assert(v1::AppendReply::descriptor() != nullptr && service != nullptr);
  // StatUpload is an Upload of nothing.
  const auto* found =
      service->FindMethodByName(method == "StatUpload" ? "Upload" : std::string(method));
  assert(found != nullptr);
  const Message* prototype =
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(found->output_type());
  return std::unique_ptr<Message>(prototype->New());
}

std::vector<std::string> NotesIn(const Answer& answer) {
  std::vector<std::string> notes;
  for (const std::string& bytes : answer.messages) {
    const auto reply = ReplyOf(answer.method);
    if (!reply->ParseFromString(bytes)) continue;
    const auto* type = reply->GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* field = type->field(i);
      if (!absl::StartsWith(field->name(), "checkpoint")) continue;
      if (!field->is_repeated()) {
        notes.push_back(reply->GetReflection()->GetString(*reply, field));
        continue;
      }
      for (int j = 0; j < reply->GetReflection()->FieldSize(*reply, field); ++j) {
        notes.push_back(reply->GetReflection()->GetRepeatedString(*reply, field, j));
      }
    }
  }
  return notes;
}

void WriteAnswers(const std::string& path, const std::vector<std::vector<Answer>>& answers) {
  std::ofstream out(path, std::ios::binary);
  PutText(out, std::to_string(answers.size()));
  for (const auto& list : answers) {
    PutText(out, std::to_string(list.size()));
    for (const Answer& answer : list) {
      PutText(out, answer.method);
      PutText(out, std::to_string(static_cast<int>(answer.code)));
      PutText(out, answer.message);
      PutText(out, answer.detail);
      PutText(out, std::to_string(answer.messages.size()));
      for (const std::string& message : answer.messages) PutText(out, message);
    }
  }
  assert(out.good());
}

std::vector<std::vector<Answer>> ReadAnswers(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::vector<std::vector<Answer>> answers(TakeNumber(in));
  for (auto& list : answers) {
    list.resize(TakeNumber(in));
    for (Answer& answer : list) {
      answer.method = TakeText(in);
      answer.code = static_cast<absl::StatusCode>(TakeNumber(in));
      answer.message = TakeText(in);
      answer.detail = TakeText(in);
      answer.messages.resize(TakeNumber(in));
      for (std::string& message : answer.messages) message = TakeText(in);
    }
  }
  return answers;
}

}  // namespace amparo::testing
