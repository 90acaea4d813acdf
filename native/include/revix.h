/*
 * revix.h
 *
 * What the library of Revix offers beside VIX. A program that includes this runs with Revix only.
 */
#ifndef REVIX_H
#define REVIX_H

#include "vix.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Why a finished job failed, in words: what was done, to what, why it failed, and what to do next. Empty for a job that
 * did not fail. NULL when there is no memory or no helper. Freed with Vix_FreeBuffer.
 */
char *Revix_GetJobMessage(VixHandle jobHandle);

/*
 * Why the last call on a handle failed that answers with an error itself rather than starting a job, in words. Empty
 * when none did. NULL when there is no memory or no helper. Freed with Vix_FreeBuffer.
 */
char *Revix_GetErrorMessage(VixHandle handle);

/*
 * The live handles, one line each, with the call that made each of them: what is left at the end of a program has
 * leaked. NULL when there is no memory or no helper. Freed with Vix_FreeBuffer.
 */
char *Revix_DumpHandles(void);

/* Number of handles of all kinds that the program holds references of; 0 without a helper. */
int Revix_CountHandles(void);

#ifdef __cplusplus
}
#endif

#endif
