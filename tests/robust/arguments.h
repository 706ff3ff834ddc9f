/* SPDX-License-Identifier: MIT */
/** Every public function, callable through an array of named arguments, and tables of what spoils
 *  them.
 *
 *  A call is made of three things: the function's row in `calls` (its argument names, and how to
 *  call it), the fixture (a valid value for every argument name), and at most two settings from a
 *  case, which replace valid values by invalid ones. What holds for every refused call is then
 *  checked once, in test_arguments.c.
 */
#ifndef FAVOR_TESTS_ROBUST_ARGUMENTS_H
#define FAVOR_TESTS_ROBUST_ARGUMENTS_H

#include "robust/allocator.h"

/* Shapes of the fixture. Small, distinct, and with leading dimensions above the number of
 * columns. */
#define ARG_DIM INT64_C(5)
#define ARG_PROJECTIONS INT64_C(6)
#define ARG_FEATURES INT64_C(12) /* hyperbolic: two a projection */
#define ARG_ROWS INT64_C(4)
#define ARG_KEYS INT64_C(3)
#define ARG_DV INT64_C(3)
#define ARG_HEADS INT64_C(2) /* over one key head */
#define ARG_LD_EXTRA INT64_C(2)

/* ---- functions ---- */

typedef union argument {
  int64_t i;
  double f;
  void *p;
} argument;

#define ARGUMENTS_MAX 16

typedef enum call_result {
  RESULT_STATUS, /* favor_status */
  RESULT_TEXT,   /* a text: 1; NULL: 0 */
  RESULT_COUNT,  /* a number, positive for valid arguments */
  RESULT_NOTHING /* void: 0 */
} call_result;

typedef enum call_trait {
  CALL_PLAIN = 0,
  CALL_MAKES_MAP = 1,
  CALL_MAKES_STATS = 2,
  CALL_MAKES_POOL = 3,
  CALL_MAKES_STATE = 4,
  CALL_CONSUMES = 5, /* destroys its argument */
  CALL_CHANGES = 6   /* changes its first argument when it succeeds */
} call_trait;

typedef struct call_row {
  const char *name;
  const char *arguments; /* the names in favor.h, by blanks, in order */
  size_t real;           /* bytes of an element of its arrays: 4, 8, or 0 */
  call_result result;
  call_trait trait;
  int64_t (*call)(const argument *a);
} call_row;

typedef struct call_table {
  const call_row *rows;
  size_t count;
} call_table;

extern const call_table calls_base, calls_map, calls_combine, calls_hybrid, calls_kernel,
    calls_attention, calls_state, calls_forecast;

/* ---- cases ---- */

typedef enum setting_kind {
  SET_NONE = 0,
  SET_NULL,   /* the pointer is NULL */
  SET_INT,    /* the integer `i` */
  SET_REAL,   /* the float64 `f` */
  SET_BY,     /* the valid integer, or the pointer in bytes, plus `i` */
  SET_THING,  /* a broken object of the fixture, `i` is a thing */
  SET_START,  /* the pointer is that of the array `text` */
  SET_LAST,   /* the pointer is to the last element of the array `text` */
  SET_BEHIND, /* the pointer is to the first byte behind the array `text`: allowed */
  SET_POISON, /* element (row `i`, column 1) of the array is `f` */
  SET_ENV     /* not an argument: the environment variable FAVOR_ISA is `text` */
} setting_kind;

typedef struct setting {
  const char *argument; /* "x", or a field of the options, "opts.dim" */
  setting_kind kind;
  int64_t i;
  double f;
  const char *text;
} setting;

typedef struct argument_case {
  const char *function; /* a trailing * stands for every ending: favor_map_apply_f* */
  setting first, second;
  int expected;
} argument_case;

typedef struct case_table {
  const argument_case *rows;
  size_t count;
} case_table;

extern const case_table cases_base, cases_stats, cases_options, cases_map, cases_apply,
    cases_combine, cases_hybrid, cases_kernel, cases_attention, cases_desc, cases_carry,
    cases_state, cases_state_io, cases_forecast;

#define NO_SETTING                                                                                 \
  { NULL, SET_NONE, 0, 0.0, NULL }
#define NUL(name)                                                                                  \
  { name, SET_NULL, 0, 0.0, NULL }
#define INT(name, value)                                                                           \
  { name, SET_INT, (value), 0.0, NULL }
#define REAL(name, value)                                                                          \
  { name, SET_REAL, 0, (value), NULL }
#define BY(name, value)                                                                            \
  { name, SET_BY, (value), 0.0, NULL }
#define THING(name, thing)                                                                         \
  { name, SET_THING, (thing), 0.0, NULL }
#define START(name, other)                                                                         \
  { name, SET_START, 0, 0.0, other }
#define LAST(name, other)                                                                          \
  { name, SET_LAST, 0, 0.0, other }
