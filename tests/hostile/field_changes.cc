#include "tests/hostile/field_changes.h"

#include <functional>
#include <string>
#include <vector>

namespace amparo::testing {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

using Work = std::function<void()>;

constexpr int kBits = 64;

// Bends one text in place.
std::vector<std::function<void(std::string&)>> TextChanges() {
  return {
      [](std::string& text) { text.clear(); },
      [](std::string& text) { text += text; },
      [](std::string& text) { text.push_back('\0'); },
      [](std::string& text) {
        if (!text.empty()) text.pop_back();
      },
      [](std::string& text) {
        if (!text.empty()) text.erase(0, 1);
      },
      [](std::string& text) { text.assign(text.size(), '\0'); },
      [](std::string& text) { text.assign(1'000'000, 'x'); },
  };
}

void ListNumber(Message& message, const FieldDescriptor* field, std::vector<Work>& out) {
  const Reflection* reflection = message.GetReflection();
  const bool is_wide = field->cpp_type() == FieldDescriptor::CPPTYPE_UINT64;
  for (int bit = 0; bit < (is_wide ? kBits : kBits / 2); ++bit) {
    out.push_back([&message, field, reflection, bit, is_wide] {
      if (is_wide) {
        const std::uint64_t value = reflection->GetUInt64(message, field);
        reflection->SetUInt64(&message, field, value ^ (std::uint64_t{1} << bit));
      } else {
        const std::uint32_t value = reflection->GetUInt32(message, field);
        reflection->SetUInt32(&message, field, value ^ (std::uint32_t{1} << bit));
      }
    });
  }
  for (const int step : {-1, 1}) {
    out.push_back([&message, field, reflection, step, is_wide] {
      if (is_wide) {
        const std::uint64_t value = reflection->GetUInt64(message, field);
        reflection->SetUInt64(&message, field, value + static_cast<std::uint64_t>(step));
      } else {
        const std::uint32_t value = reflection->GetUInt32(message, field);
        reflection->SetUInt32(&message, field, value + static_cast<std::uint32_t>(step));
      }
    });
  }
}

void ListText(Message& message, const FieldDescriptor* field, int index, std::vector<Work>& out) {
  const Reflection* reflection = message.GetReflection();
  for (const auto& bend : TextChanges()) {
    out.push_back([&message, field, reflection, index, bend] {
      std::string text = index < 0 ? reflection->GetString(message, field)
                                   : reflection->GetRepeatedString(message, field, index);
      bend(text);
      if (index < 0) {
        reflection->SetString(&message, field, std::move(text));
      } else {
        reflection->SetRepeatedString(&message, field, index, std::move(text));
      }
    });
  }
}

void RemoveElement(Message& message, const FieldDescriptor* field, int index) {
  const Reflection* reflection = message.GetReflection();
  for (int i = index; i + 1 < reflection->FieldSize(message, field); ++i) {
    reflection->SwapElements(&message, field, i, i + 1);
  }
  reflection->RemoveLast(&message, field);
}

void AddAgain(Message& message, const FieldDescriptor* field, int index) {
  const Reflection* reflection = message.GetReflection();
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    Message* added = reflection->AddMessage(&message, field);
    added->CopyFrom(reflection->GetRepeatedMessage(message, field, index));
  } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    const std::string copy = reflection->GetRepeatedString(message, field, index);
    reflection->AddString(&message, field, copy);
  }
}

void List(Message& message, std::vector<Work>& out) {
  const Reflection* reflection = message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    const int size = field->is_repeated() ? reflection->FieldSize(message, field) : 0;
    for (int j = 0; j < size; ++j) {
      out.push_back([&message, field, j] { RemoveElement(message, field, j); });
      out.push_back([&message, field, j] { AddAgain(message, field, j); });
    }
    if (size > 0) {
      out.push_back([&message, field, reflection] { reflection->ClearField(&message, field); });
    }
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        for (int j = 0; j < size; ++j) {
          List(*reflection->MutableRepeatedMessage(&message, field, j), out);
        }
        break;
      case FieldDescriptor::CPPTYPE_STRING:
        if (!field->is_repeated()) ListText(message, field, -1, out);
        for (int j = 0; j < size; ++j) ListText(message, field, j, out);
        break;
      case FieldDescriptor::CPPTYPE_UINT32:
      case FieldDescriptor::CPPTYPE_UINT64:
        if (!field->is_repeated()) ListNumber(message, field, out);
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        out.push_back([&message, field, reflection] {
          reflection->SetBool(&message, field, !reflection->GetBool(message, field));
        });
        break;
      default:
        break;
    }
  }
}

void ListRearrangements(Message& message, std::vector<Work>& out) {
  const Reflection* reflection = message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    if (!field->is_repeated()) continue;
    const int size = reflection->FieldSize(message, field);
    if (size < 2) continue;
    out.push_back([&message, field, reflection, size] {
      for (int j = 0; j < size / 2; ++j) {
        reflection->SwapElements(&message, field, j, size - 1 - j);
      }
    });
    out.push_back([&message, field, reflection, size] {
      for (int j = 0; j + 1 < size; ++j) reflection->SwapElements(&message, field, j, j + 1);
    });
    for (int j = 0; j + 1 < size; ++j) {
      out.push_back([&message, field, reflection, j] {
        reflection->SwapElements(&message, field, j, j + 1);
      });
    }
  }
}

std::size_t Count(const Message& message, void (*list)(Message&, std::vector<Work>&)) {
  const std::unique_ptr<Message> copy(message.New());
  copy->CopyFrom(message);
  std::vector<Work> all;
  list(*copy, all);
  return all.size();
}

}  // namespace

std::size_t CountFieldChanges(const Message& message) { return Count(message, List); }

void ApplyFieldChange(Message& message, std::size_t number) {
  std::vector<Work> all;
  List(message, all);
  all.at(number)();
}

std::size_t CountRearrangements(const Message& message) {
  return Count(message, ListRearrangements);
}

void ApplyRearrangement(Message& message, std::size_t number) {
  std::vector<Work> all;
  ListRearrangements(message, all);
  all.at(number)();
}

}  // namespace amparo::testing
