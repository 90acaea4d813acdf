/*
 * Feeds the library with all that a helper might say, for libFuzzer: a platform without processes and threads, whose
 * stream gives what the input holds. The input is a list of parts, each with its length before it as two bytes. A part is
 * the body of a frame, with the numbers of calls counted from the one that was made last; a part whose length has the
 * highest bit set is given as it is, so that it can be less or more than a frame.
 */
#include "engine_state.h"
#include "revix.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* --- a platform of one thread, whose helper is the input ---------------------------------------------------------- */

enum { RAW = 0x8000 };

static const uint8_t *input;
static size_t input_left;
static uint32_t last_call;
/* What the stream gives next. */
static RvxBuffer ready;
static size_t ready_at;

void rvx_mutex_lock(RvxMutex *mutex)
{
    (void)mutex;
}

void rvx_mutex_unlock(RvxMutex *mutex)
{
    (void)mutex;
}

void rvx_cond_init(RvxCond *cond)
{
    (void)cond;
}

void rvx_cond_destroy(RvxCond *cond)
{
    (void)cond;
}

static void forget_callbacks(void);

/* Who waits for a callback goes on without: the thread that would call it never runs. Anything else would wait for ever. */
void rvx_cond_wait(RvxCond *cond, RvxMutex *mutex)
{
    (void)cond;
    (void)mutex;
    if (rvx_callbacks_count() == 0) abort();
    forget_callbacks();
}

void rvx_cond_signal(RvxCond *cond)
{
    (void)cond;
}

void rvx_cond_broadcast(RvxCond *cond)
{
    (void)cond;
}

/* The thread never runs: what is posted to it stays there. */
bool rvx_thread_start(void (*run)(void *), void *argument)
{
    (void)run;
    (void)argument;
    return true;
}

int rvx_cancel_disable(void)
{
    return 0;
}

void rvx_cancel_restore(int state)
{
    (void)state;
}

int64_t rvx_process_id(void)
{
    return 1;
}

void rvx_process_claim(void)
{
}

bool rvx_process_is_forked(void)
{
    return false;
}

const char *rvx_environment(const char *name)
{
    return strcmp(name, "REVIX_HELPER") == 0 ? "/helper" : NULL;
}

bool rvx_current_directory(char *path, size_t size)
{
    (void)size;
    strcpy(path, "/");
    return true;
}

bool rvx_library_path(char *path, size_t size)
{
    (void)path;
    (void)size;
    return false;
}

const char rvx_path_separator = '/';
const char rvx_path_list_separator = ':';
const char rvx_program_suffix[] = "";

bool rvx_file_exists(const char *path, bool is_program)
{
    (void)path;
    (void)is_program;
    return true;
}

bool rvx_real_path(const char *path, char *real, size_t size)
{
    (void)path;
    (void)real;
    (void)size;
    return false;
}

/* A welcome that knows a property of every type. */
static void put_welcome(void)
{
    size_t begin = rvx_frame_begin(&ready, 'W'), list, pair;
    int type;

    rvx_put_integer(&ready, RVX_VERSION);
    rvx_put_string(&ready, "fuzzer");
    list = rvx_list_begin(&ready);
    for (type = VIX_PROPERTYTYPE_ANY; type <= VIX_PROPERTYTYPE_BLOB; type++) {
        pair = rvx_list_begin(&ready);
        rvx_put_integer(&ready, type + 1);
        rvx_put_integer(&ready, type);
        rvx_list_end(&ready, pair, 2);
    }
    rvx_list_end(&ready, list, VIX_PROPERTYTYPE_BLOB + 1);
    rvx_frame_end(&ready, begin);
}

bool rvx_link_open(RvxLink *link, const char *const argv[], char *why, size_t why_size)
{
    (void)link;
    (void)argv;
    (void)why;
    (void)why_size;
    ready_at = ready.size = 0;
    put_welcome();
    return true;
}

bool rvx_link_write(RvxLink *link, const void *bytes, size_t size)
{
    const uint8_t *frame = bytes;

    (void)link;
    if (size > 10 && frame[4] == 'C') memcpy(&last_call, frame + 6, sizeof last_call);
    return true;
}

/* Adds the number of the last call to the integer at a place of a body, if it is one. */
static void count_from_last_call(uint8_t *body, size_t size, size_t at)
{
    uint32_t number;

    if (at + 9 > size || body[at] != 'i') return;
    memcpy(&number, body + at + 1, sizeof number);
    number += last_call;
    memcpy(body + at + 1, &number, sizeof number);
}

