# A program that calls CBLAS and LAPACKE links; said here, with the package to install, instead of by the
# linker later.
include(CheckCSourceCompiles)
set(CMAKE_REQUIRED_LIBRARIES FavorLinalg::FavorLinalg m)
set(CMAKE_REQUIRED_QUIET ON)
check_c_source_compiles(
  "#include <cblas.h>
int main(void) { return (int)cblas_ddot(0, 0, 1, 0, 1); }"
  FAVOR_CBLAS_LINKS)
check_c_source_compiles(
  "#include <lapacke.h>
int main(void) { return (int)LAPACKE_dsyev_work(LAPACK_ROW_MAJOR, 'V', 'U', 0, 0, 1, 0, 0, 1); }"
  FAVOR_LAPACKE_LINKS)
unset(CMAKE_REQUIRED_LIBRARIES)
unset(CMAKE_REQUIRED_QUIET)

foreach(kind IN ITEMS CBLAS LAPACKE)
  if(NOT FAVOR_${kind}_LINKS)
    # Not kept: the next run, after an installation, shall look again.
    unset(FAVOR_${kind}_LINKS CACHE)
    unset(FavorLinalg_LAPACKE_LIBRARY CACHE)
    unset(FavorLinalg_BLAS_LIBRARY CACHE)
    message(FATAL_ERROR "${kind} does not link with: ${FavorLinalg_LIBRARIES}\n"
                        "Debian: apt-get install libopenblas${favor_linalg_64}-dev "
                        "liblapacke${favor_linalg_64}-dev\n"
                        "Others: -DFAVOR_BLAS=VENDOR or -DFAVOR_BLAS_LIBRARIES=FILES")
  endif()
endforeach()