#define BEHIND(name, other)                                                                        \
  { name, SET_BEHIND, 0, 0.0, other }
#define POISON(name, row, value)                                                                   \
  { name, SET_POISON, (row), (value), NULL }
#define ENV(value)                                                                                 \
  { "FAVOR_ISA", SET_ENV, 0, 0.0, value }

#define ROW(function, setting, expected)                                                           \
  { function, setting, NO_SETTING, expected }
#define ROW2(function, first, second, expected)                                                    \
  { function, first, second, expected }

/* Invalid values that come in sets. */
#define NULL_REFUSED(function, name) ROW(function, NUL(name), FAVOR_ERR_NULL)
#define ENUM_REFUSED(function, name)                                                               \
  ROW(function, INT(name, -7), FAVOR_ERR_ENUM), ROW(function, INT(name, 99), FAVOR_ERR_ENUM),      \
      ROW(function, INT(name, INT32_MAX), FAVOR_ERR_ENUM)
#define COUNT_REFUSED(function, name)                                                              \
  ROW(function, INT(name, -1), FAVOR_ERR_SHAPE),                                                   \
      ROW(function, INT(name, INT64_MIN), FAVOR_ERR_SHAPE),                                        \
      ROW(function, INT(name, INT64_MAX), FAVOR_ERR_OVERFLOW)
/* `by` takes the valid leading dimension to one below the number of columns. */
#define LD_REFUSED(function, name)                                                                 \
  ROW(function, BY(name, -ARG_LD_EXTRA - 1), FAVOR_ERR_SHAPE),                                     \
      ROW(function, INT(name, 0), FAVOR_ERR_SHAPE), ROW(function, INT(name, -1), FAVOR_ERR_SHAPE), \
      ROW(function, INT(name, INT64_MIN), FAVOR_ERR_SHAPE),                                        \
      ROW(function, INT(name, INT64_MAX), FAVOR_ERR_OVERFLOW)
#define OVERLAP_REFUSED(function, name, other)                                                     \
  ROW(function, START(name, other), FAVOR_ERR_ALIAS),                                              \
      ROW(function, LAST(name, other), FAVOR_ERR_ALIAS)
#define EXECUTOR_REFUSED(function, name)                                                           \
  ROW(function, THING(name, THING_EXECUTOR_ZERO), FAVOR_ERR_VALUE),                                \
      ROW(function, THING(name, THING_EXECUTOR_NEGATIVE), FAVOR_ERR_VALUE),                        \
      ROW(function, THING(name, THING_EXECUTOR_EMPTY), FAVOR_ERR_VALUE)
#define ALLOCATOR_REFUSED(function, name)                                                          \
  ROW(function, THING(name, THING_ALLOCATOR_NO_FREE), FAVOR_ERR_VALUE),                            \
      ROW(function, THING(name, THING_ALLOCATOR_NO_ALLOC), FAVOR_ERR_VALUE)
/* A report that was never set up, or none, changes nothing. */
#define REPORT_ACCEPTED(function, name)                                                            \
  ROW(function, NUL(name), FAVOR_OK), ROW(function, THING(name, THING_REPORT_ZERO), FAVOR_OK),     \
      ROW(function, THING(name, THING_REPORT_SMALL), FAVOR_OK),                                    \
      ROW(function, THING(name, THING_REPORT_A5), FAVOR_OK)

/* ---- fixture ---- */

typedef enum fixture_thing {
  THING_EXECUTOR_ZERO,
  THING_EXECUTOR_NEGATIVE,
  THING_EXECUTOR_EMPTY,
  THING_EXECUTOR_THREE, /* valid: three slots, one after another, backwards */
  THING_EXECUTOR_WIDEST,
  THING_ALLOCATOR_NO_FREE,
  THING_ALLOCATOR_NO_ALLOC,
  THING_ALLOCATOR_ZERO, /* valid: malloc and free */
  THING_STATS_OTHER,
  THING_STATS_EMPTY,
  THING_STATS_KEYLESS,
  THING_STATS_FILLED,
  THING_OPTS_ZERO,
  THING_OPTS_SMALL,
  THING_OPTS_A5,
  THING_REPORT_ZERO,
  THING_REPORT_SMALL,
  THING_REPORT_A5,
  THING_MAP_GIVEN, /* made from given projections */
  THING_MAPS_NULL, /* lists of maps: of NULL; of another dimension; two of unequal and of equal features */
  THING_MAPS_DIM,
  THING_MAPS_FEATURES,
  THING_MAPS_TWO,
  THING_DESC_ZERO,
  THING_DESC_SMALL,
  THING_DESC_A5,
  THING_STATE_WITHIN, /* aligned, within the state */
  THING_STATE_ODD,    /* a state that is not aligned */
  THING_STATE_NONE,   /* zeros; of another map; of the other precision; of longer values */
  THING_STATE_MAP,
  THING_STATE_PRECISION,
  THING_STATE_DV,
  THING_PROBLEM_ZERO,
  THING_PROBLEM_SMALL,
  THING_PROBLEM_A5,
  THING_FORECAST_SMALL, /* structs of results that no caller compiled */
  THING_FORECAST_A5,
  THING_COMBINE_ZERO, /* options of combinations; lists of maps: of NULL, of another dimension, of other
                         instruction sets; a map of that dimension, of the first draw, of another set */
  THING_COMBINE_SMALL,
  THING_COMBINE_A5,
  THING_COMBINE_NULL,
  THING_COMBINE_DIM,
  THING_COMBINE_ISA,
  THING_FACTOR_DIM,
  THING_FACTOR_SAME,
  THING_FACTOR_ISA,
  THING_COUNT
} fixture_thing;

