/* Where the helper is, and the Node that runs it. */
#ifndef RVX_LOCATE_H
#define RVX_LOCATE_H

#include <stdbool.h>
#include <stddef.h>

enum { RVX_PATH_SIZE = 4096, RVX_HELPER_ARGS = 6 };

/* How the helper is started. */
typedef struct RvxCommand {
    /* Path of the program and its arguments, ended by NULL. They point into this structure. */
    const char *argv[RVX_HELPER_ARGS];
    char program[RVX_PATH_SIZE];
    char script[RVX_PATH_SIZE];
} RvxCommand;

/*
 * Finds the helper: the environment variable REVIX_HELPER, else `revix-helper.cjs` beside this library, else `revix` on
 * the PATH. A script runs under Node: REVIX_NODE, else `revix-node` beside this library, else `node` on the PATH.
 *
 * @param why takes a text that says what is missing and what to do.
 */
bool rvx_locate_helper(RvxCommand *command, char *why, size_t why_size);

#endif
