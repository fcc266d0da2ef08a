# How everything of ours is compiled. AMPARO_WERROR is on in our presets and not forced on
# packagers.
option(AMPARO_WERROR "Warnings are errors" OFF)
set(AMPARO_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize=: address,undefined or thread")

add_library(amparo_options INTERFACE)
target_include_directories(amparo_options INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
target_compile_options(amparo_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -fno-omit-frame-pointer
  -UNDEBUG  # Invariants stay asserted in release builds.
  $<$<BOOL:${AMPARO_WERROR}>:-Werror>
  "$<$<CXX_COMPILER_ID:Clang>:-Wthread-safety;-Wno-sign-conversion>")  # g++'s -Wconversion has none.
if(AMPARO_SANITIZE)
  target_compile_options(amparo_options INTERFACE
    -fsanitize=${AMPARO_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(amparo_options INTERFACE -fsanitize=${AMPARO_SANITIZE})
endif()
if(AMPARO_SANITIZE MATCHES address)
  # Asked for by name, because nothing else would pull them out of an archive.
  add_library(amparo_sanitizer_options STATIC cmake/sanitizer_options.cc)
  target_link_libraries(amparo_options INTERFACE amparo_sanitizer_options)
  target_link_options(amparo_options INTERFACE
    -Wl,-u,__asan_default_options -Wl,-u,__ubsan_default_options)
endif()
if(AMPARO_BUILD_FUZZ)
  target_compile_options(amparo_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
find_program(AMPARO_MOLD mold)
if(AMPARO_MOLD)
  target_link_options(amparo_options INTERFACE $<BUILD_INTERFACE:-fuse-ld=mold>)
endif()
find_program(AMPARO_CCACHE ccache)
if(AMPARO_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${AMPARO_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${AMPARO_CCACHE})
endif()

# A precompiled header for the libraries, and one for the test programs, which are not optimised. Clang
# only: it takes one header for many targets, if they are compiled as it was.
option(AMPARO_PRECOMPILE "Precompile the headers that most files read (clang)" OFF)
if(AMPARO_PRECOMPILE)
  target_compile_options(amparo_options INTERFACE -fPIC -pthread)
  add_library(amparo_headers OBJECT cmake/headers.cc)
  target_link_libraries(amparo_headers PRIVATE amparo_options)
  target_precompile_headers(amparo_headers PRIVATE cmake/headers.h)
endif()
function(amparo_precompile target headers)
  if(AMPARO_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM ${headers})
  endif()
endfunction()

# amparo_library(NAME SRCS a.cc b.cc [PUBLIC libs] [PRIVATE libs]): one per folder.
function(amparo_library name)
  cmake_parse_arguments(ARG "" "" "SRCS;PUBLIC;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${ARG_SRCS})
  add_library(amparo::${name} ALIAS ${name})
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_include_directories(${name} PUBLIC $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/amparo>)
  target_link_libraries(${name} PUBLIC ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE} $<BUILD_INTERFACE:amparo_options>)
  target_include_directories(${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
  amparo_precompile(${name} amparo_headers)
endfunction()

# amparo_process_test(NAME COMMAND program argument... [TIMEOUT seconds] [WAITS]): a test of whole
# processes. WAITS: most of its time it waits for a link or a clock, and leaves the processor to
# others: ctest runs four such tests in the place of one (./dev test counts a core as four places).
function(amparo_process_test name)
  cmake_parse_arguments(ARG "WAITS" "TIMEOUT" "COMMAND" ${ARGN})
  add_test(NAME ${name} COMMAND ${ARG_COMMAND})
  amparo_schedule_test(${name} "${ARG_TIMEOUT}" "${ARG_WAITS}" 600)
endfunction()

function(amparo_schedule_test name timeout waits timeout_default)
  if(NOT timeout)
    set(timeout ${timeout_default})
  endif()
  if(waits)
    # It takes long and costs little: begun first.
    set_tests_properties(${name} PROPERTIES TIMEOUT ${timeout} PROCESSORS 1 COST ${timeout})
  else()
    set_tests_properties(${name} PROPERTIES TIMEOUT ${timeout} PROCESSORS 4)
  endif()
endfunction()

# GoogleTest's macros, sanitized and optimised, take more than twice as long to compile.
function(amparo_options_of_tests name)
  if(AMPARO_SANITIZE)
    target_compile_options(${name} PRIVATE -O0)
  endif()
endfunction()

# amparo_test(NAME SRCS a_test.cc ... LIBS libs [TIMEOUT seconds] [TSAN] [WAITS]): one GoogleTest
# program per folder. TSAN: it calls neither gRPC nor RocksDB, so ThreadSanitizer's word can be
# trusted. WAITS: as above.
function(amparo_test name)
  cmake_parse_arguments(ARG "TSAN;WAITS" "TIMEOUT" "SRCS;LIBS" ${ARGN})
  add_executable(${name} ${ARG_SRCS})
  target_link_libraries(${name} PRIVATE ${ARG_LIBS} amparo_options GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE AMPARO_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  amparo_options_of_tests(${name})
  amparo_precompile(${name} amparo_test_headers)
  add_test(NAME ${name} COMMAND ${name})
  amparo_schedule_test(${name} "${ARG_TIMEOUT}" "${ARG_WAITS}" 300)
  if(ARG_TSAN)
    set_tests_properties(${name} PROPERTIES LABELS tsan)
    set_property(GLOBAL APPEND PROPERTY AMPARO_TSAN_TESTS ${name})
  endif()
endfunction()

# amparo_fuzz(NAME SRCS a_fuzz.cc ... LIBS libs): one libFuzzer program, NAME ending in _fuzz.
function(amparo_fuzz name)
  cmake_parse_arguments(ARG "" "" "SRCS;LIBS" ${ARGN})
  add_executable(${name} ${ARG_SRCS})
  target_link_libraries(${name} PRIVATE ${ARG_LIBS} amparo_options)
  target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  set_property(GLOBAL APPEND PROPERTY AMPARO_FUZZ_TARGETS ${name})
endfunction()

# The targets `tsan_tests` and `fuzz_targets`: all that amparo_test(... TSAN) and amparo_fuzz()
# declared. Called last.
function(amparo_collections)
  get_property(tests GLOBAL PROPERTY AMPARO_TSAN_TESTS)
  add_custom_target(tsan_tests DEPENDS ${tests})
  get_property(fuzzers GLOBAL PROPERTY AMPARO_FUZZ_TARGETS)
  add_custom_target(fuzz_targets DEPENDS ${fuzzers})
  if(TARGET fuzz_seeds)
    add_dependencies(fuzz_targets fuzz_seeds)
  endif()
endfunction()
