# FindFavorLinalg: CBLAS and LAPACKE, as one target, FavorLinalg::FavorLinalg.
#
# Reads FAVOR_BLAS, FAVOR_BLAS_ILP64, FAVOR_BLAS_LIBRARIES, FAVOR_CBLAS_INCLUDE_DIR and
# FAVOR_LAPACKE_INCLUDE_DIR (see FavorOptions.cmake). Sets FavorLinalg_FOUND, FavorLinalg_LIBRARIES and
# FavorLinalg_INCLUDE_DIRS. It is installed too, for those who link the static library.

set(favor_linalg_64 "")
if(FAVOR_BLAS_ILP64)
  set(favor_linalg_64 "64")
endif()
set(favor_linalg_missing "")

# Debian keeps one OpenBLAS per kind of threading, each in a folder of its own; the plain place is tried
# first, because it is what the linker finds by name.
set(favor_linalg_folders "")
foreach(kind IN ITEMS pthread openmp serial)
  list(APPEND favor_linalg_folders openblas${favor_linalg_64}-${kind})
endforeach()
list(APPEND favor_linalg_folders openblas${favor_linalg_64} openblas)

macro(favor_linalg_find_header header given result package)
  if(${given})
    set(${result} "${${given}}")
  elseif(FAVOR_BLAS_ILP64)
    find_path(${result} ${header} PATH_SUFFIXES ${favor_linalg_folders})
  else()
    find_path(${result} ${header})
    find_path(${result} ${header} PATH_SUFFIXES ${favor_linalg_folders})
  endif()
  if(NOT ${result})
    list(APPEND favor_linalg_missing "${header} (Debian: apt-get install ${package})")
  endif()
  mark_as_advanced(${result})
endmacro()

favor_linalg_find_header(cblas.h FAVOR_CBLAS_INCLUDE_DIR FavorLinalg_CBLAS_INCLUDE_DIR
                         libopenblas${favor_linalg_64}-dev)
favor_linalg_find_header(lapacke.h FAVOR_LAPACKE_INCLUDE_DIR FavorLinalg_LAPACKE_INCLUDE_DIR
                         liblapacke-dev)

if(FAVOR_BLAS_LIBRARIES)
  set(FavorLinalg_LIBRARIES ${FAVOR_BLAS_LIBRARIES})
else()
  find_library(FavorLinalg_LAPACKE_LIBRARY NAMES lapacke${favor_linalg_64})
  if(FAVOR_BLAS STREQUAL "OpenBLAS")
    find_library(FavorLinalg_BLAS_LIBRARY NAMES openblas${favor_linalg_64})
    find_library(FavorLinalg_BLAS_LIBRARY NAMES openblas${favor_linalg_64}
                 PATH_SUFFIXES ${favor_linalg_folders})
    set(favor_linalg_blas ${FavorLinalg_BLAS_LIBRARY})
  else()
    set(BLA_VENDOR ${FAVOR_BLAS})
    find_package(LAPACK QUIET)
    set(favor_linalg_blas ${LAPACK_LIBRARIES} ${BLAS_LIBRARIES})
    list(REMOVE_DUPLICATES favor_linalg_blas)
  endif()
  mark_as_advanced(FavorLinalg_LAPACKE_LIBRARY FavorLinalg_BLAS_LIBRARY)
  if(NOT favor_linalg_blas)
    list(APPEND favor_linalg_missing
         "the library ${FAVOR_BLAS} (Debian: apt-get install libopenblas${favor_linalg_64}-dev)")
  endif()
  # A BLAS that brings LAPACKE with it (MKL, most OpenBLAS outside Debian) needs no library for that;
  # whether this one does shows when the build links a program.
  set(FavorLinalg_LIBRARIES "")
  if(FavorLinalg_LAPACKE_LIBRARY)
    list(APPEND FavorLinalg_LIBRARIES ${FavorLinalg_LAPACKE_LIBRARY})
  endif()
  list(APPEND FavorLinalg_LIBRARIES ${favor_linalg_blas})
endif()

set(FavorLinalg_INCLUDE_DIRS ${FavorLinalg_CBLAS_INCLUDE_DIR} ${FavorLinalg_LAPACKE_INCLUDE_DIR})
list(REMOVE_DUPLICATES FavorLinalg_INCLUDE_DIRS)
list(JOIN favor_linalg_missing ", " favor_linalg_missing)

include(FindPackageHandleStandardArgs)
set(FavorLinalg_COMPLETE OFF)
if(favor_linalg_missing STREQUAL "")
  set(FavorLinalg_COMPLETE ON)
endif()
find_package_handle_standard_args(
  FavorLinalg
  REQUIRED_VARS FavorLinalg_LIBRARIES FavorLinalg_COMPLETE
  REASON_FAILURE_MESSAGE "missing: ${favor_linalg_missing}. Other libraries: -DFAVOR_BLAS=VENDOR, or \
-DFAVOR_BLAS_LIBRARIES=FILES with -DFAVOR_CBLAS_INCLUDE_DIR and -DFAVOR_LAPACKE_INCLUDE_DIR")

if(FavorLinalg_FOUND AND NOT TARGET FavorLinalg::FavorLinalg)
  add_library(FavorLinalg::FavorLinalg INTERFACE IMPORTED)
  set_target_properties(
    FavorLinalg::FavorLinalg
    PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${FavorLinalg_INCLUDE_DIRS}"
               INTERFACE_LINK_LIBRARIES "${FavorLinalg_LIBRARIES}")
  if(FAVOR_BLAS_ILP64)
    # What the headers of LAPACKE and of netlib CBLAS read; those of OpenBLAS know by themselves.
    set_target_properties(
      FavorLinalg::FavorLinalg
      PROPERTIES INTERFACE_COMPILE_DEFINITIONS
                 "FAVOR_BLAS_ILP64;LAPACK_ILP64;WeirdNEC")
  endif()
endif()
