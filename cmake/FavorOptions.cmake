# Every option of the build, with its default. Tests, benches and examples are for those who work on
# libfavor: a project that includes it by add_subdirectory gets the library alone.

option(FAVOR_BUILD_SHARED "Build the shared library" ON)
option(FAVOR_BUILD_STATIC "Build the static library (tests and benches need it)" ON)
option(FAVOR_BUILD_TESTS "Build the tests (needs cmocka)" ${PROJECT_IS_TOP_LEVEL})
option(FAVOR_BUILD_BENCHES "Build the benches" ${PROJECT_IS_TOP_LEVEL})
option(FAVOR_BUILD_EXAMPLES "Build the examples" ${PROJECT_IS_TOP_LEVEL})
option(FAVOR_INSTALL "Make install rules and the CMake and pkg-config packages" ${PROJECT_IS_TOP_LEVEL})
option(FAVOR_WARNINGS_AS_ERRORS "Stop at the first warning" OFF)
option(FAVOR_COVERAGE "Instrument for gcov" OFF)
option(FAVOR_CLANG_TIDY "Run clang-tidy on every file of the library" OFF)
set(FAVOR_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize=: address,undefined,leak or thread")

# The linear algebra: which library, or exactly which files.
set(FAVOR_BLAS "OpenBLAS" CACHE STRING
    "OpenBLAS, or a vendor known to CMake's FindBLAS as BLA_VENDOR (Generic, FLAME, Intel10_64lp, ...)")
option(FAVOR_BLAS_ILP64 "Use a BLAS and LAPACK with 64-bit integers" OFF)
set(FAVOR_BLAS_LIBRARIES "" CACHE STRING
    "Exactly these libraries for CBLAS and LAPACKE, instead of searching")
set(FAVOR_CBLAS_INCLUDE_DIR "" CACHE PATH "The folder of cblas.h, instead of searching")
set(FAVOR_LAPACKE_INCLUDE_DIR "" CACHE PATH "The folder of lapacke.h, instead of searching")

if(NOT FAVOR_BUILD_SHARED AND NOT FAVOR_BUILD_STATIC)
  message(FATAL_ERROR "FAVOR_BUILD_SHARED and FAVOR_BUILD_STATIC are both OFF: there is nothing to build")
endif()
if((FAVOR_BUILD_TESTS OR FAVOR_BUILD_BENCHES) AND NOT FAVOR_BUILD_STATIC)
  message(FATAL_ERROR "tests and benches link the static library: set FAVOR_BUILD_STATIC=ON, or "
                      "FAVOR_BUILD_TESTS=OFF and FAVOR_BUILD_BENCHES=OFF")
endif()
