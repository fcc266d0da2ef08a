// Changes to the fields of any protobuf message, by reflection: new replies of amparo.proto are
// included by themselves.
//
// Thread safety: the functions are independent.

#ifndef AMPARO_TESTS_HOSTILE_FIELD_CHANGES_H_
#define AMPARO_TESTS_HOSTILE_FIELD_CHANGES_H_

#include <google/protobuf/message.h>

#include <cstddef>

namespace amparo::testing {

// Each bit of each number; each text emptied, doubled, with its ends bent or as long as another
// one; each element left out, or there twice; each list emptied. In submessages too.
std::size_t CountFieldChanges(const google::protobuf::Message& message);
// REQUIRES: number < CountFieldChanges(message).
void ApplyFieldChange(google::protobuf::Message& message, std::size_t number);

// Each list reversed, rotated, and with two neighbours exchanged.
std::size_t CountRearrangements(const google::protobuf::Message& message);
void ApplyRearrangement(google::protobuf::Message& message, std::size_t number);

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_HOSTILE_FIELD_CHANGES_H_
