#include "call.h"

#include "platform.h"

#include <stdlib.h>

void rvx_call_begin(RvxCall *call, const char *function, unsigned flags)
{
    call->flags = flags;
    call->callback = 0;
    call->subject = VIX_INVALID_HANDLE;
    call->arg_count = 0;
    call->frame_begin = call->args_begin = 0;
    call->id = 0;
    rvx_buffer_init(&call->frame);
    rvx_cells_init(&call->cells);
    call->cancel_state = rvx_cancel_disable();
    call->is_lost = !rvx_engine_start(flags);
    if (call->is_lost) return;
    call->id = rvx_engine_next_id();
    call->frame_begin = rvx_frame_begin(&call->frame, 'C');
    rvx_put_integer(&call->frame, call->id);
    rvx_put_string(&call->frame, function);
    rvx_engine_put_running(&call->frame);
    call->args_begin = rvx_list_begin(&call->frame);
}

void rvx_put_arg_int(RvxCall *call, int64_t value)
{
    if (call->arg_count == 0) call->subject = (VixHandle)value;
    call->arg_count++;
    rvx_put_integer(&call->frame, value);
}

void rvx_put_arg_bool(RvxCall *call, Bool value)
{
    call->arg_count++;
    rvx_put_bool(&call->frame, value != 0);
}

void rvx_put_arg_string(RvxCall *call, const char *text)
{
    call->arg_count++;
    rvx_put_string(&call->frame, text);
}

void rvx_put_arg_nothing(RvxCall *call)
{
    call->arg_count++;
    rvx_put_null(&call->frame);
}

void rvx_put_arg_callback(RvxCall *call, VixEventProc *proc, void *client_data)
{
    if (proc == NULL || call->is_lost) {
        rvx_put_arg_nothing(call);
        return;
    }
    call->callback = rvx_engine_keep_callback(proc, client_data);
    if (call->callback == 0) call->frame.has_failed = true;
    rvx_put_arg_int(call, call->callback);
}

void rvx_put_arg_out(RvxCall *call, VixPropertyType type, void *to)
{
    call->arg_count++;
    rvx_put_bool(&call->frame, to != NULL);
    if (to != NULL) rvx_cells_add(&call->cells, type, to);
}

void rvx_put_arg_cells(RvxCall *call, VixPropertyID first, va_list *rest)
{
    size_t before = call->frame.size, begin;
    uint32_t count = 0;
    bool has_null = false;
    VixPropertyID id;

    call->arg_count++;
    /* Only the helper knows how many pointers belong to an id. */
    if (call->is_lost) return;
    begin = rvx_list_begin(&call->frame);
    for (id = first; id != VIX_PROPERTY_NONE; id = va_arg(*rest, int)) {
        VixPropertyType type = rvx_engine_property_type(id);
        if (type == VIX_PROPERTYTYPE_BLOB) {
            void *size = va_arg(*rest, void *);
            has_null = has_null || size == NULL;
            rvx_cells_add(&call->cells, VIX_PROPERTYTYPE_INTEGER, size);
        }
        {
            void *to = va_arg(*rest, void *);
            has_null = has_null || to == NULL;
            rvx_cells_add(&call->cells, type, to);
        }
        rvx_put_integer(&call->frame, id);
        count++;
    }
    rvx_list_end(&call->frame, begin, count);
    if (!has_null || call->frame.has_failed) return;
    call->frame.size = before;
    rvx_cells_free(&call->cells);
    rvx_put_null(&call->frame);
}

/* Puts the value of a property. False for one of a type that is not known: nobody can tell what comes after it. */
static bool put_value(RvxCall *call, VixPropertyID id, va_list *rest)
{
    switch (rvx_engine_property_type(id)) {
    case VIX_PROPERTYTYPE_INTEGER:
    case VIX_PROPERTYTYPE_HANDLE:
        rvx_put_integer(&call->frame, va_arg(*rest, int));
        return true;
    case VIX_PROPERTYTYPE_BOOL:
        rvx_put_bool(&call->frame, va_arg(*rest, int) != 0);
        return true;
    case VIX_PROPERTYTYPE_INT64:
        rvx_put_integer(&call->frame, va_arg(*rest, int64));
        return true;
    case VIX_PROPERTYTYPE_STRING:
        rvx_put_string(&call->frame, va_arg(*rest, const char *));
        return true;
    case VIX_PROPERTYTYPE_BLOB: {
        int size = va_arg(*rest, int);
        rvx_put_blob(&call->frame, va_arg(*rest, const unsigned char *), size > 0 ? (size_t)size : 0);
        return true;
    }
    default:
        rvx_put_null(&call->frame);
        return false;
    }
}

