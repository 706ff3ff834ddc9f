/* SPDX-License-Identifier: MIT */
#include "names.h"

#include "favor/favor.h"

#define NAME(name, symbol, value, title) {#symbol, value, title},
#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

const bench_name bench_kernels[] = {FAVOR_KERNEL_LIST(NAME)};
const bench_name bench_estimators[] = {FAVOR_ESTIMATOR_LIST(NAME)};
const bench_name bench_couplings[] = {FAVOR_COUPLING_LIST(NAME)};
const bench_name bench_isas[] = {{"auto", FAVOR_ISA_AUTO, "the best of this machine"},
                                 FAVOR_ISA_LIST(NAME)};
const bench_name bench_precisions[] = {{"f32", FAVOR_F32, "float"}, {"f64", FAVOR_F64, "double"}};
const bench_name bench_switches[] = {{"on", FAVOR_ON, ""}, {"off", FAVOR_OFF, ""}};

const int bench_num_kernels = COUNT(bench_kernels);
const int bench_num_estimators = COUNT(bench_estimators);
const int bench_num_couplings = COUNT(bench_couplings);
const int bench_num_isas = COUNT(bench_isas);
const int bench_num_precisions = COUNT(bench_precisions);
const int bench_num_switches = COUNT(bench_switches);

const char *bench_name_of(const bench_name *names, int count, int64_t value) {
  for (int i = 0; i < count; i++)
    if (names[i].value == value) return names[i].name;
  return "?";
}

int bench_keep_isas(bench_ints *isas, char message[BENCH_MESSAGE_BYTES]) {
  int kept = 0;
  for (int i = 0; i < isas->count; i++) {
    const int32_t isa = (int32_t)isas->at[i];
    if (isa == FAVOR_ISA_AUTO || favor_isa_check(isa) == FAVOR_OK) {
      isas->at[kept++] = isa;
    } else {
      (void)snprintf(message, BENCH_MESSAGE_BYTES, "--isa: %s is not available on this machine",
                     bench_name_of(bench_isas, bench_num_isas, isa));
      if (isas->count > 1) (void)fprintf(stderr, "%s: not measured\n", message);
    }
  }
  isas->count = kept;
  return kept > 0 ? 0 : -1;
}
