package VMware::Vix::Simple;
use strict;
use warnings;
use Exporter 'import';
use Revix::Call;
use VMware::Vix::API::Constants;

our $VERSION = '0.1.0';

my @handle       = (VIX_PROPERTY_JOB_RESULT_HANDLE);
my @exists       = (VIX_PROPERTY_JOB_RESULT_GUEST_OBJECT_EXISTS);
my @program_keys = (
    PROCESS_ID   => VIX_PROPERTY_JOB_RESULT_PROCESS_ID,
    ELAPSED_TIME => VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_ELAPSED_TIME,
    EXIT_CODE    => VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
);

# The functions that start a job in C: name => [the function of VIX, kind of the answer, properties of the answer].
my %jobs = (
    HostConnect               => ['VixHost_Connect', 'values', @handle],
    HostOpenVM                => ['VixHost_OpenVM', 'values', @handle],
    VMOpen                    => ['VixVM_Open', 'values', @handle],
    RegisterVM                => ['VixHost_RegisterVM'],
    UnregisterVM              => ['VixHost_UnregisterVM'],
    VMPowerOn                 => ['VixVM_PowerOn'],
    VMPowerOff                => ['VixVM_PowerOff'],
    VMReset                   => ['VixVM_Reset'],
    VMSuspend                 => ['VixVM_Suspend'],
    VMPause                   => ['VixVM_Pause'],
    VMUnpause                 => ['VixVM_Unpause'],
    VMDelete                  => ['VixVM_Delete'],
    VMUpgradeVirtualHardware  => ['VixVM_UpgradeVirtualHardware'],
    VMInstallTools            => ['VixVM_InstallTools'],
    VMWaitForToolsInGuest     => ['VixVM_WaitForToolsInGuest'],
    VMLoginInGuest            => ['VixVM_LoginInGuest'],
    VMLogoutFromGuest         => ['VixVM_LogoutFromGuest'],
    VMRunProgramInGuest       => ['VixVM_RunProgramInGuest'],
    VMRunProgramInGuestEx     => ['VixVM_RunProgramInGuest', 'program'],
    VMRunScriptInGuest        => ['VixVM_RunScriptInGuest'],
    VMRunScriptInGuestEx      => ['VixVM_RunScriptInGuest', 'program'],
    VMKillProcessInGuest      => ['VixVM_KillProcessInGuest'],
    VMOpenUrlInGuest          => ['VixVM_OpenUrlInGuest'],
    VMCopyFileFromHostToGuest => ['VixVM_CopyFileFromHostToGuest'],
    VMCopyFileFromGuestToHost => ['VixVM_CopyFileFromGuestToHost'],
    VMDeleteFileInGuest       => ['VixVM_DeleteFileInGuest'],
    VMFileExistsInGuest       => ['VixVM_FileExistsInGuest', 'values', @exists],
    VMDirectoryExistsInGuest  => ['VixVM_DirectoryExistsInGuest', 'values', @exists],
    VMRenameFileInGuest       => ['VixVM_RenameFileInGuest'],
    VMCreateTempFileInGuest   => ['VixVM_CreateTempFileInGuest', 'values', VIX_PROPERTY_JOB_RESULT_ITEM_NAME],
    VMGetFileInfoInGuest      => [
        'VixVM_GetFileInfoInGuest', 'hash',
        FILE_SIZE  => VIX_PROPERTY_JOB_RESULT_FILE_SIZE,
        FILE_FLAGS => VIX_PROPERTY_JOB_RESULT_FILE_FLAGS,
        # The text of the reference says MOD_TIME, its sample FILE_MOD_TIME.
        FILE_MOD_TIME => VIX_PROPERTY_JOB_RESULT_FILE_MOD_TIME,
        MOD_TIME      => VIX_PROPERTY_JOB_RESULT_FILE_MOD_TIME,
    ],
    VMListProcessesInGuest => [
        'VixVM_ListProcessesInGuest', 'hashes',
        PROCESS_NAME           => VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
        PROCESS_ID             => VIX_PROPERTY_JOB_RESULT_PROCESS_ID,
        PROCESS_OWNER          => VIX_PROPERTY_JOB_RESULT_PROCESS_OWNER,
        PROCESS_COMMAND        => VIX_PROPERTY_JOB_RESULT_PROCESS_COMMAND,
        PROCESS_BEING_DEBUGGED => VIX_PROPERTY_JOB_RESULT_PROCESS_BEING_DEBUGGED,
        PROCESS_START_TIME     => VIX_PROPERTY_JOB_RESULT_PROCESS_START_TIME,
    ],
    VMListDirectoryInGuest => [
        'VixVM_ListDirectoryInGuest', 'hashes',
        FILE_NAME       => VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
        FILE_SIZE       => VIX_PROPERTY_JOB_RESULT_FILE_SIZE,
        FILE_ATTRIBUTES => VIX_PROPERTY_JOB_RESULT_FILE_FLAGS,
        FILE_MOD_TIME   => VIX_PROPERTY_JOB_RESULT_FILE_MOD_TIME,
    ],
    VMCreateDirectoryInGuest => ['VixVM_CreateDirectoryInGuest'],
    VMDeleteDirectoryInGuest => ['VixVM_DeleteDirectoryInGuest'],
    VMReadVariable           => ['VixVM_ReadVariable', 'values', VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING],
    VMWriteVariable          => ['VixVM_WriteVariable'],
    VMCaptureScreenImage     => ['VixVM_CaptureScreenImage', 'values', VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA],
    VMClone                => ['VixVM_Clone', 'values', @handle],
    VMCreateSnapshot       => ['VixVM_CreateSnapshot', 'values', @handle],
    VMRemoveSnapshot       => ['VixVM_RemoveSnapshot'],
    VMRevertToSnapshot     => ['VixVM_RevertToSnapshot'],
    VMEnableSharedFolders  => ['VixVM_EnableSharedFolders'],
    VMGetNumSharedFolders  => ['VixVM_GetNumSharedFolders', 'values', VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_COUNT],
    VMGetSharedFolderState => [
        'VixVM_GetSharedFolderState', 'values',
        VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_FLAGS,
        VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
        VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_HOST,
    ],
    VMSetSharedFolderState => ['VixVM_SetSharedFolderState'],
    VMAddSharedFolder      => ['VixVM_AddSharedFolder'],
    VMRemoveSharedFolder   => ['VixVM_RemoveSharedFolder'],
    VMBeginRecording       => ['VixVM_BeginRecording', 'values', @handle],
    VMEndRecording         => ['VixVM_EndRecording'],
    VMBeginReplay          => ['VixVM_BeginReplay'],
    VMEndReplay            => ['VixVM_EndReplay'],
);

