#include "platform.h"

#include <process.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Most bytes that are handed to the system at once. */
enum { MOST_BYTES = 1 << 20, VARIABLES = 8, LOOK_EVERY_MS = 5 };

/* --- threads ------------------------------------------------------------------------------------------------------ */

void rvx_mutex_lock(RvxMutex *mutex)
{
    AcquireSRWLockExclusive(mutex);
}

void rvx_mutex_unlock(RvxMutex *mutex)
{
    ReleaseSRWLockExclusive(mutex);
}

void rvx_cond_init(RvxCond *cond)
{
    InitializeConditionVariable(cond);
}

void rvx_cond_destroy(RvxCond *cond)
{
    (void)cond;
}

void rvx_cond_wait(RvxCond *cond, RvxMutex *mutex)
{
    SleepConditionVariableSRW(cond, mutex, INFINITE, 0);
}

void rvx_cond_signal(RvxCond *cond)
{
    WakeConditionVariable(cond);
}

void rvx_cond_broadcast(RvxCond *cond)
{
    WakeAllConditionVariable(cond);
}

typedef struct ThreadStart {
    void (*run)(void *);
    void *argument;
} ThreadStart;

static unsigned __stdcall thread_main(void *argument)
{
    ThreadStart start = *(ThreadStart *)argument;

    free(argument);
    start.run(start.argument);
    return 0;
}

bool rvx_thread_start(void (*run)(void *), void *argument)
{
    ThreadStart *start = malloc(sizeof *start);
    uintptr_t thread;

    if (start == NULL) return false;
    start->run = run;
    start->argument = argument;
    thread = _beginthreadex(NULL, 0, thread_main, start, 0, NULL);
    if (thread == 0) free(start);
    else CloseHandle((HANDLE)thread);
    return thread != 0;
}

/* Windows has no cancellation of threads that leaves a process usable. */
int rvx_cancel_disable(void)
{
    return 0;
}

void rvx_cancel_restore(int state)
{
    (void)state;
}

/* --- texts -------------------------------------------------------------------------------------------------------- */

/* UTF-8 as UTF-16, from malloc; NULL when there is no memory or the text is none. */
static wchar_t *widen(const char *text)
{
    int size = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, NULL, 0);
    wchar_t *wide = size > 0 ? malloc((size_t)size * sizeof *wide) : NULL;

    if (wide != NULL) MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, wide, size);
    return wide;
}

/* UTF-16 as UTF-8. False when it does not fit. */
static bool narrow(const wchar_t *wide, char *text, size_t size)
{
    return WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, (int)size, NULL, NULL) > 0;
}

/* --- this process ------------------------------------------------------------------------------------------------- */

int64_t rvx_process_id(void)
{
    return GetCurrentProcessId();
}

/* Keeps the library loaded until the process ends: its thread could not return into it otherwise. */
void rvx_process_claim(void)
{
    HMODULE self;

    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
                       (LPCWSTR)(uintptr_t)rvx_process_claim, &self);
}

bool rvx_process_is_forked(void)
{
    return false;
}

/* Each variable keeps its last value, so that what was given stays until it is asked for again. */
const char *rvx_environment(const char *name)
{
    static struct {
        const char *name;
        char *value;
    } known[VARIABLES];
    wchar_t *wide_name = widen(name), *wide = NULL;
    DWORD size = wide_name != NULL ? GetEnvironmentVariableW(wide_name, NULL, 0) : 0;
    int length, slot = 0;

    while (slot < VARIABLES - 1 && known[slot].name != NULL && strcmp(known[slot].name, name) != 0) slot++;
    free(known[slot].value);
    known[slot].name = name;
    known[slot].value = NULL;
    if (size > 1) wide = malloc(size * sizeof *wide);
    if (wide != NULL && GetEnvironmentVariableW(wide_name, wide, size) == size - 1) {
        length = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
        if (length > 0) known[slot].value = malloc((size_t)length);
        if (known[slot].value != NULL) narrow(wide, known[slot].value, (size_t)length);
    }
    free(wide);
    free(wide_name);
    return known[slot].value;
}

