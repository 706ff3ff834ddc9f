# Compiler settings, target by target: nothing here touches a global flag, and nothing asks for more than
# the baseline instruction set (kernels that need more say so per file in src/sources.cmake).

# favor_compile_options(<target>): C11, warnings, one meaning of floating point, reproducible bytes.
function(favor_compile_options target)
  target_compile_features(${target} PRIVATE c_std_11)
  set_target_properties(${target} PROPERTIES C_EXTENSIONS ON)
  target_compile_options(
    ${target}
    PRIVATE -Wall
            -Wextra
            -Wpedantic
            -Wshadow
            -Wconversion
            $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes>
            $<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes>
            # a*b+c is two roundings wherever it is written so; src/kernel asks for fma by name
            -ffp-contract=off
            # the same bytes from any two folders
            -ffile-prefix-map=${PROJECT_BINARY_DIR}=build
            -ffile-prefix-map=${PROJECT_SOURCE_DIR}=.
            $<$<BOOL:${FAVOR_WARNINGS_AS_ERRORS}>:-Werror>)
  if(FAVOR_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${FAVOR_SANITIZE} -fno-omit-frame-pointer
                                             -fno-sanitize-recover=all)
    target_link_options(${target} PRIVATE -fsanitize=${FAVOR_SANITIZE})
  endif()
  if(FAVOR_COVERAGE)
    target_compile_options(${target} PRIVATE --coverage)
    target_link_options(${target} PRIVATE --coverage)
  endif()
endfunction()

# favor_tidy(<target>): clang-tidy with .clang-tidy beside every compilation; a finding stops the build.
function(favor_tidy target)
  if(FAVOR_CLANG_TIDY)
    find_program(FAVOR_CLANG_TIDY_PROGRAM clang-tidy REQUIRED)
    set_target_properties(${target} PROPERTIES C_CLANG_TIDY
                                               "${FAVOR_CLANG_TIDY_PROGRAM};--warnings-as-errors=*;--quiet")
  endif()
endfunction()

# favor_link_options(<shared library>): nothing left undefined, and nothing of a static BLAS exported.
function(favor_link_options target)
  if(FAVOR_SANITIZE)
    target_link_options(${target} PRIVATE -fsanitize=${FAVOR_SANITIZE})
  elseif(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    target_link_options(${target} PRIVATE -Wl,--no-undefined)
  endif()
  if(FAVOR_COVERAGE)
    target_link_options(${target} PRIVATE --coverage)
  endif()
  if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    target_link_options(${target} PRIVATE -Wl,--exclude-libs,ALL)
  endif()
endfunction()

# Archives without dates and user numbers, also where ar was not built to leave them out.
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  set(CMAKE_C_ARCHIVE_CREATE "<CMAKE_AR> qcD <TARGET> <LINK_FLAGS> <OBJECTS>")
  set(CMAKE_C_ARCHIVE_APPEND "<CMAKE_AR> qD <TARGET> <LINK_FLAGS> <OBJECTS>")
  set(CMAKE_C_ARCHIVE_FINISH "<CMAKE_RANLIB> -D <TARGET>")
endif()
