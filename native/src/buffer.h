/* A growing buffer of bytes, small ones without a call of malloc. */
#ifndef RVX_BUFFER_H
#define RVX_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RVX_BUFFER_INLINE = 512 };

typedef struct RvxBuffer {
    uint8_t *data;
    size_t size;
    size_t capacity;
    /* There was no memory for something. What is in the buffer is not whole then. */
    bool has_failed;
    uint8_t first[RVX_BUFFER_INLINE];
} RvxBuffer;

void rvx_buffer_init(RvxBuffer *buffer);

/* Makes room for `size` bytes at the end and gives their place; NULL when there is no memory. */
uint8_t *rvx_buffer_extend(RvxBuffer *buffer, size_t size);

void rvx_buffer_append(RvxBuffer *buffer, const void *bytes, size_t size);

/* Frees the buffer. What was in it is overwritten first, as it may have been a password. */
void rvx_buffer_free(RvxBuffer *buffer);

/* Overwrites memory in a way that no compiler leaves out. */
void rvx_wipe(void *memory, size_t size);

#endif