bool rvx_current_directory(char *path, size_t size)
{
    DWORD needed = GetCurrentDirectoryW(0, NULL);
    wchar_t *wide = malloc((needed > 0 ? needed : 1) * sizeof *wide);
    bool is_known = wide != NULL && needed > 0 && GetCurrentDirectoryW(needed, wide) == needed - 1;

    is_known = is_known && narrow(wide, path, size);
    free(wide);
    return is_known;
}

bool rvx_library_path(char *path, size_t size)
{
    wchar_t wide[MAX_PATH * 4];
    HMODULE self;
    DWORD length;

    if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                            (LPCWSTR)(uintptr_t)rvx_library_path, &self))
        return false;
    length = GetModuleFileNameW(self, wide, sizeof wide / sizeof *wide);
    return length > 0 && length < sizeof wide / sizeof *wide && narrow(wide, path, size);
}

const char rvx_path_separator = '\\';
const char rvx_path_list_separator = ';';
const char rvx_program_suffix[] = ".exe";

/* Whether a file is a program shows in its name only. */
bool rvx_file_exists(const char *path, bool is_program)
{
    wchar_t *wide = widen(path);
    DWORD attributes = wide != NULL ? GetFileAttributesW(wide) : INVALID_FILE_ATTRIBUTES;

    (void)is_program;
    free(wide);
    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0;
}

bool rvx_real_path(const char *path, char *real, size_t size)
{
    static const wchar_t prefix[] = L"\\\\?\\";
    wchar_t *wide = widen(path), found[MAX_PATH * 4];
    HANDLE file = INVALID_HANDLE_VALUE;
    DWORD length = 0, most = sizeof found / sizeof *found;

    if (wide != NULL)
        file = CreateFileW(wide, 0, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING, 0, NULL);
    if (file != INVALID_HANDLE_VALUE) {
        length = GetFinalPathNameByHandleW(file, found, most, FILE_NAME_NORMALIZED);
        CloseHandle(file);
    }
    free(wide);
    if (length == 0 || length >= most) return false;
    return narrow(wcsncmp(found, prefix, 4) == 0 ? found + 4 : found, real, size);
}

/* --- the stream to the helper --------------------------------------------------------------------------------------- */

static void describe_error(char *why, size_t size, const char *what)
{
    snprintf(why, size, "%s: error %lu of Windows", what, (unsigned long)GetLastError());
}

/* Appends an argument in the quotes that the C run-time library of a program takes off again. */
static wchar_t *append_argument(wchar_t *to, const wchar_t *argument)
{
    size_t backslashes = 0;

    *to++ = L'"';
    for (; *argument != L'\0'; argument++) {
        /* Backslashes before a quote are doubled, and one more makes the quote part of the argument. */
        if (*argument == L'"') {
            for (; backslashes > 0; backslashes--) *to++ = L'\\';
            *to++ = L'\\';
        }
        backslashes = *argument == L'\\' ? backslashes + 1 : 0;
        *to++ = *argument;
    }
    for (; backslashes > 0; backslashes--) *to++ = L'\\';
    *to++ = L'"';
    *to++ = L' ';
    *to = L'\0';
    return to;
}

/* The command line of a program, from malloc; NULL when there is no memory or an argument is no text. */
static wchar_t *command_line(const char *const argv[])
{
    size_t size = 1, index;
    wchar_t *line, *at;
    bool is_whole = true;

    /* Each character may get a backslash, each argument quotes and a space. */
    for (index = 0; argv[index] != NULL; index++) size += 2 * strlen(argv[index]) + 3;
    line = at = malloc(size * sizeof *line);
    for (index = 0; line != NULL && argv[index] != NULL; index++) {
        wchar_t *argument = widen(argv[index]);
        if (argument != NULL) at = append_argument(at, argument);
        else is_whole = false;
        free(argument);
    }
    if (is_whole) return line;
    free(line);
    return NULL;
}

/* A copy of a handle that a child may inherit; of none, the device that takes everything. */
static HANDLE inheritable(HANDLE handle)
{
    SECURITY_ATTRIBUTES attributes = {sizeof attributes, NULL, TRUE};
    HANDLE copy = NULL, self = GetCurrentProcess();

    if (handle != NULL && handle != INVALID_HANDLE_VALUE &&
        DuplicateHandle(self, handle, self, &copy, 0, TRUE, DUPLICATE_SAME_ACCESS))
        return copy;
    return CreateFileW(L"NUL", GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, &attributes, OPEN_EXISTING, 0, NULL);
}

