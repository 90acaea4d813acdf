/* The functions that are not only a call: those that free or keep memory of this process, and those beside VIX. */
#include "call.h"
#include "export.h"
#include "platform.h"
#include "revix.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* A text that was given to the program, which never frees it. */
typedef struct KnownText {
    struct KnownText *next;
    VixError error;
    char *text;
} KnownText;

static RvxMutex lock = RVX_MUTEX_INIT;
static KnownText *known_texts;
/* Texts that were made up because no helper could be asked. */
static KnownText *stopgap_texts;

static const char *find(const KnownText *known, VixError error)
{
    while (known != NULL && known->error != error) known = known->next;
    return known != NULL ? known->text : NULL;
}

/* Keeps a text, unless another thread was faster. Takes the text over; gives the one that is kept. */
static const char *keep(KnownText **list, VixError error, char *text)
{
    KnownText *fresh = malloc(sizeof *fresh);
    const char *kept;

    rvx_mutex_lock(&lock);
    kept = find(*list, error);
    if (kept == NULL && fresh != NULL && text != NULL) {
        fresh->next = *list;
        fresh->error = error;
        fresh->text = text;
        *list = fresh;
        fresh = NULL;
        kept = text;
        text = NULL;
    }
    rvx_mutex_unlock(&lock);
    free(fresh);
    free(text);
    return kept;
}

static char *ask(VixError error)
{
    RvxCall call;

    rvx_call_begin(&call, "Vix_GetErrorText", 0);
    rvx_put_arg_int(&call, (int64_t)error);
    rvx_put_arg_string(&call, NULL);
    return rvx_call_text(&call);
}

/* What can be said of an error without a helper. */
static const char *explain_loss(VixError error)
{
    static const char form[] = "Error %" PRIu64 "; its text cannot be told. %s";
    const char *why = rvx_engine_why();
    int size = snprintf(NULL, 0, form, error, why);
    char *text;

    /* A forked child takes no lock. */
    if (VIX_ERROR_CODE(error) == VIX_E_HOST_CONNECTION_LOST || size < 0 || rvx_process_is_forked()) return why;
    text = malloc((size_t)size + 1);
    if (text == NULL) return why;
    snprintf(text, (size_t)size + 1, form, error, why);
    return keep(&stopgap_texts, error, text);
}

RVX_EXPORT const char *Vix_GetErrorText(VixError err, const char *locale)
{
    const char *text = NULL;

    (void)locale;
    if (VIX_ERROR_CODE(err) != VIX_E_HOST_CONNECTION_LOST || !rvx_engine_is_lost()) {
        if (!rvx_process_is_forked()) {
            rvx_mutex_lock(&lock);
            text = find(known_texts, err);
            rvx_mutex_unlock(&lock);
        }
        if (text == NULL) {
            char *asked = ask(err);
            if (asked != NULL) text = keep(&known_texts, err, asked);
        }
    }
    return text != NULL ? text : explain_loss(err);
}

RVX_EXPORT void Vix_FreeBuffer(void *p)
{
    free(p);
}

RVX_EXPORT char *Revix_GetJobMessage(VixHandle jobHandle)
{
    RvxCall call;

    rvx_call_begin(&call, "Revix_GetJobMessage", 0);
    rvx_put_arg_int(&call, jobHandle);
    return rvx_call_text(&call);
}

RVX_EXPORT char *Revix_GetErrorMessage(VixHandle handle)
{
    RvxCall call;

    rvx_call_begin(&call, "Revix_GetErrorMessage", 0);
    rvx_put_arg_int(&call, handle);
    return rvx_call_text(&call);
}

RVX_EXPORT char *Revix_DumpHandles(void)
{
    RvxCall call;

    rvx_call_begin(&call, "Revix_DumpHandles", 0);
    return rvx_call_text(&call);
}

RVX_EXPORT int Revix_CountHandles(void)
{
    RvxCall call;

    rvx_call_begin(&call, "Revix_CountHandles", 0);
    return rvx_call_int(&call);
}
