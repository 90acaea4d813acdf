/* What the helper says, taken apart. Knows nothing of the library's state, so that any bytes can be tried on it. */
#ifndef RVX_MESSAGE_H
#define RVX_MESSAGE_H

#include "wire.h"

/* An event for a callback of the program. */
typedef struct RvxEventMessage {
    uint32_t event;
    uint32_t callback;
    int job;
    int type;
    int info;
    /* The call whose thread runs the callback; 0 for the library's own thread. */
    uint32_t during;
} RvxEventMessage;

typedef struct RvxMessage {
    /* 'R', 'E', 'V', 'P', 'F', 'W' or 'N'. */
    char kind;
    /* R, E: the call that is answered. */
    uint32_t id;
    /* R: value and out parameters, not yet read. */
    RvxReader rest;
    /* E, F, N: text. W: name of the helper. */
    RvxValue text;
    /* V */
    RvxEventMessage event;
    /* P: a callback, and the host whose pumps and waits run it. */
    uint32_t callback;
    int host;
    /* W: version of the protocol; the list of properties is in `rest`. */
    uint32_t version;
} RvxMessage;

/* Takes the body of a frame apart. False when it is not as docs/protocol.md says. */
bool rvx_message_parse(RvxMessage *message, const uint8_t *body, size_t size);

#endif
