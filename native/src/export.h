/* Marks what programs may link to. Everything else is hidden. */
#ifndef RVX_EXPORT_H
#define RVX_EXPORT_H

#ifdef _WIN32
#define RVX_EXPORT __declspec(dllexport)
#else
#define RVX_EXPORT __attribute__((visibility("default")))
#endif

#endif
