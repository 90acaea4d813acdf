/* The frames and values of docs/protocol.md. */
#ifndef RVX_WIRE_H
#define RVX_WIRE_H

#include "buffer.h"

enum {
    RVX_VERSION = 1,
    RVX_LENGTH_BYTES = 4,
    RVX_LONGEST_FRAME = 1 << 28
};

/* --- writing ------------------------------------------------------------------------------------------------------ */

/* Begins a frame at the end of the buffer. Gives the place that rvx_frame_end needs. */
size_t rvx_frame_begin(RvxBuffer *buffer, char kind);
void rvx_frame_end(RvxBuffer *buffer, size_t begin);

void rvx_put_null(RvxBuffer *buffer);
void rvx_put_bool(RvxBuffer *buffer, bool value);
void rvx_put_integer(RvxBuffer *buffer, int64_t value);
/* A C string; NULL becomes null. */
void rvx_put_string(RvxBuffer *buffer, const char *text);
void rvx_put_blob(RvxBuffer *buffer, const void *bytes, size_t size);

/* Begins a list whose length is not known yet. Gives the place that rvx_list_end needs. */
size_t rvx_list_begin(RvxBuffer *buffer);
void rvx_list_end(RvxBuffer *buffer, size_t begin, uint32_t count);

/* --- reading ------------------------------------------------------------------------------------------------------ */

/* Bytes to read values from. Once something was not as it must be, everything that is read is null. */
typedef struct RvxReader {
    const uint8_t *at;
    const uint8_t *end;
    bool is_bad;
} RvxReader;

typedef struct RvxValue {
    /* 'n', 't', 'f', 'i', 's', 'b' or 'l'. */
    char tag;
    int64_t integer;
    /* Of a string or blob. A string has no NUL at its end. */
    const uint8_t *bytes;
    /* Bytes of a string or blob; number of values of a list, which follow. */
    uint32_t size;
} RvxValue;

void rvx_reader_init(RvxReader *reader, const uint8_t *bytes, size_t size);

/* Reads one value; of a list only its head. */
RvxValue rvx_read(RvxReader *reader);

/* Reads a value that must be an integer; 0 if it is none. */
int64_t rvx_read_integer(RvxReader *reader);

/* Reads an integer that must fit into 32 bits; 0 if it does not. */
int rvx_read_int(RvxReader *reader);

/* Reads a number that the other side was given before; 0 if it cannot be one. */
uint32_t rvx_read_count(RvxReader *reader);

/* Reads the head of a list. Gives the number of its values; 0 if it is none. */
uint32_t rvx_read_list(RvxReader *reader);

/* Whether all was as it must be, and nothing is left. */
bool rvx_is_at_end(const RvxReader *reader);

/* Length of the body of the frame at the beginning of some bytes; 0 if it cannot be one. Needs RVX_LENGTH_BYTES bytes. */
size_t rvx_frame_length(const uint8_t *bytes);

/* A string value as a C string of its own from malloc; NULL when there is no memory. */
char *rvx_copy_string(const RvxValue *value);

#endif
