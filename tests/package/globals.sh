#!/bin/sh
# globals.sh OBJDUMP ARCHIVE: no object of the library has writable data: there is no state but what users
# hold. Constant tables with addresses in them are in .data.rel.ro, which is read-only once loaded.
set -eu
found=$("$1" -h "$2" | awk '
  /file format/ { object = $1 }
  $2 ~ /^\.(data|bss|tdata|tbss)/ && $2 !~ /^\.data\.rel\.ro/ && $3 !~ /^0+$/ { print object, $2, "0x" $3 }')
if [ -n "$found" ]; then
  echo "writable data in the library:"
  echo "$found"
  exit 1
fi
echo "$("$1" -h "$2" | grep -c 'file format') objects without writable data"
