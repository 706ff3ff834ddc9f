/* SPDX-License-Identifier: MIT */
/** Compiler differences, all of them. FAVOR_STATIC is defined for users of the static library. */
#ifndef FAVOR_EXPORT_H
#define FAVOR_EXPORT_H

#if defined(FAVOR_STATIC)
#define FAVOR_API
#elif defined(_WIN32) && defined(FAVOR_BUILDING)
#define FAVOR_API __declspec(dllexport)
#elif defined(_WIN32)
#define FAVOR_API __declspec(dllimport)
#elif defined(__GNUC__)
#define FAVOR_API __attribute__((visibility("default")))
#else
#define FAVOR_API
#endif

#if defined(__GNUC__)
#define FAVOR_CHECK_RESULT __attribute__((warn_unused_result))
#define FAVOR_PRINTF(text, first) __attribute__((__format__(__printf__, text, first)))
#else
#define FAVOR_CHECK_RESULT
#define FAVOR_PRINTF(text, first)
#endif

#endif
