// What every test program reads besides (cmake/headers.h).

#include <gmock/gmock.h>
#include <gtest/gtest.h>
