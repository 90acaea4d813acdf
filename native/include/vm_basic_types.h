/*
 * vm_basic_types.h
 *
 * The basic types that vix.h and programs written against it use: integers of known size, the one-byte Bool, and the
 * length prefix that prints a 64-bit integer, as in printf("%" FMT64 "d", size). Part of Revix.
 */
#ifndef VM_BASIC_TYPES_H
#define VM_BASIC_TYPES_H

#if defined(_MSC_VER) && _MSC_VER < 1600
typedef signed char int8;
typedef unsigned char uint8;
typedef short int16;
typedef unsigned short uint16;
typedef int int32;
typedef unsigned int uint32;
typedef __int64 int64;
typedef unsigned __int64 uint64;
#else
#include <stdint.h>
typedef int8_t int8;
typedef uint8_t uint8;
typedef int16_t int16;
typedef uint16_t uint16;
typedef int32_t int32;
typedef uint32_t uint32;
typedef int64_t int64;
typedef uint64_t uint64;
#endif

/* Goes between "%" and "d", "u" or "x". */
#ifndef FMT64
#if defined(_WIN32)
#define FMT64 "I64"
#elif defined(__LP64__) && !defined(__APPLE__)
#define FMT64 "l"
#else
#define FMT64 "ll"
#endif
#endif

/* X11 has a macro of this name. */
#ifndef Bool
typedef char Bool;
#endif

#ifndef FALSE
#define FALSE 0
#endif

#ifndef TRUE
#define TRUE 1
#endif

#ifndef NORETURN
#if defined(__GNUC__)
#define NORETURN __attribute__((__noreturn__))
#elif defined(_MSC_VER)
#define NORETURN __declspec(noreturn)
#else
#define NORETURN
#endif
#endif

#endif