/*
 * Starts a process that inherits three handles and nothing else, has no console window, and is in a group of its own, so
 * that Ctrl-C does not reach it.
 */
static bool start_process(const char *const argv[], HANDLE handles[3])
{
    STARTUPINFOEXW startup = {0};
    PROCESS_INFORMATION process;
    SIZE_T size = 0;
    wchar_t *line = command_line(argv), *program = widen(argv[0]);
    DWORD flags = CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP | EXTENDED_STARTUPINFO_PRESENT;
    bool is_started = false;

    startup.StartupInfo.cb = sizeof startup;
    startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    startup.StartupInfo.hStdInput = handles[0];
    startup.StartupInfo.hStdOutput = handles[1];
    startup.StartupInfo.hStdError = handles[2];
    InitializeProcThreadAttributeList(NULL, 1, 0, &size);
    startup.lpAttributeList = malloc(size);
    if (line != NULL && program != NULL && startup.lpAttributeList != NULL &&
        InitializeProcThreadAttributeList(startup.lpAttributeList, 1, 0, &size)) {
        is_started = UpdateProcThreadAttribute(startup.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles,
                                               3 * sizeof handles[0], NULL, NULL) &&
                     CreateProcessW(program, line, NULL, NULL, TRUE, flags, NULL, NULL, &startup.StartupInfo, &process);
        DeleteProcThreadAttributeList(startup.lpAttributeList);
    }
    if (is_started) {
        CloseHandle(process.hThread);
        CloseHandle(process.hProcess);
    }
    free(startup.lpAttributeList);
    free(program);
    free(line);
    return is_started;
}

static void close_if_open(HANDLE handle)
{
    if (handle != NULL && handle != INVALID_HANDLE_VALUE) CloseHandle(handle);
}

bool rvx_link_open(RvxLink *link, const char *const argv[], char *why, size_t why_size)
{
    HANDLE to_helper[2] = {NULL, NULL}, from_helper[2] = {NULL, NULL}, handles[3];
    bool is_open = CreatePipe(&to_helper[0], &to_helper[1], NULL, 0) && CreatePipe(&from_helper[0], &from_helper[1], NULL, 0);
    int i;

    handles[0] = inheritable(to_helper[0]);
    handles[1] = inheritable(from_helper[1]);
    /* What the helper has to say to people belongs where the program says it. */
    handles[2] = inheritable(GetStdHandle(STD_ERROR_HANDLE));
    is_open = is_open && start_process(argv, handles);
    if (!is_open) describe_error(why, why_size, argv[0]);
    for (i = 0; i < 3; i++) close_if_open(handles[i]);
    close_if_open(to_helper[0]);
    close_if_open(from_helper[1]);
    link->out = to_helper[1];
    link->in = from_helper[0];
    if (!is_open) rvx_link_close(link);
    return is_open;
}

bool rvx_link_write(RvxLink *link, const void *bytes, size_t size)
{
    const char *at = bytes;

    while (size > 0) {
        DWORD written, most = size < MOST_BYTES ? (DWORD)size : MOST_BYTES;
        if (!WriteFile(link->out, at, most, &written, NULL)) return false;
        at += written;
        size -= written;
    }
    return true;
}

size_t rvx_link_read(RvxLink *link, void *bytes, size_t size)
{
    DWORD got;

    return ReadFile(link->in, bytes, size < MOST_BYTES ? (DWORD)size : MOST_BYTES, &got, NULL) ? got : 0;
}

/* A pipe cannot be waited for with a limit, so it is looked at. */
bool rvx_link_wait(RvxLink *link, int milliseconds)
{
    ULONGLONG end = GetTickCount64() + (ULONGLONG)milliseconds;
    DWORD waiting = 0;

    while (PeekNamedPipe(link->in, NULL, 0, NULL, &waiting, NULL) && waiting == 0) {
        if (GetTickCount64() >= end) return false;
        Sleep(LOOK_EVERY_MS);
    }
    return true;
}

/* The helper ends when its input does, and with that its output. */
void rvx_link_shutdown(RvxLink *link)
{
    close_if_open(link->out);
    link->out = NULL;
}

void rvx_link_close(RvxLink *link)
{
    close_if_open(link->out);
    close_if_open(link->in);
    link->out = link->in = NULL;
}
