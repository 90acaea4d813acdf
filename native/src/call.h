/*
 * One call of a VIX function: its arguments are put in the order of its parameters, then it is made and gives what the
 * function returns. functions.c consists of these.
 */
#ifndef RVX_CALL_H
#define RVX_CALL_H

#include "buffer.h"
#include "cells.h"
#include "engine.h"

#include <stdarg.h>

typedef struct RvxCall {
    uint32_t id;
    unsigned flags;
    /* There is no helper: nothing is put, and what is returned says so. */
    bool is_lost;
    uint32_t callback;
    /* First argument, where that is a number. */
    VixHandle subject;
    RvxBuffer frame;
    size_t frame_begin;
    size_t args_begin;
    uint32_t arg_count;
    RvxCells cells;
    int cancel_state;
} RvxCall;

void rvx_call_begin(RvxCall *call, const char *function, unsigned flags);

/* int, options, handles, property ids. */
void rvx_put_arg_int(RvxCall *call, int64_t value);
void rvx_put_arg_bool(RvxCall *call, Bool value);
void rvx_put_arg_string(RvxCall *call, const char *text);
void rvx_put_arg_callback(RvxCall *call, VixEventProc *proc, void *client_data);
/* A client data or a buffer, which stay here. */
void rvx_put_arg_nothing(RvxCall *call);
/* An out parameter of a type of VIX_PROPERTYTYPE_*. */
void rvx_put_arg_out(RvxCall *call, VixPropertyType type, void *to);
/* Property id, pointer, ..., VIX_PROPERTY_NONE. */
void rvx_put_arg_cells(RvxCall *call, VixPropertyID first, va_list *rest);
/* Property id, value, ..., VIX_PROPERTY_NONE. */
void rvx_put_arg_values(RvxCall *call, VixPropertyID first, va_list *rest);

/* Make the call and end it. */
VixError rvx_call_error(RvxCall *call);
VixHandle rvx_call_handle(RvxCall *call);
int rvx_call_int(RvxCall *call);
void rvx_call_void(RvxCall *call);
/* A text from malloc; NULL without a helper. */
char *rvx_call_text(RvxCall *call);

#endif
