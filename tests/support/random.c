/* SPDX-License-Identifier: MIT */
#include "support/random.h"

#include <math.h>

static const double TWO_PI = 6.283185307179586476925286766559;

uint64_t test_mix(uint64_t word) {
  word += UINT64_C(0x9e3779b97f4a7c15);
  word = (word ^ (word >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  word = (word ^ (word >> 27)) * UINT64_C(0x94d049bb133111eb);
  return word ^ (word >> 31);
}

void test_rng_seed(test_rng *rng, uint64_t seed) {
  for (int i = 0; i < 4; i++)
    rng->s[i] = test_mix(seed + (uint64_t)i * UINT64_C(0x9e3779b97f4a7c15));
  rng->has_spare = false;
  rng->spare = 0;
}

static uint64_t rotate(uint64_t x, int k) {
  return (x << k) | (x >> (64 - k));
}

uint64_t test_rng_next(test_rng *rng) {
  uint64_t *s = rng->s;
  const uint64_t result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate(s[3], 45);
  return result;
}

double test_rng_uniform(test_rng *rng) {
  return ((double)(test_rng_next(rng) >> 12) + 0.5) * 0x1p-52;
}

double test_rng_normal(test_rng *rng) {
  if (rng->has_spare) {
    rng->has_spare = false;
    return rng->spare;
  }
  const double radius = sqrt(-2 * log(test_rng_uniform(rng)));
  const double angle = TWO_PI * test_rng_uniform(rng);
  rng->spare = radius * sin(angle);
  rng->has_spare = true;
  return radius * cos(angle);
}

void test_rng_normals(test_rng *rng, int64_t n, double *out) {
  for (int64_t i = 0; i < n; i++) out[i] = test_rng_normal(rng);
}

void test_rng_on_sphere(test_rng *rng, int64_t d, double norm, double *out) {
  double norm2 = 0;
  test_rng_normals(rng, d, out);
  for (int64_t k = 0; k < d; k++) norm2 += out[k] * out[k];
  for (int64_t k = 0; k < d; k++) out[k] *= norm / sqrt(norm2);
}
