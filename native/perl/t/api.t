# The layer with C's arguments: jobs, callbacks, errors of the helper.
use strict;
use warnings;
use Test::More;
use VMware::Vix::API::API;
use VMware::Vix::API::Constants;
use VMware::Vix::API::Host;
use VMware::Vix::API::Job;
use VMware::Vix::API::VM;

my @warnings;
local $SIG{__WARN__} = sub { push @warnings, @_ };

sub connect_host {
    my $job = VMware::Vix::API::Host::Connect(VIX_API_VERSION, VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, undef, 0, undef, undef, 0, VIX_INVALID_HANDLE, undef, undef);
    my ($err, $host) = VMware::Vix::API::Job::Wait($job, VIX_PROPERTY_JOB_RESULT_HANDLE, VIX_PROPERTY_NONE);
    VMware::Vix::API::API::ReleaseHandle($job);
    return ($err, $host);
}

my ($err, $host) = connect_host();
is($err, VIX_OK, 'connects');

# A callback calls back in, also to wait for other jobs.
my @seen;
my $job = VMware::Vix::API::Host::FindItems(
    $host, VIX_FIND_RUNNING_VMS, VIX_INVALID_HANDLE, -1,
    sub {
        my ($handle, $type, $info, $data) = @_;
        return push @seen, "$data ends" if $type == VIX_EVENTTYPE_JOB_COMPLETED;
        my ($read, $path) = VMware::Vix::API::API::GetProperties($info, VIX_PROPERTY_FOUND_ITEM_LOCATION, VIX_PROPERTY_NONE);
        my $open = VMware::Vix::API::VM::Open($host, $path, undef, undef);
        my ($open_err, $vm) = VMware::Vix::API::Job::Wait($open, VIX_PROPERTY_JOB_RESULT_HANDLE, VIX_PROPERTY_NONE);
        my (undef, $name) = VMware::Vix::API::API::GetProperties($vm, VIX_PROPERTY_VM_NAME, VIX_PROPERTY_NONE);
        push @seen, $name;
        VMware::Vix::API::API::ReleaseHandle($_) for $open, $vm;
    },
    'the search'
);
my $waited = VMware::Vix::API::Job::Wait($job, VIX_PROPERTY_NONE);
is($waited, VIX_OK, 'waits, in scalar context');
is_deeply(\@seen, [qw(web build no-tools), 'the search ends'], 'events come in order, the end last');
my ($nth_err, $location) = VMware::Vix::API::Job::GetNthProperties($job, 1, VIX_PROPERTY_FOUND_ITEM_LOCATION, VIX_PROPERTY_NONE);
is($location, '[datastore1] build/build.vmx', 'reads the n-th item');
my ($check_err, $is_done) = VMware::Vix::API::Job::CheckCompletion($job);
is_deeply([$check_err, $is_done], [VIX_OK, 1], 'gives what C writes into a cell');
is(VMware::Vix::API::Job::Wait(4711, VIX_PROPERTY_NONE), VIX_E_INVALID_HANDLE, 'tells a handle that is none');
is(VMware::Vix::API::API::GetErrorText(VIX_E_LOGIN_TYPE_NOT_SUPPORTED, undef), 'This login type is not supported', 'knows texts');

# A callback that dies is an error of the program, and nothing hangs.
my $dying = VMware::Vix::API::Host::FindItems($host, VIX_FIND_RUNNING_VMS, VIX_INVALID_HANDLE, -1, sub { die "in the callback\n" }, undef);
ok(!eval { VMware::Vix::API::Job::Wait($dying, VIX_PROPERTY_NONE); 1 }, 'a callback that dies ends the wait');
is($@, "in the callback\n", 'with its own error');

SKIP: {
    skip 'there is no fork', 1 if $^O eq 'MSWin32';
    pipe my $from, my $to or die "no pipe: $!";
    my $child = fork // die "no fork: $!";
    if ($child == 0) {
        syswrite $to, VMware::Vix::API::Job::Wait($job, VIX_PROPERTY_NONE);
        require POSIX;
        POSIX::_exit(0);
    }
    close $to;
    is(<$from>, VIX_E_HOST_CONNECTION_LOST, 'a forked child gets an error and no hang');
    waitpid $child, 0;
}