static void put_part(void)
{
    size_t length = (size_t)input[0] | (size_t)input[1] << 8, size = length & (RAW - 1), begin;

    input += 2;
    input_left -= 2;
    if (size > input_left) size = input_left;
    if ((length & RAW) != 0) {
        rvx_buffer_append(&ready, input, size);
    } else if (size > 0) {
        begin = rvx_frame_begin(&ready, (char)input[0]);
        rvx_buffer_append(&ready, input + 1, size - 1);
        rvx_frame_end(&ready, begin);
        if (input[0] == 'R' || input[0] == 'E') count_from_last_call(ready.data + begin + 4, size, 1);
        if (input[0] == 'V' && size > 9) count_from_last_call(ready.data + begin + 4, size, size - 9);
    }
    input += size;
    input_left -= size;
}

size_t rvx_link_read(RvxLink *link, void *bytes, size_t size)
{
    (void)link;
    if (ready_at == ready.size) ready_at = ready.size = 0;
    while (ready.size == 0 && input_left >= 2) put_part();
    if (size > ready.size - ready_at) size = ready.size - ready_at;
    if (size > 0) memcpy(bytes, ready.data + ready_at, size);
    ready_at += size;
    return size;
}

bool rvx_link_wait(RvxLink *link, int milliseconds)
{
    (void)link;
    (void)milliseconds;
    return true;
}

void rvx_link_shutdown(RvxLink *link)
{
    (void)link;
}

void rvx_link_close(RvxLink *link)
{
    (void)link;
}

/* --- a program ---------------------------------------------------------------------------------------------------- */

static void on_event(VixHandle job, VixEventType type, VixHandle info, void *clientData)
{
    (void)job;
    (void)type;
    (void)info;
    if (clientData != &input) abort();
}

/* Reads a property of each type, by one of the functions that do so. */
static void read_all(VixError (*function)(VixHandle, VixPropertyID, ...), VixHandle handle)
{
    int number = 0, size = 0;
    VixHandle other = VIX_INVALID_HANDLE;
    int64 large = 0;
    Bool flag = FALSE;
    char *text = NULL;
    unsigned char *blob = NULL;

    if (function(handle, VIX_PROPERTYTYPE_INTEGER + 1, &number, VIX_PROPERTYTYPE_STRING + 1, &text,
                 VIX_PROPERTYTYPE_BOOL + 1, &flag, VIX_PROPERTYTYPE_HANDLE + 1, &other, VIX_PROPERTYTYPE_INT64 + 1,
                 &large, VIX_PROPERTYTYPE_BLOB + 1, &size, &blob, VIX_PROPERTY_NONE) == VIX_OK) {
        if (text != NULL && strlen(text) > input_left + ready.capacity) abort();
        if (flag != TRUE && flag != FALSE) abort();
        if (blob != NULL && size > 0 && blob[size - 1] == 0) number++;
    }
    Vix_FreeBuffer(text);
    Vix_FreeBuffer(blob);
}

/* What the library keeps for a thread that never runs, or for a pump that does not come. */
static void forget_events(RvxThread *thread)
{
    while (thread->first_event != NULL) {
        RvxEvent *event = thread->first_event;
        thread->first_event = event->next;
        free(event);
    }
    thread->last_event = NULL;
}

static uint32_t some_callback;

static void note_callback(RvxCallback *callback)
{
    some_callback = callback->id;
}

static void forget_callbacks(void)
{
    while (rvx_callbacks_count() > 0) {
        rvx_callbacks_each(note_callback);
        rvx_callbacks_forget(some_callback);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    VixHandle job, snapshot = VIX_INVALID_HANDLE;
    int count = 0;

    if (ready.data == NULL) rvx_buffer_init(&ready);
    input = data;
    input_left = size;
    job = VixHost_Connect(VIX_API_VERSION, VIX_SERVICEPROVIDER_DEFAULT, "host", 0, "user", "password", 0,
                          VIX_INVALID_HANDLE, on_event, &input);
    read_all(VixJob_Wait, job);
    read_all(Vix_GetProperties, job);
    VixVM_GetNumRootSnapshots(job, &count);
    VixVM_GetRootSnapshot(job, 0, &snapshot);
    Vix_PumpEvents(job, 0);
    Vix_FreeBuffer(Revix_DumpHandles());
    Vix_ReleaseHandle(job);
    rvx_engine_give_up("the input is over");
    if (rvx_engine.state != RVX_LOST || rvx_engine.pendings != NULL) abort();
    forget_events(&rvx_engine.library);
    forget_events(&rvx_engine.pumped);
    forget_callbacks();
    return 0;
}