/** An array of the fixture, for defaults, overlaps and poison. */
typedef struct fixture_array {
  const char *name;
  int64_t rows, columns, ld;
  size_t element; /* bytes */
  unsigned char *data;
} fixture_array;

#define FIXTURE_ARRAYS 48
#define SPARES 4 /* states that do not belong, from THING_STATE_NONE on */

typedef struct fixture {
  const call_row *call;
  test_allocator counter;
  favor_allocator allocator, broken[THING_ALLOCATOR_ZERO + 1];
  favor_executor executors[THING_EXECUTOR_WIDEST + 1];
  favor_report report, raw_report;
  favor_map_opts opts, raw_opts;
  favor_stats *stats, *other, *empty, *keyless;
  favor_map *map, *given;
  favor_pool *pool;
  favor_attention_desc desc, raw_desc;
  favor_problem problem, raw_problem;
  favor_map *other_dim, *other_features;
  const favor_map *map_list[2];
  favor_combine_opts combine, raw_combine;
  favor_hybrid_opts hybrid;
  favor_map *part[4]; /* of combinations: two draws, another dimension, another instruction set */
  const favor_map *part_list[2];
  favor_state *own_state; /* for favor_state_destroy */
  unsigned char *spares;
  size_t state_bytes, spare_bytes;
  size_t work_need, saved_bytes,
      text_bytes;        /* exactly what the call wants of work, block and buf */
  unsigned char out[64]; /* where constructors and favor_pool_executor leave their result */
  unsigned char *memory; /* all arrays, 0xA5 wherever they are not inputs */
  size_t memory_bytes;
  int num_arrays;
  fixture_array arrays[FIXTURE_ARRAYS];
} fixture;

/** Build everything that the call may want, objects with memory from the counting allocator. */
void fixture_open(fixture *f, const call_row *call);

/** Give everything back. */
void fixture_close(fixture *f);

/** The valid value of an argument of the call. */
argument fixture_default(fixture *f, const char *name);

/** Apply a setting to the call's arguments, or to the options. */
void fixture_set(fixture *f, const setting *s, argument *a);

/** Where the pointer goes that overlaps, or just does not, the array s->text. */
void *fixture_near(fixture *f, const setting *s);

/** The array of this name, or NULL; and the bytes from its first to past its last element. */
fixture_array *fixture_find(fixture *f, const char *name);
size_t fixture_span(const fixture_array *array);

/** Sections 7 and 8 of favor.h, in arguments_attention.c: whether a call is of them; its objects; exact needs;
 *  its arrays, behind the others, and what they hold; valid values, false where others know; things. */
bool attention_concerns(const fixture *f);
void attention_make(fixture *f);
void attention_measure(fixture *f);
void attention_arrays(fixture *f);
void attention_fill(fixture *f);
void attention_close(fixture *f);
bool attention_default(fixture *f, const char *name, argument *value);
void *attention_thing(fixture *f, int64_t which);

/** Combinations, in arguments_combine.c: the same again, and a setting of "opts.reserved" and the like. */
bool combine_concerns(const fixture *f);
void combine_make(fixture *f);
void combine_fill(fixture *f);
void combine_close(fixture *f);
bool combine_default(fixture *f, const char *name, argument *value);
void *combine_thing(fixture *f, int64_t which);
void combine_set(fixture *f, const setting *s);

/** Hybrid maps, in arguments_hybrid.c: valid values, and a setting of "hybrid.gate" and the like. */
bool hybrid_concerns(const fixture *f);
bool hybrid_default(fixture *f, const char *name, argument *value);
void hybrid_set(fixture *f, const setting *s);

/** Fields of the descriptor, in arguments_desc.c: apply a setting of "desc.n_q" and the like; arrays that fields
 *  may point to. */
void desc_set(fixture *f, const setting *s);
void desc_arrays(fixture *f);
void desc_fill(fixture *f);

/** The position of an argument of a call by its name, or -1. */
int call_find(const call_row *call, const char *name);

#endif