SKIP: {
    skip 'there is no fork', 1 if $^O eq 'MSWin32';
    require POSIX;
    my $child = fork // die "no fork: $!";
    POSIX::_exit(0) if $child == 0;
    my @ended;
    my $is_over = eval {
        local $SIG{ALRM} = sub { die "it waits for the helper\n" };
        alarm 30;
        while ((my $pid = wait) != -1) { push @ended, $pid }
        alarm 0;
        1;
    };
    is_deeply([$is_over, @ended], [1, $child], 'a program that waits for its children does not wait for the helper');
}

is_deeply(\@warnings, [], 'nothing was said on standard error');

# The helper is killed: calls fail with a reason, the next connect starts another one.
SKIP: {
    skip 'there are no signals', 8 if $^O eq 'MSWin32';
    my $open = VMware::Vix::API::VM::Open($host, '[datastore1] web/web.vmx', undef, undef);
    my (undef, $vm) = VMware::Vix::API::Job::Wait($open, VIX_PROPERTY_JOB_RESULT_HANDLE, VIX_PROPERTY_NONE);
    VMware::Vix::API::Job::Wait(VMware::Vix::API::VM::LoginInGuest($vm, 'user', 'password', 0, undef, undef), VIX_PROPERTY_NONE);
    my (@ended, $reconnected);
    my $start = sub {
        my ($data, @more) = @_;
        return VMware::Vix::API::VM::RunProgramInGuest($vm, '/bin/sleep', '86400', 0, VIX_INVALID_HANDLE, sub {
            push @ended, [@_];
            $_->() for @more;
        }, $data);
    };
    my $first = $start->('first', sub { ($reconnected) = connect_host() });
    my $second = $start->('second');
    kill 'KILL', Revix::Helper::process();
    is(VMware::Vix::API::Job::Wait($first, VIX_PROPERTY_NONE), VIX_E_HOST_CONNECTION_LOST, 'a call without its helper fails');
    is_deeply(\@ended, [map { [$_->[0], VIX_EVENTTYPE_JOB_COMPLETED, VIX_INVALID_HANDLE, $_->[1]] } [$first, 'first'], [$second, 'second']],
        'but not before the callbacks of all jobs know that these have ended');
    is($reconnected, VIX_OK, 'which may connect anew');
    like("@warnings", qr/the helper ended; the next connect starts another one/, 'and says why');
    my ($again, $other) = connect_host();
    is($again, VIX_OK, 'connects anew');
    cmp_ok($other, '>', $host, 'to another handle');
    @warnings = ();
    my $helper = Revix::Helper::process();
    kill 'KILL', $helper;
    # It is no child of this process, so nothing tells when it is gone.
    for (1 .. 500) { last if !kill 0, $helper; select undef, undef, undef, 0.01 }
    is(VMware::Vix::API::VM::Open($other, 'x', undef, undef), VIX_INVALID_HANDLE, 'a call after its helper has ended fails');
    like("@warnings", qr/the helper ended; the next connect starts another one/, 'for the same reason');
}

@warnings = ();
Revix::Helper::let_go();
{
    local $ENV{REVIX_HELPER} = '/nowhere/helper.cjs';
    my $none = VMware::Vix::API::Host::Connect(VIX_API_VERSION, VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, undef, 0, undef, undef, 0, 0, undef, undef);
    is($none, VIX_INVALID_HANDLE, 'without a helper there is no job');
    is(VMware::Vix::API::Job::Wait($none, VIX_PROPERTY_NONE), VIX_E_HOST_CONNECTION_LOST, 'and its wait fails');
    like($warnings[0], qr{REVIX_HELPER names "/nowhere/helper.cjs", which is no file that can be used; correct it}, 'with what to do');
}

SKIP: {
    skip 'there is no interpreter line', 3 if $^O eq 'MSWin32';
    require File::Temp;
    my $program = File::Temp->new;
    print {$program} "#!/nowhere/interpreter\n";
    close $program;
    chmod 0755, "$program";
    local $ENV{REVIX_HELPER} = "$program";
    @warnings = ();
    my $ended = 0;
    local $SIG{CHLD} = sub { $ended++ while waitpid(-1, POSIX::WNOHANG()) > 0 };
    # The lowest free number tells whether something was left open.
    my $free = sub { my $number = POSIX::dup(2); POSIX::close($number); $number };
    my $before = $free->();
    my ($none) = connect_host();
    is($none, VIX_E_HOST_CONNECTION_LOST, 'with a helper that cannot start a wait fails');
    like($warnings[0], qr{the helper \(\Q$program\E helper\) cannot be started: .}, 'with the reason');
    is_deeply([$free->(), $ended], [$before, 0], 'and nothing is left open, nor comes up as a child of the program');
}

done_testing();
