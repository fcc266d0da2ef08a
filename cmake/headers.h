// What most files of a build with AMPARO_PRECOMPILE read, parsed once. Files include what they use
// all the same: the other builds have no such header.

#ifndef AMPARO_CMAKE_HEADERS_H_
#define AMPARO_CMAKE_HEADERS_H_

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#endif  // AMPARO_CMAKE_HEADERS_H_
