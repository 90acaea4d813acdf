package Revix::Helper;

# The conversation with the helper: one process for the engine, which lives as long as this one.
use strict;
use warnings;
use Carp 'carp';
use IPC::Open2 'open2';
use POSIX ();
use Revix::Locate;
use Revix::Wire qw(frame integer list null read_values text);
use VMware::Vix::API::Constants;

use constant VERSION       => 1;
use constant LONGEST_FRAME => 2**28;

my %helper;
my $last_handle = 0;
my $last_call   = 0;
# Functions of the program with their client data and the job that calls them, by the number that the helper knows them under.
my %callbacks;
my $last_callback = 0;
# Callbacks of jobs whose helper is gone: they are told yet that these have ended.
my @orphans;
# Events whose callbacks are running, the innermost last, each with the process of its helper.
my @within;

# Keeps a function of the program with its client data. Gives the number for the helper.
sub keep_callback {
    my ($function, $data) = @_;
    $callbacks{ ++$last_callback } = [$function, $data];
    return $last_callback;
}

# Notes which job calls a function; none does when no job has started.
sub give_callback {
    my ($number, $job) = @_;
    return forget_callback($number) if !$job;
    $callbacks{$number}[2] = $job if $callbacks{$number};
    return;
}

sub forget_callback {
    my ($number) = @_;
    delete $callbacks{$number};
    return;
}

# VIX_PROPERTYTYPE_ of a property by its id; 0 when nobody knows it, or when there is no helper.
sub property_type {
    my ($id) = @_;
    return _is_there() ? $helper{types}{$id} // 0 : 0;
}

# Calls a function with written values. Gives its value and a reference to what its out parameters were set to, or
# nothing when there is no helper to answer; why was then said once on standard error.
sub call {
    my ($name, @arguments) = @_;
    _complete_orphans();
    return if !_is_there();
    my $pid   = $helper{pid};
    my $id    = ++$last_call;
    my $frame = frame('C', integer($id), text($name), list(map { integer($_->[1]) } grep { $_->[0] == $helper{pid} } @within), list(@arguments));
    my $done  = 0;
    my @answer;
    # A program that gives up by a signal (alarm and die) leaves the call behind: the helper has to know.
    my $lived = eval {
        _send($frame);
        @answer = _answer($id, $pid);
        $done   = 1;
        _complete_orphans();
        1;
    };
    return @answer if $lived;
    my $why = $@;
    if (!$done && %helper && $helper{pid} == $pid) {
        $helper{abandoned}{$id} = 1;
        eval { _send(frame('X', integer($id))); 1 } or _lost($@);
    }
    die $why;
}

sub _answer {
    my ($id, $pid) = @_;
    while (1) {
        # A callback may have started another helper, which knows nothing of this call.
        return if !%helper || $helper{pid} != $pid;
        my $answer = delete $helper{answers}{$id};
        if (defined $answer) {
            my ($kind, @rest) = @$answer;
            if ($kind eq 'E') {
                carp "revix: $rest[0]";
                return;
            }
            _learn_handles($rest[1]);
            return @rest;
        }
        my $body = _receive();
        _dispatch($body) if defined $body;
    }
}

sub _learn_handles {
    my ($outs) = @_;
    for my $out (@$outs) {
        next if !defined $out || ref $out || $out !~ /\A[0-9]{1,9}\z/;
        $last_handle = $out if $out > $last_handle && $out < 2**30;
    }
    return;
}

sub _dispatch {
    my ($body)   = @_;
    my $kind     = substr $body, 0, 1;
    my @values   = read_values(substr $body, 1);
    if ($kind eq 'R' || $kind eq 'E') {
        my $id = shift @values;
        return if delete $helper{abandoned}{$id};
        $helper{answers}{$id} = [$kind, @values];
        return;
    }
    return _run_callback(@values) if $kind eq 'V';
    # There is but one thread here.
    return if $kind eq 'P';
    return _lost("the helper ended: $values[0]") if $kind eq 'F';
    return _lost("the helper sent a frame of the kind '$kind', which nobody knows");
}

