/* SPDX-License-Identifier: MIT */
#include "node/recipe.h"

int64_t favor_form_features(favor_form form) {
  return form == FAVOR_FORM_SIGNS || form == FAVOR_FORM_TURN || form == FAVOR_FORM_PHASE ? 2 : 1;
}

bool favor_form_has_exponent(favor_form form) {
  return form == FAVOR_FORM_EXP || form == FAVOR_FORM_SIGNS || form == FAVOR_FORM_PHASE;
}

bool favor_form_has_factor(favor_form form) {
  return form != FAVOR_FORM_EXP && form != FAVOR_FORM_SIGNS;
}

bool favor_form_is_even(favor_form form) {
  return form == FAVOR_FORM_SIGNS || form == FAVOR_FORM_TURN;
}
