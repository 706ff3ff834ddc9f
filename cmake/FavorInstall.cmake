# Install rules, and the packages for CMake and pkg-config. Both find their prefix from where they lie, so
# an installed tree can be moved. Paths are relative to the prefix throughout: DESTDIR works.
include(CMakePackageConfigHelpers)

set(favor_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/favor)
set(favor_pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

install(
  DIRECTORY include/favor
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT favor_development
  FILES_MATCHING
  PATTERN "*.h")
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT favor_runtime)

# Two export sets, so that a user of the shared library never needs the static one's dependencies.
if(FAVOR_BUILD_SHARED)
  install(
    TARGETS favor
    EXPORT favorSharedTargets
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT favor_runtime
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
            COMPONENT favor_runtime
            NAMELINK_COMPONENT favor_development
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT favor_development)
  install(
    EXPORT favorSharedTargets
    NAMESPACE favor::
    DESTINATION ${favor_cmake_dir}
    COMPONENT favor_development)
endif()
if(FAVOR_BUILD_STATIC)
  install(TARGETS favor_static EXPORT favorStaticTargets
          ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT favor_development)
  install(
    EXPORT favorStaticTargets
    NAMESPACE favor::
    DESTINATION ${favor_cmake_dir}
    COMPONENT favor_development)
endif()

configure_package_config_file(cmake/favorConfig.cmake.in favorConfig.cmake
                              INSTALL_DESTINATION ${favor_cmake_dir} NO_SET_AND_CHECK_MACRO)
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file(favorConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(
  FILES ${CMAKE_CURRENT_BINARY_DIR}/favorConfig.cmake
        ${CMAKE_CURRENT_BINARY_DIR}/favorConfigVersion.cmake cmake/FindFavorLinalg.cmake
  DESTINATION ${favor_cmake_dir}
  COMPONENT favor_development)

# ---- pkg-config --------------------------------------------------------------------------------
# What a static link needs besides: by name where the linker finds it by name, else by path.
set(favor_pc_private "")
foreach(library IN LISTS FavorLinalg_LIBRARIES)
  get_filename_component(folder "${library}" DIRECTORY)
  get_filename_component(file "${library}" NAME)
  if(folder IN_LIST CMAKE_C_IMPLICIT_LINK_DIRECTORIES AND file MATCHES "^lib(.+)\\.(so|a|dylib)$")
    string(APPEND favor_pc_private " -l${CMAKE_MATCH_1}")
  else()
    string(APPEND favor_pc_private " ${library}")
  endif()
endforeach()
string(APPEND favor_pc_private " ${CMAKE_THREAD_LIBS_INIT} -lm")
string(REGEX REPLACE " +" " " favor_pc_private "${favor_pc_private}")

set(favor_pc_public "")
if(NOT FAVOR_BUILD_SHARED)
  set(favor_pc_public "${favor_pc_private}")
  set(favor_pc_private "")
endif()

foreach(kind IN ITEMS LIBDIR INCLUDEDIR)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${kind}}")
    set(favor_pc_${kind} "${CMAKE_INSTALL_${kind}}")
  else()
    set(favor_pc_${kind} "\${prefix}/${CMAKE_INSTALL_${kind}}")
  endif()
endforeach()
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  set(favor_pc_prefix "${CMAKE_INSTALL_PREFIX}")
else()
  file(RELATIVE_PATH favor_pc_up "/${favor_pkgconfig_dir}" "/")
  string(REGEX REPLACE "/$" "" favor_pc_up "${favor_pc_up}")
  set(favor_pc_prefix "\${pcfiledir}/${favor_pc_up}")
endif()
configure_file(cmake/favor.pc.in favor.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/favor.pc DESTINATION ${favor_pkgconfig_dir}
        COMPONENT favor_development)