# Runs a callback and acknowledges the event, also when the callback dies: its job must go on. The error is the
# program's, and ends the call during which the event came; the callback is not called again.
sub _run_callback {
    my ($event, $number, $job, $type, $info) = @_;
    $last_handle = $job if $job > $last_handle;
    my $known = $callbacks{$number};
    my $pid   = $helper{pid};
    my $why;
    if (defined $known) {
        push @within, [$pid, $event];
        eval { $known->[0]->($job, $type, $info, $known->[1]); 1 } or $why = $@;
        pop @within;
        # The completion comes last.
        delete $callbacks{$number} if $type == VIX_EVENTTYPE_JOB_COMPLETED || defined $why;
    }
    # The callback may have outlived its helper, and started another one.
    _send(frame('A', integer($event))) if %helper && $helper{pid} == $pid;
    die $why if defined $why;
    return;
}

# Tells the callbacks of jobs whose helper is gone that these have ended, outside of all other callbacks. One that dies
# does not keep the others from being told.
sub _complete_orphans {
    return if @within;
    my $why;
    while (my $orphan = shift @orphans) {
        my ($function, $data, $job) = @$orphan;
        eval { $function->($job, VIX_EVENTTYPE_JOB_COMPLETED, VIX_INVALID_HANDLE, $data); 1 } or $why //= $@;
    }
    die $why if defined $why;
    return;
}

# The number of the helper's process; 0 when none runs.
sub process { return %helper ? $helper{pid} : 0 }

# Whether there is a helper; starts one when none runs yet.
sub _is_there {
    if (%helper) {
        return 1 if $helper{owner} == $$;
        # After a fork the conversation is the parent's.
        carp 'revix: this process was forked from the one that uses VIX; it has to be the parent that calls' if !$helper{is_told}++;
        return 0;
    }
    return 1 if eval { _start(); 1 };
    _lost($@);
    return 0;
}

sub _start {
    my @command = Revix::Locate::helper_command();
    my ($pid, $from, $to) = $^O eq 'MSWin32' ? _spawn_child(@command) : _spawn_grandchild(@command);
    binmode $_ for $from, $to;
    %helper = (owner => $$, pid => $pid, from => $from, to => $to, in => '', answers => {}, abandoned => {}, types => {});
    _send(frame('H', text('revix'), integer(VERSION), integer(VERSION), integer($$), text('revix for Perl'), integer($last_handle)));
    my $body = _receive();
    die "the helper (@command) ended before it had said a word; run `revix doctor native`\n" if !defined $body;
    my ($kind, @values) = (substr($body, 0, 1), read_values(substr $body, 1));
    die "the helper refused: $values[0]\n" if $kind ne 'W';
    $helper{types} = { map { $_->[0] => $_->[1] } @{ $values[2] } };
    return;
}

sub _spawn_child {
    my (@command) = @_;
    my $pid = open2(my $from, my $to, @command);
    return ($pid, $from, $to);
}

# Starts the helper as the child of a process that ends at once: a program that waits for all its children must not wait
# for the helper, nor be told of its end. Dies with the reason when it cannot be started.
sub _spawn_grandchild {
    my (@command) = @_;
    # What is above closes on exec, so that the news end when the helper runs.
    local $^F = 2;
    local ($?, $!);
    pipe my $from_helper,  my $to_program or die "no pipe for the helper: $!\n";
    pipe my $from_program, my $to_helper  or die "no pipe for the helper: $!\n";
    pipe my $news,         my $teller     or die "no pipe for the helper: $!\n";
    # A handler of the program would run in the new processes too, or take the end of the one between.
    my ($all, $before) = (POSIX::SigSet->new, POSIX::SigSet->new);
    $all->fillset;
    POSIX::sigprocmask(POSIX::SIG_BLOCK(), $all, $before);
    my $between = fork;
    if (defined $between && $between == 0) {
        delete $SIG{$_} for grep { defined $SIG{$_} && $SIG{$_} ne 'IGNORE' } keys %SIG;
        eval { _become_helper($from_program, $to_program, $teller, $before, @command); 1 } or syswrite $teller, "!$@";
        # Nothing of the program runs here, at the end neither.
        POSIX::_exit(1);
    }
    my $why = defined $between ? undef : "no process for the helper: $!\n";
    close $_ for $from_program, $to_program, $teller;
    my $told = '';
    1 while sysread $news, $told, 4096, length $told;
    waitpid $between, 0 if defined $between;
    POSIX::sigprocmask(POSIX::SIG_SETMASK(), $before);
    die $why if defined $why;
    my ($pid, $refusal) = $told =~ /\A([0-9]*)(?:!(.*))?\z/s;
    die $refusal if defined $refusal;
    return ($pid, $from_helper, $to_helper);
}