void rvx_put_arg_values(RvxCall *call, VixPropertyID first, va_list *rest)
{
    size_t begin;
    uint32_t count = 1;
    VixPropertyID id;
    bool is_known = true;

    call->arg_count++;
    if (call->is_lost) return;
    begin = rvx_list_begin(&call->frame);
    for (id = first; id != VIX_PROPERTY_NONE && is_known; id = is_known ? va_arg(*rest, int) : id) {
        rvx_put_integer(&call->frame, id);
        is_known = put_value(call, id, rest);
        count += 2;
    }
    rvx_put_integer(&call->frame, VIX_PROPERTY_NONE);
    rvx_list_end(&call->frame, begin, count);
}

/* Where the answer of a call goes. */
typedef struct Outcome {
    VixError error;
    int integer;
    char *text;
} Outcome;

static VixError take_answer(const RvxCall *call, const RvxAnswer *answer, bool wants_text, Outcome *outcome)
{
    RvxReader reader;
    RvxValue value;
    VixError error;

    rvx_reader_init(&reader, answer->bytes, answer->size);
    value = rvx_read(&reader);
    error = value.tag == 'l' ? VIX_E_FAIL : rvx_cells_write(&call->cells, &reader);
    if (error == VIX_E_FAIL || !rvx_is_at_end(&reader)) {
        rvx_engine_give_up("it answered a call as no helper does");
        return VIX_E_HOST_CONNECTION_LOST;
    }
    outcome->integer = (int)(uint32_t)((uint64_t)value.integer & 0xffffffff);
    outcome->error = (VixError)value.integer;
    if (wants_text && value.tag == 's') outcome->text = rvx_copy_string(&value);
    return error;
}

/* Sends the call and takes its answer. */
static VixError send(const RvxCall *call, bool wants_text, Outcome *outcome)
{
    RvxAnswer answer = {NULL, 0};
    VixError error;

    if (!rvx_engine_call(call->id, &call->frame, call->flags, call->callback, &call->cells, &answer)) {
        return VIX_E_HOST_CONNECTION_LOST;
    }
    error = answer.bytes == NULL ? VIX_E_FAIL : take_answer(call, &answer, wants_text, outcome);
    free(answer.bytes);
    return error;
}

/* Makes the call. Gives VIX_OK when the outcome is what the helper answered, else what is wrong with the call itself. */
static VixError make(RvxCall *call, bool wants_text, Outcome *outcome)
{
    static const Outcome nothing = {VIX_OK, 0, NULL};
    VixError error = VIX_E_HOST_CONNECTION_LOST;

    *outcome = nothing;
    if (!call->is_lost) {
        rvx_list_end(&call->frame, call->args_begin, call->arg_count);
        rvx_frame_end(&call->frame, call->frame_begin);
        if (call->frame.has_failed || call->cells.has_failed) {
            error = VIX_E_OUT_OF_MEMORY;
            if (call->callback != 0) rvx_engine_forget_callback(call->callback);
        } else {
            error = send(call, wants_text, outcome);
        }
    }
    if ((call->flags & RVX_WAITS_FOR_JOB) != 0) {
        if (error != VIX_OK || outcome->error != VIX_OK) rvx_engine_await_callback(call->subject);
    } else if ((call->flags & RVX_RUNS_CALLBACKS) != 0) {
        rvx_engine_pump_lost(call->subject);
    }
    rvx_buffer_free(&call->frame);
    rvx_cells_free(&call->cells);
    rvx_cancel_restore(call->cancel_state);
    return error;
}

VixError rvx_call_error(RvxCall *call)
{
    Outcome outcome;
    VixError error = make(call, false, &outcome);

    return error != VIX_OK ? error : outcome.error;
}

VixHandle rvx_call_handle(RvxCall *call)
{
    Outcome outcome;

    call->flags |= RVX_GIVES_HANDLE;
    return make(call, false, &outcome) == VIX_OK ? outcome.integer : VIX_INVALID_HANDLE;
}

int rvx_call_int(RvxCall *call)
{
    Outcome outcome;

    return make(call, false, &outcome) == VIX_OK ? outcome.integer : 0;
}

void rvx_call_void(RvxCall *call)
{
    Outcome outcome;

    (void)make(call, false, &outcome);
}

char *rvx_call_text(RvxCall *call)
{
    Outcome outcome;

    (void)make(call, true, &outcome);
    return outcome.text;
}
