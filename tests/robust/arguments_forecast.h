/* SPDX-License-Identifier: MIT */
/** What the fixture asks of the forecasts of problems, section 6 of favor.h. */
#ifndef FAVOR_ROBUST_ARGUMENTS_FORECAST_H
#define FAVOR_ROBUST_ARGUMENTS_FORECAST_H

#include "robust/arguments.h"

/** Whether a call is a forecast of a problem; its problem, arrays, values and
 *  things, as above. */
bool forecast_concerns(const fixture *f);
void forecast_make(fixture *f);
void forecast_arrays(fixture *f);
void forecast_fill(fixture *f);
bool forecast_default(fixture *f, const char *name, argument *value);
void *forecast_thing(fixture *f, int64_t which);
void problem_set(fixture *f, const setting *s);

#endif
