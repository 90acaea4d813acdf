#include "locate.h"

#include "platform.h"

#include <stdio.h>
#include <string.h>

static bool join(char *path, const char *directory, size_t directory_size, const char *name)
{
    int size = snprintf(path, RVX_PATH_SIZE, "%.*s%c%s", (int)directory_size, directory, rvx_path_separator, name);

    return size > 0 && size < RVX_PATH_SIZE;
}

/* A file in the directory of this library: where the name of the library is, else where the library itself is. */
static bool find_beside_library(char *path, const char *name, bool is_program)
{
    char library[RVX_PATH_SIZE], real[RVX_PATH_SIZE];
    const char *places[] = {library, real};
    size_t place;

    if (!rvx_library_path(library, sizeof library)) return false;
    if (!rvx_real_path(library, real, sizeof real)) real[0] = '\0';
    for (place = 0; place < 2; place++) {
        const char *end = strrchr(places[place], rvx_path_separator);
        if (end == NULL) continue;
        if (join(path, places[place], (size_t)(end - places[place]), name) && rvx_file_exists(path, is_program)) return true;
    }
    return false;
}

static bool find_on_path(char *path, const char *name)
{
    const char *at = rvx_environment("PATH");
    char program[64];

    snprintf(program, sizeof program, "%s%s", name, rvx_program_suffix);
    while (at != NULL) {
        const char *end = strchr(at, rvx_path_list_separator);
        size_t size = end != NULL ? (size_t)(end - at) : strlen(at);
        /* An empty entry is the current directory, where no program should be looked for unasked. */
        if (size > 0 && join(path, at, size, program) && rvx_file_exists(path, true)) return true;
        at = end != NULL ? end + 1 : NULL;
    }
    return false;
}

static bool is_script(const char *path)
{
    const char *end = strrchr(path, '.');

    return end != NULL && (strcmp(end, ".cjs") == 0 || strcmp(end, ".mjs") == 0 || strcmp(end, ".js") == 0);
}

static bool copy(char *path, const char *from)
{
    if (strlen(from) >= RVX_PATH_SIZE) return false;
    strcpy(path, from);
    return true;
}

static bool find_node(char *path, char *why, size_t why_size)
{
    const char *named = rvx_environment("REVIX_NODE");

    if (named != NULL) {
        if (rvx_file_exists(named, true) && copy(path, named)) return true;
        snprintf(why, why_size, "REVIX_NODE names \"%s\", which is no program that can be run; correct it", named);
        return false;
    }
    if (find_beside_library(path, "revix-node", true) || find_on_path(path, "node")) return true;
    snprintf(why, why_size, "there is no \"node\" on the PATH; install Node.js 20.18 or later, or set REVIX_NODE");
    return false;
}

static bool use_script(RvxCommand *command, char *why, size_t why_size)
{
    static const char *const rest[] = {RVX_HELPER_ARGUMENTS NULL};

    if (!find_node(command->program, why, why_size)) return false;
    command->argv[0] = command->program;
    command->argv[1] = command->script;
    memcpy(command->argv + 2, rest, sizeof rest);
    return true;
}

static bool use_program(RvxCommand *command)
{
    static const char *const rest[] = {"helper", RVX_HELPER_ARGUMENTS NULL};

    command->argv[0] = command->program;
    memcpy(command->argv + 1, rest, sizeof rest);
    return true;
}

bool rvx_locate_helper(RvxCommand *command, char *why, size_t why_size)
{
    const char *named = rvx_environment("REVIX_HELPER");

    if (named != NULL) {
        bool is_found = rvx_file_exists(named, !is_script(named));
        if (is_found && is_script(named) && copy(command->script, named)) return use_script(command, why, why_size);
        if (is_found && copy(command->program, named)) return use_program(command);
        snprintf(why, why_size, "REVIX_HELPER names \"%s\", which is no file that can be used; correct it", named);
        return false;
    }
    if (find_beside_library(command->script, "revix-helper.cjs", false)) return use_script(command, why, why_size);
    if (find_on_path(command->program, "revix")) return use_program(command);
    snprintf(why, why_size,
             "no helper was found: set REVIX_HELPER to dist/bindings/helper.cjs of the package revix, or install the "
             "library with `revix native install`");
    return false;
}
