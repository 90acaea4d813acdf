/*
 * Runs programs in the guests of vcsim, in the place of two programs: of the shell by which vcsim starts them, `sh -c
 * 'DOCKER exec ID PROGRAM ARGUMENT...'`, and of the stand-in of the compat tests for DOCKER, which is a script. Those take
 * longer for it than any client for its call. On a real host the guests work beside the measured clients; here they take
 * the same processors, so they are to take little. Every other command goes on to the shell and the stand-in.
 */
#define _GNU_SOURCE

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_WORDS = 32 };

/* Whether the container, which is the current folder, runs and nobody gave it variables of its own. */
static int is_plain(void)
{
    char status[16] = "";
    struct stat variables;
    if (stat("env", &variables) == 0 && variables.st_size > 0) return 0;
    FILE *file = fopen("status", "r");
    if (file == NULL) return 0;
    char *line = fgets(status, sizeof status, file);
    fclose(file);
    return line != NULL && strcmp(line, "running") == 0;
}

/* Commands that the stand-in hands to the machine's own tools. */
static int is_special(const char *program)
{
    return strcmp(program, "mktemp") == 0 || strcmp(program, "tar") == 0;
}

/* The words of a line that a shell would only cut at its blanks; 0 for any other line. Changes the line. */
static int split(char *line, char **words)
{
    int count = 0;
    if (line[strspn(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._- ")] != '\0') return 0;
    for (char *word = strtok(line, " "); word != NULL; word = strtok(NULL, " ")) {
        if (count == MOST_WORDS) return 0;
        words[count++] = word;
    }
    words[count] = NULL;
    return count;
}

/* Becomes the program of `docker exec ID PROGRAM ARGUMENT...`; returns where that is not for us. */
static void run_in_guest(const char *state, int argc, char **argv)
{
    char container[PATH_MAX];
    if (argc < 4 || strcmp(argv[1], "exec") != 0 || argv[2][0] == '-' || is_special(argv[3])) return;
    snprintf(container, sizeof container, "%s/containers/%s", state, argv[2]);
    if (chdir(container) != 0 || !is_plain() || chroot("root") != 0 || chdir("/") != 0) return;
    char *variables[] = {"PATH=/bin:/usr/bin", "HOME=/root", "TERM=dumb", NULL};
    environ = variables;
    execvp(argv[3], argv + 3);
    perror(argv[3]);
    exit(127);
}

int main(int argc, char **argv)
{
    const char *state = getenv("DOCKER_STANDIN_STATE"), *stand_in = getenv("REVIX_BENCH_STAND_IN");
    if (state == NULL || stand_in == NULL) {
        fputs("DOCKER_STANDIN_STATE and REVIX_BENCH_STAND_IN must be set\n", stderr);
        return 125;
    }
    if (argc == 3 && strcmp(argv[1], "-c") == 0) {
        char *words[MOST_WORDS + 1], *line = strdup(argv[2]);
        int count = line == NULL ? 0 : split(line, words);
        /* vcsim writes the path of DOCKER as it found it, and the shell is the same file. */
        if (count > 0 && strcmp(words[0], argv[0]) == 0) run_in_guest(state, count, words);
        execv("/bin/sh", argv);
        perror("/bin/sh");
        return 126;
    }
    run_in_guest(state, argc, argv);
    argv[0] = (char *)stand_in;
    execv(stand_in, argv);
    perror(stand_in);
    return 126;
}