# In the process between: starts the helper, which tells which process it is and then, if so, why it cannot run.
sub _become_helper {
    my ($in, $out, $teller, $signals, @command) = @_;
    my $helper = fork // die "no process for the helper: $!\n";
    POSIX::_exit(0) if $helper > 0;
    syswrite $teller, $$;
    # From numbers that are free, as the program may have closed its standard streams.
    my ($from, $to) = map { _above_standard(fileno $_) } $in, $out;
    POSIX::dup2($from, 0) // die "no standard input for the helper: $!\n";
    POSIX::dup2($to,   1) // die "no standard output for the helper: $!\n";
    POSIX::close($_) for $from, $to;
    POSIX::sigprocmask(POSIX::SIG_SETMASK(), $signals);
    no warnings 'exec';
    exec { $command[0] } @command or die "the helper (@command) cannot be started: $!\n";
}

# Another number for an open file, above those of the standard streams.
sub _above_standard {
    my ($number) = @_;
    my @numbers = ($number);
    push @numbers, POSIX::dup($numbers[-1]) // die "no number for a stream of the helper: $!\n" until @numbers > 1 && $numbers[-1] > 2;
    return $numbers[-1];
}

# Notes that there is no helper any more and why; the next call starts another one.
sub _lost {
    my ($why) = @_;
    chomp $why;
    carp "revix: $why";
    let_go();
    push @orphans, map { delete $callbacks{$_} } grep { defined $callbacks{$_}[2] } sort { $a <=> $b } keys %callbacks;
    return;
}

# Lets the helper go: it ends when nobody speaks to it.
sub let_go {
    return if !%helper;
    close $helper{to};
    close $helper{from};
    my $child = $^O eq 'MSWin32' && $helper{owner} == $$ ? $helper{pid} : 0;
    %helper = ();
    waitpid $child, POSIX::WNOHANG() if $child != 0;
    return;
}

sub _send {
    my ($frame) = @_;
    local $SIG{PIPE} = 'IGNORE';
    # A handler that dies between two parts of a frame would garble the conversation.
    my $before = POSIX::SigSet->new;
    my $all    = POSIX::SigSet->new(POSIX::SIGALRM(), POSIX::SIGINT(), POSIX::SIGTERM(), POSIX::SIGHUP());
    POSIX::sigprocmask(POSIX::SIG_BLOCK(), $all, $before) if $^O ne 'MSWin32';
    my $problem;
    while (length $frame) {
        my $written = syswrite $helper{to}, $frame;
        if (!defined $written) {
            next if $!{EINTR};
            # Who writes may notice the end before who reads.
            $problem = $!{EPIPE} ? 'the helper ended' : "the helper cannot be reached: $!";
            last;
        }
        substr $frame, 0, $written, '';
    }
    POSIX::sigprocmask(POSIX::SIG_SETMASK(), $before) if $^O ne 'MSWin32';
    _lost("$problem; the next connect starts another one") if defined $problem;
    return;
}

# The body of the next frame; undef when the helper is gone.
sub _receive {
    while (1) {
        return undef if !%helper;
        if (length $helper{in} >= 4) {
            my $size = unpack 'V', $helper{in};
            if ($size == 0 || $size > LONGEST_FRAME) {
                _lost("the helper sent a frame of $size bytes");
                return undef;
            }
            if (length $helper{in} >= 4 + $size) {
                my $body = substr $helper{in}, 4, $size;
                substr $helper{in}, 0, 4 + $size, '';
                return $body;
            }
        }
        my $read = sysread $helper{from}, $helper{in}, 65_536, length $helper{in};
        next if !defined $read && $!{EINTR};
        if (!$read) {
            _lost('the helper ended; the next connect starts another one');
            return undef;
        }
    }
}

# Lets the helper go with this process. Its own end closes the conversation anyway; this keeps the exit status.
END {
    my $status = $?;
    let_go();
    $? = $status;
}

1;