# The functions that block in C and write their answer into their last parameter.
my %reads = (
    VMGetNumRootSnapshots  => 'VixVM_GetNumRootSnapshots',
    VMGetRootSnapshot      => 'VixVM_GetRootSnapshot',
    VMGetCurrentSnapshot   => 'VixVM_GetCurrentSnapshot',
    VMGetNamedSnapshot     => 'VixVM_GetNamedSnapshot',
    SnapshotGetNumChildren => 'VixSnapshot_GetNumChildren',
    SnapshotGetChild       => 'VixSnapshot_GetChild',
    SnapshotGetParent      => 'VixSnapshot_GetParent',
);

our @EXPORT = sort keys %jobs, keys %reads, qw(FindItems FindRunningVMs GetProperties AllocPropertyList HostDisconnect ReleaseHandle
    GetHandleType GetErrorText);

# What is made of a finished job: each gets the job, the arguments of the call, and the properties of the answer.
my %answers = (
    values  => sub { my ($job, undef, @ids) = @_; return _read_values('VixJob_Wait', [$job], @ids) },
    hash    => sub { my ($job, undef, @keys) = @_; return _read_hash('VixJob_Wait', [$job], @keys) },
    hashes  => sub { my ($job, undef, @keys) = @_; return _read_each($job, @keys) },
    program => \&_read_program,
);

for my $name (keys %jobs) {
    my ($function, $kind, @properties) = @{ $jobs{$name} };
    my $answer = defined $kind ? $answers{$kind} : sub { return VIX_OK };
    no strict 'refs';
    *{$name} = sub { return _done($function, [@_], sub { $answer->(@_, @properties) }) };
}

for my $name (keys %reads) {
    my $function = $reads{$name};
    no strict 'refs';
    *{$name} = sub {
        my ($err, $value) = Revix::Call::vix($function, @_);
        return _answer($err, $err == VIX_OK ? $value : ());
    };
}

sub FindItems {
    my ($host, $type, $timeout) = @_;
    return _done('VixHost_FindItems', [$host, $type, VIX_INVALID_HANDLE, $timeout], \&_locations);
}

sub FindRunningVMs {
    my ($host, $timeout) = @_;
    return FindItems($host, VIX_FIND_RUNNING_VMS, $timeout);
}

# No VIX_PROPERTY_NONE is needed at the end.
sub GetProperties {
    my ($handle, @ids) = @_;
    pop @ids if @ids && $ids[-1] == VIX_PROPERTY_NONE;
    return _answer(_read_values('Vix_GetProperties', [$handle], @ids));
}

