// What every test program reads besides (cmake/headers.h).

#ifndef AMPARO_TESTS_HEADERS_H_
#define AMPARO_TESTS_HEADERS_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#endif  // AMPARO_TESTS_HEADERS_H_
