# The functions of VMware::Vix::Simple over the mock host.
use strict;
use warnings;
use File::Temp 'tempdir';
use Test::More;
use VMware::Vix::API::Constants;
use VMware::Vix::Simple;

my $folder = tempdir(CLEANUP => 1);

my ($err, $host) = HostConnect(VIX_API_VERSION, VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, undef, 0, undef, undef, 0, VIX_INVALID_HANDLE);
is($err, VIX_OK, 'connects');
is(GetHandleType($host), VIX_HANDLETYPE_HOST, 'to a host');

my @running = FindRunningVMs($host, -1);
is($running[0], VIX_OK, 'the error comes first');
is_deeply([sort @running[1 .. $#running]], [map { "[datastore1] $_" } qw(build/build.vmx no-tools/no-tools.vmx web/web.vmx)], 'finds what runs');
my ($find_err, @all) = FindItems($host, VIX_FIND_REGISTERED_VMS, -1);
is(scalar @all, 14, 'finds what is registered');

my @missing = VMOpen($host, '/vms/none/none.vmx');
is(scalar @missing, 1, 'after an error nothing follows');
like(GetErrorText($missing[0]), qr/./, 'an error has a text');
my $scalar = VMOpen($host, '/vms/none/none.vmx');
is($scalar, $missing[0], 'in scalar context too the answer is the error');

my ($open_err, $vm) = VMOpen($host, '/vms/linux/linux.vmx');
is($open_err, VIX_OK, 'opens');
my ($read_err, $name, $cpus) = GetProperties($vm, VIX_PROPERTY_VM_NAME, VIX_PROPERTY_VM_NUM_VCPUS);
is_deeply([$read_err, $name, $cpus], [VIX_OK, 'linux', 1], 'reads properties');
is((GetProperties($vm, VIX_PROPERTY_JOB_RESULT_HANDLE))[0], VIX_E_UNRECOGNIZED_PROPERTY, 'not those that it does not have');

is(VMPowerOn($vm, VIX_VMPOWEROP_NORMAL, VIX_INVALID_HANDLE), VIX_OK, 'powers on');
my ($state_err, $state) = GetProperties($vm, VIX_PROPERTY_VM_POWER_STATE, VIX_PROPERTY_NONE);
ok($state & VIX_POWERSTATE_POWERED_ON, 'the power state is a set of bits');
is(VMWaitForToolsInGuest($vm, 60), VIX_OK, 'waits for Tools');
is((VMFileExistsInGuest($vm, '/etc/passwd'))[0], VIX_E_ANON_GUEST_OPERATIONS_PROHIBITED, 'asks for a login');
is(VMLoginInGuest($vm, 'root', 'password', 0), VIX_OK, 'logs in');

is(VMRunProgramInGuest($vm, '/bin/false', '', 0, VIX_INVALID_HANDLE), VIX_OK, 'runs a program');
my ($run_err, %info) = VMRunProgramInGuestEx($vm, '/bin/false', '', 0, VIX_INVALID_HANDLE);
is($info{EXIT_CODE}, 1, 'gives its exit code');
my ($start_err, %started) = VMRunProgramInGuestEx($vm, '/bin/sleep', '100', VIX_RUNPROGRAM_RETURN_IMMEDIATELY, VIX_INVALID_HANDLE);
is_deeply([sort keys %started], [qw(ELAPSED_TIME EXIT_CODE PROCESS_ID)], 'of one that is not awaited too');
is($started{EXIT_CODE}, undef, 'without an exit code');
my ($list_err, @processes) = VMListProcessesInGuest($vm, 0);
my ($sleeping) = grep { $_->{PROCESS_ID} == $started{PROCESS_ID} } @processes;
is_deeply([@{$sleeping}{qw(PROCESS_NAME PROCESS_OWNER)}], [qw(sleep root)], 'lists it');
is(VMKillProcessInGuest($vm, $started{PROCESS_ID}, 0), VIX_OK, 'kills it');
my ($script_err, %script) = VMRunScriptInGuestEx($vm, '/bin/sh', 'exit 7', 0, VIX_INVALID_HANDLE);
is($script{EXIT_CODE}, 7, 'runs a script');
is(VMRunScriptInGuest($vm, '/bin/sh', 'x' x 60537, 0, VIX_INVALID_HANDLE), VIX_E_ARGUMENT_TOO_BIG, 'not a huge one');

open my $out, '>:raw', "$folder/in" or die "cannot write: $!";
print {$out} "w\xc3\xb6rter";
close $out;
is(VMCreateDirectoryInGuest($vm, '/tmp/work', VIX_INVALID_HANDLE), VIX_OK, 'makes a directory');
is_deeply([VMDirectoryExistsInGuest($vm, '/tmp/work'), VMFileExistsInGuest($vm, '/tmp/work')], [VIX_OK, 1, VIX_OK, 0], 'knows what it is');
is_deeply([VMListDirectoryInGuest($vm, '/tmp/work', 0)], [VIX_OK], 'lists an empty directory');
is(VMCopyFileFromHostToGuest($vm, "$folder/in", "/tmp/work/\xc3\xa4", 0, VIX_INVALID_HANDLE), VIX_OK, 'copies in');
is(VMRenameFileInGuest($vm, "/tmp/work/\x{e4}\x{263a}", '/x', 0, VIX_INVALID_HANDLE), VIX_E_FILE_NOT_FOUND, 'takes characters');
my ($dir_err, @files) = VMListDirectoryInGuest($vm, '/tmp/work', 0);
is_deeply([map { @{$_}{qw(FILE_NAME FILE_SIZE FILE_ATTRIBUTES)} } @files], ["\xc3\xa4", 7, 0], 'lists the file, names as bytes');
my ($info_err, %file) = VMGetFileInfoInGuest($vm, "/tmp/work/\xc3\xa4");
is($file{FILE_MOD_TIME}, $file{MOD_TIME}, 'gives the time under both names');
is(VMCopyFileFromGuestToHost($vm, "/tmp/work/\xc3\xa4", "$folder/out", 0, VIX_INVALID_HANDLE), VIX_OK, 'copies out');
is(-s "$folder/out", 7, 'the same bytes');

is(VMWriteVariable($vm, VIX_VM_GUEST_VARIABLE, 'colour', 'red', 0), VIX_OK, 'writes a variable');
is_deeply([VMReadVariable($vm, VIX_VM_GUEST_VARIABLE, 'colour', 0)], [VIX_OK, 'red'], 'reads it');

my ($shot_err, $size, $bytes) = VMCaptureScreenImage($vm, VIX_CAPTURESCREENFORMAT_PNG, VIX_INVALID_HANDLE);
is_deeply([$shot_err, substr($bytes, 1, 3), length $bytes], [VIX_OK, 'PNG', $size], 'shows the screen');

my ($snapshot_err, $snapshot) = VMCreateSnapshot($vm, 'one', 'first', 0, VIX_INVALID_HANDLE);
is_deeply([VMGetNumRootSnapshots($vm)], [VIX_OK, 1], 'counts snapshots');
my @walked = ([VMGetRootSnapshot($vm, 0)], [VMGetCurrentSnapshot($vm)], [VMGetNamedSnapshot($vm, 'one')]);
is_deeply([map { [$_->[0], GetProperties($_->[1], VIX_PROPERTY_SNAPSHOT_DISPLAYNAME)] } @walked], [([VIX_OK, VIX_OK, 'one']) x 3], 'walks them');
is_deeply([SnapshotGetNumChildren($snapshot)], [VIX_OK, 0], 'that have no children');
is_deeply([VMGetRootSnapshot($vm, 5)], [VIX_E_SNAPSHOT_NOTFOUND], 'tells one that is not there');
is(VMRevertToSnapshot($vm, $snapshot, 0, VIX_INVALID_HANDLE), VIX_OK, 'reverts');
is(VMRemoveSnapshot($vm, $snapshot, 0), VIX_OK, 'removes');

my ($list_made, $list) = AllocPropertyList($host, VIX_PROPERTY_VM_NAME, '42', VIX_PROPERTY_NONE);
is_deeply([GetProperties($list, VIX_PROPERTY_VM_NAME)], [VIX_OK, '42'], 'a text in a list stays one');
my ($clone_err, $clone) = VMClone($vm, VIX_INVALID_HANDLE, VIX_CLONETYPE_FULL, '/vms/c/c.vmx', 0, $list);
is($clone_err, VIX_OK, 'clones');
is(VMPowerOff($vm, VIX_VMPOWEROP_NORMAL), VIX_E_VM_NOT_RUNNING, 'tells that the snapshot was of a machine that is off');

# A script puts a limit to a wait by a signal; what comes after it is not disturbed.
SKIP: {
    skip 'there are no signals', 3 if $^O eq 'MSWin32';
    my (undef, $web) = VMOpen($host, '[datastore1] web/web.vmx');
    is(VMLoginInGuest($web, 'user', 'password', 0), VIX_OK, 'logs in to another machine');
    my $lived = eval {
        local $SIG{ALRM} = sub { die "too long\n" };
        alarm 1;
        VMRunProgramInGuest($web, '/bin/sleep', '3600', 0, VIX_INVALID_HANDLE);
        alarm 0;
        1;
    };
    is($lived ? '' : $@, "too long\n", 'a wait can be given up');
    is((GetProperties($vm, VIX_PROPERTY_VM_NAME))[1], 'linux', 'and the next call is answered');
}

ReleaseHandle($vm);
ReleaseHandle(0);
HostDisconnect($host);
is(GetHandleType($host), VIX_HANDLETYPE_NONE, 'a host that is disconnected is none');

done_testing();
