# What this build folder will make, in a few lines.
list(JOIN FavorLinalg_LIBRARIES " " favor_summary_linalg)
message(STATUS "favor ${PROJECT_VERSION}, ${CMAKE_BUILD_TYPE}, ${CMAKE_C_COMPILER_ID} ${CMAKE_C_COMPILER_VERSION}")
message(STATUS "  libraries   shared ${FAVOR_BUILD_SHARED}, static ${FAVOR_BUILD_STATIC}, install rules ${FAVOR_INSTALL}")
message(STATUS "  programs    tests ${FAVOR_BUILD_TESTS}, benches ${FAVOR_BUILD_BENCHES}, examples ${FAVOR_BUILD_EXAMPLES}")
message(STATUS "  algebra     ${favor_summary_linalg} (64-bit integers ${FAVOR_BLAS_ILP64})")
if(FAVOR_SANITIZE OR FAVOR_COVERAGE)
  message(STATUS "  instrument  sanitize '${FAVOR_SANITIZE}', coverage ${FAVOR_COVERAGE}")
endif()