sub AllocPropertyList {
    my ($handle, @list) = @_;
    my ($err, $list) = Revix::Call::vix('VixPropertyList_AllocPropertyList', $handle, @list);
    return _answer($err, $err == VIX_OK ? $list : ());
}

sub HostDisconnect {
    Revix::Call::vix('VixHost_Disconnect', $_[0]);
    return;
}

sub ReleaseHandle {
    Revix::Call::vix('Vix_ReleaseHandle', $_[0]);
    return;
}

sub GetHandleType { return scalar((Revix::Call::vix('Vix_GetHandleType', $_[0]))[0]) }

sub GetErrorText { return scalar((Revix::Call::vix('Vix_GetErrorText', $_[0], undef))[0]) }

# `my $err = ...` is the error, whatever else there is.
sub _answer {
    my @answer = @_;
    return wantarray ? @answer : $answer[0];
}

# Starts a job, waits for it, takes its answer, and releases it.
sub _done {
    my ($function, $given, $answer) = @_;
    my $parameters = @{ $Revix::Functions::PARAMETERS{$function} } - 2;
    my @arguments = @$given[0 .. $parameters - 1];
    my ($job) = Revix::Call::vix($function, @arguments, undef, undef);
    my @answer;
    my $lived = eval {
        my ($err) = Revix::Call::vix('VixJob_Wait', $job);
        @answer = $err == VIX_OK ? $answer->($job, $given) : ($err);
        1;
    };
    my $why = $@;
    Revix::Call::vix('Vix_ReleaseHandle', $job);
    # A signal handler that dies is how scripts put a limit to a wait.
    die $why if !$lived;
    return _answer(@answer);
}

# Reads properties: the error, and the values when it is VIX_OK.
sub _read_values {
    my ($reader, $leading, @ids) = @_;
    # Of a blob its size comes before its bytes, as in C.
    my ($err, @outs) = Revix::Call::vix($reader, @$leading, @ids);
    return $err == VIX_OK ? ($err, @outs) : ($err);
}

sub _read_hash {
    my ($reader, $leading, @keys) = @_;
    my %ids = @keys;
    my @names = sort keys %ids;
    my ($err, @values) = _read_values($reader, $leading, map { $ids{$_} } @names);
    return ($err) if $err != VIX_OK;
    my %hash;
    @hash{@names} = @values;
    return ($err, %hash);
}

sub _read_each {
    my ($job, @keys) = @_;
    my (undef, $first) = @keys;
    my ($count) = Revix::Call::vix('VixJob_GetNumProperties', $job, $first);
    my @hashes;
    for my $index (0 .. $count - 1) {
        my ($err, %hash) = _read_hash('VixJob_GetNthProperties', [$job, $index], @keys);
        return ($err) if $err != VIX_OK;
        push @hashes, \%hash;
    }
    return (VIX_OK, @hashes);
}

sub _locations {
    my ($job) = @_;
    my ($err, @hashes) = _read_each($job, LOCATION => VIX_PROPERTY_FOUND_ITEM_LOCATION);
    return ($err, map { $_->{LOCATION} } @hashes);
}

sub _read_program {
    my ($job, $given) = @_;
    my ($err, %info) = _read_hash('VixJob_Wait', [$job], @program_keys);
    my $options = $given->[3] // 0;
    # How a program has ended is not known of one that nobody waits for.
    @info{qw(ELAPSED_TIME EXIT_CODE)} = () if $err == VIX_OK && $options & VIX_RUNPROGRAM_RETURN_IMMEDIATELY;
    return ($err, %info);
}

1;

__END__

=head1 NAME

VMware::Vix::Simple - VIX from Perl: each call waits, and answers with the error first

=head1 SYNOPSIS

    use VMware::Vix::Simple;
    use VMware::Vix::API::Constants;

    my ($err, $host) = HostConnect(VIX_API_VERSION, VIX_SERVICEPROVIDER_VMWARE_VI_SERVER,
        'https://vcenter.example/sdk', 0, $user, $password, 0, VIX_INVALID_HANDLE);
    die GetErrorText($err) if $err != VIX_OK;

=head1 DESCRIPTION

A function without data returns its error; the others return a list, the error and then what was asked for. The engine is
a process of its own that C<node> runs; the environment variables C<REVIX_HELPER> and C<REVIX_NODE> say where they are
when they are in no usual place. When it cannot be reached, calls answer with C<VIX_E_HOST_CONNECTION_LOST>, and the reason
is on standard error.

=cut
