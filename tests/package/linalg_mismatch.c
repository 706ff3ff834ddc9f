/* SPDX-License-Identifier: MIT */
/** Linked with a LAPACK whose integers have another width than this build's: the first map says
 *  so. */
#include <stdio.h>

#include "favor/favor.h"

int main(void) {
  favor_map_opts opts;
  favor_map *map = NULL;
  if (favor_map_opts_attention(&opts, 8, 16) < 0) return 2;
  const favor_status status = favor_map_create(&opts, &map);
  printf("favor_map_create returns %s\n", favor_status_name(status));
  favor_map_destroy(map);
  return status == FAVOR_ERR_LINALG && map == NULL ? 0 : 1;
}
